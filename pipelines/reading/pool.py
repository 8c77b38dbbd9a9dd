"""Reading pages beside the reactor: processes that outlive hostile pages, and an outcome for every page.

    page ──► a thread that waits ──► Apart: a process of its own ──► Reading
                                       └── Stopped ──► once more in a new process ──► the page's outcome

A page takes 10-100 ms of processor time; in the reactor's thread every connection would stand still for it. Each process
reads one page at a time, so that what ends a process is known: that page, and no other, has the outcome.

| what happened, twice | outcome |
|---|---|
| more processor time than the limit (once is enough); killed by somebody else | READING_STOPPED: read again later |
| the process could not start (once is enough): no room for temporary files | READING_STOPPED: read again later |
| a crash, more memory than the limit, an exception (once is enough; its traceback is logged) | EXTRACT_FAILED |
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any, Final, TypeVar

from crawler.archives.capture import Outcome
from crawler.discovery.asks import Verdict
from crawler.discovery.links import PolicyLink
from crawler.targets.fetched import Fetched
from pipelines.reading.apart import READS_PAGES, Apart, Limits, Stopped, Why
from pipelines.reading.extractor import declared_extractor, extractor_id
from pipelines.reading.reading import Reading

logger = logging.getLogger(__name__)

Of = TypeVar("Of")
Result = TypeVar("Result")
Unread = Callable[[Outcome, str], Result]

# What another process may change; an exception comes again, and so does processor time.
_ONCE_MORE: Final = (Why.DIED, Why.KILLED, Why.MEMORY)
_FOR_NOW: Final = (Why.TIME, Why.KILLED, Why.START, Why.CLOSED)
# Pages of a worker that are begun or done before their turn: one of them may take as long as all others.
_AHEAD: Final = 8
_AHEAD_BYTES: Final = 64 * 2**20  # of them together


class ReaderPool:
    """Reads payloads in processes of their own.

    :param workers: processes; 0 means one per core.
    :param limits: of one page.
    """

    def __init__(self, workers: int = 0, limits: Limits | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self.extractor = extractor_id()
        self._processes = [Apart(warm_up, limits or Limits(), READS_PAGES) for _ in range(self.workers)]
        self._idle: queue.LifoQueue[Apart] = queue.LifoQueue()  # the one used last first: few pages start few processes
        for process in self._processes:
            self._idle.put(process)
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="reader")

    async def read(self, page: Fetched) -> Reading:
        """Return what read_payload returns, or a Reading that says why there is none; never raises for a page."""
        return await asyncio.wrap_future(self.submit(page))

    def submit(self, page: Fetched) -> Future[Reading]:
        """Begin to read a page: the same is the future's result. For who waits without an event loop, which costs each page
        .5 ms of processor time more.
        """
        return self.submit_to(_as_it_is, page)

    def submit_to(self, made: Callable[[Reading], Result], page: Fetched) -> Future[Result]:
        """Begin to read a page; what a function makes of its Reading, in the page's process, is the future's result: what
        is smaller than a Reading costs less there and on its way.

        :param made: known by its module and name, as pickle asks.
        """
        extractor = declared_extractor(self.extractor, page.hints.key)
        return self._submit(
            _read_to, (made, page), page.url, lambda outcome, detail: made(Reading(outcome, extractor, detail))
        )

    async def read_links(self, page: Fetched) -> tuple[PolicyLink, ...]:
        """Return what pipelines.reading.candidates.read_links returns; () for a page that cannot be read."""
        return await self.run(_read_links, (page,), page.url, lambda _outcome, _detail: ())

    async def read_candidate(self, page: Fetched, site: str) -> tuple[Verdict, tuple[PolicyLink, ...]]:
        """Return what pipelines.reading.candidates.read_candidate returns; a page that cannot be read is not a policy."""
        return await self.run(
            _read_candidate,
            (page, site),
            page.url,
            lambda _outcome, detail: (Verdict(privacy=False, kind=detail, score=0.0), ()),
        )

    async def run(
        self, read: Callable[..., Result], arguments: tuple[Any, ...], name: str, unread: Unread[Result]
    ) -> Result:
        """Return what a function makes of a page in a process of its own.

        :param name: of the page, for the log.
        :param unread: what stands for the result of a page without one, by its outcome and detail.
        """
        return await asyncio.wrap_future(self._submit(read, arguments, name, unread))

    def _submit(
        self, read: Callable[..., Result], arguments: tuple[Any, ...], name: str, unread: Unread[Result]
    ) -> Future[Result]:
        return self._threads.submit(self._run, read, arguments, name, unread)

    def _run(
        self, read: Callable[..., Result], arguments: tuple[Any, ...], name: str, unread: Unread[Result]
    ) -> Result:
        try:
            return self._call(read, arguments)
        except Stopped as stopped:
            if stopped.why is not Why.CLOSED:
                logger.error("%s: %s", name, "\n".join(filter(None, (stopped.detail, stopped.trace))))  # noqa: TRY400
            outcome = Outcome.READING_STOPPED if stopped.why in _FOR_NOW else Outcome.EXTRACT_FAILED
            return unread(outcome, stopped.detail)
        except Exception as error:  # the pool's own failure is the page's outcome too, and the next page is read
            logger.exception("%s: the reader's process could not be used", name)
            return unread(Outcome.READING_STOPPED, f"the reader's process could not be used: {error!r}"[:500])

    def _call(self, read: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
        process = self._idle.get()
        try:
            try:
                result: Result = process.call(read, arguments)
            except Stopped as stopped:
                if stopped.why not in _ONCE_MORE:
                    raise
                process.end()
                result = process.call(read, arguments)
        except BaseException:
            process.end()
            raise
        else:
            return result
        finally:
            self._idle.put(process)

    async def read_kept(self, kept: Sequence[Any], load: Callable[[int], bytes]) -> AsyncIterator[tuple[Any, Reading]]:
        """Read payloads that are in the store (pipelines.store.shelves.readings.Unread), some ahead of their turn.

        :param load: the bytes of a payload by its id.
        """
        pages = ((one, one.page(load(one.payload_id))) for one in kept)
        with closing(in_turn(pages, self.submit, self.workers)) as readings:
            for unread, reading in readings:
                yield unread, await asyncio.wrap_future(reading)

    def close(self) -> None:
        """End the processes, and drop what is not read."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.close()
        self._threads.shutdown(wait=True)
        for process in self._processes:
            process.end()


