"""What was read from payloads: one extraction per payload and extractor, with its text, links and dates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from crawler.archives.capture import Outcome
from crawler.archives.timestamps import format_iso, parse_iso
from crawler.targets.fetched import Fetched
from crawler.targets.hints import NO_HINTS, Hints
from pipelines.reading.extractor import base_extractor
from pipelines.store.packed_reading import packed_reading
from pipelines.store.tables.at_hand import AtHand
from pipelines.store.tables.capture_table import CaptureTable
from pipelines.store.tables.extractions import NewExtraction, finding_id, put_finding, put_findings
from pipelines.store.tables.links import put_links
from pipelines.store.tables.payload_captures import MOST_AT_ONCE, CaptureOf, held_by
from pipelines.store.tables.texts import BLOCKS_AT_HAND, put_text

if TYPE_CHECKING:
    from crawler.archives.capture import Policy
    from pipelines.model import TextDate
    from pipelines.reading.reading import Reading
    from pipelines.store.packed_reading import PackedReading
    from pipelines.store.shelves.declarations import DeclarationShelf
    from pipelines.store.shelves.policies import PolicyShelf
    from pipelines.store.transactions import OpenFile

# After a capture could not be played back, or its reading was stopped.
FIRST_RETRY: Final = timedelta(hours=6)
LONGEST_RETRY: Final = timedelta(days=30)
_STOPPED: Final = Outcome.READING_STOPPED.value
_NOT_READ: Final = (Outcome.REDIRECT.value, Outcome.ARCHIVED_ERROR.value)  # whatever is read of their payload


def retry_at(now: datetime, failures: int) -> datetime:
    """Return when it is worth trying again what failed now, and so many times before."""
    wait: timedelta = min(FIRST_RETRY * 2 ** min(failures, 16), LONGEST_RETRY)
    return now + wait


def outcome_of(reading: Outcome, fetched_at: str | int | None) -> Outcome:
    """Return a capture's outcome by what was read from its payload; one that was not fetched has another's payload."""
    return Outcome.REVISIT if reading is Outcome.FETCHED and fetched_at is None else reading


def _changed(captures: Iterable[CaptureOf], outcome: Outcome, detail: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield what CaptureTable.set_outcomes takes of those captures that a reading of their payload changes."""
    if_not, if_fetched = outcome_of(outcome, None).value, outcome_of(outcome, 1).value
    for row, kind, had, told, was_fetched in captures:
        now, says = if_fetched if was_fetched else if_not, told if outcome is Outcome.FETCHED else detail
        if (now, says) != (had, told) and had not in _NOT_READ:
            yield row, kind, now, says


