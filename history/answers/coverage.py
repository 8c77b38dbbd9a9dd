"""Which half-years are covered, as data: `coverage --json`, `coverage --csv` and the page of coverage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from history.timeline.coverage import Coverage, covered_sites, half_label, totals


def coverage_data(coverages: Sequence[Coverage], halves: range) -> dict[str, object]:
    return {
        "total": len(coverages),
        "totals": {state.value: number for state, number in totals(coverages).items()},
        "sites_found": {half_label(half): len(covered_sites(coverages, half)) for half in halves},
        "policies": [
            {
                "site": one.site,
                "policy_url": one.policy_url,
                "found": one.found,
                "half_years": [
                    {
                        "half_year": half_label(c.half),
                        "state": c.state.value,
                        "reason": c.reason,
                        "next_step": c.next_step,
                    }
                    for c in one.cells
                ],
            }
            for one in coverages
        ],
    }


def coverage_rows(coverages: Sequence[Coverage]) -> Iterator[tuple[str, ...]]:
    """Yield a table: its head, then one row per policy and half-year."""
    yield "site", "policy_url", "half_year", "state", "reason", "next_step"
    for one in coverages:
        for c in one.cells:
            yield one.site, one.policy_url, half_label(c.half), c.state.value, c.reason, c.next_step
