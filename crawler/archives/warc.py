"""WARC files as an archive: an index in memory, and answers in the Wayback dialect.

    WarcArchive(root).listing(url, …)  ──► Answered(CDX lines)
    WarcArchive(root).playback(ts, url) ──► Answered(status, headers, body), as web.archive.org answers `id_` requests

The same spiders, middlewares and parsers run on it as on the network, without a test-only branch: see
crawler/handlers.py. Revisit records are resolved to the record they refer to. A damaged file serves what can be
read of it; what is wrong is in `damages` and goes out with every listing.
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.utils import Digester

from crawler.archives.capture import REVISIT_MIMETYPE, Capture
from crawler.archives.dialects import LOCAL_ORIGIN, warc_files
from crawler.archives.index_query import select_rows
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_iso, format_timestamp, parse_iso, parse_timestamp

DAMAGE_HEADER = "x-archive-damage"
_UNPREFIXED = frozenset(
    {"content-type", "location", "content-encoding"}
)  # archive-facts.md 2.2; the body is as captured
_DROPPED = frozenset({"transfer-encoding", "content-length", "connection"})  # of the transfer, not of the body
# TypeError and AttributeError are how warcio answers where a record lacks a header it must have.
_DATA_ERRORS = (ArchiveLoadFailed, EOFError, OSError, ValueError, KeyError, TypeError, AttributeError, zlib.error)


@dataclass(frozen=True, slots=True)
class Record:
    """Where a capture lies: file, byte offset, and for revisits the (URL, ISO date) it refers to."""

    capture: Capture
    path: Path
    offset: int
    refers_to: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes


class WarcArchive:
    """The captures of a WARC file or of a folder of them.

    :param root: file or folder. An index `*.cdxj` beside the files that names them all saves reading them through.
    """

    def __init__(self, root: Path) -> None:
        self.damages: list[str] = []
        self._by_key: dict[str, list[Record]] = defaultdict(list)
        for record in self._records(root):
            self._by_key[record.capture.urlkey].append(record)
        for records in self._by_key.values():
            records.sort(key=lambda record: (record.capture.captured_at, record.capture.original))
        self._first_by_digest: dict[str, Record] = {}
        for record in sorted(self.records(), key=lambda record: record.capture.captured_at):
            if record.capture.mimetype != REVISIT_MIMETYPE:
                self._first_by_digest.setdefault(record.capture.digest, record)

    def records(self) -> Iterator[Record]:
        """Yield every record, by key, then time."""
        for key in sorted(self._by_key):
            yield from self._by_key[key]

    def _records(self, root: Path) -> Iterator[Record]:
        files = warc_files(root)
        indexed = _read_indexes(root, files)
        if indexed is not None:
            yield from indexed
            return
        for path in files:
            try:
                yield from _scan(path, self.damages)
            except _DATA_ERRORS as error:
                self.damages.append(f"{path.name}: cannot be read further ({_one_line(error)})")

    def listing(self, url: str, since: str, until: str, limit: int, resume_key: str) -> Answered:
        """Answer an index request: rows of exactly one URL, in time order, at most `limit`, then the resume key."""
        rows = [
            record.capture
            for record in self._by_key.get(surt(url), [])
            if (not since or record.capture.timestamp >= since) and (not until or record.capture.timestamp <= until)
        ]
        start = int(resume_key) if resume_key.isdigit() else 0
        page = rows[start : start + limit]
        return self._rows(page, str(start + limit) if start + limit < len(rows) else "")

    def search(self, url: str, params: Mapping[str, Sequence[str]]) -> Answered:
        """Answer an index request that is filtered, collapsed or over all URLs of a domain.

        :param params: of the request (crawler.archives.index_query).
        """
        domain = (params.get("matchType") or [""])[0] == "domain"
        wanted = surt(url).partition(")")[0] if domain else surt(url)
        keys = [wanted] if not domain else sorted(k for k in self._by_key if _below(k.partition(")")[0], wanted))
        rows = (record.capture for key in keys for record in self._by_key.get(key, []))
        return self._rows(islice(select_rows(rows, params), int((params.get("limit") or ["1000"])[0])))

    def _rows(self, captures: Iterable[Capture], resume_key: str = "") -> Answered:
        lines = [
            f"{c.urlkey} {c.timestamp} {c.original} {c.mimetype} {c.statuscode} {c.digest} {c.length}" for c in captures
        ]
        lines += ["", resume_key] if resume_key else []
        headers = {"content-type": "text/plain"}
        if self.damages:
            headers[DAMAGE_HEADER] = "; ".join(self.damages)
        return Answered(200, headers, ("\n".join(lines) + "\n" if lines else "").encode())

    def playback(self, timestamp: str, url: str) -> Answered:
        """Answer a playback request as the Wayback Machine does: the capture, a redirect to the nearest, or 404."""
        records = self._by_key.get(surt(url), [])
        if not records:
            return Answered(404, {"content-type": "text/plain"}, b"The Wayback Machine has not archived that URL.")
        nearest = _nearest(records, timestamp, url)
        if nearest.capture.timestamp != timestamp:
            found = nearest.capture
            location = f"{LOCAL_ORIGIN}/web/{found.timestamp}id_/{found.original}"
            reason = f"found capture at {found.timestamp}"
            return Answered(302, {"location": location, "x-archive-redirect-reason": reason}, b"")
        return self._memento(nearest)

    def _memento(self, record: Record) -> Answered:
        status, http_headers, body = _read(record)
        if record.capture.mimetype == REVISIT_MIMETYPE:
            target = self._resolve(record)
            if target is None:
                return Answered(
                    404,
                    {"content-type": "text/plain"},
                    b"The record that this revisit refers to is not here.",
                )
            target_status, target_headers, body = _read(target)
            status, http_headers = status or target_status, http_headers or target_headers
        elif not status:  # a resource record: no HTTP, its media type is the record's
            status, http_headers = 200, [("content-type", record.capture.mimetype)]
        return Answered(status, _archive_headers(record.capture, http_headers), body)

    def _resolve(self, record: Record) -> Record | None:
        url, date = record.refers_to
        for other in self._by_key.get(surt(url), []) if url else []:
            if format_iso(other.capture.captured_at) == date and other.capture.mimetype != REVISIT_MIMETYPE:
                return other
        return self._first_by_digest.get(record.capture.digest)


def _below(host: str, wanted: str) -> bool:
    """Tell whether a host, as keys have it ("com,example,shop"), is another or below it."""
    return host == wanted or host.startswith(f"{wanted},")


def _nearest(records: list[Record], timestamp: str, url: str) -> Record:
    same = [record for record in records if record.capture.timestamp == timestamp]
    if same:
        return next((record for record in same if record.capture.original == url), same[0])
    at = bisect_left(records, timestamp, key=lambda record: record.capture.timestamp)
    moment = parse_timestamp(timestamp.ljust(14, "0")) if timestamp.isdigit() and len(timestamp) == 14 else None
    near = records[max(0, at - 1) : at + 1]
    return (
        min(near, key=lambda record: abs((record.capture.captured_at - moment).total_seconds())) if moment else near[0]
    )


def _archive_headers(capture: Capture, http_headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    headers = {
        "memento-datetime": format_datetime(capture.captured_at, usegmt=True),
        "link": f'<{capture.original}>; rel="original"',
    }
    for name, value in http_headers:
        name = name.lower()  # noqa: PLW2901
        if name == "location":
            target = _resolve(capture.original, value)
            headers[name] = f"{LOCAL_ORIGIN}/web/{capture.timestamp}id_/{target}"
        elif name in _UNPREFIXED:
            headers[name] = value
        elif name not in _DROPPED:
            headers[f"x-archive-orig-{name}"] = value
    return headers


def _resolve(original: str, location: str) -> str:
    try:
        return urljoin(original, location)
    except ValueError:  # hostile: no URL at all
        return location


def _scan(path: Path, damages: list[str]) -> Iterator[Record]:
    """Yield the captures of one file; what breaks off in the middle of a record is damage, not a short page."""
    end = 0
    with path.open("rb") as stream:
        iterator = ArchiveIterator(stream)
        for record in iterator:
            if record.format != "warc":  # warcio takes many a line for one of the old ARC format
                break
            capture = _capture(record) if record.rec_type in ("response", "revisit", "resource") else None
            refers_to = (
                record.rec_headers.get_header("WARC-Refers-To-Target-URI") or "",
                record.rec_headers.get_header("WARC-Refers-To-Date") or "",
            )
            iterator.read_to_end(record)
            if getattr(record.raw_stream, "limit", 1) > 0:  # no limit: a record without its length
                break
            end = iterator.get_record_offset() + iterator.get_record_length()
            if capture is not None:
                length = str(iterator.get_record_length())
                yield Record(_with_length(capture, length), path, iterator.get_record_offset(), refers_to)
        stream.seek(end)
        broken_off = bool(stream.read(16).strip())  # warcio ends without a word where a record's headers break off
    if broken_off:
        damages.append(f"{path.name}: broken off at byte {end}; the records before it are used")


def _capture(record: Any) -> Capture | None:
    headers, http = record.rec_headers, record.http_headers
    url = headers.get_header("WARC-Target-URI") or ""
    if not url.startswith(("http://", "https://")):
        return None
    captured_at = parse_iso(headers.get_header("WARC-Date")).replace(microsecond=0)
    captured_at = captured_at if captured_at.tzinfo else captured_at.replace(tzinfo=UTC)
    digest = (headers.get_header("WARC-Payload-Digest") or "").removeprefix("sha1:")
    mimetype = (http.get_header("Content-Type") if http else headers.get_header("Content-Type")) or "unk"
    return Capture(
        urlkey=surt(url),
        timestamp=format_timestamp(captured_at),
        original=url,
        mimetype=REVISIT_MIMETYPE if record.rec_type == "revisit" else mimetype.split(";")[0].strip().lower() or "unk",
        statuscode="-" if record.rec_type == "revisit" or not http else http.get_statuscode(),
        digest=digest or _digest(record),
        length="-",
        captured_at=captured_at,
    )


def _digest(record: Any) -> str:
    digester = Digester("sha1")
    digester.update(record.raw_stream.read())
    return str(digester).removeprefix("sha1:")


def _with_length(capture: Capture, length: str) -> Capture:
    return Capture(
        capture.urlkey, capture.timestamp, capture.original, capture.mimetype, capture.statuscode, capture.digest,
        length, capture.captured_at,
    )  # fmt: skip


def _read(record: Record) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return (status, HTTP headers, body without chunking) of one record; status 0 where it has no HTTP headers."""
    with record.path.open("rb") as stream:
        stream.seek(record.offset)
        warc_record = next(iter(ArchiveIterator(stream)))
        http = warc_record.http_headers
        body = warc_record.raw_stream
        if http and (http.get_header("Transfer-Encoding") or "").lower() == "chunked":
            body = ChunkedDataReader(body)
        status = http.get_statuscode() if http else ""
        return int(status) if status.isdigit() else 0, list(http.headers) if http else [], body.read()


