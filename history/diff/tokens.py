"""A block's Markdown cut into words and what stands between them, without losing a character.

    tokenize("We *never* sell it.") ──► Token("We", " *"), Token("never", "* "), Token("sell", " "), Token("it", ".")

Which characters make a word is decided by pipelines.text.wording alone: a token that it does not count (a number before
a heading, say) becomes part of the space between words. So two texts of one wording have the same keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import regex
from rapidfuzz.distance import LCSseq

from pipelines.text.wording import is_plain, words

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


_SHARED_WORDS = 3  # a shorter beginning or end saves nothing


@lru_cache(maxsize=4096)
def tokenize(markdown: str) -> tuple[Token, ...]:
    """Return the tokens of a block; their texts and `after`s, joined, are the block."""
    split = _split(markdown)
    return tuple(_between(split, 0, 0)) if split else _carefully(markdown, words(markdown))


def tokenize_pair(old: str, new: str) -> tuple[Sequence[Token], Sequence[Token]]:
    """Return the tokens of two texts of which one was made of the other: what they begin and end with alike, cut where
    a plain space stands, is one token on each side, so that only what lies between is compared word by word.
    """
    a, b = _split(old), _split(new)
    if a is None or b is None:
        return tokenize(old), tokenize(new)
    head = _shared(a.keys, b.keys)
    while head and (a.after[head - 1] != " " or b.after[head - 1] != " "):
        head -= 1
    most = min(len(a.keys), len(b.keys)) - head
    tail = min(_shared(a.keys[::-1], b.keys[::-1]), most)
    while tail and (a.after[-tail - 1 :][:1] != [" "] or b.after[-tail - 1 :][:1] != [" "]):
        tail -= 1
    head, tail = (0 if n < _SHARED_WORDS else n for n in (head, tail))
    return _between(a, head, tail), _between(b, head, tail)


class _Split(NamedTuple):
    """A text's words as they stand, what follows each, and their keys; `lead` stands before the first."""

    lead: str
    texts: list[str]
    after: list[str]
    keys: list[str]


def _split(markdown: str) -> _Split | None:
    """A plain text in which all that looks like a word is one; None for another."""
    if not is_plain(markdown):
        return None
    parts, keys = _PLAIN_WORD.split(markdown), words(markdown)
    texts = parts[1::2]
    return _Split(parts[0], texts, parts[2::2], keys) if [text.lower() for text in texts] == keys else None


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many items both begin with."""
    return next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _between(one: _Split, head: int, tail: int) -> list[Token]:
    end = len(one.keys) - tail
    found = [Token("", one.lead, ())] if one.lead else []
    if head:
        found.append(_merged(one, 0, head))
    found += _tokens_of(one, head, end)
    if tail:
        found.append(_merged(one, end, len(one.keys)))
    return found


def _merged(one: _Split, start: int, end: int) -> Token:
    pieces = [text + after for text, after in zip(one.texts[start:end], one.after[start:end], strict=True)]
    after = one.after[end - 1]
    return Token("".join(pieces).removesuffix(after), after, tuple(one.keys[start:end]))


def _tokens_of(one: _Split, start: int, end: int) -> list[Token]:
    last = len(one.keys) - 1
    return [
        Token(text, after, (key,), after != " " and at < last and _is_glue(text, after))
        for at, (text, after, key) in enumerate(
            zip(one.texts[start:end], one.after[start:end], one.keys[start:end], strict=True), start=start
        )
    ]


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
