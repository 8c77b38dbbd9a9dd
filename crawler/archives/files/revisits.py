"""Which record holds the payload of a revisit.

    Originals(index).of(revisit) ──► the record, or None

In this order: the record that WARC-Refers-To names; the one at the URL and second of WARC-Refers-To-Target-URI and -Date;
one of the same digest, at the same URL first. A revisit that says none of this, or that the server answered "304 Not
Modified", means the newest earlier capture of its URL (WARC 1.1, 6.7).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from crawler.archives.capture import EMPTY_DIGEST
from crawler.archives.files.record_index import Record, RecordIndex
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_timestamp, parse_warc_date

NOT_MODIFIED: Final = "server-not-modified"
_NEAR: Final = timedelta(seconds=1)  # fractions are cut by some writers and rounded by others
_MAX_STEPS: Final = 10  # revisits that refer to revisits


class Originals:
    """The records that are no revisits, by everything that a revisit may refer to them by."""

    def __init__(self, index: RecordIndex) -> None:
        self._index = index

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
        named = self._index.named(refers.record_id) if refers.record_id else None
        if named is not None and named != revisit:
            return named
        key = surt(refers.url) if refers.url else revisit.capture.urlkey
        dated = self._dated(key, refers.date, revisit) if refers.date else None
        if dated is not None:
            return dated
        says_nothing = digest in (EMPTY_DIGEST, "-", "")
        if not (says_nothing and refers.not_modified):
            same = self._index.alike(digest, key)
            same = same or (None if says_nothing else self._index.alike(digest))
            if same is not None:
                return same
        if refers.not_modified or digest in ("-", ""):
            return self._index.newest_before(key, revisit.capture.timestamp)
        return None

    def _dated(self, key: str, date: str, revisit: Record) -> Record | None:
        """The record of a URL at a date: of several in that second the one with the revisit's digest, pages first."""
        try:
            moment = parse_warc_date(date)
            first, last = format_timestamp(moment - _NEAR), format_timestamp(moment + _NEAR)
        except (ValueError, OverflowError):
            return None
        near = (record for record in self._index.of_url(key, first, last) if record != revisit)
        return min(near, key=lambda record: _unlikeness(record, revisit, moment), default=None)


def _unlikeness(record: Record, revisit: Record, moment: datetime) -> tuple[bool, timedelta, bool]:
    digest = record.capture.digest
    return record.is_revisit, abs(record.capture.captured_at - moment), digest != revisit.capture.digest
