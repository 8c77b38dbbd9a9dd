"""A block's Markdown cut into words and what stands between them, without losing a character.

    tokenize("We *never* sell it.") ──► Token("We", " *"), Token("never", "* "), Token("sell", " "), Token("it", ".")

Which characters make a word is decided by pipelines.wording alone: a token that it does not count (a number before
a heading, say) becomes part of the space between words. So two texts of one wording have the same keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import regex
from rapidfuzz.distance import LCSseq

from pipelines.wording import is_plain, words

_CJK = r"\p{Han}\p{Hiragana}\p{Katakana}"
_INSIDE = r"[*\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"  # as in wording
_SIGNS = r"\u2100-\u214f\u2460-\u24ff\u3200-\u33ff"  # ™, №, ①, ㎏: letters and digits to NFKC
_LETTER = rf"[[\p{{L}}\p{{N}}\p{{M}}{_SIGNS}]--[{_CJK}]]"
_WORD = regex.compile(
    rf"[{_CJK}]\p{{M}}*|[[\p{{L}}\p{{N}}{_SIGNS}]--[{_CJK}]](?:{_INSIDE}*{_LETTER}+)*|[^\s\p{{L}}\p{{N}}\p{{P}}]|[%％﹪]",
    regex.VERSION1,
)
_PLAIN_WORD = re.compile(r"([^\W_]+|[%€$£¥])")  # what counts of _WORD in a plain text
_GLUE = regex.compile(
    rf"(?:{_INSIDE}|\\)*(?:['’.,@\-‐‑_:&+/]|://)(?:{_INSIDE}|\\)*"
)  # holds words together: don't, e-mail
_IDEOGRAPHIC = regex.compile(rf"[{_CJK}]")


_Span = tuple[int, int, tuple[str, ...]]  # from, to, keys


class Token(NamedTuple):
    """A word with what follows it.

    :param text: the word as it stands in the text; "" for what stands before the first word.
    :param after: the characters from its end to the next word.
    :param keys: the words of the wording that it is (nearly always one).
    :param glued: no reader would call the next token another word.
    :param block: number of the block that it is of, where several are compared as one text.
    """

    text: str
    after: str
    keys: tuple[str, ...]
    glued: bool = False
    block: int = 0


@lru_cache(maxsize=4096)
def tokenize(markdown: str) -> tuple[Token, ...]:
    """Return the tokens of a block; their texts and `after`s, joined, are the block."""
    wanted = words(markdown)
    return (is_plain(markdown) and _quickly(markdown, wanted)) or _carefully(markdown, wanted)


def _quickly(markdown: str, wanted: list[str]) -> tuple[Token, ...]:
    """The tokens of a plain text in which all that looks like a word is one; () for another."""
    parts = _PLAIN_WORD.split(markdown)
    texts = parts[1::2]
    if [text.lower() for text in texts] != wanted:
        return ()
    last = len(wanted) - 1
    tokens = [
        Token(text, after, (key,), after != " " and at < last and _is_glue(text, after))
        for at, (text, after, key) in enumerate(zip(texts, parts[2::2], wanted, strict=True))
    ]
    return (Token("", parts[0], ()), *tokens) if parts[0] else tuple(tokens)


def _carefully(markdown: str, wanted: list[str]) -> tuple[Token, ...]:
    spans = [(*match.span(), _keys(match.group())) for match in _WORD.finditer(markdown)]
    return tuple(_tokens(markdown, _counted([span for span in spans if span[2]], wanted)))


def _keys(word: str) -> tuple[str, ...]:
    return (word.lower(),) if word.isascii() and word.isalnum() else tuple(words(word))


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
            after = markdown[at:start]
            yield Token(text, after, keys, bool(keys) and _is_glue(text, after))
        at, text, keys = end, markdown[start:end], span_keys
    if text or markdown:
        yield Token(text, markdown[at:], keys)


def _is_glue(text: str, after: str) -> bool:
    return not _IDEOGRAPHIC.match(text) and bool(_GLUE.fullmatch(after))
