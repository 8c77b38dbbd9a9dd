"""The gate: no request leaves faster than an archive's budget, and none at all once the archive has said stop.

It stands in the download handler, since a waiting middleware lets requests through that are already queued (checked
on Scrapy 2.19, style.md 17). One gate per process; sharing it between processes and keeping it across runs is
issue 3.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from crawler.archives.dialects import Budget, parse_archive
from crawler.archives.errors import RateLimited

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class Gate:
    """Lets requests through one interval apart, per endpoint; closed for good by `shut`.

    :param budgets: by endpoint; an endpoint without one passes freely.
    :param clock: seconds, monotonic.
    :param sleep: awaits seconds; both injectable for tests.
    """

    def __init__(
        self,
        budgets: Mapping[str, Budget],
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self._intervals = {endpoint: budget.interval for endpoint, budget in budgets.items()}
        self._next: dict[str, float] = {}
        self._clock, self._sleep = clock, sleep
        self._shut = ""

    def shut(self, reason: str) -> None:
        """Let nothing through any more; what waits is turned away too."""
        self._shut = self._shut or reason

    async def wait(self, endpoint: str) -> None:
        """Return when a request may go; RateLimited if the gate is shut."""
        self._check()
        interval = self._intervals.get(endpoint, 0.0)
        if interval:
            now = self._clock()
            at = max(now, self._next.get(endpoint, now))
            self._next[endpoint] = at + interval
            if at > now:
                await self._sleep(at - now)
        self._check()

    def _check(self) -> None:
        if self._shut:
            raise RateLimited(self._shut)


def gate_of(crawler: Crawler) -> Gate:
    """Return the one gate of a crawl: the handlers of both schemes wait at it, the spider shuts it."""
    gate: Gate | None = getattr(crawler, "policylapse_gate", None)
    if gate is None:
        gate = Gate(parse_archive(crawler.settings["POLICYLAPSE_ARCHIVE"]).budgets, time.monotonic)
        crawler.policylapse_gate = gate  # type: ignore[attr-defined]
    return gate


class PoliteHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler behind the gate."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._gate = gate_of(crawler)

    async def download_request(self, request: Request) -> Response:
        await self._gate.wait(request.meta.get("endpoint", ""))
        return await super().download_request(request)
