"""Which record holds the payload of a revisit. Pure.

    Originals(records).of(revisit) ──► the record, or None

In this order: the record that WARC-Refers-To names; the one at the URL and second of WARC-Refers-To-Target-URI and -Date;
one of the same digest, at the same URL first. A revisit that says none of this, or that the server answered "304 Not
Modified", means the newest earlier capture of its URL (WARC 1.1, 6.7).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from crawler.archives.capture import EMPTY_DIGEST, REVISIT_MIMETYPE, Capture
from crawler.archives.files.records import Place
from crawler.archives.surt import surt
from crawler.archives.timestamps import parse_warc_date

NOT_MODIFIED: Final = "server-not-modified"
_NEAR: Final = timedelta(seconds=1)  # fractions are cut by some writers and rounded by others
_MAX_STEPS: Final = 10  # revisits that refer to revisits


@dataclass(frozen=True, slots=True)
class Refers:
    """What a revisit says of the record that it repeats; "" where it says nothing."""

    url: str = ""
    date: str = ""
    record_id: str = ""
    not_modified: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A capture, the file that has it, and where it lies in it."""

    capture: Capture
    path: Path
    place: Place
    refers: Refers = field(default_factory=Refers)
    record_id: str = ""

    @property
    def is_revisit(self) -> bool:
        return self.capture.mimetype == REVISIT_MIMETYPE


class Originals:
    """The records that are no revisits, by everything that a revisit may refer to them by."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._by_id: dict[str, Record] = {}
        self._by_digest: dict[str, Record] = {}
        self._by_key: dict[str, list[Record]] = defaultdict(list)
        self._by_key_and_digest: dict[tuple[str, str], Record] = {}
        for record in sorted(records, key=lambda record: record.capture.captured_at):
            if record.record_id:
                self._by_id.setdefault(record.record_id, record)
            self._by_key[record.capture.urlkey].append(record)
            if not record.is_revisit:
                digest = record.capture.digest
                self._by_digest.setdefault(digest, record)
                self._by_key_and_digest.setdefault((record.capture.urlkey, digest), record)

    def of(self, revisit: Record) -> Record | None:
        """Return the record that has a revisit's payload, None where it is not here."""
        record: Record | None = revisit
        for _step in range(_MAX_STEPS):
            record = self._one_step(record) if record is not None else None
            if record is None or not record.is_revisit:
                return record
        return None

    def _one_step(self, revisit: Record) -> Record | None:
        refers, digest = revisit.refers, revisit.capture.digest
        named = self._by_id.get(refers.record_id) if refers.record_id else None
        if named is not None and named is not revisit:
            return named
        key = surt(refers.url) if refers.url else revisit.capture.urlkey
        dated = self._dated(key, refers.date, revisit) if refers.date else None
        if dated is not None:
            return dated
        says_nothing = digest in (EMPTY_DIGEST, "-", "")
        if not (says_nothing and refers.not_modified):
            same = self._by_key_and_digest.get((key, digest))
            same = same or (None if says_nothing else self._by_digest.get(digest))
            if same is not None:
                return same
        if refers.not_modified or digest in ("-", ""):
            return self._newest_before(key, revisit.capture.captured_at)
        return None

    def _dated(self, key: str, date: str, revisit: Record) -> Record | None:
        """The record of a URL at a date: of several in that second the one with the revisit's digest, pages first."""
        try:
            moment = parse_warc_date(date)
        except ValueError:
            return None
        records = self._by_key.get(key, [])
        near = []
        for record in records[bisect_left(records, moment - _NEAR, key=_date) :]:
            if record.capture.captured_at > moment + _NEAR:
                break
            if record is not revisit:
                near.append(record)
        return min(near, key=lambda record: _unlikeness(record, revisit, moment), default=None)

    def _newest_before(self, key: str, moment: datetime) -> Record | None:
        records = self._by_key.get(key, [])
        for record in reversed(records[: bisect_left(records, moment, key=_date)]):
            if not record.is_revisit and record.capture.statuscode in ("200", "-"):
                return record
        return None


def _date(record: Record) -> datetime:
    return record.capture.captured_at


def _unlikeness(record: Record, revisit: Record, moment: datetime) -> tuple[bool, timedelta, bool]:
    digest = record.capture.digest
    return record.is_revisit, abs(record.capture.captured_at - moment), digest != revisit.capture.digest
