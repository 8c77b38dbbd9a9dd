"""What is known of a policy's captures so far, laid out along time: the ground on which the next probes are chosen.

    Rows + Knowledge ──► survey ──► Survey: gaps between neighbouring captures whose wording is known

Free evidence is spread here: captures with one digest have one wording, and where one of them is no policy none is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from itertools import pairwise

from crawler.choosing.lengths import UNKNOWN
from crawler.choosing.rows import TELLS_NOTHING, Rows
from crawler.choosing.unmodified import DAY, ENOUGH, Dated, agreement, telling

MAX_GAP = timedelta(days=180)
# Clean curated histories never return to a wording six times within a year; an A/B test does so in a week.
MANY_RETURNS = 6
# The most restless clean history has 7 changes in 284 days; beyond this a page is written anew for every visitor.
MANY_RUNS = 64
JUNK_RUN = 3  # neighbours known to be no policy, before what lies between them is taken for none
_SMALL = 8  # times smaller than the typical capture: most likely a stub, asked after better ones
_ALIKE = 0.02  # of a length: alike enough to be the same stub
_NEARER = 2  # times as near to the length of what was no policy as to that of any policy: looks like it

OPEN, KNOWN, JUNK, FAILED, ASKED = range(5)


@dataclass(frozen=True, slots=True)
class Options:
    """How sure to be.

    :param max_gap: between two captures of one wording that are further apart than this, others are asked.
    :param resolution: how narrow a change's bracket has to be; zero is down to neighbouring captures.
    """

    max_gap: timedelta = MAX_GAP
    resolution: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the store, and the run under way, know of captures; all by capture id but `held`.

    Whichever field a capture stands in, its answer is known or under way: it is never asked for, whatever its index
    row said. An index may call a page what playback answers with a redirect (every `warc/revisit` row does), and a
    redirect what is a page.

    :param wordings: the wording's key of every capture whose payload was read and is a policy.
    :param no_policy: fetched, and no policy (bot check, log-in, error page); so is each of the same digest.
    :param failed: not to be had: settled in another way, or asked in vain just now. Nothing follows for its digest.
    :param asked: under way: asked for or reused, and the answer is not in the other fields yet.
    :param held: digest_key of the digests whose payload the store holds, from any capture of any policy.
    :param stated: of captures whose text was read: the days that it states (stated.py). They say where to look, never
        what is known.
    :param modified: of captures that were fetched themselves: their Last-Modified, in seconds since 1970 (unmodified.py).
    :param targets: captures that were answered with a redirect, and where each led ("" where that is not known).
    """

    wordings: Mapping[int, str] = field(default_factory=dict)
    no_policy: Collection[int] = ()
    failed: Collection[int] = ()
    asked: Collection[int] = ()
    held: Collection[int] = frozenset()
    targets: Mapping[int, str] = field(default_factory=dict)
    stated: Mapping[int, Collection[int]] = field(default_factory=dict)
    modified: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """What lies between two neighbouring captures of known wording, by positions in the rows.

    :param left: the earlier, -1 where none is known from the beginning on.
    :param right: the later, one past the last row where none is known to the end.
    :param junk: those between them that are no policy or not to be had, in order.
    :param asked: an answer from between them is under way.
    """

    left: int
    right: int
    junk: tuple[int, ...] = ()
    asked: bool = False

    @property
    def open(self) -> int:
        return self.right - self.left - 1 - len(self.junk)

    def stretches(self) -> list[tuple[int, int]]:
        """The gap cut at its junk: pairs of positions with only open captures between them."""
        marks = [self.left, *self.junk, self.right]
        return list(pairwise(marks))


@dataclass(frozen=True, slots=True)
class KnownRun:
    """Neighbouring known captures of one wording."""

    wording: str
    first: int
    last: int


