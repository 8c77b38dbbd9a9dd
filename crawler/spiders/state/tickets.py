"""Counts what still waits for an answer. It stays right when a request is dropped, which Scrapy reports to nobody.

new ──► meta of each request for one thing, and of its copies ──► end
                                             └──► all of them are gone: it ends by itself
"""

from __future__ import annotations

from collections.abc import Hashable
from weakref import WeakValueDictionary

TICKET = "ticket"  # the key in a request's meta


class _Ticket:
    """Lives as long as somebody holds a request that has it."""


class Tickets:
    """Counts the things that requests are under way for.

    A user's middleware or signal handler may drop a request. Then nobody holds the request any more, and its ticket is freed
    with it.
    """

    def __init__(self) -> None:
        self._out: WeakValueDictionary[Hashable, _Ticket] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._out)

    def new(self, key: Hashable) -> dict[str, object]:
        """Count a thing from now on; return meta for a request for it.

        :param key: names the thing. All requests for it have the same ticket.
        """
        return {TICKET: self._out.setdefault(key, _Ticket())}

    def end(self, key: Hashable) -> None:
        """Stop counting a thing. Does nothing if it is not counted."""
        self._out.pop(key, None)
