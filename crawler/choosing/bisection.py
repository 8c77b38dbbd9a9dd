"""Strategy `changes`: where to look next, so that every change of wording is found with few requests.

    Survey ──► probes: per gap between two captures of known wording, the captures to ask for now

The ends come first. Then, gap by gap, until none has anything left to ask:

    no policy known before or after it    the outermost capture; past junk in steps of 1, 2, 4 …
    one wording, longer than the max gap  the fewest captures that leave no stretch longer than it
    two wordings                          the capture that halves the odds of where the change is (lengths.py,
                                          stated.py): both sides of the likeliest step, so that two fetches are enough
                                          when it is right
    two wordings, far apart, of which a   the same, before the time between is covered: what is left on either side is
    step in between tells where           quiet, and is covered by fewer
    one wording, but an odd length from   the oddest capture, once per length: a wording that came and went again
    which the page came back
    no policy in the middle               its neighbours, at distances that double, so that a month of bot checks
                                          costs a few requests and a single one costs one more; where lengths tell
                                          where it ends (Survey.suspect), both sides of that

What is guaranteed when nothing is left to ask (tests/crawler/choosing/test_changes_strategy.py):

1. Between two neighbouring captures of known wording that are the same and further apart than the max gap, there is
   no capture left to ask. A-B-A in which B lasts longer than the max gap is therefore always found, if it was
   captured: no stretch as long as that is without a capture whose wording was read. The exception is a page that says
   itself that it was not modified in between, and that has earned it (unmodified.py).
2. The bracket of every change is two neighbouring captures, or not longer than `resolution` where that was asked, or
   it lies where wordings come and go (Survey.unsteady), which the bracket says.
3. "Left to ask" and "neighbouring" pass over captures that are no policy or cannot be had, and over those that lie
   amid at least three such in a row with no more than the max gap between two: a run of bot checks is not asked
   through. They split no version.
4. A gap that is done stays done whatever is captured later: what is known is not asked again, and a nightly run
   asks for the newest capture and for what follows from its answer. (Odd lengths are judged against all known ones;
   a capture more may bring up one that was passed over, never one that was asked.)
5. Where to stop, odd lengths aside, is decided by wordings and times alone, so that an interrupted search, other
   answers first, or captures in another order end with the same guarantees, if not always by the same captures.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from crawler.choosing.lengths import UNKNOWN
from crawler.choosing.stated import weigh
from crawler.choosing.survey import ASKED, OPEN, Gap, Survey, distance

# Levels: lower ones first, over all policies of a run.
ENDS, COVER, NARROW, LAST = range(4)
# A length is odd when it is this many wobbles, and this share of the policy's typical length, from every length that
# the wording has had. On the 48 histories as this program reads them it finds 6 of 10 wordings that came and went again
# within the max gap, for 10 % more fetches. Shares of 0.5 to 2 % find the same, the largest with the fewest fetches;
# 3 % finds 2; 100 wobbles cost 6 % more and find no others.
_ODD_WOBBLES = 300
_ODD_SHARE = 0.02
# A step with this share of all odds in a long gap is asked about before the gap is covered. Shares of 0.7 and 0.9 take the
# fewest fetches on the second batch of histories, and find all; 0.3 and 0.5 take fewer on the first, and, since less is covered,
# lose 2 of 29 changes of one history as this program reads it.
_TOLD = 0.7
_PRIOR_OF_TIME = 0.5  # changes fall evenly in time, and as evenly in captures: sites are captured when in the news


@dataclass(frozen=True, slots=True)
class Probe:
    """A position in the rows to ask for; `level` says how urgent it is (0 first)."""

    at: int
    level: int


def probes(survey: Survey) -> list[Probe]:
    """Return what to ask for now: probes of different gaps, none of which depends on the answer to another."""
    gaps = [gap for gap in survey.gaps() if not gap.asked]
    found = [probe for gap in gaps if not survey.says_unmodified(gap) for probe in _probe(survey, gap)]
    if not found and ASKED not in survey.states:
        # last, for whether a page is believed in what it says of itself is told by the changes that are found
        found = [probe for gap in gaps if survey.says_unmodified(gap) for probe in _probe(survey, gap)]
    return found + _odd_ones(survey, gaps)


def _probe(survey: Survey, gap: Gap) -> Iterable[Probe]:
    if not survey.bounded(gap):
        return _outside(survey, gap)
    settled, span = survey.settled(gap), survey.span(gap.left, gap.right)
    if survey.vouched(gap):
        return ()
    if gap.junk:
        return () if settled and span <= survey.max_gap else _beside_junk(survey, gap, by_time=settled)
    if span > (survey.max_gap if settled else 2 * survey.max_gap) and (settled or not _told(survey, gap)):
        return _cover(survey, gap)
    return () if settled else (Probe(_better(survey, _halve(survey, gap), gap), NARROW),)


def _better(survey: Survey, wanted: int, gap: Gap) -> int:
    """The nearest open capture of a gap that does not look like junk; the wanted one if all do."""
    if not survey.suspect(wanted):
        return wanted
    around = (at for off in range(1, gap.right - gap.left) for at in (wanted - off, wanted + off))
    good = (at for at in around if gap.left < at < gap.right and survey.states[at] == OPEN and not survey.suspect(at))
    return next(good, wanted)


def _outside(survey: Survey, gap: Gap) -> list[Probe]:
    """Before the first known wording, after the last, or where none is known at all."""
    end = len(survey.rows)
    if not gap.junk:
        ends = {0} if gap.left < 0 else set()
        ends |= {end - 1} if gap.right >= end else set()
        return [Probe(_better(survey, at, gap), ENDS) for at in sorted(ends)]
    first, last = gap.junk[0], gap.junk[-1]
    wanted = [0] if gap.left < 0 < first else []
    wanted += [end - 1] if last < end - 1 and gap.right >= end else []
    if wanted:
        return [Probe(at, LAST) for at in wanted]
    inner = _inside_junk(survey, gap)
    if inner:
        return inner
    if gap.left >= 0 and first - gap.left > 1:
        return [Probe(first - _margin(gap, first - gap.left - 1), ENDS)]
    if gap.right < end and gap.right - last > 1:
        return [Probe(last + _margin(gap, gap.right - last - 1), ENDS)]
    return []


def _margin(gap: Gap, open_captures: int) -> int:
    """How far from junk to look: 1, 2, 4 … with what was found of it, but no further than halfway."""
    return min(1 << min(len(gap.junk) - 1, 30), (open_captures + 1) // 2)


def _inside_junk(survey: Survey, gap: Gap) -> list[Probe]:
    """The middle of each stretch between two that are no policy, until it may be presumed that none there is."""
    return [
        Probe(_better(survey, (left + right) // 2, Gap(left, right)), LAST)
        for left, right in gap.stretches()
        if left != gap.left and right != gap.right and right - left > 1 and not survey.presumed(gap, (left, right))
    ]


def _beside_junk(survey: Survey, gap: Gap, *, by_time: bool) -> list[Probe]:
    inner = _inside_junk(survey, gap)
    if inner:
        return inner
    first, last = gap.junk[0], gap.junk[-1]
    before, after = first - gap.left - 1, gap.right - last - 1
    if not (before or after):
        return []
    wanted = _middle(survey, gap) if by_time else _halve(survey, gap)
    if before and (not after or wanted - first < last - wanted):
        side, wanted = range(first - 1, gap.left, -1), min(wanted, first - _margin(gap, before))
    else:
        side, wanted = range(last + 1, gap.right), max(wanted, last + _margin(gap, after))
    return [Probe(_past_junk(survey, side, wanted), NARROW)]


def _past_junk(survey: Survey, side: range, wanted: int) -> int:
    """Where junk most likely ends, on its way from the junk to the known wording; the wanted one if it does not look like
    junk. Where all does, it is the last, which shows that all between is junk.
    """
    if not survey.suspect(wanted):
        return wanted
    return next((at for at in side if survey.states[at] == OPEN and not survey.suspect(at)), side[-1])


def _cover(survey: Survey, gap: Gap) -> Iterator[Probe]:
    """The fewest captures that leave no stretch longer than the max gap, as far as there are captures.

    Where fewest leaves a choice, it falls on the capture after the likeliest step: it costs nothing, and finds one of
    the wordings that came and went in 48 real histories for which lengths are no reason to ask (271 changes for 269).
    """
    at, max_gap, times, odds = gap.left, survey.max_gap, survey.times, survey.rows.evidence.odds
    while survey.span(at, gap.right) > max_gap:
        reach = max(bisect_right(times, times[at] + max_gap, at + 1, gap.right) - 1, at + 1)
        if reach >= gap.right:
            return
        left_over = (survey.span(at, gap.right) - 1) // max_gap  # stretches after this one, at the fewest
        first = bisect_left(times, times[gap.right] - left_over * max_gap, at + 1, reach)
        choice = [near for near in range(first, reach + 1) if not survey.suspect(near)] or [reach]
        at = max(choice, key=lambda near: (odds[near - 1], near))
        yield Probe(at, COVER)


def _middle(survey: Survey, gap: Gap) -> int:
    """The open capture nearest to the middle in time, of a gap that has more than one row in it."""
    middle = (survey.times[gap.left] + survey.times[gap.right]) // 2
    return min(max(bisect_right(survey.times, middle, gap.left + 1, gap.right) - 1, gap.left + 1), gap.right - 1)


def _told(survey: Survey, gap: Gap) -> bool:
    """The page, a length or a stated day tells at which step of a gap its change is."""
    if survey.modified_in(gap) is not None:
        return True
    weights = _weights(survey, gap)
    return max(weights) >= _TOLD * sum(weights)


def _halve(survey: Survey, gap: Gap) -> int:
    """The position in a gap that has half of the odds of a change on either side."""
    sums = list(accumulate(_weights(survey, gap)))
    half = sums[-1] / 2
    at = min(bisect_left(sums, half), len(sums) - 2)
    if at and half - sums[at - 1] < sums[at] - half:
        at -= 1
    return gap.left + 1 + at


def _weights(survey: Survey, gap: Gap) -> list[float]:
    """The odds of each step of a gap that the change is there."""
    left, right, times = gap.left, gap.right, survey.times
    each = (1 - _PRIOR_OF_TIME) / (right - left)
    per_second = _PRIOR_OF_TIME / max(survey.span(left, right), 1)
    spans = map(int.__sub__, times[left + 1 : right + 1], times[left:right])
    odds = survey.rows.evidence.odds[left:right]
    weights = [(each + per_second * span) * odd for span, odd in zip(spans, odds, strict=True)]
    return weigh(weights, times[left : right + 1], survey.new_days(gap))


def _odd_ones(survey: Survey, gaps: Iterable[Gap]) -> list[Probe]:
    """In gaps that are done but for that, captures of a length that their wording never had; one for each length."""
    levels = {word: sorted(survey.waiting_lengths | sizes) for word, sizes in survey.lengths_by_wording.items()}
    found = []
    for gap in gaps:
        if survey.bounded(gap) and survey.same(gap) and survey.span(gap.left, gap.right) <= survey.max_gap:
            word = survey.words[gap.left]
            at = _oddest(survey, gap, levels[word])
            if at is not None:
                insort(levels[word], survey.rows.lengths[at])
                found.append(Probe(at, LAST))
    return found


def _oddest(survey: Survey, gap: Gap, levels: list[int]) -> int | None:
    lengths = survey.rows.lengths
    least = max(_ODD_WOBBLES * survey.rows.evidence.wobble, _ODD_SHARE * survey.rows.evidence.typical)
    oddest, at_oddest = least, None
    for at in range(gap.left + 1, gap.right):
        if survey.states[at] == OPEN and lengths[at] != UNKNOWN:
            off = distance(levels, lengths[at])
            if oddest < off < float("inf") and _came_back(lengths, gap, at, least):
                oddest, at_oddest = off, at
    return at_oddest


def _came_back(lengths: Sequence[int], gap: Gap, at: int, least: float) -> bool:
    """The captures before and after those of an odd length are more like each other than like them: so it is where a
    wording came and went again. Where a page goes from one length by way of another to a third, its layout has changed.
    """
    odd = lengths[at]

    def beyond(step: int) -> int:
        near = at + step
        while gap.left < near < gap.right and (lengths[near] == UNKNOWN or abs(lengths[near] - odd) < least):
            near += step
        return lengths[near]

    before, after = beyond(-1), beyond(1)
    return UNKNOWN in (before, after) or abs(before - after) < abs(odd - (before + after) / 2)
