"""Where text stands on the pages of a PDF: pieces to lines in reading order.

    pieces of a page ──► rows (one baseline) ──► without running headers and page numbers
                     ──► bands of rows: plain, columns (left one first), table

A band is a run of rows with a gutter that no piece crosses. It is a table if its rows are short or stand in line
on both sides of the gutter, else text in columns. Pages that run from right to left are read in a mirror.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from pipelines.reading.pdf.rows import BULLET, NUMBER, Piece, Row, make_rows, row_text, running

_GUTTER: Final = 0.8  # of the font size
_COLUMN_ROWS: Final = 3
_WRAPPED_SHARE: Final = 0.6
_COLUMN_CHARS: Final = 15
_ROW_GAP: Final = 1.3  # between rows of a table, against the lines of one cell
_FAR_BELOW: Final = 1.9  # of the font size; lines of one text are 1.0 to 1.6 apart
_MAX_ONE_SIDED: Final = 40  # rows of one column above the first beside which another begins
_FAR: Final = 1e9
_MAX_PIECES: Final = 4000  # a page of small print has 1,500 words; above this no columns are looked for
_MAX_DEPTH: Final = 3


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text, or a row of a table.

    :param text_x: where the text begins, after a bullet or number that stands off.
    :param left: the column's edges.
    :param region: number of the column or page that the line is in; lines follow each other within a region.
    :param cells: of a table's row.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: float
    text_x: float
    left: float
    right: float
    region: int = 0
    cells: tuple[str, ...] = ()


def reading_order(pages: Sequence[Sequence[Piece]]) -> tuple[tuple[TextLine, ...], int]:
    """The document's lines in the order they are read, and how many were dropped as running headers and the like."""
    pages = [[piece for piece in page if piece.text.strip()] for page in pages]
    if _is_right_to_left(pages):
        pages = [[replace(piece, x0=-piece.x1, x1=-piece.x0) for piece in page] for page in pages]
    rows = [make_rows(page) for page in pages]
    dropped = running(rows)
    kept = [[row for n, row in enumerate(page) if (number, n) not in dropped] for number, page in enumerate(rows)]
    regions = [region for page in kept for region in _regions(page, 0)]
    edges = _edges([row for region in regions if region.kind == "plain" and not region.depth for row in region.rows])
    lines: list[TextLine] = []
    for number, region in enumerate(regions):
        if region.kind == "table":
            lines += _table(region.rows, number)
        else:
            left, right = _edges(region.rows) if region.depth else edges
            lines += (_line(row, number, left, right) for row in region.rows)
    return tuple(lines), len(dropped)


def _is_right_to_left(pages: Sequence[Sequence[Piece]]) -> bool:
    counts = Counter(unicodedata.bidirectional(char) for page in pages for piece in page for char in piece.text)
    return counts["R"] + counts["AL"] > counts["L"]


# --- bands ----------------------------------------------------------------------------------------------------

_Gaps = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Region:
    """Rows of one kind that follow each other; `depth` is 0 outside of columns."""

    kind: str
    depth: int
    rows: list[Row]


def _regions(rows: list[Row], depth: int) -> Iterator[_Region]:
    """The parts of a page or column, in reading order."""
    if depth >= _MAX_DEPTH or sum(map(len, rows)) > _MAX_PIECES:
        yield _Region("plain", depth, rows)
        return
    plain: list[Row] = []
    start = 0
    while start < len(rows):
        end, gutters = _band(rows, start)
        columns = _columns(rows[start:end], gutters)
        kind = _kind(rows[start:end], columns)
        if kind == "plain":
            plain.append(rows[start])
            start += 1
            continue
        if kind == "table" and len(rows[start]) < 2:  # a table begins with its first row, not with what is above it
            plain.append(rows[start])
            start += 1
            continue
        if plain:
            yield _Region("plain", depth, plain)
            plain = []
        if kind == "table":
            end = _table_end(rows, start, end)
            yield _Region("table", depth, [_cells(row, gutters) for row in rows[start:end]])
        else:
            for column in columns:
                yield from _regions(column, depth + 1)
        start = end
    if plain:
        yield _Region("plain", depth, plain)


def _band(rows: list[Row], start: int) -> tuple[int, _Gaps]:
    """The longest run of rows from `start` with gutters in common: where it ends, and the gutters (from, to)…"""
    free: _Gaps = [(-_FAR, _FAR)]
    left, right = _FAR, -_FAR
    gutters: _Gaps = []
    for index in range(start, len(rows)):
        row = rows[index]
        left, right = min(left, row[0].x0), max(right, *(piece.x1 for piece in row))
        width = _GUTTER * max(piece.size for piece in row)
        free = [gap for gap in _shared(free, _gaps(row)) if gap[1] - gap[0] >= width]
        inner = [gap for gap in free if gap[0] >= left and gap[1] <= right]
        crosses = len(inner) < len(gutters) and (not inner or len(row) < 2)
        if crosses or (not inner and (len(row) > 1 or index - start > _MAX_ONE_SIDED)):
            return (_band_end(rows, start, index, gutters), gutters) if gutters else (start, [])
        gutters = inner
    return len(rows), gutters


def _band_end(rows: list[Row], start: int, end: int, gutters: _Gaps) -> int:
    """Before a row that crosses the gutters, rows far below the last column but the first belong to it."""
    last = max(index for index in range(start, end) if rows[index][-1].x0 >= gutters[0][0])
    for index in range(last + 1, end):
        if _is_far_below(rows, index):
            return index
    return end


def _is_far_below(rows: list[Row], index: int) -> bool:
    return rows[index][0].y - rows[index - 1][0].y > _FAR_BELOW * rows[index][0].size


