"""What a policy promises, and since when, as JSON data and rows: `claims --json`, `claims --csv` and the page of claims."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from crawler.archives.timestamps import format_iso
from history.annotations import Annotated, annotated_data, at_version, read_annotated
from history.answers.blame import stay_data
from history.answers.encoding import fields
from history.answers.rows import policy_data
from history.claims.over_sites import Around, ClaimChange, around, claim_changes, says_of, whats_of
from history.claims.standing import ClaimStory, SaidSentence, Stays, claim_history, stay_at
from history.claims.what import What
from history.sites import PolicyRow
from history.timeline.citations import citation
from history.timeline.timeline import VersionRow, read_versions
from pipelines.claims.rules import rules
from pipelines.claims.texts import reading_version

HEAD = (
    "site",
    "policy_url",
    "category",
    "claim",
    "polarity",
    "value",
    "from_version",
    "not_before",
    "first_seen",
    "last_seen",
    "gone_by",
    "rule",
    "sentence",
)


@dataclass(frozen=True, slots=True)
class PolicyClaims:
    """A policy's versions and every claim that any of them makes, categories in the order of the registry.

    :param labels: that were made elsewhere and imported.
    """

    policy: PolicyRow
    versions: tuple[VersionRow, ...]
    stories: tuple[ClaimStory, ...]
    labels: tuple[Annotated, ...] = ()

    def at(self, version: int) -> tuple[ClaimStory, ...]:
        """Return the claims that stand in a version. :param version: from 0."""
        return tuple(story for story in self.stories if story.stay_at(version))


def read_claims(db: sqlite3.Connection, policy: PolicyRow, versions: Sequence[VersionRow]) -> PolicyClaims:
    """Return what a policy's versions claim."""
    stories = claim_history(says_of(db, policy, versions))
    order = {category: number for number, category in enumerate(rules().categories)}
    ordered = sorted(stories, key=lambda one: (order[one.what.category], one.what.subject, one.what.value))
    return PolicyClaims(policy, tuple(versions), tuple(ordered), tuple(read_annotated(db, versions)))


def claims_data(found: PolicyClaims, stories: Sequence[ClaimStory], index: int | None) -> dict[str, Any]:
    """Return claims as JSON data.

    :param index: of the version that was asked for, from 0; None: all versions.
    """
    version = None if index is None else found.versions[index]
    return {
        **policy_data(found.policy),
        "rules": reading_version(),
        "version": version.version if version else None,
        "citation": citation(found.policy.cited, version) if version else None,
        "claims": [_story_data(found, story, index) for story in stories],
        "annotations": [
            annotated_data(found.versions, one, index)
            for one in (found.labels if index is None else at_version(found.labels, index))
        ],
    }


def _story_data(found: PolicyClaims, story: ClaimStory, index: int | None) -> dict[str, Any]:
    what = story.what
    return {
        "category": what.category,
        "claim": what.name,
        "polarity": what.polarity.value,
        "value": what.value or None,
        "applied": what.applied or None,
        "stays": _stays(found.versions, story.stays),
        "evidence": [
            {
                "sentence": one.said.sentence,
                "lead": one.said.lead or None,
                "heading": one.said.heading,
                "rule": one.said.rule,
                "stays": _stays(found.versions, one.stays),
            }
            for one in evidence(story, index)
        ],
    }


def evidence(story: ClaimStory, index: int | None) -> list[SaidSentence]:
    """Return the sentences of a claim that stand in a version; all where none is named."""
    return [one for one in story.evidence if index is None or stay_at(one.stays, index)]


def _stays(versions: Sequence[VersionRow], stays: Stays) -> list[dict[str, Any]]:
    return [stay_data(versions, first, last) for first, last in stays]


def claim_rows(found: PolicyClaims, stories: Sequence[ClaimStory], index: int | None) -> Iterator[tuple[Any, ...]]:
    """Yield one row per sentence and stay, under HEAD."""
    for story in stories:
        what = story.what
        for one in evidence(story, index):
            for stay in one.stays:
                if index is not None and not stay[0] <= index <= stay[1]:
                    continue
                data = stay_data(found.versions, *stay)
                yield (
                    found.policy.site,
                    found.policy.policy_url,
                    what.category,
                    what.name,
                    what.polarity.value,
                    what.value,
                    data["from_version"],
                    data["not_before"] or "",
                    data["first_seen"],
                    data["last_seen"],
                    data["gone_by"] or "",
                    one.said.rule,
                    one.said.sentence,
                )


