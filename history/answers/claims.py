"""What a policy promises, and since when, as JSON data and rows: `claims --json`, `claims --csv` and the page of claims."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from history.answers.blame import stay_data
from history.answers.rows import policy_data
from history.claims.said import read_said
from history.claims.standing import ClaimStory, Evidence, Stays, claim_history, stay_at
from history.sites import PolicyRow
from history.timeline.citations import citation
from history.timeline.timeline import VersionRow
from pipelines.claims.rules import rules

HEAD = (
    "site",
    "policy_url",
    "category",
    "claim",
    "polarity",
    "value",
    "from_version",
    "not_there_at",
    "first_seen",
    "last_seen",
    "gone_at",
    "rule",
    "sentence",
)


@dataclass(frozen=True, slots=True)
class PolicyClaims:
    """A policy's versions and every claim that any of them makes, categories in the order of the registry."""

    policy: PolicyRow
    versions: tuple[VersionRow, ...]
    stories: tuple[ClaimStory, ...]

    def at(self, version: int) -> tuple[ClaimStory, ...]:
        """Return the claims that stand in a version. :param version: from 0."""
        return tuple(story for story in self.stories if story.stay_at(version))


def read_claims(db: sqlite3.Connection, policy: PolicyRow, versions: Sequence[VersionRow]) -> PolicyClaims:
    """Return what a policy's versions claim."""
    said = read_said(db, [version.text_id for version in versions])
    stories = claim_history([said[version.text_id] for version in versions])
    order = {category: number for number, category in enumerate(rules().categories)}
    ordered = sorted(stories, key=lambda one: (order[one.what.category], one.what.subject, one.what.value))
    return PolicyClaims(policy, tuple(versions), tuple(ordered))


def claims_data(found: PolicyClaims, stories: Sequence[ClaimStory], index: int | None) -> dict[str, Any]:
    """Return claims as JSON data.

    :param index: of the version that was asked for, from 0; None: all versions.
    """
    version = None if index is None else found.versions[index]
    return {
        **policy_data(found.policy),
        "rules": rules().version,
        "version": version.version if version else None,
        "citation": citation(found.policy.site, version) if version else None,
        "claims": [_story_data(found, story, index) for story in stories],
    }


def _story_data(found: PolicyClaims, story: ClaimStory, index: int | None) -> dict[str, Any]:
    what = story.what
    return {
        "category": what.category,
        "claim": what.name,
        "polarity": what.polarity.value,
        "value": what.value or None,
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


def evidence(story: ClaimStory, index: int | None) -> list[Evidence]:
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
                    data["not_there_at"] or "",
                    data["first_seen"],
                    data["last_seen"],
                    data["gone_at"] or "",
                    one.said.rule,
                    one.said.sentence,
                )
