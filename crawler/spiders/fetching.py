"""From a capture that a search wants to what became of it: requested, kept, read.

    wanted ──get──► the store has it ──► read again for this policy
                ──► its digest is held ──► reused
                ──► another brings it ──► waited for
                ──► Request ──parse_memento──► kept raw ──► read ──► item
                            ──memento_failed──► put off to the second pass, or settled

A capture is requested once a run, and once more in the second pass if it failed in passing: before each request the
store and the run's ledger are looked into, whichever policy or inquiry wants it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from crawler.archives.capture import ListedCapture, Outcome
from crawler.archives.memento import PlaybackAnswer, stray_outcome
from crawler.spiders.asking import OUTCOMES, Asker
from crawler.spiders.following import Follower
from crawler.spiders.reading import PolicyReading
from crawler.spiders.state.current_run import OUR_FAULTS, CurrentRun
from crawler.spiders.state.keeping import take
from crawler.spiders.state.ledger import Ledger
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.shelves import KeptCaptures, Together
from crawler.spiders.state.waits import For, Waits, Wake

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure


class CaptureStore(Protocol):
    """Where payloads are kept."""

    @property
    def captures(self) -> KeptCaptures: ...

    @property
    def together(self) -> Together: ...


class Fetcher:
    """Fetches the captures of policies."""

    def __init__(
        self,
        run: CurrentRun,
        asker: Asker,
        waits: Waits,
        ledger: Ledger,
        store: CaptureStore,
        reading: PolicyReading,
        follower: Follower,
    ) -> None:
        self._run, self._asker, self._waits, self._ledger = run, asker, waits, ledger
        self._store, self._reading, self._follower = store, reading, follower

    async def get(self, listed: ListedCapture, work: PolicyWork, level: int) -> AsyncIterator[Any]:
        """Yield the request for a capture, or what the store has of it by now, or nothing while another brings it."""
        search, number, ledger = work.search, listed.capture_id, self._ledger
        if listed.outcome.settled:
            async for item in self._guarded(self._have(listed, work), listed, work):
                yield item
        elif listed.not_before is not None and listed.not_before > datetime.now(UTC):  # failed just now, for another
            search.pass_over(number)
        elif search.can_reuse(listed):
            search.reuse([number])
        elif (holder := ledger.holder(number, search.digest_of(listed))) is not None:
            self._waits.wait(work, For.ANOTHERS, holder, partial(self._resume, work, number))
        elif not ledger.take(number, search.digest_of(listed), rounds=1 + ledger.second_pass):
            (search.pass_over if ledger.second_pass else search.put_off)(number)
        else:
            self._waits.wait(work, For.REQUEST, number, work.go_on)
            ledger.sent += 1
            begun, work.begun = work.begun, True
            yield self._asker.page_request(
                listed,
                self.parse_memento,
                self.memento_failed,
                priority=-level if begun else 1,  # a page of every policy, then its ends, before the details of any
                policy_id=work.policy.policy_id,
                work=work,
            )

    async def _resume(self, work: PolicyWork, number: int) -> AsyncIterator[Any]:
        """Another policy's answer is known: choose again, with what it tells."""
        if not work.resting:  # else it reads in the store what became of it
            work.search.hand_back(number)
        async for found in work.go_on():
            yield found

    async def _have(self, listed: ListedCapture, work: PolicyWork) -> AsyncIterator[Any]:
        """Note what became of a capture that another policy, or an inquiry, has fetched meanwhile."""
        self._run.count("reused")
        if listed.outcome in (Outcome.FETCHED, Outcome.REVISIT):
            async for item in self._reading.read(work, listed, *self._store.captures.kept_page(listed.capture_id)):
                yield item
        else:
            work.search.answered(listed.capture_id, listed.outcome, target=listed.redirect_url)

    async def _guarded(self, answer: AsyncIterator[Any], listed: ListedCapture, work: PolicyWork) -> AsyncIterator[Any]:
        """Let a failure of ours be the outcome of its capture: the policy's others go on."""
        try:
            async for found in answer:
                yield found
        except OUR_FAULTS:
            raise
        except Exception as error:  # noqa: BLE001
            work.search.pass_over(listed.capture_id)
            self._run.program_error(error, f"{listed.capture.original} of {listed.capture.timestamp}", work.policy)

    # answers

    def parse_memento(self, response: Response, listed: ListedCapture, work: PolicyWork) -> AsyncIterator[Any]:
        """Keep what came, then read it, then go on."""
        return self._answered_with(self._took(response, listed, work), listed, work)

    def memento_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Record that a capture could not be fetched, and go on."""
        context = failure.request.cb_kwargs  # type: ignore[attr-defined]
        listed, work = context["listed"], context["work"]
        return self._answered_with(self._missed(failure, listed, work), listed, work)

    async def _answered_with(
        self, answer: AsyncIterator[Any], listed: ListedCapture, work: PolicyWork
    ) -> AsyncIterator[Any]:
        """Yield what an answer brings, then what comes next, for this policy and for those that waited for it."""
        woken: list[Wake] = []
        try:
            async for found in self._guarded(answer, listed, work):
                yield found
        finally:  # whatever happened
            self._ledger.give_back(listed.capture_id)
            woken = self._waits.end(For.REQUEST, listed.capture_id)
        for wake in woken:
            async for found in wake():
                yield found

    async def _took(self, response: Response, listed: ListedCapture, work: PolicyWork) -> AsyncIterator[Any]:
        playback, search = response.meta["playback"], work.search
        stray = stray_outcome(listed.capture, playback)
        if stray is not None:
            self._settle(work, listed, *stray, response.url)
        elif playback.answer in (PlaybackAnswer.MEMENTO, PlaybackAnswer.REDIRECT):
            memento, flaw, packed = await take(self._store.captures, listed, response)
            self._run.count("fetched")
            if playback.answer is PlaybackAnswer.REDIRECT:
                async for found in self._follower.redirected(listed, memento, packed, playback.location, work):
                    yield found
            elif flaw or not memento.body:
                outcome = Outcome.UNDECODABLE if flaw else Outcome.NOT_A_POLICY
                self._store.captures.keep(listed, memento, outcome, flaw or "empty page", packed=packed)
                search.answered(listed.capture_id, outcome)
            else:
                keep = partial(self._store.captures.keep, listed, memento, Outcome.FETCHED, packed=packed)
                is_new = await self._store.together.do(keep)
                search.kept(listed)
                async for item in self._reading.read(
                    work, listed, memento.body, memento.headers, memento.status, is_new=is_new
                ):
                    yield item
        else:
            self._not_a_memento(response, listed, work, playback.answer)

    async def _missed(self, failure: Failure, listed: ListedCapture, work: PolicyWork) -> AsyncIterator[Any]:
        nothing: tuple[Any, ...] = ()
        for found in nothing:  # it is a generator, as each answer is
            yield found
        if not self._asker.turned_away(failure):
            outcome, detail = self._asker.failed(failure)
            if outcome is Outcome.PROGRAM_ERROR:
                assert failure.value is not None
                raise failure.value
            self._settle_or_put_off(work, listed, outcome, detail, failure.request.url)  # type: ignore[attr-defined]

    # what brought no payload

    def _not_a_memento(
        self, response: Response, listed: ListedCapture, work: PolicyWork, answer: PlaybackAnswer
    ) -> None:
        outcome = OUTCOMES[answer]
        detail = f"the archive answered HTTP {response.status}"
        if answer is PlaybackAnswer.ARCHIVED_ERROR:
            detail = f"HTTP {response.status}"
        elif answer is PlaybackAnswer.MOVED_ON:
            detail = f"the archive sends to {response.meta['playback'].location}"
        elif answer is PlaybackAnswer.RATE_LIMITED:
            self._run.stop(listed.archive)
        self._settle_or_put_off(work, listed, outcome, detail, response.url)

    def _settle_or_put_off(
        self, work: PolicyWork, listed: ListedCapture, outcome: Outcome, detail: str, memento_url: str
    ) -> None:
        if outcome is Outcome.PLAYBACK_FAILED and not self._ledger.second_pass:
            work.search.put_off(listed.capture_id)  # it stays pending, should the run be killed
        else:
            self._settle(work, listed, outcome, detail, memento_url)

    def _settle(self, work: PolicyWork, listed: ListedCapture, outcome: Outcome, detail: str, memento_url: str) -> None:
        self._run.settle(work.policy, listed, outcome, detail, memento_url)
        work.search.answered(listed.capture_id, outcome)
