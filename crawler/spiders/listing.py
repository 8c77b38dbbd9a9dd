"""From a policy's URLs to the rows that an index has of them, one listing a URL and run, however many policies have it.

    PolicyWork ──list_url──► SharedListing ──request──► page ──► stored for each policy ──► next page … ──► its wake

Who waits for a listing stands in waits.py; what becomes of the rows is decided in advancing.py.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Hashable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from scrapy import Request

from crawler.archives.capture import Listing, ListingPlan, Outcome, Period, Policy
from crawler.archives.cdx import CdxPage
from crawler.archives.coding import undo_content_encoding
from crawler.archives.common_crawl import Crawl, meeting, read_collinfo
from crawler.archives.dialects import Archive
from crawler.archives.errors import DecodeError, UnexpectedArchiveResponse
from crawler.asking.crawl_list import CrawlList
from crawler.asking.playback import plain_headers
from crawler.choosing.holes import span_of
from crawler.spiders.asking import Asker
from crawler.spiders.state.current_run import OUR_FAULTS, CurrentRun
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.shared_listing import SharedListing, listing_key
from crawler.spiders.state.shelves import KeptCaptures, Listings
from crawler.spiders.state.tickets import Tickets
from crawler.spiders.state.waits import For, Waits, Wake

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

ROWS_AT_ONCE = 100  # of an index answer, stored in one transaction: ten milliseconds
logger = logging.getLogger(__name__)


class ListingStore(Protocol):
    """Where listings are kept, and what is left to ask of one."""

    @property
    def listings(self) -> Listings: ...

    @property
    def captures(self) -> KeptCaptures: ...


_CRAWLS = "the list of crawls"
# The index has not told: asked again, another time, it may.
_NO_WORD = (Outcome.LISTING_FAILED, Outcome.RATE_LIMITED, Outcome.DAMAGED_ARCHIVE, Outcome.PROGRAM_ERROR)


def page_within(page: CdxPage | None, period: Period) -> CdxPage | None:
    """Return what a whole listing's first page says of a period; None where there may be more to it."""
    if page is None or (page.resume_key and period != Period()):
        return None
    return replace(page, captures=tuple(one for one in page.captures if one.captured_at in period))


