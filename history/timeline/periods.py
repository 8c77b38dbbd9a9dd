"""A part of a policy's timeline, and its length from end to end.

during(timeline, since, until) ──► Timeline with what touches that period
lengths(versions, 60) ──► (495, 495, None, 559 …)      words at 60 moments, None where nothing is known
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from history.timeline.timeline import GAP, Silent, Standing, Timeline, VersionRow, version_at

_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def during(timeline: Timeline, since: datetime | None = None, until: datetime | None = None) -> Timeline:
    """Return what of a timeline touches a period: a version with the bracket in which it came.

    :param since, until: None: from the beginning, to the end.
    """
    start, end = since or _EVER[0], until or _EVER[1]

    def touches(first: datetime | None, last: datetime) -> bool:
        return (first or last) <= end and last >= start

    return replace(
        timeline,
        versions=tuple(v for v in timeline.versions if touches(v.previous_last_seen or v.first_seen, v.last_seen)),
        silent=tuple(one for s in timeline.silent if (one := _silent(s, start, end)).dates),
        gaps=tuple(gap for gap in timeline.gaps if touches(gap.after, gap.before)),
        moves=tuple(move for move in timeline.moves if touches(None, move.valid_from)),
        titles=tuple(title for title in timeline.titles if touches(title.not_before, title.not_after)),
        aside=tuple(aside for aside in timeline.aside if touches(aside.first_seen, aside.last_seen)),
        left_out=tuple(line for line in timeline.left_out if touches(line.since, line.until)),
    )


def _silent(silent: Silent, start: datetime, end: datetime) -> Silent:
    return replace(silent, dates=tuple(date for date in silent.dates if start <= date <= end))


def lengths(versions: Sequence[VersionRow], moments: int) -> tuple[int | None, ...]:
    """Return the words of the version in force at as many moments, evenly from the first capture to the last.

    :param versions: of one policy, oldest first; at least one.
    :return: the earlier version's between two; None where nothing was captured for more than GAP.
    """
    first, last = versions[0].first_seen, versions[-1].last_seen
    step = (last - first) / max(moments - 1, 1)
    return tuple(_length(versions, min(first + number * step, last)) for number in range(moments))


def _length(versions: Sequence[VersionRow], moment: datetime) -> int | None:
    answer = version_at(versions, moment)
    if answer.certainty is Standing.BETWEEN and answer.following:
        bracket = answer.following.first_seen - answer.version.last_seen
        return None if bracket > GAP else answer.version.words
    return answer.version.words
