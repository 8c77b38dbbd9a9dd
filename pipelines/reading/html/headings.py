"""Paragraphs that are wholly bold, or underlined, above the text that they head, are headings.

Old pages and word processors have no others. One bold line may be an exclamation, so two must head a text; a line that
ends like a sentence, or tells the date, heads nothing. Only the kind of such a block changes, never its words.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipelines.model import Block, BlockKind
from pipelines.reading.html.vocabulary import DATE_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADING_CHARS: Final = 120
_MIN_HEADINGS: Final = 2
_MAX_LEVEL: Final = 6
_BOLD: Final = re.compile(r"\*{2,3}(?!\s)(?:[^*\\\n]|\\.)+\*{2,3}")
_MARKS: Final = re.compile(r"(?<!\\)\*")
_SENTENCE_END: Final = (".", ",", ";", "。", "!")
_DATE: Final = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d")
_NUMBERED_END: Final = re.compile(r"(?:^|\s)\w{1,3}\.$")


def with_bold_headings(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks, bold lines made headings one level below the heading that they stand under."""
    lines = {index for index, block in enumerate(blocks) if _is_line(block)}
    heading = [index for index in lines if index + 1 < len(blocks) and _is_headed(index + 1, blocks, lines)]
    if len(heading) < _MIN_HEADINGS:
        return blocks
    return tuple(_promoted(blocks, lines))


def _is_line(block: Block) -> bool:
    text = block.markdown
    if block.kind is not BlockKind.PARAGRAPH or len(text) > _HEADING_CHARS or not _BOLD.fullmatch(text):
        return False
    plain = _MARKS.sub("", text).strip()
    if plain.endswith(_SENTENCE_END) and not _NUMBERED_END.search(plain):
        return False
    dated = _DATE.search(plain) is not None and DATE_LINE.search(plain) is not None
    return not dated and any(char.isalpha() for char in plain)


def _is_headed(index: int, blocks: tuple[Block, ...], lines: set[int]) -> bool:
    return index not in lines and blocks[index].kind is not BlockKind.HEADING


def _promoted(blocks: tuple[Block, ...], lines: set[int]) -> Iterator[Block]:
    """A line that nothing follows stays what it is."""
    level = 1
    for index, block in enumerate(blocks):
        if block.kind is BlockKind.HEADING:
            level = block.level
        if index in lines and index + 1 < len(blocks):
            yield replace(
                block, kind=BlockKind.HEADING, level=min(level + 1, _MAX_LEVEL), markdown=_MARKS.sub("", block.markdown)
            )
        else:
            yield block
