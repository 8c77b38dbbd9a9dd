"""What each block of a text stands under: its heading, the sentence that introduces the list it is an item of, the
headers of its table's columns.

    contexts(blocks) ──► Context(heading, lead, columns) for each block, in order

A list is introduced by the last sentence before it that ends in a colon, or by an item one level above it that does, or by
a heading that does ("We never:"). A colon counts only where the list follows at once. A paragraph that is written as an item
("• Access") is an item. A row of a table has the cells of the header row above it, and no others than its table's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pipelines.claims.model import Context
from pipelines.claims.plain import plain
from pipelines.model import Block, BlockKind
from pipelines.text.sentences import sentences

_ITEMS: Final = frozenset((BlockKind.ITEM, BlockKind.NUMBERED))
_BULLET: Final = re.compile(r"[•·▪◦‣–-]\s")
_MAX_LEAD: Final = 400  # characters: longer ones introduce nothing that a reader would still have in mind
_MAX_HEADING: Final = 200
_BAR: Final = re.compile(r"(?<!\\)\|")  # between the cells of a row


def contexts(blocks: Sequence[Block]) -> list[Context]:
    """Return the context of each block of a text."""
    found: list[Context] = []
    heading = ""
    leads: dict[int, str] = {}  # by depth of the items that each introduces
    columns: tuple[str, ...] = ()
    for block in blocks:
        depth = _depth(block)
        if block.kind in (BlockKind.HEADING, BlockKind.TITLE):
            heading = plain(block.markdown)[:_MAX_HEADING]
            leads = {1: heading} if heading.endswith(":") else {}
            columns = ()
            found.append(Context(heading))
            continue
        if block.kind is BlockKind.ROW:
            headed = Context(heading, "", columns)
            found.append(headed if block.level > 1 else Context(heading))
            columns = columns if block.level > 1 else tuple(_column(cell) for cell in cells(block.markdown))
            leads = {}
            continue
        columns = ()
        leads = {} if not depth else {level: lead for level, lead in leads.items() if level <= depth}
        lead = leads[max(leads)] if leads else ""
        found.append(Context(heading, lead))
        introduces = _lead(block)
        if introduces:
            leads[depth + 1] = introduces
    return found


def cells(row: str) -> list[str]:
    """Return the cells of a row's Markdown, or of a part of it, with all that stands between two bars."""
    return _BAR.split(row)


def _column(cell: str) -> str:
    """A column's header as the words that introduce its cells: "Retention period:", "" of none."""
    words = plain(cell).rstrip(" :?.")[:_MAX_HEADING]
    return f"{words}:" if words else ""


def _depth(block: Block) -> int:
    """How deep a list the block is an item of; 0 for none."""
    if block.kind in _ITEMS:
        return max(block.level, 1)
    return 1 if block.kind is BlockKind.PARAGRAPH and _BULLET.match(block.markdown) else 0


def _lead(block: Block) -> str:
    if not block.markdown.rstrip(" *").endswith(":"):
        return ""
    last = plain(sentences(block.markdown)[-1].text)
    return last if last.endswith(":") and len(last) <= _MAX_LEAD else ""
