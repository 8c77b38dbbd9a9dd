"""A policy's pages as a film: scenes of equal pages, and what differs from each to the next.

    pages (one a stretch, lines as numbers) ──► Scene… ──► Cut… (lines that went and came, by place; lines that moved)

Lines are compared as numbers of their words. A line that went at one place and came at another has moved, and is no part
of what went and came.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from rapidfuzz.distance import LCSseq

from pipelines.versions.sightings import Line, Stretch

Numbers = tuple[int, ...]
Page = tuple[tuple[int, Line], ...]  # the lines of a text, each with the number of its words; -1 for none


@dataclass(frozen=True, slots=True)
class Scene:
    """A maximal run of stretches with equal pages.

    :param numbers: of the lines that have words.
    :param stretches: first and last index.
    """

    numbers: Numbers
    stretches: tuple[int, int]
    begins: datetime
    ends: datetime
    captures: int


@dataclass(frozen=True, slots=True)
class Swap:
    """What went at one place, and what came there; either may be nothing."""

    went: Numbers
    came: Numbers


@dataclass(frozen=True, slots=True)
class Cut:
    """The step from a scene to the next."""

    swaps: tuple[Swap, ...]
    moved: frozenset[int]


@dataclass(frozen=True, slots=True)
class Run:
    """Scenes `first` to `last`, in which something has one state. `lasts` until the next run begins."""

    state: object
    first: int
    last: int
    captures: int
    lasts: timedelta


class Film:
    """:ivar cuts: one less than scenes."""

    def __init__(self, stretches: Sequence[Stretch], pages: Sequence[Page]) -> None:
        self.scenes = list(_scenes(stretches, pages))
        self.cuts = [_cut(one.numbers, other.numbers) for one, other in pairwise(self.scenes)]

    def at(self, cut: int) -> datetime:
        """When the new page was first seen."""
        return self.scenes[cut + 1].begins

    def steps(self) -> Mapping[int, list[int]]:
        """By line, the cuts at which it came or went."""
        steps: defaultdict[int, list[int]] = defaultdict(list)
        for cut, (old, new) in enumerate(pairwise(set(scene.numbers) for scene in self.scenes)):
            for number in old ^ new:
                steps[number].append(cut)
        return steps

    def runs(self, states: Sequence[object]) -> list[Run]:
        """The runs of a state given for each scene; scenes with None belong to no run and lengthen none."""
        found: list[Run] = []
        first = 0
        for index in range(1, len(states) + 1):
            if index == len(states) or states[index] != states[first]:
                if states[first] is not None:
                    found.append(self._run(states[first], first, index - 1))
                first = index
        return found

    def _run(self, state: object, first: int, last: int) -> Run:
        until = self.scenes[last + 1].begins if last + 1 < len(self.scenes) else self.scenes[last].ends
        captures = sum(scene.captures for scene in self.scenes[first : last + 1])
        return Run(state, first, last, captures, until - self.scenes[first].begins)


def numbers_of(page: Page) -> Numbers:
    return tuple(number for number, _line in page if number >= 0)


def _scenes(stretches: Sequence[Stretch], pages: Sequence[Page]) -> Iterator[Scene]:
    first, now = 0, numbers_of(pages[0])
    for index in range(1, len(pages) + 1):
        numbers = numbers_of(pages[index]) if index < len(pages) else None
        if numbers != now:
            run = stretches[first:index]
            yield Scene(
                now,
                (first, index - 1),
                run[0].first.captured_at,
                run[-1].last.captured_at,
                sum(stretch.captures for stretch in run),
            )
            first, now = index, numbers or ()


def _cut(old: Numbers, new: Numbers) -> Cut:
    swaps: list[Swap] = []
    src = dest = 0
    for op in [*LCSseq.opcodes(old, new), None]:
        if op is not None and op.tag != "equal":
            continue
        src_end, dest_end = (op.src_start, op.dest_start) if op else (len(old), len(new))
        if src_end > src or dest_end > dest:
            swaps.append(Swap(old[src:src_end], new[dest:dest_end]))
        if op is not None:
            src, dest = op.src_end, op.dest_end
    went, came = (Counter(n for s in swaps for n in getattr(s, side)) for side in ("went", "came"))
    moved = went & came
    if not moved:
        return Cut(tuple(swaps), frozenset())
    rest = (Swap(_without(s.went, moved), _without(s.came, moved)) for s in swaps)
    return Cut(tuple(s for s in rest if s.went or s.came), frozenset(moved))


def _without(numbers: Numbers, moved: Mapping[int, int]) -> Numbers:
    return tuple(number for number in numbers if number not in moved)
