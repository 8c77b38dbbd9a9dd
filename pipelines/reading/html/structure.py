"""The structural reader: a reduced page's tree to Blocks, element by element, leaving nothing out.

It needs no recursion, so depth costs nothing, and judges nothing: what stage 1 kept is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lxml import etree

from pipelines.model import Block, BlockKind, Link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_BLOCKS: Final = frozenset(
    "address article aside blockquote body button caption center dd details dir div dl dt fieldset figcaption figure "
    "footer form header hgroup hr html legend li main menu nav ol p pre section summary table tbody td tfoot th thead tr "
    "ul".split()
) | set(_HEADINGS)
_LISTS: Final = frozenset(("ul", "ol", "dir", "menu"))
_KINDS: Final = {
    "dt": BlockKind.TERM,
    "dd": BlockKind.DEFINITION,
    "blockquote": BlockKind.QUOTE,
    "pre": BlockKind.PRE,
}
_SCOPES: Final = frozenset((*_LISTS, *_HEADINGS, *_KINDS, "li"))
_ITEMS: Final = (BlockKind.ITEM, BlockKind.NUMBERED)
_STRONG: Final = frozenset(("b", "strong"))
_EMPHASIS: Final = frozenset(("i", "em"))
# A table whose one cell holds this share of its text is there for the layout.
_LAYOUT_CELL_SHARE: Final = 0.7
_LAYOUT_CELL_CHARS: Final = 600
# Wider ones are there to reach the table's edge.
_MAX_SPAN: Final = 30
# One set first, that `re` can look for: `<` before a tag's name, `_` at the edge of a word.
_SPECIAL: Final = re.compile(r"[\\*`<_](?:(?<=[\\*`])|(?<=<)(?=[A-Za-z/!?])|(?<=_)(?<![^\W_]_)|(?<=_)(?![^\W_]))")


@dataclass(slots=True)
class _Run:
    """Text of one style inside a block; a line feed is a line break."""

    text: str
    strong: bool
    emphasis: bool
    underlined: bool = False


@dataclass(slots=True)
class _Scope:
    """An open list, item, heading, quotation…: what the blocks inside it are.

    :param item: index of the block that this list item became; None while it has none.
    """

    kind: BlockKind
    level: int = 0
    is_list: bool = False
    item: int | None = None


@dataclass(slots=True)
class _Walk:
    blocks: list[Block] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    runs: list[_Run] = field(default_factory=list)
    scopes: list[_Scope] = field(default_factory=list)
    pre: int = 0  # open elements of each kind
    strong: int = 0
    emphasis: int = 0
    underlined: int = 0


def read_blocks(root: HtmlElement) -> tuple[tuple[Block, ...], tuple[Link, ...]]:
    """All blocks of the tree and its links, in reading order."""
    state = _Walk()
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        if event == "start":
            if element.tag == "table" and (rows := _data_rows(element)):
                _flush(state)
                state.blocks += rows
                state.links += _links(element)
                walker.skip_subtree()
                continue
            _open(state, element)
            _add_text(state, element.text)
        else:
            _close(state, element)
            if element is not root:
                _add_text(state, element.tail)
    _flush(state)
    return tuple(state.blocks), tuple(state.links)


# --- opening and closing elements -----------------------------------------------------------------------------


def _open(state: _Walk, element: HtmlElement) -> None:
    tag = element.tag
    if tag in _BLOCKS:
        _flush(state)
        scope = _scope(state, tag)
        if scope is not None:
            state.scopes.append(scope)
            state.pre += tag == "pre"
    elif tag == "br":
        _break(state)
    elif tag in _STRONG:
        state.strong += 1
    elif tag in _EMPHASIS:
        state.emphasis += 1
    elif tag == "u":
        state.underlined += 1


def _close(state: _Walk, element: HtmlElement) -> None:
    tag = element.tag
    if tag in _BLOCKS:
        _flush(state)
        if tag in _SCOPES and state.scopes:
            state.scopes.pop()
            state.pre -= tag == "pre"
    elif tag in _STRONG:
        state.strong -= 1
    elif tag in _EMPHASIS:
        state.emphasis -= 1
    elif tag == "u":
        state.underlined -= 1
    elif tag == "a" and element.get("href"):
        state.links += _links(element)


def _scope(state: _Walk, tag: str) -> _Scope | None:
    if tag in _LISTS:
        depth = sum(scope.is_list for scope in state.scopes) + 1
        return _Scope(BlockKind.NUMBERED if tag == "ol" else BlockKind.ITEM, depth, is_list=True)
    if tag == "li":
        around = next((scope for scope in reversed(state.scopes) if scope.is_list), None)
        return _Scope(around.kind, around.level) if around else _Scope(BlockKind.ITEM, 1)
    if tag in _HEADINGS:
        return _Scope(BlockKind.HEADING, _HEADINGS[tag])
    return _Scope(_KINDS[tag]) if tag in _KINDS else None


# --- text -----------------------------------------------------------------------------------------------------


def _add_text(state: _Walk, text: str | None) -> None:
    if not text:
        return
    if not state.pre:
        text = _spaced(text)
        if not state.runs and text == " ":
            return
    heading = bool(state.scopes) and state.scopes[-1].kind is BlockKind.HEADING
    strong, emphasis = state.strong > 0 and not heading, state.emphasis > 0 and not heading
    state.runs.append(_Run(text, strong, emphasis, state.underlined > 0 and not heading))


def _spaced(text: str) -> str:
    """A text that is not empty, each stretch of white space as one space."""
    words = " ".join(text.split())
    return f"{' ' * text[0].isspace()}{words}{' ' * text[-1].isspace()}" if words else " "


def _break(state: _Walk) -> None:
    """One <br> is a line break, two are the end of the block."""
    if not state.runs:
        return
    if _ends_with_break(state.runs) and not state.pre:
        _flush(state)
    else:
        state.runs.append(_Run("\n", strong=False, emphasis=False))


def _ends_with_break(runs: list[_Run]) -> bool:
    return next((run.text == "\n" for run in reversed(runs) if run.text != " "), False)


def _flush(state: _Walk) -> None:
    """End the current block."""
    if not state.runs:
        return
    runs, state.runs = state.runs, []
    if state.pre:
        text = "".join(run.text for run in runs).strip("\n").rstrip()
        if text.strip():
            state.blocks.append(Block(BlockKind.PRE, 0, text))
        return
    if all(run.underlined or run.text.isspace() for run in runs):  # a line all underlined is one all bold
        runs = [_Run(run.text, run.text != "\n", run.emphasis) for run in runs]
    markdown = _markdown(runs)
    if markdown:
        _write(state, markdown)


def _write(state: _Walk, markdown: str) -> None:
    scope = state.scopes[-1] if state.scopes else None
    if scope is None:
        state.blocks.append(Block(BlockKind.PARAGRAPH, 0, markdown))
    elif scope.kind in _ITEMS:
        _write_item(state, scope, markdown)
    else:
        state.blocks.append(Block(scope.kind, scope.level, markdown))


def _write_item(state: _Walk, scope: _Scope, markdown: str) -> None:
    """The first text of an item is the item; what follows directly is more lines of it; later text a paragraph.

    Text that stands in a list but in no item is an item of its own.
    """
    last = len(state.blocks) - 1
    if scope.item is None:
        scope.item = None if scope.is_list else last + 1
        state.blocks.append(Block(scope.kind, scope.level, markdown))
    elif scope.item == last:
        item = state.blocks[last]
        state.blocks[last] = Block(item.kind, item.level, f"{item.markdown}  \n{markdown}")
    else:
        state.blocks.append(Block(BlockKind.PARAGRAPH, 0, markdown))


def _links(element: HtmlElement) -> Iterator[Link]:
    for anchor in element.iter("a"):
        href, text = anchor.get("href"), " ".join("".join(anchor.itertext()).split())
        if href and text:
            yield Link(text, href)


# --- inline Markdown ------------------------------------------------------------------------------------------


def _markdown(runs: list[_Run]) -> str:
    """The runs as inline Markdown: spaces folded and outside the marks, neighbours of one style under one mark."""
    merged = _merged(runs)
    parts: list[str] = []
    for run in merged:
        core = run.text.strip(" \n")
        mark = ("**" if run.strong else "") + ("*" if run.emphasis else "")
        if not core or not mark:
            parts.append(_SPECIAL.sub(r"\\\g<0>", run.text))
            continue
        start = len(run.text) - len(run.text.lstrip(" \n"))
        end = start + len(core)
        inner = _SPECIAL.sub(r"\\\g<0>", core)
        parts.append(f"{run.text[:start]}{mark}{inner}{mark[::-1]}{run.text[end:]}")
    lines = [" ".join(line.split()) for line in "".join(parts).split("\n")]
    return "  \n".join(line for line in lines if line)


def _merged(runs: list[_Run]) -> list[_Run]:
    merged: list[_Run] = []
    for run in runs:
        last = merged[-1] if merged else None
        blank = not run.text.strip()
        if (
            last is not None
            and run.text != "\n"
            and (blank or (last.strong, last.emphasis) == (run.strong, run.emphasis))
        ):
            last.text += run.text
        else:
            merged.append(_Run(run.text, run.strong and not blank, run.emphasis and not blank))
    return merged


# --- tables ---------------------------------------------------------------------------------------------------


def _data_rows(table: HtmlElement) -> list[Block]:
    """The rows of a table of data; none if it is one for the layout, whose cells are read like any block."""
    if next(table.iterdescendants("table", *_HEADINGS), None) is not None:
        return []
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    texts = [["".join(cell.itertext()).strip() for cell in row] for row in rows]
    if sum(1 for row in texts if len(row) > 1) < 2:
        return []
    sizes = [len(cell) for row in texts for cell in row]
    if max(sizes) > _LAYOUT_CELL_CHARS and max(sizes) > _LAYOUT_CELL_SHARE * sum(sizes):
        return []
    caption = table.find("caption")
    out = [] if caption is None else list(read_blocks(caption)[0])
    first = True
    for row, cells, line in zip(rows, texts, _lines(rows), strict=True):
        if any(cells):
            out.append(Block(BlockKind.ROW, _row_level(row, first=first), line))
            first = False
    return out


def _row_level(row: list[HtmlElement], *, first: bool) -> int:
    """1 for a header row: the first, if in a <thead> or all of <th>."""
    parent = row[0].getparent().getparent()
    in_head = parent is not None and parent.tag == "thead"
    return 1 if first and (in_head or all(cell.tag == "th" for cell in row)) else 2


def _lines(rows: list[list[HtmlElement]]) -> Iterator[str]:
    """Each row as one line; a cell stands in its first column and row, and leaves the others that it spans empty."""
    covered: dict[int, int] = {}  # column → rows, from the next on, that a cell above still fills
    for row in rows:
        filled = {column for column, left in covered.items() if left > 0}
        covered = {column: left - 1 for column, left in covered.items() if left > 1}
        cells: list[str] = []
        column = 0
        for cell in row:
            while column in filled:
                column += 1
            cells += [""] * (column - len(cells))
            cells.append(_cell(cell))
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            covered |= dict.fromkeys(range(column, column + width), height - 1)
            column += width
        yield " | ".join(cells)


def _span(cell: HtmlElement, name: str) -> int:
    span = cell.get(name, "1")
    return min(max(int(span), 1), _MAX_SPAN) if span.isascii() and span.isdecimal() and len(span) < 5 else 1


def _cell(cell: HtmlElement) -> str:
    lines = (block.markdown.replace("  \n", " ").replace("\n", " ") for block in read_blocks(cell)[0])
    return " ".join(lines).replace("|", "\\|")
