"""Which share of sites has a term in its policy, by half-year, among the sites of which that is known.

read_stretches(db) ──► Stretches: (site, text, first and last half-year)…, over all versions
trend(stretches, {text ids that have the term}) ──► Point(2018H1, covered sites, sites that have it)…

A site counts as covered in a half-year where one of its wordings is known to have stood in it: a capture lies in it, or
two captures of one wording lie around it, no more than GAP apart. So a gap is no coverage, nor is the time between two
wordings, nor the time after the last capture. It has the term if a wording that is known to have stood has it, at the
half-year's beginning or end. Half-years are numbers (history/timeline/coverage.py). Pure but for `read_stretches` and
`texts_having`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple

from crawler.archives.timestamps import parse_iso
from history.search.index_words import tokens
from history.search.query import parse
from history.search.search import matching_blocks, texts_with
from history.timeline.coverage import half_of
from history.timeline.timeline import GAP


class Stretch(NamedTuple):
    """A time in which a site's policy is known to have had a text, from a half-year to another one or the same."""

    site: str
    text_id: int
    first: int
    last: int


class Stretches:
    """Stretches, and what the trends of all terms need of them.

    :ivar covered: how many sites are covered in each half-year that any site is.
    """

    def __init__(self, every: Iterable[Stretch]) -> None:
        self._by_text: dict[int, list[Stretch]] = {}
        sites: dict[int, set[str]] = {}
        for one in every:
            self._by_text.setdefault(one.text_id, []).append(one)
            for half in range(one.first, one.last + 1):
                sites.setdefault(half, set()).add(one.site)
        self.covered: Mapping[int, int] = {half: len(some) for half, some in sites.items()}

    def __iter__(self) -> Iterator[Stretch]:
        return (one for some in self._by_text.values() for one in some)

    def of(self, text_id: int) -> Sequence[Stretch]:
        """Return those of a text."""
        return self._by_text.get(text_id, ())


