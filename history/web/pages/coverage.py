"""Coverage: a grid of policies and half-years, why each is known or not, and what to do next."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final

from history.answers.coverage import coverage_data, coverage_rows
from history.sites import PolicyRow
from history.timeline.coverage import Coverage, State, cover, half_label, half_of, halves_of, totals
from history.timeline.coverage_read import read_subjects
from history.web.page import PAGE, Ask, Page, paging

_SIGNS: Final = {
    State.FOUND: "●", State.FAILED: "!", State.NOT_ASKED: "?", State.NO_POLICY: "○", State.BLOCKED: "×", State.NO_CAPTURE: "·",
}  # fmt: skip
_MOST_HALVES: Final = 80


def coverage_page(ask: Ask) -> Page:
    """Return the coverage of a site's policies, or of all, a page at a time."""
    policies = ask.policies()
    every = policies if policies is not None else [one for some in ask.catalogue.policies.values() for one in some]
    pages = paging(ask, len(every), PAGE)
    shown = every[pages["start"] : pages["stop"]]
    subjects = read_subjects(ask.db, shown)
    known = halves_of(subjects)
    since, until = ask.moment("since"), ask.moment("until", end=True)
    halves = range(half_of(since) if since else known.start, half_of(until) + 1 if until else known.stop)[
        -_MOST_HALVES:
    ]
    found = [cover(subject, halves) for subject in subjects]
    by_url = {(policy.site, policy.policy_url): policy for policy in shown}
    context = {
        "rows": [_row(ask, one, by_url) for one in found],
        "years": [(year, len(list(run))) for year, run in groupby(halves, key=lambda half: half // 2)],
        "halves": [half_label(half) for half in halves],
        "totals": [(state.value, _SIGNS[state], state.meaning, number) for state, number in totals(found).items()],
        "pages": pages,
        "site": ask.text("site"),
    }
    return Page(
        "coverage.html",
        "Coverage",
        "coverage",
        context,
        lambda: coverage_data(found, halves),
        lambda: coverage_rows(found),
    )


def _row(ask: Ask, one: Coverage, by_url: dict[tuple[str, str], PolicyRow]) -> dict[str, Any]:
    policy = by_url.get((one.site, one.policy_url))
    return {
        "site": one.site,
        "url": one.policy_url,
        "path": f"{ask.catalogue.path(policy)}/timeline" if policy else "",
        "found": one.found,
        "of": len(one.cells),
        "cells": [
            {
                "state": state.value,
                "sign": _SIGNS[state],
                "first": half_label(cells[0].half),
                "last": half_label(cells[-1].half),
                "halves": len(cells),
                "reason": cells[0].reason if len(cells) == 1 else state.meaning,
            }
            for state, cells in ((key, list(run)) for key, run in groupby(one.cells, key=lambda cell: cell.state))
        ],
        "stretches": [
            {
                "first": half_label(cells[0].half),
                "last": half_label(cells[-1].half),
                "state": cells[0].state.value,
                "reason": cells[0].reason,
                "next": cells[0].next_step,
            }
            for cells in (list(run) for _key, run in groupby(one.cells, key=lambda c: (c.state, c.reason, c.next_step)))
            if cells[0].state is not State.FOUND
        ][:20],
    }
