"""Asking an archive what discovery wants to know (crawler/discovery/next_asks.py), with the manners of every request.

    Inquiry(plan) ──asks──► index / playback ──► kept (raw first) ──► read (process pool) ──► Answer, stored ──► plan again

An inquiry is a search for a site's policies, or the question whether a redirect to another company is to be followed.
Nothing is in memory that is not in the store but which asks are under way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from scrapy import Request

from crawler.archives.capture import ListedCapture, Outcome
from crawler.archives.dialects import Archive
from crawler.archives.memento import PlaybackAnswer, stray_outcome
from crawler.archives.surt import surt
from crawler.counting import count
from crawler.discovery.asks import Answer, Ask, AskKind, Key, Verdict
from crawler.discovery.index_queries import index_query
from crawler.discovery.known import thin
from crawler.discovery.links import PolicyLink
from crawler.spiders.asking import OUTCOMES, Asker
from crawler.spiders.state.current_run import OUR_FAULTS, CurrentRun
from crawler.spiders.state.keeping import Taken, take
from crawler.spiders.state.ledger import Ledger
from crawler.spiders.state.shelves import Discoveries, KeptCaptures
from crawler.spiders.state.tickets import Tickets
from crawler.spiders.state.waits import For, Waits, Wake
from crawler.targets.fetched import Fetched

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.archives.cdx import CdxPage

logger = logging.getLogger(__name__)


class InquiryStore(Protocol):
    """Where answers and the pages that were asked for are kept."""

    @property
    def discoveries(self) -> Discoveries: ...

    @property
    def captures(self) -> KeptCaptures: ...


class LinkReader(Protocol):
    """Reads what discovery wants to know of a page, beside the reactor."""

    async def read_links(self, page: Fetched) -> tuple[PolicyLink, ...]: ...
    async def read_candidate(self, page: Fetched, site: str) -> tuple[Verdict, tuple[PolicyLink, ...]]: ...


@dataclass(eq=False)
class Inquiry:
    """What is to be found out about a site.

    :param plan: what to ask next, by the answers so far; nothing when all is known.
    :param ended: called once, when there is nothing left to ask; yields what comes then.
    :param answers: the store's, and this run's.
    :param pages: whole first pages of listings, by key of their URL, of this run.
    :param asked: what was asked in this run: an ask that comes again ends the inquiry.
    :param failed: called once, in the place of `ended`, where this program failed; yields what comes then.
    """

    site: str
    plan: Callable[[list[Answer]], tuple[Ask, ...]]
    ended: Callable[[Inquiry], AsyncIterator[Any]]
    answers: list[Answer]
    waiting: set[Key] = field(default_factory=set)
    pages: dict[str, CdxPage] = field(default_factory=dict)
    cut_short: bool = False
    asked: set[Key] = field(default_factory=set)
    failed: Callable[[Inquiry], AsyncIterator[Any]] | None = None


class Inquirer:
    """Asks what an inquiry wants to know.

    :param tickets: count the inquiries that wait for an answer.
    """

    def __init__(
        self,
        run: CurrentRun,
        asker: Asker,
        waits: Waits,
        tickets: Tickets,
        ledger: Ledger,
        store: InquiryStore,
        reader: LinkReader,
        archive: Archive,
    ) -> None:
        self._run, self._asker, self._waits, self._tickets, self._ledger = run, asker, waits, tickets, ledger
        self._store, self._reader, self._archive = store, reader, archive
        self._open: set[Inquiry] = set()

    def inquiry(
        self,
        site: str,
        plan: Callable[[list[Answer]], tuple[Ask, ...]],
        ended: Callable[[Inquiry], AsyncIterator[Any]],
    ) -> Inquiry:
        """Return an inquiry that knows what was answered in earlier runs."""
        return Inquiry(site, plan, ended, self._store.discoveries.answers(site, self._archive.name))

    async def inquire(self, inquiry: Inquiry) -> AsyncIterator[Any]:
        """Yield the requests of the next round, or what comes at the end of an inquiry.

        A failure of ours is the outcome of the site; no other site has to do with it.
        """
        self._open.add(inquiry)
        in_hand = self._tickets.new(inquiry)
        try:
            async for found in self._next_round(inquiry):
                yield found
        except OUR_FAULTS:
            raise
        except Exception as error:  # noqa: BLE001
            async for found in self._failed_here(error, inquiry):
                yield found
        finally:
            del in_hand  # from here on its requests hold its ticket
            if inquiry.cut_short or not inquiry.waiting:
                self._open.discard(inquiry)
                self._tickets.end(inquiry)

    def end_lost(self) -> None:
        """Record the inquiries whose answers never came, where nothing is under way any more."""
        for inquiry in self._open:
            inquiry.cut_short = True
            error = RuntimeError(f"{count(len(inquiry.waiting), 'answer')} never came")
            self._run.program_error(error, inquiry.site)
        self._open.clear()

    async def _failed_here(self, error: Exception, inquiry: Inquiry) -> AsyncIterator[Any]:
        inquiry.cut_short = True
        self._run.program_error(error, inquiry.site)
        failed, inquiry.failed = inquiry.failed, None
        if failed is not None:
            async for found in failed(inquiry):
                yield found

    async def _next_round(self, inquiry: Inquiry) -> AsyncIterator[Any]:
        while not (inquiry.waiting or inquiry.cut_short or self._run.ending):
            asks = tuple(ask for ask in inquiry.plan(inquiry.answers) if ask.key not in inquiry.asked)
            if not asks:
                async for found in inquiry.ended(inquiry):
                    yield found
                return
            inquiry.waiting = {ask.key for ask in asks}
            inquiry.asked |= inquiry.waiting
            for ask in asks:
                logger.info("%s: asking for %s %s (%s)", inquiry.site, ask.kind.value, ask.url, ask.why)
                request = await self._request(inquiry, ask)
                if request is not None:
                    yield request
            await asyncio.sleep(0)  # it may go on for long with what the store knows: let a signal be heard

    async def _request(self, inquiry: Inquiry, ask: Ask) -> Request | None:
        """Return the request of an ask; None where the store has the answer."""
        if ask.capture is None:
            return self._index_request(inquiry, ask)
        archive, store, capture = self._archive, self._store, ask.capture
        listed = store.captures.page(archive.name, capture, archive.citation_of(capture))
        if listed.outcome is Outcome.REDIRECT:
            self._answered(inquiry, ask, self._redirect_answer(ask, listed.redirect_url))
        elif listed.held:
            body, headers, status = store.captures.kept_page(listed.capture_id)
            page = Fetched(body, headers, ask.url, status)
            self._answered(inquiry, ask, await self._read_page(inquiry, ask, page))
        elif listed.outcome.settled or (listed.not_before and listed.not_before > datetime.now(UTC)):
            self._answered(inquiry, ask, self._nothing(ask, listed.outcome))
        elif (holder := self._ledger.holder(listed.capture_id)) is not None:  # a policy's, too
            self._waits.wait(inquiry, For.ANOTHERS, holder, partial(self._ask_once_more, inquiry, ask))
        elif self._ledger.take(listed.capture_id, rounds=2):
            self._waits.wait(inquiry, For.REQUEST, listed.capture_id, partial(self.inquire, inquiry))
            return self._page_request(inquiry, ask, listed)
        else:
            self._answered(inquiry, ask, self._nothing(ask, Outcome.PLAYBACK_FAILED, "requested in vain in this run"))
        return None

    async def _ask_once_more(self, inquiry: Inquiry, ask: Ask) -> AsyncIterator[Any]:
        """The capture is no longer under way: the store has what it brought."""
        request = await self._request(inquiry, ask)
        if request is not None:
            yield request
        async for found in self.inquire(inquiry):
            yield found

    def _index_request(self, inquiry: Inquiry, ask: Ask) -> Request:
        archive, query = self._archive, index_query(ask.kind, ask.url)
        url = archive.query_url(query) if query else archive.listing_url(ask.url, since=None, until=None)
        request = self._asker.index_request(archive, url, self.parse_index, self.ask_failed, inquiry=inquiry, ask=ask)
        return self._counted(request, inquiry)

    def _page_request(self, inquiry: Inquiry, ask: Ask, listed: ListedCapture) -> Request:
        request = self._asker.page_request(
            listed, self.parse_page, self.ask_failed, priority=5, inquiry=inquiry, ask=ask
        )  # where the policies are, before their captures
        return self._counted(request, inquiry)

    def _counted(self, request: Request, inquiry: Inquiry) -> Request:
        request.meta.update(self._tickets.new(inquiry))
        return request

    # answers

    async def parse_index(self, response: Response, inquiry: Inquiry, ask: Ask) -> AsyncIterator[Any]:
        """Note what the index said."""
        async for found in self._concluded(self._index_said(response, inquiry, ask), inquiry):
            yield found

    async def parse_page(
        self, response: Response, inquiry: Inquiry, ask: Ask, listed: ListedCapture
    ) -> AsyncIterator[Any]:
        """Keep what came, then read it."""
        async for found in self._concluded(self._page_came(response, inquiry, ask, listed), inquiry, listed):
            yield found

    async def ask_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Note that an archive could not be asked, and go on with what is known."""
        context = failure.request.cb_kwargs  # type: ignore[attr-defined]
        listed = context.get("listed")
        missed = self._missed_answer(failure, context["inquiry"], context["ask"], listed)
        async for found in self._concluded(missed, context["inquiry"], listed):
            yield found

    async def _concluded(
        self, answer: Awaitable[None], inquiry: Inquiry, listed: ListedCapture | None = None
    ) -> AsyncIterator[Any]:
        """Take in an answer, then yield what comes next, for the inquiry and for whoever waited for the capture."""
        woken: list[Wake] = [partial(self.inquire, inquiry)]
        try:
            await answer
        except OUR_FAULTS:
            raise
        except Exception as error:  # noqa: BLE001 - the outcome of this site
            async for found in self._failed_here(error, inquiry):
                yield found
        finally:
            if listed is not None:
                self._ledger.give_back(listed.capture_id)
                woken = self._waits.end(For.REQUEST, listed.capture_id)
        for wake in woken:
            async for found in wake():
                yield found

    async def _index_said(self, response: Response, inquiry: Inquiry, ask: Ask) -> None:
        page, outcome, detail = await self._asker.read_index(response, ask.url, domain=ask.kind is AskKind.INDEX)
        if outcome is Outcome.RATE_LIMITED:
            inquiry.cut_short = True
            return
        if page is not None:
            query = index_query(ask.kind, ask.url)
            more = bool(page.resume_key) or (query is not None and len(page.captures) >= query.limit)
            if ask.kind is AskKind.URL:
                inquiry.pages[surt(ask.url)] = page
            answer = replace(self._nothing(ask, Outcome.FETCHED), rows=thin(page.captures, ask.kind), more=more)
        elif outcome is Outcome.NOT_ARCHIVED:
            answer = self._nothing(ask, Outcome.FETCHED)
        else:
            answer = self._nothing(ask, outcome or Outcome.LISTING_FAILED, detail)
        self._answered(inquiry, ask, answer)

    async def _page_came(self, response: Response, inquiry: Inquiry, ask: Ask, listed: ListedCapture) -> None:
        playback = response.meta["playback"]
        stray = stray_outcome(listed.capture, playback)
        if stray is not None:
            self._settled(inquiry, ask, listed, *stray, response.url)
        elif playback.answer in (PlaybackAnswer.MEMENTO, PlaybackAnswer.REDIRECT):
            taken = await take(self._store.captures, listed, response)
            self._run.count("fetched")
            self._answered(inquiry, ask, await self._kept(inquiry, ask, listed, taken, playback.location))
        elif playback.answer is PlaybackAnswer.RATE_LIMITED:
            self._run.stop(self._archive.name)
            inquiry.cut_short = True
        else:
            detail = f"the archive answered HTTP {response.status}"
            self._settled(inquiry, ask, listed, OUTCOMES[playback.answer], detail, response.url)

    async def _kept(self, inquiry: Inquiry, ask: Ask, listed: ListedCapture, taken: Taken, location: str) -> Answer:
        memento, flaw, packed = taken
        if location:
            self._store.captures.keep(listed, memento, Outcome.REDIRECT, f"to {location}", location, packed)
            return self._redirect_answer(ask, location)
        outcome = Outcome.UNDECODABLE if flaw else Outcome.FETCHED if memento.body else Outcome.NOT_A_POLICY
        why = flaw or ("" if memento.body else "empty page")
        self._store.captures.keep(listed, memento, outcome, why, packed=packed)
        if outcome is not Outcome.FETCHED:
            return self._nothing(ask, outcome, flaw)
        page = Fetched(memento.body, dict(memento.headers), ask.url, memento.status)
        return await self._read_page(inquiry, ask, page)

    async def _read_page(self, inquiry: Inquiry, ask: Ask, page: Fetched) -> Answer:
        answer = self._nothing(ask, Outcome.FETCHED)
        if ask.kind is AskKind.PAGE:
            verdict, links = await self._reader.read_candidate(page, inquiry.site)
            return replace(answer, verdict=verdict, links=links)
        return replace(answer, links=await self._reader.read_links(page))

    def _redirect_answer(self, ask: Ask, location: str) -> Answer:
        if ask.kind is AskKind.REDIRECT:
            return replace(self._nothing(ask, Outcome.FETCHED), target=location)
        return self._nothing(ask, Outcome.REDIRECT, f"to {location}")

    def _settled(
        self, inquiry: Inquiry, ask: Ask, listed: ListedCapture, outcome: Outcome, detail: str, url: str
    ) -> None:
        self._run.settle(None, listed, outcome, detail, url)
        self._answered(inquiry, ask, self._nothing(ask, outcome, detail))

    def _nothing(self, ask: Ask, outcome: Outcome, detail: str = "") -> Answer:
        timestamp = ask.capture.timestamp if ask.capture else ""
        return Answer(ask.kind, ask.url, timestamp, datetime.now(UTC).replace(microsecond=0), outcome, detail)

    def _answered(self, inquiry: Inquiry, ask: Ask, answer: Answer) -> None:
        self._store.discoveries.put_answer(inquiry.site, self._archive.name, answer)
        inquiry.answers.append(answer)
        inquiry.waiting.discard(ask.key)

    async def _missed_answer(self, failure: Failure, inquiry: Inquiry, ask: Ask, listed: ListedCapture | None) -> None:
        if self._asker.turned_away(failure):
            inquiry.cut_short = True
            return
        outcome, detail = self._asker.failed(failure)
        if outcome is Outcome.PROGRAM_ERROR:
            assert failure.value is not None
            raise failure.value
        if self._run.has_stopped(self._archive.name):
            inquiry.cut_short = True
        elif listed is not None:
            self._settled(inquiry, ask, listed, outcome, detail, failure.request.url)  # type: ignore[attr-defined]
        else:
            outcome = Outcome.LISTING_FAILED if outcome is Outcome.PLAYBACK_FAILED else outcome
            self._answered(inquiry, ask, self._nothing(ask, outcome, detail))