def _no_payload_twice(readings: Iterable[tuple[bytes, PackedReading]]) -> Iterator[list[tuple[bytes, PackedReading]]]:
    """Yield readings some at once, so that none of them has to know what another one wrote."""
    some: dict[bytes, PackedReading] = {}
    for digest, reading in readings:
        if digest in some or len(some) == MOST_AT_ONCE:
            yield list(some.items())
            some = {}
        some[digest] = reading
    if some:
        yield list(some.items())


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
    """The readings of one database."""

    def __init__(self, file: OpenFile, declarations: DeclarationShelf, policies: PolicyShelf) -> None:
        self._file, self._db = file, file.db
        self._declarations, self._policies = declarations, policies
        self._captures = CaptureTable(file.db, memory=file.memory)
        self._extractors: dict[str, int] = {}
        self._layers: AtHand[bytes, int] = file.memory()
        self._findings: AtHand[tuple[Any, ...], int] = file.memory()
        self._texts: AtHand[str, int] = file.memory()
        self._blocks: AtHand[bytes, int] = file.memory(BLOCKS_AT_HAND)
        file.after_rollback.append(self._extractors.clear)

    def extractor_id(self, extractor: str) -> int:
        """Return the id of an extractor; a new one is made."""
        if extractor not in self._extractors:
            self._db.execute("INSERT INTO extractors (extractor) VALUES (?) ON CONFLICT DO NOTHING", [extractor])
            (found,) = self._db.execute("SELECT id FROM extractors WHERE extractor = ?", [extractor]).fetchone()
            self._extractors[extractor] = found
        return self._extractors[extractor]

    def unread(self, policy: Policy, extractor: str, *, at_once: bool = False) -> list[Unread]:
        """Return the policy's payloads that this extractor has not read: kept by a run that was killed, read by an
        earlier extractor only, or stopped while they were read.

        :param at_once: also what was stopped a short while ago; a crawl lets it rest, longer each time.
        """
        due = "9999" if at_once else self._file.now()
        extractor = self._declarations.extractor(policy, extractor)
        rows = self._db.execute(
            "SELECT min(k.id), k.payload_id, k.original, k.captured_at, k.http_status, k.headers "
            "FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey "
            "WHERE u.policy_id = ? AND k.payload_id IS NOT NULL AND k.outcome NOT IN ('redirect', 'archived_error') "
            "AND (k.outcome <> 'reading_stopped' OR k.not_before IS NULL OR k.not_before <= ?) "
            "AND NOT EXISTS (SELECT 1 FROM extractions e WHERE e.payload_id = k.payload_id AND e.extractor_id = ? "
            "AND e.outcome <> 'reading_stopped') "
            "GROUP BY k.payload_id ORDER BY 1",
            [policy.policy_id, due, self.extractor_id(extractor)],
        ).fetchall()
        return [
            Unread(
                capture_id,
                payload_id,
                url,
                parse_iso(at),
                status or 200,
                json.loads(headers or "{}"),
                self._declarations.hints(policy, capture_id),
            )
            for capture_id, payload_id, url, at, status, headers in rows
        ]

    def known(self, policy: Policy, capture_id: int, extractor: str) -> tuple[Outcome, str] | None:
        """Return outcome and wording of a capture whose payload this extractor has read for another, and give it that
        outcome; None where it is still to be read.
        """
        extractor = self._declarations.extractor(policy, extractor)
        row = self._db.execute(
            "SELECT e.outcome, e.detail, coalesce(t.wording, '') FROM captures k "
            "JOIN extractions e ON e.payload_id = k.payload_id LEFT JOIN texts t ON t.id = e.text_id "
            "WHERE k.id = ? AND e.extractor_id = ?",
            [capture_id, self.extractor_id(extractor)],
        ).fetchone()
        if row is None:
            return None
        outcome = Outcome(row[0])
        with self._file.transaction():
            payload_id = self._payload_of(capture_id)
            self._apply(self._captures, payload_id, outcome, row[1], extractor)
            self._policies.mark_dirty(capture_id)
        return outcome, row[2]

    def _payload_of(self, capture_id: int) -> int:
        (payload_id,) = self._db.execute("SELECT payload_id FROM capture_rows WHERE id = ?", [capture_id]).fetchone()
        return int(payload_id)

    def _apply(self, table: CaptureTable, payload_id: int, outcome: Outcome, detail: str, extractor: str) -> None:
        """Give what was read of a payload to every capture that has it.

        A page that holds several policies is read for each of them; where one of them has its text, it is that.
        """
        if outcome is not Outcome.FETCHED and self._read_for_another(payload_id, extractor):
            return
        rows = self._db.execute(
            "SELECT r.id, r.kind_id, c.outcome, coalesce(r.detail, ''), r.fetched IS NOT NULL FROM main.capture_rows r "
            "JOIN main.capture_kinds c ON c.id = r.kind_id WHERE r.payload_id = ?",
            [payload_id],
        )
        table.set_outcomes(_changed(rows.fetchall(), outcome, detail))

    def _read_for_another(self, payload_id: int, extractor: str) -> bool:
        """The same program got a text from the payload for another policy: one with other hints, another part."""
        base = base_extractor(extractor)
        rows = self._db.execute(
            "SELECT x.extractor FROM extractions e JOIN extractors x ON x.id = e.extractor_id "
            "WHERE e.payload_id = ? AND e.outcome = 'fetched'",
            [payload_id],
        )
        return any(found != extractor and base_extractor(found) == base for (found,) in rows)

    def differing(self, policy: Policy, old: str, new: str) -> int:
        """Return how many of a policy's payloads two extractors read to different wordings, or one of them to none."""
        (count,) = self._db.execute(
            "SELECT count(*) FROM (SELECT DISTINCT k.payload_id FROM policy_urls u "
            "JOIN captures k ON k.urlkey = u.urlkey WHERE u.policy_id = ?) p "
            "JOIN extractions o ON o.payload_id = p.payload_id AND o.extractor_id = ? "
            "JOIN extractions n ON n.payload_id = p.payload_id AND n.extractor_id = ? "
            "LEFT JOIN texts ot ON ot.id = o.text_id LEFT JOIN texts nt ON nt.id = n.text_id "
            "WHERE ot.wording IS NOT nt.wording",
            [policy.policy_id, self.extractor_id(old), self.extractor_id(new)],
        ).fetchone()
        return int(count)

    def put(self, capture_id: int, reading: Reading | PackedReading) -> None:
        """Store what was read from a capture's payload, for every capture that has it; once more over a reading that
        was stopped. What was stopped is read again after FIRST_RETRY, and after twice as long each time. One transaction.

        :raises LookupError: the capture has no payload, and nothing is stored.
        """
        with self._file.transaction():
            self._put(self._captures, capture_id, reading)
            self._policies.mark_dirty(capture_id)

    def put_many(self, readings: Iterable[tuple[bytes, PackedReading]]) -> Iterator[bool]:
        """Store what was read from payloads (their SHA-256), for every capture that has one, whichever policy it is of;
        within the caller's transaction, and all of them once the iterator is at its end.

        :return: of each whether it is new: False, and nothing is stored, where this extractor has read it, or no capture
            has it any more.
        """
        addresses: dict[int, int] = {}  # each with a capture
        table = CaptureTable(self._db, alone=True)
        for some in _no_payload_twice(readings):
            asked = [(digest, reading.extractor) for digest, reading in some]
            unread = [one if one and one.read in (None, _STOPPED) else None for one in held_by(self._db, asked)]
            found: list[NewExtraction] = []
            changed: list[tuple[int, int, str, str]] = []
            for payload, (_digest, reading) in zip(unread, some, strict=True):
                if payload is None:
                    continue
                addresses |= payload.addresses
                first, _kind, first_outcome, *_ = payload.captures[0]
                if _STOPPED in (reading.outcome.value, payload.read, first_outcome):
                    self._put(table, first, reading)
                    continue
                finding, layer = self._finding(reading), self._links(reading.links)
                found.append(NewExtraction(payload.row, self.extractor_id(reading.extractor), finding, layer))
                if reading.outcome is Outcome.FETCHED or not self._read_for_another(payload.row, reading.extractor):
                    changed += _changed(payload.captures, reading.outcome, reading.detail)
            put_findings(self._db, found)
            table.set_outcomes(changed)
            yield from (payload is not None for payload in unread)
        for capture_id in addresses.values():
            self._policies.mark_dirty(capture_id)

    def put_other(self, payload_id: int, reading: Reading | PackedReading) -> None:
        """Store how others read a payload, in the place of how they read it before: beside our readings, and without a
        say in what became of any capture. One transaction.

        :param reading: its `extractor` names who read it.
        """
        with self._file.transaction():
            self._db.execute(
                "DELETE FROM extraction_rows WHERE payload_id = ? AND extractor_id = ?",
                [payload_id, self.extractor_id(reading.extractor)],
            )
            self._put_extraction(payload_id, packed_reading(reading))

    def read_by(self, policy: Policy, extractor: str) -> dict[int, str]:
        """Return the payloads of a policy that an extractor has read, ours or another, each with what it noted (JSON)."""
        rows = self._db.execute(
            "SELECT DISTINCT k.payload_id, e.decisions FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey "
            "JOIN extractions e ON e.payload_id = k.payload_id AND e.extractor_id = ? WHERE u.policy_id = ?",
            [self.extractor_id(extractor), policy.policy_id],
        )
        return dict(rows.fetchall())

    def _put(self, table: CaptureTable, capture_id: int, reading: Reading | PackedReading) -> None:
        """Store what was read of a payload. :param capture_id: one that has it."""
        packed = packed_reading(reading)
        payload_id, outcome, failures = self._db.execute(
            "SELECT r.payload_id, c.outcome, coalesce(json_extract(r.unusual, '$.failures'), 0) FROM capture_rows r "
            "JOIN capture_kinds c ON c.id = r.kind_id WHERE r.id = ?",
            [capture_id],
        ).fetchone()
        if payload_id is None:
            raise LookupError(f"capture {capture_id} has no payload: it was removed after it was read")
        self._put_extraction(payload_id, packed)
        self._apply(table, payload_id, packed.outcome, packed.detail, packed.extractor)
        if packed.outcome is Outcome.READING_STOPPED:
            before = failures if outcome == _STOPPED else 0
            self._set_retry(payload_id, before + 1, format_iso(retry_at(self._file.clock(), before)))
        elif outcome == _STOPPED:
            self._set_retry(payload_id, 0, None)

    def _set_retry(self, payload_id: int, failures: int, not_before: str | None) -> None:
        rows = self._db.execute("SELECT id FROM captures WHERE payload_id = ?", [payload_id]).fetchall()
        self._captures.change([number for (number,) in rows], failures=failures, not_before=not_before)

    def _put_extraction(self, payload_id: int, reading: PackedReading) -> None:
        """Store an extraction; over one that was stopped, too, and over no other."""
        finding = self._finding(reading)
        layer, extractor_id = self._links(reading.links), self.extractor_id(reading.extractor)
        if not put_finding(self._db, payload_id, extractor_id, finding, layer):
            self._db.execute(
                "DELETE FROM extraction_rows WHERE payload_id = ? AND extractor_id = ? "
                "AND finding_id IN (SELECT id FROM findings WHERE outcome = ?)",
                [payload_id, extractor_id, _STOPPED],
            )
            put_finding(self._db, payload_id, extractor_id, finding, layer)

    def _finding(self, reading: PackedReading) -> int:
        """The id of what was found, with its text."""
        found = (self._text(reading), *reading.found)
        if (finding := self._findings.get(found)) is None:
            finding = self._findings.keep(found, finding_id(self._db, found))
        return finding

    def _text(self, reading: PackedReading) -> int | None:
        if not reading.text or reading.outcome is not Outcome.FETCHED:
            return None
        if (known := self._texts.get(reading.text_digest)) is not None:
            return known
        held = self._db.execute("SELECT id FROM texts WHERE text_digest = ?", [reading.text_digest]).fetchone()
        return self._texts.keep(reading.text_digest, int(held[0]) if held else self._put_text(reading))

    def _put_text(self, reading: PackedReading) -> int:
        text = reading.unpacked_text()
        text_id = put_text(
            self._db,
            reading.text_digest,
            text.blocks,
            wording=reading.wording,
            words=reading.words,
            language=reading.language,
            block_languages=text.block_languages,
            digests=text.digests,
            at_hand=self._blocks,
        )
        if text.languages is not None:
            self._db.execute("UPDATE texts SET languages = ? WHERE id = ?", [text.languages, text_id])
        self._put_dates(text_id, reading.dates)
        return text_id

    def _put_dates(self, text_id: int, dates: tuple[TextDate, ...]) -> None:
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO text_dates (text_id, position, kind, date, ambiguous, month_only, phrase) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (text_id, one.block, one.kind.value, day.isoformat(), len(one.dates) > 1, one.month_only, one.words)
                for one in dates
                for day in one.dates
            ],
        )

    def _links(self, layer: tuple[bytes, bytes] | None) -> int | None:
        """The id of a page's links, kept once for all pages that have the same."""
        if layer is None:
            return None
        digest, links = layer
        if (known := self._layers.get(digest)) is not None:
            return known
        return self._layers.keep(digest, put_links(self._db.conn, digest, links))
