"""Which claims came and went with a change: what one text claims and the one before it does not, and the other way round.

step(old, new) ──► ClaimStep(came, went)            read_steps(db, {key: (site, old text, new text)}) ──► {key: ClaimStep}

A claim that another sentence says as well neither comes nor goes. The site's own company is no claim.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from history.claims.said import Said, What, own_party, read_said

_AT_ONCE: Final = 64  # changes whose texts are held together


@dataclass(frozen=True, slots=True)
class ClaimStep:
    """Claims that a change brought and took, each with the sentence that says it first, by name and value."""

    came: tuple[Said, ...] = ()
    went: tuple[Said, ...] = ()

    def only(self, test: Callable[[What], bool]) -> ClaimStep:
        """Return the claims that are meant."""
        return ClaimStep(*(tuple(one for one in some if test(one.what)) for some in (self.came, self.went)))

    def __bool__(self) -> bool:
        return bool(self.came or self.went)


def step(old: Sequence[Said], new: Sequence[Said]) -> ClaimStep:
    """Return what came and went between what two texts say."""
    before, after = ({one.what: one for one in reversed(says)} for says in (old, new))
    return ClaimStep(
        _in_order(after[what] for what in after.keys() - before.keys()),
        _in_order(before[what] for what in before.keys() - after.keys()),
    )


def _in_order(found: Iterator[Said]) -> tuple[Said, ...]:
    return tuple(sorted(found, key=lambda one: (one.what.name, one.what.value, one.what.polarity)))


def read_steps(db: sqlite3.Connection, changes: Mapping[int, tuple[str, int, int]]) -> dict[int, ClaimStep]:
    """Return what came and went with changes.

    :param changes: (site, id of the old text, id of the new one), by any key.
    """
    found: dict[int, ClaimStep] = {}
    waiting = iter(changes.items())
    while some := list(islice(waiting, _AT_ONCE)):
        said = read_said(db, dict.fromkeys(text_id for _key, (_site, *texts) in some for text_id in texts))
        for key, (site, old, new) in some:
            own = own_party(site)
            found[key] = step(*([one for one in said[text_id] if one.what != own] for text_id in (old, new)))
    return found
