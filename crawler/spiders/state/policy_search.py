"""The search through one policy's captures: what the store and this run know of them, and what to ask for next.

    store ──reload──► rows + Knowledge ──choose.next_batch──► requests (the spider) ──► answered / put_off ──► again

What needs no request is settled here: rows that their index entry tells of, digests that are held, redirects between
two to one place. A search that was killed is the same search opened again.

A search comes to an end whatever it is told: each capture is named once (`_named`), and one that is named again in
spite of that is passed over, and logged. It works in slices (`step`), so that a long one lets the reactor hear a signal.
"""

from __future__ import annotations

import logging
from array import array
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Protocol

from crawler.archives.capture import REVISIT_MIMETYPE, ListedCapture, Outcome, Period, Policy
from crawler.choosing.certainty import Certainty, Forecast, certainty, forecast
from crawler.choosing.holes import Holes, holes_of
from crawler.choosing.rows import TELLS_NOTHING, Captures, GrowingRows, digest_key, index_verdict
from crawler.choosing.strategies import Wanted, next_batch
from crawler.choosing.survey import Knowledge
from crawler.choosing.unmodified import LAST_MODIFIED, moment
from crawler.options import RunOptions
from crawler.spiders.state.shelves import KeptCaptures, Versions

logger = logging.getLogger(__name__)

STRETCH = 2_000  # captures read from the store at once, and wanted of one strategy at once
SLICE = 40  # captures that are reused in one step, a transaction each: twenty milliseconds
AT_ONCE = 200  # captures of a listing that are taken in before others have their turn: ten milliseconds
_READ = (Outcome.FETCHED, Outcome.REVISIT)
LOST = (
    Outcome.UNPLAYABLE,
    Outcome.DRIFTED,
    Outcome.PLAYBACK_FAILED,
    Outcome.UNDECODABLE,
    Outcome.TOO_LARGE,
)  # listed, asked for, and not had: another archive may have the page of that day
KEPT_FROM_US = (Outcome.EXCLUDED, Outcome.EXCLUDED_ROBOTS, Outcome.FORGOTTEN)


def once_each(listed: Iterable[ListedCapture], first: str) -> Iterator[ListedCapture]:
    """Yield captures, an observation that two archives share (one URL, second and digest) once: the one that was read,
    else the one that can still be asked for, of the first archive rather than another's. Archives give each other what
    they have, and one visit of a robot is no better known for standing in two indexes.

    :param listed: in order of time. :param first: the name of the archive that is asked first.
    """
    for _, group in groupby(listed, key=lambda one: one.capture.captured_at):
        some = list(group)
        if len({one.archive for one in some}) < 2:
            yield from some
            continue
        best: dict[tuple[str, str], ListedCapture] = {}
        for one in sorted(some, key=lambda one: (_rank(one), one.archive != first, one.capture_id)):
            best.setdefault((one.capture.urlkey, one.capture.digest), one)
        for one in some:
            shared = best[one.capture.urlkey, one.capture.digest]
            if one.archive == shared.archive or digest_key(one.capture.digest) == TELLS_NOTHING:
                yield one


def _rank(one: ListedCapture) -> int:
    return 0 if one.outcome in _READ else 2 if one.outcome.settled else 1


class SearchStore(Protocol):
    """What is listed and known of captures."""

    @property
    def captures(self) -> KeptCaptures: ...

    @property
    def versions(self) -> Versions: ...


