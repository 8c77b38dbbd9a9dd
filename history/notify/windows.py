"""When a digest is due, by the clock of the person: pure arithmetic of times and zones.

    period_of(watch, now, zone) ──► begin of the period that now is in      held_back(watch, now, zone) ──► bool

A digest is due once in each period, at the first run after its begin: a machine that was off sends late, and once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from history.notify.config import Digest, Watch


def period_of(watch: Watch, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the digest that is due was due: the latest such moment by now, UTC; None where there is no digest."""
    if watch.digest is Digest.NOW:
        return None
    local = now.astimezone(zone)
    day = local.replace(hour=watch.at.hour, minute=watch.at.minute, second=0, microsecond=0, fold=0)
    for back in range(40):  # wall-clock days: an hour more or less of summer time shifts nothing
        moment = (day - timedelta(days=back)).astimezone(UTC)
        if _is_day(watch, day - timedelta(days=back)) and moment <= now:
            return moment
    raise AssertionError("every month has its day")


def _is_day(watch: Watch, day: datetime) -> bool:
    if watch.digest is Digest.WEEKLY:
        return day.weekday() == watch.day
    return watch.digest is Digest.DAILY or day.day == watch.day


def held_back(watch: Watch, now: datetime, zone: ZoneInfo) -> bool:
    """Tell whether now lies in the quiet hours of a watch; their end is not quiet any more."""
    if watch.quiet is None:
        return False
    clock, begin, end = now.astimezone(zone).time(), watch.quiet.begin, watch.quiet.end
    return begin <= clock < end if begin < end else clock >= begin or clock < end
