"""Many units of work in one transaction: whoever hands one in waits until all are committed.

    work ──do──► waits with the others, MOMENT or until there are MOST ──► one transaction ──► its result
    work ──now──► one transaction with all that wait ──► its result, at once

A transaction costs as much as what a capture needs it for. Nothing that waits here was told to anybody: killed before the
commit, the run has lost what it would have lost before, and asks again. Work that fails takes nobody else's with it: what was
together is rolled back, and each is done again by itself; so it must be possible to do it twice. What ends the program (an
interrupt) ends all that was handed in: whoever waits is cancelled, since nobody will ever do it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from pipelines.store.transactions import OpenFile

MOMENT: Final = 0.03  # seconds that the first waits for others: as long as a page is read, of which some are under way
MOST: Final = 16  # units of one transaction: some 10 ms, in which no connection is served

Result = TypeVar("Result")


class Together:
    """Writes into one file, from the thread of one event loop."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    async def do(self, work: Callable[[], Result]) -> Result:
        """Return what work on the file returns, once it is committed; raise what it raises.

        :param work: any of the shelves' methods; if need be it is called a second time.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((work, done))
        if len(self._waiting) == 1:  # of those before, another's end may come first: then this is no later
            loop.call_later(MOMENT, self._commit)
        elif len(self._waiting) >= MOST:
            self._commit()
        return await done

    def now(self, work: Callable[[], Result]) -> Result:
        """Return what work on the file returns, at once; whoever waits has waited. What others look for in the file when
        they are told of it is done like this.
        """
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        self._commit()
        return done.result()

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:  # another did it meanwhile
            return
        try:
            self._write(waiting)
        finally:
            for _work, done in waiting:
                done.cancel()  # only where it has no result: we are on our way out

    def _write(self, waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]]) -> None:
        begun = False
        try:
            with self._file.transaction():
                begun = True
                results = [work() for work, _done in waiting]
        except Exception as error:  # noqa: BLE001 - whose it is comes out when each is done by itself
            for work, done in waiting:
                if begun:
                    self._alone(work, done)
                elif not done.done():  # another process writes: each by itself would wait for it as long again
                    done.set_exception(error)
        else:
            for (_work, done), result in zip(waiting, results, strict=True):
                if not done.done():  # nobody waits any more
                    done.set_result(result)

    def _alone(self, work: Callable[[], Any], done: asyncio.Future[Any]) -> None:
        try:
            with self._file.transaction():
                result = work()
        except Exception as error:  # noqa: BLE001 - for whoever waits
            if not done.done():
                done.set_exception(error)
        else:
            if not done.done():
                done.set_result(result)
