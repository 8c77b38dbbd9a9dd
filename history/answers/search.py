"""Passages with their owners as JSON data: `search --json` and the search page."""

from __future__ import annotations

from typing import Any

from history.answers.changes import claim_data
from history.answers.encoding import fields
from history.claims.selectors import name_of
from history.claims.what import What
from history.search.search import Found, Owner
from history.uris import link_data


def found_data(found: Found) -> dict[str, Any]:
    return {
        "total": found.total,
        "complete": found.complete,
        **({} if found.claims is None else {"claims": [facet_data(*one) for one in found.claims]}),
        "passages": [
            {
                **fields(passage, "kind", "markdown", "spans", "sites", "first_is_certain"),
                **({} if passage.claims is None else {"claims": list(map(claim_data, passage.claims))}),
                "owners": [owner_data(owner) for owner in passage.owners],
            }
            for passage in found.passages
        ],
    }


def facet_data(what: What, passages: int) -> dict[str, Any]:
    return {"claim": what.name, "polarity": what.polarity.value, "name": name_of(what), "passages": passages}


def owner_data(owner: Owner) -> dict[str, Any]:
    return {
        **fields(
            owner, "site", "policy_url", "not_before", "first_seen", "last_seen", "gone_by", "versions", "citation"
        ),
        **link_data(owner.capture_url),
    }
