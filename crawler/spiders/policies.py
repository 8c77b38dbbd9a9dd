"""The spider: from sites to the captures of their policies, each fetched, then kept, then read. Here it starts, waits
and ends; the rest is done by its parts (parts.py).

    Target ──taking──► policy ──listing──► rows ──advancing──► wanted ──fetching──► kept raw ──reading──► item
               │                  ▲                  ▲            │         └─ a redirect ──following──┐
               └──discovering─────┘                  └── wakes ───┴── waits.py: who waits for what ◄───┘
                      └── inquiring: rounds of asks

What comes next for a policy is called by its wake, `PolicyWork.go_on`.

The spider holds no knowledge that is not in the store but which requests are under way: kill it anywhere, run it
again, and it goes on. What an answer *is* is decided in crawler/asking/playback.py, what to ask for next in
crawler/choosing/strategies.py, what is kept in the store.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from scrapy import Spider, signals
from scrapy.exceptions import DontCloseSpider

from crawler.archives.errors import StoreError
from crawler.options import Mode
from crawler.spiders.job import Job, job_of, settings_of_job
from crawler.spiders.parts import Parts
from crawler.spiders.state.current_run import CurrentRun
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.works import Works

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings


class PoliciesSpider(Spider):
    """Starts the parts, lets them go on when all is idle, and knows when the run has ended."""

    name = "policies"

    def __init__(self, job: Job, run: CurrentRun, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job, self.run = job, run
        self._parts = Parts(job, run)

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        settings.update(settings_of_job(settings), priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, job: Job | None = None, **arguments: str) -> Self:
        if job is None:  # nobody ran crawler.run: `CrawlerProcess(…).crawl("policies", site="…")`
            job = job_of(crawler.settings, arguments)
        run = CurrentRun(job.store, crawler, job.options)
        spider = super().from_crawler(crawler, job, run)
        crawler.signals.connect(run.opened, signal=signals.spider_opened)
        crawler.signals.connect(run.broken, signal=signals.spider_error)
        crawler.signals.connect(run.broken, signal=signals.item_error)
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        return spider

    @property
    def works(self) -> Works:
        """The policies of this run, each with what is left to do for it."""
        return self._parts.advancer.works

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the listing of every target, one after the other as the engine takes them."""
        try:
            self.run.begin(self.settings["USER_AGENT"].split(" ")[0])
            async for found in self._parts.taker.take_all(self.job.targets):
                yield found
        except StoreError as error:
            self.run.store_error = str(error)

    def idle(self) -> None:
        """When all else is done, go on with who can; the run ends where there is nobody."""
        if not self.run.over:
            self._parts.inquirer.end_lost()
        if self.run.over or self.job.options.mode is not Mode.CRAWL:
            return
        some: list[PolicyWork] = []
        try:
            some = self._parts.advancer.when_idle()
            for work in some:
                assert self.crawler.engine is not None
                self.crawler.engine.crawl(self._parts.asker.nowhere(self.resumed, work=work))
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
