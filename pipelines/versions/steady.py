"""Removes page noise that only a history reveals: lines that keep appearing, disappearing or changing places.

    steady(stretches, texts) ──► {index of a stretch: its steadied lines}, and what was found unsteady

Furniture changes by itself, policy together with the rest, or once. Five kinds of furniture, each told by its history and
never by what it says (docs/wording.md, evidence.py):

    shuffled   lines that change places again and again: given the place that they had first
    flapping   texts that stand in for each other and come back (two layouts in turn), lines that come and go: as before
               while they do, and where it ends otherwise, the last step is the change
    ephemeral  a place that holds another text again and again, between lines that stay: left out everywhere
    counter    lines that differ in numbers, codes and dates alone, again and again, while nothing else changes
    clock      the same, and the date is the capture's own

A line that differs in its date alone ("Last updated") is none of them, unless the date is the capture's own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from statistics import median
from typing import Final

from pipelines.model import BlockKind
from pipelines.versions.evidence import CAME_BACK, CLOCK, COUNTED, FURNITURE, RENEWED, TURNED_OVER, settle
from pipelines.versions.masks import HOLE, dateless, days_in, mask
from pipelines.versions.places import Place, between, places
from pipelines.versions.scenes import Cut, Film, Numbers, Page, Swap, numbers_of
from pipelines.versions.sightings import Line, SeenText, Stretch, Words
from pipelines.versions.variants import turns

MIN_MOVES: Final = 3  # of a line: a company moves a section once
MAX_SHARE: Final = 0.25  # of a text's words; a place that holds more is no furniture
_PASSES: Final = 8  # what one pass takes away uncovers what stands around it
_BY_ITSELF: Final = 0.5  # of a counter's steps, while nothing else changed
_AS_OFTEN: Final = 0.5  # as with the rest: what changes no more often when the rest does is no part of it
_NEARLY_ALWAYS: Final = 0.8
_SEVERAL: Final = 3
_FEW_CAPTURES: Final = 8  # of them each may show an edit: what is left out must never change together with the rest
_FEWEST: Final = 2  # steps of a line above or below the text
_SHARED: Final = 0.5  # of the words of the shorter: text that has less in common is another
_LONG: Final = 30  # words; so long a line that is another in a little only was edited
_ALIKE: Final = 0.85  # of the words of the longer
_MANY_LINES: Final = 100  # compared with each other
_NEWS: Final = 12  # lines beside the text that are others again and again
_SHORT: Final = 40  # words of a banner or of some news
_SPARE: Final = 0.15  # holes among the words of a line's mask: it says little else
_MOST: Final = 0.5  # of a text's words
_AN_END: Final = 0.02  # of a text's words may stand on the other side
_ITS_DAY: Final = timedelta(days=1)  # it is tomorrow somewhere
_SINGLE: Final = timedelta(days=3)  # a page that differed for so short a time, and was as before
_MIN_BLIPS: Final = 3


@dataclass(frozen=True, slots=True)
class Unsteady:
    """What was found to come and go by itself.

    :param kind: "shuffled", "flapping", "ephemeral", "counter" or "clock".
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


def steady(stretches: Sequence[Stretch], texts: Mapping[int, SeenText]) -> Steadied:
    """Take the noise out of the texts of a policy.

    :param stretches: in time order, without those set aside.
    :param texts: by text_id, for each stretch.
    """
    if len(stretches) <= _SEVERAL:  # fewer steps than any kind has
        return Steadied({}, ())
    history = _History(stretches, texts)
    given = list(history.pages)
    found = history.calm()
    lines: dict[int, tuple[Line, ...]] = {}
    once: dict[tuple[int, ...], tuple[Line, ...]] = {}  # nearly all pages are alike now
    for index, (page, before) in enumerate(zip(history.pages, given, strict=True)):
        if page != before:
            numbers = tuple(number for number, _line in page)
            lines[index] = once.setdefault(numbers, tuple(line for _number, line in page))
    return Steadied(lines, tuple(dict.fromkeys(found)))


