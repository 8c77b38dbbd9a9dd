"""The captures of one policy as columns of numbers, so that 100,000 of them are held and gone through at once.

    store ──► ListedCapture, one by one ──► index_verdict: settled by its index row alone, no request
                                        └─► rows_of: Rows(pages), Rows(redirects), by time ──► survey.py

A capture takes about 50 bytes: the texts of an index row (its URL, its timestamp, its digest) stay in the store and
are read again for the few captures that are fetched.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from crawler.archives.capture import EMPTY_DIGEST, REVISIT_MIMETYPE, Capture, ListedCapture, Outcome
from crawler.archives.common_crawl import CUT_OFF
from crawler.choosing.lengths import UNKNOWN, LengthEvidence, study

NO_DIGESTS = frozenset((EMPTY_DIGEST, "-", ""))  # they tell nothing of what is behind them
TELLS_NOTHING = 0  # digest_key of those
MAX_LENGTH = 2**31 - 1
_OTHER_MEDIA = (
    "image/",
    "audio/",
    "video/",
    "font/",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/x-javascript",
    "application/json",
    "application/x-shockwave-flash",
)


def index_verdict(capture: Capture) -> tuple[Outcome, str] | None:
    """What the index row alone says: (outcome, why) of a capture that needs no request, None of one that does."""
    if capture.status is not None and capture.status >= 400:
        return Outcome.ARCHIVED_ERROR, f"HTTP {capture.status}, as the index says"
    if not capture.original.lower().startswith(("http://", "https://")):
        return Outcome.NOT_A_DOCUMENT, "the index row has no URL to play back"
    if capture.mimetype.startswith(_OTHER_MEDIA):
        return Outcome.NOT_A_DOCUMENT, f"{capture.mimetype}, as the index says"
    if CUT_OFF in capture.oddity:
        return Outcome.UNDECODABLE, f"{capture.oddity}; a part of a page is none"
    if capture.status == 200 and capture.digest == EMPTY_DIGEST:
        return Outcome.NOT_A_POLICY, "empty page, as its digest says"
    return None


@lru_cache(maxsize=1024)
def digest_key(digest: str) -> int:
    """Return the number that stands for a cdx digest; 0 for those that tell nothing.

    >>> digest_key("-"), digest_key("A") == digest_key("B")
    (0, False)
    """
    if digest in NO_DIGESTS:
        return TELLS_NOTHING
    hashed = hashlib.blake2b(digest.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(hashed, "big", signed=True) or 1


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """Seven numbers a capture, in one order.

    :param times: seconds since 1970, UTC.
    :param lengths: of the compressed record, in bytes; UNKNOWN where the index has "-" or 0, or a revisit's own.
    :param lines: which of the policy's URLs (urlkeys), numbered as they come.
    """

    ids: array[int] = field(default_factory=lambda: array("q"))
    times: array[int] = field(default_factory=lambda: array("q"))
    digests: array[int] = field(default_factory=lambda: array("q"))
    lengths: array[int] = field(default_factory=lambda: array("i"))
    revisits: array[int] = field(default_factory=lambda: array("b"))
    lines: array[int] = field(default_factory=lambda: array("i"))

    def add(self, capture_id: int, capture: Capture, line: int) -> None:
        self.ids.append(capture_id)
        self.times.append(int(capture.captured_at.timestamp()))
        self.digests.append(digest_key(capture.digest))
        self.lengths.append(_length(capture))
        self.revisits.append(capture.mimetype == REVISIT_MIMETYPE)
        self.lines.append(line)

    def in_time_order(self) -> _Columns:
        """By time, of one second by capture id: the order in which versions are folded."""
        keys = list(zip(self.times, self.ids, strict=True))
        order = sorted(range(len(keys)), key=keys.__getitem__)
        columns = (self.ids, self.times, self.digests, self.lengths, self.revisits, self.lines)
        return _Columns(*(array(column.typecode, map(column.__getitem__, order)) for column in columns))


def _length(capture: Capture) -> int:
    text = capture.length
    if capture.mimetype == REVISIT_MIMETYPE or not (text.isascii() and text.isdigit()) or len(text) > 10:
        return UNKNOWN
    return min(int(text), MAX_LENGTH) or UNKNOWN


class Rows:
    """Captures of one kind, oldest first. Read it, never write it."""

    def __init__(self, columns: _Columns) -> None:
        columns = columns.in_time_order()
        self.ids, self.times, self.digests = columns.ids, columns.times, columns.digests
        self.lengths, self.revisits, self.lines = columns.lengths, columns.revisits, columns.lines

    @classmethod
    def none(cls) -> Rows:
        return cls(_Columns())

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def evidence(self) -> LengthEvidence:
        """What the lengths tell of where the page changed; computed once."""
        return study(self.lengths, self.digests)

    @cached_property
    def _by_id(self) -> array[int]:
        return array("i", sorted(range(len(self.ids)), key=self.ids.__getitem__))

    def positions(self, capture_ids: Iterable[int]) -> Iterator[int]:
        """Yield where captures stand; those that are not among the rows are passed over."""
        for capture_id in capture_ids:
            at = bisect_left(self._by_id, capture_id, key=self.ids.__getitem__)
            if at < len(self._by_id) and self.ids[self._by_id[at]] == capture_id:
                yield self._by_id[at]


@dataclass(frozen=True, slots=True, eq=False)
class Captures:
    """One policy's captures that only playback can tell of."""

    pages: Rows
    redirects: Rows


class GrowingRows:
    """The columns of a policy's captures, of all its URLs together, as they come, in whatever order.

    Those of which the index row says enough (index_verdict) are left out. What became of a capture so far is not
    in the rows but in survey.Knowledge, so that rows are made once a run and knowledge grows.
    """

    def __init__(self) -> None:
        self._pages, self._redirects = _Columns(), _Columns()
        self._lines: dict[str, int] = {}

    def add(self, one: ListedCapture) -> None:
        """Take in a capture."""
        if index_verdict(one.capture) is None:
            line = self._lines.setdefault(one.capture.urlkey, len(self._lines))
            (self._redirects if one.capture.is_redirect else self._pages).add(one.capture_id, one.capture, line)

    def captures(self) -> Captures:
        """Return what has come so far."""
        return Captures(Rows(self._pages), Rows(self._redirects))


def rows_of(listed: Iterable[ListedCapture]) -> Captures:
    """Return the columns of captures that are at hand."""
    rows = GrowingRows()
    for one in listed:
        rows.add(one)
    return rows.captures()
