"""The gate: no request leaves faster than an archive's budget, and none inside a pause, from any process.

It stands in the download handler, since a waiting middleware lets requests through that are already queued (checked
on Scrapy 2.19, style.md 17). Where a pause is longer than the person is willing to wait, the gate turns requests away
and the run ends (exit code 3); what was not asked stays pending for the next run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from crawler.archives.dialects import Archive, Budget, parse_archive
from crawler.archives.errors import RateLimited
from crawler.archives.limits import Pause, after_429, after_refusal, budgets_of, come_back
from crawler.limits_file import LimitsFile

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings


class Gate:
    """Lets requests to one archive through.

    :param budgets: by endpoint; an endpoint without one passes as soon as there is no pause.
    :param limits: the state shared with the other processes.
    :param patience: seconds that the person is willing to wait for a pause to end.
    :param clock: Unix time in seconds.
    :param sleep: awaits seconds; both injectable for tests.
    """

    def __init__(
        self,
        archive: Archive,
        budgets: Mapping[str, Budget],
        limits: LimitsFile,
        patience: float,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self.archive = archive
        self._budgets, self._limits, self._patience = budgets, limits, patience
        self._clock, self._sleep = clock, sleep
        self._shut = ""

    def shut(self, reason: str) -> None:
        """Let nothing through any more, whatever the patience: the run is ending."""
        self._shut = self._shut or reason

    async def wait(self, endpoint: str) -> None:
        """Return when a request may go; RateLimited where that would take longer than one is willing to wait.

        A slot that a pause has overtaken is given up for a new one, so that there is no burst when the pause ends.
        """
        while True:
            await self._sleep_until(self._end_of_pause())
            slot = self._limits.reserve(self.archive.name, endpoint, self._clock(), self._budgets.get(endpoint))
            await self._sleep_until(slot)
            if self._end_of_pause() <= self._clock():
                return

    async def _sleep_until(self, at: float) -> None:
        while (now := self._clock()) < at:
            await self._sleep(at - now)

    def _end_of_pause(self) -> float:
        if self._shut:
            raise RateLimited(self._shut)
        pause, now = self.pause, self._clock()
        if pause.not_before - now > self._patience:
            raise RateLimited(self.why, pause.not_before - now)
        return pause.not_before

    @property
    def pause(self) -> Pause:
        return self._limits.pause(self.archive.name)

    def check(self) -> None:
        """Raise RateLimited if no request may go for longer than one is willing to wait."""
        self._end_of_pause()

    @property
    def why(self) -> str:
        """Why there is a pause, and until when, for the person."""
        return f"{self.archive.label}: {come_back(self.pause, self._clock())}"

    def too_many(self, retry_after: float | None) -> bool:
        """Begin a pause after a 429, for every process; return whether this one is willing to wait for its end."""
        now = self._clock()
        pause = self._limits.change_pause(self.archive.name, lambda held: after_429(held, now, retry_after))
        return pause.not_before - now <= self._patience

    def refused(self) -> None:
        """Begin a pause after a refused connection: a ban, not a glitch."""
        now = self._clock()
        self._limits.change_pause(self.archive.name, lambda held: after_refusal(held, now))

    def close(self) -> None:
        self._limits.close()


def open_gate(settings: BaseSettings) -> Gate:
    """Return the gate that the settings describe.

    :raises ConfigError: a budget or the state's folder is wrong.
    """
    archive = parse_archive(settings["POLICYLAPSE_ARCHIVE"])
    budgets = budgets_of(archive, settings["POLICYLAPSE_BUDGET"])
    limits = LimitsFile(Path(settings["POLICYLAPSE_STATE"]).expanduser())
    return Gate(archive, budgets, limits, settings.getfloat("POLICYLAPSE_WAIT"))


def gate_of(crawler: Crawler) -> Gate:
    """Return the one gate of a crawl: the handlers of both schemes wait at it, the middleware begins its pauses."""
    gate: Gate | None = getattr(crawler, "policylapse_gate", None)
    if gate is None:
        gate = crawler.policylapse_gate = open_gate(crawler.settings)  # type: ignore[attr-defined]
    return gate


class PoliteHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler behind the gate."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._gate = gate_of(crawler)

    async def download_request(self, request: Request) -> Response:
        await self._gate.wait(request.meta.get("endpoint", ""))
        return await super().download_request(request)

    async def close(self) -> None:
        await super().close()
        self._gate.close()
