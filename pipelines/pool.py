"""Reading pages beside the reactor: a process pool that outlives hostile pages.

A page takes 10-100 ms of CPU; in the reactor's thread every connection would stand still for it. A worker that dies
(a page that kills the parser) takes all pages under way with it: each is then read again in a pool of one, one at a
time, so that only the culprit is recorded as EXTRACT_FAILED.
"""

from __future__ import annotations

import asyncio
import faulthandler
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from multiprocessing import connection
from typing import Any, TypeVar

from crawler.archives.capture import Outcome
from crawler.archives.discovery import Verdict
from crawler.archives.hints import NO_HINTS, Hints
from crawler.archives.policy_links import PolicyLink
from pipelines.extract import declared_extractor, extractor_id
from pipelines.languages import text_languages
from pipelines.model import Block, BlockKind
from pipelines.page_reading import read_candidate, read_links
from pipelines.reading import TIME_LIMIT, Reading, read_payload

Result = TypeVar("Result")


class ReaderPool:
    """Reads payloads in worker processes.

    :param workers: processes; 0 means one per core.
    """

    def __init__(self, workers: int = 0) -> None:
        self.workers = workers or os.cpu_count() or 1
        self.extractor = extractor_id()
        self._pool, self._spawned = _executor(self.workers), False
        self._quarantine = asyncio.Lock()

    async def read(
        self,
        body: bytes,
        headers: Mapping[str, str],
        url: str,
        captured_at: datetime,
        status: int,
        hints: Hints = NO_HINTS,
    ) -> Reading:
        """Return what read_payload returns; a page that kills its worker is EXTRACT_FAILED."""
        extractor = declared_extractor(self.extractor, hints.key)
        killer = Reading(Outcome.EXTRACT_FAILED, extractor, "the page kills the parser")
        read = partial(read_payload, hints=hints)
        return await self._run(read, (body, dict(headers), url, captured_at, status), killer)

    async def read_links(self, body: bytes, headers: Mapping[str, str], url: str) -> tuple[PolicyLink, ...]:
        """Return what pipelines.page_reading.read_links returns; () for a page that kills its worker."""
        return await self._run(read_links, (body, dict(headers), url), ())

    async def read_candidate(
        self, body: bytes, headers: Mapping[str, str], url: str, captured_at: datetime, status: int, site: str
    ) -> tuple[Verdict, tuple[PolicyLink, ...]]:
        """Return what pipelines.page_reading.read_candidate returns."""
        killer = Verdict(privacy=False, kind="the page kills the parser", score=0.0)
        return await self._run(read_candidate, (body, dict(headers), url, captured_at, status, site), (killer, ()))

    async def _run(self, read: Callable[..., Result], arguments: tuple[Any, ...], killer: Result) -> Result:
        """Return what a function makes of a page in a worker; `killer` where the page kills the worker, twice."""
        pool = self._pool
        try:
            return await asyncio.wrap_future(self._submit(pool, read, arguments))
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool, self._spawned = _executor(self.workers), False
        async with self._quarantine:
            with _executor(1) as alone:
                try:
                    with _interrupts_ignored():
                        future = alone.submit(_guarded, read, *arguments)
                    return await asyncio.wrap_future(future)
                except BrokenProcessPool:
                    return killer

    async def read_kept(self, kept: Sequence[Any], load: Callable[[int], bytes]) -> AsyncIterator[tuple[Any, Reading]]:
        """Read payloads that are in the store (pipelines.store_readings.Unread), a few at a time.

        :param load: the bytes of a payload by its id.
        """
        step = 2 * self.workers
        for start in range(0, len(kept), step):
            some = kept[start : start + step]
            reads = (self.read(load(u.payload_id), u.headers, u.url, u.captured_at, u.status, u.hints) for u in some)
            for unread, reading in zip(some, await asyncio.gather(*reads), strict=True):
                yield unread, reading

    def _submit(
        self, pool: ProcessPoolExecutor, read: Callable[..., Result], arguments: tuple[Any, ...]
    ) -> Future[Result]:
        if self._spawned:
            return pool.submit(_guarded, read, *arguments)
        self._spawned = True
        with _interrupts_ignored():  # the first page starts the workers
            return pool.submit(_guarded, read, *arguments)

    def close(self) -> None:
        """Drop what is not begun and end the workers."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _guarded(read: Callable[..., Result], *arguments: Any) -> Result:
    """Read, with a limit of time that a parser written in C may not feel: then the worker ends, and its page with it."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a device
        faulthandler.dump_traceback_later(2 * TIME_LIMIT, exit=True, file=nowhere)
        try:
            return read(*arguments)
        finally:
            faulthandler.cancel_dump_traceback_later()


def _executor(workers: int) -> ProcessPoolExecutor:
    """Workers are spawned, not forked: the reactor's threads and sockets stay out of them."""
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_warm_up)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Let processes that start now inherit that Ctrl-C is none of their business: it reaches the whole group, and a
    worker that dies of it while it imports would take the pool with it.
    """
    try:
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _warm_up() -> None:
    """Import the extractor before the first page; leave Ctrl-C to the parent, which drains what is under way; end
    with the parent, even one that was killed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    extractor_id()
    text_languages([Block(BlockKind.PARAGRAPH, 0, "We collect personal data when you use our services.")])


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
