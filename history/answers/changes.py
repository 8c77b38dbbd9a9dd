"""What changed on all sites, as JSON data: `changes --json` and the page of changes.

Feed(events, their changes, passages, capture URLs) ──event_data──► dict
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.archives.timestamps import format_iso
from history.answers.rows import change_data
from history.claims.said import Said
from history.claims.steps import ClaimStep
from history.search.changes import ChangeRow, Passages
from history.search.same_edits import Event
from history.uris import link_data


@dataclass(frozen=True, slots=True)
class Feed:
    """What is shown: events, their changes by id, what these brought and took, the captures around them.

    :param claims: what changes brought and took, by their ids; None where nobody asked for it.
    :param total: how many events there are, shown or not; None of a page of many, which does not count them.
    """

    events: Sequence[Event]
    rows: Mapping[int, ChangeRow]
    passages: Mapping[int, Passages]
    urls: Mapping[int, tuple[str, str]]
    total: int | None
    claims: Mapping[int, ClaimStep] | None = None


def feed_data(feed: Feed) -> dict[str, Any]:
    return {"total": feed.total, "events": [event_data(feed, event) for event in feed.events]}


def step_data(step: ClaimStep) -> dict[str, Any]:
    """Return the claims that a change brought and took."""
    return {"claims_added": list(map(claim_data, step.came)), "claims_removed": list(map(claim_data, step.went))}


def claim_data(said: Said) -> dict[str, Any]:
    """Return a claim with the sentence that makes it."""
    what = said.what
    return {
        "claim": what.name,
        "polarity": what.polarity.value,
        "value": what.value or None,
        "rule": said.rule,
        "sentence": said.sentence,
    }


def event_data(feed: Feed, event: Event) -> dict[str, Any]:
    rows = [feed.rows[number] for number in event.numbers]
    return {
        "not_before": format_iso(min(row.not_before for row in rows)),
        "not_after": format_iso(max(row.not_after for row in rows)),
        "sites": len({row.site for row in rows}),
        "shared": sorted(" ".join(passage) for passage in event.shared),
        "changes": [_change_data(feed, row) for row in rows],
    }


def _change_data(feed: Feed, row: ChangeRow) -> dict[str, Any]:
    passages, urls = feed.passages[row.change_id], feed.urls[row.change_id]
    return {
        "site": row.site,
        "policy_url": row.policy_url,
        "from_version": row.from_version,
        "to_version": row.to_version,
        "not_before": format_iso(row.not_before),
        "not_after": format_iso(row.not_after),
        **change_data(row.change),
        "from_citation": row.from_citation,
        "citation": row.to_citation,
        **link_data(urls[1]),
        **link_data(urls[0], "before_"),
        "added": list(passages.came),
        "removed": list(passages.went),
        **({} if feed.claims is None else step_data(feed.claims[row.change_id])),
        "found_run": row.found.run if row.found else None,
        "found_at": format_iso(row.found.at) if row.found and row.found.at else None,
        "news": bool(row.found and row.found.ahead),
    }
