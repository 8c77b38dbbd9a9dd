"""Lines for a terminal of any width: broken between words, and nothing that is to be copied is broken.

print_lines(console, *lines) ──► a terminal: each line in its width; a pipe: each as it is
folded(text, width, rest) ──► the lines of one text
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

_FURTHER_IN: Final = 2  # columns
_WORD: Final = re.compile(r"Next: \S.*?(?=  |$)|\S*`[^`\n]+`\S*|\S+")


def print_lines(console: Console, *lines: Text | str) -> None:
    """Print lines; on a terminal, one that is too wide for it goes on below, a little further in.

    In a pipe each stays one line, for programs that read lines.
    """
    for one in lines:
        text = Text(one) if isinstance(one, str) else one
        indent = len(text.plain) - len(text.plain.lstrip(" ")) + _FURTHER_IN
        for piece in folded(text, console.width, " " * indent) if console.is_terminal else [text]:
            console.print(piece, soft_wrap=True)


def folded(text: Text, width: int, rest: str = "") -> list[Text]:
    """Return a text as lines of so many cells, all but the first behind `rest`.

    It is broken between words. A command is one word, so that it can be copied; so is a URL, a path or a citation. One
    that is wider than a line has a line of its own and is not cut.
    """
    found: list[Text] = []
    for line_text in text.split("\n", allow_blank=True):
        plain, begin, prefix = line_text.plain, 0, ""
        words = list(_WORD.finditer(plain))
        for before, word in itertools.pairwise(words):
            if cell_len(prefix) + cell_len(plain[begin : word.end()]) > width:
                found.append(Text.assemble(prefix, line_text[begin : before.end()]))
                begin, prefix = word.start(), rest
        tail = line_text[begin:]
        tail.rstrip()
        found.append(Text.assemble(prefix, tail))
    return found
