"""An archive's limits, as arithmetic: when the next request may go, and for how long to stay away after a refusal.

Pure: seconds in, seconds out; the state is kept by crawler/limits_file.py, shared by every process of the machine.

What web.archive.org does when pressed (archive-facts.md 3): 429; if that is ignored for more than a minute, refused
connections for an hour; each further time doubles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from crawler.archives.dialects import CDX, PLAYBACK, Archive, Budget
from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import parse_http_date

SHORTEST_PAUSE = 60.0  # seconds after a 429: "more than a minute" of ignoring it brings the ban
LONGEST_PAUSE = 3600.0
SHORTEST_BAN = 3600.0  # seconds after a refused connection
LONGEST_BAN = 7 * 24 * 3600.0
FORGIVEN_AFTER = 24 * 3600.0  # seconds without a pause after which the next one is a first one again
# Requests are an interval apart, this much longer than the budget's share: so many never fit into one window, ends
# included (24 requests 2.5 s apart leave room for a 25th exactly 60 s after the first).
_SLACK = 1.001
_UNITS = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "hour": 3600.0}
_BUDGET = re.compile(r"(cdx|playback)\s*=\s*(\d{1,7})\s*/\s*(s|sec|min|h|hour)")


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when and until when to stay away from an archive.

    :param not_before: Unix time of the first second in which a request may go; 0 for no pause.
    :param strikes: how often it was extended; each doubles the next.
    :param reason: for the person.
    """

    not_before: float = 0.0
    strikes: int = 0
    reason: str = ""


def next_slot(free_at: float, now: float, budget: Budget | None) -> tuple[float, float]:
    """Return (when a request may go, when the one after it may).

    :param free_at: the second value of the last call, by whatever process.
    """
    if budget is None:
        return now, now
    interval = budget.interval * _SLACK
    at = max(now, min(free_at, now + interval * 10_000))  # a clock that was set back must not stop us for years
    return at, at + interval


def after_429(pause: Pause, now: float, retry_after: float | None) -> Pause:
    """Return the pause after a 429: what the archive asks, at least a minute, doubled each time."""
    if now < pause.not_before:  # answers to requests sent before the pause began: one 429, not many
        return replace(pause, not_before=max(pause.not_before, now + (retry_after or 0.0)))
    strikes = _strikes(pause, now)
    length = min(SHORTEST_PAUSE * 2**strikes, LONGEST_PAUSE)
    return Pause(now + max(length, retry_after or 0.0), strikes + 1, "it answered 429 (too many requests)")


def after_refusal(pause: Pause, now: float) -> Pause:
    """Return the pause after a refused connection: an hour, doubled each time."""
    if now < pause.not_before and pause.reason.startswith("it refuses"):
        return pause
    strikes = _strikes(pause, now)
    return Pause(now + min(SHORTEST_BAN * 2**strikes, LONGEST_BAN), strikes + 1, "it refuses connections")


def _strikes(pause: Pause, now: float) -> int:
    return 0 if now - pause.not_before > FORGIVEN_AFTER else min(pause.strikes, 20)


def parse_retry_after(text: str, now: float) -> float | None:
    """Return the seconds that a Retry-After names, as a number or as a date; None if it names none.

    >>> parse_retry_after("120", 0.0)
    120.0
    >>> parse_retry_after("Thu, 01 Jan 1970 00:05:00 GMT", 60.0)
    240.0
    >>> parse_retry_after("soon", 0.0) is None
    True
    """
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit() and len(stripped) < 10:
        return float(stripped)
    date = parse_http_date(stripped)
    return max(0.0, date.timestamp() - now) if date else None


def budgets_of(archive: Archive, text: str) -> Mapping[str, Budget]:
    """Return an archive's budgets with a person's changes: `cdx=24/min,playback=480/min`.

    :raises ConfigError: it cannot be read, or would raise the budget of a public archive.
    """
    budgets = dict(archive.budgets)
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _BUDGET.fullmatch(part)
        if not match or not int(match[2]):
            raise ConfigError(f"POLICYLAPSE_BUDGET: {part!r} is none; write {CDX}=24/min,{PLAYBACK}=480/min")
        budget = Budget(int(match[2]), _UNITS[match[3]], "POLICYLAPSE_BUDGET")
        known = archive.budgets.get(match[1])
        if archive.public and known and budget.interval < known.interval:
            raise ConfigError(
                f"POLICYLAPSE_BUDGET: {part!r} is more than the {archive.label} allows ({known.requests} in "
                f"{known.seconds:g} s: {known.source}); a public archive's budget can be lowered, not raised"
            )
        budgets[match[1]] = budget
    return budgets


def come_back(pause: Pause, now: float) -> str:
    """Say in plain words until when to stay away.

    >>> come_back(Pause(3600.0, 1, "it refuses connections"), 0.0)
    'it refuses connections: no request before 1970-01-01 01:00 UTC (in 60 minutes)'
    """
    at = datetime.fromtimestamp(pause.not_before, UTC)
    minutes = max(1, round((pause.not_before - now) / 60))
    return f"{pause.reason}: no request before {at:%Y-%m-%d %H:%M} UTC (in {minutes} minute{'s' * (minutes != 1)})"
