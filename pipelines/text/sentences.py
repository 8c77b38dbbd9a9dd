"""A block's Markdown cut into sentences, without losing a character and without asking for its language.

    sentences("We keep *data*. Do you?") ──► Sentence("We keep *data*. ", ("we", "keep", "data")), Sentence("Do you?", …)

A sentence is known by its words as pipelines.text.wording counts them, so typography and markup make no other sentence.
Where it ends is the rule of Unicode (UAX #29, sentence boundaries) with what that annex leaves to be tailored: an end
of line ends it; so does a wide stop without a space (Chinese, Japanese), and a space between two letters of a script
that has no stop (Thai, Lao); no letter that stands alone, no digit and no small letter is parted from what stands
before it ("z. B. Art. 6", "e.g. Google", "No. 5", "25. Mai 2018"). No list of a language's words beyond the handful
of abbreviations that stand before names, as those of citations do ("gem. Art. 44 ff. DSGVO", "artt. 13 e ss. GDPR"), and
are no word of another language: the same block is cut the same way whatever language a page claims.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import Final

import regex

from pipelines.text.remembered import remembered
from pipelines.text.wording import is_plain, words

_STOP = r"\p{Sentence_Break=STerm}\p{Sentence_Break=ATerm}…"
_CLOSE = r"[\p{Sentence_Break=Close}*\\]"
_WIDE_CLOSE = r"[\p{Pe}\p{Pf}*\\]"  # without a space between, what opens belongs to the next sentence
_ALWAYS = "。｡！？"
_NO_STOPS = r"[\p{Thai}\p{Lao}]"  # scripts that end a sentence with a space
_ENDS = regex.compile(
    rf"\n\s*+|(?<![{_ALWAYS}])[{_ALWAYS}]++{_WIDE_CLOSE}*+\s*+"
    rf"|(?<![{_STOP}])[{_STOP}]++{_CLOSE}*+\s++"
    rf"|(?<={_NO_STOPS})\s++(?={_NO_STOPS})"
)
_PLAIN_STOP = ".․!?‼⁇⁈⁉…"  # of it, in a plain text; one set first, that `re` can look for
_PLAIN_ENDS = re.compile(
    rf"[\n{_PLAIN_STOP}](?:(?<=\n)\s*+|(?<![{_PLAIN_STOP}][{_PLAIN_STOP}])(?<!\n)[{_PLAIN_STOP}]*+"
    r"[\"'()\[\]{}«»‘’‚‛“”„‟‹›⁅⁆*\\]*+\s++)"
)
_GOES_ON = regex.compile(r"[\p{Sentence_Break=Close}*\\§]*+[\p{Lowercase}\p{N}§]")  # UAX #29 SB8, and numbers
_DATE = regex.compile(r"\p{L}++\.?+ \d{4}(?!\d)")
_LAST_WORD = regex.compile(r"(?<![\p{L}\p{M}\p{N}])[\p{L}\p{M}\p{N}]++$")
_LONGEST = 5  # letters looked at before a stop: one more than the longest abbreviation
_BEFORE_NAMES = frozenset(
    (
        "mr mrs ms dr prof st art abs nr no vgl bzw inkl ggf evtl etc vs fig sr sra ud núm nº ex cf cfr incl excl tel "
        "arts artt ff ss seg segg lit lett ziff kap rn rz gem insb bspw sog dhr mevr sig dott avv"
    ).split()
)


# What words() may leave out of a piece, and where a piece may begin with numbering: it is asked itself there.
_LEFT_OUT: Final = re.compile(r"\\|<br>")
_MAY_BE_NUMBERED: Final = re.compile(r"[\s>#*+\-|•‣▪◦·–—]*+(?:\d|\(|[^\W\d_]{1,5}\))")
_ANY_WORD: Final = re.compile(r"[^\W_]|[%€$£¥]")


@dataclass(frozen=True)
class Sentence:
    """One sentence.

    :param text: its Markdown with the white space that follows it.
    """

    text: str

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Its words; () where it has none."""
        return tuple(words(self.text))


@remembered(8192)  # blocks come again in every version
def sentences(markdown: str) -> tuple[Sentence, ...]:
    """Return the sentences of a block: their texts joined are the block, their keys joined are its words.

    A block whose words depend on more than one sentence (numbering that only counts at its start) is one sentence.
    """
    pieces = list(_pieces(markdown))
    if _words_stay(markdown, pieces):
        cut = tuple(map(Sentence, _joined(pieces, _has_word)))
    else:
        stays = list(chain.from_iterable(map(words, pieces))) == words(markdown)
        cut = tuple(map(Sentence, _joined(pieces, words))) if stays else ()
    return cut or ((Sentence(markdown),) if markdown else ())


def _words_stay(markdown: str, pieces: list[str]) -> bool:
    """Whether no word and no mark reaches over the white space that ends a piece, so that nobody need look for them.

    Of a plain text that is so unless a piece begins with numbering within a line, where it is none.
    """
    if not is_plain(markdown):
        return False
    return not any(not before.endswith("\n") and _MAY_BE_NUMBERED.match(piece) for before, piece in pairwise(pieces))


def _joined(pieces: Iterable[str], has_word: Callable[[str], object]) -> Iterator[str]:
    """Pieces without a word (a number, a closing mark) joined to the next, the last ones to the one before."""
    held = lead = ""
    for piece in pieces:
        if not has_word(piece):
            lead += piece
            continue
        if held:
            yield held
        held, lead = lead + piece, ""
    if held:
        yield held + lead


def _has_word(piece: str) -> bool:
    if is_plain(piece) and not _LEFT_OUT.search(piece) and not _MAY_BE_NUMBERED.match(piece):
        return _ANY_WORD.search(piece) is not None
    return bool(words(piece))


def _pieces(markdown: str) -> Iterator[str]:
    start = 0
    for match in (_PLAIN_ENDS if is_plain(markdown) else _ENDS).finditer(markdown):
        found, end = match.group(), match.end()
        sure = found[0] in _ALWAYS or found[0].isspace() or "\n" in found
        if end < len(markdown) and (sure or _ends(markdown, match.start(), end)):
            yield markdown[start:end]
            start = end
    if start < len(markdown):
        yield markdown[start:]


def _ends(text: str, stop: int, following: int) -> bool:
    """Whether a stop that a space follows ends a sentence.

    :param stop: where the stop stands. :param following: where the text goes on.
    """
    if not text[following].isupper() and _GOES_ON.match(text, following):
        return False
    if text[stop] != "." or (stop > _LONGEST and text[stop - _LONGEST : stop].isalpha()):
        return True
    last = _LAST_WORD.search(text, max(stop - _LONGEST, 0), stop)
    if last is None:
        return True
    word = last.group()
    if word.isdigit():
        return len(word) > 2 or not _DATE.match(text, following)
    return len(word) > 1 and word.casefold() not in _BEFORE_NAMES
