"""What a few words say about privacy, whatever their language: text of a link or address → PhrasesRead. Pure.

    text ──fold──► words without case, accents, soft hyphens ──tables of words──► which subjects, what is left over

All languages are looked for at once: a Danish footer says "Privacy Policy", and a page's declared language is often wrong.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

from crawler.discovery import labels as policy_labels
from crawler.discovery.words import LANGUAGES
from crawler.literal_tree import literal_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_CHARS: Final = 300
# Shorter words of the tables are whole words; longer ones also begin longer words, or end compounds.
_STEM: Final = 5
_LABEL_STEM: Final = 7
_LAST_CYRILLIC: Final = "\u0530"  # scripts after it join particles to words, or do not space them
_SPELLINGS: Final = {
    "ä": ("a", "ae"),
    "ö": ("o", "oe"),
    "ü": ("u", "ue"),
    "å": ("a", "aa"),
    "ø": ("o", "oe"),
    "æ": ("ae",),
}
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "ħ": "h", "_": " ", "ـ": ""}
)
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7ff\U00020000-\U0003ffff]")
_SPACE: Final = " ?"
_UNSPACED_WORD: Final = 3  # so many characters of such a script count as a word
_LONGEST_ENDING: Final = 4
_LITTLE: Final = 3  # a shorter word is an article, a number, a language code
_LITTLE_COUNTS: Final = 0.2
SUBJECTS: Final = ("privacy", "weak", "document", "settings", "cookies", "terms")
_HEADS: Final = (2, 3)
_GATE: Final = ("privacy", "weak", "cookies", "terms")
LABELS: Final = (
    "CHILDREN",
    "APPLICANTS",
    "REGIONAL",
    "PRODUCT",
    "OLDER",
    "PRINT",
    "HUB",
    "TALK",
    "NEWS",
    "SECURITY",
    "OURS",
)


@dataclass(frozen=True, slots=True)
class PhrasesRead:
    """What was read in a text.

    :param said: subject or label → its words as the tables write them.
    :param language: of the privacy word, "" if there is none.
    :param names: words that no table knows, folded.
    """

    said: dict[str, str]
    language: str
    names: tuple[str, ...]

    def __contains__(self, subject: str) -> bool:
        return subject in self.said

    @property
    def rest(self) -> float:
        """How many words no table knows, little ones counted little."""
        return sum(map(_weight, self.names))

    def without(self, brand: str) -> PhrasesRead:
        """Return the same without the names, and the labels, that the site's own name explains."""
        labels = {
            subject: word
            for subject, word in self.said.items()
            if subject not in LABELS or word.replace(" ", "") not in brand
        }
        return replace(self, said=labels, names=tuple(name for name in self.names if name not in brand))


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return the words of a text, spaced, without case, accents, soft hyphens, and punctuation.

    >>> fold("Données PERSONNELLES / Ｐｒｉｖａｃｙ-Poli\u00adcy")
    'donnees personnelles privacy policy'
    """
    kept = []
    for char in unicodedata.normalize("NFKD", text[: 4 * MAX_CHARS]).casefold().translate(_PLAIN):
        if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
            continue
        kept.append(char if char.isalnum() or unicodedata.category(char) in ("Mc", "Mn") else " ")
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))[:MAX_CHARS]


@lru_cache(maxsize=8192)
def read_text(text: str, *, anywhere: bool = False) -> PhrasesRead | None:
    """Read a link's text, or a part of an address (`anywhere`: its words may be run together).

    :returns: None where it says nothing of privacy, cookies or legal matters.
    """
    folded = fold(text)
    tables = _tables()
    if not _may_say_something(folded) or not any(tables[subject, anywhere].search(folded) for subject in _GATE):
        return None
    said: dict[str, str] = {}
    language, left = "", folded
    for subject in SUBJECTS:
        finder = tables[subject, anywhere]
        found = finder.search(left)
        if found:
            term, spoken = _names()[subject, re.sub(" ", "", found[0])]
            said[subject] = term
            language = language or (spoken if subject in ("privacy", "weak") else "")
            left = finder.sub(_mark, left)
    for label in LABELS:
        found = tables[label, False].search(folded)
        if found:
            said[label] = found[0]
            left = tables[label, False].sub(_mark, left)
    if "SECURITY" in said and _comes_first(tables, folded, anywhere=anywhere):
        said["TALK"] = said["SECURITY"]  # "Security & Privacy" is about security
    return PhrasesRead(said, language, tuple(_left_over(left)))


def _comes_first(tables: dict[tuple[str, bool], re.Pattern[str]], folded: str, *, anywhere: bool) -> bool:
    """Tell whether security is spoken of before privacy is."""
    security, privacy = tables["SECURITY", False].search(folded), tables["privacy", anywhere].search(folded)
    return security is not None and privacy is not None and security.start() < privacy.start()


def _may_say_something(folded: str) -> bool:
    """Tell whether the beginning of any word of the tables occurs: most links of a page are done with here."""
    heads = _heads()
    return any(
        not heads.isdisjoint(map("".join, zip(*(folded[at:] for at in range(size)), strict=False))) for size in _HEADS
    )


@cache
def _heads() -> frozenset[str]:
    return frozenset(joined[: _HEADS[-1]] for (subject, joined) in _names() if subject in _GATE)


def _mark(match: re.Match[str]) -> str:
    return "\0" * len(match[0])


def _left_over(marked: str) -> Iterator[str]:
    filler = _filler()
    for word in marked.split():
        plain = word.replace("\0", "")
        if word in filler or not plain:
            continue
        if _UNSPACED.search(plain):
            rest = _unspaced_filler().sub("", plain)
            if rest:
                yield rest
        elif plain == word or len(plain) > _LONGEST_ENDING:
            yield plain


def _weight(word: str) -> float:
    if _UNSPACED.search(word):
        return len(word) / _UNSPACED_WORD
    return _LITTLE_COUNTS if len(word) <= _LITTLE or word.isdigit() else 1.0


@cache
def _filler() -> frozenset[str]:
    phrases = [words.filler for words in LANGUAGES.values()] + [policy_labels.SECURITY]
    return frozenset(word for phrase in phrases for word in _folded_words(phrase))


@cache
def _unspaced_filler() -> re.Pattern[str]:
    words = sorted((word for word in _filler() if _UNSPACED.search(word)), key=lambda one: (-len(one), one))
    return re.compile("|".join(map(re.escape, words)))


def _folded_words(phrases: str) -> Iterator[str]:
    return (word for phrase in _split(phrases) for word in fold(phrase).split())


@cache
def _names() -> dict[tuple[str, str], tuple[str, str]]:
    """(subject, the term without spaces) → the term as the table writes it, its first language."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for code, words in LANGUAGES.items():
        for subject in SUBJECTS:
            for term in _split(getattr(words, subject)):
                for spelling in _spellings(term):
                    found.setdefault((subject, spelling.replace(" ", "")), (term, code))
    return found


