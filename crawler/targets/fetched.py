"""One page as it is handed to a reader: what came of it, and what is declared of it.

playback, the store, a file ──► Fetched ──► process pool ──► reader (pipelines.reading)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crawler.targets.hints import NO_HINTS, Hints


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page. It does not say when it was captured: nothing that is read of it may depend on that.

    :param body: the payload, content codings undone.
    :param headers: of the memento, names lower-cased.
    :param url: the page's URL on its original site, "" if unknown.
    :param status: HTTP status of the original answer.
    :param hints: what others declared of it, and which of its documents is asked for.
    """

    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    url: str
    status: int = 200
    hints: Hints = NO_HINTS
