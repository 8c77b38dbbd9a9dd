"""What kind of legal document a text is, with the evidence: a pure function of its title, blocks and address.

    <title>, first heading, address ──names──┐
    first lines, other headings ─────names───┼──► points of each kind ──► kind, sureness of "privacy"
    first thousand words ──────vocabulary────┘

A name counts for its kind; where a line has several ("Cookies and privacy"), the first counts in full and the others
half. The words of a document weigh as much as its title: titles are missing, and addresses are shared.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import regex

from crawler.literal_tree import literal_tree
from pipelines.model import BlockKind, DocumentKind
from pipelines.reading.judging.document_terms import NAMES, VOCABULARY
from pipelines.text.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipelines.model import Block

# Enough of a text to see what it is about.
_SAMPLE_WORDS: Final = 1000
_SAMPLE_HEADINGS: Final = 40
# A first line with more words is no title.
_TITLE_WORDS: Final = 15
_HEAD_CHARS: Final = 300
_MAX_LINE: Final = 200
# Points of the places.
_TITLE: Final = 3.0
_HEADLINE: Final = 3.0
_ADDRESS: Final = 1.5
_FIRST_LINES: Final = 1.0
_HEADINGS: Final = 1.5
_VOCABULARY: Final = 3.0
# Share of a kind's own words in documents of the kind (medians of 203 pages): there it earns its full points.
_TYPICAL: Final[Mapping[DocumentKind, float]] = {
    DocumentKind.PRIVACY: 0.06,
    DocumentKind.TERMS: 0.06,
    DocumentKind.COOKIES: 0.05,
    DocumentKind.IMPRINT: 0.08,
    DocumentKind.GUIDELINES: 0.06,
}
_LEAST_POINTS: Final = 1.5
_WHOLE_WORD: Final = 5  # shorter terms of the vocabulary are whole words
_LAST_CYRILLIC: Final = "\u0530"
_MAX_WORD: Final = 40
_COMBINING: Final = regex.compile(r"\P{ccc=0}+")
_IDEOGRAPHS: Final = re.compile(r"[぀-ヿ㐀-鿿]")


@dataclass(frozen=True, slots=True)
class KindFinding:
    """What kind_of_document found.

    :param points: of every kind that has any, most first.
    :param privacy: 0…1, how sure that it is a privacy policy.
    """

    kind: DocumentKind
    points: tuple[tuple[DocumentKind, float], ...]
    privacy: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How many of a text's first words belong to each kind's vocabulary.

    :param counted: words looked at.
    :param legal: of them, words of any kind's vocabulary.
    """

    counted: int
    legal: int
    hits: Mapping[DocumentKind, int]
    commonest: Mapping[DocumentKind, str]


def kind_of_document(title: str, blocks: Sequence[Block], url: str, vocabulary: Vocabulary) -> KindFinding:
    """Tell the kind from a page's <title>, its text and its address ("" if not known)."""
    points = _points_of_headings(blocks)
    evidence: list[str] = []
    places = (
        ("title", _TITLE, title),
        ("headline", _HEADLINE, headline(blocks)),
        ("address", _ADDRESS, _path(url)),
        ("first lines", _FIRST_LINES, " ".join(block.markdown for block in blocks[:4])[:_HEAD_CHARS]),
    )
    for place, weight, line in places:
        for rank, (kind, name) in enumerate(names_in(line[:_MAX_LINE])):
            points[kind] += weight if rank == 0 else weight / 2
            evidence.append(f"{place}: “{name}”")
    for kind, typical in _TYPICAL.items():
        if count := vocabulary.hits.get(kind, 0):
            share = count / max(vocabulary.counted, 1)
            points[kind] += _VOCABULARY * min(1.0, share / typical)
            evidence.append(f"{count} of {vocabulary.counted} words are of {kind} (“{vocabulary.commonest[kind]}”)")
    ranked = tuple((kind, round(value, 2)) for kind, value in sorted(points.items(), key=lambda item: -item[1]))
    best = ranked[0][0] if ranked and ranked[0][1] >= _LEAST_POINTS else DocumentKind.OTHER
    return KindFinding(best, ranked, _privacy(points), tuple(evidence))


def names_in(line: str) -> tuple[tuple[DocumentKind, str], ...]:
    """The kinds whose names a line has, in the order of their first occurrence, each with the name found.

    Guidelines come last: "rules" is half of many a name ("Rules of privacy").

    >>> [kind.value for kind, _ in names_in("Cookies and Privacy")]
    ['cookies', 'privacy']
    """
    return _names_in(line)


@lru_cache(maxsize=4096)  # headings come again in every capture
def _names_in(line: str) -> tuple[tuple[DocumentKind, str], ...]:
    text = folded(line)
    found = []
    for kind, pattern in _NAME_PATTERNS.items():
        if match := pattern.search(text):
            found.append((kind is DocumentKind.GUIDELINES, match.start(), kind, match.group()))
    return tuple((kind, name) for *_, kind, name in sorted(found))


