"""Which share of sites has a term in its policy, by half-year, among the sites of which that is known.

read_stretches(db) ──► Stretch(site, text, first, last)…, over all versions
trend(stretches, {text ids that have the term}) ──► Point("2018-H1", covered sites, sites that have it, their texts)…

A site counts as covered in a half-year where one of its wordings is known to have stood in it: a capture lies in it, or
two captures of one wording lie around it, no more than GAP apart. So a gap is no coverage, nor is the time between two
wordings, nor the time after the last capture. It has the term if a wording that is known to have stood has it, at the
half-year's beginning or end. Pure but for `read_stretches` and `texts_having`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Final

from crawler.archives.timestamps import format_iso, parse_iso
from history.search.index_words import tokens
from history.search.query import parse
from history.search.search import matching_blocks, texts_with
from history.timeline.timeline import GAP

Half = tuple[int, int]  # year, 1 or 2


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a site's policy is known to have had a text."""

    site: str
    text_id: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """One half-year.

    :param covered: how many sites are covered.
    :param having: those of them that have the term, in alphabetical order.
    :param texts: ids of the texts that have it, each with the sites at which it stood then.
    """

    half: Half
    covered: int
    having: tuple[str, ...]
    texts: Mapping[int, frozenset[str]]

    @property
    def share(self) -> float | None:
        """Of the covered sites; None without any."""
        return len(self.having) / self.covered if self.covered else None


def half_of(moment: datetime) -> Half:
    return moment.year, 1 if moment.month <= 6 else 2


def trend(stretches: Iterable[Stretch], having: Collection[int]) -> tuple[Point, ...]:
    """Return the points of one term, from the first half-year with coverage to the last; without coverage, too.

    :param having: ids of the texts that have the term.
    """
    covered: dict[Half, set[str]] = {}
    texts: dict[Half, dict[int, set[str]]] = {}
    for stretch in stretches:
        for half in _halves(half_of(stretch.first), half_of(stretch.last)):
            covered.setdefault(half, set()).add(stretch.site)
            if stretch.text_id in having:
                texts.setdefault(half, {}).setdefault(stretch.text_id, set()).add(stretch.site)
    if not covered:
        return ()
    return tuple(
        _point(half, len(covered.get(half, ())), texts.get(half, {})) for half in _halves(min(covered), max(covered))
    )


def _halves(first: Half, last: Half) -> Iterator[Half]:
    while first <= last:
        yield first
        first = (first[0], 2) if first[1] == 1 else (first[0] + 1, 1)


def _point(half: Half, covered: int, texts: Mapping[int, Collection[str]]) -> Point:
    having = sorted({site for sites in texts.values() for site in sites})
    return Point(half, covered, tuple(having), {text_id: frozenset(sites) for text_id, sites in texts.items()})


_VERSIONS: Final = """
SELECT s.site, v.policy_id, v.version, v.text_id, v.first_seen, v.last_seen
FROM versions v JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id JOIN sites s ON s.id = p.site_id
ORDER BY s.site, v.policy_id, v.version
"""


def read_stretches(db: sqlite3.Connection, policies: Collection[int] | None = None) -> list[Stretch]:
    """Return when which text is known to have stood.

    :param policies: ids of the only ones that are meant; None: all.
    """
    found: list[Stretch] = []
    for policy_id, versions in groupby(db.execute(_VERSIONS), key=lambda row: row["policy_id"]):
        if policies is not None and policy_id not in policies:
            continue
        addresses: list[int] | None = None
        for row in versions:
            first, last = parse_iso(row["first_seen"]), parse_iso(row["last_seen"])
            if last - first > GAP:
                addresses = _addresses(db, policy_id) if addresses is None else addresses
                unbroken = _unbroken(partial(_reading, db, policy_id, addresses), first, last)
                found += [Stretch(row["site"], row["text_id"], *one) for one in unbroken]
            else:
                found.append(Stretch(row["site"], row["text_id"], first, last))
    return found


# A reading's date is its capture's, or a day beside it at most (the view `readings`): so the index of captures leads to
# it, and of thousands of captures only those are read that lie at the asked end of the time.
_READING: Final = """
SELECT r.captured_at FROM addresses a CROSS JOIN policy_urls u ON u.policy_id = :policy AND u.urlkey = a.urlkey
CROSS JOIN capture_rows k ON k.address_id = a.id
  AND k.at BETWEEN :low AND :high
CROSS JOIN readings r ON r.policy_id = u.policy_id AND r.capture_id = k.id
JOIN policies p ON p.id = r.policy_id AND p.extractor_id = r.extractor_id
WHERE a.id = :address AND r.captured_at > :after AND r.captured_at <= :until ORDER BY k.at {order} LIMIT 1
"""
_DRIFT: Final = timedelta(days=2)
_NEWEST, _OLDEST = _READING.format(order="DESC"), _READING.format(order="ASC")


def _addresses(db: sqlite3.Connection, policy_id: int) -> list[int]:
    rows = db.execute(
        "SELECT a.id FROM policy_urls u JOIN addresses a ON a.urlkey = u.urlkey WHERE u.policy_id = ?", [policy_id]
    )
    return [row[0] for row in rows]


def _reading(
    db: sqlite3.Connection, policy_id: int, addresses: Iterable[int], after: datetime, until: datetime, newest: bool
) -> datetime | None:
    """The newest or the oldest capture of a time by which a policy's wording was read."""
    low, high = int((after - _DRIFT).timestamp()), int((until + _DRIFT).timestamp())
    asked = {"policy": policy_id, "after": format_iso(after), "until": format_iso(until), "low": low, "high": high}
    rows = (db.execute(_NEWEST if newest else _OLDEST, asked | {"address": one}).fetchone() for one in addresses)
    found = [row[0] for row in rows if row]
    return parse_iso(max(found) if newest else min(found)) if found else None


def _unbroken(
    reading: Callable[[datetime, datetime, bool], datetime | None], first: datetime, last: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The times without a gap, from one capture to another: by leaps as long as a gap may be."""
    begin = at = first
    while last - at > GAP:
        following = reading(at, at + GAP, True)
        if following is None:
            yield begin, at
            begin = following = reading(at + GAP, last, False) or last
        at = following
    yield begin, last


def texts_having(db: sqlite3.Connection, query: str) -> dict[int, list[int]]:
    """Return which texts have a passage that matches, each with the ids of these blocks.

    :param query: as typed (history/search/query.py).
    :raises ConfigError: it cannot be understood.
    """
    return texts_with(db, matching_blocks(db, parse(query, tokens)))


def passages(point: Point, having: Mapping[int, Sequence[int]]) -> list[tuple[int, int]]:
    """Return the blocks behind a point with how many of its sites had each then, most first.

    :param having: of `texts_having`.
    """
    sites: dict[int, set[str]] = {}
    for text_id, owners in point.texts.items():
        for block in having[text_id]:
            sites.setdefault(block, set()).update(owners)
    return sorted(((block, len(owners)) for block, owners in sites.items()), key=lambda one: (-one[1], one[0]))
