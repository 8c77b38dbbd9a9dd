"""The policy without what comes and goes by itself: only the time axis tells furniture from policy.

    steady(stretches, texts) ──► {index of a stretch: its steadied lines}, and what was found unsteady

Three kinds of noise, each told by how often in how short a time, never by what it says:

    ephemeral  one place, another text nearly every time (a quotation of the day, a request id): left out everywhere
    flapping   a line that comes and goes and comes again within days (a widget; two servers with two versions): as
               before while it flaps, and where it ends otherwise, the last step is the change
    shuffled   lines that change their order all the time (partners, related posts): put into one order

Of the 73 curated histories in ../shared two return to a wording more than once, and there the curated text itself flaps;
wordings that last a day or two do occur, so a single visit, or a few changes at one place, are changes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, pairwise
from statistics import median
from typing import Final

from rapidfuzz.distance import LCSseq

from pipelines.sightings import Line, SeenText, Stretch, Words

SHORT: Final = timedelta(days=3)  # between two changes at one place, at the median
FLAP: Final = timedelta(days=6)  # between two steps of a line that comes and goes
MIN_STEPS: Final = 3  # came, went, came: two steps alone are a wording that was tried and taken back
MIN_EVENTS: Final = 5  # changes at one place, before it can be ephemeral or shuffled
MANY: Final = 8  # changes at one place, before captures that lie further apart can tell
RARELY: Final = timedelta(days=60)  # the furthest: a policy that is edited in every capture for more than a year
NEARLY_ALWAYS: Final = 0.75  # of the captures
NOW_AND_THEN: Final = 0.3  # of the captures: a line that comes and goes at random does so in half of them
NEVER: Final = 1.1
MAX_SHARE: Final = 0.25  # of a text's words; a place that holds more is no furniture
_PASSES: Final = 3  # what one pass takes away uncovers what stands around it
_START, _END = -1, -2
_Slot = tuple[int, int]  # the words before and after a place, as numbers


@dataclass(frozen=True, slots=True)
class Unsteady:
    """What was found to come and go by itself.

    :param kind: "ephemeral", "flapping" or "shuffled".
    :param example: the Markdown of one of its lines.
    :param times: how often it changed, between `since` and `until`.
    """

    kind: str
    example: str
    times: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Steadied:
    """:param lines: by index of the stretch, for those whose text is not taken as it is."""

    lines: Mapping[int, tuple[Line, ...]]
    unsteady: tuple[Unsteady, ...]


@dataclass(frozen=True, slots=True)
class _Event:
    """A difference between the stretches `index` and `index + 1` at one place."""

    index: int
    went: tuple[int, ...]
    came: tuple[int, ...]


def steady(stretches: Sequence[Stretch], texts: Mapping[int, SeenText]) -> Steadied:
    """Take the noise out of the texts of a policy.

    :param stretches: in time order, without those set aside.
    :param texts: by text_id, for each stretch.
    """
    if not _is_restless([stretch.first.captured_at for stretch in stretches[1:]]):
        return Steadied({}, ())
    history = _History(stretches, texts)
    given = list(history.pages)
    found: list[Unsteady] = []
    for _ in range(_PASSES):
        new = history.calm()
        if not new:
            break
        found += new
    lines: dict[int, tuple[Line, ...]] = {}
    once: dict[tuple[int, ...], tuple[Line, ...]] = {}  # nearly all pages are alike now
    for index, (page, before) in enumerate(zip(history.pages, given, strict=True)):
        if page != before:
            numbers = tuple(number for number, _line in page)
            lines[index] = once.setdefault(numbers, tuple(line for _number, line in page))
    return Steadied(lines, tuple(dict.fromkeys(found)))


def _is_restless(changes: Sequence[datetime]) -> bool:
    """Without so many changes of any kind in so short a time, no line can have them."""
    few, many = MIN_STEPS - 1, MANY - 1
    soon = any(late - early < few * FLAP for early, late in zip(changes, changes[few:], strict=False))
    return soon or any(late - early < 2 * many * RARELY for early, late in zip(changes, changes[many:], strict=False))


_Page = tuple[tuple[int, Line], ...]  # the lines of a text, each with the number of its words; -1 for none


class _History:
    """The pages of all stretches while they are calmed."""

    def __init__(self, stretches: Sequence[Stretch], texts: Mapping[int, SeenText]) -> None:
        self._numbers: dict[Words, int] = {}
        self._lines: list[Line] = []  # by number, the first seen
        self._captures = [stretch.captures for stretch in stretches]
        self._times = [stretch.first.captured_at for stretch in stretches]
        pages = {text_id: self._page(texts[text_id]) for text_id in dict.fromkeys(s.text_id for s in stretches)}
        self.pages: list[_Page] = [pages[stretch.text_id] for stretch in stretches]

    def _page(self, text: SeenText) -> _Page:
        return tuple((self._number(line) if line.words else -1, line) for line in text.lines)

    def _number(self, line: Line) -> int:
        number = self._numbers.setdefault(line.words, len(self._numbers))
        if number == len(self._lines):
            self._lines.append(line)
        return number

    def calm(self) -> list[Unsteady]:
        """Take away what is unsteady in the pages as they are now; return it."""
        events = list(self._events())
        moved = self._moved(events)
        return [
            *self._drop_ephemeral(events, moved),
            *self._hold_flapping(_replaced(events)),
            *self._order_shuffled(moved),
        ]

    def _events(self) -> Iterator[tuple[_Slot, _Event]]:
        sequences = [tuple(number for number, _line in page if number >= 0) for page in self.pages]
        for index, (old, new) in enumerate(pairwise(sequences)):
            if old == new:
                continue
            src = dest = 0
            for op in [*LCSseq.opcodes(old, new), None]:
                if op is not None and op.tag != "equal":
                    continue
                src_end, dest_end = (op.src_start, op.dest_start) if op else (len(old), len(new))
                if src_end > src or dest_end > dest:
                    slot = old[src - 1] if src else _START, old[src_end] if src_end < len(old) else _END
                    yield slot, _Event(index, old[src:src_end], new[dest:dest_end])
                if op is not None:
                    src, dest = op.src_end, op.dest_end

    def _often(self, indexes: Sequence[int], within: timedelta = SHORT, share: float = NEARLY_ALWAYS) -> bool:
        """Tell whether changes come so thick that no company writes them: for captures twice a day, or twice a month.

        :param within: of each other, at the median.
        :param share: of the captures in that time, if they are too rare to tell by `within`.
        """
        if len(indexes) < MIN_EVENTS:
            return False
        times = [self._times[index + 1] for index in indexes]
        step = median((late - early).total_seconds() for early, late in pairwise(times))
        if step < within.total_seconds():
            return True
        captures = sum(self._captures[indexes[0] + 1 : indexes[-1] + 2])
        return len(indexes) >= MANY and step < RARELY.total_seconds() and len(indexes) >= share * captures

    def _unsteady(self, kind: str, example: int, indexes: Sequence[int]) -> Unsteady:
        since, until = self._times[indexes[0] + 1], self._times[indexes[-1] + 1]
        return Unsteady(kind, self._lines[example].block.markdown, len(indexes), since, until)

    def _words(self, numbers: Sequence[int]) -> int:
        return sum(len(self._lines[number].words) for number in numbers)

    # ephemeral

    def _drop_ephemeral(
        self, events: Iterable[tuple[_Slot, _Event]], moved: Mapping[int, Counter[int]]
    ) -> list[Unsteady]:
        slots: defaultdict[_Slot, list[_Event]] = defaultdict(list)
        for slot, event in events:
            if any(number not in moved[event.index] for number in (*event.went, *event.came)):
                slots[slot].append(event)
        found = []
        widest: dict[_Slot, int] = {}
        for slot, changes in slots.items():
            contents = [changes[0].went, *(event.came for event in changes)]
            indexes = [event.index for event in changes]
            if len(set(contents)) > MIN_EVENTS and self._often(indexes) and self._is_small(contents, indexes[0]):
                widest[slot] = max(map(len, contents))
                found.append(self._unsteady("ephemeral", next(c for c in contents if c)[0], indexes))
        if widest:
            self.pages = [_without_slots(page, widest) for page in self.pages]
        return found

    def _is_small(self, contents: Sequence[tuple[int, ...]], index: int) -> bool:
        whole = self._words([number for number, _line in self.pages[index] if number >= 0])
        return median(self._words(content) for content in contents) <= MAX_SHARE * whole

    # flapping

    def _hold_flapping(self, replaced: Collection[int]) -> list[Unsteady]:
        """Give each line that flaps the state it had before, until the last step if that leaves another.

        :param replaced: lines that stood in for another: two wordings that take turns for months are both versions.
        """
        held = [{number for number, _line in page if number >= 0} for page in self.pages]
        steps: defaultdict[int, list[int]] = defaultdict(list)
        for index, (old, new) in enumerate(pairwise(held)):
            for number in old ^ new:
                steps[number].append(index)
        found = []
        absent: defaultdict[int, set[int]] = defaultdict(set)
        missing: defaultdict[int, set[int]] = defaultdict(set)
        for number in sorted(steps):
            for flaps in self._flaps(steps[number], NEVER if number in replaced else NOW_AND_THEN):
                found.append(self._unsteady("flapping", number, flaps))
                before = number in held[flaps[0]]
                for index in range(flaps[0] + 1, flaps[-1] + 1):
                    if (number in held[index]) != before:
                        (missing if before else absent)[index].add(number)
        self._set_states(absent, missing)
        return found

    def _set_states(self, absent: Mapping[int, set[int]], missing: Mapping[int, set[int]]) -> None:
        flapping = set().union(*absent.values(), *missing.values())
        alike: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)  # pages that are equal but for what flaps
        rests = [tuple(number for number, _line in page if number not in flapping) for page in self.pages]
        for index, rest in enumerate(rests):
            alike[rest].append(index)
        pages = list(self.pages)
        for index in sorted({*absent, *missing}):
            page = tuple(item for item in pages[index] if item[0] not in absent.get(index, ()))
            wanted = set(missing.get(index, ()))
            for source in chain(alike[rests[index]], range(index - 1, -1, -1)):
                if not wanted:
                    break
                there = wanted & {number for number, _line in pages[source]}
                if there:
                    page = _with_lines(page, there, pages[source])
                    wanted -= there
            pages[index] = page
        self.pages = pages

    def _flaps(self, steps: Sequence[int], share: float) -> Iterator[Sequence[int]]:
        """The runs of steps that are no changes: many of them, or MIN_STEPS within days."""
        for run in self._linked(steps, 2 * RARELY):
            if len(run) >= MANY and self._often(run, FLAP, share):
                yield run
            else:
                yield from (short for short in self._linked(run, FLAP) if len(short) >= MIN_STEPS)

    def _linked(self, steps: Sequence[int], within: timedelta) -> Iterator[Sequence[int]]:
        """The runs of steps each of which is less than `within` later than the one before."""
        start = 0
        for i in range(1, len(steps) + 1):
            if i == len(steps) or self._times[steps[i] + 1] - self._times[steps[i - 1] + 1] >= within:
                yield steps[start:i]
                start = i

    # shuffled

    def _moved(self, events: Iterable[tuple[_Slot, _Event]]) -> Mapping[int, Counter[int]]:
        """By index, the lines that went at one place and came at another."""
        sides: defaultdict[int, tuple[Counter[int], Counter[int]]] = defaultdict(lambda: (Counter(), Counter()))
        for _slot, event in events:
            went, came = sides[event.index]
            went.update(event.went)
            came.update(event.came)
        return {index: went & came for index, (went, came) in sides.items()}

    def _order_shuffled(self, moved: Mapping[int, Counter[int]]) -> list[Unsteady]:
        moves: defaultdict[int, list[int]] = defaultdict(list)
        for index in sorted(moved):
            for number in moved[index]:
                moves[number].append(index)
        shuffled = {number for number, indexes in moves.items() if self._often(indexes)}
        if shuffled:
            rank = {number: self._lines[number].words for number in shuffled}
            self.pages = [_ordered(page, rank) for page in self.pages]
        return [self._unsteady("shuffled", number, moves[number]) for number in sorted(shuffled)]


def _replaced(events: Iterable[tuple[_Slot, _Event]]) -> set[int]:
    return {number for _slot, e in events if e.went and e.came for number in (*e.went, *e.came)}


def _without_slots(page: _Page, widest: Mapping[_Slot, int]) -> _Page:
    """Leave out what stands between the two sides of each slot, where they are near enough."""
    numbers = [number for number, _line in page]
    where: defaultdict[int, list[int]] = defaultdict(list)
    for i, number in enumerate(numbers):
        where[number].append(i)
    where[_START], where[_END] = [-1], [len(numbers)]
    drop: set[int] = set()
    for (before, after), width in widest.items():
        for i in where.get(before, ()):
            j = next((j for j in where.get(after, ()) if j > i), None)
            if j is not None and sum(1 for number in numbers[i + 1 : j] if number >= 0) <= width:
                drop.update(k for k in range(i + 1, j) if numbers[k] >= 0)
    return tuple(item for i, item in enumerate(page) if i not in drop) if drop else page


def _with_lines(page: _Page, missing: set[int], source: _Page) -> _Page:
    """Put lines in where `source` has them: after the same line as there, else before the same, else at the end."""
    items = list(page)
    for i, item in enumerate(source):
        if item[0] in missing:
            numbers = [number for number, _line in items]
            before = source[i - 1][0] if i else _START
            after = next((number for number, _line in source[i + 1 :] if number in numbers), _END)
            if before == _START:
                place = 0
            elif before in numbers:
                place = numbers.index(before) + 1
            else:
                place = numbers.index(after) if after != _END else len(numbers)
            items.insert(place, item)
    return tuple(items)


def _ordered(page: _Page, rank: Mapping[int, Words]) -> _Page:
    """Put the shuffled lines into the order of their words, at the places where they stand."""
    places = [i for i, (number, _line) in enumerate(page) if number in rank]
    items = list(page)
    for place, item in zip(places, sorted((page[i] for i in places), key=lambda item: rank[item[0]]), strict=True):
        items[place] = item
    return tuple(items)