class _History:
    """The pages of all stretches while they are calmed."""

    def __init__(self, stretches: Sequence[Stretch], texts: Mapping[int, SeenText]) -> None:
        self._numbers: dict[tuple[Words, Words, int], int] = {}
        self._lines: list[Line] = []  # by number, the first seen
        self._stretches = stretches
        self._are_few = sum(stretch.captures for stretch in stretches) <= _FEW_CAPTURES
        self._fewest = _SEVERAL  # steps of what is furniture
        self._placed: tuple[Film | None, list[Place]] = (None, [])
        self._bags: dict[Numbers, Counter[str]] = {}
        self._furniture: set[int] = set()  # lines that were found to be nothing else
        self._language = next((texts[s.text_id].language for s in stretches if texts[s.text_id].language), "")
        shown = {text_id: texts[text_id] for text_id in dict.fromkeys(s.text_id for s in stretches)}
        doubled = _doubled(shown.values())
        pages = {text_id: self._page(text, doubled) for text_id, text in shown.items()}
        self.pages: list[Page] = [pages[stretch.text_id] for stretch in stretches]

    def _page(self, text: SeenText, doubled: Mapping[Words, int]) -> Page:
        """Lines that a text repeats are told apart: by which of them it is, and the cells of tables by what they follow."""
        seen: Counter[tuple[Words, Words]] = Counter()
        page = []
        follows: Words = ()
        for line in text.lines:
            if not line.words:
                page.append((-1, line))
                continue
            most = doubled.get(line.words, 1)
            key = line.words, follows if most > _SEVERAL else ()
            page.append((self._number(line, (*key, seen[key])), line))
            if most == 1:
                follows = line.words
            else:
                seen[key] += 1
        return tuple(page)

    def _number(self, line: Line, key: tuple[Words, Words, int]) -> int:
        number = self._numbers.setdefault(key, len(self._numbers))
        if number == len(self._lines):
            self._lines.append(line)
        return number

    def calm(self) -> list[Unsteady]:
        """Take away what is unsteady, kind by kind, until nothing is; return it.

        What needs many steps goes first: it hides for how long the lines around it stay.
        """
        kinds = (
            self._place_shuffled,
            self._hold_counters,
            self._drop_ephemeral,
            self._hold_variants,
            self._hold_flapping,
            self._drop_stand_ins,
            self._hold_blips,
        )
        found: list[Unsteady] = []
        film = self._given = Film(self._stretches, self.pages)
        for _ in range(_PASSES):
            before = len(found)
            for kind in kinds:
                if len(film.scenes) <= _SEVERAL:
                    return found
                new = kind(film)
                if new:
                    found += new
                    film = Film(self._stretches, self.pages)
            if len(found) == before:
                if self._fewest == _FEWEST:
                    break
                self._fewest = _FEWEST
        return found

    def _unsteady(self, kind: str, example: int, film: Film, cuts: Sequence[int], times: int = 0) -> Unsteady:
        markdown = self._lines[example].block.markdown
        return Unsteady(kind, markdown, times or len(cuts), film.at(cuts[0]), film.at(cuts[-1]))

    def _words(self, numbers: Iterable[int]) -> int:
        return sum(len(self._lines[number].words) for number in numbers)

    # shuffled

    def _place_shuffled(self, film: Film) -> list[Unsteady]:
        moves: defaultdict[int, list[int]] = defaultdict(list)
        for index, cut in enumerate(film.cuts):
            for number in cut.moved:
                moves[number].append(index)
        shuffled = {n for n, cuts in moves.items() if len(cuts) >= MIN_MOVES}
        if shuffled:
            self._set_places(shuffled)
        return [self._unsteady("shuffled", number, film, moves[number]) for number in sorted(shuffled)]

    def _set_places(self, shuffled: set[int]) -> None:
        sources: dict[int, Page] = {}
        for page in self.pages:
            for number, _line in page:
                if number in shuffled:
                    sources.setdefault(number, page)
        order = sorted(shuffled, key=list(sources).index)

        def placed(page: Page) -> Page:
            there = {number for number, _line in page} & shuffled
            if not there:
                return page
            rest = tuple(item for item in page if item[0] not in shuffled)
            for number in order:
                if number in there:
                    rest = _with_lines(rest, {number}, sources[number])
            return rest

        self._change(placed)

    def _change(self, changed: Callable[[Page], Page]) -> None:
        once: dict[int, Page] = {}
        for page in self.pages:
            if id(page) not in once:
                once[id(page)] = changed(page)
        self.pages = [once[id(page)] for page in self.pages]

    # flapping

    def _hold_variants(self, film: Film) -> list[Unsteady]:
        found = []
        pages = list(self.pages)
        ends, rewritten = self._at_an_end(film), self._rewritten(film)
        for turn in turns(film, self._is_another):
            beside = turn.others and all(number in ends for state in turn.states if state for number in state)
            whole = self._are_few or sum(run.first - 1 in rewritten for run in turn.runs) * 2 >= len(turn.runs)
            for settled in settle(turn.runs, beside=beside, whole=whole):
                state = settled.state
                assert isinstance(state, tuple)
                cuts = [run.first - 1 for run in turn.runs if settled.first < run.first <= settled.last + 1]
                found.append(self._unsteady("flapping", state[0], film, cuts))
                content = tuple((number, self._lines[number]) for number in state)
                for scene in range(settled.first, settled.last + 1):
                    variant = turn.states[scene]
                    if variant is not None and variant != state:
                        for index in _stretches_of(film, scene):
                            pages[index] = _with_variant(pages[index], variant, content)
        self.pages = pages
        return found

    def _is_another(self, one: Numbers, other: Numbers) -> bool:
        """Tell whether two short texts have so little in common that neither is an edit of the other."""
        if max(self._words(one), self._words(other)) > _SHORT:
            return False
        bags = self._bag(one), self._bag(other)
        return (bags[0] & bags[1]).total() < _SHARED * min(bag.total() for bag in bags)

    def _hold_flapping(self, film: Film) -> list[Unsteady]:
        held = [set(scene.numbers) for scene in film.scenes]
        found = []
        absent: defaultdict[int, set[int]] = defaultdict(set)
        missing: defaultdict[int, set[int]] = defaultdict(set)
        ends, rewritten = self._at_an_end(film), self._rewritten(film)
        for number, cuts in sorted(film.steps().items()):
            beside = number in ends and sum(self._is_replaced(film.cuts[cut], number) for cut in cuts) * 2 < len(cuts)
            whole = self._are_few or sum(cut in rewritten for cut in cuts) * 2 >= len(cuts)
            if len(cuts) < (self._fewest if beside else _SEVERAL):
                continue
            for settled in settle(film.runs([number in there for there in held]), beside=beside, whole=whole):
                within = [cut for cut in cuts if settled.first <= cut <= settled.last]
                found.append(self._unsteady("flapping", number, film, within))
                if not settled.state:
                    self._furniture.add(number)
                for scene in range(settled.first, settled.last + 1):
                    if (number in held[scene]) != settled.state:
                        for index in _stretches_of(film, scene):
                            (missing if settled.state else absent)[index].add(number)
        self._set_states(absent, missing)
        return found

    def _is_replaced(self, cut: Cut, number: int) -> bool:
        """Tell whether a line stood in for others or they for it, rather than beside them or beside one that was edited."""
        for swap in cut.swaps:
            for ours, theirs in ((swap.went, swap.came), (swap.came, swap.went)):
                if number in ours:
                    rest = [other for other in ours if other != number]
                    return any(all(self._shared((one,), (other,)) < _SHARED for other in rest) for one in theirs)
        return False

    def _rewritten(self, film: Film) -> set[int]:
        """The cuts at which most of the text was replaced."""
        found = set()
        for index, cut in enumerate(film.cuts):
            went, came = (self._words(n for s in cut.swaps for n in side(s)) for side in (_went, _came))
            if min(went, came) > _MOST * self._words(film.scenes[index].numbers):
                found.add(index)
        return found

    def _at_an_end(self, film: Film) -> set[int]:
        """Lines that stand above or below nearly all of the text, wherever they stand, and beyond which nothing stays.

        A heading may stand above them: the page's own.
        """
        within: set[int] = set()
        seen: set[int] = set()
        staying = {number for scene in film.scenes for number in scene.numbers}
        staying -= {number for number, cuts in film.steps().items() if len(cuts) >= _FEWEST}
        for scene in film.scenes:
            stays = [i for i, number in enumerate(scene.numbers) if number in staying]
            if stays and self._lines[scene.numbers[stays[0]]].block.kind is BlockKind.HEADING:
                del stays[0]
            first, last = (stays[0], stays[-1]) if stays else (len(scene.numbers), -1)
            sizes = [len(self._lines[number].words) for number in scene.numbers]
            whole = sum(sizes)
            above = 0
            for i, (number, size) in enumerate(zip(scene.numbers, sizes, strict=True)):
                seen.add(number)
                if min(above, whole - above - size) > _AN_END * whole or first < i < last:
                    within.add(number)
                above += size
        return seen - within

    def _set_states(self, absent: Mapping[int, set[int]], missing: Mapping[int, set[int]]) -> None:
        sources: dict[int, Page] = {}
        wanted = set().union(*missing.values())
        for page in self.pages:
            for number, _line in page:
                if number in wanted:
                    sources.setdefault(number, page)
        order = list(sources)
        pages = list(self.pages)
        for index in sorted({*absent, *missing}):
            page = tuple(item for item in pages[index] if item[0] not in absent.get(index, ()))
            lacks = missing.get(index, set()) - {number for number, _line in page}
            for number in order:
                if number in lacks:
                    page = _with_lines(page, {number}, sources[number])
            pages[index] = page
        self.pages = pages

    # ephemeral

    def _drop_ephemeral(self, film: Film) -> list[Unsteady]:
        found = []
        drop: set[int] = set()
        core = self._core(film)
        for place in self._places(film):
            cuts = self._turnovers(place)
            with_rest = (any if self._are_few else all)(cut in core for cut in cuts)
            if sum(cuts.values()) < FURNITURE or with_rest or not self._is_small(film, place):
                continue
            drop |= {number for content in place.contents.values() for number in content} | self._also_there(
                film, place
            )
            found.append(self._unsteady("ephemeral", next(iter(place.contents.values()))[0], film, list(cuts)))
        self._drop(drop)
        return found

    def _drop(self, lines: set[int]) -> None:
        if lines:
            self._furniture |= lines
            self._change(lambda page: tuple(item for item in page if item[0] not in lines))

    def _drop_stand_ins(self, film: Film) -> list[Unsteady]:
        """What came in the place of furniture or amid it, and went the same way: one of its texts, however rarely seen."""
        if not self._furniture:
            return []
        steps = {n: cuts for n, cuts in film.steps().items() if len(self._lines[n].words) <= _SHORT}
        came, went = (self._beside_furniture(steps, side) for side in (_came, _went))
        drop = {number for number in came.keys() & went.keys() if came[number] and went[number]}
        drop |= self._replaced_whole(steps)
        drop = {number for number in drop if number in steps and not self._names_day(number)}
        self._drop(drop)
        return [self._unsteady("ephemeral", number, film, steps[number]) for number in sorted(drop)]

    def _beside_furniture(self, lines: Container[int], side: Callable[[Swap], Numbers]) -> dict[int, bool]:
        """By line, whether all that was on the other side when it came (or went) was furniture, or all around it."""
        found: dict[int, bool] = {}
        for index, cut in enumerate(self._given.cuts):
            page = self._given.scenes[index + (side is _came)].numbers
            for swap in cut.swaps:
                ours = side(swap)
                if not ours or not any(number in lines for number in ours):
                    continue
                theirs = swap.came if ours is swap.went else swap.went
                furniture = self._furniture.issuperset(theirs) if theirs else self._is_amid(page, ours)
                for number in ours:
                    found[number] = found.get(number, True) and furniture
        return found

    def _replaced_whole(self, lines: Container[int]) -> set[int]:
        """The texts of a place of several lines that were there from the first capture, or to the last, beside furniture."""
        given = self._given
        first, last = set(given.scenes[0].numbers), set(given.scenes[-1].numbers)
        found: set[int] = set()
        for cut in given.cuts:
            for swap in cut.swaps:
                found |= self._whole(swap.went, swap.came, first) | self._whole(swap.came, swap.went, last)
        return {number for number in found if number in lines}

    def _whole(self, ours: Numbers, theirs: Numbers, there: set[int]) -> set[int]:
        if len(ours) < _FEWEST or len(ours) != len(theirs) or not self._furniture.issuperset(theirs):
            return set()
        return set() if not self._furniture.isdisjoint(ours) else there.intersection(ours)

    def _is_amid(self, page: Numbers, lines: Numbers) -> bool:
        """Do the lines stand between furniture, or beyond it?"""
        first, last = page.index(lines[0]), page.index(lines[-1])
        around = {*page[max(first - 1, 0) : first], *page[last + 1 : last + 2]}
        return bool(around) and around <= self._furniture

    def _places(self, film: Film) -> list[Place]:
        """The places without lines that were edited: those that differ from another of the place in dates or little."""
        if self._placed[0] is film:
            return self._placed[1]
        found: list[Place] = []
        self._placed = film, found
        for place in places(film):
            lines = {number: self._lines[number].words for content in place.contents.values() for number in content}
            edited = self._edited(lines)
            contents = {
                scene: tuple(n for n in content if n not in edited) for scene, content in place.contents.items()
            }
            contents = {scene: content for scene, content in contents.items() if content}
            if len(contents) >= _SEVERAL:
                found.append(Place(contents, place.beside, place.sides))
        return found

    def _edited(self, lines: Mapping[int, Words]) -> set[int]:
        dated = {number: self._dateless(number) for number in lines if self._names_day(number)}
        times = Counter(dated.values())
        edited = {number for number, rest in dated.items() if times[rest] > 1}
        bags = {
            number: Counter(words) for number, words in lines.items() if len(words) >= _LONG and number not in edited
        }
        for one, other in combinations(list(bags)[:_MANY_LINES], 2):
            longer = max(len(lines[one]), len(lines[other]))
            if (
                min(len(lines[one]), len(lines[other])) >= _ALIKE * longer
                and (bags[one] & bags[other]).total() >= _ALIKE * longer
            ):
                edited |= {one, other}
        return edited

    def _also_there(self, film: Film, place: Place) -> set[int]:
        """What stood for long at the very place of what does not stay, and no more of it."""
        widest = max(map(len, place.contents.values()))
        sides = [pair for pair, count in place.sides.items() if count >= _SEVERAL]
        there = {number for scene in film.scenes for pair in sides for number in between(scene.numbers, pair, widest)}
        return {number for number in there if not self._names_day(number)}

    def _dateless(self, number: int) -> Words:
        return dateless(self._lines[number].block.markdown, self._language)

    def _names_day(self, number: int) -> bool:
        line = self._lines[number]
        return self._dateless(number) != line.words

    def _turnovers(self, place: Place) -> Mapping[int, float]:
        """The cuts at which a place had lost most of what it held, or a list of news there had slid; what each counts.

        It has lost half of its words: a turnover. It has lost half of its lines, whose words are those of others ("Ten
        ideas for …"): a part of one.
        """
        cuts: dict[int, float] = {}
        seen: set[Numbers] = set()
        kept: Numbers = ()
        lined: Numbers = ()
        for before, scene in pairwise([-1, *sorted(place.contents)]):
            old, new = place.contents.get(before, ()), place.contents[scene]
            seen.add(old)
            if old == new or not self._bag(new):
                continue
            sides = zip(place.beside.get(before, (-1, -1)), place.beside[scene], strict=True)
            if not kept or all(one != other for one, other in sides):
                kept = lined = new
            elif self._slid(old, new):
                cuts[scene - 1] = TURNED_OVER
            elif self._shared(kept, new) < _SHARED:
                cuts[scene - 1] = CAME_BACK if new in seen else TURNED_OVER
                kept = lined = new
            elif self._lines_kept(lined, new) < _SHARED:
                cuts[scene - 1] = RENEWED
                lined = new
        return cuts if len(set(place.contents.values())) >= _SEVERAL else {}

    def _bag(self, numbers: Numbers) -> Counter[str]:
        """Words but for numbers and codes; the same few contents are asked for again and again."""
        if numbers not in self._bags:
            self._bags[numbers] = Counter(w for n in numbers for w in mask(self._lines[n].words) if w != HOLE)
        return self._bags[numbers]

    def _shared(self, one: Numbers, other: Numbers) -> float:
        """The share of words of the shorter that the other has."""
        bag, others = self._bag(one), self._bag(other)
        return (bag & others).total() / max(1, min(bag.total(), others.total()))

    def _lines_kept(self, old: Numbers, new: Numbers) -> float:
        """The share of lines, by their words, that are there still or edited; 1 of many lines: those are no news."""
        if max(len(old), len(new)) > _NEWS:
            return 1.0
        came = [number for number in new if number not in old]
        kept = [n for n in old if n in new or any(self._shared((n,), (other,)) >= _ALIKE for other in came)]
        return self._words(kept) / max(1, self._words(old))

    def _slid(self, old: Numbers, new: Numbers) -> bool:
        """A list of news: as many lines as before, the new ones at one end, the old ones gone at the other.

        A counter beside it makes no difference.
        """
        went = {mask(self._lines[n].words): n for n in old if n not in new}
        came = {mask(self._lines[n].words): n for n in new if n not in old}
        counted = {n for key in went.keys() & came.keys() for n in (went[key], came[key])}
        return _slid(tuple(n for n in old if n not in counted), tuple(n for n in new if n not in counted))

    def _is_small(self, film: Film, place: Place) -> bool:
        shares = [
            self._words(content) / max(1, self._words(film.scenes[scene].numbers))
            for scene, content in list(place.contents.items())[:50]
        ]
        return median(shares) <= MAX_SHARE

    # counters and clocks

    def _hold_counters(self, film: Film) -> list[Unsteady]:
        steps = {key: at for key, at in self._counted(film).items() if len(at) >= _SEVERAL}
        core = self._core(film, steps) if steps else set()
        kinds = {
            key: self._counter_kind(film, at) for key, at in steps.items() if self._is_by_itself(film, list(at), core)
        }
        counters = {key for key, kind in kinds.items() if kind}
        if not counters:
            return []
        first: dict[Words, int] = {}
        stands_for: dict[int, int | None] = {}
        for number, line in enumerate(self._lines):  # in the order of time
            key = mask(line.words)
            if key in counters:
                spare = key.count(HOLE) >= _SPARE * len(key)
                stands_for[number] = None if spare else first.setdefault(key, number)
        self._furniture.update(stands_for)
        self._change(lambda page: tuple(self._standing(page, stands_for)))
        return [
            self._unsteady(kinds[key], next(iter(at.values()))[0], film, list(at))
            for key, at in steps.items()
            if key in counters
        ]

    def _counted(self, film: Film) -> Mapping[Words, dict[int, tuple[int, int]]]:
        """By mask, the cuts at which a line gave way to another of that mask (or several to as many), and the first two."""
        steps: defaultdict[Words, dict[int, tuple[int, int]]] = defaultdict(dict)
        for index, cut in enumerate(film.cuts):
            for swap in cut.swaps:
                went, came = self._by_mask(swap.went), self._by_mask(swap.came)
                for key, numbers in went.items():
                    others = came.get(key, [])
                    if HOLE in key and len(numbers) == len(others):
                        steps[key][index] = (numbers[0], others[0])
        return steps

    def _by_mask(self, numbers: Numbers) -> Mapping[Words, list[int]]:
        found: defaultdict[Words, list[int]] = defaultdict(list)
        for number in numbers:
            found[mask(self._lines[number].words)].append(number)
        return found

    def _standing(self, page: Page, stands_for: Mapping[int, int | None]) -> Iterable[tuple[int, Line]]:
        for number, line in page:
            other = stands_for.get(number, number)
            if other is not None:
                yield (number, line) if other == number else (other, self._lines[other])

    def _counter_kind(self, film: Film, steps: Mapping[int, tuple[int, int]]) -> str:
        markdown = {n: self._lines[n].block.markdown for pair in steps.values() for n in pair}
        counted = sum(
            dateless(markdown[old], self._language) != dateless(markdown[new], self._language)
            for old, new in steps.values()
        )
        own = days = 0
        for index, (_old, new) in steps.items():
            named = days_in(markdown[new], self._language)
            days += bool(named)
            scene = film.scenes[index + 1]
            spans = scene.ends - scene.begins <= 2 * _ITS_DAY
            own += spans and any(abs(day - scene.begins.date()) <= _ITS_DAY for day in named)
        if days and own >= _SEVERAL and own >= _NEARLY_ALWAYS * len(steps):
            return "clock" if CLOCK >= FURNITURE else ""
        return "counter" if COUNTED * counted >= FURNITURE else ""

    def _is_by_itself(self, film: Film, cuts: Sequence[int], core: set[int]) -> bool:
        """Tell whether something changes while nothing else does, rather than together with the rest."""
        alone = sum(cut not in core for cut in cuts)
        if self._are_few:
            return alone == len(cuts)
        if alone >= _SEVERAL and alone >= _BY_ITSELF * len(cuts):
            return True
        quiet = sum(scene.captures - 1 for scene in film.scenes) + len(film.cuts) - len(core)
        often, beside = alone / max(1, quiet), (len(cuts) - alone) / max(1, len(core))  # while the rest stays; with it
        return alone > 1 and often >= _AS_OFTEN * beside

    def _core(self, film: Film, restless: Iterable[Words] = ()) -> set[int]:
        """The cuts at which something changed that is not known to be restless."""
        keys = set(restless)
        unsteady = {number for number, cuts in film.steps().items() if len(cuts) >= _SEVERAL}
        fleeting = {
            n
            for place in self._places(film)
            if len(self._turnovers(place)) >= _SEVERAL
            for content in place.contents.values()
            for n in content
        }
        unsteady |= fleeting
        return {
            index
            for index, cut in enumerate(film.cuts)
            if any(
                number not in unsteady and mask(self._lines[number].words) not in keys
                for swap in cut.swaps
                for number in (*swap.went, *swap.came)
            )
        }

    # single pages that differ

    def _hold_blips(self, film: Film) -> list[Unsteady]:
        """Pages as before and after a moment's difference, each time at another place: the reading's fault, not an edit."""
        blips = [
            index
            for index in range(1, len(film.scenes) - 1)
            if film.scenes[index - 1].numbers == film.scenes[index + 1].numbers
            and film.scenes[index + 1].begins - film.scenes[index].begins <= _SINGLE
        ]
        if len(blips) < _MIN_BLIPS:
            return []
        for index in blips:
            page = self.pages[film.scenes[index - 1].stretches[1]]
            for stretch in _stretches_of(film, index):
                self.pages[stretch] = page
        swap = film.cuts[blips[0] - 1].swaps
        example = next((n for s in swap for n in (*s.went, *s.came)), film.scenes[0].numbers[0])
        return [self._unsteady("flapping", example, film, [index - 1 for index in blips])]