class Lister:
    """Lists the captures of URLs.

    :param tickets: count the listings that wait for an answer.
    """

    def __init__(
        self,
        run: CurrentRun,
        asker: Asker,
        waits: Waits,
        tickets: Tickets,
        store: ListingStore,
        archive: Archive,
        period: Period,
        crawl_list: CrawlList,
    ) -> None:
        self._run, self._asker, self._waits, self._tickets, self._store = run, asker, waits, tickets, store
        self._archive, self._period = archive, period
        self._listings: dict[Hashable, SharedListing] = {}
        self._done: dict[int, bool] = {}  # those that ended as usual, by the hash of their keys: did any row come?
        self.crawls: tuple[Crawl, ...] | None = None
        self._crawl_list = crawl_list

    def list_url(self, url: str, work: PolicyWork, page: CdxPage | None = None) -> Iterator[Request]:
        """Yield the request for the captures of a URL in the run's first archive, unless this run has made it for another
        policy.

        :param page: the first page, where it was asked for on the way to the policy.
        """
        if self._run.has_stopped(self._archive.name):
            return  # a fallback's capture has led here; the next run asks
        if (
            self._archive.crawls
        ):  # a hundred indexes: it lists what `import-cc-index` brought, and fills holes of others
            page = CdxPage()
        plan = ListingPlan() if page is not None else self._plan(url)
        yield from self._list(SharedListing(url, plan, self._archive, self._period), work, page)

    def list_crawls(self, work: PolicyWork, archive: Archive) -> Iterator[Request]:
        """See to it that the crawls of an archive are known: by the list of this machine, or by a request, for which all
        who want to know wait. Where it fails, there are none in this run.
        """
        self.crawls = self._crawl_list.read()
        if self.crawls is None:
            asked = self._waits.under_way(For.LISTING, _CRAWLS)
            self._waits.wait(work, For.LISTING, _CRAWLS, work.go_on)
            if not asked:
                yield self._asker.index_request(archive, archive.cdx_url, self.parse_crawls, self.crawls_failed)

    async def parse_crawls(self, response: Response) -> AsyncIterator[Any]:
        """Take in the list of crawls."""
        try:
            body, _notes = undo_content_encoding(response.body, plain_headers(response))
            self.crawls = read_collinfo(body)
            self._crawl_list.write(body)
        except (UnexpectedArchiveResponse, DecodeError) as error:
            self._no_crawls(Outcome.LISTING_FAILED, url=response.url, detail=f"HTTP {response.status}: {error}")
        if response.status == 429:
            self._run.stop(response.meta["archive"])
        for wake in self._waits.end(For.LISTING, _CRAWLS):
            async for found in wake():
                yield found

    async def crawls_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Go on without the list of crawls."""
        if not self._asker.turned_away(failure):
            self._no_crawls(*self._asker.failed(failure), url=failure.request.url)  # type: ignore[attr-defined]
        self.crawls = self.crawls or ()
        for wake in self._waits.end(For.LISTING, _CRAWLS):
            async for found in wake():
                yield found

    def _no_crawls(self, outcome: Outcome, detail: str, url: str) -> None:
        self.crawls = ()
        outcome = outcome if outcome is Outcome.RATE_LIMITED else Outcome.LISTING_FAILED
        self._run.record(outcome, url, detail)

    def fill(self, url: str, work: PolicyWork, archive: Archive, within: tuple[Period, ...]) -> Iterator[Request]:
        """Yield the request for the captures of a URL in another archive: once, for the time from the first hole to the
        last; only what lies in a hole is taken. None where that archive has said so of late.
        """
        if archive.crawls:
            yield from self._fill_of_crawls(url, work, archive, within)
            return
        period = span_of(within)
        if self._store.listings.answered(archive.name, url, period):
            return
        plan = self._store.listings.plan(archive.name, url, period)
        if plan.known is None:  # else it excludes the site
            plan = replace(plan, asked_from=None)
            yield from self._list(SharedListing(url, plan, archive, period, within), work, None)

    def _fill_of_crawls(
        self, url: str, work: PolicyWork, archive: Archive, within: tuple[Period, ...]
    ) -> Iterator[Request]:
        """A finished crawl says the same for ever: it is asked once for a URL, whatever the hole is then."""
        for crawl in meeting(self.crawls or (), within):
            if not self._store.listings.answered(archive.name, url, crawl.period, for_ever=True):
                index = replace(archive, cdx_url=crawl.index)
                whole = (crawl.period,)
                yield from self._list(SharedListing(url, ListingPlan(), index, crawl.period, whole), work, None)

    def failed(self, url: str) -> bool:
        """Tell whether the first archive's index gave no whole answer for a URL in this run."""
        listing = self._listings.get(listing_key(self._archive, url, self._period))
        return listing is not None and (not listing.ended or (listing.flaw is not None and listing.flaw[0] in _NO_WORD))

    def unheard(self, url: str) -> bool:
        """Tell whether the first archive paused before it said anything of a URL in this run."""
        if not self._run.has_stopped(self._archive.name):
            return False
        key = listing_key(self._archive, url, self._period)
        listing = self._listings.get(key)
        if listing is None:
            return hash(key) not in self._done
        silent = not listing.ended or (listing.flaw is not None and listing.flaw[0] is Outcome.RATE_LIMITED)
        return silent and not listing.keys

    def _list(self, begun: SharedListing, work: PolicyWork, page: CdxPage | None) -> Iterator[Request]:
        key = begun.key
        if (came := self._done.get(hash(key))) is not None:
            self._have(begun, work, came=came)
            return
        listing = self._listings.get(key)
        if listing is not None:
            self._join(listing, work)
            return
        listing, plan = self._listings.setdefault(key, begun), begun.plan
        self._waits.wait(work, For.LISTING, key, work.go_on)
        if plan.known is not None:
            self._end(listing, (plan.known, plan.why))
        elif page is None:
            yield self._request_page(listing, plan)
        else:
            for _ in self._put_rows(listing, page):
                pass
            onward = self._take(listing, page)
            if onward is not None:
                yield self._request_page(listing, onward)
            else:
                self._end(listing)

    def _plan(self, url: str) -> ListingPlan:
        if self._archive.root is not None:
            return ListingPlan()  # files on this machine are read anew: it costs nothing
        return self._store.listings.plan(self._archive.name, url, self._period)

    def _request_page(self, listing: SharedListing, plan: ListingPlan) -> Request:
        request = self._asker.listing_request(
            listing.archive, listing.url, plan, listing.period, self.parse_listing, self.listing_failed, listing=listing
        )
        request.meta.update(self._tickets.new(listing.key))
        return request

    def _join(self, listing: SharedListing, work: PolicyWork) -> None:
        """Let a policy have what the listing of its URL brings, or has brought."""
        work.grow()
        if (
            listing.keys
        ):  # the rows are stored; noted are the archive's own names of the URL, and how far the listing is
            known = CdxPage(tuple(listing.keys.values()), listing.resume_key)
            self._keep(known, listing, work.policy)
        if listing.ended:
            self._conclude(listing, work.policy)
        else:
            self._waits.wait(work, For.LISTING, listing.key, work.go_on)

    def _have(self, listing: SharedListing, work: PolicyWork, *, came: bool) -> None:
        """Let a policy have what the listing of its URL, which has ended as usual, has brought. :param came: any row."""
        work.grow()
        if came:
            first = self._store.captures.of(work.policy, listing.archive.name, Period(), limit=1)
            self._keep(CdxPage(tuple(one.capture for one in first)), listing, work.policy)

    async def parse_listing(self, response: Response, listing: SharedListing) -> AsyncIterator[Any]:
        """Store the rows of one index answer; ask for the next page, or begin to fetch."""
        onward, woken = await self._page_answered(response, listing)
        if onward is not None:
            yield self._request_page(listing, onward)
        for wake in woken:
            async for found in wake():
                yield found

    async def _page_answered(self, response: Response, listing: SharedListing) -> tuple[ListingPlan | None, list[Wake]]:
        """Return the plan of the next page, or whom to wake at the end of the listing."""
        try:
            page, outcome, detail = await self._asker.read_index(response, listing.url)
            if page is None:
                return None, self._end(listing, (outcome or Outcome.LISTING_FAILED, detail))
            for _ in self._put_rows(listing, page):
                await asyncio.sleep(0)
            onward = self._take(listing, page)
            return onward, [] if onward else self._end(listing)
        except OUR_FAULTS:
            raise
        except Exception as error:  # a fault of ours is the outcome of this listing
            logger.exception("%s: policylapse failed on its listing", listing.url)
            return None, self._end(listing, (Outcome.PROGRAM_ERROR, f"{type(error).__name__}: {error}"))

    async def listing_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Record that an index could not be asked, and go on with what is known."""
        listing = failure.request.cb_kwargs["listing"]  # type: ignore[attr-defined]
        if self._asker.turned_away(failure):
            self._tickets.end(listing.key)
            return
        outcome, detail = self._asker.failed(failure)
        outcome = Outcome.LISTING_FAILED if outcome is Outcome.PLAYBACK_FAILED else outcome
        if outcome is Outcome.PROGRAM_ERROR:
            logger.error("%s: policylapse failed on its listing", listing.url, exc_info=failure.value)
        for wake in self._end(listing, (outcome, detail)):
            async for found in wake():
                yield found

    def _followers(self, listing: SharedListing) -> list[PolicyWork]:
        return self._waits.who(For.LISTING, listing.key)

    def _put_rows(self, listing: SharedListing, page: CdxPage) -> Iterator[None]:
        """Store the rows of a page, some at a time, before what says that they are there (_take): killed between, it is
        asked for again.
        """
        archive, captures = listing.archive, listing.wanted(page).captures
        for start in range(0, len(captures), ROWS_AT_ONCE):
            some = captures[start : start + ROWS_AT_ONCE]
            self._store.listings.put_rows(archive.name, some, tuple(map(archive.citation_of, some)))
            yield

    def _take(self, listing: SharedListing, page: CdxPage) -> ListingPlan | None:
        """Store that a page has come, for every policy that has the URL; return the plan of the next one."""
        wanted = listing.wanted(page)
        for work in self._followers(listing):
            self._keep(wanted, listing, work.policy)
        self._run.count("listed", len(wanted.captures))
        return listing.take(page)

    def _end(self, listing: SharedListing, flaw: tuple[Outcome, str] | None = None) -> list[Wake]:
        """End a listing for every policy that has the URL; return whom to wake."""
        self._tickets.end(listing.key)
        listing.end(flaw)
        for work in self._followers(listing):
            work.grow()
            try:
                self._conclude(listing, work.policy)
            except OUR_FAULTS:
                raise
            except Exception as error:  # noqa: BLE001 - the other policies go on, and this one with what is stored
                self._run.program_error(error, listing.url, work.policy)
        if listing.usual:
            self._done[hash(listing.key)] = bool(listing.keys)
            self._listings.pop(listing.key, None)
        return self._waits.end(For.LISTING, listing.key)

    def _keep(self, page: CdxPage, listing: SharedListing, policy: Policy) -> None:
        archive = listing.archive
        citations = tuple(map(archive.citation_of, page.captures))
        stored = Listing(policy, archive.name, listing.url, listing.period, page.captures, citations)
        stored = replace(stored, broken=page.broken, resume_key=page.resume_key, asked_from=listing.plan.asked_from)
        self._store.listings.put_answer(self._run.number, stored)

    def _conclude(self, listing: SharedListing, policy: Policy) -> None:
        """Record what is wrong with a listing that has ended, if anything, in the store's listings and for the person."""
        if listing.flaw is not None:
            if listing.plan.known is None:  # else it is on record since when
                flawed = Listing(policy, listing.archive.name, listing.url, listing.period, (), (), *listing.flaw)
                self._store.listings.put_answer(self._run.number, flawed)
            outcome, detail = listing.flaw
            if not listing.within:
                self._run.record(outcome, listing.url, detail, policy)
            elif outcome in _NO_WORD:
                self._run.record(outcome, listing.url, f"{listing.archive.label}: {detail}", policy)
        elif listing.empty and not listing.within:  # that a fallback has nothing either is no news
            self._nothing_listed(listing.url, policy)

    def _nothing_listed(self, url: str, policy: Policy) -> None:
        period = self._period
        if self._store.captures.of(policy, self._archive.name, period, limit=1):
            return  # another of its URLs has captures
        bounded = period.since is not None or period.until is not None
        outcome = Outcome.EMPTY if bounded else Outcome.NOT_ARCHIVED
        self._run.record(outcome, url, "the index has no captures of it", policy)
