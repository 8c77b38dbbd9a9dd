"""When to try a message again that could not be sent, and when to give up.

The delays are those of Standard Webhooks 1.0.0 (standard-webhooks.com), for mail and commands too. A run that comes
later tries then: nothing waits inside a run.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

_DELAYS: Final = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
GIVE_UP: Final = timedelta(days=3)


def next_attempt(attempts: int, now: datetime, retry_after: float | None = None) -> datetime:
    """Return when to try again.

    :param attempts: that failed so far, at least 1. :param retry_after: seconds that the receiver asks for.
    """
    delay = _DELAYS[min(attempts, len(_DELAYS)) - 1]
    return now + max(delay, timedelta(seconds=min(retry_after or 0.0, GIVE_UP.total_seconds())))


def is_over(created: datetime, now: datetime) -> bool:
    """Tell whether a message that failed again is given up."""
    return now - created >= GIVE_UP
