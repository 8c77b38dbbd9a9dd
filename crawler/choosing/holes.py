"""Where an archive has no usable capture of a policy, so that another archive is worth asking. Pure.

    Captures + Knowledge of what was asked ──► holes ──► Holes(inside, ends), spans of time

A hole is a span, longer than the max gap, between two neighbouring captures of the first archive that show the policy
or still could; or the span around a capture that was listed and could not be had. Redirects count as captures: the
archive was there. What was captured and is no policy (a bot check, a log-in) does not: another archive may have got the
page itself.

The ends are different. Every history begins and ends somewhere, and that alone is no hole. An end is one where the
person named the period and it reaches further than the max gap, or where the archive went on capturing and none of it
is usable (publishers that block it). Otherwise an end is open: looked into where the other archive is asked anyway.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler.archives.capture import Period
from crawler.choosing.rows import Captures
from crawler.choosing.survey import ASKED, KNOWN, OPEN, Knowledge, Options, Survey

_THERE = (KNOWN, OPEN, ASKED)
_SECOND = 1  # a hole begins after the capture before it, and ends before the one after


@dataclass(frozen=True, slots=True)
class Holes:
    """Spans of time, oldest first, that do not meet.

    :param inside: for which another archive is asked. :param ends: looked into where it is asked anyway.
    """

    inside: tuple[Period, ...] = ()
    ends: tuple[Period, ...] = ()

    @property
    def all(self) -> tuple[Period, ...]:
        """Both, if another archive is to be asked at all; else none."""
        return tuple(sorted((*self.inside, *self.ends), key=_begin)) if self.inside else ()

    def __bool__(self) -> bool:
        return bool(self.inside)


def span_of(holes: Sequence[Period]) -> Period:
    """Return the one period that holds some holes, for an index that is asked once."""
    sinces, untils = [one.since for one in holes], [one.until for one in holes]
    return Period(
        None if None in sinces else min(filter(None, sinces)), None if None in untils else max(filter(None, untils))
    )


def holes_of(
    captures: Captures,
    knowledge: Knowledge,
    options: Options,
    period: Period,
    *,
    lost: Collection[int] = (),
    kept_from_us: Collection[int] = (),
) -> Holes:
    """Return the holes of one archive's captures in a period.

    :param lost: ids of captures that were asked for in vain.
    :param kept_from_us: ids of captures that the owner had excluded, or that were forgotten: no span around one is a
        hole.
    """
    rows = captures.pages
    survey = Survey(rows, knowledge, options)
    there = sorted(
        [rows.times[at] for at, state in enumerate(survey.states) if state in _THERE] + [*captures.redirects.times]
    )
    barred = sorted(rows.times[at] for at in rows.positions(kept_from_us))
    gone = sorted(rows.times[at] for at in rows.positions(lost))
    if not there:
        return Holes() if barred else Holes((period,))
    usable_no_more = any(time > there[-1] for time in rows.times)
    inside, ends = [], []
    for left, right in zip([None, *there], [*there, None], strict=True):
        if _any_in(barred, left, right) or (left is not None and right is not None and right - left < 2 * _SECOND):
            continue
        hole = Period(
            _moment(left + _SECOND) if left is not None else period.since,
            _moment(right - _SECOND) if right is not None else period.until,
        )
        if hole.since and hole.until and hole.since > hole.until:
            continue
        named = hole.since is not None and hole.until is not None
        wide = named and _length(hole) > options.max_gap
        if wide or _any_in(gone, left, right) or (right is None and usable_no_more):
            inside.append(hole)
        elif left is None or right is None:
            ends.append(hole)
    return Holes(tuple(inside), tuple(ends))


def _length(hole: Period) -> timedelta:
    assert hole.since is not None
    assert hole.until is not None
    return hole.until - hole.since


def _any_in(times: Sequence[int], left: int | None, right: int | None) -> bool:
    return any((left is None or time >= left) and (right is None or time <= right) for time in times)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _begin(hole: Period) -> float:
    return hole.since.timestamp() if hole.since else float("-inf")
