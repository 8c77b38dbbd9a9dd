"""How narrow a search has made the bracket of each change: what tests of the strategy `changes` hold it to."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from crawler.choosing.rows import Captures
from crawler.choosing.survey import Gap, Knowledge, Options, Survey


class Narrowness(StrEnum):
    """How narrow the bracket of a change is."""

    NEIGHBOURS = "neighbours"  # nothing left to ask between the two captures
    RESOLUTION = "resolution"  # as narrow as was asked for
    ALTERNATING = "alternating"  # wordings come and go there: it was not narrowed
    OPEN = "open"  # not done yet


@dataclass(frozen=True, slots=True)
class Bracket:
    """A change happened after the capture `before` and not after the capture `after` (capture ids)."""

    before: int
    after: int
    narrowness: Narrowness


def brackets(captures: Captures, knowledge: Knowledge, options: Options | None = None) -> list[Bracket]:
    """Return the bracket of every change of wording that is known, oldest first."""
    survey = Survey(captures.pages, knowledge, options or Options())
    gaps = {gap.left: gap for gap in survey.gaps()}
    ids, words = captures.pages.ids, survey.words
    return [
        Bracket(ids[left], ids[right], _narrowness(survey, gaps.get(left)))
        for left, right in pairwise(survey.known)
        if words[left] != words[right]
    ]


def _narrowness(survey: Survey, gap: Gap | None) -> Narrowness:
    if gap is None or not survey.askable(gap):
        return Narrowness.NEIGHBOURS
    if survey.span(gap.left, gap.right) <= survey.options.resolution.total_seconds():
        return Narrowness.RESOLUTION
    return Narrowness.ALTERNATING if survey.unsteady(gap) else Narrowness.OPEN
