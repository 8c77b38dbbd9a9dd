"""The run as it stands: its row in the store, what is recorded and counted in it, and why it ends.

    any part ──record, settle, count──► store, log, stats
             ──stop, cannot_go_on────► the engine closes the spider; `ending` is True from then on

A failure of ours is an outcome, too: an exception in a callback is recorded for its site (`program_error`), with its
traceback in the log, and the other sites go on. What slips through is caught by `broken`, which hears every exception
that leaves a callback or a pipeline.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Protocol

from crawler.archives.capture import ListedCapture, Outcome, Policy
from crawler.archives.errors import LimitsError, NotRunning, RateLimited, StoreError
from crawler.asking.gate import gate_of, gates_of
from crawler.options import Mode, RunOptions
from crawler.printed import given, runnable
from crawler.spiders.state.shelves import KeptCaptures, Runs

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

logger = logging.getLogger(__name__)

OUR_FAULTS = (StoreError, LimitsError, NotRunning)  # of this machine, not of the archive: the run cannot go on


class RunStore(Protocol):
    """What a run keeps of itself."""

    @property
    def runs(self) -> Runs: ...

    @property
    def captures(self) -> KeptCaptures: ...


class CurrentRun:
    """One run of the spider.

    :ivar number: of its row in the store, 0 before it has one.
    :ivar asking: the archive that it asks now: the first of the run's, later those that fill its holes, in turn.
    :ivar limited: which limit or signal ended it, "" while none did; so it is with `store_error`, a fault of this machine.
    """

    def __init__(self, store: RunStore, crawler: Crawler, options: RunOptions) -> None:
        self._store, self._crawler, self._options = store, crawler, options
        self._given = given(options.database, options.archive.argument, options.contact)  # to commands that are printed
        self.number = 0
        self._stopped: dict[str, str] = {}
        self.asking = options.archive
        self._next = list(options.fallback)
        self.limited = ""
        self.store_error = ""
        self._ending = False

    def begin(self, program: str) -> None:
        """Write the run's row."""
        options = self._options
        mode = {} if options.mode is Mode.CRAWL else {"mode": options.mode.value}
        self.number = self._store.runs.begin(
            program=program,
            archive=options.archive.name,
            strategy=options.strategy.value,
            arguments=options.arguments | mode,
        )
        if self._next and options.mode is Mode.CRAWL:
            try:
                gate_of(self._crawler, options.archive.name).check()
            except RateLimited:
                self._note_stop(options.archive.name)

    def opened(self) -> None:
        """From now on, whoever waits at the gate is woken by what ends the run: a signal, its time, the archive.

        The counts that stats, and monitors over them, can rely on begin at 0.
        """
        for what in ("listed", "fetched", "reused"):
            self.count(what, 0)
        engine = self._crawler.engine
        assert engine is not None
        close = engine.close_spider_async

        async def closing(*, reason: str = "cancelled") -> None:
            if reason == "shutdown":
                self.limited = self.limited or "it was told to end (Ctrl-C or SIGTERM)"
            self._ending = True
            if reason != "limit":  # what the limit of requests has let out is still to be asked, and kept
                for gate in gates_of(self._crawler).values():
                    gate.shut("the run is ending")
            await close(reason=reason)

        engine.close_spider_async = closing  # type: ignore[method-assign]

    @property
    def ending(self) -> bool:
        """Nothing more is to be asked of the archive in turn: it, a limit or the store has ended that, or a signal has.

        Every loop that can go on without a request looks here, and lets the reactor run (`asyncio.sleep(0)`) so that a
        signal is heard.
        """
        return self.over or self.has_stopped(self.asking.name)

    @property
    def over(self) -> bool:
        """Nothing more is to be asked of any archive."""
        return bool(self.limited or self.store_error or self._ending)

    @property
    def stopped_by_archive(self) -> str:
        """Why archives ended it, "" while none did."""
        return "; ".join(self._stopped.values())

    def has_stopped(self, archive: str) -> bool:
        """Tell whether an archive of this name has asked us to stay away."""
        return archive in self._stopped

    def turn_on(self) -> bool:
        """Ask the next of the run's archives from now on; False where there is none that may be asked."""
        while self._next and not self.over:
            self.asking = self._next.pop(0)
            try:
                gate_of(self._crawler, self.asking.name).check()
            except RateLimited:
                self._note_stop(self.asking.name)
            else:
                return True
        return False

    # what is told

    def count(self, what: str, by: int = 1) -> None:
        """Add to one of the run's counts: "listed", "fetched", "reused", …"""
        assert self._crawler.stats is not None
        self._crawler.stats.inc_value(f"policylapse/{what}", by)

    def settle(
        self, policy: Policy | None, listed: ListedCapture, outcome: Outcome, detail: str, memento_url: str
    ) -> None:
        """Record what became of a capture that brought no payload."""
        self._store.captures.settle(self.number, policy, listed, outcome, detail, memento_url)
        logger.debug("%s %s: %s (%s)", listed.capture.timestamp, listed.capture.original, outcome.value, detail)

    def record(self, outcome: Outcome, subject: str, detail: str, policy: Policy | None = None) -> None:
        """Record an outcome that is no capture's, and tell the person its next step."""
        self._store.runs.record(self.number, outcome, subject, detail, policy=policy)
        step = runnable(outcome.about.next_step or "nothing to do", self._given, policy.site if policy else subject)
        logger.warning("%s: %s (%s). Next: %s", subject, outcome.about.meaning, detail, step)

    def program_error(
        self, error: BaseException, subject: str, policy: Policy | None = None, *, log: bool = True
    ) -> None:
        """Record that this program failed on a site; the other sites go on."""
        if log:
            logger.error("%s: policylapse failed: %s", subject, error, exc_info=error)
        try:
            self.record(Outcome.PROGRAM_ERROR, subject, f"{type(error).__name__}: {error}"[:500], policy)
        except StoreError as failed:
            self.cannot_go_on(failed)

    # what ends it

    def stop(self, archive: str = "") -> None:
        """An archive has said stop: nothing more goes out to it, what is in flight is kept. Where no other archive is left
        to ask, the run ends.

        :param archive: its name; the archive in turn where none is given.
        """
        archive = archive or self.asking.name
        if archive not in self._stopped:
            self._note_stop(archive)
            if archive == self.asking.name and not self._next:
                self._close("rate_limited")

    def _note_stop(self, archive: str) -> None:
        gate = gate_of(self._crawler, archive)
        self._stopped[archive] = gate.why
        gate.shut(gate.why)
        logger.error("%s; it is asked no more, the same crawl goes on where it stopped", gate.why)

    def limit(self, why: str) -> None:
        """A limit that a person has set is reached."""
        if not self.ending:
            self.limited = why
            self._close("limit")

    def cannot_go_on(self, error: BaseException) -> None:
        """End the run: nothing more could be kept, or no limit held."""
        if not self.store_error:
            self.store_error = str(error)
            self._close("our_fault")

    def broken(self, failure: Failure, response: Any = None, item: Any = None) -> None:
        """An exception left a callback or a pipeline: what is this machine's fault, and keeps us from going on, ends the
        run; any other is the outcome of whose it is. Scrapy has logged it.
        """
        error = failure.value
        assert error is not None
        if isinstance(error, OUR_FAULTS):
            self.cannot_go_on(error)
            return
        request = getattr(response, "request", None)
        context = getattr(request, "cb_kwargs", {})
        policy = getattr(item, "policy", None) or getattr(context.get("work"), "policy", None)
        subject = policy.url if policy else getattr(context.get("inquiry"), "site", getattr(request, "url", ""))
        self.program_error(error, subject, policy, log=False)

    def _close(self, reason: str) -> None:
        assert self._crawler.engine is not None
        self._closing = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason=reason))
