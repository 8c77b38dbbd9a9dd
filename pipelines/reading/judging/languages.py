"""Which language a text and each of its blocks is in. The only module that imports py3langid.

    blocks ──► a guess for 12 blocks spread over the text ──agree──► that language, for all blocks
                                │
                                └─differ─► a guess for every block that is long enough; the others inherit

A page's declared language is a hint only: templates say "en" over a German text. It decides between languages that
look alike (Croatian, Bosnian), and where the text is too short to tell.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from functools import cache, lru_cache
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Final

import numpy as np
import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from pipelines.model import LanguageSource, TextLanguages
from pipelines.text.wording import word_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.model import Block

# The languages that policies are written in; without the model's 70 rarer ones (Latin, Nigerian Pidgin, Walloon…),
# which short texts look like by chance: of 296 runs of three words 23 are misjudged, with them 30.
KNOWN: Final = frozenset(
    "af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko ky "
    "lo lt lv mk ml mn mr ms mt my ne nl nn no pa pl pt ro ru si sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh zxx".split()
)
# Written standards, old codes and their like; zxx is "no language" (numbers, codes).
_ALIASES: Final = {"nn": "no", "nb": "no", "iw": "he", "in": "id", "fil": "tl", "cmn": "zh", "mo": "ro", "zxx": ""}
# Shorter blocks are headings, names and addresses; of 97 runs of eight words (about 40 letters) 1 was misjudged.
_MIN_LETTERS: Final = 25
# A sign of these scripts stands for a syllable or a word.
_DENSE: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_DENSE_WEIGHT: Final = 3
# Addresses, file names, numbers and names of cookies are of no language.
_NO_WORD: Final = re.compile(r"[/@_=\d]|www\.|\w\.\w")
_MARKS: Final = str.maketrans("", "", "*\\|<>")
_SAMPLE_CHARS: Final = 160
_READ_CHARS: Final = 2 * _SAMPLE_CHARS
# A page made to cost time may have 100,000 blocks; the longest policy seen of 73 histories has 999. 3,000 take 0.4 s.
_MAX_GUESSES: Final = 3000
# A guess less sure than this is none: names of companies reach 0.5.
_SURE: Final = 0.6
# Of one of these, the likelier is taken, and is as sure as they are together.
_ALIKE: Final = (
    frozenset(("hr", "bs", "sr")),
    frozenset(("da", "no")),
    frozenset(("cs", "sk")),
    frozenset(("id", "ms")),
)
_SAMPLES: Final = 12
# A page has a second language if it has this share of the words, in stretches of at least so many words.
MIN_SHARE: Final = 0.1
_STRETCH_WORDS: Final = 50
# The declared language wins if the text is as likely in it as this, against the likeliest.
_HINT: Final = 1 / 3


def text_languages(blocks: Sequence[Block], declared: str = "") -> TextLanguages:
    """Tell a text's languages.

    :param declared: what the page says of itself (`<html lang>`), "" if nothing; "de-AT" counts as "de".
    """
    hint = language_code(declared)
    texts = [block.markdown for block in blocks]
    guesses = _guesses(texts)
    weights = [word_count(text) for text in texts]
    main = _heaviest(guesses, weights)
    if not main:
        language, source = _of_short_text(" ".join(texts[:_SAMPLES]), hint)
        return TextLanguages(language, source, ((language, 1.0),) if language else (), (language,) * len(texts))
    source = LanguageSource.TEXT
    if hint and hint != main and hint not in guesses and _looks_like(texts, guesses, main, hint):
        guesses = [hint if guess == main else guess for guess in guesses]
        main, source = hint, LanguageSource.DECLARED
    filled = _inherited(guesses)
    return TextLanguages(main, source, _shares(filled, weights) or ((main, 1.0),), tuple(filled))


def language_code(tag: str) -> str:
    """The ISO 639-1 code of a language tag, "" for what is none of KNOWN.

    >>> language_code("pt-BR"), language_code("nb_NO"), language_code("xx")
    ('pt', 'no', '')
    """
    code = tag.strip().replace("_", "-").split("-")[0].lower()
    code = _ALIASES.get(code, code)
    return code if code in KNOWN else ""


def _guesses(texts: Sequence[str]) -> list[str]:
    """A code for each block, "" where it is not sure; all the same if blocks from all over the text agree."""
    sample = _spread(texts)
    sampled = {_guess(texts[index][:_READ_CHARS]) for index in sample} - {""}
    if len(texts) > _SAMPLES and len(sampled) == 1:
        return list(sampled) * len(texts)
    guesses = [_guess(text[:_READ_CHARS]) for text in texts[:_MAX_GUESSES]]
    return guesses + [""] * (len(texts) - len(guesses))


def _spread(texts: Sequence[str]) -> list[int]:
    """Blocks in which equally spaced characters of the text lie: a tenth of it, in a stretch, has at least one."""
    ends = list(accumulate(map(len, texts)))
    total = ends[-1] if ends else 0
    return sorted({bisect_right(ends, total * (2 * k + 1) // (2 * _SAMPLES)) for k in range(_SAMPLES)}) if total else []


@lru_cache(maxsize=16384)  # blocks come again in every capture of a page
def _guess(markdown: str) -> str:
    """The language of one block, "" where it is too short or looks like several."""
    text = _sample(markdown) if len(markdown) >= _MIN_LETTERS // _DENSE_WEIGHT else ""
    if not _long_enough(text):
        return ""
    code, sureness = _classified(text)
    return code if sureness >= _SURE else ""


def _sample(text: str) -> str:
    plain = text[:_READ_CHARS].translate(_MARKS).split()
    return " ".join(word for word in plain if not _NO_WORD.search(word))[:_SAMPLE_CHARS]


def _long_enough(text: str) -> bool:
    letters = len(text) - text.count(" ")
    return letters >= _MIN_LETTERS or (
        not text.isascii() and letters + (_DENSE_WEIGHT - 1) * len(_DENSE.findall(text)) >= _MIN_LETTERS
    )


def _classified(text: str) -> tuple[str, float]:
    code, sureness = _identifier().classify(text)
    code = _ALIASES.get(code, code)
    group = next((group for group in _ALIKE if code in group), None)
    if sureness < _SURE and group:
        sureness = sum(_scores(text)[other] for other in group)
    return code, sureness


def _scores(text: str) -> Counter[str]:
    """How likely each language is; together 1."""
    scores: Counter[str] = Counter()
    for code, score in _identifier().rank(text):
        scores[_ALIASES.get(code, code)] += score
    return scores


@cache
def _identifier() -> LanguageIdentifier:
    """The model: 1 s and 105 MB, once a process. NUL and lone surrogates do it no harm."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(KNOWN)
    # A text needs a hundred rows of the table, each in one piece of memory, in the type that it is reckoned in: 0.1 ms
    # instead of 0.2, for 16 MB.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, dtype=np.float32)
    return identifier