def vocabulary_of(blocks: Iterable[Block]) -> Vocabulary:
    """Count the words of the kinds' vocabularies in the first thousand words."""
    sample: list[str] = []
    texts = []
    for block in blocks:
        sample += words(block.markdown)
        texts.append(block.markdown)
        if len(sample) >= _SAMPLE_WORDS:
            break
    hits: Counter[tuple[DocumentKind, str]] = Counter()
    legal = 0
    for word, count in Counter(sample[:_SAMPLE_WORDS]).items():
        if kinds := _kinds_of_word(word[:_MAX_WORD]):
            legal += count
            for kind in kinds:
                hits[kind, word] += count
    text = "".join(texts)[:_SAMPLE_WORDS]
    if _IDEOGRAPHS.search(text):
        legal += _count_ideographs(folded(text), hits)
    totals: Counter[DocumentKind] = Counter()
    commonest: dict[DocumentKind, str] = {}
    for (kind, word), count in hits.most_common():
        totals[kind] += count
        commonest.setdefault(kind, word)
    return Vocabulary(min(len(sample), _SAMPLE_WORDS), legal, totals, commonest)


def folded(text: str) -> str:
    """Casefolded, without accents and other combining marks, white space folded.

    >>> folded("Política  de PRIVACIDAD")
    'politica de privacidad'
    """
    text = text.replace("’", "'")
    if text.isascii():
        return " ".join(text.lower().split())
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join(_COMBINING.sub("", bare).split())


def _terms(table: Mapping[str, str]) -> Iterator[str]:
    return (folded(term) for term in chain.from_iterable(terms.split(",") for terms in table.values()))


def _name_pattern(table: Mapping[str, str]) -> re.Pattern[str]:
    """Any of the names; in Latin, Greek and Cyrillic they begin where a word does (Arabic and Hebrew prefix articles)."""
    names = set(_terms(table))
    spaced = literal_tree(name for name in names if name[0] < _LAST_CYRILLIC)
    return re.compile(rf"\b{spaced}|{literal_tree(name for name in names if name[0] >= _LAST_CYRILLIC)}")


_NAME_PATTERNS: Final = {kind: _name_pattern(table) for kind, table in NAMES.items()}


def _stems() -> tuple[Mapping[str, tuple[DocumentKind, ...]], Mapping[str, tuple[DocumentKind, ...]]]:
    """Terms looked up at the start of words, and ideographic ones looked for anywhere; each with its kinds."""
    stems: dict[str, tuple[DocumentKind, ...]] = {}
    signs: dict[str, tuple[DocumentKind, ...]] = {}
    for kind, table in VOCABULARY.items():
        for term in sorted(set(_terms(table))):
            home = signs if _IDEOGRAPHS.search(term) else stems
            home[term] = (*home.get(term, ()), kind)
    return stems, signs


_STEMS, _SIGNS = _stems()
_LENGTHS: Final = tuple(sorted({len(stem) for stem in _STEMS if len(stem) >= _WHOLE_WORD}))


@lru_cache(maxsize=32768)
def _kinds_of_word(word: str) -> tuple[DocumentKind, ...]:
    bare = folded(word)
    if kinds := _STEMS.get(bare):
        return kinds
    for length in _LENGTHS:
        if length > len(bare):
            break
        if kinds := _STEMS.get(bare[:length]):
            return kinds
    return ()


def _count_ideographs(text: str, hits: Counter[tuple[DocumentKind, str]]) -> int:
    """Add the terms of Chinese and Japanese, each sign being a word; return how many signs."""
    legal = 0
    for term, kinds in _SIGNS.items():
        if count := text.count(term):
            legal += count * len(term)
            for kind in kinds:
                hits[kind, term] += count * len(term)
    return legal


def headline(blocks: Sequence[Block]) -> str:
    """The first heading among the first blocks, or a first line that is as short as one."""
    for block in blocks[:4]:
        if block.kind in (BlockKind.TITLE, BlockKind.HEADING):
            return block.markdown
    first = blocks[0].markdown if blocks else ""
    return first if len(first.split()) <= _TITLE_WORDS else ""


def _path(url: str) -> str:
    """The words of an address, its last segment first: of "/legal/terms/cookies" it is the cookies."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    segments = [parts.fragment, parts.query, *reversed(parts.path.split("/"))]
    return re.sub(r"[-_+.=&/]+", " ", unquote(" ".join(segments)[:_MAX_LINE]))


def _points_of_headings(blocks: Sequence[Block]) -> defaultdict[DocumentKind, float]:
    """Up to _HEADINGS in all, by the share of the headings that have a kind's name first."""
    headings = [block.markdown for block in blocks if block.kind is BlockKind.HEADING][:_SAMPLE_HEADINGS]
    points: defaultdict[DocumentKind, float] = defaultdict(float)
    for heading in headings:
        if names := names_in(heading[:_MAX_LINE]):
            points[names[0][0]] += _HEADINGS / len(headings)
    return points


def _privacy(points: Mapping[DocumentKind, float]) -> float:
    """Near 1 where privacy has many points, and by far the most."""
    own = points.get(DocumentKind.PRIVACY, 0.0)
    best_other = max((value for kind, value in points.items() if kind is not DocumentKind.PRIVACY), default=0.0)
    if own <= 0:
        return 0.0
    return round(min(1.0, own / _VOCABULARY) * own**2 / (own**2 + best_other**2), 3)
