"""An archive's limits, as arithmetic: when the next request may go, and for how long to stay away after a refusal.

    Pace, budget, now ──next_slot──► when the request may go, Pace          a refusal ──slowed──► Pace
    Pause, a 429 or a refused connection, now ──after_429 / after_refusal──► Pause ──after_answer──► Pause

Pure: seconds in, seconds out; the state is kept by crawler/asking/limits_file.py, shared by every process of the machine. All
moments are Unix times of one clock. That clock may be wrong or be set: a state that was written later than now is
moved to now (sound, on_this_clock), and no pause is longer than a week, whoever asked for it.

What web.archive.org does when pressed (docs/archives.md): 429; if that is ignored for more than a minute, refused
connections for an hour; each further time doubles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from crawler.archives.table import Budget
from crawler.archives.timestamps import parse_http_date

SHORTEST_PAUSE = 60.0  # seconds after a 429 that names none: "more than a minute" of ignoring it brings the ban
LONGEST_PAUSE = 3600.0  # that doubling makes of one
SHORTEST_BAN = 3600.0  # seconds after a refused connection
WEEK = 7 * 24 * 3600.0  # no stored pause is longer, whatever an archive asks for or a clock said
FORGIVEN_AFTER = 24 * 3600.0  # seconds without a pause after which the next one is a first one again
TOO_MANY, REFUSES = "it answered 429 (too many requests)", "it refuses connections"
# Requests are an interval apart, this much longer than the budget's share: so many never fit into one window, ends
# included (24 requests 2.5 s apart leave room for a 25th exactly 60 s after the first).
_SLACK = 1.001

# The pace that is learned where an archive refuses: below what it took until then; then slowly up again.
_CAREFUL = 0.8  # of the rate that it took, when it refuses for the first time
_BACK = 0.5  # of the learned rate, each time that it refuses again
_REGAINED_IN = 600.0  # seconds in which a learned rate doubles: an archive is overrun by it once in ten minutes
_SLOWEST = 1 / 60.0  # requests a second
_COUNTED = 60.0  # seconds over which requests are counted
_IDLE = 10.0  # seconds without a request, after which the count begins anew


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when and until when to stay away from an archive.

    :param not_before: Unix time of the first second in which a request may go; 0 for no pause.
    :param strikes: how often in a row it was refused right after the pause's end; each doubles the next.
    :param reason: TOO_MANY or REFUSES, for the person.
    :param begun: Unix time at which it was decided; None in a state written by an earlier program.
    """

    not_before: float = 0.0
    strikes: int = 0
    reason: str = ""
    begun: float | None = 0.0


def sound(pause: Pause, now: float) -> Pause:
    """Return a stored pause as it holds by the clock of now: it began by now at the latest, and lasts a week at most."""
    begun = now if pause.begun is None else min(pause.begun, now)
    length = pause.not_before - (now if pause.begun is None else pause.begun)
    return replace(pause, begun=begun, not_before=begun + min(length, WEEK)) if pause.not_before else pause


@dataclass(frozen=True, slots=True)
class Pace:
    """How an endpoint of an archive is asked, by all processes together.

    :param free_at: Unix time at which the next request may go.
    :param seen: Unix time of the last reservation.
    :param since: since when requests are counted, and `sent` how many there were.
    :param rate: learned requests a second at `refused_at`, from which it grows; 0 where none was learned.
    """

    free_at: float = 0.0
    seen: float = 0.0
    since: float = 0.0
    sent: float = 0.0
    rate: float = 0.0
    refused_at: float = 0.0

    def rate_at(self, now: float) -> float:
        """Return the learned rate in requests a second, 0 for none: forgotten a day after the last refusal."""
        age = max(0.0, now - self.refused_at)
        return self.rate * (1 + age / _REGAINED_IN) if age < FORGIVEN_AFTER else 0.0

    def interval(self, now: float, budget: Budget | None) -> float:
        """Return the seconds between two requests, 0 where there is neither a budget nor a learned pace."""
        rate = self.rate_at(now)
        return max(1 / rate if rate else 0.0, budget.interval * _SLACK if budget else 0.0)


def next_slot(pace: Pace, now: float, budget: Budget | None) -> tuple[float, Pace]:
    """Return when a request may go, and the pace with that request in it.

    :param pace: the second value of the last call, by whatever process.
    """
    pace = _on_this_clock(pace, now)
    at = max(now, pace.free_at)
    since, sent, elapsed = pace.since, pace.sent, at - pace.since
    if at - pace.seen > _IDLE or not sent:
        since, sent = at, 0.0
    elif elapsed > _COUNTED:
        since, sent = at - elapsed / 2, sent / 2
    return at, replace(pace, free_at=at + pace.interval(now, budget), seen=now, since=since, sent=sent + 1)