def in_turn(
    pages: Iterable[tuple[Of, Fetched]], submit: Callable[[Fetched], Future[Result]], workers: int
) -> Generator[tuple[Of, Future[Result]], None, None]:
    """Read pages side by side; yield whatever each is of, with the future to wait for now, in their order.

    As one is taken another begins: nobody waits for the slowest of a few. What waits is bounded. What is begun is given back
    with the generator.

    :param workers: of `submit`, how many pages are read at once.
    """
    begun: deque[tuple[Of, int, Future[Result]]] = deque()
    size = 0
    try:
        for of, page in pages:
            size += len(page.body)
            begun.append((of, len(page.body), submit(page)))
            while begun and (len(begun) >= _AHEAD * workers or size > _AHEAD_BYTES):
                first, its_size, reading = begun.popleft()
                size -= its_size
                yield first, reading
        while begun:
            first, _size, reading = begun.popleft()
            yield first, reading
    finally:
        for _of, _size, reading in begun:
            reading.cancel()


def _as_it_is(reading: Reading) -> Reading:
    return reading


# What follows runs in a reader's process, and loads there what reads pages: over a second of processor time, and 80 MB.


def _read_to(made: Callable[[Reading], Result], page: Fetched) -> Result:
    from pipelines.reading.payload import read_payload  # noqa: PLC0415

    return made(read_payload(page))


def _read_links(page: Fetched) -> tuple[PolicyLink, ...]:
    from pipelines.reading.candidates import read_links  # noqa: PLC0415

    return read_links(page)


def _read_candidate(page: Fetched, site: str) -> tuple[Verdict, tuple[PolicyLink, ...]]:
    from pipelines.reading.candidates import read_candidate  # noqa: PLC0415

    return read_candidate(page, site)


def warm_up() -> None:
    """Import the extractor and load the model that tells languages, before the first page; again, it costs nothing."""
    from pipelines.model import Block, BlockKind  # noqa: PLC0415
    from pipelines.reading import candidates  # noqa: F401, PLC0415 - it loads all others
    from pipelines.reading.judging.languages import text_languages  # noqa: PLC0415

    extractor_id()
    text_languages([Block(BlockKind.PARAGRAPH, 0, "We collect personal data when you use our services.")])