class Search:
    """One policy's captures in a run's archives and period: all of the first, of the others those that fill its holes.

    :param options: the run's: archive, period, strategy and how sure to be.
    :param extractor: whose readings count.
    :param run_id: the run that settles captures.
    :param on_reuse: called for each capture that needed no request, since its payload is held.
    :param held: digest_key of the digests whose payload the store holds; one set for all searches of a run.
    :param holes: the holes that other archives may fill, by archive: of the policy, so that it outlives the search.
    """

    def __init__(
        self,
        store: SearchStore,
        options: RunOptions,
        extractor: str,
        policy: Policy,
        run_id: int,
        on_reuse: Callable[[], None],
        held: set[int] | None = None,
        holes: dict[str, tuple[Period, ...]] | None = None,
    ) -> None:
        self._store, self._options, self._extractor = store, options, extractor
        self._policy, self._run_id, self._on_reuse = policy, run_id, on_reuse
        self._all = options.strategy.exhaustive  # no wordings are needed
        self._rows: Captures | None = None
        self._reloading = False
        self._asked: set[int] = set()  # under way, or read and not stored yet
        self._wordings: dict[int, str] | None = None  # as the versions have them; None before anybody told
        self._aside: Collection[int] = ()
        self._fresh: dict[int, str] = {}  # wordings that were read in this run
        self._stated: dict[int, Collection[int]] = {}  # the days that texts state, of captures that were read
        self._modified: dict[int, int] = {}  # Last-Modified of captures that were fetched
        self._headers_seen: set[int] = set()
        self._put_off: set[int] = set()
        self._no_policy: set[int] = set()
        # settled, with nothing to tell of others; of every capture where all are asked for, so an array there
        self._done: set[int] | array[int] = array("q") if self._all else set()
        self._targets: dict[int, str] = {}
        self._led: set[str] = set()  # targets that were given to the spider
        self._held: set[int] = set() if held is None else held
        self._named: set[int] = set()
        self._to_reuse: deque[int] = deque()
        self._ended = False
        self._lost: set[int] = set()  # asked for in vain
        self._kept_from_us: set[int] = set()
        self._holes = {} if holes is None else holes

    def resume(self, *, ended: bool) -> None:
        """Take the place of an earlier search of this run. :param ended: it had come to its end."""
        self._ended = ended

    # answers

    def answered(
        self, capture_id: int, outcome: Outcome, wording: str = "", target: str = "", stated: Collection[int] = ()
    ) -> None:
        """Note what became of a capture that was asked for; `stated` are the days that its text states (stated.py)."""
        self._put_off.discard(capture_id)
        if outcome in _READ and wording and not self._all:
            self._fresh[capture_id] = wording
            self._stated[capture_id] = stated
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
        self._named -= self._put_off
        self._put_off.clear()
        return waiting

    @property
    def has_put_off(self) -> bool:
        """Some captures were passed over for now."""
        return bool(self._put_off)

    @property
    def listed(self) -> bool:
        """The listing was read."""
        return self._rows is not None

    def pass_over(self, capture_id: int) -> None:
        """Never ask for a capture again in this run: nothing can be told of it."""
        self._asked.discard(capture_id)
        self._put_off.discard(capture_id)
        self._finish(capture_id)

    def hand_back(self, capture_id: int) -> None:
        """Take back a capture that waited for another one's answer: it may need no request any more."""
        self._asked.discard(capture_id)
        self._named.discard(capture_id)

    def led(self, target: str) -> None:
        """Note that somebody sees to where a redirect leads."""
        self._led.add(target)

    def new_targets(self) -> list[tuple[int, str]]:
        """Return where redirects lead that were not fetched for this search: (capture id, URL), each URL once."""
        new = {to: number for number, to in self._targets.items() if to and to not in self._led}
        self._led |= new.keys()
        return [(number, to) for to, number in new.items()]

    # what is known

    def reload(self) -> None:
        """Read the listing anew: at the beginning, and when it has grown."""
        for _ in self.reloading():
            pass

    def reloading(self) -> Iterator[None]:
        """Reload, and yield every so many captures, so that the reactor can see to others."""
        rows, self._reloading = GrowingRows(), True
        try:
            for number, listed in enumerate(self._open_rows(), start=1):
                rows.add(listed)
                if number % AT_ONCE == 0:
                    yield
        finally:
            self._reloading = False
        self._rows = rows.captures()

    def digests(self) -> Collection[int] | None:
        """Return the digest_key of each row that it has; None while it is reading rows."""
        if self._reloading:
            return None
        return () if self._rows is None else {*self._rows.pages.digests, *self._rows.redirects.digests}

    def _open_rows(self) -> Iterator[ListedCapture]:
        """All captures, settling on the way those of which the index row tells enough, and noting what is known."""
        now = datetime.now(UTC)
        for listed in once_each(self._stream(), self._options.archive.name):
            verdict = None if listed.outcome.settled else index_verdict(listed.capture)
            if verdict is not None:
                self._store.captures.settle(self._run_id, self._policy, listed, *verdict)
                continue
            self._note(listed, now)
            yield listed

    def _note(self, listed: ListedCapture, now: datetime) -> None:
        number, outcome = listed.capture_id, listed.outcome
        if outcome in LOST:
            self._lost.add(number)
        elif outcome in KEPT_FROM_US:
            by_owner = outcome is not Outcome.FORGOTTEN and self._options.fallback_excluded
            (self._lost if by_owner else self._kept_from_us).add(number)
        if listed.held and outcome is not Outcome.REDIRECT:  # its payload does not say where it leads
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
        options, after = self._options, None
        while True:
            names = options.archive_names
            some = self._store.captures.of(self._policy, names, options.period, after, STRETCH)
            open_digests = {one.capture.digest for one in some if not one.outcome.settled}
            self._held |= {digest_key(digest) for digest in self._store.captures.held_digests(open_digests)}
            yield from filter(self._is_wanted, some)
            if len(some) < STRETCH:
                return
            after = some[-1]

    def _is_wanted(self, listed: ListedCapture) -> bool:
        """Another archive's captures are there for the holes of the first; those that were read are known anyway."""
        if listed.outcome in _READ or listed.archive not in self._options.archive_names[1:]:
            return True
        return any(listed.capture.captured_at in hole for hole in self._holes.get(listed.archive, ()))

    def open_to(self, archive: str, holes: tuple[Period, ...]) -> None:
        """Let an archive's captures in some holes be chosen, too; reload then."""
        self._holes[archive] = holes

    def holes(self) -> Holes:
        """Return where the archives that were asked so far have no usable capture."""
        self.reload()
        assert self._rows is not None
        wordings, others = self._store.versions.wordings(self._policy, self._extractor)
        known = Knowledge(
            wordings=wordings,
            no_policy=self._no_policy | set(others),
            failed=self._lost | self._kept_from_us,
            targets=self._targets,
        )
        return holes_of(
            self._rows,
            known,
            self._options.survey,
            self._options.period,
            lost=self._lost,
            kept_from_us=self._kept_from_us,
        )

    def _knowledge(self) -> Knowledge:
        if self._all:
            done = array("q", [*self._done, *self._no_policy, *self._put_off])
            return Knowledge(failed=done, asked=self._asked, held=self._held, targets=self._targets)
        if self._wordings is None:
            self._ask_store()
        assert self._wordings is not None
        wordings, aside = self._wordings, set(self._aside)
        fresh = {number: word for number, word in self._fresh.items() if number not in wordings and number not in aside}
        self._asked -= wordings.keys() | aside
        return Knowledge(
            wordings=wordings | fresh,
            no_policy=self._no_policy | aside,
            failed=[*self._done, *self._put_off],
            asked=self._asked,
            held=self._held,
            targets=self._targets,
            stated=self._days(wordings),
            modified=self._last_modified(wordings),
        )

    def _days(self, wordings: Mapping[int, str]) -> Mapping[int, Collection[int]]:
        """The days that texts state; the store is asked for those that this run has not read."""
        new = wordings.keys() - self._stated.keys()
        if new:
            found = self._store.versions.stated(self._policy, self._extractor)
            self._stated |= {number: found.get(number, ()) for number in new}
        return self._stated

    def _last_modified(self, wordings: Mapping[int, str]) -> Mapping[int, int]:
        """The Last-Modified of captures that are stored; what this run has read comes with the versions that it makes."""
        new = wordings.keys() - self._headers_seen
        if new:
            self._headers_seen |= new
            for number, header in self._store.captures.sent_header(LAST_MODIFIED, new).items():
                at = moment(header)
                if at is not None:
                    self._modified[number] = at
        return self._modified

    # what next

    @property
    def wants_wordings(self) -> bool:
        """Whether the next step goes by wordings."""
        return not self._all and not self._to_reuse

    def inform(self, wordings: dict[int, str], aside: Collection[int]) -> None:
        """Hear the wording of each capture that was read, as the versions have it, and which show another document.

        What was read since is known by the wording of its page alone.
        """
        self._wordings, self._aside = wordings, aside

    def _ask_store(self) -> None:
        self.inform(*self._store.versions.wordings(self._policy, self._extractor))

    def step(self) -> list[Wanted] | None:
        """Return what to ask the archive for now, most urgent first.

        Empty when all is known, or when what is under way has to answer first. None where some captures were found
        to need no request: call again, there is more to do.
        """
        if self._to_reuse:  # what is known is read again after all of them: it costs as much as there are captures
            self._reuse_some()
            return None
        if self._rows is None:
            self.reload()
        assert self._rows is not None
        width = STRETCH if self._all else None
        batch = next_batch(self._rows, self._knowledge(), self._options.strategy, self._options.survey, width)
        infer = [one for one in batch.infer if self._name(one[0])]
        for number, outcome, why in infer:
            (listed,) = self._store.captures.listed([number])
            self._store.captures.settle(self._run_id, self._policy, listed, outcome, why)
            self._targets[number] = ""
        self._to_reuse.extend(number for number in batch.reuse if self._name(number))
        self._reuse_some()
        if batch.infer or self._to_reuse or (batch.reuse and not batch.fetch):
            return None
        fetch = [wanted for wanted in batch.fetch if self._name(wanted.capture_id)]
        self._asked.update(wanted.capture_id for wanted in fetch)
        self._ended = batch.done
        return fetch if fetch or not batch.fetch else None

    def _reuse_some(self) -> None:
        self.reuse([self._to_reuse.popleft() for _ in range(min(SLICE, len(self._to_reuse)))])

    def _name(self, number: int) -> bool:
        """Note that a capture is dealt with; False for one that was before, which then is passed over for good."""
        if number in self._named:
            logger.error("capture %d of %s was wanted twice; it is passed over", number, self._policy.url)
            self.pass_over(number)
            return False
        self._named.add(number)
        return True

    def can_reuse(self, listed: ListedCapture) -> bool:
        """Tell whether a capture needs no request by now: another policy has brought its payload."""
        return self.digest_of(listed) in self._held

    def digest_of(self, listed: ListedCapture) -> int:
        """Return the digest_key of a capture whose digest says what its payload is, 0 where it is not taken at its
        word: strategy `all` does so only for revisits.
        """
        capture = listed.capture
        if self._options.strategy.name == "all" and capture.mimetype != REVISIT_MIMETYPE:
            return TELLS_NOTHING
        return digest_key(capture.digest)

    def reuse(self, numbers: Sequence[int]) -> None:
        """Give captures the payloads that are held under their digests."""
        for listed in self._store.captures.listed(numbers):
            outcome = self._store.captures.reuse(listed)
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
        if self._rows is None:
            return None
        if not self._all:
            self._ask_store()
        return certainty(self._rows, self._knowledge())

    def forecast(self) -> Forecast:
        """Return how many requests the rest would take."""
        if self._rows is None:
            self.reload()
        assert self._rows is not None
        return forecast(self._rows, self._knowledge(), self._options.strategy, self._options.survey)
