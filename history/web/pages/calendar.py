"""The calendar: years × months, how many captures there are or how much changed; a month's captures on request."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from crawler.archives.capture import Outcome
from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import parse_iso
from history.sites import PolicyRow
from history.timeline.timeline import read_versions
from history.web.drawing import heat
from history.web.page import MOST, Ask, Page, Row
from history.web.pages.policy import base_context, policy_of
from pipelines.store.load import WHILE_THERE

_MODES: Final = ("captures", "words")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
_COUNTED = f"""
SELECT substr(k.captured_at, 1, 7) AS month, k.outcome, count(*) FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey
WHERE u.policy_id = ? AND {WHILE_THERE} GROUP BY 1, 2 ORDER BY 1
"""
_OF_MONTH = f"""
SELECT k.captured_at, k.outcome, k.original, k.citation_url, k.archive FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey
WHERE u.policy_id = ? AND {WHILE_THERE} AND substr(k.captured_at, 1, 7) = ? ORDER BY k.captured_at, k.id LIMIT ?
"""


def calendar_page(ask: Ask) -> Page:
    """Return the calendar of a policy; `mode` says what is counted, `month` lists the captures of one."""
    policy = policy_of(ask)
    versions = read_versions(ask.db, policy)
    mode, month = ask.one_of("mode", _MODES), ask.text("month")
    if month and not _MONTH.fullmatch(month):
        raise ConfigError(f"month={month!r} is not a month: write 2018-05")
    counted = _counted(ask, policy)
    captures = {name: sum(outcomes.values()) for name, outcomes in counted.items()}
    began: dict[str, list[int]] = {}
    words: Counter[str] = Counter()
    for version in versions:
        name = f"{version.first_seen:%Y-%m}"
        began.setdefault(name, []).append(version.version)
        if version.change:
            words[name] += version.change.words_added + version.change.words_removed
    steps = heat(captures if mode == "captures" else dict(words))
    known = sorted({*captures, *began})
    context = base_context(ask, policy, versions, "calendar") | {
        "mode": mode,
        "month": month,
        "years": [
            {
                "year": year,
                "months": [
                    _cell(name, captures, words, steps, began)
                    for name in (f"{year}-{number:02}" for number in range(1, 13))
                ],
                "total": sum(number for name, number in captures.items() if name.startswith(f"{year}-")),
            }
            for year in (range(int(known[0][:4]), int(known[-1][:4]) + 1) if known else ())
        ],
        "listed": _listed(ask, policy, month) if month else [],
        "most": MOST,
        "of_month": captures.get(month, 0),
    }

    def data() -> dict[str, Any]:
        return {
            "site": policy.site,
            "policy_url": policy.policy_url,
            "months": [
                {
                    "month": name,
                    "captures": {outcome.value: number for outcome, number in counted.get(name, {}).items()},
                    "versions": began.get(name, []),
                    "words_changed": words[name],
                }
                for name in known
            ],
        }

    def rows() -> Iterator[Row]:
        yield "month", "captures", "versions", "words_changed"
        for name in known:
            yield name, captures.get(name, 0), len(began.get(name, [])), words[name]

    return Page("calendar.html", f"{policy.site}: calendar", "sites", context, data, rows)


def _cell(
    name: str, captures: dict[str, int], words: Counter[str], steps: Any, began: dict[str, list[int]]
) -> dict[str, Any]:
    return {
        "name": name,
        "step": steps.get(name, 0),
        "captures": captures.get(name, 0),
        "words": words[name],
        "versions": began.get(name, []),
    }


def _counted(ask: Ask, policy: PolicyRow) -> dict[str, dict[Outcome, int]]:
    found: dict[str, dict[Outcome, int]] = {}
    for month, outcome, number in ask.db.execute(_COUNTED, [policy.policy_id]):
        found.setdefault(month, {})[Outcome(outcome)] = number
    return found


def _listed(ask: Ask, policy: PolicyRow, month: str) -> list[dict[str, Any]]:
    rows = ask.db.execute(_OF_MONTH, [policy.policy_id, month, MOST])
    return [
        {
            "at": parse_iso(row["captured_at"]),
            "outcome": row["outcome"],
            "meaning": Outcome(row["outcome"]).about.meaning,
            "url": row["original"],
            "capture_url": row["citation_url"],
            "archive": row["archive"],
        }
        for row in rows
    ]
