"""Coverage: a grid of policies and half-years, why each is known or not, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from history.answers.coverage import coverage_data, coverage_rows
from history.sites import PolicyRow
from history.timeline.coverage import Coverage, State, cover, half_label, half_of, halves_of, totals
from history.timeline.coverage_read import read_subjects
from history.web.page import Ask, Page, paging

# beside its colour each state has a form: full, hollow, a thin line, or a sign
_SIGNS: Final = {State.FAILED: "!", State.NOT_ASKED: "?", State.BLOCKED: "×"}
_CELL: Final = 13  # units of a half-year
PAGE: Final = 8  # policies on one page: a policy of 1,000 captures takes 7 ms and 4 kB
_NAMED: Final = 14  # years named one by one
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
        "years": _years(halves),
        "wide": len(halves) * _CELL,
        "totals": [
            (state.value, _SIGNS.get(state, ""), state.meaning, number) for state, number in totals(found).items()
        ],
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
        "cells": list(_cells(one)),
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


def _cells(one: Coverage) -> Iterator[dict[str, Any]]:
    """Neighbouring half-years of one state as one mark."""
    at = 0
    for state, run in groupby(one.cells, key=lambda cell: cell.state):
        cells = list(run)
        yield {
            "state": state.value,
            "sign": _SIGNS.get(state, ""),
            "first": half_label(cells[0].half),
            "last": half_label(cells[-1].half),
            "halves": len(cells),
            "reason": cells[0].reason if len(cells) == 1 else state.meaning,
            "x": at * _CELL,
            "wide": len(cells) * _CELL,
        }
        at += len(cells)


def _years(halves: range) -> list[dict[str, Any]]:
    """Where each year begins; every second one is named where there are many."""
    step = 2 if len(halves) > 2 * _NAMED else 1
    return [
        {"x": (half - halves.start) * _CELL, "label": str(half // 2) if half // 2 % step == 0 else ""}
        for half in halves
        if half % 2 == 0
    ]
