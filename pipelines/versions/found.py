"""Which change is which, from one fold of a policy to the next: a change keeps its identity while captures come late.

    known (what earlier folds found), now (the changes of this fold) ──same_changes──► {index of now: id of known}

A change is the same where the same wording came and the brackets overlap: a late capture narrows a bracket. It is also
the same where it ends with the same capture: more captures showed what of its text is the page's noise, so that its
wording has another key. What is left over is a change that nobody knew of. Pure; the order of `known` does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A wording came: after `not_before`, not later than `not_after`.

    :param number: the caller's name for it.
    """

    number: int
    wording: str
    not_before: datetime
    not_after: datetime


def same_changes(known: Iterable[Step], now: Sequence[Step]) -> dict[int, int]:
    """Return for each change that was known before, by its number in `now`, its number in `known`."""
    left = sorted(known, key=lambda step: (step.not_after, step.number))
    found: dict[int, int] = {}
    for rule in _RULES:
        for step in now:
            if step.number in found:
                continue
            same = next((one for one in left if rule(one, step)), None)
            if same:
                found[step.number] = same.number
                left.remove(same)
    return found


def _one_end(a: Step, b: Step) -> bool:
    return a.not_after == b.not_after


def _overlap(a: Step, b: Step) -> bool:
    return max(a.not_before, b.not_before) < min(a.not_after, b.not_after)


_RULES: tuple[Callable[[Step, Step], bool], ...] = (
    lambda a, b: a.wording == b.wording and _one_end(a, b),
    lambda a, b: a.wording == b.wording and _overlap(a, b),
    _one_end,
)
