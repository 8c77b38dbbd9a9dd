"""Blocks written out as one Markdown document (CommonMark with GFM tables)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.model import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_LIST_KINDS = frozenset({BlockKind.ITEM, BlockKind.NUMBERED})
_TIGHT_KINDS = _LIST_KINDS | {BlockKind.ROW}
# What CommonMark would read as a block marker at the start of a line.
_BLOCK_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[>+](?=\s|$)|-(?=\s|$)|={2,}\s*$|-{2,}\s*$|~{3,})", re.MULTILINE)
_ORDERED_START = re.compile(r"^(\s*\d{1,9})([.)])(?=\s|$)", re.MULTILINE)
_CELL_BORDER = re.compile(r"(?<!\\) \| ")


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


def _heading(block: Block) -> str:
    return f"{'#' * min(max(block.level, 1), 6)} {' '.join(block.markdown.split())}"


def _title(block: Block) -> str:
    return f"# {' '.join(block.markdown.split())}"


def _paragraph(block: Block) -> str:
    return _escape_starts(block.markdown)


def _term(block: Block) -> str:
    return _escape_starts(block.markdown)


def _definition(block: Block) -> str:
    return ":   " + block.markdown.replace("\n", "\n    ")


def _quote(block: Block) -> str:
    return "\n".join(f"> {line}" for line in _escape_starts(block.markdown).split("\n"))


def _pre(block: Block) -> str:
    longest = max((len(run) for run in re.findall(r"`+", block.markdown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{block.markdown}\n{fence}"


_SINGLE: dict[BlockKind, Callable[[Block], str]] = {
    BlockKind.TITLE: _title,
    BlockKind.HEADING: _heading,
    BlockKind.TERM: _term,
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
        widths[-1] = 4 if block.kind is BlockKind.NUMBERED else 2
        indent = " " * sum(widths[:-1])
        text = _escape_starts(block.markdown).replace("\n", f"\n{indent}{' ' * len(marker)}")
        yield f"{indent}{marker}{text}"


def _table_lines(run: Sequence[Block]) -> Iterator[str]:
    rows = [_CELL_BORDER.split(f" {block.markdown} ") for block in run]
    width = max(len(row) for row in rows)
    if run[0].level != 1:
        rows.insert(0, [""] * width)
    for index, row in enumerate(rows):
        cells = [" ".join(cell.split()) for cell in row] + [""] * (width - len(row))
        yield f"| {' | '.join(cells)} |"
        if index == 0:
            yield f"|{' --- |' * width}"


def _escape_starts(markdown: str) -> str:
    """A line that begins like a heading, list or rule is text, and stays text."""
    hashed = _BLOCK_START.sub(r"\1\\\2", markdown)
    return _ORDERED_START.sub(r"\1\\\2", hashed)