def write_index(archive: WarcArchive, out: Path) -> int:
    """Write the CDXJ index of an archive's files, as pywb reads it too; return the number of rows."""
    lines = [_cdxj_line(record) for record in archive.records()]
    out.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")
    return len(lines)


def _cdxj_line(record: Record) -> str:
    c = record.capture
    row = {"url": c.original, "mime": c.mimetype, "status": c.statuscode, "digest": c.digest, "length": c.length,
           "offset": str(record.offset), "filename": record.path.name}  # fmt: skip
    if record.refers_to[0]:
        row["refers-to-url"], row["refers-to-date"] = record.refers_to
    return f"{c.urlkey} {c.timestamp} {json.dumps(row, ensure_ascii=False)}"


def _read_indexes(root: Path, files: list[Path]) -> list[Record] | None:
    """Return the records of the indexes beside the files, None unless they cover every file and are no older."""
    if not root.is_dir():
        return None
    by_name = {path.name: path for path in files}
    try:
        records = [_indexed(line, by_name) for index in sorted(root.glob("*.cdxj")) for line in _lines(index)]
    except (ValueError, KeyError, TypeError):  # no index of ours: the files are read through
        return None
    covered = {record.path.name for record in records if record is not None}
    return [r for r in records if r is not None] if covered == set(by_name) and None not in records else None


def _lines(index: Path) -> list[str]:
    return index.read_text(encoding="utf-8").splitlines()


def _indexed(line: str, by_name: dict[str, Path]) -> Record | None:
    urlkey, timestamp, fields = line.split(" ", 2)
    row = json.loads(fields)
    path = by_name.get(row["filename"])
    if path is None or int(row["offset"]) + int(row["length"]) > path.stat().st_size:
        return None
    capture = Capture(
        urlkey,
        timestamp,
        row["url"],
        row["mime"],
        row["status"],
        row["digest"],
        row["length"],
        parse_timestamp(timestamp),
    )
    return Record(capture, path, int(row["offset"]), (row.get("refers-to-url", ""), row.get("refers-to-date", "")))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