CHANGES_HEAD = (
    "site",
    "policy_url",
    "version",
    "not_before",
    "not_after",
    "change",
    "category",
    "claim",
    "polarity",
    "value",
    "rule",
    "sentence",
)
AROUND_HEAD = ("category", "claim", "polarity", "value", "covered", "before", "after", "came", "went")


def read_changes(
    db: sqlite3.Connection,
    policies: Sequence[PolicyRow],
    test: Callable[[What], bool],
    since: datetime | None,
    until: datetime | None,
) -> list[ClaimChange]:
    """Return which claims came and went in policies, the newest first.

    :param since, until: the bracket of the change must lie in this time, at least in part.
    """
    found = [change for policy in policies for change in _changes_between(db, policy, test, since, until)]
    found.sort(key=lambda one: (one.policy.site, one.said.what.name, one.said.what.value, one.came))
    found.sort(key=lambda one: one.version.first_seen, reverse=True)
    return found


def _changes_between(
    db: sqlite3.Connection,
    policy: PolicyRow,
    test: Callable[[What], bool],
    since: datetime | None,
    until: datetime | None,
) -> Iterator[ClaimChange]:
    """Yield what came and went in a time; only the texts of that time, and the one before it, are looked at."""
    versions = between(read_versions(db, policy), since, until)
    if len(versions) > 1:
        yield from claim_changes(db, policy, versions, test)


def between(versions: Sequence[VersionRow], since: datetime | None, until: datetime | None) -> Sequence[VersionRow]:
    """Return the versions whose change can have happened in a time, behind the version before the first of them."""
    meant = [
        number
        for number, one in enumerate(versions)
        if one.previous_last_seen is not None
        and (since is None or one.first_seen >= since)
        and (until is None or one.previous_last_seen <= until)
    ]
    return versions[max(meant[0] - 1, 0) : meant[-1] + 1] if meant else ()


def change_rows(changes: Sequence[ClaimChange]) -> Iterator[tuple[Any, ...]]:
    """Yield one row per claim that came or went, under CHANGES_HEAD."""
    for one in changes:
        what, before = one.said.what, one.version.previous_last_seen
        yield (
            one.policy.site,
            one.policy.policy_url,
            one.version.version,
            format_iso(before) if before else "",
            format_iso(one.version.first_seen),
            "came" if one.came else "went",
            what.category,
            what.name,
            what.polarity.value,
            what.value,
            one.said.rule,
            one.said.sentence,
        )


def changes_data(changes: Sequence[ClaimChange]) -> dict[str, Any]:
    """Return claims that came and went as JSON data."""
    rows = [
        {name: value if value != "" else None for name, value in zip(CHANGES_HEAD, row, strict=True)}
        | {"citation": citation(one.policy.cited, one.version)}
        for one, row in zip(changes, change_rows(changes), strict=True)
    ]
    return {"total": len(rows), "rules": reading_version(), "changes": rows}


def read_around(
    db: sqlite3.Connection,
    policies: Sequence[PolicyRow],
    day: datetime,
    window: timedelta,
    test: Callable[[What], bool],
) -> Around:
    """Return what changed in policies around a day."""
    histories = ((policy, read_versions(db, policy)) for policy in policies)
    return around(histories, partial(whats_of, db), day, window, test)


def around_rows(found: Around) -> Iterator[tuple[Any, ...]]:
    """Yield one row per claim that came or went, under AROUND_HEAD."""
    for one in found.claims:
        what = one.what
        numbers = (len(found.covered), one.before, one.after, len(one.came), len(one.went))
        yield (what.category, what.name, what.polarity.value, what.value, *numbers)


def around_data(found: Around) -> dict[str, Any]:
    """Return what changed around a day as JSON data."""
    return {
        **fields(found, "start", "end"),
        "rules": reading_version(),
        **fields(found, "policies", "covered", "changed"),
        "claims": [
            dict(zip(AROUND_HEAD, row, strict=True)) | fields(one, "came", "went")
            for one, row in zip(found.claims, around_rows(found), strict=True)
        ],
    }
