"""A policy's text as parts of a page: headings, paragraphs, lists and tables, in plain characters that templates escape.

parts(blocks) ──► {"tag": "p", "text": …} | {"tag": "list", "items": […]} | {"tag": "table", "rows": [[…]]}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from history.plain import clean, plain_text
from pipelines.model import Block, BlockKind

_LISTS: Final = (BlockKind.ITEM, BlockKind.NUMBERED)
_TAGS: Final = {
    BlockKind.TITLE: "title",
    BlockKind.HEADING: "heading",
    BlockKind.TERM: "term",
    BlockKind.DEFINITION: "definition",
    BlockKind.QUOTE: "blockquote",
    BlockKind.PRE: "pre",
}
_DEEPEST: Final = 4


def shown(block: Block) -> str:
    """Return a block's text as it reads, with nothing in it that would steer what stands beside it."""
    return clean(block.markdown) if block.kind is BlockKind.PRE else plain_text(clean(block.markdown))


def parts(blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    """Yield the parts of a text in order; `at` is the position of a part's first block, of items and rows their own."""
    numbered = list(enumerate(blocks))
    for kind, run in groupby(numbered, key=lambda one: _group(one[1].kind)):
        if kind == "list":
            items = list(run)
            yield {
                "tag": "list",
                "at": items[0][0],
                "items": [{"at": at, "level": min(max(b.level, 1), _DEEPEST), "text": shown(b)} for at, b in items],
            }
        elif kind == "table":
            rows = list(run)
            yield {
                "tag": "table",
                "at": rows[0][0],
                "rows": [{"at": at, "head": b.level == 1, "cells": shown(b).split(" | ")} for at, b in rows],
            }
        else:
            for at, block in run:
                level = min(max(block.level, 2), 6)
                yield {"tag": _TAGS.get(block.kind, "p"), "at": at, "level": level, "text": shown(block)}


def _group(kind: BlockKind) -> str:
    if kind in _LISTS:
        return "list"
    return "table" if kind is BlockKind.ROW else "single"
