"""Numbers that studies compare policies by, for one text: how long, how vague, how passive, whom and what it names.

metrics(blocks, "en", own) ──► Metrics(reading_minutes, vague_per_1000, passive_share, parties, purposes)

Lists and their sources are in metrics.toml. They are English, so a text in another language has None for all but the
parties, whose names are the same everywhere. Counts of words tell how a policy changed, not whether it is fair.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from history.plain import plain_text
from history.readability import PROSE, REMEMBERED
from pipelines.claims.parties import parties
from pipelines.model import Block
from pipelines.text.sentences import sentences

_FILE: Final = Path(__file__).with_suffix(".toml")
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MAY: Final = re.compile(r"\b(?:\d{1,2}(?:st|nd|rd|th)? May|May \d{1,4})\b")  # the month is not vague


@dataclass(frozen=True, slots=True)
class Metrics:
    """What is counted in a text. None: the language has no list.

    :param reading_minutes: at 238 words of prose a minute (English). :param vague_per_1000: vague words and phrases.
    :param passive_share: of the sentences of prose, those with a passive verb, 0 to 1.
    :param parties: companies named, other than the site's own, by id. :param purposes: that are named (OPP-115).
    """

    reading_minutes: float | None
    vague_per_1000: float | None
    passive_share: float | None
    parties: tuple[str, ...]
    purposes: tuple[str, ...] | None

    def data(self) -> dict[str, Any]:
        """Return the metrics as JSON data."""
        return {
            "reading_minutes": self.reading_minutes,
            "vague_per_1000": self.vague_per_1000,
            "passive_share": self.passive_share,
            "parties_named": len(self.parties),
            "parties": list(self.parties),
            "purposes_named": None if self.purposes is None else len(self.purposes),
            "purposes": None if self.purposes is None else list(self.purposes),
        }


FIELDS: Final = ("reading_minutes", "vague_per_1000", "passive_share", "parties_named", "purposes_named")


def metrics(blocks: Sequence[Block], language: str, own: str = "") -> Metrics:
    """Return the metrics of a text.

    :param language: code of the text's language ("en", "en-GB"). :param own: id of the site's own company, which does not
        count as named.
    """
    named = tuple(sorted({party for block in blocks for party in _parties(block, language)} - {own}))
    if language.partition("-")[0].lower() != "en":
        return Metrics(None, None, None, named, None)
    tallies = [_tally(block) for block in blocks if block.kind in PROSE]
    words, ends = sum(one.words for one in tallies), sum(one.sentences for one in tallies)
    return Metrics(
        round(words / _lists().words_per_minute, 1),
        round(1000 * sum(one.vague for one in tallies) / words, 1) if words else None,
        round(sum(one.passive for one in tallies) / ends, 3) if ends else None,
        named,
        tuple(name for name in _lists().purposes if any(name in one.purposes for one in tallies)),
    )


@dataclass(frozen=True, slots=True)
class _Tally:
    """What is counted in one block of English prose. :param passive: sentences with a passive verb."""

    words: int
    sentences: int
    vague: int
    passive: int
    purposes: frozenset[str]


@lru_cache(REMEMBERED)
def _tally(block: Block) -> _Tally:
    lists = _lists()
    words = vague = passive = ends = 0
    purposes: set[str] = set()
    for sentence in sentences(block.markdown):
        text = plain_text(sentence.text)
        small = text.lower()
        count = len(_WORD.findall(text))
        words, ends = words + count, ends + bool(count)
        vague += len(lists.vague.findall(_MAY.sub(" ", text).lower()))
        passive += lists.passive.search(small) is not None
        purposes |= {name for name, pattern in lists.purposes.items() if pattern.search(small)}
    return _Tally(words, ends, vague, passive, frozenset(purposes))


@lru_cache(REMEMBERED)
def _parties(block: Block, language: str) -> frozenset[str]:
    return frozenset(parties(block.markdown, language))


@dataclass(frozen=True, slots=True)
class _Lists:
    words_per_minute: int
    vague: re.Pattern[str]
    passive: re.Pattern[str]
    purposes: Mapping[str, re.Pattern[str]]


@cache
def _lists() -> _Lists:
    found = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    vague = [term for terms in found["vague"].values() for term in terms]
    rule = found["passive"]
    be, between, never = (_any(rule[name]) for name in ("be", "between", "not_participles"))
    participle = rf"(?!(?:{never})\b)(?:\w+ed|{_any(rule['participles'])})"
    return _Lists(
        found["reading"]["words_per_minute"],
        re.compile(rf"\b(?:{_any(vague)})\b"),
        re.compile(rf"\b(?:{be})\s+(?:(?:{between})\s+){{0,2}}{participle}\b"),
        {name: re.compile(rf"\b(?:{_any(terms)})\b") for name, terms in found["purposes"].items()},
    )


def _any(terms: Sequence[str]) -> str:
    """A pattern of words and phrases, the longest first; * is a word's further letters."""
    ordered = sorted(terms, key=len, reverse=True)
    return "|".join(r"\s+".join(re.escape(word).replace(r"\*", r"\w*") for word in term.split()) for term in ordered)
