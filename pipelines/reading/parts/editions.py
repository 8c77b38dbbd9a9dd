"""Earlier versions that a page keeps beside the one in force: they are history that the page tells, not text of today's.

    dated heads of one rank, their texts ──► Edition…, one of them in force

A page keeps its own history where texts that are much alike stand one after the other, each under a head with a date or
a version of its own ("In force from 1 May 2018 to 24 May 2020"); or where a text is followed by such a head with a text
much like it. A list of changes has dated heads, too, but its texts are not alike; a supplement is alike, but not dated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import regex

from pipelines.reading.dates.written_dates import written_dates
from pipelines.reading.judging.document_kind import folded
from pipelines.reading.parts.stretches import Stretch, Texts
from pipelines.reading.parts.titles import says_earlier
from pipelines.text.folding import fold
from pipelines.text.wording import words

# Two versions of a document share most of their words: this share of the words that either has. Other documents of one
# company share a quarter.
_ALIKE: Final = 0.5
# Fewer characters are a note on a version, not a version.
_LEAST_CHARS: Final = 1000
_MOST_CHARS: Final = 400_000
_MAY_DATE: Final = regex.compile(
    r"(?<!\d)(?:19[89]|20[0-4])\d(?!\d)|\d\d?[./-]\d\d?[./-]\d\d(?!\d)|\bv(?:ersion)?[ .]?\d", regex.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class DatedHead:
    """A line that may head a version: its text, its rank, where it begins."""

    text: str
    rank: int
    begin: float


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of a document that stands on the page.

    :param text: its head.
    :param in_force: the dates of its head: from, to; either may be None.
    :param current: it is the one in force.
    """

    text: str
    stretch: Stretch
    in_force: tuple[date | None, date | None]
    current: bool


def may_be_dated(text: str) -> bool:
    """Tell quickly whether a line may have a date or a version, or says that it is of an earlier one."""
    return _MAY_DATE.search(text) is not None or says_earlier(text)


def find_editions(texts: Texts, whole: Stretch, heads: Sequence[DatedHead]) -> list[Edition]:
    """Return the versions of one document that stand in a stretch; none where there is only one.

    :param heads: lines that head text there, in reading order.
    """
    for rank in sorted({head.rank for head in heads if may_be_dated(head.text)}):
        dated = [head for head in heads if head.rank == rank and may_be_dated(head.text)]
        ends = [*(head.begin for head in dated[1:]), whole[1]]
        bodies = [
            (head, (head.begin, end))
            for head, end in zip(dated, ends, strict=True)
            if texts.chars((head.begin, end)) >= _LEAST_CHARS
        ]
        if not bodies:
            continue
        before = (whole[0], bodies[0][1][0])
        if texts.chars(before) >= _LEAST_CHARS:
            bodies = _alike_run(texts, before, bodies)
            found = [Edition(head.text, stretch, in_force(head.text), current=False) for head, stretch in bodies]
        else:
            found = of_alike(texts, [(head.text, stretch) for head, stretch in bodies])
        if found:
            return _with_heading(texts, heads, found)
    return []


def of_alike(texts: Texts, bodies: Sequence[tuple[str, Stretch]]) -> list[Edition]:
    """Return texts under dated heads as versions of one document, if they are; the newest is in force."""
    if len(bodies) < 2 or len({text for text, _stretch in bodies}) < len(bodies):
        return []
    sets = [_words(texts, stretch) for _text, stretch in bodies]
    if any(not _are_alike(one, other) for one, other in pairwise(sets)):
        return []
    dates = [in_force(text) for text, _stretch in bodies]
    newest = max(range(len(bodies)), key=lambda at: (not says_earlier(bodies[at][0]), _rank(dates[at]), -at))
    return [Edition(text, stretch, dates[at], current=at == newest) for at, (text, stretch) in enumerate(bodies)]


def _rank(dates: tuple[date | None, date | None]) -> tuple[date, bool]:
    """What began later is newer; of two that began alike, the one without an end."""
    begin, end = dates
    return begin or end or date.min, end is None


def in_force(text: str) -> tuple[date | None, date | None]:
    """Return from when to when a head says that its version was in force.

    >>> [str(day) for day in in_force("In force from 1 January 2019 to 24 May 2020")]
    ['2019-01-01', '2020-05-24']
    """
    days = [found.days[0] for found in written_dates(fold(text))]
    if len(days) > 1:
        return min(days[:2]), max(days[:2])
    if days and _ENDS.search(folded(text)):
        return None, days[0]
    return (days[0] if days else None), None


_ENDS: Final = regex.compile(
    r"\b(?:until|till|through|up to|bis|jusqu|hasta|fino al|tot|ate|do dnia|до|til|till|saakka)\b|まで|截至|까지"
)


def _alike_run(
    texts: Texts, before: Stretch, bodies: Sequence[tuple[DatedHead, Stretch]]
) -> list[tuple[DatedHead, Stretch]]:
    """The versions that follow the text before them, each like the one before; none if the first is not."""
    last = _words(texts, before)
    for number, (_head, stretch) in enumerate(bodies):
        here = _words(texts, stretch)
        if not _are_alike(last, here):
            return [] if number == 0 else list(bodies[:number])
        last = here
    return list(bodies)


def _with_heading(texts: Texts, heads: Sequence[DatedHead], found: list[Edition]) -> list[Edition]:
    """A heading over the earlier versions ("Archive") goes with the first of them."""
    for at, one in enumerate(found):
        if one.current:
            continue
        over = [
            head
            for head in heads
            if head.begin < one.stretch[0] and texts.chars((head.begin, one.stretch[0])) <= len(head.text)
        ]
        if over:
            found[at] = Edition(one.text, (over[0].begin, one.stretch[1]), one.in_force, current=False)
        break
    return found


def _words(texts: Texts, stretch: Stretch) -> frozenset[str]:
    return frozenset(words(texts.of(stretch, _MOST_CHARS)[:_MOST_CHARS]))


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _ALIKE * max(len(one | other), 1)