@dataclass(frozen=True, slots=True)
class Point:
    """One half-year.

    :param covered: how many sites are covered.
    :param having: those of them that have the term, in alphabetical order.
    """

    half: int
    covered: int
    having: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Of the covered sites; None without any."""
        return len(self.having) / self.covered if self.covered else None


def trend(stretches: Stretches, having: Collection[int]) -> tuple[Point, ...]:
    """Return the points of one term, from the first half-year with coverage to the last; without coverage, too.

    :param having: ids of the texts that have the term.
    """
    sites: dict[int, set[str]] = {}
    for text_id in having:
        for site, _text, first, last in stretches.of(text_id):
            for half in range(first, last + 1):
                sites.setdefault(half, set()).add(site)
    covered = stretches.covered
    halves = range(min(covered), max(covered) + 1) if covered else ()
    return tuple(Point(half, covered.get(half, 0), tuple(sorted(sites.get(half, ())))) for half in halves)


_VERSIONS: Final = """
SELECT s.site, p.id, v.text_id, v.first_seen, v.last_seen
FROM policies p JOIN versions v ON v.policy_id = p.id AND v.extractor_id = p.extractor_id JOIN sites s ON s.id = p.site_id
WHERE ?1 IS NULL OR p.id IN (SELECT value FROM json_each(?1))
"""


def read_stretches(db: sqlite3.Connection, policies: Collection[int] | None = None) -> Stretches:
    """Return when which text is known to have stood.

    :param policies: ids of the only ones that are meant; None: all.
    """
    wanted = None if policies is None else json.dumps(sorted(policies))
    return Stretches(_stretches(db, db.execute(_VERSIONS, [wanted])))


def _stretches(db: sqlite3.Connection, versions: Iterable[Sequence[Any]]) -> Iterator[Stretch]:
    addresses: dict[int, list[int]] = {}
    for site, policy_id, text_id, first_seen, last_seen in versions:
        first, last = _half(first_seen), _half(last_seen)
        if last - first < _SURELY_CLOSE:
            yield Stretch(site, text_id, first, last)
            continue
        if policy_id not in addresses:
            addresses[policy_id] = _addresses(db, policy_id)
        reading = partial(_reading, db, policy_id, addresses[policy_id])
        moments = (int(parse_iso(text).timestamp()) for text in (first_seen, last_seen))
        for stretch in _unbroken(reading, *moments):
            yield Stretch(site, text_id, *(half_of(datetime.fromtimestamp(moment, UTC)) for moment in stretch))


_SURELY_CLOSE: Final = 2  # half-years from one to the other: no more than 368 days lie between, and GAP is longer


def _half(iso: str) -> int:
    """The half-year of a moment that is text.

    >>> _half("2018-06-30T00:00:00Z") == half_of(parse_iso("2018-06-30T00:00:00Z")) == _half("2018-07-01T00:00:00Z") - 1
    True
    """
    return 2 * int(iso[:4]) + (iso[5:7] > "06")


# A reading's date is its capture's, or a day beside it at most (the view `readings`): so the index of captures leads to
# it, and of thousands of captures only those are read that lie at the asked end of the time. Times are seconds since 1970.
_READING: Final = """
SELECT CAST(strftime('%s', r.captured_at) AS INTEGER) AS moment FROM capture_rows k
CROSS JOIN readings r ON r.policy_id = ?1 AND r.capture_id = k.id
JOIN policies p ON p.id = r.policy_id AND p.extractor_id = r.extractor_id
WHERE k.address_id = ?2 AND k.at BETWEEN ?3 - {drift} AND ?4 + {drift} AND moment > ?3 AND moment <= ?4
ORDER BY k.at {order} LIMIT 1
"""
_DRIFT: Final = 2 * 86400
_NEWEST, _OLDEST = (_READING.format(order=order, drift=_DRIFT) for order in ("DESC", "ASC"))
_GAP: Final = int(GAP.total_seconds())


def _addresses(db: sqlite3.Connection, policy_id: int) -> list[int]:
    rows = db.execute(
        "SELECT a.id FROM policy_urls u JOIN addresses a ON a.urlkey = u.urlkey WHERE u.policy_id = ?", [policy_id]
    )
    return [row[0] for row in rows]


def _reading(
    db: sqlite3.Connection, policy_id: int, addresses: Iterable[int], after: int, until: int, newest: bool
) -> int | None:
    """The newest or the oldest capture of a time by which a policy's wording was read."""
    sql = _NEWEST if newest else _OLDEST
    rows = (db.execute(sql, (policy_id, one, after, until)).fetchone() for one in addresses)
    found = [int(row[0]) for row in rows if row]
    return (max(found) if newest else min(found)) if found else None


def _unbroken(reading: Callable[[int, int, bool], int | None], first: int, last: int) -> Iterator[tuple[int, int]]:
    """The times without a gap, from one capture to another: by leaps as long as a gap may be."""
    begin = at = first
    while last - at > _GAP:
        following = reading(at, at + _GAP, True)
        if following is None:
            yield begin, at
            begin = following = reading(at + _GAP, last, False) or last
        at = following
    yield begin, last


def texts_having(db: sqlite3.Connection, query: str) -> dict[int, set[int]]:
    """Return which texts have a passage that matches, each with the ids of these blocks.

    :param query: as typed (history/search/query.py).
    :raises ConfigError: it cannot be understood.
    """
    return texts_with(db, matching_blocks(db, parse(query, tokens)))


def passages(stretches: Stretches, half: int, having: Mapping[int, Collection[int]]) -> list[tuple[int, int]]:
    """Return the blocks behind a half-year's point with how many of its sites had each then, most first.

    :param having: of `texts_having`.
    """
    sites: dict[int, set[str]] = {}
    for text_id, blocks in having.items():
        owners = {one.site for one in stretches.of(text_id) if one.first <= half <= one.last}
        for block in blocks if owners else ():
            sites.setdefault(block, set()).update(owners)
    return sorted(((block, len(owners)) for block, owners in sites.items()), key=lambda one: (-one[1], one[0]))