class Survey:
    """Rows with what is known of them; made anew for every call.

    :ivar states: of each row: OPEN, KNOWN, JUNK (no policy), FAILED (not to be had) or ASKED (an answer is under way).
    :ivar words: the wording by position, where the state is KNOWN.
    :ivar reuse: positions that need no request, since their payload is held under their digest.
    """

    def __init__(self, rows: Rows, knowledge: Knowledge, options: Options) -> None:
        self.rows, self.times, self.options = rows, rows.times, options
        self.max_gap = int(options.max_gap.total_seconds())
        self.states, self.words = own_states(rows, knowledge)
        self.reuse = reusable(rows, self.states, knowledge.held)
        for at in self.reuse:
            self.states[at] = ASKED
        self._stated, self._told_modified = knowledge.stated, knowledge.modified
        _spread(rows, self.states, self.words, rows.positions(knowledge.no_policy))

    @cached_property
    def known(self) -> list[int]:
        """Positions of known wording."""
        return sorted(self.words)

    def gaps(self) -> Iterator[Gap]:
        """Yield the gaps with something open in them, oldest first."""
        left, junk, asked, marks = -1, list[int](), False, 0
        for at, state in enumerate(self.states):
            if state == OPEN:
                continue
            if state == KNOWN:
                if at - left - 1 > marks:
                    yield Gap(left, at, tuple(junk), asked)
                left, junk, asked, marks = at, [], False, 0
            else:
                marks += 1
                asked = asked or state == ASKED
                if state != ASKED:
                    junk.append(at)
        if len(self.states) - left - 1 > marks:
            yield Gap(left, len(self.states), tuple(junk), asked)

    def span(self, left: int, right: int) -> int:
        return self.times[right] - self.times[left]

    def bounded(self, gap: Gap) -> bool:
        """Both its ends are captures of known wording."""
        return gap.left >= 0 and gap.right < len(self.rows)

    def same(self, gap: Gap) -> bool:
        return self.words[gap.left] == self.words[gap.right]

    def settled(self, gap: Gap) -> bool:
        """There is no change in it that is to be narrowed."""
        if self.same(gap) or self.span(gap.left, gap.right) <= self.options.resolution.total_seconds():
            return True
        return self.unsteady(gap)

    def askable(self, gap: Gap) -> int:
        """How many captures in a gap could still tell something."""
        stretches = (s for s in gap.stretches() if not self.presumed(gap, s))
        return sum(right - left - 1 for left, right in stretches)

    def presumed(self, gap: Gap, stretch: tuple[int, int]) -> bool:
        """Between two that are no policy, amid at least three in a row, and not further apart than the max gap."""
        left, right = stretch
        inner = left != gap.left and right != gap.right
        return inner and len(gap.junk) >= JUNK_RUN and self.span(left, right) <= self.max_gap

    # wordings that come and go

    @cached_property
    def _runs(self) -> tuple[list[KnownRun], list[int]]:
        runs: list[KnownRun] = []
        for at in self.known:
            if runs and runs[-1].wording == self.words[at]:
                runs[-1] = KnownRun(runs[-1].wording, runs[-1].first, at)
            else:
                runs.append(KnownRun(self.words[at], at, at))
        return runs, [self.times[run.first] for run in runs]

    def unsteady(self, gap: Gap) -> bool:
        """Tell whether wordings come and go around a gap, so that narrowing it would tell nothing new.

        So it is where, within the max gap on either side, both its wordings come more than once and wordings return
        MANY_RETURNS times, or where there are more than MANY_RUNS of them.
        """
        runs, begins = self._runs
        lower = bisect_left(begins, self.times[gap.left] - self.max_gap)
        upper = bisect_right(begins, self.times[gap.right] + self.max_gap)
        around = upper - max(lower - 1, 0)
        if around > MANY_RUNS:
            return True
        if around <= MANY_RETURNS:
            return False
        wordings = [run.wording for run in runs[max(lower - 1, 0) : upper]]
        both = all(wordings.count(self.words[at]) > 1 for at in (gap.left, gap.right))
        return both and around - len(set(wordings)) >= MANY_RETURNS

    # what texts say of themselves

    @cached_property
    def _days_by_wording(self) -> dict[str, set[int]]:
        days = defaultdict[str, set[int]](set)
        for at in self.rows.positions(self._stated):
            if at in self.words:
                days[self.words[at]].update(self._stated[self.rows.ids[at]])
        return days

    def new_days(self, gap: Gap) -> set[int]:
        """Days that the wording after a gap states and the one before it does not, and on which its page was last modified."""
        nothing = set[int]()
        before, after = (self._days_by_wording.get(self.words[at], nothing) for at in (gap.left, gap.right))
        modified = self.modified_in(gap)
        return after - before if modified is None else (after - before) | {modified - modified % DAY}

    # what pages say of when they were modified

    @cached_property
    def _modified(self) -> dict[int, int]:
        """By position: the Last-Modified of known captures, where it tells something."""
        found = dict[int, int]()
        for at in self.rows.positions(self._told_modified):
            modified = telling(self._told_modified[self.rows.ids[at]], self.times[at])
            if modified is not None and at in self.words and not self.rows.revisits[at]:
                found[at] = modified
        return found

    @cached_property
    def _agreement(self) -> int | None:
        if not self._modified:
            return 0
        lines, times = self.rows.lines, self.times
        return agreement(Dated(times[at], lines[at], self.words[at], self._modified.get(at)) for at in self.known)

    def modified_in(self, gap: Gap) -> int | None:
        """When the page at the end of a gap was last modified, as it says, if that is in the gap and nothing speaks against it."""
        modified = self._modified.get(gap.right)
        if modified is None or modified <= self.times[gap.left] or self._agreement is None:
            return None
        return modified if self.rows.lines[gap.left] == self.rows.lines[gap.right] else None

    def says_unmodified(self, gap: Gap) -> bool:
        """The page says that it was not modified from the one end of a gap to the other, and was not caught yet."""
        if not self._modified or not self.bounded(gap) or not self.same(gap):
            return False
        if self._modified.get(gap.right, self.times[gap.right]) > self.times[gap.left]:
            return False
        one_url = len(set(self.rows.lines[gap.left : gap.right + 1])) == 1
        return one_url and self._agreement is not None

    def vouched(self, gap: Gap) -> bool:
        """It says so, and has earned that it is believed."""
        return self.says_unmodified(gap) and (self._agreement or 0) >= ENOUGH

    # better ones first

    @cached_property
    def waiting_lengths(self) -> set[int]:
        """Lengths of captures that are under way, or gave no policy."""
        return {self.rows.lengths[at] for at, state in enumerate(self.states) if state in (ASKED, JUNK)} - {UNKNOWN}

    @cached_property
    def lengths_by_wording(self) -> dict[str, set[int]]:
        lengths = defaultdict[str, set[int]](set)
        for at, word in self.words.items():
            lengths[word].add(self.rows.lengths[at])
        return {word: sizes - {UNKNOWN} for word, sizes in lengths.items()}

    @cached_property
    def _junk_lengths(self) -> list[int]:
        return sorted({self.rows.lengths[at] for at, state in enumerate(self.states) if state == JUNK} - {UNKNOWN})

    @cached_property
    def _policy_lengths(self) -> list[int]:
        return sorted({size for sizes in self.lengths_by_wording.values() for size in sizes})

    def suspect(self, at: int) -> bool:
        """By its length it looks like a stub, or more like what was no policy than like what was one."""
        length = self.rows.lengths[at]
        if length == UNKNOWN:
            return False
        near, off = length * _ALIKE, distance(self._policy_lengths, length)
        if off <= near:
            return False
        junk = distance(self._junk_lengths, length)
        return length * _SMALL < self.rows.evidence.typical or junk <= near or junk * _NEARER <= off < float("inf")


