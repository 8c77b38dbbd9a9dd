"""How sure a policy's history is, and what it would take: read off the same ground as the next probes.

Captures + Knowledge ──► certainty    for the summary and the timeline
                     ──► forecast     for `policylapse plan`
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from math import ceil

from crawler.choosing.rows import Captures, Rows
from crawler.choosing.strategies import CHANGES, Strategy, next_batch
from crawler.choosing.survey import Gap, Knowledge, Options, Survey

_YEAR = 365.25 * 86400
# Of 48 histories (0.5 to 4.6 years) the search takes at most this much more than if nothing changed, for nine of ten.
_FETCHES_A_YEAR = 12
_FETCHES_AT_LEAST = 10


@dataclass(frozen=True, slots=True)
class Certainty:
    """How much of a history was read, and how much follows from it.

    :param listed: captures that only playback can tell of; those that their index row settles do not count.
    :param fetched: those of which the answer is known, be it by a request or by a digest that the store held; be it only
        that there is none.
    :param inferred: those that were not asked: of a digest that was, or between two captures of one wording.
    :param undecided: the rest: inside brackets, before the first known wording, after the last, among bot checks.
    :param longest: the longest time between two neighbouring captures that were read and are of one wording.
    :param longest_captures: how many captures were inferred in it.
    """

    listed: int
    fetched: int
    inferred: int
    undecided: int
    longest: timedelta
    longest_captures: int

    @property
    def longest_days(self) -> float:
        return round(self.longest / timedelta(days=1), 2)

    def data(self) -> dict[str, float]:
        """Return it as plain data, `longest` in days."""
        return {
            "listed": self.listed,
            "fetched": self.fetched,
            "inferred": self.inferred,
            "undecided": self.undecided,
            "longest_days": self.longest_days,
            "longest_captures": self.longest_captures,
        }


def total(certainties: Sequence[Certainty]) -> Certainty:
    """Return the certainty of several histories: their sums, and the longest time of all."""
    longest = max(certainties, key=lambda one: one.longest)
    return Certainty(
        listed=sum(one.listed for one in certainties),
        fetched=sum(one.fetched for one in certainties),
        inferred=sum(one.inferred for one in certainties),
        undecided=sum(one.undecided for one in certainties),
        longest=longest.longest,
        longest_captures=longest.longest_captures,
    )


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many pages will be asked for: `low` if no wording changed, `high` in nine of ten policies not exceeded.

    :param redirects: redirects to ask for on top of either; those between two to one place cost nothing.
    """

    low: int
    high: int
    redirects: int


def certainty(captures: Captures, knowledge: Knowledge) -> Certainty:
    """Return how much of a policy's history is known and how much inferred."""
    rows = captures.pages
    survey = Survey(rows, knowledge, Options())
    answered = set(rows.positions(knowledge.wordings)) | set(rows.positions(knowledge.no_policy))
    answered |= set(rows.positions(knowledge.failed)) | set(rows.positions(knowledge.targets))
    inferred = len(survey.words.keys() - answered)
    longest = longest_captures = 0
    inside = {gap.left: gap.open for gap in survey.gaps() if survey.bounded(gap) and survey.same(gap)}
    for left, right in pairwise(survey.known):
        between = inside.get(left, 0)
        inferred += between
        span = survey.span(left, right)
        if survey.words[left] == survey.words[right] and span > longest:
            longest, longest_captures = span, between
    undecided = len(rows) - len(answered) - inferred
    return Certainty(len(rows), len(answered), inferred, undecided, timedelta(seconds=longest), longest_captures)


def forecast(
    captures: Captures, knowledge: Knowledge, strategy: Strategy = CHANGES, options: Options | None = None
) -> Forecast:
    """Return how many requests a crawl would make from here on, from the listing and what is known of it."""
    rows = captures.pages
    nothing = Captures(rows, Rows.none())
    low, known = 0, knowledge
    first = next_batch(captures, knowledge, strategy, options)
    redirects = len(first.fetch) - len(next_batch(nothing, knowledge, strategy, options).fetch)
    while True:
        batch = next_batch(nothing, known, strategy, options)
        if batch.done:
            break
        low += len(batch.fetch)
        known = _unchanged(rows, known, [*batch.reuse, *(wanted.capture_id for wanted in batch.fetch)])
    high = low
    if strategy.name == CHANGES.name:
        high = min(low + _more(rows, knowledge), _open_digests(rows, knowledge))
    return Forecast(low, max(low, high), redirects)


def _unchanged(rows: Rows, knowledge: Knowledge, answered: Iterable[int]) -> Knowledge:
    """What would be known if each answer had the wording known last before it."""
    survey = Survey(rows, replace(knowledge, held=frozenset()), Options())
    before = iter(survey.known)
    wordings, word = dict(knowledge.wordings), survey.words[survey.known[0]] if survey.known else ""
    at_known, positions = next(before, None), sorted(rows.positions(answered))
    for at in positions:
        while at_known is not None and at_known <= at:
            word, at_known = survey.words[at_known], next(before, None)
        wordings[rows.ids[at]] = word
    held = {*knowledge.held, *(rows.digests[at] for at in positions)}
    return replace(knowledge, wordings=wordings, held=held)


def _more(rows: Rows, knowledge: Knowledge) -> int:
    """How many fetches changes may cost, by the time in which they are still to be found."""
    survey = Survey(rows, knowledge, Options())
    last = len(rows) - 1
    seconds = sum(
        survey.span(max(gap.left, 0), min(gap.right, last)) for gap in survey.gaps() if _searched(survey, gap)
    )
    return ceil(seconds / _YEAR * _FETCHES_A_YEAR) + (_FETCHES_AT_LEAST if seconds else 0)


def _searched(survey: Survey, gap: Gap) -> bool:
    if not survey.bounded(gap) or not survey.settled(gap):
        return True
    return survey.span(gap.left, gap.right) > survey.max_gap and not survey.vouched(gap)


def _open_digests(rows: Rows, knowledge: Knowledge) -> int:
    return len(next_batch(Captures(rows, Rows.none()), knowledge, Strategy("distinct", "distinct")).fetch)
