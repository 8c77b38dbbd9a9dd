"""A policy's text as parts of a page: headings, paragraphs, lists and tables, in plain characters that templates escape.

parts(blocks) ──► {"tag": "p", "text": …} | {"tag": "list", "items": […]} | {"tag": "table", "rows": [[…]]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from markupsafe import Markup

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
_BLOCKS: Final = 4_096  # held as text and as HTML: blocks come again in every version


def shown(block: Block) -> str:
    """Return a block's text as it reads, with nothing in it that would steer what stands beside it."""
    return _shown(block.markdown, block.kind is BlockKind.PRE)


@lru_cache(maxsize=_BLOCKS)
def _shown(markdown: str, as_is: bool) -> str:
    text = clean(markdown.replace("\r", ""))
    return text if as_is else plain_text(text)


@lru_cache(maxsize=_BLOCKS)
def _paragraph(tag: str, text: str) -> Markup:
    if tag in ("blockquote", "pre"):
        return Markup('<{} dir="auto">{}</{}>').format(tag, text, tag)
    return (
        Markup('<p dir="auto" class="{}">{}</p>').format(tag, text)
        if tag != "p"
        else Markup('<p dir="auto">{}</p>').format(text)
    )


@lru_cache(maxsize=_BLOCKS)
def _unchanged(tag: str, indent: int, text: str, lang: str) -> Markup:
    name = "p" if tag == "h3" else tag
    more = " heading" if tag == "h3" else f" item i{indent}" if indent else ""
    return Markup('<div class="block equal"><{} class="text{}" lang="{}" dir="auto">{}</{}></div>').format(
        name, more, lang, clean(text.replace("\r", "")), name
    )


def unchanged(blocks: Sequence[Mapping[str, Any]], lang: str) -> Markup:
    """Return blocks of a difference (history/diff/html.py) that did not change, as HTML; most of a page is such."""
    return Markup("").join(
        _unchanged(one["tag"], one["indent"], "".join(text for _op, text in one["pieces"]), lang) for one in blocks
    )


def by_kind(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Yield neighbouring blocks of a difference that are of one kind."""
    for kind, run in groupby(blocks, key=lambda one: one["kind"]):
        yield kind, list(run)


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
                level, tag = min(max(block.level, 2), 6), _TAGS.get(block.kind, "p")
                yield {
                    "tag": tag,
                    "at": at,
                    "level": level,
                    "text": shown(block),
                    "html": _paragraph(tag, shown(block)),
                }


def _group(kind: BlockKind) -> str:
    if kind in _LISTS:
        return "list"
    return "table" if kind is BlockKind.ROW else "single"