def distance(ordered: list[int], value: int) -> float:
    """How far the nearest of some ordered numbers is; infinite if there are none.

    >>> distance([1, 5], 4)
    1
    """
    at = bisect_left(ordered, value)
    return min((abs(value - near) for near in ordered[max(at - 1, 0) : at + 1]), default=float("inf"))


def own_states(rows: Rows, knowledge: Knowledge) -> tuple[bytearray, dict[int, str]]:
    """What is known of each row by its own answer, and the wordings."""
    states = bytearray(len(rows))
    words: dict[int, str] = {}
    for at in rows.positions(knowledge.wordings):
        states[at], words[at] = KNOWN, knowledge.wordings[rows.ids[at]]
    for state, some in (
        (JUNK, knowledge.no_policy),
        (ASKED, knowledge.asked),
        (FAILED, knowledge.failed),
        (FAILED, knowledge.targets),  # no page, though the index took it for one
    ):
        for at in rows.positions(some):
            states[at] = states[at] or state
    return states, words


def reusable(rows: Rows, states: bytearray, held: Collection[int]) -> list[int]:
    """Positions of open captures whose payload is in the store."""
    return [at for at, digest in enumerate(rows.digests) if states[at] == OPEN and digest and digest in held]


def _spread(rows: Rows, states: bytearray, words: dict[int, str], no_policy: Iterable[int]) -> None:
    """Give what is known of a capture to all of its digest; what was asked for, one waits for."""
    digests = rows.digests
    told = {digests[at]: ASKED for at, state in enumerate(states) if state == ASKED}
    told |= {digests[at]: JUNK for at in no_policy}
    by_digest = {digests[at]: word for at, word in words.items()}
    told |= dict.fromkeys(by_digest, KNOWN)
    told.pop(TELLS_NOTHING, None)
    for at, digest in enumerate(digests) if told else ():
        state = told.get(digest, OPEN)
        if state == KNOWN and states[at] != KNOWN:
            words[at] = by_digest[digest]
        if states[at] == OPEN or (states[at] != KNOWN and state in (KNOWN, JUNK)):
            states[at] = state
