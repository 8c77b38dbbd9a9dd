"""What came is kept, raw: the work with its bytes in a thread, the writing in the reactor's, which alone writes.

    response ──a thread──► memento, packed ──► KeptCaptures.keep, one transaction

Undoing codings, digests and compression take milliseconds a page, in which no connection would be served. Who keeps waits;
nothing of the page is read, and its capture is nobody else's, until it is kept.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crawler.archives.capture import ListedCapture, Memento, Outcome
from crawler.asking.playback import memento_of
from crawler.spiders.state.shelves import KeptCaptures

if TYPE_CHECKING:
    from scrapy.http import Response


async def memento_in(response: Response) -> tuple[Memento, str]:
    """Return the memento that a response brings, and what forbids to read it, if anything."""
    return await asyncio.to_thread(memento_of, response, response.meta["playback"].memento_at)


async def keep(
    captures: KeptCaptures, listed: ListedCapture, memento: Memento, outcome: Outcome, detail: str = ""
) -> None:
    """Keep a memento for a capture."""
    packed = await asyncio.to_thread(captures.packing(listed, memento))
    captures.keep(listed, memento, outcome, detail, packed=packed)
