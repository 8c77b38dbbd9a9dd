"""Who waits for what, in one run: the only place that says it.

    waits for …            who                                   until then                  then
    LISTING  a URL's rows  each policy that has the URL          it chooses no captures      it chooses
    VERDICT  whose a       each policy that a redirect           it chooses no captures      the target is listed, or
             target is     led there                                                         is noted as not followed
    REQUEST  a capture     the policy or inquiry that asked      its window is fuller by one it goes on
    ANOTHERS a capture     who wants it, or its digest, too      it does without             it looks into the store

Whoever ends something calls `end` and then every `Wake` that it gets; what these yield is the spider's next work. What
nobody ends is found when nothing is under way any more (`forget`). Two more things are waited for without a wake,
since they come with the next answer in any case: a wording that was read and not stored yet (`Search.waiting`), and
what is kept of a policy's captures and was not read for it (`PolicyWork.unread`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Any

Wake = Callable[[], AsyncIterator[Any]]


class For(Enum):
    """What is waited for; ANOTHERS is a REQUEST of somebody else, and ends with it."""

    LISTING = "listing"
    VERDICT = "verdict"
    REQUEST = "request"
    ANOTHERS = "another's request"


_OWN = (For.LISTING, For.VERDICT, For.REQUEST)


@dataclass(frozen=True, slots=True)
class _Waiter:
    who: object
    what: For
    wake: Wake


class Waits:
    """What is under way in a run, and who waits for it, in the order they came."""

    def __init__(self) -> None:
        self._waiters: dict[tuple[For, Hashable], list[_Waiter]] = {}
        self._counts: Counter[tuple[object, For]] = Counter()

    def wait(self, who: object, what: For, which: Hashable, wake: Wake) -> None:
        """Let `wake` be called when it ends.

        :param which: the URL's key, the redirect's (site, target), or the capture's id.
        """
        self._waiters.setdefault(_key(what, which), []).append(_Waiter(who, what, wake))
        self._counts[who, what] += 1

    def end(self, what: For, which: Hashable) -> list[Wake]:
        """Note that it has ended; return whom to wake. Harmless where nobody waits."""
        ended = self._waiters.pop(_key(what, which), [])
        for one in ended:
            self._counts[one.who, one.what] -= 1
            if not self._counts[one.who, one.what]:
                del self._counts[one.who, one.what]
        return [one.wake for one in ended]

    def under_way(self, what: For, which: Hashable) -> bool:
        """Tell whether anybody waits for it."""
        return _key(what, which) in self._waiters

    def who(self, what: For, which: Hashable) -> list[Any]:
        """Return who waits for it."""
        return [one.who for one in self._waiters.get(_key(what, which), ())]

    def can_choose(self, who: object) -> bool:
        """Tell whether a policy may choose captures: all its listings are in, and it is known where redirects lead."""
        return not (self._counts[who, For.LISTING] or self._counts[who, For.VERDICT])

    def requests(self, who: object) -> int:
        """Return how many requests of a policy are under way."""
        return self._counts[who, For.REQUEST]

    def idle(self, who: object) -> bool:
        """Tell whether a policy waits for nothing."""
        return not any(self._counts[who, what] for what in For)

    def forget(self) -> Counter[object]:
        """Let all waiting end, where nothing is under way any more; return who waited in vain, for how many things of
        its own. What waited for another's looks again by itself.
        """
        lost: Counter[object] = Counter()
        for (who, what), number in self._counts.items():
            if what in _OWN:
                lost[who] += number
        self._waiters.clear()
        self._counts.clear()
        return lost


def _key(what: For, which: Hashable) -> tuple[For, Hashable]:
    return (For.REQUEST if what is For.ANOTHERS else what), which
