"""Which blocks are the page's own title shown again."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipelines.model import Block, BlockKind
from pipelines.text.wording import words

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEPARATORS: Final = re.compile(r"(?<!\s)\s++[-–—]\s+|(?:(?<!\s)\s++)?[|:·»«•›]\s*")
# A block with as many words is text, not a heading line: the title is looked for above it.
_PARAGRAPH_WORDS: Final = 20
_BOLD_LINE: Final = re.compile(r"\*\*[^*\n]{1,100}\*\*")
_HEADLINE_LEVEL: Final = 2
_LINES: Final = (BlockKind.HEADING, BlockKind.PARAGRAPH)


def mark_title(blocks: Sequence[Block], title: str) -> tuple[Block, ...]:
    """Make TITLE blocks of those above the first real paragraph that repeat the page's title.

    A block does so if it has the words of <title> or of one of its segments, each once: "Acme" above "Privacy Policy"
    is both halves of "Privacy Policy | Acme", a second "Privacy Policy" is text. A headline that opens the text is the
    page's title whatever <title> says: else a new <title>, or h1 for a bold line in a new template, would move it out
    of the wording.
    """
    wanted = _title_wordings(title)
    marked = list(blocks)
    for index, block in enumerate(blocks):
        found = tuple(words(block.markdown))
        if (found in wanted and block.kind in _LINES) or (index == 0 and _is_headline(block)):
            marked[index] = _as_title(block)
            wanted -= {found}
        elif block.kind is not BlockKind.HEADING and len(found) >= _PARAGRAPH_WORDS:
            break
    return tuple(marked)


def _is_headline(block: Block) -> bool:
    """A heading of the first two levels, or a line all in bold; without a number (a date, a section)."""
    heading = block.kind is BlockKind.HEADING and block.level <= _HEADLINE_LEVEL
    bold = block.kind is BlockKind.PARAGRAPH and _BOLD_LINE.fullmatch(block.markdown) is not None
    return (heading or bold) and not any(char.isdigit() for char in block.markdown)


def _as_title(block: Block) -> Block:
    """Without the marks of a bold line."""
    return replace(block, kind=BlockKind.TITLE, level=0, markdown=re.sub(r"(?<!\\)\*", "", block.markdown))


def _title_wordings(title: str) -> frozenset[tuple[str, ...]]:
    segments = {title, *_SEPARATORS.split(title)}
    return frozenset(tuple(found) for segment in segments if (found := words(segment)))
