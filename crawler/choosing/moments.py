"""Strategies that take a capture at given moments: `every:…`, `latest`, `at:…`.

Each moment takes the nearest capture that can be had; one that is no policy is replaced by the next nearest, one that
by its length looks like a stub is asked after better ones.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from crawler.choosing.bisection import COVER, ENDS, Probe
from crawler.choosing.survey import FAILED, JUNK, KNOWN, OPEN, Survey

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """The step of a grid: so many calendar months, or else so many days."""

    months: int = 0
    days: int = 0

    def dates(self, first: int, last: int) -> Iterator[int]:
        """Yield the grid from the last date at or before `first` to the first at or after `last`, in seconds.

        The grid is fixed: months are counted from January of year 0, days from 1970-01-01, so that the dates are the
        same for every policy and in every run (6 months: each 1 January and 1 July).
        """
        number = self._number(first)
        while (date := self._date(number)) is not None:
            yield date
            if date >= last:
                return
            number += 1

    def _number(self, moment: int) -> int:
        at = _EPOCH + timedelta(seconds=moment)
        return (12 * at.year + at.month - 1) // self.months if self.months else moment // (86400 * self.days)

    def _date(self, number: int) -> int | None:
        if not self.months:
            return number * 86400 * self.days
        year, month = divmod(number * self.months, 12)
        if not 1 <= year <= 9999:
            return None if year > 9999 else -(2**62)
        return int((datetime(year, month + 1, 1, tzinfo=UTC) - _EPOCH).total_seconds())


def on_grid(survey: Survey, period: Period) -> list[Probe]:
    """For each date of a grid, the nearest of the captures to which it is the nearest date; both ends first."""
    times = survey.times
    if not times:
        return []
    dates = list(period.dates(times[0], times[-1]))
    borders = [bisect_right(times, (one + other) // 2) for one, other in pairwise(dates)]
    cells = zip([0, *borders], dates, [*borders, len(times)], strict=True)
    chosen = [_first(survey, _by_distance(times, lower, date, upper)) for lower, date, upper in cells]
    return [Probe(at, COVER) for at in chosen if at is not None]


def newest(survey: Survey) -> list[Probe]:
    at = _first(survey, range(len(survey.times) - 1, -1, -1))
    return [] if at is None else [Probe(at, ENDS)]


def around_date(survey: Survey, date: int) -> list[Probe]:
    """The last capture at or before a moment, and the first after it."""
    after = bisect_right(survey.times, date)
    both = (_first(survey, range(after - 1, -1, -1)), _first(survey, range(after, len(survey.times))))
    return [Probe(at, ENDS) for at in both if at is not None]


def _by_distance(times: Sequence[int], lower: int, date: int, upper: int) -> list[int]:
    return sorted(range(lower, upper), key=lambda at: (abs(times[at] - date), at))


def _first(survey: Survey, in_order: Iterable[int]) -> int | None:
    """The first that can be had, better ones first; None where it is known or under way already."""
    last_choice = None
    for at in in_order:
        if survey.states[at] in (JUNK, FAILED):
            continue
        if survey.states[at] == KNOWN or not survey.suspect(at):
            return at if survey.states[at] == OPEN else None
        last_choice = at if last_choice is None else last_choice
    return last_choice if last_choice is not None and survey.states[last_choice] == OPEN else None
