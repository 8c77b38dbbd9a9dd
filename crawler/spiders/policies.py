"""The main job: from sites to the captures of their policies, fetched, kept and read.

    start ─► listing ─► choose ─► memento ─► kept ─► read (process pool) ─► item ─► choose again …

The spider holds no knowledge that is not in the store but which requests are under way: kill it anywhere, run it
again, and it goes on. Duties: it makes requests and yields items; what an answer *is* is decided in
crawler/playback.py, what to ask for next in crawler/archives/choose.py, what is kept in the store.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from scrapy import Request, signals
from scrapy.exceptions import DontCloseSpider

from crawler.archives.capture import (
    ListedCapture,
    Listing,
    ListingPlan,
    Memento,
    Outcome,
    Period,
    Policy,
    ReadCapture,
)
from crawler.archives.choose import Wanted
from crawler.archives.dialects import PLAYBACK, citation_url
from crawler.archives.errors import StoreError
from crawler.archives.lineage import lineage_target, one_line_of_urls
from crawler.archives.memento import Answer, stray_outcome
from crawler.archives.surt import surt
from crawler.lists import BadLine
from crawler.playback import memento_of
from crawler.search import Search
from crawler.spiders.base import OUTCOMES
from crawler.spiders.discovering import DiscoveringSpider

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.archives.cdx import CdxPage
    from crawler.archives.declarations import Declared
    from crawler.targets import Target

logger = logging.getLogger(__name__)

WINDOW = 16  # mementos of one policy under way at once: enough to keep connections and readers busy
MAX_POLICY_URLS = 8  # URLs that archived redirects may add to one policy


@dataclass
class Progress:
    """A policy under way: which requests are out, and which captures this run has dealt with."""

    policy: Policy
    search: Search
    listings: int = 0
    queue: deque[Wanted] = field(default_factory=deque)
    in_flight: int = 0
    resume_keys: set[str] = field(default_factory=set)
    stale: bool = True  # the listing has grown since the search read it
    caught_up: bool = False


class PoliciesSpider(DiscoveringSpider):
    name = "policies"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._progress: dict[int, Progress] = {}
        self._second_pass = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        return spider

    def searches(self) -> list[tuple[Policy, Search]]:
        """Return the policies of this run, each with its search."""
        return [(progress.policy, progress.search) for progress in self._progress.values()]

    def policies(self) -> list[Policy]:
        """Return the policies of this run."""
        return [progress.policy for progress in self._progress.values()]

    # listing

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the listing of every target, one after the other as the engine takes them."""
        try:
            self._begin_run()
            for target in self.job.targets:
                if isinstance(target, BadLine):
                    self.record(Outcome.BAD_INPUT, target.where, target.reason)
                    continue
                if not target.url:
                    async for request in self.discover_site(target.site):
                        yield request
                    continue
                for request in self._list_target(target):
                    yield request
        except StoreError as error:
            self.store_error = str(error)

    def _begin_run(self) -> None:
        job = self.job
        self.run_id = job.store.begin_run(
            program=self.settings["USER_AGENT"].split(" ")[0], archive=job.archive.name,
            strategy=job.strategy.value, arguments=job.arguments,
        )  # fmt: skip

    def _list_target(self, target: Target) -> Iterator[Request]:
        policy = self.job.store.policy(target.site, target.url, "named by the user")
        if target.declared is not None:
            self._declare(policy, target.declared)
        if policy.policy_id not in self._progress:  # http and https name one policy
            yield from self._list_policy(self._begin(policy))

    async def take_policy(self, policy: Policy, pages: dict[str, CdxPage]) -> AsyncIterator[Any]:
        """Store what was listed on the way to a policy, list the rest, then begin to fetch."""
        if policy.policy_id in self._progress:  # named by its URL, too
            return
        progress = self._begin(policy)
        only = self.settings.getbool("POLICYLAPSE_DISCOVER")
        for url in one_line_of_urls(self.job.store.policy_urls(policy)):
            page = pages.get(surt(url))
            if page is None or (page.resume_key and self.job.period != Period()):
                requests = [] if only else list(self._list_url(url, progress))
            else:
                inside = tuple(c for c in page.captures if c.captured_at in self.job.period)
                self._store_page(replace(page, captures=inside), url, policy, ListingPlan())
                goes_on = bool(page.resume_key) and not only
                progress.listings += goes_on
                requests = [self._next_page(page, url, ListingPlan(), progress)] if goes_on else []
            for request in requests:
                yield request
        if not only:
            async for found in self._advance(progress):
                yield found

    def _declare(self, policy: Policy, declared: Declared) -> None:
        self.job.store.declare(policy, declared)
        for note in declared.notes:
            logger.warning("%s", note)

    def _begin(self, policy: Policy) -> Progress:
        if policy.policy_id not in self._progress:
            search = Search(self.job, policy, self.run_id, partial(self.crawler.stats.inc_value, "policylapse/reused"))
            self._progress[policy.policy_id] = Progress(policy, search)
        return self._progress[policy.policy_id]

    def _list_policy(self, progress: Progress) -> Iterator[Request]:
        for url in one_line_of_urls(self.job.store.policy_urls(progress.policy)):
            yield from self._list_url(url, progress)

    def _list_url(self, url: str, progress: Progress) -> Iterator[Request]:
        job = self.job
        fresh = job.archive.root is not None  # files on this machine are read anew: it costs nothing
        plan = ListingPlan() if fresh else job.store.listing_plan(progress.policy, job.archive.name, url, job.period)
        if plan.known is not None:
            self.record(plan.known, url, plan.why, progress.policy)
            return
        progress.listings += 1
        yield self.listing_request(url, self.parse_listing, self.listing_failed, plan, progress=progress)

    async def parse_listing(
        self, response: Response, url: str, plan: ListingPlan, progress: Progress
    ) -> AsyncIterator[Any]:
        """Store the rows of one index answer; ask for the next page, or begin to fetch."""
        page, outcome, detail = self.read_index(response, url)
        if page is None:
            self._listing_flawed(url, progress.policy, outcome or Outcome.LISTING_FAILED, detail)
        else:
            self._store_page(page, url, progress.policy, plan)
            if self._goes_on(page, url, progress):
                yield self._next_page(page, url, plan, progress)
                return
            if not page.captures and plan == ListingPlan():
                self._nothing_listed(url, progress.policy)
        progress.listings -= 1
        progress.stale = True
        async for found in self._advance(progress):
            yield found

    def _goes_on(self, page: CdxPage, url: str, progress: Progress) -> bool:
        """Tell whether there is a next page; an index that gives a resume key twice would never end."""
        key = f"{url} {page.resume_key}"
        if page.resume_key and key in progress.resume_keys:
            detail = "the index gives the same resume key again; the listing may lack rows"
            self.record(Outcome.LISTING_FAILED, url, detail, progress.policy)
            return False
        progress.resume_keys.add(key)
        return bool(page.resume_key)

    def _next_page(self, page: CdxPage, url: str, plan: ListingPlan, progress: Progress) -> Request:
        plan = replace(plan, resume_key=page.resume_key)
        return self.listing_request(url, self.parse_listing, self.listing_failed, plan, progress=progress)

    def _store_page(self, page: CdxPage, url: str, policy: Policy, plan: ListingPlan) -> None:
        job = self.job
        citations = tuple(citation_url(c.timestamp, c.original, job.archive.citation) for c in page.captures)
        listing = Listing(policy, job.archive.name, url, job.period, page.captures, citations)
        listing = replace(listing, broken=page.broken, resume_key=page.resume_key, asked_from=plan.asked_from)
        job.store.save_listing(self.run_id, listing)
        self.crawler.stats.inc_value("policylapse/listed", len(page.captures))

    def _listing_flawed(self, url: str, policy: Policy, outcome: Outcome, detail: str) -> None:
        """Record a listing that brought nothing, in the store's listings and for the person."""
        listing = Listing(policy, self.job.archive.name, url, self.job.period, (), (), outcome, detail)
        self.job.store.save_listing(self.run_id, listing)
        self.record(outcome, url, detail, policy)

    def _nothing_listed(self, url: str, policy: Policy) -> None:
        period = self.job.period
        if self.job.store.captures(policy, self.job.archive.name, period, limit=1):
            return  # another of its URLs has captures
        bounded = period.since is not None or period.until is not None
        self.record(Outcome.EMPTY if bounded else Outcome.NOT_ARCHIVED, url, "the index has no captures of it", policy)

    async def listing_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Record that an index could not be asked, and go on with what is known."""
        context = failure.request.cb_kwargs  # type: ignore[attr-defined]
        if self.turned_away(failure):
            return
        outcome, detail = self.failed(failure)
        outcome = Outcome.LISTING_FAILED if outcome is Outcome.PLAYBACK_FAILED else outcome
        progress: Progress = context["progress"]
        self._listing_flawed(context["url"], progress.policy, outcome, detail)
        progress.listings -= 1
        async for found in self._advance(progress):
            yield found

    # fetching

    async def _advance(self, progress: Progress) -> AsyncIterator[Any]:
        """Yield what comes next for a policy: what was kept and not read, then requests as the search wants them."""
        if progress.listings:
            return
        if self.settings.getbool("POLICYLAPSE_PLAN"):
            self._plan(progress)
            return
        if not progress.caught_up:
            progress.caught_up = True
            async for item in self._read_unread(progress):
                yield item
        for request in self._requests(progress):
            yield request

    def _plan(self, progress: Progress) -> None:
        expected = progress.search.forecast()
        for name, number in (("low", expected.low), ("high", expected.high)):
            self.crawler.stats.inc_value(f"policylapse/planned_{name}", number + expected.redirects)

    def _requests(self, progress: Progress) -> Iterator[Request]:
        """Yield requests up to the window."""
        if self.stopped_by_archive or self.limited or self.store_error:
            return
        if progress.stale:
            progress.search.reload()
            progress.stale = False
        while progress.in_flight < WINDOW:
            if not progress.queue:
                progress.queue.extend(progress.search.next())
            if not progress.queue:
                return
            some = [progress.queue.popleft() for _ in range(min(WINDOW - progress.in_flight, len(progress.queue)))]
            listed = self.job.store.listed([wanted.capture_id for wanted in some])
            for wanted, capture in zip(some, listed, strict=True):
                progress.in_flight += 1
                yield self._memento_request(capture, progress, wanted.level)

    def idle(self) -> None:
        """When all else is done: ask what has waited for another policy's answer; then once more for what failed, as
        a capture's first load is slow and then it is cached.
        """
        if self.stopped_by_archive or self.store_error or self.limited or self._only_asks:
            return
        rounds = [self._ask_waiting]
        if not self._second_pass:
            rounds.append(self._ask_again)
        if any(ask() for ask in rounds):
            raise DontCloseSpider

    @property
    def _only_asks(self) -> bool:
        return self.settings.getbool("POLICYLAPSE_PLAN") or self.settings.getbool("POLICYLAPSE_DISCOVER")

    def _ask_waiting(self) -> bool:
        waiting = [progress for progress in self._progress.values() if progress.search.waiting]
        asked = self._ask(waiting)
        for progress in waiting if not asked else ():
            progress.search.give_up()
        return asked or self._ask(waiting)

    def _ask_again(self) -> bool:
        self._second_pass = True
        return self._ask([progress for progress in self._progress.values() if progress.search.retry()])

    def _ask(self, some: Iterable[Progress]) -> bool:
        """Send what these policies' searches want now; return whether that was anything."""
        asked = False
        for progress in some:
            for request in self._requests(progress):
                self.crawler.engine.crawl(request)  # type: ignore[union-attr]
                asked = True
        return asked

    def _memento_request(self, listed: ListedCapture, progress: Progress, level: int) -> Request:
        archive = self.job.archive
        return Request(
            archive.memento_url(listed.capture),
            callback=self.parse_memento,
            errback=self.memento_failed,
            cb_kwargs={"listed": listed, "progress": progress},
            meta={
                "endpoint": PLAYBACK,
                "download_slot": archive.slot(PLAYBACK),
                "captured_at": listed.capture.captured_at,
                "digest": listed.capture.digest,
            },
            priority=-level,  # the first versions of every site before the details of any
            dont_filter=True,
        )

    async def parse_memento(self, response: Response, listed: ListedCapture, progress: Progress) -> AsyncIterator[Any]:
        """Keep what came, then read it, then go on."""
        playback, search = response.meta["playback"], progress.search
        stray = stray_outcome(listed.capture, playback)
        if stray is not None:
            self._settle(progress, listed, *stray, response.url)
        elif playback.answer in (Answer.MEMENTO, Answer.REDIRECT):
            memento, flaw = memento_of(response, playback.memento_at)
            self.crawler.stats.inc_value("policylapse/fetched")
            if playback.answer is Answer.REDIRECT:
                async for found in self._redirected(listed, memento, playback.location, progress):
                    yield found
            elif flaw or not memento.body:
                outcome = Outcome.UNDECODABLE if flaw else Outcome.NOT_A_POLICY
                self.job.store.keep(listed, memento, outcome, flaw or "empty page")
                search.answered(listed.capture_id, outcome)
            else:
                self.job.store.keep(listed, memento, Outcome.FETCHED)
                search.kept(listed)
                item = await self._read(progress, listed, memento)
                if item is not None:
                    yield item
        else:
            self._not_a_memento(response, listed, progress, playback.answer)
        progress.in_flight -= 1
        async for found in self._advance(progress):
            yield found

    async def _read(self, progress: Progress, listed: ListedCapture, memento: Memento) -> Any:
        """Return the item of a payload, None where it was read before."""
        job, search = self.job, progress.search
        known = job.store.known_reading(progress.policy, listed.capture_id, job.reader.extractor)
        if known is not None:
            search.answered(listed.capture_id, *known)
            return None
        capture = listed.capture
        reading = await job.reader.read(
            memento.body, memento.headers, capture.original, capture.captured_at, memento.status,
            job.store.hints(progress.policy, listed.capture_id),
        )  # fmt: skip
        search.answered(listed.capture_id, reading.outcome, reading.wording)
        what = reading.detail or f"{reading.words} words"
        logger.info("%s %s: %s (%s)", capture.timestamp, capture.original, reading.outcome.value, what)
        return ReadCapture(progress.policy, listed.capture_id, reading)

    async def _read_unread(self, progress: Progress) -> AsyncIterator[Any]:
        """Read what is kept but was not read by this extractor: left by a run that was killed, or by an older one."""
        job = self.job
        unread = job.store.unread(progress.policy, job.reader.extractor)
        async for kept, reading in job.reader.read_kept(unread, job.store.payload):
            progress.search.answered(kept.capture_id, reading.outcome, reading.wording)
            yield ReadCapture(progress.policy, kept.capture_id, reading)

    async def _redirected(
        self, listed: ListedCapture, memento: Memento, location: str, progress: Progress
    ) -> AsyncIterator[Any]:
        """Keep an archived redirect; where it leads to another page of the same company, the policy has moved."""
        target, why_not = lineage_target(listed.capture.original, location)
        known = one_line_of_urls(self.job.store.policy_urls(progress.policy))
        if not target or surt(target) in map(surt, known) or len(known) >= MAX_POLICY_URLS:
            if target and surt(target) not in map(surt, known):
                target, why_not = "", f"to {target}: not followed, the policy has {MAX_POLICY_URLS} URLs already"
            for request in self._keep_redirect(listed, memento, location, progress, target, why_not):
                yield request
            return

        async def judged(why: str) -> AsyncIterator[Any]:
            progress.listings -= 1
            whose = (
                f"to {target}: another company's, for all that is known; not followed (crawl it by url= if it is not)"
            )
            kept = (target, "") if why else ("", whose)
            for request in self._keep_redirect(listed, memento, location, progress, *kept):
                yield request
            async for found in self._advance(progress):
                yield found

        progress.listings += 1  # nothing else is asked for this policy meanwhile
        async for found in self.judge_redirect(progress.policy, listed.capture, target, judged):
            yield found

    def _keep_redirect(
        self, listed: ListedCapture, memento: Memento, location: str, progress: Progress, target: str, why_not: str
    ) -> Iterator[Request]:
        progress.search.answered(listed.capture_id, Outcome.REDIRECT, target=location)
        detail = why_not or f"to {target}"
        if self.job.store.keep_redirect(listed, memento, detail, location, progress.policy, target):
            yield from self._list_url(target, progress)

    def _not_a_memento(self, response: Response, listed: ListedCapture, progress: Progress, answer: Answer) -> None:
        outcome = OUTCOMES[answer]
        detail = f"the archive answered HTTP {response.status}"
        if answer is Answer.ARCHIVED_ERROR:
            detail = f"HTTP {response.status}"
        elif answer is Answer.MOVED_ON:
            detail = f"the archive sends to {response.meta['playback'].location}"
        elif answer is Answer.RATE_LIMITED:
            self.stop()
        self._settle_or_put_off(progress, listed, outcome, detail, response.url)

    def _settle_or_put_off(
        self, progress: Progress, listed: ListedCapture, outcome: Outcome, detail: str, memento_url: str
    ) -> None:
        if outcome is Outcome.PLAYBACK_FAILED and not self._second_pass:
            progress.search.put_off(listed.capture_id)  # it stays pending, should the run be killed
        else:
            self._settle(progress, listed, outcome, detail, memento_url)

    def _settle(
        self, progress: Progress, listed: ListedCapture, outcome: Outcome, detail: str, memento_url: str
    ) -> None:
        self.settle(progress.policy, listed, outcome, detail, memento_url)
        progress.search.answered(listed.capture_id, outcome)

    async def memento_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Record that a capture could not be fetched, and go on."""
        context = failure.request.cb_kwargs  # type: ignore[attr-defined]
        progress: Progress = context["progress"]
        if not self.turned_away(failure):
            outcome, detail = self.failed(failure)
            self._settle_or_put_off(progress, context["listed"], outcome, detail, failure.request.url)  # type: ignore[attr-defined]
        progress.in_flight -= 1
        async for found in self._advance(progress):
            yield found
