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

from history.claims.placed import placed
from history.claims.said import Said, said_at
from history.claims.what import What, own_party

_AT_ONCE: Final = 64  # changes whose texts are held together


@dataclass(frozen=True, slots=True)
class ClaimStep:
    """Claims that a change brought and took, each with the sentence that says it first, by name and value."""

    came: tuple[Said, ...] = ()
    went: tuple[Said, ...] = ()

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


def read_steps(
    db: sqlite3.Connection,
    changes: Mapping[int, tuple[str, int, int]],
    test: Callable[[What], bool] = lambda _what: True,
) -> dict[int, ClaimStep]:
    """Return what came and went with changes. Only the texts of those that brought or took a claim are read.

    :param changes: (site, id of the old text, id of the new one), by any key. :param test: whether a claim is meant.
    """
    found: dict[int, ClaimStep] = {}
    waiting = iter(changes.items())
    while some := list(islice(waiting, _AT_ONCE)):
        claims = placed(db, (text_id for _key, (_site, *texts) in some for text_id in texts))
        differing = {
            key: set(filter(test, {one.what for one in claims[old]} ^ {one.what for one in claims[new]}))
            for key, (_site, old, new) in some
        }
        meant: dict[int, set[What]] = {}  # of each text, all that came with it or went after it
        for key, (_site, *texts) in some:
            for text_id in texts:
                meant.setdefault(text_id, set()).update(differing[key])
        said = said_at(db, {text: [one for one in claims[text] if one.what in those] for text, those in meant.items()})
        for key, (site, old, new) in some:
            mine = differing[key] - {own_party(site)}
            found[key] = step(*([one for one in said[text_id] if one.what in mine] for text_id in (old, new)))
    return found
