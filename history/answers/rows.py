"""The read side's results as JSON data: times as ISO 8601 UTC text, names as in the database."""

from __future__ import annotations

from typing import Any

from history.answers.encoding import fields, plain
from history.sites import PolicyRow, SiteRow
from history.timeline.citations import citation
from history.timeline.timeline import AtMoment, Timeline, VersionRow
from history.uris import link_data
from pipelines.model import Change


def site_data(site: SiteRow) -> dict[str, Any]:
    return {
        **fields(site, "site", "policies", "versions", "first_seen", "last_seen"),
        "captures": plain(site.outcomes),
        "last_change": plain(site.last_change),
        "outcome": site.outcome.value,
        "meaning": site.outcome.about.meaning,
        "detail": site.missing.detail if site.missing else "",
        "next_step": site.missing.next_step if site.missing else "",
    }


def policy_data(policy: PolicyRow) -> dict[str, Any]:
    return fields(policy, "site", "policy_url")


def change_data(change: Change | None) -> dict[str, Any]:
    if change is None:
        return {"change_class": None, "words_added": None, "words_removed": None, "sections": []}
    return fields(change, "change_class", "words_added", "words_removed", "sections")


def version_data(version: VersionRow) -> dict[str, Any]:
    return {
        **fields(version, "version", "first_seen", "last_seen"),
        "not_before": plain(version.previous_last_seen),
        **fields(version, "captures", "words"),
        **change_data(version.change),
        **fields(version, "wording", "title", "url"),
        "archive": version.first_archive,
        "last_archive": version.last_archive,
        **link_data(version.first_capture_url),
        **link_data(version.last_capture_url, "last_"),
    }


def timeline_data(timeline: Timeline) -> dict[str, Any]:
    return {
        **policy_data(timeline.policy),
        "versions": [
            version_data(version) | {"citation": citation(timeline.policy.cited, version)}
            for version in timeline.versions
        ],
        "events": [
            {
                "kind": event.kind.value,
                "meaning": event.kind.meaning,
                "not_before": plain(event.after),
                **fields(event, "not_after", "evidence"),
                **link_data(event.capture_url),
            }
            for event in timeline.events
        ],
        "gaps": [fields(gap, "after", "before", "days", "captures") for gap in timeline.gaps],
        "moves": plain(timeline.moves),
        "title_changes": plain(timeline.titles),
        "without_text": [
            {
                "outcome": silent.outcome.value,
                "meaning": silent.outcome.about.meaning,
                "captured_at": plain(silent.dates),
                "details": plain(silent.details),
            }
            for silent in timeline.silent
        ],
        "alternations": [{"from_version": a.first, "to_version": a.last} for a in timeline.alternations],
        "how_sure": [
            {"archive": sure.archive, "strategy": sure.strategy, **sure.certainty.data()} for sure in timeline.how_sure
        ],
        "set_aside": [
            fields(aside, "first_seen", "last_seen", "captures", "reason", "title") | link_data(aside.capture_url)
            for aside in timeline.aside
        ],
        "left_out": [fields(one, "kind", "example", "times", "since", "until") for one in timeline.left_out],
    }


def answer_data(answer: AtMoment) -> dict[str, Any]:
    return {
        "at": plain(answer.moment),
        "certainty": plain(answer.certainty),
        "following_version": answer.following.version if answer.following else None,
    }
