"""Blocks written out as one Markdown document (CommonMark with GFM tables), in which page text is never markup.

    blocks ──inline.py: each block's words──► here: headings, lists, tables, quotations ──► document

A reader of Markdown shows the blocks' words, and no link, image or HTML: a text has none (its links are a layer of
their own), so what looks like one was written by the page's author for people to read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.model import Block, BlockKind
from pipelines.text.inline import STARS, Marks, lines, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_LIST_KINDS = frozenset({BlockKind.ITEM, BlockKind.NUMBERED})
_TIGHT_KINDS = _LIST_KINDS | {BlockKind.ROW}
_CELL_BORDER = " | "
_CLOSING = re.compile(r"(?:^|(?<=\s))(?=#+$)")  # of a heading: CommonMark takes it for decoration
_BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")  # that would end a cell


def render_markdown(blocks: Iterable[Block]) -> str:
    """The text as Markdown, ending in one newline ("" for no blocks).

    Lists are nested by level (two spaces a level, as wide as the outer marker where that is a number), numbering
    starts again with every list, tables get the header row GFM asks for.
    """
    return join_markdown((block, render_alone(block)) for block in blocks)


def render_alone(block: Block) -> str | None:
    """A block's Markdown where that does not depend on its neighbours; None for list items and table rows."""
    return None if block.kind in _TIGHT_KINDS else _SINGLE.get(block.kind, _paragraph)(block)


def join_markdown(parts: Iterable[tuple[Block, str | None]]) -> str:
    """The text of blocks, each with what `render_alone` makes of it: which a text shares with many can be kept."""
    written: list[str] = []
    run: list[Block] = []
    for block, alone in parts:
        if run and (alone is not None or not _joins(run[-1].kind, block)):
            written.append(_render_run(run))
            run = []
        if alone is None:
            run.append(block)
        elif alone:
            written.append(alone)
    if run:
        written.append(_render_run(run))
    return "\n\n".join(written) + ("\n" if written else "")


def _joins(last: BlockKind, block: Block) -> bool:
    """It stands without a blank line below a list item or a row."""
    if block.kind in _LIST_KINDS:
        return last in _LIST_KINDS
    return last is BlockKind.ROW and block.level != 1


def _render_run(run: Sequence[Block]) -> str:
    return "\n".join(_list_lines(run) if run[0].kind in _LIST_KINDS else _table_lines(run))


def heading(words: str, level: int) -> str:
    """Return a heading's line, "" without words.

    :param words: inline Markdown, safe, on one line.
    """
    shown = _CLOSING.sub(r"\\", words)
    return shown and f"{'#' * min(max(level, 1), 6)} {shown}"


def _heading(block: Block) -> str:
    return heading(one_line(block.markdown), block.level)


def _title(block: Block) -> str:
    return heading(one_line(block.markdown), 1)


def _paragraph(block: Block) -> str:
    return "\n".join(lines(block.markdown))


def _definition(block: Block) -> str:
    text = "\n    ".join(lines(block.markdown))
    return text and f":   {text}"


def _quote(block: Block) -> str:
    return "\n".join(f"> {line}" for line in lines(block.markdown))


def _pre(block: Block) -> str:
    if not block.markdown.strip():
        return ""
    longest = max((len(run) for run in re.findall(r"`+", block.markdown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{block.markdown}\n{fence}"


_SINGLE: dict[BlockKind, Callable[[Block], str]] = {
    BlockKind.TITLE: _title,
    BlockKind.HEADING: _heading,
    BlockKind.DEFINITION: _definition,
    BlockKind.QUOTE: _quote,
    BlockKind.PRE: _pre,
}


def _list_lines(run: Sequence[Block]) -> Iterator[str]:
    """Lines of one list; `counters` and `widths` hold the open levels' last number and marker width."""
    counters: list[int] = []
    widths: list[int] = []
    kinds: list[BlockKind] = []
    for block in run:
        depth = min(max(block.level, 1), len(kinds) + 1)
        if depth <= len(kinds) and kinds[depth - 1] is not block.kind:
            del kinds[depth - 1 :], counters[depth - 1 :], widths[depth - 1 :]
        if depth > len(kinds):
            kinds.append(block.kind)
            counters.append(0)
            widths.append(2)
        del kinds[depth:], counters[depth:], widths[depth:]
        counters[-1] += 1
        marker = f"{counters[-1]}. " if block.kind is BlockKind.NUMBERED else "* "
        widths[-1] = max(4, len(marker)) if block.kind is BlockKind.NUMBERED else 2
        indent = " " * sum(widths[:-1])
        yield indent + marker + f"\n{indent}{' ' * len(marker)}".join(lines(block.markdown))


def _table_lines(run: Sequence[Block]) -> Iterator[str]:
    rows = [[cell_text(cell) for cell in cells(block)] for block in run]
    width = max(len(row) for row in rows)
    if run[0].level != 1:
        rows.insert(0, [""] * width)
    for index, row in enumerate(rows):
        yield f"| {' | '.join(row + [''] * (width - len(row)))} |"
        if index == 0:
            yield f"|{' --- |' * width}"


def cells(row: Block) -> list[str]:
    """Return the inline Markdown of a row's cells."""
    return f" {row.markdown} ".split(_CELL_BORDER)


def cell_text(markdown: str, marks: Marks = STARS) -> str:
    """Return a cell's inline Markdown, safe, bars escaped: GFM looks for the ends of cells before it reads the cells."""
    return _BAR.sub(r"\1\\|", one_line(markdown, marks))
