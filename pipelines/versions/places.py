"""Places between lines that stay, and what they held in each scene.

A line stays if it is there in many scenes on end; what stands between two such lines in a scene is the content of a place. Places
that share a side are one: the line on the other side was edited.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pipelines.versions.scenes import Film, Numbers

Sides = tuple[int | None, int | None]  # the lines before and after; None for an end of the page

_STAYS: Final = 12  # scenes
_STAYS_OF_FEW: Final = 0.75  # of the scenes, where they are few
_MIN_CONTENTS: Final = 3


@dataclass(slots=True)
class Place:
    """:param contents: by scene, where it held something.
    :param beside: by scene, the lines above and below it.
    :param sides: pairs of lines that it stood between, and in how many scenes.
    """

    contents: dict[int, Numbers] = field(default_factory=dict)
    beside: dict[int, Sides] = field(default_factory=dict)
    sides: Counter[Sides] = field(default_factory=Counter)


def places(film: Film) -> list[Place]:
    """Every place that held something in at least three scenes."""
    enough = min(_STAYS, _STAYS_OF_FEW * len(film.scenes))
    passing = {number for number, longest in _longest_stays(film).items() if longest < enough}
    sides: dict[tuple[str, int | None], int] = {}  # one side of a place: the place
    parents: list[int] = []
    found: defaultdict[int, Place] = defaultdict(Place)
    held: list[tuple[int, int, Sides, Numbers]] = []

    def root(place: int) -> int:
        while parents[place] != place:
            place = parents[place]
        return place

    for index, scene in enumerate(film.scenes):
        if not passing.isdisjoint(scene.numbers):
            for before, content, after in _contents(scene.numbers, passing):
                one = sides.setdefault(("after", before), len(parents))
                if one == len(parents):
                    parents.append(one)
                other = sides.setdefault(("before", after), one)
                parents[max(root(one), root(other))] = min(root(one), root(other))
                held.append((index, one, (before, after), content))
    for index, number, pair, content in held:
        place = found[root(number)]
        place.contents[index] = place.contents.get(index, ()) + content
        place.beside.setdefault(index, pair)
        place.sides[pair] += 1
    return [place for place in found.values() if len(place.contents) >= _MIN_CONTENTS]


def _longest_stays(film: Film) -> Mapping[int, int]:
    """By line, in how many scenes it was there without a break."""
    longest: defaultdict[int, int] = defaultdict(int)
    since: dict[int, int] = {}
    held: set[int] = set()
    for index, scene in enumerate([*film.scenes, None]):
        now = set(scene.numbers) if scene else set()
        for number in held - now:
            longest[number] = max(longest[number], index - since[number])
        for number in now - held:
            since[number] = index
        held = now
    return longest


def _contents(numbers: Numbers, passing: set[int]) -> Iterator[tuple[int | None, Numbers, int | None]]:
    """The line before, the passing lines, and the line after."""
    before: int | None = None
    content: list[int] = []
    for number in numbers:
        if number in passing:
            content.append(number)
        else:
            if content:
                yield before, tuple(content), number
                content = []
            before = number
    if content:
        yield before, tuple(content), None


def between(numbers: Numbers, sides: Sides, widest: int) -> Numbers:
    """What stands between two lines of a page; nothing if that is more than `widest` lines."""
    before, after = sides
    if (before is not None and before not in numbers) or (after is not None and after not in numbers):
        return ()
    start = numbers.index(before) + 1 if before is not None else 0
    end = numbers.index(after) if after is not None else len(numbers)
    return numbers[start:end] if 0 < end - start <= widest else ()
