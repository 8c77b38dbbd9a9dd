"""What every spider that asks an archive shares: its job, its requests to the index, and what becomes of failures.

A failure of ours is an outcome, too: an exception in a callback is recorded for its site (`program_error`), with its
traceback in the log, the counts of what is under way are given back (a `finally` in each callback), and the other sites
go on. What slips through is caught by `broken`, which hears every exception that leaves a callback or a pipeline.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider, signals
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.defer import CancelledError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web.client import ResponseFailed
from twisted.web.error import Error as HTTPClientError

from crawler.archives.capture import ListedCapture, ListingPlan, Outcome, Policy
from crawler.archives.cdx import about, says_no_captures
from crawler.archives.coding import undo_content_encoding
from crawler.archives.dialects import CDX, PLAYBACK, parse_archive
from crawler.archives.errors import (
    DecodeError,
    LimitsError,
    NotRunning,
    RateLimited,
    StoreError,
    UnexpectedArchiveResponse,
)
from crawler.archives.files.warc import DAMAGE_HEADER, read_damages
from crawler.archives.memento import Answer, classify_exclusion
from crawler.asking.gate import gate_of
from crawler.asking.playback import TooManyRequests, plain_headers
from crawler.job import Job, open_job, user_agent
from crawler.printed import given, runnable
from crawler.spiders.ledger import Ledger

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
# How a download fails: by Scrapy's names, by Twisted's (wrapped by Scrapy or not), and in the files of an archive.
_FAILURES = (
    DownloadFailedError, DownloadTimeoutError, ResponseDataLossError, UnsupportedURLSchemeError, OSError, HTTPClientError,
    ResponseFailed, ConnectError, ConnectionClosed, CancelledError, UnicodeError,
)  # fmt: skip
OUR_FAULTS = (StoreError, LimitsError, NotRunning)  # of this machine, not of the archive: the run cannot go on


class ArchiveSpider(Spider):
    """A spider with a job (crawler.job), a run in the store, and manners towards the archive."""

    def __init__(self, job: Job, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job = job
        self.run_id = 0
        self.stopped_by_archive = ""
        self.store_error = ""
        self.limited = ""
        self.ledger = Ledger()
        self._damage_told = False
        self._ending = False

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        archive = parse_archive(settings["POLICYLAPSE_ARCHIVE"])
        settings.set("USER_AGENT", user_agent(settings), priority="spider")
        minutes = settings.getfloat("POLICYLAPSE_MAX_MINUTES")
        settings.set("CLOSESPIDER_TIMEOUT", minutes * 60, priority="spider")  # ends after what is in flight
        slot = {"concurrency": archive.concurrency, "delay": 0}  # the gate holds the budget
        settings.set("DOWNLOAD_SLOTS", {archive.slot(e): slot for e in (CDX, PLAYBACK)}, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, job: Job | None = None, **arguments: str) -> Self:
        spider = super().from_crawler(crawler, job or open_job(crawler.settings, arguments))
        crawler.signals.connect(spider.opened, signal=signals.spider_opened)
        crawler.signals.connect(spider.broken, signal=signals.spider_error)
        crawler.signals.connect(spider.broken, signal=signals.item_error)
        return spider

    def opened(self) -> None:
        """From now on, whoever waits at the gate is woken by what ends the run: a signal, its time, the archive."""
        engine = self.crawler.engine
        assert engine is not None
        close = engine.close_spider_async

        async def closing(*, reason: str = "cancelled") -> None:
            if reason == "shutdown":
                self.limited = self.limited or "it was told to end (Ctrl-C or SIGTERM)"
            self._ending = True
            if reason != "limit":  # what the limit of requests has let out is still to be asked, and kept
                gate_of(self.crawler).shut("the run is ending")
            await close(reason=reason)

        engine.close_spider_async = closing  # type: ignore[method-assign]

    @property
    def ending(self) -> bool:
        """Nothing more is to be asked: the archive, a limit or the store has ended the run, or a signal has.

        Every loop that can go on without a request looks here, and lets the reactor run (`asyncio.sleep(0)`) so that a
        signal is heard.
        """
        return bool(self.stopped_by_archive or self.limited or self.store_error or self._ending)

    def listing_request(
        self, url: str, callback: Any, errback: Any, plan: ListingPlan = EVERYTHING, **context: Any
    ) -> Request:
        """Return the request for one page of an index.

        :param plan: what is left to ask for.
        :param context: handed on to the callback.
        """
        archive, period = self.job.archive, self.job.period
        since = plan.asked_from or period.since
        return Request(
            archive.listing_url(url, since=since, until=period.until, resume_key=plan.resume_key),
            callback=callback,
            errback=errback,
            cb_kwargs=context,
            meta={"endpoint": CDX, "download_slot": archive.slot(CDX)},
            priority=10,  # know what there is before fetching it
            dont_filter=True,
        )

    def read_index(
        self, response: Response, url: str, *, domain: bool = False
    ) -> tuple[CdxPage | None, Outcome | None, str]:
        """Return (page, None, "") of an index answer, or (None, what it is instead, detail).

        :param url: what was asked for: rows of other URLs are none of its captures; with `domain` all of its host.
        """
        headers = plain_headers(response)
        try:
            body, _notes = undo_content_encoding(response.body, headers)
            not_a_page = self._not_a_page(response.status, headers, body)
            if not_a_page:
                return None, *not_a_page
            return about(self.job.archive.read_listing(body), url, domain=domain), None, ""
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
        if status == 404 and says_no_captures(body):
            return Outcome.NOT_ARCHIVED, "the index knows no capture of it"
        return (Outcome.LISTING_FAILED, f"the index answered HTTP {status}") if status != 200 else None

    # outcomes

    def failed(self, failure: Failure) -> tuple[Outcome, str]:
        """Name what a failed download is; a refused connection, or the archive's limits, stop the run.

        What is no way for a download to fail is a fault of ours, and PROGRAM_ERROR: never booked as the archive's.
        """
        error = failure.value
        if failure.check(TooManyRequests):
            return Outcome.PLAYBACK_FAILED, str(error)
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
        said = f"{type(error).__name__}: {error}"[:500]
        return (Outcome.PLAYBACK_FAILED if failure.check(*_FAILURES) else Outcome.PROGRAM_ERROR), said

    def turned_away(self, failure: Failure) -> bool:
        """Tell whether a request never left, or not by the archive's fault: the run is ending. It stays pending."""
        if failure.check(*OUR_FAULTS):
            self.broken(failure)
            return True
        if failure.check(TooManyRequests):
            return False
        if failure.check(IgnoreRequest):
            if not (self.limited or self.stopped_by_archive or self.store_error or self._ending):
                self.limited = str(failure.value)
                self._close("limit")
            return True
        return bool(self.stopped_by_archive and failure.check(RateLimited))

    def settle(
        self, policy: Policy | None, listed: ListedCapture, outcome: Outcome, detail: str, memento_url: str
    ) -> None:
        """Record what became of a capture that brought no payload."""
        self.job.store.settle(self.run_id, policy, listed, outcome, detail, memento_url)
        logger.debug("%s %s: %s (%s)", listed.capture.timestamp, listed.capture.original, outcome.value, detail)

    def record(self, outcome: Outcome, subject: str, detail: str, policy: Policy | None = None) -> None:
        """Record an outcome that is no capture's, and tell the person its next step."""
        self.job.store.record(self.run_id, outcome, subject, detail, policy=policy)
        settings = self.crawler.settings
        known = given(*(settings[f"POLICYLAPSE_{name}"] for name in ("DB", "ARCHIVE", "CONTACT")))
        step = runnable(outcome.about.next_step or "nothing to do", known, policy.site if policy else subject)
        logger.warning("%s: %s (%s). Next: %s", subject, outcome.about.meaning, detail, step)

    def stop(self) -> None:
        """The archive has said stop: nothing more goes out, what is in flight is kept, the run ends."""
        if not self.stopped_by_archive:
            gate = gate_of(self.crawler)
            self.stopped_by_archive = gate.why
            gate.shut(gate.why)
            logger.error("%s; the run ends, the same crawl goes on where it stopped", gate.why)
            self._close("rate_limited")

    def broken(self, failure: Failure, response: Any = None, item: Any = None) -> None:
        """An exception left a callback or a pipeline: what is this machine's fault, and keeps us from going on, ends the
        run; any other is the outcome of whose it is. Scrapy has logged it.
        """
        if failure.check(*OUR_FAULTS):
            self.cannot_go_on(failure.value)
        else:
            request = getattr(response, "request", None)
            context = getattr(request, "cb_kwargs", {})
            policy = getattr(item, "policy", None) or getattr(context.get("progress"), "policy", None)
            subject = policy.url if policy else getattr(context.get("inquiry"), "site", getattr(request, "url", ""))
            self.program_error(failure.value, subject, policy, log=False)

    def cannot_go_on(self, error: BaseException) -> None:
        """End the run: nothing more could be kept, or no limit held."""
        if not self.store_error:
            self.store_error = str(error)
            self._close("our_fault")

    def program_error(
        self, error: BaseException, subject: str, policy: Policy | None = None, *, log: bool = True
    ) -> None:
        """Record that this program failed on a site; the other sites go on."""
        if log:
            logger.error("%s: policylapse failed: %s", subject, error, exc_info=error)
        try:
            self.record(Outcome.PROGRAM_ERROR, subject, f"{type(error).__name__}: {error}"[:500], policy)
        except StoreError as failed:
            self.cannot_go_on(failed)

    def _close(self, reason: str) -> None:
        self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))  # type: ignore[union-attr]
