"""The same edit on several sites: the change of a template, of a vendor's text, of an owner of many sites.

edit_of(7, "a.example", bracket, came, went) ──► Edit ──group_edits──► Event(edits 7, 12, 31; passages they share)…

Two edits are the same where what came is the same: passages of one wording, the site's own name aside, that make up at
least half of the words of either; where nothing came, what went. And they lie in one period. Pure; the order in which
edits are given does not matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipelines.text.wording import words

WITHIN: Final = timedelta(days=92)  # between two brackets; a vendor's customers follow within a quarter
SHARE: Final = 0.5  # of the words of either edit
LEAST_WORDS: Final = 10  # shared: fewer are a heading or a date that two sites have by chance
_NAME_WORDS: Final = 4  # "Kettle and Loom" is kettleandloom.example
_COMPARED: Final = 8  # edits with one passage, each with so many before it: a site more or less makes no other event
_NAME = "§"  # no word is this

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """What one change brought and took.

    :param number: the caller's name for it.
    :param not_before, not_after: its bracket.
    :param added, removed: passages as words, the site's name replaced; what both sides have is in neither.
    """

    number: int
    site: str
    not_before: datetime
    not_after: datetime
    added: frozenset[Words]
    removed: frozenset[Words]

    @property
    def telling(self) -> frozenset[Words]:
        """What came; what went, where nothing came."""
        return self.added or self.removed


@dataclass(frozen=True, slots=True)
class Event:
    """Edits that are the same, on as many sites; or one edit.

    :param numbers: of the edits, in the order of time.
    :param shared: passages that at least half of the edits have, and two; empty where there is but one edit.
    """

    numbers: tuple[int, ...]
    shared: frozenset[Words] = frozenset()


def edit_of(
    number: int, site: str, bracket: tuple[datetime, datetime], came: Iterable[str], went: Iterable[str]
) -> Edit:
    """Return an edit.

    :param site: a host name.
    :param came, went: Markdown of the blocks that only the new text has, or only the old.
    """
    name = _letters(site)
    added = Counter(passage for markdown in came if (passage := _passage(markdown, name)))
    removed = Counter(passage for markdown in went if (passage := _passage(markdown, name)))
    return Edit(number, site, *bracket, frozenset(added - removed), frozenset(removed - added))


def group_edits(edits: Iterable[Edit], within: timedelta = WITHIN) -> list[Event]:
    """Return every edit in exactly one event, the event that ended last first.

    :param within: between the brackets of two edits that are the same, at most.
    """
    ordered = sorted(edits, key=lambda edit: (edit.not_after, edit.not_before, edit.site, edit.number))
    groups = _Groups(len(ordered))
    for a, b in _neighbours(ordered):
        if ordered[a].site != ordered[b].site and _same(ordered[a], ordered[b], within):
            groups.join(a, b)
    events = [_event([ordered[index] for index in group]) for group in groups.all()]
    return events[::-1]


def _letters(site: str) -> str:
    """The part of a host's name that names the site: "kettleandloom" of www.kettleandloom.co.uk."""
    parts = [part for part in site.lower().removeprefix("www.").split(".") if part]
    return max(parts[:-1] or parts, key=len, default="")


def _passage(markdown: str, name: str) -> Words:
    """A passage's words; where one or some of them, put together, are the site's name, a sign for it."""
    found = words(markdown)
    passage: list[str] = []
    at = 0
    while at < len(found):
        length = _named(found, at, name)
        passage.append(_NAME if length else found[at])
        at += length or 1
    return tuple(passage)


def _named(found: Sequence[str], at: int, name: str) -> int:
    joined = ""
    for length, word in enumerate(found[at : at + _NAME_WORDS], start=1):
        joined += "".join(char for char in word if char.isalnum())
        if joined == name:
            return length
        if not name.startswith(joined):
            return 0
    return 0


def _neighbours(ordered: Sequence[Edit]) -> Iterator[tuple[int, int]]:
    """Pairs of edits with a passage in common, near to each other in time."""
    having: dict[Words, list[int]] = {}
    seen: set[tuple[int, int]] = set()
    for index, edit in enumerate(ordered):
        for passage in edit.telling:
            before = having.setdefault(passage, [])
            for other in before[-_COMPARED:]:
                if (other, index) not in seen:
                    seen.add((other, index))
                    yield other, index
            before.append(index)


def _same(a: Edit, b: Edit, within: timedelta) -> bool:
    if bool(a.added) != bool(b.added) or max(a.not_before, b.not_before) - min(a.not_after, b.not_after) > within:
        return False
    shared = _count(a.telling & b.telling)
    return shared >= LEAST_WORDS and shared >= SHARE * max(_count(a.telling), _count(b.telling))


def _count(passages: Iterable[Words]) -> int:
    return sum(map(len, passages))


def _event(edits: Sequence[Edit]) -> Event:
    numbers = tuple(edit.number for edit in edits)
    if len(edits) == 1:
        return Event(numbers)
    having = Counter(passage for edit in edits for passage in edit.added | edit.removed)
    return Event(numbers, frozenset(passage for passage, count in having.items() if count >= max(2, len(edits) / 2)))


class _Groups:
    """Sets of indices that were joined."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def _root(self, index: int) -> int:
        while self._parents[index] != index:
            self._parents[index] = self._parents[self._parents[index]]
            index = self._parents[index]
        return index

    def join(self, a: int, b: int) -> None:
        low, high = sorted((self._root(a), self._root(b)))
        self._parents[low] = high

    def all(self) -> list[list[int]]:
        """Every group, in the order of its last member."""
        members: dict[int, list[int]] = {}
        for index in range(len(self._parents)):
            members.setdefault(self._root(index), []).append(index)
        return sorted(members.values(), key=lambda group: group[-1])
