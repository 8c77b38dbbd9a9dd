"""The difference of two versions as JSON data: `diff --json` and the diff page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from history.answers.rows import change_data, policy_data, version_data
from history.diff.comparison import CapturedPage, Comparison
from history.diff.links import LinkChange
from history.diff.patch import patch_data
from history.uris import link_data


def comparison_data(c: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON data: history.diff.patch.apply() makes the new text of the old one with it."""
    data = {
        **policy_data(c.policy),
        "from": version_data(c.old) | _evidence(c.old_citation, c.old_page),
        "to": version_data(c.new) | _evidence(c.new_citation, c.new_page),
        "change": change_data(c.change),
        **patch_data(c.old_blocks, c.new_blocks, c.blocks),
    }
    return data if c.links is None else data | {"links": [_link_data(change) for change in c.links]}


def _evidence(cited: str, page: CapturedPage | None) -> dict[str, Any]:
    told = None if page is None else link_data(page.capture_url) | asdict(page)
    if told is not None:
        del told["capture_url"]
    return {"citation": cited, "page": told}


def _link_data(change: LinkChange) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "old": asdict(change.old) if change.old else None,
        "new": asdict(change.new) if change.new else None,
    }
