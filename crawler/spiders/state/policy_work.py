"""One policy under way: what its parts of the spider know of it beside the store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from crawler.archives.capture import Period, Policy
from crawler.archives.dialects import Archive
from crawler.choosing.certainty import Certainty
from crawler.choosing.holes import Holes
from crawler.choosing.strategies import Wanted
from crawler.spiders.state.policy_search import Search

# What is remembered of a policy of which nothing is under way (works.py): a bit each, by the attribute's name.
_REMEMBERED = ("unread", "begun", "shared", "planned", "failed", "_ended", "_put_off", "_listed")


@dataclass(eq=False, slots=True, weakref_slot=True)
class PolicyWork:
    """A policy, its search, and what is left to do for it. What it waits for stands in waits.py.

    :param open_search: makes its search, which reads from the store what it has to know. It is made when it is first
        wanted, and anew when it is wanted after `rest`.
    :param advance: yields what comes next for a policy (advancing.py).
    :param holes: those that other archives may fill, by archive: they outlive the search.
    :param queue: captures that the search wants, and that the window had no place for.
    :param grown: the listing has grown since the search read it.
    :param unread: something of its captures may be kept and not read for it: at the beginning, where its listing has
        grown, and where it was given the payload of a digest that is held.
    :param begun: a page of it has been asked for in this run.
    :param shared: it has given its place to those that had no page yet (turns.py).
    :param going: how many are going on with it at the moment.
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
    open_search: Callable[[PolicyWork], Search]
    advance: Callable[[PolicyWork], AsyncIterator[Any]]
    holes: dict[str, tuple[Period, ...]] = field(default_factory=dict)
    queue: list[Wanted] = field(default_factory=list)
    grown: bool = True
    unread: bool = True
    begun: bool = False
    shared: bool = False
    going: int = 0
    planned: bool = False
    failed: bool = False
    tried: set[int] = field(default_factory=set)
    busy: bool = False
    marks: tuple[int, int] | None = None
    to_fill: tuple[Archive, Holes] | None = None
    parts: set[str] = field(default_factory=set)
    _search: Search | None = None
    _ended: bool = False  # at `rest`, all was read
    _put_off: bool = False  # at `rest`, some captures were put off
    _listed: bool = False  # at `rest`, its listing had been read

    def go_on(self) -> AsyncIterator[Any]:
        """Yield what comes next for it: what wakes it."""
        return self.advance(self)

    def remembered(self) -> int | None:
        """Return all that has to be remembered of it beside the store, as a number below 256; None where it is more."""
        if (
            self._search
            or self.going
            or self.busy
            or self.queue
            or self.tried
            or self.parts
            or self.to_fill
            or self.holes
        ):
            return None
        return sum(1 << place for place, name in enumerate(_REMEMBERED) if getattr(self, name))

    def remember(self, bits: int) -> None:
        """Be what `remembered` was told of."""
        for place, name in enumerate(_REMEMBERED):
            setattr(self, name, bool(bits >> place & 1))

    @property
    def search(self) -> Search:
        if self._search is None:
            self._search = self.open_search(self)
            self._search.resume(ended=self._ended)
            self.grown, self.marks = True, None
        return self._search

    @property
    def resting(self) -> bool:
        """Nothing of its captures is in memory."""
        return self._search is None

    @property
    def ended(self) -> bool:
        """Nothing is left to ask for, and nothing waits for an answer."""
        return self._ended if self._search is None else self._search.ended

    def grow(self) -> None:
        """Its listing has rows that it has not seen, of captures that another policy may have fetched."""
        self.grown = self.unread = True

    def rest(self) -> None:
        """Free what its search has in memory, where nothing of it is under way: the store knows all of it."""
        if self._search is not None:
            self._ended = self._search.ended
            self._put_off = self._search.has_put_off
            self._listed = self._search.listed
            self._search = None
        self.queue.clear()

    def retry(self) -> bool:
        """Let captures that were put off be asked for again; return whether there are any."""
        if self._search is not None:
            return self._search.retry()
        again, self._put_off = self._put_off, False
        return again

    def how_sure(self) -> Certainty | None:
        """Return how much of it was read and how much follows (certainty.py); None before its listing was read."""
        if self._search is not None:
            return self._search.how_sure()
        if not self._listed:
            return None
        search = self.open_search(self)
        search.reload()
        return search.how_sure()
