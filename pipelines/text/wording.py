"""Wording: the normalised word sequence of a text, which alone decides "same or changed".

Typography, markup, emphasis, numbering and the shape of blocks are no part of it: a policy whose list became
paragraphs, or whose quotes became curly, has the wording it had.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

import regex

from pipelines.model import BlockKind
from pipelines.text.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.model import Block

# Soft hyphen, zero-width space/joiners, word joiner, BOM, bidi marks: invisible, and added or lost by editors.
_INVISIBLE = regex.compile(r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_MARKUP = regex.compile(r"\\([!-/:-@\[-`{-~])|\*+|<br>")
_MARKER = r"[\s>#*+\-|•‣▪◦·–—]*+"
# A line of markers only: what comes behind it was tried from there.
_AFTER_MARKERS = r"(?<!^(?:[^\S\n]|[>#*+\-|•‣▪◦·–—])*+\n)"
_NUMBER = r"(?:\d{1,3}(?:\.\d{1,3})*\\?[.)]|\(\s?(?:\d{1,3}|[a-z]|[ivx]{1,5})\s?\)|(?:[a-z]|[ivx]{1,5})\))(?=\s|$)"
_NUMBERING = regex.compile(rf"^{_AFTER_MARKERS}(?:{_MARKER}{_NUMBER})+", regex.MULTILINE | regex.IGNORECASE)
_CJK = r"\p{Han}\p{Hiragana}\p{Katakana}"
_WORD = regex.compile(
    rf"[{_CJK}]\p{{M}}*|[[\p{{L}}\p{{N}}]--[{_CJK}]][[\p{{L}}\p{{N}}\p{{M}}]--[{_CJK}]]*|[%€$£¥]",
    regex.VERSION1,
)

# Latin letters, punctuation and signs: nothing invisible, no mark that combines, no ideograph, and no letter that takes
# a mark when folded (İ). In such a text the standard library finds the same words, five times as fast.
_PLAIN = re.compile(
    "[\x00-\u00ac\u00ae-\u012f\u0131-\u02ff\u2000-\u200a\u2010-\u2027\u202f-\u205f\u20a0-\u20bf\u2190-\u22ff\u25a0-\u25ff]*+"
)
_SIGNS = "%€$£¥"
_DIGIT = re.compile(r"\d")
_PLAIN_WORD = re.compile(rf"[^\W_]+|[{_SIGNS}]")
# Without these signs, all but letters and digits parts words; in ASCII, a table and split() find them thrice as fast.
_RUN = re.compile(r"\w+")
_ASCII_PARTED = bytes(code if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)


def words(markdown: str) -> list[str]:
    r"""The words of a Markdown text, in order.

    Out: casefolded NFKC runs of letters and digits with their combining marks; each ideograph or kana, and each
    of % € $ £ ¥, is a word of its own; numbering at the start of a line (1. 2) 3.1. (a) iv)) is left out.

    >>> words("1. We *use* your **E**-mail\\* (50 %)")
    ['we', 'use', 'your', 'e', 'mail', '50', '%']
    """
    return list(_words(markdown))


def word_count(markdown: str) -> int:
    """How many words a Markdown text has."""
    return len(_words(markdown))


@remembered(4096)  # blocks come again in every version; 4096 of them and their words are some 15 MB
def _words(markdown: str) -> tuple[str, ...]:
    normal = unicodedata.normalize("NFKC", markdown)
    if is_plain(normal):
        folded = _folded(_bare(normal))
        if folded.isascii() and "%" not in folded and "$" not in folded:
            return tuple(folded.encode().translate(_ASCII_PARTED).decode().split())
        if any(sign in folded for sign in _SIGNS):
            return tuple(_PLAIN_WORD.findall(folded))
        return tuple(_RUN.findall(folded.replace("_", " ")))
    normal = unicodedata.normalize("NFKC", _INVISIBLE.sub("", markdown))
    return tuple(_WORD.findall(_folded(_bare(normal))))


def _bare(normal: str) -> str:
    unnumbered: str = _NUMBERING.sub(" ", normal) if may_be_numbered(normal) else normal
    if "\\" in unnumbered or "<br>" in unnumbered:
        unnumbered = _MARKUP.sub(_unmarked, unnumbered)
    return unnumbered.replace("*", "")


def may_be_numbered(text: str) -> bool:
    """Tell whether a line of a text may begin with numbering: all numbering has a digit or a closing parenthesis."""
    return ")" in text or not text.isascii() or _DIGIT.search(text) is not None


def is_plain(text: str) -> bool:
    r"""Tell whether `\w` of the standard library means the same as Unicode's letters and numbers do, and nothing in a
    text is invisible: so it is with nearly every text in a Latin script.
    """
    return text.isascii() or _PLAIN.fullmatch(text) is not None


def text_words(blocks: Iterable[Block]) -> list[str]:
    """The words of a text without its TITLE block."""
    return [word for block in blocks if block.kind is not BlockKind.TITLE for word in _words(block.markdown)]


def wording_key(blocks: Iterable[Block]) -> str:
    """SHA-256 (hex) of the text's word sequence; how the words are cut into blocks does not matter."""
    return key_of_words(text_words(blocks))


def key_of_words(words: Iterable[str]) -> str:
    """The wording's key, of the text_words."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def _unmarked(match: regex.Match[str]) -> str:
    """An escaped sign stands for itself, a line break splits words, emphasis marks vanish."""
    sign: str | None = match.group(1)
    if sign is not None:
        return sign if sign in "%$" else " "
    return " " if match.group().startswith("<") else ""


def _folded(text: str) -> str:
    """Casefolded; twice normalised, since casefolding can take a text out of NFKC."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