def _table_end(rows: list[Row], start: int, end: int) -> int:
    """After the last row with two cells; lines of a wrapped cell may follow it."""
    last = max(index for index in range(start, end) if len(rows[index]) > 1) + 1
    while last < end and not _is_far_below(rows, last):
        last += 1
    return last


def _gaps(row: Row) -> _Gaps:
    edges = [-_FAR, *(edge for piece in row for edge in (piece.x0, piece.x1)), _FAR]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


def _shared(ours: _Gaps, theirs: _Gaps) -> _Gaps:
    both = ((max(a0, b0), min(a1, b1)) for a0, a1 in ours for b0, b1 in theirs)
    return [(a, b) for a, b in both if b > a]


def _columns(rows: list[Row], gutters: _Gaps) -> list[list[Row]]:
    columns = zip(*(_by_gutters(row, gutters) for row in rows), strict=True)
    return [[row for row in column if row] for column in columns]


def _by_gutters(row: Row, gutters: _Gaps) -> list[Row]:
    parts: list[Row] = [[] for _ in range(len(gutters) + 1)]
    for piece in row:
        parts[sum(piece.x0 >= gutter[0] for gutter in gutters)].append(piece)
    return parts


def _cells(row: Row, gutters: _Gaps) -> Row:
    """One piece a cell, an empty one where there is none."""
    nothing = replace(row[0], text="", bold=1.0)
    parts = _by_gutters(row, gutters)
    return [replace(cell[0], text=row_text(cell), x1=cell[-1].x1) if cell else nothing for cell in parts]


def _kind(rows: list[Row], columns: list[list[Row]]) -> str:
    """What a band is: "columns" of running text, "table", or "plain" for rows that just have a gap somewhere."""
    if len(columns) < 2:
        return "plain"
    if all(_is_running_text(column) for column in columns) and not _stand_in_line(columns):
        return "columns"
    return "table" if sum(len(row) > 1 for row in rows) > 1 else "plain"


def _is_running_text(column: list[Row]) -> bool:
    """Most lines end where the next word had no room; the lines of cells end where the cell's text does."""
    if len(column) < _COLUMN_ROWS or median(len(row_text(row)) for row in column) < _COLUMN_CHARS:
        return False
    right = max(row[-1].x1 for row in column)
    wrapped = sum(
        not has_room(right - row[-1].x1, row_text(below), below[-1].x1 - below[0].x0) for row, below in pairwise(column)
    )
    return wrapped >= _WRAPPED_SHARE * (len(column) - 1)


def has_room(room: float, text: str, width: float) -> bool:
    """Would the first word of a text so wide have fit into the room that the line before it left?"""
    word = text.split(maxsplit=1)[0] if text.strip() else ""
    return room > width * (len(word) + 1) / max(len(text), 1)


def _stand_in_line(columns: list[list[Row]]) -> bool:
    """Whatever begins after a gap begins in all columns at once: the wrapped cells of a table."""
    starts = [frozenset(round(y) for y in _starts(column)) for column in columns]
    return len(starts[0]) > 2 and all(other == starts[0] for other in starts)


def _starts(rows: list[Row]) -> list[float]:
    ys = [row[0].y for row in rows]
    return [y for y, begins in zip(ys, _apart(ys), strict=True) if begins]


def _apart(ys: list[float]) -> list[bool]:
    """For each line, does it stand further from the one above than lines of one text do? True for the first."""
    gaps = [b - a for a, b in pairwise(ys)]
    return [True, *(gap > _ROW_GAP * min(gaps) for gap in gaps)]


# --- lines ----------------------------------------------------------------------------------------------------


def _edges(rows: list[Row]) -> tuple[float, float]:
    """The text's left and right edge: nine of ten lines keep to them."""
    if not rows:
        return 0.0, 0.0
    lefts, rights = sorted(row[0].x0 for row in rows), sorted(row[-1].x1 for row in rows)
    return lefts[len(lefts) // 10], rights[len(rights) * 9 // 10]


def _line(row: Row, region: int, left: float, right: float) -> TextLine:
    first, text = row[0], row_text(row)
    size = max(row, key=lambda piece: len(piece.text)).size
    bold = sum(piece.bold * len(piece.text) for piece in row) / sum(len(piece.text) for piece in row)
    text_x = _text_x(first) if first.text_x is None else first.text_x
    return TextLine(text, first.x0, row[-1].x1, first.y, size, bold, text_x, left, right, region)


def _text_x(piece: Piece) -> float:
    """Where the text behind a marker begins, about: letters are as wide as each other on the average."""
    marker = BULLET.match(piece.text) or NUMBER.match(piece.text)
    width = (marker.end() + 1) / len(piece.text) * (piece.x1 - piece.x0) if marker else 0.0
    return piece.x0 + width


def _table(rows: list[Row], region: int) -> Iterator[TextLine]:
    """One line a row; lines of one cell are put together where the rows stand apart, or begin in the first cell."""
    apart = _apart([row[0].y for row in rows])
    if not any(apart[1:]):
        apart = [bool(row[0].text) for row in rows]
    group: list[Row] = []
    for row, begins in zip(rows, apart, strict=True):
        if begins and group:
            yield _row_line(group, region)
            group = []
        group.append(row)
    yield _row_line(group, region)


def _row_line(group: list[Row], region: int) -> TextLine:
    cells = tuple(" ".join(piece.text for piece in column if piece.text) for column in zip(*group, strict=True))
    first = group[0][0]
    bold = min(piece.bold for row in group for piece in row)
    x1 = max(piece.x1 for row in group for piece in row)
    return TextLine("", first.x0, x1, first.y, first.size, bold, first.x0, first.x0, x1, region, cells)