def _doubled(texts: Iterable[SeenText]) -> dict[Words, int]:
    """Lines that a text has more than once, and how often at most."""
    most: Counter[Words] = Counter()
    for text in texts:
        most |= Counter(line.words for line in text.lines)
    return {words: count for words, count in most.items() if words and count > 1}


def _slid(old: Numbers, new: Numbers) -> bool:
    """A list of news: as many lines as before, the new ones at one end, the old ones gone at the other."""
    size = len(old)
    return (
        size > 1
        and len(new) == size
        and any(old[:-shift] == new[shift:] or old[shift:] == new[:-shift] for shift in range(1, (size + 1) // 2 + 1))
    )


def _went(swap: Swap) -> Numbers:
    return swap.went


def _came(swap: Swap) -> Numbers:
    return swap.came


def _stretches_of(film: Film, scene: int) -> range:
    first, last = film.scenes[scene].stretches
    return range(first, last + 1)


def _with_variant(page: Page, variant: Numbers, content: Page) -> Page:
    """Put `content` where `variant` stands."""
    places = [i for i, (number, _line) in enumerate(page) if number >= 0]
    numbers = numbers_of(page)
    for at in range(len(numbers) - len(variant) + 1):
        if numbers[at : at + len(variant)] == variant:
            return page[: places[at]] + content + page[places[at + len(variant) - 1] + 1 :]
    return page


def _with_lines(page: Page, missing: set[int], source: Page) -> Page:
    """Put lines in where `source` has them: beside the nearest line that both have."""
    items = list(page)
    for i, item in enumerate(source):
        if item[0] in missing:
            numbers = [number for number, _line in items]
            above = [number for number, _line in source[:i] if number >= 0]
            below = [number for number, _line in source[i + 1 :] if number >= 0]
            before = next((n for n in enumerate(reversed(above)) if n[1] in numbers), None)
            after = next((n for n in enumerate(below) if n[1] in numbers), None)
            if not above or (before is None and after is None):
                place = 0
            elif not below:
                place = len(numbers)
            elif before is None or (after is not None and after[0] < before[0]):
                assert after is not None
                place = numbers.index(after[1])
            else:
                place = numbers.index(before[1]) + 1
            items.insert(place, item)
    return tuple(items)
