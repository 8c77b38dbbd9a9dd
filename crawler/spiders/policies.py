"""The main job: from sites to the captures of their policies, fetched, kept and read.

    start ─► listing ─► choose ─► memento ─► kept ─► read (process pool) ─► item ─► choose again …

The spider holds no knowledge that is not in the store but which requests are under way: kill it anywhere, run it
again, and it goes on. Duties: it makes requests and yields items; what an answer *is* is decided in
crawler/asking/playback.py, what to ask for next in crawler/choosing/strategies.py, what is kept in the store.

A capture is requested once a run, and once more in the second pass if it failed in passing: before each request the
spider looks into the store and into the run's ledger (crawler/spiders/ledger.py), whichever policy or inquiry wants it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from scrapy import Request, signals
from scrapy.exceptions import DontCloseSpider

from crawler.archives.capture import Capture, ListedCapture, Memento, Outcome, Period, Policy, ReadCapture
from crawler.archives.dialects import PLAYBACK
from crawler.archives.errors import StoreError
from crawler.archives.memento import Answer, stray_outcome
from crawler.archives.surt import surt
from crawler.asking.playback import NOWHERE, memento_of
from crawler.discovery.companies import lineage_target, one_line_of_urls
from crawler.spiders.base import OUR_FAULTS, OUTCOMES
from crawler.spiders.listings import ListingSpider, Progress
from crawler.spiders.policy_search import Search
from crawler.targets.lists import BadLine

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.archives.cdx import CdxPage
    from crawler.targets.declarations import Declared
    from crawler.targets.targets import Target

logger = logging.getLogger(__name__)

WINDOW = 16  # mementos of one policy under way at once: enough to keep connections and readers busy
MAX_POLICY_URLS = 8  # URLs that archived redirects may add to one policy

Note = Callable[[str, str, "CdxPage | None"], Iterator[Request]]  # is told (why not, URL, its listing's first page)


class PoliciesSpider(ListingSpider):
    name = "policies"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._progress: dict[int, Progress] = {}
        self._held: set[int] = set()  # digests whose payload is in the store, for all searches
        self._sent, self._sent_when_idle = 0, -1  # mementos
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

    # targets

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the listing of every target, one after the other as the engine takes them."""
        try:
            self._begin_run()
            for target in self.job.targets:
                if isinstance(target, BadLine):
                    self.record(Outcome.BAD_INPUT, target.where, target.reason)
                    continue
                try:
                    async for found in self._begin_target(target):
                        yield found
                except OUR_FAULTS:
                    raise
                except Exception as error:  # noqa: BLE001 - the other targets go on
                    self.program_error(error, target.url or target.site)
        except StoreError as error:
            self.store_error = str(error)

    def _begin_run(self) -> None:
        job = self.job
        self.run_id = job.store.begin_run(
            program=self.settings["USER_AGENT"].split(" ")[0], archive=job.archive.name,
            strategy=job.strategy.value, arguments=job.arguments,
        )  # fmt: skip

    async def _begin_target(self, target: Target) -> AsyncIterator[Any]:
        if not target.url:
            async for found in self.discover_site(target.site):
                yield found
            return
        policy = self.job.store.policy(target.site, target.url, "named by the user", target.part)
        if target.declared is not None:
            self._declare(policy, target.declared)
        if policy.policy_id in self._progress:  # http and https name one policy
            return
        progress = self._begin(policy)
        for url in one_line_of_urls(self.job.store.policy_urls(policy)):
            for request in self.list_url(url, progress):
                yield request
        async for found in self.advance(progress):  # its listing may have been another policy's, and have ended
            yield found

    async def take_policy(self, policy: Policy, pages: Mapping[str, CdxPage]) -> AsyncIterator[Any]:
        """Store what was listed on the way to a policy, list the rest, then begin to fetch."""
        if policy.policy_id in self._progress:  # named by its URL, too
            return
        progress = self._begin(policy)
        only = self.settings.getbool("POLICYLAPSE_DISCOVER")
        for url in one_line_of_urls(self.job.store.policy_urls(policy)):
            page = self._of_period(pages.get(surt(url)))
            if page is None and only:
                continue
            for request in self.list_url(url, progress, page):
                if not only:
                    yield request
        if not only:
            async for found in self.advance(progress):
                yield found

    def _of_period(self, page: CdxPage | None) -> CdxPage | None:
        """What a whole listing's first page says of the run's period; None where there may be more to it."""
        if page is None or (page.resume_key and self.job.period != Period()):
            return None
        return replace(page, captures=tuple(c for c in page.captures if c.captured_at in self.job.period))

    def _declare(self, policy: Policy, declared: Declared) -> None:
        self.job.store.declare(policy, declared)
        for note in declared.notes:
            logger.warning("%s", note)

    def _begin(self, policy: Policy) -> Progress:
        if policy.policy_id not in self._progress:
            reused = partial(self.crawler.stats.inc_value, "policylapse/reused")
            search = Search(self.job, policy, self.run_id, reused, self._held)
            self._progress[policy.policy_id] = Progress(policy, search)
        return self._progress[policy.policy_id]

    # what next

    async def advance(self, progress: Progress) -> AsyncIterator[Any]:
        """Yield what comes next for a policy: what was kept and not read, then requests as the search wants them.

        Nothing comes while a listing is under way. A failure of ours ends the policy for this run, and no other.
        """
        if progress.listings or progress.failed or self.ending:
            return
        try:
            async for found in self._next_of(progress):
                yield found
        except OUR_FAULTS:
            raise
        except Exception as error:  # noqa: BLE001 - the other policies go on
            progress.failed = True
            self.program_error(error, progress.policy.url, progress.policy)

    async def _next_of(self, progress: Progress) -> AsyncIterator[Any]:
        if self.settings.getbool("POLICYLAPSE_PLAN"):
            self._plan_requests(progress)
            return
        if not progress.caught_up:
            progress.caught_up = True
            async for item in self._read_unread(progress):
                yield item
        if progress.stale:
            progress.stale = False
            progress.search.reload()
        async for found in self._follow_known(progress):
            yield found
        async for found in self._fill_window(progress):
            yield found
        if not progress.in_flight:
            async for item in self._read_unread(progress):  # what another policy brought, by this one's declaration
                yield item
            async for item in self._read_parts(progress):
                yield item

    async def _fill_window(self, progress: Progress) -> AsyncIterator[Any]:
        """Yield requests up to the window."""
        while progress.in_flight < WINDOW and not (progress.listings or self.ending):
            if not progress.queue:
                wanted = progress.search.step()
                if wanted is None:  # it may go on for long without a request: let a signal be heard
                    await asyncio.sleep(0)
                    continue
                progress.queue.extend(wanted)
            if not progress.queue:
                return
            some = [progress.queue.popleft() for _ in range(min(WINDOW - progress.in_flight, len(progress.queue)))]
            listed = self.job.store.listed([one.capture_id for one in some])
            for one, capture in zip(some, listed, strict=True):
                async for found in self._get(capture, progress, one.level):
                    yield found

    def _plan_requests(self, progress: Progress) -> None:
        if progress.planned:
            return
        progress.planned = True
        expected = progress.search.forecast()
        for name, number in (("low", expected.low), ("high", expected.high)):
            self.crawler.stats.inc_value(f"policylapse/planned_{name}", number + expected.redirects)

    async def _get(self, listed: ListedCapture, progress: Progress, level: int) -> AsyncIterator[Any]:
        """Yield the request for a capture, or what the store has of it by now, or nothing while another brings it."""
        search, number, ledger = progress.search, listed.capture_id, self.ledger
        if listed.outcome.settled:
            async for item in self._guarded(self._have(listed, progress), listed, progress):
                yield item
        elif listed.not_before is not None and listed.not_before > datetime.now(UTC):  # failed just now, for another
            search.pass_over(number)
        elif search.can_reuse(listed):
            search.reuse([number])
        elif (holder := ledger.holder(number, search.digest_of(listed))) is not None:
            ledger.wait(holder, partial(self._resume, progress, number))
        elif not ledger.take(number, search.digest_of(listed), rounds=1 + self._second_pass):
            (search.pass_over if self._second_pass else search.put_off)(number)
        else:
            progress.in_flight += 1
            self._sent += 1
            yield self._memento_request(listed, progress, level)

    async def _resume(self, progress: Progress, number: int) -> AsyncIterator[Any]:
        """Another policy's answer is known: choose again, with what it tells."""
        progress.search.hand_back(number)
        async for found in self.advance(progress):
            yield found

    async def _have(self, listed: ListedCapture, progress: Progress) -> AsyncIterator[Any]:
        """Note what became of a capture that another policy, or an inquiry, has fetched meanwhile."""
        self.crawler.stats.inc_value("policylapse/reused")
        if listed.outcome in (Outcome.FETCHED, Outcome.REVISIT):
            body, headers, status = self.job.store.kept_page(listed.capture_id)
            item = await self._read(progress, listed, body, headers, status)
            if item is not None:
                yield item
        else:
            progress.search.answered(listed.capture_id, listed.outcome, target=listed.redirect_url)

    async def _guarded(
        self, answer: AsyncIterator[Any], listed: ListedCapture, progress: Progress
    ) -> AsyncIterator[Any]:
        """Let a failure of ours be the outcome of its capture: the policy's others go on."""
        try:
            async for found in answer:
                yield found
        except OUR_FAULTS:
            raise
        except Exception as error:  # noqa: BLE001
            progress.search.pass_over(listed.capture_id)
            self.program_error(error, f"{listed.capture.original} of {listed.capture.timestamp}", progress.policy)

    # when nothing is under way

    def idle(self) -> None:
        """When all else is done: ask what has waited for another answer; then once more for what failed, as a capture's
        first load is slow and then it is cached.
        """
        if self.ending or self.settings.getbool("POLICYLAPSE_PLAN") or self.settings.getbool("POLICYLAPSE_DISCOVER"):
            return
        some: list[Progress] = []
        try:
            some = self._left_to_do()
            for progress in some:
                self.crawler.engine.crawl(self._resuming_request(progress))  # type: ignore[union-attr]
        except StoreError as error:
            self.cannot_go_on(error)
        except Exception as error:  # noqa: BLE001 - Scrapy would log it and end with success
            self.program_error(error, "the end of the run")
        if some:
            raise DontCloseSpider

    def _left_to_do(self) -> list[Progress]:
        """Return the policies that can go on; empty at the end of the run.

        Each call that returns any was preceded by a new request, or gives something up: so it comes to an end.
        """
        self.ledger.forget_under_way()
        going = [progress for progress in self._progress.values() if not progress.failed]
        some = [progress for progress in going if self._lost(progress)]
        waiting = [progress for progress in going if progress.search.waiting]
        if self._sent == self._sent_when_idle:  # they were let go on before, and nothing came of it
            for progress in waiting:
                progress.search.give_up()
        self._sent_when_idle = self._sent
        some += [progress for progress in waiting if progress not in some]
        if not some and not self._second_pass:
            self._second_pass = True
            some = [progress for progress in going if progress.search.retry()]
        return some

    def _lost(self, progress: Progress) -> bool:
        """Tell whether an answer of a policy was lost: nothing is under way, and yet something is counted as such."""
        lost = progress.listings + progress.in_flight
        if lost:
            progress.listings = progress.in_flight = 0
            error = RuntimeError(f"{lost} answers never came")
            self.program_error(error, progress.policy.url, progress.policy)
        return bool(lost)

    def _resuming_request(self, progress: Progress) -> Request:
        """A request that never leaves (crawler/asking/playback.py): from its callback, the policy goes on."""
        return Request(
            "policylapse://resume", self.resumed, cb_kwargs={"progress": progress}, meta={"endpoint": NOWHERE},
            dont_filter=True,
        )  # fmt: skip

    async def resumed(self, _response: Response, progress: Progress) -> AsyncIterator[Any]:
        """Go on with a policy."""
        async for found in self.advance(progress):
            yield found

    # fetching

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
                "capture": listed.capture_id,
                "policy": progress.policy.policy_id,
            },
            priority=-level,  # the first versions of every site before the details of any
            dont_filter=True,
        )

    async def parse_memento(self, response: Response, listed: ListedCapture, progress: Progress) -> AsyncIterator[Any]:
        """Keep what came, then read it, then go on."""
        async for found in self._answered_with(self._took(response, listed, progress), listed, progress):
            yield found

    async def memento_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Record that a capture could not be fetched, and go on."""
        context = failure.request.cb_kwargs  # type: ignore[attr-defined]
        listed, progress = context["listed"], context["progress"]
        async for found in self._answered_with(self._missed(failure, listed, progress), listed, progress):
            yield found

    async def _answered_with(
        self, answer: AsyncIterator[Any], listed: ListedCapture, progress: Progress
    ) -> AsyncIterator[Any]:
        """Yield what an answer brings, then what comes next, for this policy and for those that waited for it."""
        woken = []
        try:
            async for found in self._guarded(answer, listed, progress):
                yield found
        finally:  # whatever happened
            progress.in_flight -= 1
            woken = self.ledger.give_back(listed.capture_id)
        async for found in self.advance(progress):
            yield found
        for wake in woken:
            async for found in wake():
                yield found

    async def _took(self, response: Response, listed: ListedCapture, progress: Progress) -> AsyncIterator[Any]:
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
                item = await self._read(progress, listed, memento.body, memento.headers, memento.status)
                if item is not None:
                    yield item
        else:
            self._not_a_memento(response, listed, progress, playback.answer)

    async def _missed(self, failure: Failure, listed: ListedCapture, progress: Progress) -> AsyncIterator[Any]:
        if not self.turned_away(failure):
            outcome, detail = self.failed(failure)
            if outcome is Outcome.PROGRAM_ERROR:
                raise failure.value
            self._settle_or_put_off(progress, listed, outcome, detail, failure.request.url)  # type: ignore[attr-defined]
        for nothing in ():
            yield nothing

    async def _read(
        self, progress: Progress, listed: ListedCapture, body: bytes, headers: Mapping[str, str], status: int
    ) -> Any:
        """Return the item of a payload, None where it was read before."""
        job, search = self.job, progress.search
        known = job.store.known_reading(progress.policy, listed.capture_id, job.reader.extractor)
        if known is not None:
            search.answered(listed.capture_id, *known)
            return None
        capture = listed.capture
        progress.tried.add(listed.capture_id)
        reading = await job.reader.read(
            body, headers, capture.original, capture.captured_at, status,
            job.store.hints(progress.policy, listed.capture_id),
        )  # fmt: skip
        search.answered(listed.capture_id, reading.outcome, reading.wording)
        self._note_parts(progress, reading)
        what = reading.detail or f"{reading.words} words"
        logger.debug("%s %s: %s (%s)", capture.timestamp, capture.original, reading.outcome.value, what)
        return ReadCapture(progress.policy, listed.capture_id, reading)

    async def _read_unread(self, progress: Progress) -> AsyncIterator[Any]:
        """Read what is kept but was not read by this extractor: left by a run that was killed, or by an older one."""
        job = self.job
        left = job.store.unread(progress.policy, job.reader.extractor)
        unread = [one for one in left if one.capture_id not in progress.tried]
        progress.tried |= {one.capture_id for one in unread}
        async for kept, reading in job.reader.read_kept(unread, job.store.payload):
            progress.search.answered(kept.capture_id, reading.outcome, reading.wording)
            self._note_parts(progress, reading)
            yield ReadCapture(progress.policy, kept.capture_id, reading)

    def _note_parts(self, progress: Progress, reading: Any) -> None:
        """With all_policies, the other documents of a page are policies, too: one of each kind."""
        if self.job.all_policies and not progress.policy.part and reading.extraction is not None:
            progress.parts |= set(reading.extraction.other_kinds)

    async def _read_parts(self, progress: Progress) -> AsyncIterator[Any]:
        """Read what is kept of a policy's pages for the other documents that stand on them."""
        for kind in sorted(progress.parts):
            policy = self.job.store.part_policy(progress.policy, kind)
            unread = self.job.store.unread(policy, self.job.reader.extractor)
            async for kept, reading in self.job.reader.read_kept(unread, self.job.store.payload):
                yield ReadCapture(policy, kept.capture_id, reading)

    # redirects

    async def _redirected(
        self, listed: ListedCapture, memento: Memento, location: str, progress: Progress
    ) -> AsyncIterator[Any]:
        """Keep an archived redirect; where it leads to another page of the same company, the policy has moved."""

        def keep(why_not: str, target: str, page: CdxPage | None) -> Iterator[Request]:
            detail = why_not or f"to {target}"
            if self.job.store.keep_redirect(listed, memento, detail, location, progress.policy, target):
                yield from self.list_url(target, progress, page)

        progress.search.answered(listed.capture_id, Outcome.REDIRECT, target=location)
        progress.search.led(location)
        async for found in self._lead(listed, location, progress, keep):
            yield found

    async def _follow_known(self, progress: Progress) -> AsyncIterator[Any]:
        """Follow redirects that were not fetched for this policy in this run: by another one, or by a run that was killed."""
        for number, location in progress.search.new_targets():
            (listed,) = self.job.store.listed([number])

            def add(
                _why_not: str, target: str, page: CdxPage | None, capture: Capture = listed.capture
            ) -> Iterator[Request]:
                evidence = f"archived redirect from {capture.original} on {capture.captured_at:%Y-%m-%d}"
                if target and self.job.store.add_policy_url(progress.policy, target, capture.captured_at, evidence):
                    yield from self.list_url(target, progress, page)

            async for found in self._lead(listed, location, progress, add):
                yield found

    async def _lead(self, listed: ListedCapture, location: str, progress: Progress, note: Note) -> AsyncIterator[Any]:
        """Find out whether a redirect leads to the policy's next URL, and tell `note`, which lists it."""
        target, why_not = lineage_target(listed.capture.original, location)
        known = set(map(surt, self.job.store.policy_urls(progress.policy)))
        if target and surt(target) not in known and len(known) >= MAX_POLICY_URLS:
            target, why_not = "", f"to {target}: not followed, the policy has {MAX_POLICY_URLS} URLs already"
        if not target or surt(target) in known:
            for request in note(why_not, target, None):
                yield request
            return
        whose = f"to {target}: another company's, for all that is known; not followed (crawl it by url= if it is not)"

        async def judged(why: str, pages: Mapping[str, CdxPage]) -> AsyncIterator[Any]:
            progress.listings -= 1
            page = self._of_period(pages.get(surt(target)))
            for request in note("", target, page) if why else note(whose, "", None):
                yield request
            async for found in self.advance(progress):
                yield found

        for request in note(f"to {target}: not known yet whose it is", "", None):  # kept, should the run be killed
            yield request
        progress.listings += 1  # nothing else is asked for this policy meanwhile
        async for found in self.judge_redirect(progress.policy, listed.capture, target, judged):
            yield found

    # what brought no payload

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
