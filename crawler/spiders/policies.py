"""The main job: from sites to the captures of their policies, fetched, kept and read. One spider, out of parts.

    Target ──taking──► policy ──listing──► rows ──advancing──► wanted ──fetching──► kept raw ──reading──► item
               │                  ▲                  ▲            │         └─ a redirect ──following──┐
               └──discovering─────┘                  └── wakes ───┴── waits.py: who waits for what ◄───┘
                      └── inquiring: rounds of asks

Each part is handed what it needs and knows no part above it (tests/contracts.toml): what comes next for a policy is
called by its wake, `PolicyWork.go_on`. Shared by all: `CurrentRun` (what is recorded, why the run ends), `Asker` (requests, failures),
`Ledger` (each capture is requested once), `Waits`. Of the store, each part names the shelves it uses by a Protocol of its own.

The spider holds no knowledge that is not in the store but which requests are under way: kill it anywhere, run it
again, and it goes on. What an answer *is* is decided in crawler/asking/playback.py, what to ask for next in
crawler/choosing/strategies.py, what is kept in the store.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from scrapy import Spider, signals
from scrapy.exceptions import DontCloseSpider

from crawler.archives.capture import Outcome, Policy
from crawler.archives.errors import StoreError
from crawler.archives.table import CDX, PLAYBACK
from crawler.asking.crawl_list import CrawlList
from crawler.options import OPTIONS, Mode, options_of
from crawler.spiders.advancing import Advancer
from crawler.spiders.asking import Asker
from crawler.spiders.discovering import Discoverer
from crawler.spiders.fetching import Fetcher
from crawler.spiders.filling import Filler
from crawler.spiders.following import Follower
from crawler.spiders.inquiring import Inquirer
from crawler.spiders.job import Job, open_job, user_agent
from crawler.spiders.listing import Lister
from crawler.spiders.reading import PolicyReading
from crawler.spiders.state.current_run import OUR_FAULTS, CurrentRun
from crawler.spiders.state.ledger import Ledger
from crawler.spiders.state.policy_search import Search
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.waits import Waits
from crawler.spiders.taking import Taker
from crawler.targets.lists import BadLine

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings


class PoliciesSpider(Spider):
    """Puts the parts together; starts them, lets them go on when all is idle, and knows when the run has ended."""

    name = "policies"

    def __init__(self, job: Job, run: CurrentRun, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job, self.run = job, run
        store, options, waits, ledger = job.store, job.options, Waits(), Ledger()
        self._asker = asker = Asker(run, options)
        crawl_list = CrawlList(options.state.expanduser())
        lister = Lister(run, asker, waits, store, job.archive, job.period, crawl_list)
        inquirer = Inquirer(run, asker, waits, ledger, store, job.reader, job.archive)
        discoverer = Discoverer(run, inquirer, waits, store, options)
        reading = PolicyReading(store, job.reader, all_policies=options.all_policies)
        follower = Follower(lister, discoverer, store, job.period)
        fetcher = Fetcher(run, asker, waits, ledger, store, reading, follower)
        filler, extractor = Filler(lister, store, options), job.reader.extractor
        self._advancer = Advancer(run, waits, ledger, store, options, extractor, fetcher, follower, reading, filler)
        self._taker = Taker(lister, discoverer, self._advancer, store, options)

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        options = options_of(settings)
        settings.set("USER_AGENT", user_agent(settings), priority="spider")
        settings.set("CLOSESPIDER_TIMEOUT", options.max_minutes * 60, priority="spider")  # ends after what is in flight
        slots = {  # the gates hold the budgets
            archive.slot(endpoint): {"concurrency": archive.concurrency, "delay": 0}
            for archive in options.archives
            for endpoint in (CDX, PLAYBACK)
        }
        settings.set("DOWNLOAD_SLOTS", slots, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, job: Job | None = None, **arguments: str) -> Self:
        if job is None:  # nobody ran crawler.run: `CrawlerProcess(…).crawl("policies", site="…")`
            options = options_of(crawler.settings, arguments)
            crawler.settings.set(OPTIONS, options, priority="cmdline")
            job = open_job(crawler.settings, options)
        run = CurrentRun(job.store, crawler, job.options)
        spider = super().from_crawler(crawler, job, run)
        crawler.signals.connect(run.opened, signal=signals.spider_opened)
        crawler.signals.connect(run.broken, signal=signals.spider_error)
        crawler.signals.connect(run.broken, signal=signals.item_error)
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        return spider

    def searches(self) -> list[tuple[Policy, Search]]:
        """Return the policies of this run, each with its search."""
        return [(work.policy, work.search) for work in self._advancer.works]

    def policies(self) -> list[Policy]:
        """Return the policies of this run."""
        return [work.policy for work in self._advancer.works]

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the listing of every target, one after the other as the engine takes them."""
        job, run = self.job, self.run
        program = self.settings["USER_AGENT"].split(" ")[0]
        try:
            run.begin(
                program=program,
                archive=job.archive.name,
                strategy=job.strategy.value,
                arguments=job.options.arguments
                | ({} if job.options.mode is Mode.CRAWL else {"mode": job.options.mode.value}),
            )
            for target in job.targets:
                if isinstance(target, BadLine):
                    run.record(Outcome.BAD_INPUT, target.where, target.reason)
                    continue
                try:
                    async for found in self._taker.take(target):
                        yield found
                except OUR_FAULTS:
                    raise
                except Exception as error:  # noqa: BLE001 - the other targets go on
                    run.program_error(error, target.url or target.site)
        except StoreError as error:
            run.store_error = str(error)

    def idle(self) -> None:
        """When all else is done: ask what has waited for another answer; then once more for what failed, as a capture's
        first load is slow and then it is cached; then the next archive for what this one has not.
        """
        if self.run.over or self.job.options.mode is not Mode.CRAWL:
            return
        some: list[PolicyWork] = []
        try:
            some = ([] if self.run.ending else self._advancer.left_to_do()) or self._advancer.fall_back()
            for work in some:
                assert self.crawler.engine is not None
                self.crawler.engine.crawl(self._asker.nowhere(self.resumed, work=work))
        except StoreError as error:
            self.run.cannot_go_on(error)
        except Exception as error:  # noqa: BLE001 - Scrapy would log it and end with success
            self.run.program_error(error, "the end of the run")
        if some:
            raise DontCloseSpider

    async def resumed(self, _response: Response, work: PolicyWork) -> AsyncIterator[Any]:
        """Go on with a policy."""
        async for found in work.go_on():
            yield found