def _heaviest(guesses: Sequence[str], weights: Sequence[int]) -> str:
    """The language of most words; of two equal ones, the first in the text."""
    counts: Counter[str] = Counter()
    for guess, weight in zip(guesses, weights, strict=True):
        if guess:
            counts[guess] += weight
    return counts.most_common(1)[0][0] if counts else ""


def _of_short_text(text: str, hint: str) -> tuple[str, LanguageSource]:
    """No block by itself was long enough: all of them together, else the hint."""
    sample = _sample(text)
    if _long_enough(sample):
        code, sureness = _classified(sample)
        if code and (sureness >= _SURE or code == hint):
            return code, LanguageSource.TEXT
    return (hint, LanguageSource.DECLARED) if hint else ("", LanguageSource.UNKNOWN)


def _looks_like(texts: Sequence[str], guesses: Sequence[str], main: str, hint: str) -> bool:
    """Whether a text in `main` could as well be in `hint`."""
    sample = next(
        text for text, guess in zip(texts, guesses, strict=True) if guess == main and _guess(text[:_READ_CHARS]) == main
    )
    scores = _scores(_sample(sample))
    return scores[hint] >= _HINT * scores[main]


def _inherited(guesses: Sequence[str]) -> list[str]:
    """Fill gaps with the language before; at the beginning, with the first one that is known."""
    last = next(guess for guess in guesses if guess)
    filled = []
    for guess in guesses:
        last = guess or last
        filled.append(last)
    return filled


def _shares(codes: Sequence[str], weights: Sequence[int]) -> tuple[tuple[str, float], ...]:
    counts: Counter[str] = Counter()
    for code, run in groupby(zip(codes, weights, strict=True), key=lambda pair: pair[0]):
        words_of_run = sum(weight for _, weight in run)
        if words_of_run >= _STRETCH_WORDS:
            counts[code] += words_of_run
    total = max(sum(weights), 1)
    shares = [(code, round(count / total, 3)) for code, count in counts.most_common() if count >= MIN_SHARE * total]
    return tuple(shares)
