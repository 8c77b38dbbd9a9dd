"""A sentence as rules read it: no markup, one kind of quotation mark and dash, single spaces. Case is left."""

from __future__ import annotations

import re
from typing import Final

_MARKS: Final = re.compile(r"\\([!-/:-@\[-`{-~])|\*+|<br>")
_UNDERSCORES: Final = re.compile(r"(?<!\w)_+(?=\w)|(?<=[\w.:!?)])_+(?!\w)")
_TYPOGRAPHY: Final = str.maketrans(
    {**dict.fromkeys("‘’‚‛′´`", "'"), **dict.fromkeys("“”„‟«»", '"'), **dict.fromkeys("‐‑‒–—−", "-"), "\u00ad": None}
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
        text = text.translate(_TYPOGRAPHY)
    return " ".join(text.split())
