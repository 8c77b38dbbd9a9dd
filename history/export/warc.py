"""What was fetched, as a WARC file that other archives' tools read (`warcio check`, pywb), and `import-warc` too.

captures, by URL, then time ──► warcinfo, then a response record each, or a revisit where an earlier one has its payload

Payloads are kept with content and transfer codings undone, so the headers that told of them are left out and
Content-Length is new. The same database gives the same bytes.
"""

from __future__ import annotations

import json
import sqlite3
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archives.capture import sha1_base32
from crawler.archives.files.written import WARC_VERSION, http_head, record_id, uri, warcinfo
from history.export.formats import Job
from history.export.writing.manifest import Done
from history.pages import read_payload

# The captures to write: what two archives gave alike counts once. A revisit needs the same payload under the same
# status; a redirect's payload says nothing of where it leads, so each is written whole.
_CAPTURES = """
WITH chosen AS (
  SELECT min(k.id) AS id, k.urlkey, k.original, k.payload_id, k.http_status,
    CASE WHEN k.drift_seconds <> 0 THEN k.memento_at ELSE k.captured_at END AS at
  FROM captures k
  WHERE k.http_status IS NOT NULL AND k.urlkey IN (
    SELECT urlkey FROM policy_urls WHERE policy_id IN (SELECT value FROM json_each(?)))
  GROUP BY k.urlkey, k.original, k.payload_id, k.http_status, k.redirect_url, at)
SELECT id, CASE WHEN payload_id IS NOT NULL AND http_status BETWEEN 200 AND 299
  THEN first_value(id) OVER (PARTITION BY payload_id, http_status ORDER BY urlkey, at, original, id) ELSE id END AS holder
FROM chosen ORDER BY urlkey, at, original, id
"""
_CAPTURE = """
SELECT k.archive, k.urlkey, k.timestamp, k.original, k.digest, k.http_status, k.headers, k.redirect_url, k.fetched_at,
  k.citation_url, k.payload_id, p.payload_digest,
  CASE WHEN k.drift_seconds <> 0 THEN k.memento_at ELSE k.captured_at END AS at
FROM captures k LEFT JOIN payloads p ON p.id = k.payload_id WHERE k.id = ?
"""


def write_warc(job: Job, stream: IO[bytes]) -> Done:
    """Write every fetched capture of the policies; compressed where the file's name ends with `.gz`.

    :raises StoreError: a payload cannot be read.
    """
    ids = json.dumps([policy.policy_id for policy in job.policies])
    responses = revisits = 0
    records = _Records(job.db, WARCWriter(stream, gzip=job.out.name.endswith(".gz"), warc_version=WARC_VERSION))
    records.write_warcinfo(job.program)
    for capture_id, holder_id in job.db.execute(_CAPTURES, [ids]):
        if capture_id == holder_id:
            records.write_response(capture_id)
            responses += 1
        else:
            records.write_revisit(capture_id, holder_id)
            revisits += 1
    return Done({"captures": responses + revisits, "responses": responses, "revisits": revisits})


class _Records:
    """Writes records of one database's captures."""

    def __init__(self, db: sqlite3.Connection, writer: Any) -> None:
        self._db = db
        self._writer = writer
        self._warcinfo_id = ""

    def write_warcinfo(self, program: str) -> None:
        """Say what made the file, and of what."""
        (newest,) = self._db.execute("SELECT max(coalesce(fetched_at, captured_at)) FROM captures").fetchone()
        (name,) = [Path(row[2]).name for row in self._db.execute("PRAGMA database_list") if row[1] == "main"]
        body = warcinfo(
            program,
            f"captures of privacy policies, fetched from web archives, out of the database {name}; "
            "content and transfer codings are undone",
        )
        self._warcinfo_id = record_id("warcinfo", program, name, newest)
        headers = {"WARC-Record-ID": self._warcinfo_id, "WARC-Date": newest or "1970-01-01T00:00:00Z"}
        record = self._writer.create_warc_record(
            "", "warcinfo", payload=BytesIO(body), length=len(body), warc_headers_dict=headers
        )
        self._writer.write_record(record)

    def write_response(self, capture_id: int) -> None:
        """Write a capture with its payload."""
        row = self._row(capture_id)
        body = self._payload(row)
        record = self._writer.create_warc_record(
            uri(row["original"]),
            "response",
            payload=BytesIO(body),
            length=len(body),
            http_headers=_http(row, len(body)),
            warc_headers_dict=self._headers(row),
        )
        self._writer.write_record(record)

    def write_revisit(self, capture_id: int, holder_id: int) -> None:
        """Write a capture that has the payload of one that is written already."""
        row, holder = self._row(capture_id), self._row(holder_id)
        body = self._payload(row)
        record = self._writer.create_revisit_record(
            uri(row["original"]),
            f"sha1:{sha1_base32(body)}",
            uri(holder["original"]),
            holder["at"],
            http_headers=_http(row, len(body)),
            warc_headers_dict=self._headers(row),
        )
        record.rec_headers.add_header("WARC-Refers-To", _capture_record_id(holder))
        self._writer.write_record(record)

    def _row(self, capture_id: int) -> sqlite3.Row:
        row: sqlite3.Row = self._db.execute(_CAPTURE, [capture_id]).fetchone()
        return row

    def _payload(self, row: sqlite3.Row) -> bytes:
        return b"" if row["payload_id"] is None else read_payload(self._db, row["payload_id"], row["citation_url"])

    def _headers(self, row: sqlite3.Row) -> dict[str, str]:
        """The record's own headers; pywb, too, names what a copied memento was copied from, and when."""
        headers = {
            "WARC-Record-ID": _capture_record_id(row),
            "WARC-Date": row["at"],
            "WARC-Warcinfo-ID": self._warcinfo_id,
            "WARC-Source-URI": uri(row["citation_url"]),
        }
        return headers | ({"WARC-Creation-Date": row["fetched_at"]} if row["fetched_at"] else {})


def _capture_record_id(row: sqlite3.Row) -> str:
    return record_id(row["archive"], row["urlkey"], row["timestamp"], row["original"], row["digest"])


def _http(row: sqlite3.Row, size: int) -> StatusAndHeaders:
    """Return the site's answer: status line and headers, as far as the archive passed them on."""
    return http_head(row["http_status"], json.loads(row["headers"] or "{}"), row["redirect_url"] or "", size)
