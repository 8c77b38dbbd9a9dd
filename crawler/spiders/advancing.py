"""What comes next for each policy of a run, and what is left when nothing is under way.

PolicyWork ──advance──► it has a place (turns.py)? ──► grown? read its listing ──► known redirects followed
│                                                                          ──► requests up to the window
└─ nothing requested: what is kept of it and was not read
when_idle ──left_to_do──► who waited in vain, who waits for a wording, then the second pass; nobody: all is asked here
          ──fall_back───► who has holes that the next archive may fill; nobody, and no archive left: the run has ended
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from itertools import chain
from typing import Any, Protocol

from crawler.archives.capture import Policy
from crawler.counting import count
from crawler.options import Mode, RunOptions
from crawler.spiders.fetching import Fetcher
from crawler.spiders.filling import Filler
from crawler.spiders.following import Follower
from crawler.spiders.reading import PolicyReading
from crawler.spiders.state.current_run import OUR_FAULTS, CurrentRun
from crawler.spiders.state.ledger import Ledger
from crawler.spiders.state.policy_search import Search, SearchStore
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.turns import Turns
from crawler.spiders.state.waits import Waits
from crawler.spiders.state.works import Works, WorksStore

WINDOW = 16  # mementos of one policy under way at once: enough to keep connections and readers busy
HELD = 10_000  # digests of payloads that are remembered, at least: a megabyte
LATELY = 16  # policies that gave back their places and are still kept in hand: readings of theirs may not be stored yet
REFILL = 4  # places in it that are filled together, if so many are wanted: each time asks the store


class AdvancingStore(SearchStore, WorksStore, Protocol):
    """What searches read, and which policies there are."""


class Advancer:
    """Moves the policies of a run on.

    :param more_to_come: tells whether the run may take further policies.
    :ivar works: every policy of the run, in the order they came.
    """

    def __init__(
        self,
        run: CurrentRun,
        waits: Waits,
        ledger: Ledger,
        store: AdvancingStore,
        options: RunOptions,
        extractor: str,
        fetcher: Fetcher,
        follower: Follower,
        reading: PolicyReading,
        filler: Filler,
        more_to_come: Callable[[], bool],
    ) -> None:
        self._run, self._waits, self._ledger = run, waits, ledger
        self._store, self._options, self._extractor = store, options, extractor
        self._fetcher, self._follower, self._reading, self._filler = fetcher, follower, reading, filler
        self._held: set[int] = set()  # digests whose payload is in the store, for all searches
        self._held_most = HELD
        self._gave_back: deque[PolicyWork] = deque()  # lately
        self._told: set[PolicyWork] = set()  # something came for them while somebody was going on with them: look again
        self.works = Works(store, lambda policy: PolicyWork(policy, self._open_search, self.advance))
        self._turns = Turns(options.at_once, self.works, more_to_come)
        self._sent_when_idle = -1
        self._let_go: set[PolicyWork] = set()  # those that waited for a wording when all was idle last

    def begin(self, policy: Policy) -> PolicyWork | None:
        """Take a policy into the run; None where it is in it already."""
        work = self.works.begin(policy)
        if work is not None:
            self._turns.came()
        return work

    def _open_search(self, work: PolicyWork) -> Search:
        def reused() -> None:
            self._run.count("reused")
            work.unread = True  # the payload may not have been read as this policy's

        options, number = self._options, self._run.number
        return Search(self._store, options, self._extractor, work.policy, number, reused, self._held, work.holes)

    async def advance(self, work: PolicyWork) -> AsyncIterator[Any]:
        """Yield what comes next for a policy: what was kept and not read, then requests as the search wants them. Then
        the same for policies whose turn has come by that (turns.py).

        Nothing comes while a listing is under way. A failure of ours ends the policy for this run, and no other.
        """
        turn: PolicyWork | None = work
        while turn is not None:
            async for found in self._take_turn(turn):
                yield found
            turn = self._turns.next()

    async def _take_turn(self, work: PolicyWork) -> AsyncIterator[Any]:
        if work.failed or self._run.ending or not self._waits.can_choose(work):
            if self._is_still(work):
                self._give_back(work, again=False)
            return
        if not self._turns.ask(work) or self._has_shared(work):
            return
        work.going += 1
        try:
            async for found in self._next_of(work):
                yield found
        except OUR_FAULTS:
            raise
        except Exception as error:  # noqa: BLE001 - the other policies go on
            work.failed = True
            self._run.program_error(error, work.policy.url, work.policy)
        finally:
            work.going -= 1
        told = self._was_told(work)
        planned = self._options.mode is Mode.PLAN
        at_end = work.failed or planned or work.resting or (work.ended and not work.queue)
        if at_end and self._is_still(work):
            self._give_back(work, again=False)
        elif not self._has_shared(work) and told:
            async for found in self._take_turn(work):
                yield found

    def _was_told(self, work: PolicyWork) -> bool:
        """Tell whether something came for a policy that nobody has looked at: who came was turned away."""
        told = not work.going and work in self._told
        if told:
            self._told.discard(work)
        return told

    def _has_shared(self, work: PolicyWork) -> bool:
        """Tell whether a policy is to ask for nothing now, since others had no page yet. Its place is theirs as soon as none
        of its own requests is under way: for what another policy brings it can wait without one.
        """
        if not self._turns.must_share(work):
            return False
        if work.going:
            self._told.add(work)  # others may all have a page by the time that who is at it comes to an end
        elif not (work.busy or self._waits.requests(work)) and self._waits.can_choose(work):
            work.shared = True
            self._give_back(work, again=True)
        return True

    def _give_back(self, work: PolicyWork, *, again: bool) -> None:
        self._turns.give_back(work, again=again)
        if not self._turns.crowded:
            return
        self._gave_back.append(work)
        if len(self._gave_back) > LATELY:  # what was read of it is stored by now
            before = self._gave_back.popleft()
            if before.resting and self._is_still(before):
                self._reading.forget_read(before)
                self.works.let_go(before)
        if len(self._held) > self._held_most:
            self._forget_digests()

    def _forget_digests(self) -> None:
        """Forget what no open search has a row of: a search that is opened looks it up in the store."""
        needed = [work.search.digests() for work in self.works.in_hand() if not work.resting]
        if None not in needed:
            self._held.intersection_update(chain.from_iterable(filter(None, needed)))
            self._held_most = max(HELD, 2 * len(self._held))

    def _is_still(self, work: PolicyWork) -> bool:
        """Nothing of a policy is under way."""
        return not (work.going or work.busy) and self._waits.idle(work)

    async def _next_of(self, work: PolicyWork) -> AsyncIterator[Any]:
        if self._options.mode is Mode.PLAN:
            self._plan_requests(work)
            return
        if work.to_fill is not None:
            for request in self._filler.requests(work):
                yield request
            if not self._waits.can_choose(work):
                return
        if self._has_left(work):
            async for item in self._reading.read_left(work):
                yield item
        async for found in self._choose(work):
            yield found
        if self._has_left(work):  # what was reused on the way
            async for item in self._reading.read_left(work):
                yield item

    async def _choose(self, work: PolicyWork) -> AsyncIterator[Any]:
        while await self._reloaded(work):
            async for found in self._follower.follow_known(work):
                yield found
            async for found in self._fill_window(work):
                yield found
            if not work.grown or self._run.ending or not self._waits.can_choose(work):
                break  # else it has grown meanwhile, and who told so was turned away

    def _has_left(self, work: PolicyWork) -> bool:
        """Tell whether something of a policy may be kept and not read, and nothing of it is under way."""
        return work.unread and not self._waits.requests(work)

    async def _fill_window(self, work: PolicyWork) -> AsyncIterator[Any]:
        """Yield requests up to the window."""
        waits, window = self._waits, 1 if not work.begun and self._turns.one_first else WINDOW
        while waits.requests(work) < window and waits.can_choose(work) and not self._run.ending:
            if not work.queue:
                if not await self._informed(work):
                    return
                wanted = work.search.step()
                if wanted is None:  # it may go on for long without a request: let a signal be heard
                    await asyncio.sleep(0)
                    continue
                work.queue.extend(wanted)
            if not work.queue:
                return
            room = window - waits.requests(work)
            if room < min(REFILL, len(work.queue), window):
                return  # an answer that is under way comes back here
            some, work.queue = work.queue[:room], work.queue[room:]
            listed = self._store.captures.listed([one.capture_id for one in some])
            for one, capture in zip(some, listed, strict=True):
                async for found in self._fetcher.get(capture, work, one.level):
                    yield found

    async def _reloaded(self, work: PolicyWork) -> bool:
        """Let the search read its listing where that has grown; False where another is at it, who goes on from there."""
        if work.busy:
            return False
        work.busy = True
        try:
            while work.grown:
                work.grown = False
                for _ in work.search.reloading():
                    await asyncio.sleep(0)
        finally:
            work.busy = False
        return True

    async def _informed(self, work: PolicyWork) -> bool:
        """Tell the search what the store knows; False where that is under way, and goes on from there itself."""
        if work.busy:
            return False
        if work.search.wants_wordings and (marks := self._reading.marks(work.policy)) != work.marks:
            work.busy, work.marks = True, marks
            try:
                work.search.inform(*await self._reading.wordings(work.policy))
            finally:
                work.busy = False
        return True

    def _plan_requests(self, work: PolicyWork) -> None:
        if work.planned:
            return
        work.planned = True
        expected = work.search.forecast()
        for name, number in (("low", expected.low), ("high", expected.high)):
            self._run.count(f"planned_{name}", number + expected.redirects)

    # when nothing is under way

    def when_idle(self) -> list[PolicyWork]:
        """Return the policies that can go on: those that have waited for another answer; then those of which something
        failed, once more, as a capture's first load is slow and then it is cached; then those for which the next archive
        may have what this one has not. Empty at the end of the run.
        """
        return ([] if self._run.ending else self._left_to_do()) or self._fall_back()

    def _fall_back(self) -> list[PolicyWork]:
        """Turn to the next archive that has something to fill; return the policies that it is asked for. Empty where no
        archive is left.
        """
        lost = self._waits.forget()
        self._ledger.forget_under_way()
        self._ledger.second_pass = True
        self._turns.end()
        while self._run.turn_on():
            for work in self.works:
                if self._plan_to_fill(work, lost[work]):
                    self._turns.wait(work)
            if some := self._turns.take():
                return some
        return []

    def _plan_to_fill(self, work: PolicyWork, lost: int) -> bool:
        planned = self._filler.plan(work, self._run.asking, lost=lost)
        if self._turns.crowded and not (work.resting or work.search.waiting):
            work.rest()
        return planned

    def _left_to_do(self) -> list[PolicyWork]:
        """Return the policies that can go on; empty at the end of the run.

        Each call that returns any was preceded by a new request, or gives something up: so it comes to an end.
        """
        self._ledger.forget_under_way()
        lost = self._waits.forget()
        going = [work for work in self.works.in_hand() if not work.failed]
        some = [work for work in going if lost[work]]
        for work in some:
            error = RuntimeError(f"{count(lost[work], 'answer')} never came")
            self._run.program_error(error, work.policy.url, work.policy)
        self._turns.empty()
        waiting = [work for work in going if not work.resting and work.search.waiting]
        if self._ledger.sent == self._sent_when_idle:  # those that were let go on before: nothing came of it
            for work in waiting:
                if work in self._let_go:
                    work.search.give_up()
        self._sent_when_idle, self._let_go = self._ledger.sent, set(waiting)
        some += [work for work in waiting if work not in some]
        if not some and (turn := self._turns.next()) is not None:
            some = [turn]
        if not some and not self._ledger.second_pass:
            self._ledger.second_pass = True
            for work in self.works:
                if not work.failed and work.retry():
                    self._turns.wait(work)
            some = self._turns.take()
        return some
