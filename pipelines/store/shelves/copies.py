"""Captures that others keep a copy of: their rows come with the bytes, and no archive is asked for anything.

    put(policy, copies) ─► payloads, rows of `captures`        known(policy) ─► what need not be read again

A copy is the capture of an archive, as everything else here; `source` says who kept it, in which commit and file. Where the
archive's index lists the same capture later (ListingShelf), that row takes what the index says and stays one capture.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from crawler.archives.capture import Outcome, Policy
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_iso, format_timestamp
from pipelines.store.tables.capture_table import INDEXED, CaptureTable

if TYPE_CHECKING:
    from pipelines.store.shelves.payloads import PayloadShelf
    from pipelines.store.shelves.policies import PolicyShelf
    from pipelines.store.shelves.readings import ReadingShelf
    from pipelines.store.transactions import OpenFile

NO_DIGEST: Final = "-"  # nobody says one of the archive's own bytes
# Of a capture `k`: who kept its bytes, and where.
_SOURCE: Final = "CASE WHEN k.memento_url LIKE 'git:%' THEN k.memento_url ELSE k.citation_url END"


@dataclass(frozen=True, slots=True)
class Copy:
    """A page as somebody kept it.

    :param archive: the name of the archive whose capture it is. :param url: on the original site.
    :param citation: what to cite the capture by. :param source: who kept the bytes, and where.
    :param digest: as an index writes it, "-" where nobody says it of these bytes.
    :param verdict: what is known of the bytes (pipelines.text.digests).
    """

    archive: str
    url: str
    captured_at: datetime
    body: bytes
    content_type: str
    citation: str
    source: str
    digest: str
    verdict: str


@dataclass(frozen=True, slots=True)
class _Listed:
    """A capture that the archive's index listed. :param settled: its payload is here, or was forgotten."""

    capture_id: int
    settled: bool


class CopyShelf:
    """The copies of one database."""

    def __init__(self, file: OpenFile, payloads: PayloadShelf, policies: PolicyShelf, readings: ReadingShelf) -> None:
        self._file, self._db = file, file.db
        self._table = CaptureTable(file.db)
        self._payloads, self._policies, self._readings = payloads, policies, readings

    def known(self, policy: Policy) -> set[tuple[str, str]]:
        """Return (urlkey, source) of the copies that are here, or were forgotten: they need not be read again."""
        rows = self._db.execute(
            f"SELECT k.urlkey, {_SOURCE} FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey WHERE u.policy_id = ?",
            [policy.policy_id],
        )
        return {(urlkey, source) for urlkey, source in rows}

    def payloads(self, policy: Policy) -> dict[str, int]:
        """Return the payloads of a policy's copies, by their source."""
        rows = self._db.execute(
            f"SELECT {_SOURCE}, k.payload_id FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey "
            "WHERE u.policy_id = ? AND k.payload_id IS NOT NULL",
            [policy.policy_id],
        )
        return dict(rows.fetchall())

    def put(self, policy: Policy, copies: Sequence[Copy], extractor: str) -> int:
        """Store copies of a policy's pages; return how many are new. One transaction.

        :param extractor: the program's; what it has read of the same payload before, a copy has at once.
        """
        with self._file.transaction():
            forgotten = {url for url in {copy.url for copy in copies} if self._table.tombstone(surt(url)) is not None}
            newest: dict[str, dict[str, Any]] = {}  # a capture of each URL
            new = 0
            for copy in copies:
                row = self._put(policy, copy, extractor) if copy.url not in forgotten else None
                if row is not None:
                    new += 1
                    newest[copy.url] = row
            for row in newest.values():
                self._policies.mark_dirty(self._id(row))
            return new

    def _put(self, policy: Policy, copy: Copy, extractor: str) -> dict[str, Any] | None:
        """Store one copy; return the row of its capture, None where that was here."""
        row = self._row(copy)
        listed = self._listed(row) if copy.digest == NO_DIGEST else None
        if listed is not None and listed.settled:
            return None
        digest = hashlib.sha256(copy.body).digest()
        held = self._payloads.held(digest)
        row |= self._came(copy, self._payloads.put_new(copy.body, row["urlkey"], digest) if held is None else held)
        if listed is not None:
            came = {name: row[name] for name in row if name not in INDEXED}  # what the index gave stays
            self._table.change([listed.capture_id], **came)
            row["id"] = listed.capture_id
        elif not self._table.add([row]):
            return None
        if held is not None:
            self._readings.known(policy, self._id(row), extractor)
        return row

    def _id(self, row: Mapping[str, Any]) -> int:
        return int(row.get("id") or self._table.find(row) or 0)

    def _listed(self, row: Mapping[str, Any]) -> _Listed | None:
        """The capture of the archive's index that this one is."""
        found = self._db.execute(
            "SELECT id, payload_id IS NOT NULL OR outcome = ? FROM captures WHERE urlkey = ? AND archive = ? "
            "AND timestamp = ? ORDER BY payload_id IS NULL, original <> ?, id LIMIT 1",
            [Outcome.FORGOTTEN.value, row["urlkey"], row["archive"], row["timestamp"], row["original"]],
        ).fetchone()
        return _Listed(found[0], bool(found[1])) if found else None

    def _row(self, copy: Copy) -> dict[str, Any]:
        return {
            "archive": copy.archive,
            "urlkey": surt(copy.url),
            "timestamp": format_timestamp(copy.captured_at),
            "original": copy.url,
            "mimetype": copy.content_type.partition(";")[0],
            "statuscode": "200",
            "digest": copy.digest,
            "length": "-",
            "captured_at": format_iso(copy.captured_at),
            "oddity": "",
            "citation_url": copy.citation,
        }

    def _came(self, copy: Copy, payload_id: int) -> dict[str, Any]:
        return {
            "outcome": Outcome.FETCHED.value,
            "payload_id": payload_id,
            "fetched_at": self._file.now(),
            "http_status": 200,
            "headers": json.dumps({"content-type": copy.content_type}),
            "memento_url": copy.source if copy.source != copy.citation else None,
            "memento_at": format_iso(copy.captured_at),
            "drift_seconds": 0,
            "digest_verdict": copy.verdict,
        }
