"""What this run has requested, over all its policies and inquiries: each capture once, besides counted retries.

    who wants a capture ──holder──► the capture under way that will tell (wait for it), or None
                        ──take────► True: request it; False: it was requested as often as it may be
    its answer          ──give_back

Two policies of one site share captures: the old URL redirects to the new one, so that both have the new one's
captures, which are one row each in the store. What the store holds needs no request (the spider looks there first);
what another policy has under way is waited for (waits.py). So a request is sent for a capture once, whatever the
searches believe: a mistake in one of them cannot make a loop.
"""

from __future__ import annotations

from crawler.asking.tally import Tally
from crawler.choosing.rows import TELLS_NOTHING


class Ledger:
    """The captures of one run that were requested, and those whose answer is still to come.

    :ivar second_pass: what failed in passing is asked for once more.
    :ivar sent: requests for captures of policies.
    """

    def __init__(self) -> None:
        self.second_pass = False
        self.sent = 0
        self._times = Tally(255)
        self._under_way: dict[int, int] = {}  # capture -> digest_key
        self._bringing: dict[int, int] = {}  # digest_key -> the capture under way that brings its payload

    def holder(self, capture_id: int, digest: int = TELLS_NOTHING) -> int | None:
        """Return the capture under way that will tell of this one: itself, or one of the same digest.

        :param digest: its digest_key, where a digest's word is taken for it.
        """
        if capture_id in self._under_way:
            return capture_id
        return self._bringing.get(digest) if digest != TELLS_NOTHING else None

    def take(self, capture_id: int, digest: int = TELLS_NOTHING, rounds: int = 1) -> bool:
        """Note that a capture is requested; return False, and note nothing, where it was `rounds` times before."""
        if self._times[capture_id] >= rounds or capture_id in self._under_way:
            return False
        self._times.add(capture_id)
        self._under_way[capture_id] = digest
        if digest != TELLS_NOTHING:
            self._bringing.setdefault(digest, capture_id)
        return True

    def give_back(self, capture_id: int) -> None:
        """Note that a capture is no longer under way. Harmless where it was not."""
        digest = self._under_way.pop(capture_id, TELLS_NOTHING)
        if self._bringing.get(digest) == capture_id:
            del self._bringing[digest]

    def forget_under_way(self) -> None:
        """Note that no answer will come any more."""
        self._under_way.clear()
        self._bringing.clear()
