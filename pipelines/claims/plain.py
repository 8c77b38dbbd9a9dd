"""A sentence as rules read it: no markup, one kind of quotation mark and dash, single spaces. Case is left."""

from __future__ import annotations

import re
from typing import Final

_MARKS: Final = re.compile(r"\\([!-/:-@\[-`{-~])|\*+|<br>")
_UNDERSCORES: Final = re.compile(r"(?<!\w)_+(?=\w)|(?<=[\w.:!?)])_+(?!\w)")
# Of signs beyond ASCII a sentence has one or two: to look for each is ten times as fast as a table for all letters.
_TYPOGRAPHY: Final = (
    *((sign, "'") for sign in "‘’‚‛′´`"),
    *((sign, '"') for sign in "“”„‟«»"),
    *((sign, "-") for sign in "‐‑‒–—−"),
    ("\u00ad", ""),
)


def plain(markdown: str) -> str:
    r"""Return the words of inline Markdown.

    >>> plain("We **don’t** sell — \\*your\\* data.")
    "We don't sell - *your* data."
    """
    text = markdown
    if "*" in text or "\\" in text or "<br>" in text:
        text = _MARKS.sub(lambda match: match.group(1) or ("" if match.group()[0] == "*" else " "), text)
    if "_" in text:  # emphasis, not a name like third_party
        text = _UNDERSCORES.sub("", text)
    if not text.isascii():
        for sign, ours in _TYPOGRAPHY:
            text = text.replace(sign, ours)
    return " ".join(text.split())
