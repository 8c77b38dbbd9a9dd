"""Letters without case and accents, one character for each: by which names of months and labels are found in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

# Unicode's block "Combining Diacritical Marks": accents of Latin, Greek and Cyrillic letters.
_ACCENT: Final = re.compile("[\u0300-\u036f]")
_LETTER: Final = re.compile("(?s:.)[\u0300-\u036f]*")


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    lower = "i" if char in "İı" else char.lower()
    if "\u0900" <= lower < "\u0980" or lower >= "\u3000":  # Devanagari's and East Asia's marks are no accents
        return lower
    return unicodedata.normalize("NFD", lower)[0].replace("ς", "σ")


def letters(text: str) -> Sequence[str]:
    """Return the characters of a text, each with the accents that follow it.

    Some accented letters have no capital of their own, so that "μαΐου" in capitals has seven characters.

    >>> len("μαΐου"), len("μαΐου".upper()), len(letters("μαΐου".upper()))
    (5, 7, 5)
    """
    return _LETTER.findall(text) if _ACCENT.search(text) else text


def fold(text: Iterable[str]) -> str:
    """Return letters in lower case, without accents, with ASCII digits: one character for each.

    >>> fold("Dernière Mise À JOUR")
    'derniere mise a jour'
    """
    return "".join(map(_fold_char, text))
