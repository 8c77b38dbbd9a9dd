"""Claims over all sites: which came and went, and what a legal date did.

claim_changes(db, policy, versions) ──► ClaimChange(policy, version, came or went, what, sentence)…, newest first
around(policies' claims, day, window) ──► Around(covered policies, changed, claims that came or went, each in how many)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from history.claims.placed import whats
from history.claims.said import Said, read_said
from history.claims.steps import read_steps
from history.claims.what import What, own_party
from history.sites import PolicyRow
from history.timeline.timeline import GAP, Standing, VersionRow, version_at


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """A claim that came with a version, or went with it.

    :param said: the sentence that brought it; of one that went, the last that had said it.
    """

    policy: PolicyRow
    version: VersionRow
    came: bool
    said: Said


@dataclass(frozen=True, slots=True)
class Moved:
    """How many covered policies made a claim before and after a day, and which brought or dropped it."""

    what: What
    before: int
    after: int
    came: tuple[str, ...]
    went: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What changed around a day.

    :param policies: how many policies there are at all.
    :param covered: names of those whose version is known at both ends of the window.
    :param changed: those of them whose wording differs between the ends.
    """

    start: datetime
    end: datetime
    policies: int
    covered: tuple[str, ...]
    changed: tuple[str, ...]
    claims: tuple[Moved, ...]


History = tuple[PolicyRow, Sequence[VersionRow]]


def says_of(db: sqlite3.Connection, policy: PolicyRow, versions: Sequence[VersionRow]) -> list[tuple[Said, ...]]:
    """Return what each version claims and by which sentences, without the site's own company."""
    said = read_said(db, [version.text_id for version in versions])
    own = own_party(policy.site)
    return [tuple(one for one in said[version.text_id] if one.what != own) for version in versions]


def whats_of(db: sqlite3.Connection, policy: PolicyRow, versions: Sequence[VersionRow]) -> list[frozenset[What]]:
    """Return what each version claims, without the site's own company."""
    found = whats(db, [version.text_id for version in versions])
    own = frozenset((own_party(policy.site),))
    return [found[version.text_id] - own for version in versions]


def claim_changes(
    db: sqlite3.Connection,
    policy: PolicyRow,
    versions: Sequence[VersionRow],
    test: Callable[[What], bool] = lambda _what: True,
) -> Iterator[ClaimChange]:
    """Yield what came and went in a policy, newest first; what the first version has did not come.

    :param test: whether a claim is meant.
    """
    steps = read_steps(
        db,
        {
            number: (policy.site, versions[number - 1].text_id, versions[number].text_id)
            for number in range(1, len(versions))
        },
        test,
    )
    for number in range(len(versions) - 1, 0, -1):
        for came, some in ((True, steps[number].came), (False, steps[number].went)):
            for said in some:
                yield ClaimChange(policy, versions[number], came=came, said=said)


def around(
    histories: Iterable[History],
    says: Callable[[PolicyRow, Sequence[VersionRow]], Sequence[Collection[What]]],
    day: datetime,
    window: timedelta,
    test: Callable[[What], bool] = lambda _what: True,
) -> Around:
    """Return what changed between the beginning and the end of a window around a day.

    :param says: what each of some versions of a policy claims; asked for the two at the ends of the window.
    :param window: before the day, and as long after it.
    """
    start, end = day - window, day + window
    covered, changed, count = [], [], 0
    having: dict[What, tuple[set[str], set[str]]] = {}
    for policy, versions in histories:
        count += 1
        first, last = _known(versions, start), _known(versions, end)
        if first is None or last is None:
            continue
        covered.append(policy.name)
        if versions[first].wording != versions[last].wording:
            changed.append(policy.name)
        for side, said in enumerate(says(policy, (versions[first], versions[last]))):
            for what in said:
                if test(what):
                    having.setdefault(what, (set(), set()))[side].add(policy.name)
    moved = [
        Moved(what, len(old), len(new), tuple(sorted(new - old)), tuple(sorted(old - new)))
        for what, (old, new) in having.items()
        if old != new
    ]
    moved.sort(key=lambda one: (-len(one.came) - len(one.went), one.what.name, one.what.value))
    return Around(start, end, count, tuple(sorted(covered)), tuple(sorted(changed)), tuple(moved))


def _known(versions: Sequence[VersionRow], moment: datetime) -> int | None:
    """The version of a moment where it is known: seen before and after, or not longer ago than a gap may be."""
    if not versions:
        return None
    found = version_at(versions, moment)
    if found.certainty is Standing.IN_FORCE:
        return found.version.version - 1
    if found.certainty is Standing.AFTER_LAST and moment - found.version.last_seen <= GAP / 2:
        return found.version.version - 1
    return None
