"""Since when each sentence stands, as JSON data: `blame --json` and the blame page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crawler.archives.timestamps import format_iso
from history.answers.rows import policy_data
from history.diff.blame import Blame, Placed
from history.sites import PolicyRow
from history.timeline.citations import citation
from history.timeline.timeline import VersionRow


def blame_data(
    policy: PolicyRow,
    versions: Sequence[VersionRow],
    blamed: Blame,
    found: Sequence[Placed],
    index: int,
    *,
    removed: bool,
) -> dict[str, Any]:
    version = versions[index]
    return {
        **policy_data(policy),
        "version": version.version,
        "citation": citation(policy.cited, version),
        "first_seen": format_iso(version.first_seen),
        "last_seen": format_iso(version.last_seen),
        "removed": removed,
        "sentences": [_sentence_data(versions, blamed, one) for one in found],
    }


def _sentence_data(versions: Sequence[VersionRow], blamed: Blame, placed: Placed) -> dict[str, Any]:
    """All that is known of a sentence, whatever version was asked for."""
    sentence = placed.sentence
    dropped = versions[sentence.last + 1] if sentence.last + 1 < len(versions) else None
    return {
        "text": sentence.text,
        "heading": placed.heading,
        "block": {"kind": placed.block.kind.value, "level": placed.block.level},
        "stays": [stay_data(versions, first, last) for first, last in sentence.stays],
        "brought_by_version": sentence.first + 1,
        "dropped_by_version": dropped.version if dropped else None,
        "returns": len(sentence.stays) - 1,
        "before": None if sentence.before is None else blamed.sentences[sentence.before].text,
    }


def stay_data(versions: Sequence[VersionRow], first: int, last: int) -> dict[str, Any]:
    """Return from which to which version something stands, and both brackets: it came and went between two captures."""
    came, went = versions[first], versions[last + 1] if last + 1 < len(versions) else None
    return {
        "from_version": first + 1,
        "to_version": last + 1,
        "not_before": format_iso(came.previous_last_seen) if came.previous_last_seen else None,
        "first_seen": format_iso(came.first_seen),
        "last_seen": format_iso(versions[last].last_seen),
        "gone_by": format_iso(went.first_seen) if went else None,
    }
