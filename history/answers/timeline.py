"""A policy's timeline as JSON data: `timeline --json` and the timeline page.

Shown(timeline, stated dates, technical changes) ──shown_data──► dict
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.missing import Missing, missing_data
from history.answers.encoding import fields
from history.answers.rows import timeline_data
from history.timeline.stated_dates import Stated
from history.timeline.technical import Technical
from history.timeline.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a policy.

    :param timeline: as much of it as was asked for.
    :param versions: how many versions the policy has in all.
    :param stated: what its versions say of their dates, by version.
    :param technical: None where technical changes are not asked for; then alternations are shown as one row, too.
    :param name: by which commands find it, where its site alone does not tell.
    :param missing: why it has no version.
    :param unsure: the lines that are probably furniture, by the version that an unsure change led to.
    """

    timeline: Timeline
    versions: int
    stated: Mapping[int, Stated]
    technical: Technical | None = None
    unsure: Mapping[int, Sequence[str]] = field(default_factory=dict)
    name: str = ""
    missing: Missing | None = None


def shown_data(shown: Shown) -> dict[str, Any]:
    data = timeline_data(shown.timeline)
    for version in data["versions"]:
        version.update(_stated_data(shown.stated.get(version["version"])))
        version["probably_furniture"] = list(shown.unsure.get(version["version"], ()))
    data["missing"] = missing_data(shown.missing) if shown.missing else None
    return data | ({"technical": _technical_data(shown.technical)} if shown.technical else {})


def _stated_data(stated: Stated | None) -> dict[str, Any]:
    dates = stated.dates if stated else ()
    return {
        "says_updated": stated.updated.day.isoformat() if stated and stated.updated else None,
        "date_doubts": [doubt.value for doubt in stated.doubts] if stated else [],
        "dates_in_text": [
            {
                "kind": one.kind.value,
                "from": one.day.isoformat(),
                "to": one.last_day.isoformat(),
                "certain": one.certain,
                "phrase": one.phrase,
            }
            for one in dates
        ],
    }


def _technical_data(technical: Technical) -> dict[str, Any]:
    return {
        "rewritten": [fields(one, "not_before", "not_after") for one in technical.rewritten],
        "earlier_extractors": [{"extractor": name, "versions": versions} for name, versions in technical.readers],
    }
