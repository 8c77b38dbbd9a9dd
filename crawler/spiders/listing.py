"""From a policy's URLs to the rows that an index has of them, one listing a URL and run, however many policies have it.

    PolicyWork ──list_url──► SharedListing ──request──► page ──► stored for each policy ──► next page … ──► its wake

Who waits for a listing stands in waits.py; what becomes of the rows is decided in advancing.py.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from scrapy import Request

from crawler.archives.capture import Listing, ListingPlan, Outcome, Period, Policy
from crawler.archives.cdx import CdxPage
from crawler.archives.dialects import Archive
from crawler.archives.surt import surt
from crawler.spiders.asking import Asker
from crawler.spiders.current_run import OUR_FAULTS, CurrentRun
from crawler.spiders.policy_work import PolicyWork
from crawler.spiders.shared_listing import SharedListing
from crawler.spiders.shelves import KeptCaptures, Listings
from crawler.spiders.waits import For, Waits, Wake

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

logger = logging.getLogger(__name__)


class ListingStore(Protocol):
    """Where listings are kept, and what is left to ask of one."""

    @property
    def listings(self) -> Listings: ...

    @property
    def captures(self) -> KeptCaptures: ...


def page_within(page: CdxPage | None, period: Period) -> CdxPage | None:
    """Return what a whole listing's first page says of a period; None where there may be more to it."""
    if page is None or (page.resume_key and period != Period()):
        return None
    return replace(page, captures=tuple(one for one in page.captures if one.captured_at in period))


class Lister:
    """Lists the captures of URLs."""

    def __init__(
        self, run: CurrentRun, asker: Asker, waits: Waits, store: ListingStore, archive: Archive, period: Period
    ) -> None:
        self._run, self._asker, self._waits, self._store = run, asker, waits, store
        self._archive, self._period = archive, period
        self._listings: dict[str, SharedListing] = {}

    def list_url(self, url: str, work: PolicyWork, page: CdxPage | None = None) -> Iterator[Request]:
        """Yield the request for the captures of a URL, unless this run has made it for another policy.

        :param page: the first page, where it was asked for on the way to the policy.
        """
        key = surt(url)
        listing = self._listings.get(key)
        if listing is not None:
            self._join(listing, work)
            return
        plan = ListingPlan() if page is not None else self._plan(url)
        listing = self._listings[key] = SharedListing(url, plan)
        self._waits.wait(work, For.LISTING, key, work.go_on)
        if plan.known is not None:
            self._end(listing, (plan.known, plan.why))
        elif page is None:
            yield self._request_page(listing, plan)
        else:
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
        return self._asker.listing_request(
            listing.url, plan, self._period, self.parse_listing, self.listing_failed, listing=listing
        )

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
            self._waits.wait(work, For.LISTING, surt(listing.url), work.go_on)

    async def parse_listing(self, response: Response, listing: SharedListing) -> AsyncIterator[Any]:
        """Store the rows of one index answer; ask for the next page, or begin to fetch."""
        onward, woken = self._page_answered(response, listing)
        if onward is not None:
            yield self._request_page(listing, onward)
        for wake in woken:
            async for found in wake():
                yield found

    def _page_answered(self, response: Response, listing: SharedListing) -> tuple[ListingPlan | None, list[Wake]]:
        """Return the plan of the next page, or whom to wake at the end of the listing."""
        try:
            page, outcome, detail = self._asker.read_index(response, listing.url)
            if page is None:
                return None, self._end(listing, (outcome or Outcome.LISTING_FAILED, detail))
            onward = self._take(listing, page)
            return onward, [] if onward else self._end(listing)
        except OUR_FAULTS:
            raise
        except Exception as error:  # a fault of ours is the outcome of this listing
            logger.exception("%s: policylapse failed on its listing", listing.url)
            return None, self._end(listing, (Outcome.PROGRAM_ERROR, f"{type(error).__name__}: {error}"))

    async def listing_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Record that an index could not be asked, and go on with what is known."""
        if self._asker.turned_away(failure):
            return
        outcome, detail = self._asker.failed(failure)
        outcome = Outcome.LISTING_FAILED if outcome is Outcome.PLAYBACK_FAILED else outcome
        listing = failure.request.cb_kwargs["listing"]  # type: ignore[attr-defined]
        if outcome is Outcome.PROGRAM_ERROR:
            logger.error("%s: policylapse failed on its listing", listing.url, exc_info=failure.value)
        for wake in self._end(listing, (outcome, detail)):
            async for found in wake():
                yield found

    def _followers(self, listing: SharedListing) -> list[PolicyWork]:
        return self._waits.who(For.LISTING, surt(listing.url))

    def _take(self, listing: SharedListing, page: CdxPage) -> ListingPlan | None:
        """Store a page for every policy that has the URL; return the plan of the next one."""
        for work in self._followers(listing):
            self._keep(page, listing, work.policy)
        self._run.count("listed", len(page.captures))
        return listing.take(page)

    def _end(self, listing: SharedListing, flaw: tuple[Outcome, str] | None = None) -> list[Wake]:
        """End a listing for every policy that has the URL; return whom to wake."""
        listing.end(flaw)
        for work in self._followers(listing):
            work.grow()
            try:
                self._conclude(listing, work.policy)
            except OUR_FAULTS:
                raise
            except Exception as error:  # noqa: BLE001 - the other policies go on, and this one with what is stored
                self._run.program_error(error, listing.url, work.policy)
        return self._waits.end(For.LISTING, surt(listing.url))

    def _keep(self, page: CdxPage, listing: SharedListing, policy: Policy) -> None:
        archive = self._archive
        citations = tuple(map(archive.citation_of, page.captures))
        stored = Listing(policy, archive.name, listing.url, self._period, page.captures, citations)
        stored = replace(stored, broken=page.broken, resume_key=page.resume_key, asked_from=listing.plan.asked_from)
        self._store.listings.put(self._run.number, stored)

    def _conclude(self, listing: SharedListing, policy: Policy) -> None:
        """Record what is wrong with a listing that has ended, if anything, in the store's listings and for the person."""
        if listing.flaw is not None:
            if listing.plan.known is None:  # else it is on record since when
                flawed = Listing(policy, self._archive.name, listing.url, self._period, (), (), *listing.flaw)
                self._store.listings.put(self._run.number, flawed)
            outcome, detail = listing.flaw
            self._run.record(outcome, listing.url, detail, policy)
        elif listing.empty:
            self._nothing_listed(listing.url, policy)

    def _nothing_listed(self, url: str, policy: Policy) -> None:
        period = self._period
        if self._store.captures.of(policy, self._archive.name, period, limit=1):
            return  # another of its URLs has captures
        bounded = period.since is not None or period.until is not None
        outcome = Outcome.EMPTY if bounded else Outcome.NOT_ARCHIVED
        self._run.record(outcome, url, "the index has no captures of it", policy)
