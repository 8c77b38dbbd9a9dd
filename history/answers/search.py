"""Passages with their owners as JSON data: `search --json` and the search page."""

from __future__ import annotations

from typing import Any

from crawler.archives.timestamps import format_iso
from history.answers.changes import claim_data
from history.search.search import Found, Owner
from history.uris import link_data


def found_data(found: Found) -> dict[str, Any]:
    return {
        "total": found.total,
        "complete": found.complete,
        "passages": [
            {
                "kind": passage.kind,
                "markdown": passage.markdown,
                "spans": [list(span) for span in passage.spans],
                "sites": passage.sites,
                "first_is_certain": passage.first_is_certain,
                **({} if passage.claims is None else {"claims": list(map(claim_data, passage.claims))}),
                "owners": [owner_data(owner) for owner in passage.owners],
            }
            for passage in found.passages
        ],
    }


def owner_data(owner: Owner) -> dict[str, Any]:
    return {
        "site": owner.site,
        "policy_url": owner.policy_url,
        "not_before": format_iso(owner.not_before) if owner.not_before else None,
        "first_seen": format_iso(owner.first_seen),
        "last_seen": format_iso(owner.last_seen),
        "gone_by": format_iso(owner.gone_by) if owner.gone_by else None,
        "versions": owner.versions,
        "citation": owner.citation,
        **link_data(owner.capture_url),
    }
