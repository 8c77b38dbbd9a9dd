"""Our politeness and our reading of playback answers, for other people's spiders: what crawler/addon.py puts in place.

    any spider's request ──endpoint_of──► of the archive ──gate──► answer ──playback──► response.meta["playback"]
                                  └─────► of anybody else: as Scrapy would

Only what goes to the archive's host is touched, and the URL alone decides that: meta is copied from request to request.
An archived error, redirect or 503 is a capture, so Scrapy's retries, redirects and cookies are kept away from them.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import IgnoreRequest
from scrapy.responsetypes import responsetypes

from crawler.archives.dialects import Archive
from crawler.archives.errors import LimitsError, NotRunning, RateLimited
from crawler.archives.memento import PlaybackAnswer, split_memento_url
from crawler.archives.table import CDX, PLAYBACK
from crawler.archives.timestamps import parse_timestamp
from crawler.asking.gate import PoliteHandler, gate_of
from crawler.asking.playback import PlaybackMiddleware, memento_of
from crawler.options import RunOptions, options_of

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

OTHER: Final = "other"  # a page of the archive's host that is neither index nor playback: no budget, but its pauses
_AS_IT_IS: Final = {  # what other middlewares are told of a request to the archive
    "dont_redirect": True,
    "dont_retry": True,
    "dont_merge_cookies": True,
    "handle_httpstatus_all": True,
}


def endpoint_of(archive: Archive, url: str) -> str | None:
    """Return which of the archive's endpoints a URL is of, None where it is not the archive's.

    >>> from crawler.archives.dialects import WAYBACK
    >>> [endpoint_of(WAYBACK, f"https://web.archive.org/{path}") for path in ("web/2020id_/http://a.example/", "about")]
    ['playback', 'other']
    >>> endpoint_of(WAYBACK, "https://a.example/?see=https://web.archive.org/web/2020id_/http://a.example/")
    """
    try:
        parts = urlsplit(url)
        asked = parts._replace(netloc=parts.netloc.lower())
    except ValueError:
        return None
    if asked.netloc != urlsplit(archive.cdx_url).netloc:
        return None
    if asked._replace(query="", fragment="").geturl() == archive.cdx_url:
        return CDX
    return PLAYBACK if archive.owns(asked.geturl()) and split_memento_url(url) else OTHER


def _moment(timestamp: str) -> datetime:
    """Return what a timestamp of 14 digits, or only the first of them, asks for."""
    try:
        return parse_timestamp(timestamp + "19960101000000"[len(timestamp) :])
    except ValueError as error:
        raise IgnoreRequest(str(error)) from error


class GuestHandler(PoliteHandler):
    """Sends requests to the archive through the gate, and all others as Scrapy does."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._archive = options_of(crawler.settings).archive

    async def download_request(self, request: Request) -> Response:
        endpoint = endpoint_of(self._archive, request.url)
        if endpoint is None:
            return await HTTP11DownloadHandler.download_request(self, request)
        request.meta["endpoint"] = endpoint
        return await super().download_request(request)


class GuestPlayback(PlaybackMiddleware):
    """PlaybackMiddleware for requests to the archive; a memento's response has its body with content codings undone."""

    def __init__(self, crawler: Crawler, options: RunOptions) -> None:
        super().__init__(crawler, options)
        self._asked_of.clear()  # what a stranger's meta calls a capture or a policy is none of ours
        self._agent = f"{crawler.settings['USER_AGENT']} {options.contact}".strip()
        self._ending: Any = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, options_of(crawler.settings))

    def process_request(self, request: Request) -> Response | None:
        endpoint = endpoint_of(self.archive, request.url)
        if endpoint is None:
            return None
        request.meta.update(_AS_IT_IS, endpoint=endpoint)
        request.headers["User-Agent"] = self._agent
        request.headers["Accept-Encoding"] = "gzip"  # what memento_of undoes
        asked = split_memento_url(request.url)
        if endpoint == PLAYBACK and asked and "hops" not in request.meta:
            request.meta["captured_at"] = _moment(asked[0])
        return super().process_request(request)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if endpoint_of(self.archive, request.url) is None:
            return response
        found = await super().process_response(request, response)
        playback = request.meta.get("playback")
        if found is not response or playback is None or playback.answer is not PlaybackAnswer.MEMENTO:
            return found
        response.request = request  # the engine sets it later, and memento_of looks for the hops
        memento, flaw = memento_of(response, playback.memento_at)
        if flaw:
            raise IgnoreRequest(f"{request.url} cannot be decoded: {flaw}")
        headers = response.headers.copy()
        headers.pop("Content-Encoding", None)
        kind = responsetypes.from_args(headers=headers, url=response.url, body=memento.body)
        return response.replace(cls=kind, headers=headers, body=memento.body)

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if endpoint_of(self.archive, request.url) is None:
            return None
        if isinstance(exception, (RateLimited, NotRunning, LimitsError)) and self._ending is None:
            assert self.crawler.engine is not None
            gate_of(self.crawler).shut(str(exception))
            self._ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="rate_limited"))
        return await super().process_exception(request, exception)
