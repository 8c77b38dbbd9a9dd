"""What still waits for an answer, where nobody tells when a request is dropped.

    new ──► meta of each request for one thing, and of its copies ──► end
                                                 └──► all of them are gone: it ends by itself

What is counted is what somebody may still answer.
"""

from __future__ import annotations

from collections.abc import Hashable
from weakref import WeakValueDictionary

TICKET = "ticket"  # the key in a request's meta


class _Ticket:
    """Lives as long as somebody holds a request that has it."""


class Tickets:
    """Counts the things that requests are under way for.

    A middleware or a signal handler of other people may drop a request, and Scrapy tells nobody. But then nobody holds it
    any more, and its ticket goes with it.
    """

    def __init__(self) -> None:
        self._out: WeakValueDictionary[Hashable, _Ticket] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._out)

    def new(self, key: Hashable) -> dict[str, object]:
        """Count a thing from now on. Return the meta of a request for it. :param key: the thing, one ticket for all requests."""
        return {TICKET: self._out.setdefault(key, _Ticket())}

    def end(self, key: Hashable) -> None:
        """Count a thing no more. Harmless where it is not counted."""
        self._out.pop(key, None)
