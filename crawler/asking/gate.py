"""The gate: no request leaves faster than an archive's budget, and none inside a pause, from any process.

    request ──Gate.wait──► leaves ──► answer ──Gate.answered / too_many / refused──► what holds for the next ones

It stands in the download handler, since a waiting middleware lets requests through that are already queued (checked
on Scrapy 2.19, style.md 17), and since a pause has to begin before anything else learns of the answer that asks for it.
Where a pause is longer than the person is willing to wait, the gate turns requests away and the run ends (exit code 3);
what was not asked stays pending for the next run. Whoever waits here is woken as soon as the run is told to end, and
what is under way then has a short while left (GRACE): a server that never answers does not hold up the end.

An archive on this machine or in a private network (Archive.private) that refuses a connection is not running; only of
others is that a ban, with a pause.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import DownloadConnectionRefusedError, IgnoreRequest

from crawler.archives.dialects import Archive
from crawler.archives.errors import NotRunning, RateLimited
from crawler.archives.files.range_record import replay
from crawler.archives.table import PLAYBACK, Budget
from crawler.asking.bounded import BoundedFactory, told_of_headers
from crawler.asking.limits import Pause, after_answer, after_refusal, come_back, parse_retry_after
from crawler.asking.limits_file import LimitsFile
from crawler.options import RunOptions, options_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

_HOUR = 3600.0  # seconds to stay away where an archive refuses by another status than 429, and names no time
GRACE = 10.0  # seconds for the answers that are under way when a run is told to end: nearly all come within two
_SAME_PAUSE = 1.0  # seconds by which the answers to one burst put its end off: no news


class Gate:
    """Lets requests to one archive through.

    :param budgets: by endpoint; an endpoint without one passes as soon as there is no pause, until a pace is learned.
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
        self._shutting = asyncio.Event()
        self._told_until = 0.0
        self._places: dict[str, asyncio.Semaphore] = {}

    def place(self, endpoint: str) -> asyncio.Semaphore:
        """Return what a request holds from before it waits until its answer is noted: so many at once as the archive takes.

        Scrapy's slots let all through that are queued in one turn of the loop (2.19): a second request would leave before the
        first one's refusal is known.
        """
        return self._places.setdefault(endpoint, asyncio.Semaphore(self.archive.concurrency))

    def shut(self, reason: str) -> None:
        """Let nothing through any more, and wake whoever waits: the run is ending."""
        self._shut = self._shut or reason
        self._shutting.set()

    async def wait(self, endpoint: str) -> float:
        """Return when a request may go: that moment, in Unix time.

        A slot that a pause has overtaken is given up for a new one, so that there is no burst when the pause ends.

        :raises RateLimited: that would take longer than one is willing to wait.
        :raises IgnoreRequest: the run is ending.
        :raises LimitsError: nobody can tell any more.
        """
        while True:
            await self._sleep_until(self._end_of_pause(tell=True))
            slot = self._limits.reserve(self.archive.name, endpoint, self._clock(), self._budgets.get(endpoint))
            await self._sleep_until(slot)
            if self._end_of_pause() <= (now := self._clock()):
                return now

    async def within_grace(self, download: Coroutine[Any, Any, Response]) -> Response:
        """Return what a download brings, however long it takes, but GRACE seconds at most after the run was told to
        end: then it is broken off.

        :raises IgnoreRequest: it was broken off.
        """
        downloading = asyncio.ensure_future(download)
        ending = asyncio.ensure_future(self._grace_is_over())
        try:
            await asyncio.wait((downloading, ending), return_when=asyncio.FIRST_COMPLETED)
            if downloading.done():
                return downloading.result()
        finally:
            downloading.cancel()
            ending.cancel()
        raise IgnoreRequest(self._shut)

    async def _grace_is_over(self) -> None:
        await self._shutting.wait()
        await self._sleep(GRACE)

    async def nap(self, seconds: float) -> None:
        """Sleep, or raise IgnoreRequest as soon as the run is ending."""
        await self._sleep_until(self._clock() + seconds)

    async def _sleep_until(self, at: float) -> None:
        """Sleep in one piece where nothing happens; the clock may be set meanwhile, the state's file knows."""
        while (now := self._clock()) < at:
            sleeping = asyncio.ensure_future(self._sleep(at - now))
            shutting = asyncio.ensure_future(self._shutting.wait())
            try:
                await asyncio.wait((sleeping, shutting), return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleeping.cancel()
                shutting.cancel()
            self._check_open()

    def _check_open(self) -> None:
        if self._shut:
            raise IgnoreRequest(self._shut)

    def _end_of_pause(self, *, tell: bool = False) -> float:
        self._check_open()
        pause, now = self.pause, self._clock()
        if pause.not_before - now > self._patience:
            raise RateLimited(self.why, pause.not_before - now)
        if tell and pause.not_before > max(now, self._told_until + _SAME_PAUSE):
            self._told_until = pause.not_before
            logger.warning("%s; the crawl waits. Ctrl-C ends it, and the same crawl goes on where it stopped", self.why)
        return pause.not_before

    @property
    def pause(self) -> Pause:
        return self._limits.pause(self.archive.name, self._clock())

    def check(self) -> None:
        """Raise RateLimited if no request may go for longer than one is willing to wait."""
        self._end_of_pause()

    @property
    def why(self) -> str:
        """Why there is a pause, and until when, for the person."""
        return f"{self.archive.label}: {come_back(self.pause, self._clock())}"

    @property
    def willing(self) -> bool:
        """Whether the person is willing to wait for the end of the pause."""
        return self.pause.not_before - self._clock() <= self._patience

    def too_many(self, endpoint: str, retry_after: float | None, sent_at: float) -> None:
        """Begin a pause after a 429, for every process."""
        self._limits.too_many(self.archive.name, endpoint, self._clock(), retry_after, sent_at)

    def answered(self, sent_at: float) -> None:
        """Note that the archive answers, whatever: its pauses need not grow."""
        self._limits.change(self.archive.name, self._clock(), lambda held: after_answer(held, sent_at))

    def refused(self) -> None:
        """Begin a pause after a refused connection: a ban, not a glitch. NotRunning of a private archive."""
        if self.archive.private:
            raise NotRunning(f"cannot connect to {self.archive.address}: is it running?")
        now = self._clock()
        self._limits.change(self.archive.name, now, lambda held: after_refusal(held, now))

    def close(self) -> None:
        self._limits.close()


def open_gate(options: RunOptions, archive: Archive | None = None) -> Gate:
    """Return the gate of one of a run's archives, of the first where none is named.

    :raises ConfigError: the state's folder is wrong.
    """
    archive = archive or options.archive
    patience = options.wait if archive.forgives else 0.0
    return Gate(archive, options.budgets_for(archive), LimitsFile(options.state.expanduser()), patience)


def gates_of(crawler: Crawler) -> Mapping[str, Gate]:
    """Return the gates of a crawl by the names of its archives, each with its own budget and pauses: the handlers of both
    schemes wait at them, the middleware asks them.
    """
    gates: dict[str, Gate] | None = getattr(crawler, "policylapse_gates", None)
    if gates is None:
        options = options_of(crawler.settings)
        gates = {one.name: open_gate(options, one) for one in options.archives}
        crawler.policylapse_gates = gates  # type: ignore[attr-defined]
    return gates


def gate_of(crawler: Crawler, archive: str = "") -> Gate:
    """Return the gate of an archive of a crawl, by its name; of the crawl's first archive where none is named."""
    gates = gates_of(crawler)
    return gates.get(archive) or next(iter(gates.values()))


def _replayed(request: Request, response: Response) -> Response:
    """Return what playback would have answered, of an archive that gives bytes of a file instead."""
    if response.status != 206:  # 404, 416, or the whole file, which no limit lets through
        return response.replace(status=404 if response.status in (200, 416) else response.status, body=b"")
    answered = replay(response.body, request.meta["of"])
    url = request.url  # with the range: it says which record
    return response.replace(url=url, status=answered.status, headers=answered.headers, body=answered.body)


class PoliteHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler behind the gate, with bounded headers (crawler/asking/bounded.py)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = BoundedFactory  # noqa: SLF001 - as Scrapy's handler sets its own
        self._crawler = crawler
        gates_of(crawler)

    async def download_request(self, request: Request) -> Response:
        endpoint, gate = request.meta.get("endpoint", ""), gate_of(self._crawler, request.meta.get("archive", ""))
        async with gate.place(endpoint):
            return await self._ask(request, endpoint, gate)

    async def _ask(self, request: Request, endpoint: str, gate: Gate) -> Response:
        sent_at = await gate.wait(endpoint)
        try:
            with told_of_headers(request.url):
                response = await gate.within_grace(super().download_request(request))
        except DownloadConnectionRefusedError:
            gate.refused()
            raise
        if response.status in gate.archive.refusals and b"Memento-Datetime" not in response.headers:  # else archived
            retry_after = (response.headers.get(b"Retry-After") or b"").decode("latin-1")
            asked = parse_retry_after(retry_after, time.time())
            gate.too_many(endpoint, _HOUR if asked is None and response.status != 429 else asked, sent_at)
            return response.replace(status=429)
        gate.answered(sent_at)
        return _replayed(request, response) if gate.archive.crawls and endpoint == PLAYBACK else response

    async def close(self) -> None:
        await super().close()
        for gate in gates_of(self._crawler).values():
            gate.close()
