"""Which block is the page's own title shown again."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipelines.model import Block, BlockKind
from pipelines.wording import words

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEPARATORS: Final = re.compile(r"\s+[-–—]\s+|\s*[|:·»«•›]\s*")
# A block with as many words is text, not a heading line: the title is looked for above it.
_PARAGRAPH_WORDS: Final = 20


def mark_title(blocks: Sequence[Block], title: str) -> tuple[Block, ...]:
    """The blocks with the first one that repeats the title, above the first real paragraph, made a TITLE block."""
    wanted = _title_wordings(title)
    for index, block in enumerate(blocks):
        found = tuple(words(block.markdown))
        if found in wanted and block.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH):
            return (*blocks[:index], replace_kind(block), *blocks[index + 1 :])
        if block.kind is not BlockKind.HEADING and len(found) >= _PARAGRAPH_WORDS:
            break
    return tuple(blocks)


def replace_kind(block: Block) -> Block:
    """The block as TITLE, without the marks of a bold line."""
    return replace(block, kind=BlockKind.TITLE, level=0, markdown=re.sub(r"(?<!\\)\*", "", block.markdown))


def _title_wordings(title: str) -> frozenset[tuple[str, ...]]:
    segments = {title, *_SEPARATORS.split(title)}
    return frozenset(tuple(found) for segment in segments if (found := words(segment)))
