"""Which policies of a run have their captures in memory at once: so many, whatever the length of the list.

    its listing is in ──ask──► it has a place, and chooses captures
                          └──► none is free: it waits, and has nothing in memory
    all its captures are read, or it had its first page and others have none yet ──give_back──► its memory is freed
    a place is free ──next──► the policy whose turn it is: first those that have no page yet, then the others as they came

With no more policies than places none has to wait, and nothing is freed. While more policies may come (targets are taken,
listings are under way) or there are more than places, each asks for one page in its first turn, then gives up its place, and
comes again when every policy has had its first turn. Of those that come again a few may have a place before, which keeps
the connections busy: their requests come after everybody's first page in Scrapy's queue, but they are in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.works import Works

FEW = 16  # policies that may go on before all have their first page: as many as requests are under way at once


class Turns:
    """The places of a run, and who waits for one.

    :param places: how many policies may have one at once.
    :param works: the policies of the run; those that wait are let go of.
    :param more_to_come: tells whether there may be policies that have not come yet.
    :ivar crowded: more policies came than there are places.
    """

    def __init__(self, places: int, works: Works, more_to_come: Callable[[], bool]) -> None:
        self._places, self._works, self._more_to_come = places, works, more_to_come
        self._in: set[PolicyWork] = set()
        self._new: deque[int] = deque()
        self._old: deque[int] = deque()
        self._waiting: set[int] = set()
        self._done: set[PolicyWork] = set()  # they gave back their places before it was crowded

    def came(self) -> None:
        """Note one more policy."""
        if self.crowded and self._done:
            for work in self._done - self._in:
                self._rest(work)
            self._done.clear()

    @property
    def crowded(self) -> bool:
        return len(self._works) > self._places

    @property
    def one_first(self) -> bool:
        """In its first turn a policy asks for one page, since others have none yet."""
        return self.crowded or self._more_to_come()

    def ask(self, work: PolicyWork) -> bool:
        """Tell whether a policy has a place; where none is free, it waits for one from now on."""
        if work in self._in:
            return True
        if work.policy.policy_id in self._waiting:
            self._works.let_go(work)
            return False
        if len(self._in) < self._places and not self._waiting:
            self._in.add(work)
            self._works.hold(work)
            return True
        self.wait(work)
        return False

    def give_back(self, work: PolicyWork, *, again: bool) -> None:
        """Free a policy's place, and its memory where others need that. :param again: it is to have another turn."""
        self._in.discard(work)
        if again and work.policy.policy_id not in self._waiting:
            self.wait(work)
        if self.crowded:
            self._rest(work)
        else:
            self._done.add(work)

    def must_share(self, work: PolicyWork) -> bool:
        """Tell whether a policy that has had a page gives its place to one that has none."""
        return work.begun and not work.shared and (bool(self._new) or self._more_to_come())

    def next(self) -> PolicyWork | None:
        """Give a free place to the policy whose turn it is, and return it; None where no place is free or nobody waits."""
        queue = self._new or self._old
        places = min(FEW, self._places) if not self._new and self._more_to_come() else self._places
        if not queue or len(self._in) >= places:
            return None
        number = queue.popleft()
        self._waiting.discard(number)
        work = self._works.get(number)
        self._in.add(work)
        return work

    def take(self) -> list[PolicyWork]:
        """Give away all places that are free; return who has one now."""
        return list(iter(self.next, None))

    def empty(self) -> None:
        """Free all places, where nothing is under way any more: who has not come to an end asks again."""
        self._in.clear()

    def end(self) -> None:
        """Free all places and let nobody wait: who waits still cannot go on, since its archive has paused."""
        self._in.clear()
        self._new.clear()
        self._old.clear()
        self._waiting.clear()

    def wait(self, work: PolicyWork) -> None:
        """Let a policy wait for a place."""
        number = work.policy.policy_id
        if number not in self._waiting:
            self._waiting.add(number)
            (self._old if work.begun else self._new).append(number)
        self._works.let_go(work)

    def _rest(self, work: PolicyWork) -> None:
        work.rest()
        self._works.let_go(work)
