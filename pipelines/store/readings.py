"""What was read from payloads: one extraction per payload and extractor, with its text, links and dates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from crawler.archives.capture import Outcome
from crawler.archives.timestamps import format_iso, parse_iso
from crawler.targets.fetched import Fetched
from crawler.targets.hints import NO_HINTS, Hints
from pipelines.reading.extract import base_extractor
from pipelines.reading.payload import Reading
from pipelines.store.capture_table import CaptureTable
from pipelines.store.extractions import put_extraction
from pipelines.store.links import put_links
from pipelines.store.texts import put_text

if TYPE_CHECKING:
    from sqlite_utils import Database

    from pipelines.model import Link

# After a capture could not be played back, or its reading was stopped.
FIRST_RETRY: Final = timedelta(hours=6)
LONGEST_RETRY: Final = timedelta(days=30)


def retry_at(now: datetime, failures: int) -> datetime:
    """Return when it is worth trying again what failed now, and so many times before."""
    wait: timedelta = min(FIRST_RETRY * 2 ** min(failures, 16), LONGEST_RETRY)
    return now + wait


def outcome_of(reading: Outcome, fetched_at: str | None) -> Outcome:
    """Return a capture's outcome by what was read from its payload; one that was not fetched has another's payload."""
    return Outcome.REVISIT if reading is Outcome.FETCHED and fetched_at is None else reading


@dataclass(frozen=True, slots=True)
class Unread:
    """A payload that is kept but was not read by the present extractor, with the capture that brought it."""

    capture_id: int
    payload_id: int
    url: str
    captured_at: datetime
    status: int
    headers: Mapping[str, str]
    hints: Hints = NO_HINTS

    def page(self, body: bytes) -> Fetched:
        """Return the page that its payload is."""
        return Fetched(body, dict(self.headers), self.url, self.status, self.hints)


class ReadingShelf:
    """The readings of one database; every method within the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._captures = CaptureTable(db)
        self._extractors: dict[str, int] = {}

    def extractor_id(self, extractor: str) -> int:
        """Return the id of an extractor; a new one is made."""
        if extractor not in self._extractors:
            self._db.execute("INSERT INTO extractors (extractor) VALUES (?) ON CONFLICT DO NOTHING", [extractor])
            (found,) = self._db.execute("SELECT id FROM extractors WHERE extractor = ?", [extractor]).fetchone()
            self._extractors[extractor] = found
        return self._extractors[extractor]

    def unread(self, policy_id: int, extractor: str, at: datetime | None = None) -> list[Unread]:
        """Return the payloads that an extractor has not read, or was stopped while it read them.

        :param at: leave out what was stopped and is not to be read again before then.
        """
        due = format_iso(at) if at else "9999"
        rows = self._db.execute(
            "SELECT min(k.id), k.payload_id, k.original, k.captured_at, k.http_status, k.headers "
            "FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey "
            "WHERE u.policy_id = ? AND k.payload_id IS NOT NULL AND k.outcome NOT IN ('redirect', 'archived_error') "
            "AND (k.outcome <> 'reading_stopped' OR k.not_before IS NULL OR k.not_before <= ?) "
            "AND NOT EXISTS (SELECT 1 FROM extractions e WHERE e.payload_id = k.payload_id AND e.extractor_id = ? "
            "AND e.outcome <> 'reading_stopped') "
            "GROUP BY k.payload_id ORDER BY 1",
            [policy_id, due, self.extractor_id(extractor)],
        )
        return [
            Unread(row[0], row[1], row[2], parse_iso(row[3]), row[4] or 200, json.loads(row[5] or "{}")) for row in rows
        ]

    def known(self, capture_id: int, extractor: str) -> tuple[Outcome, str, str] | None:
        """Return (outcome, detail, wording) of a capture's payload, None if this extractor has not read it."""
        row = self._db.execute(
            "SELECT e.outcome, e.detail, coalesce(t.wording, '') FROM captures k "
            "JOIN extractions e ON e.payload_id = k.payload_id LEFT JOIN texts t ON t.id = e.text_id "
            "WHERE k.id = ? AND e.extractor_id = ?",
            [capture_id, self.extractor_id(extractor)],
        ).fetchone()
        return (Outcome(row[0]), row[1], row[2]) if row else None

    def apply(self, capture_id: int, outcome: Outcome, detail: str, extractor: str) -> None:
        """Give what was read of a capture's payload to every capture that has it.

        A page that holds several policies is read for each of them; where one of them has its text, it is that.
        """
        if outcome is not Outcome.FETCHED and self._read_for_another(capture_id, extractor):
            return
        rows = self._db.execute(
            "SELECT id, outcome, detail, fetched_at FROM captures WHERE payload_id = "
            "(SELECT payload_id FROM captures WHERE id = ?) AND outcome NOT IN ('redirect', 'archived_error')",
            [capture_id],
        ).fetchall()
        for same, had, told, fetched_at in rows:
            now = (outcome_of(outcome, fetched_at).value, told if outcome is Outcome.FETCHED else detail)
            if now != (had, told):
                self._captures.change([same], outcome=now[0], detail=now[1])

    def _read_for_another(self, capture_id: int, extractor: str) -> bool:
        """The same program got a text from the payload for another policy: one with other hints, another part."""
        base = base_extractor(extractor)
        rows = self._db.execute(
            "SELECT x.extractor FROM captures k JOIN extractions e ON e.payload_id = k.payload_id "
            "JOIN extractors x ON x.id = e.extractor_id WHERE k.id = ? AND e.outcome = 'fetched'",
            [capture_id],
        )
        return any(found != extractor and base_extractor(found) == base for (found,) in rows)

    def differing(self, policy_id: int, old_id: int, new_id: int) -> int:
        """Return how many payloads of a policy two extractors read to different wordings, or one of them to none."""
        (count,) = self._db.execute(
            "SELECT count(*) FROM (SELECT DISTINCT k.payload_id FROM policy_urls u "
            "JOIN captures k ON k.urlkey = u.urlkey WHERE u.policy_id = ?) p "
            "JOIN extractions o ON o.payload_id = p.payload_id AND o.extractor_id = ? "
            "JOIN extractions n ON n.payload_id = p.payload_id AND n.extractor_id = ? "
            "LEFT JOIN texts ot ON ot.id = o.text_id LEFT JOIN texts nt ON nt.id = n.text_id "
            "WHERE ot.wording IS NOT nt.wording",
            [policy_id, old_id, new_id],
        ).fetchone()
        return int(count)

    def put(self, capture_id: int, reading: Reading, at: datetime) -> None:
        """Store what was read from a capture's payload, for every capture that has it; once more over a reading that
        was stopped.

        :param at: now; what was stopped is read again after FIRST_RETRY, and after twice as long each time.
        """
        payload_id, outcome, failures = self._db.execute(
            "SELECT payload_id, outcome, failures FROM captures WHERE id = ?", [capture_id]
        ).fetchone()
        stopped = Outcome.READING_STOPPED.value
        self._db.execute(
            "DELETE FROM extraction_rows WHERE payload_id = ? AND extractor_id = ? "
            "AND finding_id IN (SELECT id FROM findings WHERE outcome = ?)",
            [payload_id, self.extractor_id(reading.extractor), stopped],
        )
        self._put_extraction(payload_id, reading)
        self.apply(capture_id, reading.outcome, reading.detail, reading.extractor)
        if reading.outcome is Outcome.READING_STOPPED:
            before = failures if outcome == stopped else 0
            self._set_retry(payload_id, before + 1, format_iso(retry_at(at, before)))
        elif outcome == stopped:
            self._set_retry(payload_id, 0, None)

    def _set_retry(self, payload_id: int, failures: int, not_before: str | None) -> None:
        rows = self._db.execute("SELECT id FROM captures WHERE payload_id = ?", [payload_id]).fetchall()
        self._captures.change([number for (number,) in rows], failures=failures, not_before=not_before)

    def _put_extraction(self, payload_id: int, reading: Reading) -> None:
        judgement, extraction = reading.judgement, reading.extraction
        row = {
            "payload_id": payload_id,
            "extractor_id": self.extractor_id(reading.extractor),
            "outcome": reading.outcome.value,
            "detail": reading.detail,
            "text_id": self._text(reading),
            "title": extraction.title if extraction else "",
            "charset": reading.charset,
            "score": judgement.score if judgement else None,
            "evidence": _json(judgement.evidence if judgement else []),
            "decisions": _json(reading.notes),
            "kind": judgement.kind.value if judgement and judgement.is_policy else "",
            "kind_scores": _json({kind.value: points for kind, points in judgement.kind_scores} if judgement else {}),
            "link_layer_id": self._links(extraction.links) if extraction else None,
        }
        put_extraction(self._db, row)

    def _text(self, reading: Reading) -> int | None:
        if reading.extraction is None or reading.outcome is not Outcome.FETCHED:
            return None
        held = self._db.execute("SELECT id FROM texts WHERE text_digest = ?", [reading.text_digest]).fetchone()
        if held:
            return int(held[0])
        languages = reading.languages
        text_id = put_text(
            self._db, reading.text_digest, reading.extraction.blocks, wording=reading.wording, words=reading.words,
            language=languages.language if languages else reading.extraction.language,
            block_languages=languages.blocks if languages else (),
        )  # fmt: skip
        self._describe(text_id, reading)
        return text_id

    def _describe(self, text_id: int, reading: Reading) -> None:
        """Store what a new text says beside its words."""
        if reading.languages:
            shares = _json(dict(reading.languages.shares))
            self._db.execute("UPDATE texts SET languages = ? WHERE id = ?", [shares, text_id])
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO text_dates (text_id, position, kind, date, ambiguous, month_only, phrase) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (text_id, one.block, one.kind.value, day.isoformat(), len(one.dates) > 1, one.month_only, one.words)
                for one in reading.dates
                for day in one.dates
            ],
        )

    def _links(self, links: tuple[Link, ...]) -> int | None:
        """The id of a page's links, kept once for all pages that have the same."""
        if not links:
            return None
        layer = _json([[link.text, link.href] for link in links])
        digest = hashlib.sha256(layer.encode("utf-8", "replace")).digest()
        return put_links(self._db.conn, digest, json.loads(layer))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
