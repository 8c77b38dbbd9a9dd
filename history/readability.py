"""How hard a text is to read, by formulas, in the languages that they were made for.

readability(blocks, "en") ──► Readability(words, sentences, {"flesch_ease": 38.2, "flesch_kincaid": 14.1, "smog": …})

Only prose counts: paragraphs, items, quotations; headings and table rows are no sentences. A formula counts letters,
not sense: it tells how one policy changed rather than which of two is clear.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final

import regex

from history.plain import plain_text
from pipelines.model import Block, BlockKind
from pipelines.text.sentences import sentences

PROSE: Final = frozenset(
    {BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.NUMBERED, BlockKind.DEFINITION, BlockKind.QUOTE}
)
_WORD = regex.compile(r"[\p{L}\p{N}]+(?:['’][\p{L}]+)*")
LEAST_WORDS: Final = 100  # of a sample, as Flesch took them: below it a formula tells nothing
REMEMBERED: Final = 2_048  # blocks whose numbers are kept: the next version of a policy has nearly all of them again
_LONG: Final = 6  # letters: a word with more is long (Björnsson)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the formulas are made of.

    :param syllables, hard: of English words: all, and words of three syllables or more; else 0.
    :param long: words of more than six letters.
    """

    words: int
    sentences: int
    long: int
    syllables: int = 0
    hard: int = 0


_NAMES: Final = tuple(field.name for field in fields(Counts))


@dataclass(frozen=True, slots=True)
class Readability:
    """A text's scores by the formulas of its language; none where there is no formula, or too few words.

    :param why_none: why there is no score, "" where there is one.
    """

    language: str
    counts: Counts
    scores: Mapping[str, float]
    why_none: str = ""


def _flesch_ease(c: Counts) -> float:
    """Flesch, A new readability yardstick, 1948: 100 is easy, below 30 for graduates."""
    return 206.835 - 1.015 * c.words / c.sentences - 84.6 * c.syllables / c.words


def _flesch_kincaid(c: Counts) -> float:
    """Kincaid and others, Research Branch Report 8-75, 1975: years of school."""
    return 0.39 * c.words / c.sentences + 11.8 * c.syllables / c.words - 15.59


def _smog(c: Counts) -> float:
    """McLaughlin, SMOG grading, 1969: years of school; made for 30 sentences or more."""
    return 3.1291 + 1.0430 * math.sqrt(30 * c.hard / c.sentences)


def _lix(c: Counts) -> float:
    """Björnsson, Läsbarhet, 1968: below 30 is easy, above 60 hard; levels differ by language."""
    return c.words / c.sentences + 100 * c.long / c.words


_Formula = Callable[[Counts], float]
_ENGLISH: Final[Mapping[str, _Formula]] = {
    "flesch_ease": _flesch_ease,
    "flesch_kincaid": _flesch_kincaid,
    "smog": _smog,
}
# Björnsson, Readability of newspapers in 11 languages, Reading Research Quarterly 18, 1983
_LIX_LANGUAGES: Final = frozenset("sv no nb nn da en fr de it es pt fi ru".split())
FORMULAS: Final = (*_ENGLISH, "lix")


def readability(blocks: Sequence[Block], language: str) -> Readability:
    """Return a text's scores.

    :param language: code of the text's language ("en", "en-GB"), "" where it is not known.
    """
    code = language.partition("-")[0].lower()
    counts = _count(blocks, english=code == "en")
    formulas: dict[str, _Formula] = {
        **(_ENGLISH if code == "en" else {}),
        **({"lix": _lix} if code in _LIX_LANGUAGES else {}),
    }
    if not formulas:
        return Readability(code, counts, {}, f"no formula for {code}" if code else "the language is not known")
    if counts.words < LEAST_WORDS:
        return Readability(code, counts, {}, f"fewer than {LEAST_WORDS} words of prose")
    return Readability(code, counts, {name: round(formula(counts), 1) for name, formula in formulas.items()})


def _count(blocks: Iterable[Block], *, english: bool) -> Counts:
    counts = [_count_block(block, english=english) for block in blocks if block.kind in PROSE]
    return Counts(*(sum(getattr(one, name) for one in counts) for name in _NAMES))


@lru_cache(REMEMBERED)
def _count_block(block: Block, *, english: bool) -> Counts:
    words: list[str] = []
    ends = 0
    for sentence in sentences(block.markdown):
        found = _WORD.findall(plain_text(sentence.text))
        words += found
        ends += bool(found)
    syllables = _syllables(words) if english else []
    return Counts(
        len(words), ends, sum(len(word) > _LONG for word in words), sum(syllables), sum(one >= 3 for one in syllables)
    )


def _syllables(words: Iterable[str]) -> list[int]:
    import syllapy  # noqa: PLC0415 - its list takes 40 ms to read, which no other command should

    return [max(syllapy.count(word.replace("’", "'")), 1) for word in words]
