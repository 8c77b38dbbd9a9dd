"""What every spider that asks an archive shares: its job, its requests to the index, and what becomes of failures."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider, signals
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    IgnoreRequest,
)

from crawler.archives.capture import ListedCapture, ListingPlan, Outcome, Policy
from crawler.archives.coding import undo_content_encoding
from crawler.archives.dialects import CDX, PLAYBACK, parse_archive
from crawler.archives.errors import DecodeError, RateLimited, StoreError, UnexpectedArchiveResponse
from crawler.archives.memento import Answer, classify_exclusion
from crawler.archives.warc import DAMAGE_HEADER, read_damages
from crawler.job import Job, open_job
from crawler.playback import plain_headers
from crawler.politeness import gate_of

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from crawler.archives.cdx import CdxPage

logger = logging.getLogger(__name__)

OUTCOMES = {
    Answer.ARCHIVED_ERROR: Outcome.ARCHIVED_ERROR,
    Answer.MOVED_ON: Outcome.DRIFTED,
    Answer.EXCLUDED: Outcome.EXCLUDED,
    Answer.EXCLUDED_ROBOTS: Outcome.EXCLUDED_ROBOTS,
    Answer.NOT_ARCHIVED: Outcome.UNPLAYABLE,
    Answer.RATE_LIMITED: Outcome.RATE_LIMITED,
    Answer.TRANSIENT: Outcome.PLAYBACK_FAILED,
    Answer.NO_MEMENTO: Outcome.PLAYBACK_FAILED,
}


EVERYTHING = ListingPlan()


class ArchiveSpider(Spider):
    """A spider with a job (crawler.job), a run in the store, and manners towards the archive."""

    def __init__(self, job: Job, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job = job
        self.run_id = 0
        self.stopped_by_archive = ""
        self.store_error = ""
        self.limited = ""
        self._damage_told = False

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        archive = parse_archive(settings["POLICYLAPSE_ARCHIVE"])
        agent, contact = settings["USER_AGENT"], settings["POLICYLAPSE_CONTACT"]
        settings.set("USER_AGENT", f"{agent} {contact or 'no contact given'}", priority="spider")
        minutes = settings.getfloat("POLICYLAPSE_MAX_MINUTES")
        settings.set("CLOSESPIDER_TIMEOUT", minutes * 60, priority="spider")  # ends after what is in flight
        slot = {"concurrency": archive.concurrency, "delay": 0}  # the gate holds the budget
        settings.set("DOWNLOAD_SLOTS", {archive.slot(e): slot for e in (CDX, PLAYBACK)}, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, job: Job | None = None, **arguments: str) -> Self:
        spider = super().from_crawler(crawler, job or open_job(crawler.settings, arguments))
        crawler.signals.connect(spider.broken, signal=signals.spider_error)
        crawler.signals.connect(spider.broken, signal=signals.item_error)
        return spider

    def listing_request(
        self, url: str, callback: Any, errback: Any, plan: ListingPlan = EVERYTHING, **context: Any
    ) -> Request:
        """Return the request for one page of an index.

        :param plan: what is left to ask for; handed on to the callback.
        """
        archive, period = self.job.archive, self.job.period
        since = plan.asked_from or period.since
        return Request(
            archive.listing_url(url, since=since, until=period.until, resume_key=plan.resume_key),
            callback=callback,
            errback=errback,
            cb_kwargs={"url": url, "plan": plan, **context},
            meta={"endpoint": CDX, "download_slot": archive.slot(CDX)},
            priority=10,  # know what there is before fetching it
            dont_filter=True,
        )

    def read_index(self, response: Response) -> tuple[CdxPage | None, Outcome | None, str]:
        """Return (page, None, "") of an index answer, or (None, what it is instead, detail)."""
        headers = plain_headers(response)
        try:
            body, _notes = undo_content_encoding(response.body, headers)
            not_a_page = self._not_a_page(response.status, headers, body)
            return (None, *not_a_page) if not_a_page else (self.job.archive.read_listing(body), None, "")
        except (UnexpectedArchiveResponse, DecodeError) as error:
            return None, Outcome.LISTING_FAILED, str(error)

    def _not_a_page(self, status: int, headers: dict[str, str], body: bytes) -> tuple[Outcome, str] | None:
        if headers.get(DAMAGE_HEADER) and not self._damage_told:
            self._damage_told = True
            for damage in read_damages(headers[DAMAGE_HEADER]):
                self.record(Outcome.DAMAGED_ARCHIVE, str(self.job.archive.root), damage)
        exclusion = classify_exclusion(status, headers, body)
        if exclusion is not None:
            return OUTCOMES[exclusion], body[:200].decode("utf-8", "replace")
        if status == 429:
            self.stop()
            return Outcome.RATE_LIMITED, "HTTP 429"
        if status == 404:
            return Outcome.NOT_ARCHIVED, "the index knows no capture of it"
        return (Outcome.LISTING_FAILED, f"the index answered HTTP {status}") if status != 200 else None

    # outcomes

    def failed(self, failure: Failure) -> tuple[Outcome, str]:
        """Name what a failed download is; a refused connection stops the run."""
        error = failure.value
        if failure.check(DownloadConnectionRefusedError):
            self.stop()
            return Outcome.RATE_LIMITED, "connection refused"
        if failure.check(RateLimited):
            self.stop()
            return Outcome.RATE_LIMITED, str(error)
        if failure.check(CannotResolveHostError):
            return Outcome.PLAYBACK_FAILED, f"no such host: {error}"
        if failure.check(DownloadCancelledError):
            return Outcome.TOO_LARGE, str(error)
        return Outcome.PLAYBACK_FAILED, f"{type(error).__name__}: {error}"[:500]

    def turned_away(self, failure: Failure) -> bool:
        """Tell whether a request never left: the run is at its limit, or the archive has said stop. It stays pending."""
        if failure.check(IgnoreRequest) and not self.limited:
            self.limited = str(failure.value)
            self._close("limit")
        return bool(failure.check(IgnoreRequest) or (self.stopped_by_archive and failure.check(RateLimited)))

    def settle(
        self, policy: Policy | None, listed: ListedCapture, outcome: Outcome, detail: str, memento_url: str
    ) -> None:
        """Record what became of a capture that brought no payload."""
        self.job.store.settle(self.run_id, policy, listed, outcome, detail, memento_url)
        logger.info("%s %s: %s (%s)", listed.capture.timestamp, listed.capture.original, outcome.value, detail)

    def record(self, outcome: Outcome, subject: str, detail: str, policy: Policy | None = None) -> None:
        """Record an outcome that is no capture's, and tell the person its next step."""
        self.job.store.record(self.run_id, outcome, subject, detail, policy=policy)
        logger.warning(
            "%s: %s (%s). Next: %s", subject, outcome.about.meaning, detail, outcome.about.next_step or "nothing to do"
        )

    def stop(self) -> None:
        """The archive has said stop: nothing more goes out, what is in flight is kept, the run ends."""
        if not self.stopped_by_archive:
            gate = gate_of(self.crawler)
            self.stopped_by_archive = gate.why
            gate.shut(gate.why)
            logger.error("%s; the run ends, the same crawl goes on where it stopped", gate.why)
            self._close("rate_limited")

    def broken(self, failure: Failure) -> None:
        """A store that cannot keep what is fetched ends the run; other errors are logged by Scrapy."""
        if failure.check(StoreError) and not self.store_error:
            self.store_error = str(failure.value)
            self._close("store_error")

    def _close(self, reason: str) -> None:
        self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))  # type: ignore[union-attr]
