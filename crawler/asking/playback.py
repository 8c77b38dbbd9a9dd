"""What the archive's answer to a playback request is: Memento-Datetime first, status second.

Takes the place of Scrapy's Retry, Redirect, MetaRefresh, HttpCompression and HttpError middlewares, each of which does
the wrong thing to an archive: they retry archived 503s, follow archived redirects to the live web, and drop archived
errors.
"""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import (
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.archives.capture import Memento, sha1_base32
from crawler.archives.coding import undo_content_encoding
from crawler.archives.errors import DecodeError
from crawler.archives.files.warc import TRUNCATED
from crawler.archives.memento import (
    MAX_DRIFT,
    TRANSIENT_STATUSES,
    Playback,
    PlaybackAnswer,
    classify_playback,
    drift_seconds,
    memento_date,
    same_page,
)
from crawler.archives.table import PLAYBACK
from crawler.asking.gate import gate_of
from crawler.asking.tally import Tally
from crawler.options import RunOptions, options_of

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.archives.dialects import Archive
    from crawler.asking.gate import Gate

MAX_HOPS = 5  # of the archive's own redirects; recorded chains have one or two
RETRIES = 3
MAX_THROTTLED = 5  # 429s to one request, each after a longer pause, before the run ends

NOWHERE = "nowhere"  # endpoint of a request that never leaves: it runs its callback, to resume what has waited

# Behind the spiders' own rules, so that no mistake in them becomes a flood. A capture is requested in two rounds (the
# second for what failed in passing), each with its retries, hops and pauses.
MAX_A_CAPTURE = 2 * (1 + RETRIES + MAX_HOPS + MAX_THROTTLED)
MAX_A_POLICY = 250_000  # the most captured pages of the web have some 100,000 captures; with retries
_MOST = {"capture": MAX_A_CAPTURE, "policy": MAX_A_POLICY}
MAX_A_RUN = 2_000_000  # three days at the Wayback Machine's budget of 480 a minute


class TooManyRequests(IgnoreRequest):
    """A capture or a policy was requested more often than any rule of this program allows: a fault of ours."""


class PlaybackMiddleware:
    """Classifies every answer into `response.meta["playback"]`, follows the archive's own redirects within a stated
    drift, and asks again what failed in passing.
    """

    def __init__(self, crawler: Crawler, options: RunOptions) -> None:
        self.crawler = crawler
        self.archive = options.archive
        self._options = options
        self._retry_delay = options.retry_delay
        self._most = options.max_requests or MAX_A_RUN
        self._asked = 0
        self._asked_of = {what: (most, Tally(most + 1)) for what, most in _MOST.items()}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, options_of(crawler.settings))

    def process_request(self, request: Request) -> Response | None:
        """Let no request out beyond POLICYLAPSE_MAX_REQUESTS; what is left stays pending for the next run. None beyond
        what a capture or a policy can need.
        """
        if request.meta.get("endpoint") == NOWHERE:
            return Response(request.url)
        self._asked += 1
        if self._asked > self._most:
            raise IgnoreRequest(f"the run's limit of {self._most} requests is reached")
        for what, (most, asked) in self._asked_of.items():
            if what in request.meta and asked.add(request.meta[what]) > most:
                raise TooManyRequests(f"this run has made {most} requests for the {what} already: {request.url}")
        return None

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the response, classified, or the next request to make."""
        headers = plain_headers(response)
        if request.meta.get("endpoint") != PLAYBACK:
            onward = self._throttled(request) if response.status == 429 else None
            return onward or await self._again(request, response.status) or response
        playback = classify_playback(response.status, headers, _seen(response.body, headers), response.url)
        if playback.answer is PlaybackAnswer.MOVED_ON:
            onward = self._follow(request, response, playback)
            if onward is not None:
                return onward
        elif playback.answer is PlaybackAnswer.TRANSIENT:
            onward = await self._again(request, response.status)
            if onward is not None:
                return onward
        elif playback.answer is PlaybackAnswer.RATE_LIMITED:
            onward = self._throttled(request)
            if onward is not None:
                return onward
        request.meta["playback"] = playback
        return response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Ask again after a time-out or a broken connection; a refused connection is a ban (the gate has noted it)."""
        if isinstance(exception, DownloadConnectionRefusedError):
            return None
        if isinstance(exception, (DownloadTimeoutError, DownloadFailedError, ResponseDataLossError, OSError)):
            return await self._retry(request, type(exception).__name__)
        return None

    def _follow(self, request: Request, response: Response, playback: Playback) -> Request | None:
        hops = request.meta.get("hops", 0)
        date = memento_date(playback.location)
        asked = request.meta["captured_at"]
        near = date is not None and abs(drift_seconds(asked, date)) <= MAX_DRIFT
        if hops >= MAX_HOPS or not near or not self._archive_of(request).owns(playback.location):
            return None
        if not same_page(request.url, playback.location):  # all that were recorded keep the page
            return None
        chain = (*request.meta.get("chain", ()), f"{response.status} {response.url}")
        return request.replace(
            url=playback.location, meta={**request.meta, "hops": hops + 1, "chain": chain}, dont_filter=True
        )

    def _archive_of(self, request: Request) -> Archive:
        return self._options.archive_named(request.meta.get("archive", ""))

    def _gate(self, request: Request) -> Gate:
        return gate_of(self.crawler, request.meta.get("archive", ""))

    def _throttled(self, request: Request) -> Request | None:
        """Return the request, to wait at the gate for the end of the pause that it has begun, if one is willing to."""
        times = request.meta.get("throttled", 0) + 1
        if times > MAX_THROTTLED or not self._gate(request).willing:
            return None
        return request.replace(meta={**request.meta, "throttled": times}, dont_filter=True)

    async def _again(self, request: Request, status: int) -> Request | None:
        return await self._retry(request, f"HTTP {status}") if status in TRANSIENT_STATUSES else None

    async def _retry(self, request: Request, reason: str) -> Request | None:
        """Return the request to make once more, after a delay that grows threefold each time, give or take a half."""
        assert self.crawler.spider is not None
        again = get_retry_request(
            request, spider=self.crawler.spider, reason=reason, max_retry_times=RETRIES, priority_adjust=-1
        )
        if again is not None:
            times = again.meta["retry_times"]
            await self._gate(request).nap(self._retry_delay * 3 ** (times - 1) * random.uniform(0.5, 1.5))  # noqa: S311
        return again


