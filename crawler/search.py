"""The search through one policy's captures: what the store and this run know of them, and what to ask for next.

    store ──reload──► rows + Knowledge ──choose.next_batch──► requests (the spider) ──► answered / put_off ──► again

What needs no request is settled here: rows that their index entry tells of, digests that are held, redirects between
two to one place. A search that was killed is the same search opened again.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from crawler.archives.capture import ListedCapture, Outcome, Policy
from crawler.archives.choose import Wanted, next_batch
from crawler.archives.landmarks import Knowledge
from crawler.archives.rows import Captures, digest_key, index_verdict, rows_of
from crawler.archives.sure import Certainty, Forecast, certainty, forecast
from crawler.job import Job

STRETCH = 2_000  # captures read from the store at once, and wanted of one strategy at once
_READ = (Outcome.FETCHED, Outcome.REVISIT)


class Search:
    """One policy's captures in one archive and period.

    :param run_id: the run that settles captures.
    :param on_reuse: called for each capture that needed no request, since its payload is held.
    """

    def __init__(self, job: Job, policy: Policy, run_id: int, on_reuse: Callable[[], None]) -> None:
        self._job, self._policy, self._run_id, self._on_reuse = job, policy, run_id, on_reuse
        self._all = job.strategy.exhaustive  # no wordings are needed
        self._rows: Captures | None = None
        self._asked: set[int] = set()  # under way, or read and not stored yet
        self._fresh: dict[int, str] = {}  # wordings that were read in this run
        self._put_off: set[int] = set()
        self._no_policy: set[int] = set()
        # settled, with nothing to tell of others; of every capture where all are asked for, so an array there
        self._done: set[int] | array[int] = array("q") if self._all else set()
        self._targets: dict[int, str] = {}
        self._held: set[int] = set()
        self._ended = False

    # answers

    def answered(self, capture_id: int, outcome: Outcome, wording: str = "", target: str = "") -> None:
        """Note what became of a capture that was asked for."""
        self._put_off.discard(capture_id)
        if outcome in _READ and wording and not self._all:
            self._fresh[capture_id] = wording
        elif outcome is Outcome.NOT_A_POLICY:
            self._no_policy.add(capture_id)
        elif outcome is Outcome.REDIRECT:
            self._targets[capture_id] = target
        elif outcome not in _READ or self._all:
            self._finish(capture_id)
        if outcome not in _READ or self._all or wording:
            self._asked.discard(capture_id)

    def _finish(self, capture_id: int) -> None:
        if isinstance(self._done, set):
            self._done.add(capture_id)
        else:
            self._done.append(capture_id)

    def kept(self, listed: ListedCapture) -> None:
        """Note that a capture's payload is in the store."""
        self._held.add(digest_key(listed.capture.digest))

    def put_off(self, capture_id: int) -> None:
        """Pass over a capture for now: others may tell the same."""
        self._asked.discard(capture_id)
        self._put_off.add(capture_id)

    def retry(self) -> bool:
        """Let those that were put off be asked for again, if they are still wanted; return whether there are any."""
        waiting = bool(self._put_off)
        self._put_off.clear()
        return waiting

    # what is known

    def reload(self) -> None:
        """Read the listing anew: at the beginning, and when it has grown."""
        self._rows = rows_of(self._open_rows())

    def _open_rows(self) -> Iterator[ListedCapture]:
        """All captures, settling on the way those of which the index row tells enough, and noting what is known."""
        now = datetime.now(UTC)
        for listed in self._stream():
            verdict = None if listed.outcome.settled else index_verdict(listed.capture)
            if verdict is not None:
                self._job.store.settle(self._run_id, self._policy, listed, *verdict)
                continue
            self._note(listed, now)
            yield listed

    def _note(self, listed: ListedCapture, now: datetime) -> None:
        number, outcome = listed.capture_id, listed.outcome
        if listed.held:
            self._held.add(digest_key(listed.capture.digest))
        if outcome is Outcome.REDIRECT:
            self._targets[number] = listed.redirect_url
        elif outcome is Outcome.NOT_A_POLICY:
            self._no_policy.add(number)
        elif outcome in _READ and not self._all:
            if not (number in self._fresh or number in self._no_policy or number in self._done):
                self._asked.add(number)  # until its wording comes out of the store
        elif outcome.settled or (listed.not_before and listed.not_before > now):
            self._finish(number)

    def _stream(self) -> Iterator[ListedCapture]:
        job, after = self._job, None
        while True:
            some = job.store.captures(self._policy, job.archive.name, job.period, after, STRETCH)
            open_digests = {one.capture.digest for one in some if not one.outcome.settled}
            self._held |= {digest_key(digest) for digest in job.store.held_digests(open_digests)}
            yield from some
            if len(some) < STRETCH:
                return
            after = some[-1]

    def _knowledge(self) -> Knowledge:
        if self._all:
            done = array("q", [*self._done, *self._no_policy, *self._put_off])
            return Knowledge(failed=done, asked=self._asked, held=self._held, targets=self._targets)
        wordings, others = self._job.store.wordings(self._policy, self._job.reader.extractor)
        aside = set(others)
        fresh = {number: word for number, word in self._fresh.items() if number not in wordings and number not in aside}
        self._asked -= wordings.keys() | aside
        return Knowledge(
            wordings=wordings | fresh,
            no_policy=self._no_policy | aside,
            failed=[*self._done, *self._put_off],
            asked=self._asked,
            held=self._held,
            targets=self._targets,
        )

    # what next

    def next(self) -> list[Wanted]:
        """Return what to ask the archive for now, most urgent first; note what needs no request.

        Empty when all is known, or when what is under way has to answer first.
        """
        if self._rows is None:
            self.reload()
        assert self._rows is not None
        width = STRETCH if self._all else None
        while True:
            batch = next_batch(self._rows, self._knowledge(), self._job.strategy, self._job.options, width)
            for number, outcome, why in batch.infer:
                (listed,) = self._job.store.listed([number])
                self._job.store.settle(self._run_id, self._policy, listed, outcome, why)
                self._targets[number] = ""
            self._reuse(batch.reuse)
            if batch.fetch or batch.done:
                self._asked.update(wanted.capture_id for wanted in batch.fetch)
                self._ended = batch.done
                return list(batch.fetch)

    def _reuse(self, numbers: tuple[int, ...]) -> None:
        for start in range(0, len(numbers), STRETCH):
            some = numbers[start : start + STRETCH]
            for listed in self._job.store.listed(some):
                outcome = self._job.store.reuse(listed)
                self._on_reuse()
                if outcome in _READ and not self._all:
                    self._asked.add(listed.capture_id)
                else:
                    self.answered(listed.capture_id, outcome)

    @property
    def waiting(self) -> bool:
        """Something that is held or under way has not told its wording yet."""
        return bool(self._asked)

    def give_up(self) -> None:
        """Pass over what will not tell its wording in this run."""
        for number in self._asked:
            self._finish(number)
        self._asked.clear()

    @property
    def ended(self) -> bool:
        """Nothing is left to ask for, and nothing waits for an answer."""
        return self._ended and not self._asked

    def how_sure(self) -> Certainty | None:
        """Return how much was read and how much follows; None before the listing was read."""
        return None if self._rows is None else certainty(self._rows, self._knowledge())

    def forecast(self) -> Forecast:
        """Return how many requests the rest would take."""
        if self._rows is None:
            self.reload()
        assert self._rows is not None
        return forecast(self._rows, self._knowledge(), self._job.strategy, self._job.options)
