"""What this run has requested, over all its policies and inquiries: each capture once, besides counted retries.

    who wants a capture ──holder──► the capture under way that will tell (wait for it), or None
                        ──take────► True: request it; False: it was requested as often as it may be
    its answer          ──give_back──► whoever waited for it is woken

Two policies of one site share captures: the old URL redirects to the new one, so that both have the new one's
captures, which are one row each in the store. What the store holds needs no request (the spiders look there first);
what another policy has under way is waited for here. So a request is sent for a capture once, whatever the searches
believe: a mistake in one of them cannot make a loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from crawler.choosing.rows import TELLS_NOTHING

Wake = Callable[[], AsyncIterator[Any]]


class Ledger:
    """The captures of one run that were requested, and those whose answer is still to come."""

    def __init__(self) -> None:
        self._times: dict[int, int] = {}
        self._under_way: dict[int, int] = {}  # capture -> digest_key
        self._bringing: dict[int, int] = {}  # digest_key -> the capture under way that brings its payload
        self._waiting: dict[int, list[Wake]] = {}

    def holder(self, capture_id: int, digest: int = TELLS_NOTHING) -> int | None:
        """Return the capture under way that will tell of this one: itself, or one of the same digest.

        :param digest: its digest_key, where a digest's word is taken for it.
        """
        if capture_id in self._under_way:
            return capture_id
        return self._bringing.get(digest) if digest != TELLS_NOTHING else None

    def take(self, capture_id: int, digest: int = TELLS_NOTHING, rounds: int = 1) -> bool:
        """Note that a capture is requested; return False, and note nothing, where it was `rounds` times before."""
        times = self._times.get(capture_id, 0)
        if times >= rounds or capture_id in self._under_way:
            return False
        self._times[capture_id] = times + 1
        self._under_way[capture_id] = digest
        if digest != TELLS_NOTHING:
            self._bringing.setdefault(digest, capture_id)
        return True

    def wait(self, holder: int, wake: Wake) -> None:
        """Let `wake` be called when the answer of a capture under way is known."""
        self._waiting.setdefault(holder, []).append(wake)

    def give_back(self, capture_id: int) -> list[Wake]:
        """Note that a capture is no longer under way; return who waited for it. Harmless where it was not."""
        digest = self._under_way.pop(capture_id, TELLS_NOTHING)
        if self._bringing.get(digest) == capture_id:
            del self._bringing[digest]
        return self._waiting.pop(capture_id, [])

    def forget_under_way(self) -> list[int]:
        """Return the captures of which no answer will come, when nothing is under way any more; whoever waits for them
        waits in vain.
        """
        lost = list(self._under_way)
        self._under_way.clear()
        self._bringing.clear()
        self._waiting.clear()
        return lost