@cache
def _tables() -> dict[tuple[str, bool], re.Pattern[str]]:
    """Subject or label, run together or not → the pattern of its words."""
    tables = {}
    for subject in SUBJECTS:
        terms = [term for words in LANGUAGES.values() for term in _split(getattr(words, subject))]
        inside = subject not in ("privacy", "weak")  # "Datenschutzerklärung" ends with its document
        for anywhere in (False, True):
            tables[subject, anywhere] = _pattern(terms, stem=_STEM, inside=inside or anywhere)
    for label in LABELS:
        terms = list(_split(getattr(policy_labels, label)))
        tables[label, False] = _pattern(terms, stem=_LABEL_STEM, inside=False)
    return tables


def _split(terms: str) -> Iterator[str]:
    return (term.strip() for term in terms.split(",") if term.strip())


def _spellings(term: str) -> set[str]:
    """The folded spellings of a term: "ä" is written "a" or "ae"."""
    choices = [_SPELLINGS.get(char, (char,)) for char in unicodedata.normalize("NFC", term.lower())]
    return {fold("".join(each)) for each in product(*choices)}


def _pattern(terms: Iterable[str], *, stem: int, inside: bool) -> re.Pattern[str]:
    """Literals only, in which a space may be missing."""
    spelt = sorted({spelling for term in terms for spelling in _spellings(term)})
    unspaced = [term for term in spelt if term[0] >= _LAST_CYRILLIC]
    stems = [term for term in spelt if term[0] < _LAST_CYRILLIC and len(term) >= stem]
    whole = [term for term in spelt if term[0] < _LAST_CYRILLIC and len(term) < stem]
    stem_tree, whole_tree, tree = (literal_tree(one, space=_SPACE) for one in (stems, whole, unspaced))
    parts = [stem_tree if inside else rf"(?<!\w){stem_tree}", rf"(?<!\w){whole_tree}(?!\w)", tree]
    kinds = (stems, whole, unspaced)
    return re.compile("|".join(part for part, kind in zip(parts, kinds, strict=True) if kind))
