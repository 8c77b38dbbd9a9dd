"""Texts that stand in for each other and come back: two layouts served in turn, a banner that rotates.

Each swap of one text for another is an arrow; texts that can be reached from each other along arrows are variants of one.
An edit is an arrow without a way back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from pipelines.versions.scenes import Film, Numbers, Run

_COMPARED: Final = 12  # variants


@dataclass(frozen=True, slots=True)
class Turn:
    """:param states: by scene, the variant that is there; None for none.
    :param runs: of the states.
    :param others: no variant is an edit of another.
    """

    states: Sequence[Numbers | None]
    runs: Sequence[Run]
    others: bool


def turns(film: Film, is_another: Callable[[Numbers, Numbers], bool]) -> Iterator[Turn]:
    """Each group of variants, with which of them is there in each scene.

    :param is_another: tells of two texts that neither is an edit of the other. Where that is so of all variants, the first
        and the last of a place's texts, which were there once, belong to them.
    """
    arrows: defaultdict[Numbers, set[Numbers]] = defaultdict(set)
    for cut in film.cuts:
        for swap in cut.swaps:
            if swap.went and swap.came:
                arrows[swap.went].add(swap.came)
    taken: set[int] = set()
    groups = _strongly_connected(arrows)
    grouped = {variant for group in groups for variant in group}
    for found in groups:
        group = found
        lines = {number for variant in group for number in variant}
        if lines & taken:
            continue  # another time: they overlap
        others = all(is_another(one, other) for one, other in combinations(group[:_COMPARED], 2))
        if others:
            once = _neighbours(arrows, group, is_another) - grouped
            group = sorted({*group, *once}, key=_longest_first)
            lines |= {number for variant in once for number in variant}
        states = [_variant(scene.numbers, group, lines) for scene in film.scenes]
        runs = film.runs(states)
        if len(runs) > 3:
            taken |= lines
            yield Turn(states, runs, others)


def _neighbours(
    arrows: Mapping[Numbers, set[Numbers]], group: Sequence[Numbers], is_another: Callable[[Numbers, Numbers], bool]
) -> set[Numbers]:
    """What stood in for one of a group, or it for that, without a way back, and is no edit of any."""
    near = {other for one in group for other in arrows.get(one, ())}
    near |= {one for one, others in arrows.items() if not others.isdisjoint(group)}
    return {one for one in near - set(group) if all(is_another(one, other) for other in group[:_COMPARED])}


def _longest_first(variant: Numbers) -> tuple[int, Numbers]:
    return -len(variant), variant


def _variant(numbers: Numbers, group: Sequence[Numbers], lines: set[int]) -> Numbers | None:
    """The longest variant that stands in a page."""
    if lines.isdisjoint(numbers):
        return None
    for variant in group:  # longest first
        if variant[0] in numbers:
            at = numbers.index(variant[0])
            if numbers[at : at + len(variant)] == variant:
                return variant
    return None


def _strongly_connected(arrows: Mapping[Numbers, set[Numbers]]) -> list[list[Numbers]]:
    """Groups of two and more that reach each other (Kosaraju), in the order of their first; the longest variant first."""
    back: defaultdict[Numbers, list[Numbers]] = defaultdict(list)
    for one, others in arrows.items():
        for other in others:
            back[other].append(one)
    order: list[Numbers] = []
    seen: set[Numbers] = set()
    for start in arrows:
        stack = [(start, iter(sorted(arrows.get(start, ()))))] if start not in seen else []
        seen.add(start)
        while stack:
            node, rest = stack[-1]
            step = next((other for other in rest if other not in seen), None)
            if step is None:
                order.append(node)
                stack.pop()
            else:
                seen.add(step)
                stack.append((step, iter(sorted(arrows.get(step, ())))))
    groups: list[list[Numbers]] = []
    left = set(order)
    for start in reversed(order):
        if start in left:
            group, queue = [], [start]
            left.discard(start)
            while queue:
                node = queue.pop()
                group.append(node)
                fresh = [one for one in back[node] if one in left]
                left.difference_update(fresh)
                queue += fresh
            if len(group) > 1:
                groups.append(sorted(group, key=_longest_first))
    return sorted(groups)
