"""One policy under way: what its parts of the spider know of it beside the store."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from crawler.archives.capture import Policy
from crawler.archives.dialects import Archive
from crawler.choosing.holes import Holes
from crawler.choosing.strategies import Wanted
from crawler.spiders.state.policy_search import Search


@dataclass(eq=False)
class PolicyWork:
    """A policy, its search, and what is left to do for it. What it waits for stands in waits.py.

    :param go_on: yields what comes next for it (advancing.py): what wakes it.
    :param queue: captures that the search wants, and that the window had no place for.
    :param grown: the listing has grown since the search read it.
    :param unread: something of its captures may be kept and not read for it: at the beginning, where its listing has
        grown, and where it was given the payload of a digest that is held.
    :param begun: a page of it has been asked for in this run.
    :param planned: its requests are counted (mode `plan`).
    :param failed: this program failed on the policy: nothing more is asked for it in this run.
    :param tried: captures that were read in this run, or on which this program failed: none is read twice in it.
    :param busy: its search is reading its listing, or about to hear what is known of its wordings: who has it do so goes
        on from there, and nobody else.
    :param marks: what its search has heard is of this state of its readings.
    :param to_fill: another archive, and the holes that it is asked for next.
    :param parts: kinds of the other documents on its pages, which are to be read as well (all_policies).
    """

    policy: Policy
    search: Search
    go_on: Callable[[], AsyncIterator[Any]]
    queue: deque[Wanted] = field(default_factory=deque)
    grown: bool = True
    unread: bool = True
    begun: bool = False
    planned: bool = False
    failed: bool = False
    tried: set[int] = field(default_factory=set)
    busy: bool = False
    marks: tuple[int, int] | None = None
    to_fill: tuple[Archive, Holes] | None = None
    parts: set[str] = field(default_factory=set)

    def grow(self) -> None:
        """Its listing has rows that it has not seen, of captures that another policy may have fetched."""
        self.grown = self.unread = True