def plain_headers(response: Response) -> dict[str, str]:
    """Return a response's headers as text, names lower-cased, repeated ones joined by commas."""
    return {
        name.decode("latin-1").lower(): ", ".join(value.decode("latin-1") for value in values)
        for name, values in response.headers.items()
    }


def _seen(body: bytes, headers: dict[str, Any]) -> bytes:
    """The body of what is no memento, to tell what it is by."""
    if "memento-datetime" in headers:
        return b""
    try:
        return undo_content_encoding(body, headers)[0]
    except DecodeError:
        return b""


def memento_of(response: Response, memento_at: datetime) -> tuple[Memento, str]:
    """Return the memento of a response with its content codings undone, and what forbids to read it, if anything."""
    headers, flaw = plain_headers(response), ""
    try:
        body, notes = undo_content_encoding(response.body, headers)
        if not notes:  # undone: the header tells nothing of the payload any more
            headers.pop("content-encoding", None)
    except DecodeError as error:
        body, flaw = response.body, str(error)
    if cut := headers.get(TRUNCATED):
        flaw = flaw or f"the archive has cut the page off ({cut}): a part of a page is none"
    chain = (*response.meta.get("chain", ()), f"{response.status} {response.url}")
    received = sha1_base32(response.body)
    return Memento(response.status, headers, body, response.url, memento_at, received, chain), flaw
