"""From a policy's URLs to the rows that an index has of them, one listing a URL and run, however many policies have it.

    Progress ──list_url──► SharedListing ──request──► page ──► stored for each policy ──► next page … ──► advance

What becomes of the rows is decided in crawler/spiders/policies.py (`advance`).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from scrapy import Request

from crawler.archives.capture import Listing, ListingPlan, Outcome, Policy
from crawler.archives.cdx import CdxPage
from crawler.archives.dialects import citation_url
from crawler.archives.surt import surt
from crawler.choosing.strategies import Wanted
from crawler.spiders.base import OUR_FAULTS
from crawler.spiders.discovering import DiscoveringSpider
from crawler.spiders.policy_search import Search
from crawler.spiders.shared_listing import SharedListing

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

logger = logging.getLogger(__name__)


@dataclass
class Progress:
    """A policy under way: which requests are out, and which captures this run has dealt with.

    :param listings: inquiries and listings that have to end before captures are chosen.
    :param stale: the listing has grown since the search read it.
    :param failed: this program failed on the policy: nothing more is asked for it in this run.
    :param tried: captures that were read in this run, or on which this program failed: none is read twice in it.
    :param parts: kinds of the other documents on its pages, which are to be read as well (all_policies).
    """

    policy: Policy
    search: Search
    listings: int = 0
    queue: deque[Wanted] = field(default_factory=deque)
    in_flight: int = 0
    stale: bool = True
    caught_up: bool = False
    planned: bool = False
    failed: bool = False
    tried: set[int] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)


class ListingSpider(DiscoveringSpider):
    """A spider that lists the captures of policies."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listings: dict[str, SharedListing] = {}

    def advance(self, progress: Progress) -> AsyncIterator[Any]:
        """Yield what comes next for a policy."""
        raise NotImplementedError

    def list_url(self, url: str, progress: Progress, page: CdxPage | None = None) -> Iterator[Request]:
        """Yield the request for the captures of a URL, unless this run has made it for another policy.

        :param page: the first page, where it was asked for on the way to the policy.
        """
        listing = self._listings.get(surt(url))
        if listing is not None:
            self._join(listing, progress)
            return
        plan = ListingPlan() if page is not None else self._plan(url)
        listing = self._listings[surt(url)] = SharedListing(url, plan, [progress])
        progress.listings += 1
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
        job = self.job
        if job.archive.root is not None:
            return ListingPlan()  # files on this machine are read anew: it costs nothing
        return job.store.listing_plan(job.archive.name, url, job.period)

    def _request_page(self, listing: SharedListing, plan: ListingPlan) -> Request:
        return self.listing_request(listing.url, self.parse_listing, self.listing_failed, plan, listing=listing)

    def _join(self, listing: SharedListing, progress: Progress) -> None:
        """Let a policy have what the listing of its URL brings, or has brought."""
        progress.stale = True
        if (
            listing.keys
        ):  # the rows are stored; noted are the archive's own names of the URL, and how far the listing is
            known = CdxPage(tuple(listing.keys.values()), listing.resume_key)
            self._store(known, listing, progress.policy)
        if listing.ended:
            self._conclude(listing, progress.policy)
        else:
            listing.followers.append(progress)
            progress.listings += 1

    async def parse_listing(self, response: Response, listing: SharedListing) -> AsyncIterator[Any]:
        """Store the rows of one index answer; ask for the next page, or begin to fetch."""
        onward, followers = self._page_answered(response, listing)
        if onward is not None:
            yield self._request_page(listing, onward)
        for progress in followers:
            async for found in self.advance(progress):
                yield found

    def _page_answered(self, response: Response, listing: SharedListing) -> tuple[ListingPlan | None, list[Progress]]:
        """Return the plan of the next page, or the policies that wait for the end of the listing."""
        try:
            page, outcome, detail = self.read_index(response, listing.url)
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
        if self.turned_away(failure):
            return
        outcome, detail = self.failed(failure)
        outcome = Outcome.LISTING_FAILED if outcome is Outcome.PLAYBACK_FAILED else outcome
        listing = failure.request.cb_kwargs["listing"]  # type: ignore[attr-defined]
        if outcome is Outcome.PROGRAM_ERROR:
            logger.error("%s: policylapse failed on its listing", listing.url, exc_info=failure.value)
        for progress in self._end(listing, (outcome, detail)):
            async for found in self.advance(progress):
                yield found

    def _take(self, listing: SharedListing, page: CdxPage) -> ListingPlan | None:
        """Store a page for every policy that has the URL; return the plan of the next one."""
        for progress in listing.followers:
            self._store(page, listing, progress.policy)
        self.crawler.stats.inc_value("policylapse/listed", len(page.captures))
        return listing.take(page)

    def _end(self, listing: SharedListing, flaw: tuple[Outcome, str] | None = None) -> list[Progress]:
        """End a listing for every policy that has the URL; return them."""
        followers: list[Progress] = listing.end(flaw)
        for progress in followers:
            progress.listings -= 1
            progress.stale = True
            try:
                self._conclude(listing, progress.policy)
            except OUR_FAULTS:
                raise
            except Exception as error:  # noqa: BLE001 - the other policies go on, and this one with what is stored
                self.program_error(error, listing.url, progress.policy)
        return followers

    def _store(self, page: CdxPage, listing: SharedListing, policy: Policy) -> None:
        job = self.job
        citations = tuple(citation_url(c.timestamp, c.original, job.archive.citation) for c in page.captures)
        stored = Listing(policy, job.archive.name, listing.url, job.period, page.captures, citations)
        stored = replace(stored, broken=page.broken, resume_key=page.resume_key, asked_from=listing.plan.asked_from)
        job.store.save_listing(self.run_id, stored)

    def _conclude(self, listing: SharedListing, policy: Policy) -> None:
        """Record what is wrong with a listing that has ended, if anything, in the store's listings and for the person."""
        if listing.flaw is not None:
            if listing.plan.known is None:  # else it is on record since when
                flawed = Listing(policy, self.job.archive.name, listing.url, self.job.period, (), (), *listing.flaw)
                self.job.store.save_listing(self.run_id, flawed)
            outcome, detail = listing.flaw
            self.record(outcome, listing.url, detail, policy)
        elif listing.empty:
            self._nothing_listed(listing.url, policy)

    def _nothing_listed(self, url: str, policy: Policy) -> None:
        period = self.job.period
        if self.job.store.captures(policy, self.job.archive.name, period, limit=1):
            return  # another of its URLs has captures
        bounded = period.since is not None or period.until is not None
        self.record(Outcome.EMPTY if bounded else Outcome.NOT_ARCHIVED, url, "the index has no captures of it", policy)
