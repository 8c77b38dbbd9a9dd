"""Requests to the index and to playback, and what it is that came instead of an answer.

    URL, capture ──index_request, page_request──► Request ──► archive ──► the caller's callback or errback
                                                             index answer ──read_index──► CdxPage, or an Outcome
                                                             failure ──turned_away, failed──► Outcome

What a playback answer is, is decided in crawler/asking/playback.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scrapy import Request
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

from crawler.archives.capture import ListedCapture, ListingPlan, Outcome, Period
from crawler.archives.cdx import CdxPage, about, says_no_captures
from crawler.archives.coding import undo_content_encoding
from crawler.archives.dialects import Archive
from crawler.archives.errors import DecodeError, RateLimited, UnexpectedArchiveResponse
from crawler.archives.files.warc import DAMAGE_HEADER, read_damages
from crawler.archives.memento import PlaybackAnswer, classify_exclusion
from crawler.archives.table import CDX, PLAYBACK
from crawler.asking.playback import NOWHERE, TooManyRequests, plain_headers
from crawler.options import RunOptions
from crawler.spiders.state.current_run import OUR_FAULTS, CurrentRun

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.archives.cdx import CdxPage

OUTCOMES = {
    PlaybackAnswer.ARCHIVED_ERROR: Outcome.ARCHIVED_ERROR,
    PlaybackAnswer.MOVED_ON: Outcome.DRIFTED,
    PlaybackAnswer.EXCLUDED: Outcome.EXCLUDED,
    PlaybackAnswer.EXCLUDED_ROBOTS: Outcome.EXCLUDED_ROBOTS,
    PlaybackAnswer.NOT_ARCHIVED: Outcome.UNPLAYABLE,
    PlaybackAnswer.RATE_LIMITED: Outcome.RATE_LIMITED,
    PlaybackAnswer.TRANSIENT: Outcome.PLAYBACK_FAILED,
    PlaybackAnswer.NO_MEMENTO: Outcome.PLAYBACK_FAILED,
}
# How a download fails: by Scrapy's names, by Twisted's (wrapped by Scrapy or not), and in the files of an archive.
_FAILURES = (
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
    OSError,
    HTTPClientError,
    ResponseFailed,
    ConnectError,
    ConnectionClosed,
    CancelledError,
    UnicodeError,
)
Callback = Callable[..., Any]


def outcome_of(error: BaseException | None) -> tuple[Outcome, str]:
    """Name what a failed download is.

    What is no way for a download to fail is a fault of ours, and PROGRAM_ERROR: never booked as the archive's.
    RATE_LIMITED is a refused connection as well as the archive's limit.
    """
    if isinstance(error, TooManyRequests):
        return Outcome.PLAYBACK_FAILED, str(error)
    if isinstance(error, DownloadConnectionRefusedError):
        return Outcome.RATE_LIMITED, "connection refused"
    if isinstance(error, RateLimited):
        return Outcome.RATE_LIMITED, str(error)
    if isinstance(error, CannotResolveHostError):
        return Outcome.PLAYBACK_FAILED, f"no such host: {error}"
    if isinstance(error, DownloadCancelledError):
        return Outcome.TOO_LARGE, str(error)
    said = f"{type(error).__name__}: {error}"[:500]
    return (Outcome.PLAYBACK_FAILED if isinstance(error, _FAILURES) else Outcome.PROGRAM_ERROR), said


class Asker:
    """Makes a run's requests, and reads what is no memento."""

    def __init__(self, run: CurrentRun, options: RunOptions) -> None:
        self._run, self._options = run, options
        self._damage_told: set[str] = set()

    # requests

    def index_request(
        self, archive: Archive, url: str, callback: Callback, errback: Callback, **context: Any
    ) -> Request:
        """Return a request to an archive's index.

        :param url: of the request.
        :param context: handed on to the callback.
        """
        return Request(
            url,
            callback=callback,
            errback=errback,
            cb_kwargs=context,
            meta={"endpoint": CDX, "download_slot": archive.slot(CDX), "archive": archive.name},
            priority=10,  # know what there is before fetching it
            dont_filter=True,
        )

    def listing_request(
        self,
        archive: Archive,
        url: str,
        plan: ListingPlan,
        period: Period,
        callback: Callback,
        errback: Callback,
        **context: Any,
    ) -> Request:
        """Return the request for one page of a URL's listing.

        :param plan: what is left to ask for.
        """
        since = plan.asked_from or period.since
        asked = archive.listing_url(url, since=since, until=period.until, resume_key=plan.resume_key)
        return self.index_request(archive, asked, callback, errback, **context)

    def page_request(
        self,
        listed: ListedCapture,
        callback: Callback,
        errback: Callback,
        *,
        priority: int,
        policy_id: int | None = None,
        **context: Any,
    ) -> Request:
        """Return the request for a capture's bytes.

        :param policy_id: whose request it is, where it is a policy's.
        :param context: handed on to the callback, beside `listed`.
        """
        capture, archive = listed.capture, self._options.archive_named(listed.archive)
        meta = {
            "endpoint": PLAYBACK,
            "download_slot": archive.slot(PLAYBACK),
            "archive": archive.name,
            "captured_at": capture.captured_at,
            "digest": capture.digest,
            "capture": listed.capture_id,
        }
        url, headers = archive.memento_url(capture), {}
        if archive.crawls:
            meta["of"], headers["Range"] = capture, url.partition("#")[2]
            headers["Accept-Encoding"] = "identity"  # of coded bytes a range would be another range
        return Request(
            url,
            headers=headers,
            callback=callback,
            errback=errback,
            cb_kwargs={"listed": listed, **context},
            meta=meta if policy_id is None else {**meta, "policy": policy_id},
            priority=priority,
            dont_filter=True,
        )

    def nowhere(self, callback: Callback, **context: Any) -> Request:
        """Return a request that never leaves (crawler/asking/playback.py): from its callback, something goes on."""
        return Request(
            "policylapse://resume", callback, cb_kwargs=context, meta={"endpoint": NOWHERE}, dont_filter=True
        )

    # answers

    async def read_index(
        self, response: Response, url: str, *, domain: bool = False
    ) -> tuple[CdxPage | None, Outcome | None, str]:
        """Return (page, None, "") of an index answer, or (None, what it is instead, detail).

        :param url: what was asked for: rows of other URLs are none of its captures; with `domain` all of its host.
        """
        headers, archive = plain_headers(response), self._options.archive_named(response.meta.get("archive", ""))
        try:
            body, _notes = undo_content_encoding(response.body, headers)
            not_a_page = self._not_a_page(archive, response.status, headers, body)
            if not_a_page:
                return None, *not_a_page
            return await asyncio.to_thread(_rows_of, archive, body, url, domain), None, ""
        except (UnexpectedArchiveResponse, DecodeError) as error:
            return None, Outcome.LISTING_FAILED, str(error)

    def _not_a_page(
        self, archive: Archive, status: int, headers: dict[str, str], body: bytes
    ) -> tuple[Outcome, str] | None:
        if headers.get(DAMAGE_HEADER) and archive.name not in self._damage_told:
            self._damage_told.add(archive.name)
            for damage in read_damages(headers[DAMAGE_HEADER]):
                self._run.record(Outcome.DAMAGED_ARCHIVE, str(archive.root), damage)
        exclusion = classify_exclusion(status, headers, body)
        if exclusion is not None:
            return OUTCOMES[exclusion], body[:200].decode("utf-8", "replace")
        if status == 429:
            self._run.stop(archive.name)
            return Outcome.RATE_LIMITED, "HTTP 429"
        if status == 404 and says_no_captures(body):
            return Outcome.NOT_ARCHIVED, "the index knows no capture of it"
        return (Outcome.LISTING_FAILED, f"the index answered HTTP {status}") if status != 200 else None

    # failures

    def failed(self, failure: Failure) -> tuple[Outcome, str]:
        """Name what a failed download is; after a refused connection, or by its limits, an archive is asked no more."""
        outcome, detail = outcome_of(failure.value)
        if outcome is Outcome.RATE_LIMITED:
            self._run.stop(_archive_of(failure))
        return outcome, detail

    def turned_away(self, failure: Failure) -> bool:
        """Tell whether a request never left, or not by the archive's fault: the run is ending. It stays pending."""
        error, stopped = failure.value, self._run.has_stopped(_archive_of(failure) or self._run.asking.name)
        if isinstance(error, OUR_FAULTS):
            self._run.cannot_go_on(error)
            return True
        if isinstance(error, TooManyRequests):
            return False
        if isinstance(error, IgnoreRequest):
            if not stopped:
                self._run.limit(str(error))
            return True
        return stopped and isinstance(error, RateLimited)


def _archive_of(failure: Failure) -> str:
    """The name of the archive that was asked, "" where the request does not say."""
    request = getattr(failure, "request", None)
    return str(request.meta.get("archive", "")) if request is not None else ""


def _rows_of(archive: Archive, body: bytes, url: str, domain: bool) -> CdxPage:
    """What an index answered, of thousands of rows: a tenth of a second, in a thread."""
    return about(archive.read_listing(body), url, domain=domain)
