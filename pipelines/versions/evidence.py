"""The evidence by which a line is furniture: a few weights, added up, and where the line is drawn. docs/wording.md says why.

    runs of a state ──settle──► Settled… (scenes that take another run's state, since that state comes and goes by itself)

Weights are in returns: what comes back to an earlier state after days counts 1. FURNITURE is two of them, so that a wording
that was tried and taken back (one return) is two changes, and a third step decides.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Final

from pipelines.versions.scenes import Run

FURNITURE: Final = 2.0
# What a return counts, by how long the state lasted from which it returned.
_RETURNS: Final = (
    (timedelta(days=6), 1.0),
    (timedelta(days=30), 0.75),
    (timedelta(days=120), 0.5),
    (timedelta.max, 0.35),
)
COUNTED: Final = 0.55  # a change of numbers and codes alone
CLOCK: Final = 2.0  # a line that holds its captures' own dates, again and again
TURNED_OVER: Final = 0.5  # a place whose content is another altogether
CAME_BACK: Final = 0.15  # the same, to what it held before: rather a variant
RENEWED: Final = 0.25  # a place whose lines are others, of like words

_LINKED: Final = timedelta(days=400)  # between two steps of one restlessness,
_FAR: Final = 10  # or so many times the usual stay
_LASTING: Final = timedelta(days=60)  # a state that is no mere variant, if it never comes back
_LONG: Final = 4  # times the usual stay: a state outside the restlessness
_FEW: Final = 3  # captures; a state seen more rarely is not known to last
_MOSTLY: Final = 0.75  # of the captures: what is there so often is text that is missing now and then


@dataclass(frozen=True, slots=True)
class Settled:
    """Scenes `first` to `last` take `state`; after it, what follows.

    :param steps: how often the state had changed there.
    """

    state: object
    first: int
    last: int
    steps: int


def settle(runs: Sequence[Run], *, beside: bool = False, whole: bool = False) -> Iterator[Settled]:
    """Find where a state comes and goes so often that it does so by itself, and the one state that stands for all.

    :param beside: it is of lines that stand above or below the text: a return counts twice, however long they stayed.
    :param whole: it is of most of the text: two wordings that take turns. Only returns within days count.
    """
    for window in _windows(runs, always=beside):
        if returns(window, quick=whole) * (1 + beside) >= FURNITURE:
            yield from _settled(window)


def returns(window: Sequence[Run], *, quick: bool = False) -> float:
    """The weight of all returns to a state that was there before.

    :param quick: only of those within days.
    """
    seen, weight = {window[0].state}, 0.0
    for before, run in itertools.pairwise(window):
        if run.state in seen:
            one = return_weight(before.lasts)
            weight += one if one == 1 or not quick else 0
        seen.add(run.state)
    return weight


def return_weight(stay: timedelta) -> float:
    return next(weight for longest, weight in _RETURNS if stay < longest)


def _windows(runs: Sequence[Run], *, always: bool) -> Iterator[Sequence[Run]]:
    """Runs that follow each other without a gap or an edit, and of which none but the first and last lasts for long, or always."""
    start = 0
    apart = max(_LINKED, _FAR * _usual_stay(runs)) if runs else _LINKED
    for i in range(1, len(runs)):
        if runs[i].first != runs[i - 1].last + 1:
            yield runs[start:i]
            start = i
        elif not always and i - 1 > start and runs[i - 1].lasts > apart:
            yield runs[start:i]
            start = i - 1
        elif not always and _is_edit(runs[start:], i - start):
            yield runs[start:i]
            start = i
    yield runs[start:]


def _is_edit(runs: Sequence[Run], at: int) -> bool:
    """A state that lasted and is never there again, before one that lasts and never was: no way back, so no variant."""
    before, after = runs[at - 1], runs[at]
    return (
        min(before.lasts, after.lasts) >= _LASTING
        and all(run.state != before.state for run in runs[at:])
        and all(run.state != after.state for run in runs[:at])
    )


def _settled(window: Sequence[Run]) -> Iterator[Settled]:
    head, *inner, tail = window
    usual = _usual_stay(inner)
    steps = len(window) - 1
    from_head, to_tail = (run.captures >= _FEW and run.lasts >= _LONG * usual for run in (head, tail))
    if from_head and to_tail:
        yield Settled(head.state, head.first, inner[-1].last, steps)
    elif from_head or to_tail:
        yield Settled(head.state if from_head else tail.state, head.first, tail.last, steps)
    else:
        yield Settled(_usual_state(window), head.first, tail.last, steps)


def _usual_stay(runs: Sequence[Run]) -> timedelta:
    return timedelta(seconds=median(run.lasts.total_seconds() for run in runs))


def _usual_state(window: Sequence[Run]) -> object:
    """What was there in most captures; of there and not there, not there unless nearly always."""
    captures: Counter[object] = Counter()
    for run in window:
        captures[run.state] += run.captures
    if set(captures) == {True, False}:
        return captures[True] >= _MOSTLY * captures.total()
    return max(captures, key=lambda state: captures[state])  # of equals the first: Counter keeps the order of time
