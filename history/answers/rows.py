"""The read side's results as JSON data: times as ISO 8601 UTC text, names as in the database."""

from __future__ import annotations

from typing import Any

from crawler.archives.timestamps import format_iso
from history.sites import PolicyRow, SiteRow
from history.timeline.citations import citation
from history.timeline.timeline import AtMoment, Timeline, VersionRow
from history.uris import link_data
from pipelines.model import Change


def site_data(site: SiteRow) -> dict[str, Any]:
    last = site.last_change
    return {
        "site": site.site,
        "policies": site.policies,
        "versions": site.versions,
        "first_seen": format_iso(site.first_seen) if site.first_seen else None,
        "last_seen": format_iso(site.last_seen) if site.last_seen else None,
        "captures": {outcome.value: count for outcome, count in site.outcomes.items()},
        "last_change": None
        if last is None
        else {
            "policy_url": last.policy_url,
            "version": last.version,
            "change_class": last.change_class.value,
            "not_before": format_iso(last.not_before),
            "not_after": format_iso(last.not_after),
        },
        "outcome": site.outcome.value,
        "meaning": site.outcome.about.meaning,
        "detail": site.missing.detail if site.missing else "",
        "next_step": site.missing.next_step if site.missing else "",
    }


def policy_data(policy: PolicyRow) -> dict[str, Any]:
    return {"site": policy.site, "policy_url": policy.policy_url}


def change_data(change: Change | None) -> dict[str, Any]:
    return {
        "change_class": change.change_class.value if change else None,
        "words_added": change.words_added if change else None,
        "words_removed": change.words_removed if change else None,
        "sections": list(change.sections) if change else [],
    }


def version_data(version: VersionRow) -> dict[str, Any]:
    return {
        "version": version.version,
        "first_seen": format_iso(version.first_seen),
        "last_seen": format_iso(version.last_seen),
        "not_before": format_iso(version.previous_last_seen) if version.previous_last_seen else None,
        "captures": version.captures,
        "words": version.words,
        **change_data(version.change),
        "wording": version.wording,
        "title": version.title,
        "url": version.url,
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
                "not_before": format_iso(event.after) if event.after else None,
                "not_after": format_iso(event.not_after),
                "evidence": list(event.evidence),
                **link_data(event.capture_url),
            }
            for event in timeline.events
        ],
        "gaps": [
            {
                "after": format_iso(gap.after),
                "before": format_iso(gap.before),
                "days": gap.days,
                "captures": {outcome.value: count for outcome, count in gap.captures.items()},
            }
            for gap in timeline.gaps
        ],
        "moves": [
            {"url": move.url, "valid_from": format_iso(move.valid_from), "evidence": move.evidence}
            for move in timeline.moves
        ],
        "title_changes": [
            {
                "not_before": format_iso(title.not_before),
                "not_after": format_iso(title.not_after),
                "from_title": title.from_title,
                "to_title": title.to_title,
            }
            for title in timeline.titles
        ],
        "without_text": [
            {
                "outcome": silent.outcome.value,
                "meaning": silent.outcome.about.meaning,
                "captured_at": [format_iso(date) for date in silent.dates],
                "details": dict(silent.details),
            }
            for silent in timeline.silent
        ],
        "alternations": [{"from_version": a.first, "to_version": a.last} for a in timeline.alternations],
        "how_sure": [
            {"archive": sure.archive, "strategy": sure.strategy, **sure.certainty.data()} for sure in timeline.how_sure
        ],
        "set_aside": [
            {
                "first_seen": format_iso(aside.first_seen),
                "last_seen": format_iso(aside.last_seen),
                "captures": aside.captures,
                "reason": aside.reason,
                "title": aside.title,
                **link_data(aside.capture_url),
            }
            for aside in timeline.aside
        ],
        "left_out": [
            {
                "kind": one.kind,
                "example": one.example,
                "times": one.times,
                "since": format_iso(one.since),
                "until": format_iso(one.until),
            }
            for one in timeline.left_out
        ],
    }


def answer_data(answer: AtMoment) -> dict[str, Any]:
    return {
        "at": format_iso(answer.moment),
        "certainty": answer.certainty.value,
        "following_version": answer.following.version if answer.following else None,
    }
