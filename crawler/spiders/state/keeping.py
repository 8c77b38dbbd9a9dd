"""What came is kept, raw: the work with its bytes in a thread, the writing in the reactor's, which alone writes.

    response ──take, one call in a thread──► Taken: memento, packed ──► KeptCaptures.keep, one transaction

Undoing codings, digests and compression take milliseconds a page, in which no connection would be served. Who keeps waits;
nothing of the page is read, and its capture is nobody else's, until it is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from crawler.archives.capture import ListedCapture, Memento
from crawler.asking.playback import memento_of
from crawler.spiders.state.shelves import KeptCaptures

if TYPE_CHECKING:
    from scrapy.http import Response


class Taken(NamedTuple):
    """What a response brings.

    :param flaw: what forbids to read the memento, "" if nothing. :param packed: what is stored of it.
    """

    memento: Memento
    flaw: str
    packed: Any


async def take(captures: KeptCaptures, listed: ListedCapture, response: Response) -> Taken:
    """Return what a response brings of a capture, ready to be kept."""
    return await asyncio.to_thread(_take, captures.packing(listed), response)


def _take(pack: Callable[[Memento], Any], response: Response) -> Taken:
    memento, flaw = memento_of(response, response.meta["playback"].memento_at)
    return Taken(memento, flaw, pack(memento))
