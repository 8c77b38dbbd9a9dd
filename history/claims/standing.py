"""From which version to which each claim stands, and by which sentences: pure, over what each version says.

    claim_history(what each version says, oldest first) ──► ClaimStory(what, stays, evidence: sentences with theirs)…

A stay is a run of versions that have it: it begins in the bracket of the version that brought it. A claim stands as
long as any sentence says it, so a sentence that is rewritten ages, and its claim does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from history.claims.said import Said
from history.claims.what import What

Stays = tuple[tuple[int, int], ...]  # from which version to which, both included, from 0


@dataclass(frozen=True, slots=True)
class SaidSentence:
    """A sentence that says it. :param said: as it was first seen."""

    said: Said
    stays: Stays


@dataclass(frozen=True, slots=True)
class ClaimStory:
    """One claim through time. :param evidence: its sentences, in the order in which they came."""

    what: What
    stays: Stays
    evidence: tuple[SaidSentence, ...]

    def stay_at(self, version: int) -> tuple[int, int] | None:
        """Its stay at a version; None where it does not stand."""
        return stay_at(self.stays, version)


def stay_at(stays: Stays, version: int) -> tuple[int, int] | None:
    """Return the stay of which a version is part; None where there is none."""
    return next((stay for stay in stays if stay[0] <= version <= stay[1]), None)


def claim_history(versions: Sequence[Sequence[Said]]) -> tuple[ClaimStory, ...]:
    """Return every claim that any version makes, by category, in the order in which they came.

    :param versions: what each version says, oldest first.
    """
    claims: dict[What, dict[tuple[str, ...], tuple[Said, set[int]]]] = {}
    for number, says in enumerate(versions):
        for said in says:
            sentences = claims.setdefault(said.what, {})
            sentences.setdefault(said.key, (said, set()))[1].add(number)
    return tuple(
        ClaimStory(
            what,
            runs(number for _said, numbers in sentences.values() for number in numbers),
            tuple(SaidSentence(said, runs(numbers)) for said, numbers in sentences.values()),
        )
        for what, sentences in claims.items()
    )


def runs(numbers: Iterable[int]) -> Stays:
    """Return the runs of consecutive numbers.

    >>> runs([5, 0, 1, 2, 5])
    ((0, 2), (5, 5))
    """
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return tuple(found)