def _on_this_clock(pace: Pace, now: float) -> Pace:
    """A clock that was set back must not stop us for years: what it wrote is moved with it."""
    step = pace.seen - now
    if step <= 0:
        return pace
    return replace(
        pace, seen=now, free_at=pace.free_at - step, since=pace.since - step, refused_at=pace.refused_at - step
    )


def slowed(pace: Pace, now: float, wait: float) -> Pace:
    """Return the pace after a first refusal of a burst: what the archive took until then, and less each further time.

    :param wait: seconds that it asks us to stay away: it takes what was sent until now in that time more.
    """
    known = pace.rate_at(now)
    if known:
        rate = known * _BACK
    elif pace.sent:
        rate = _CAREFUL * pace.sent / max(now - pace.since + wait, 0.001)
    else:
        return pace
    return replace(pace, rate=max(rate, _SLOWEST), refused_at=now)


def after_429(pause: Pause, now: float, retry_after: float | None, sent_at: float) -> Pause:
    """Return the pause after a 429: what the archive asks for, a minute if it does not say; doubled for each time that
    it refuses right after a pause's end.

    :param sent_at: when the request was sent; of all that were sent before a pause's end there is one 429, not many.
    """
    asked = min(retry_after or 0.0, WEEK)
    if of_that_burst(pause, sent_at):
        return sound(replace(pause, not_before=max(pause.not_before, now + asked)), now)
    strikes = _strikes(pause, now)
    base = SHORTEST_PAUSE if retry_after is None else max(asked, 1.0)
    length = max(base, min(base * 2**strikes, LONGEST_PAUSE))
    return Pause(now + length, strikes + 1, TOO_MANY, now)


def of_that_burst(pause: Pause, sent_at: float) -> bool:
    """Tell whether a request that is refused was sent before it could know of a pause that was begun meanwhile."""
    return sent_at < pause.not_before


def after_refusal(pause: Pause, now: float) -> Pause:
    """Return the pause after a refused connection: an hour, doubled each time."""
    if now < pause.not_before and pause.reason == REFUSES:
        return pause
    strikes = _strikes(pause, now)
    return Pause(now + min(SHORTEST_BAN * 2**strikes, WEEK), strikes + 1, REFUSES, now)


def after_answer(pause: Pause, sent_at: float) -> Pause:
    """Return the pause after any other answer: what was sent after its end and is not refused ends the doubling.

    Bans are counted on: the archive doubles them itself, however long it had answered in between.
    """
    if pause.strikes and pause.reason == TOO_MANY and sent_at >= pause.not_before:
        return replace(pause, strikes=0)
    return pause


def _strikes(pause: Pause, now: float) -> int:
    return 0 if now - pause.not_before > FORGIVEN_AFTER else min(pause.strikes, 20)


def parse_retry_after(text: str, now: float) -> float | None:
    """Return the seconds that a Retry-After names, as a number or as a date, a week at most; None if it names none.

    >>> parse_retry_after("120", 0.0)
    120.0
    >>> parse_retry_after("Thu, 01 Jan 1970 00:05:00 GMT", 60.0)
    240.0
    >>> parse_retry_after("soon", 0.0) is None
    True
    """
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit():
        return min(float(stripped), WEEK)  # of any length: a float of too many digits is inf
    date = parse_http_date(stripped)
    return min(max(0.0, date.timestamp() - now), WEEK) if date else None


def come_back(pause: Pause, now: float) -> str:
    """Say in plain words until when to stay away.

    >>> come_back(Pause(3600.0, 1, REFUSES), 0.0)
    'it refuses connections: no request before 1970-01-01 01:00:00 UTC (in 60 minutes)'
    """
    at = datetime.fromtimestamp(pause.not_before, UTC)
    return f"{pause.reason}: no request before {at:%Y-%m-%d %H:%M:%S} UTC (in {duration(pause.not_before - now)})"


def duration(seconds: float) -> str:
    """Return a length of time as one reads it.

    >>> [duration(seconds) for seconds in (1, 89, 118, 3600, 7 * 86400)]
    ['1 second', '89 seconds', '2 minutes', '60 minutes', '7 days']
    """
    for least, size, name in ((2 * 86400, 86400, "days"), (2 * 3600, 3600, "hours"), (90, 60, "minutes")):
        if seconds >= least:
            return f"{seconds / size:.0f} {name}"
    number = max(1, round(seconds))
    return f"{number} second{'s' * (number != 1)}"
