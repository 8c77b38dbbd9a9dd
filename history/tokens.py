"""A block's Markdown cut into words and what stands between them, without losing a character.

    tokenize("We *never* sell it.") ──► Token("We", " *"), Token("never", "* "), Token("sell", " "), Token("it", ".")

Which characters make a word is decided by pipelines.wording alone: a token that it does not count (a number before
a heading, say) becomes part of the space between words. So two texts of one wording have the same keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex
from rapidfuzz.distance import LCSseq

from pipelines.wording import words

_CJK = r"\p{Han}\p{Hiragana}\p{Katakana}"
_INSIDE = r"[*\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"  # as in wording
_SIGNS = r"\u2100-\u214f\u2460-\u24ff\u3200-\u33ff"  # ™, №, ①, ㎏: letters and digits to NFKC
_LETTER = rf"[[\p{{L}}\p{{N}}\p{{M}}{_SIGNS}]--[{_CJK}]]"
_WORD = regex.compile(
    rf"[{_CJK}]\p{{M}}*|[[\p{{L}}\p{{N}}{_SIGNS}]--[{_CJK}]](?:{_INSIDE}*{_LETTER}+)*|[^\s\p{{L}}\p{{N}}\p{{P}}]|[%％﹪]",
    regex.VERSION1,
)
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:\*+[A-Za-z0-9]+)*|[%$]")  # what counts of _WORD in ASCII
_GLUE = regex.compile(
    rf"(?:{_INSIDE}|\\)*(?:['’.,@\-‐‑_:&+/]|://)(?:{_INSIDE}|\\)*"
)  # holds words together: don't, e-mail
_IDEOGRAPHIC = regex.compile(rf"[{_CJK}]")


_Span = tuple[int, int, tuple[str, ...]]  # from, to, keys


@dataclass(frozen=True, slots=True)
class Token:
    """A word with what follows it.

    :param text: the word as it stands in the text; "" for what stands before the first word.
    :param after: the characters from its end to the next word.
    :param keys: the words of the wording that it is (nearly always one).
    """

    text: str
    after: str
    keys: tuple[str, ...]

    @property
    def glued(self) -> bool:
        """No reader would call the next token another word."""
        if self.after == " " or not self.keys:
            return False
        return not _IDEOGRAPHIC.match(self.text) and bool(_GLUE.fullmatch(self.after))


@lru_cache(maxsize=4096)
def tokenize(markdown: str) -> tuple[Token, ...]:
    """Return the tokens of a block; their texts and `after`s, joined, are the block."""
    spans: list[_Span]
    if markdown.isascii():
        spans = [(*m.span(), (m.group().replace("*", "").lower(),)) for m in _ASCII_WORD.finditer(markdown)]
    else:
        spans = [(*m.span(), tuple(words(m.group()))) for m in _WORD.finditer(markdown)]
    spans = _counted([span for span in spans if span[2]], words(markdown))
    return tuple(_tokens(markdown, spans))


def _counted(spans: list[_Span], wanted: list[str]) -> list[_Span]:
    """The spans that are words of the whole block, too: numbering at the start of a line is not."""
    found = [key for span in spans for key in span[2]]
    if found == wanted:
        return spans
    owners = [index for index, span in enumerate(spans) for _key in span[2]]
    kept = {
        owners[at]
        for op in LCSseq.opcodes(found[::-1], wanted[::-1])  # from the end: of "1. 1 day" the second is the word
        if op.tag == "equal"
        for at in range(len(found) - op.src_end, len(found) - op.src_start)
    }
    return [span for index, span in enumerate(spans) if index in kept]


def _tokens(markdown: str, spans: Iterable[_Span]) -> Iterator[Token]:
    at, text = 0, ""
    keys: tuple[str, ...] = ()
    for start, end, span_keys in spans:
        if start or text:
            yield Token(text, markdown[at:start], keys)
        at, text, keys = end, markdown[start:end], span_keys
    if text or markdown:
        yield Token(text, markdown[at:], keys)
