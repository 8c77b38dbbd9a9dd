"""Rows of a PDF's page, and which of them are running headers, footers and page numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

BULLET: Final = re.compile(
    r"[•‣▪◦·●○■□◆◇▸►➢➤✓✔\uf0b7\uf0a7\uf0d8\uf0fco*–—-](?=\s|$)|[•‣▪◦●○■◆▸►➢➤✓✔\uf0b7\uf0a7](?=\S)"
)
NUMBER: Final = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)](?=\s|$)")
_SECTION: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,4}\.?$")
_DIGITS: Final = re.compile(r"\d{1,5}")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_SAME_ROW: Final = 0.35  # of the font size
_SAME_PLACE: Final = 4.0  # points that a running header may move
_ALTERNATE_SHARE: Final = 0.4  # a header of every second page
_LARGER: Final = 1.1  # a heading's size against the text's
_BOLD: Final = 0.5
_MARGIN_ROWS: Final = 3  # running headers are among so many first, footers among so many last rows of a page


@dataclass(frozen=True, slots=True)
class Piece:
    """Text on one baseline without a wide gap, in points.

    :param y: the baseline, downwards.
    :param bold: share of its letters, 0…1.
    :param text_x: where the text begins behind a bullet or number that stands off; None without one.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: float
    text_x: float | None = None


Row = list[Piece]


# --- rows -----------------------------------------------------------------------------------------------------


def make_rows(page: Sequence[Piece]) -> list[Row]:
    """Pieces of one baseline together, from the left; rows from the top."""
    rows: list[Row] = []
    for piece in sorted(page, key=lambda piece: (piece.y, piece.x0)):
        first = rows[-1][0] if rows else None
        if first is not None and abs(piece.y - first.y) <= _SAME_ROW * max(piece.size, first.size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_with_markers(sorted(row, key=lambda piece: piece.x0)) for row in rows]


def _with_markers(row: Row) -> Row:
    """A bullet or a number that stands off belongs to the text behind it: it makes no column."""
    merged: Row = []
    for piece in row:
        if merged and is_marker(merged[-1].text):
            marker = merged.pop()
            text = f"{marker.text} {piece.text}"
            merged.append(replace(piece, text=text, x0=marker.x0, text_x=piece.x0))
        else:
            merged.append(piece)
    return merged


def is_marker(text: str) -> bool:
    """A bullet, or a number like 1. (a) iv) 3.1 and nothing else."""
    text = text.strip()
    if len(text) > 12:
        return False
    return any((found := p.match(text)) is not None and found.end() == len(text) for p in (BULLET, NUMBER, _SECTION))


def row_text(row: Iterable[Piece]) -> str:
    return " ".join(piece.text for piece in row)


# --- running headers ------------------------------------------------------------------------------------------


def running(pages: Sequence[list[Row]]) -> set[tuple[int, int]]:
    """(page, row) of what stands at the same place of most pages, and of page numbers.

    A line with a year that is no copyright line is kept once: it may be the only one that dates the policy.
    """
    sizes = [piece.size for page in pages for row in page for piece in row]
    body = median(sizes) if sizes else 0.0
    places: dict[tuple[str, bool], list[tuple[int, int]]] = {}
    for number, rows in enumerate(pages):
        edges = {*range(min(_MARGIN_ROWS, len(rows))), *range(max(len(rows) - _MARGIN_ROWS, 0), len(rows))}
        for index in sorted(edges):
            text = " ".join(row_text(rows[index]).split()).casefold()
            places.setdefault((_DIGITS.sub("#", text), index * 2 < len(rows)), []).append((number, index))
    dropped: set[tuple[int, int]] = set()
    for found in places.values():
        for group in _by_height(pages, found):
            on_pages = len({number for number, _ in group})
            most = on_pages * 2 > len(pages) or (on_pages > 2 and on_pages >= _ALTERNATE_SHARE * len(pages))
            if on_pages > 1 and most and _is_running(pages, group, body):
                text = row_text(pages[group[0][0]][group[0][1]])
                dated = _YEAR.search(text) is not None and "©" not in text and "copyright" not in text.lower()
                dropped |= set(group[1:] if dated else group)
    return dropped | _page_numbers(pages, body)


def _page_numbers(pages: Sequence[list[Row]], body: float) -> set[tuple[int, int]]:
    """First and last rows that begin or end with the number of the page, where most pages have one: books number the
    left and the right page at different places, and name the chapter beside it.
    """
    found: dict[int, set[tuple[int, int]]] = {}
    for page, rows in enumerate(pages):
        for index in {0, len(rows) - 1} if rows else ():
            words = row_text(rows[index]).split()
            numbers = {int(word) for word in (words[0], words[-1]) if _DIGITS.fullmatch(word)}
            if not _is_title(pages, [(page, index)], body):
                for number in numbers:
                    found.setdefault(number - page, set()).add((page, index))
    best = max(found.values(), key=lambda places: (len({page for page, _ in places}), sorted(places)), default=set())
    return best if len({page for page, _ in best}) * 2 > max(len(pages), 3) else set()


def _by_height(pages: Sequence[list[Row]], found: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    group: list[tuple[int, int]] = []
    for place in sorted(found, key=lambda place: (pages[place[0]][place[1]][0].y, place)):
        y = pages[place[0]][place[1]][0].y
        if group and y - pages[group[-1][0]][group[-1][1]][0].y > _SAME_PLACE:
            yield sorted(group)
            group = []
        group.append(place)
    yield sorted(group)


def _is_running(pages: Sequence[list[Row]], group: list[tuple[int, int]], body: float) -> bool:
    """The same words everywhere; of its numbers each is either the same or counts up with the pages."""
    numbers = [[int(n) for n in _DIGITS.findall(row_text(pages[p][r]))] for p, r in group]
    for column in zip(*numbers, strict=True):
        offsets = {number - page for number, (page, _) in zip(column, group, strict=True)}
        if len(set(column)) > 1 and (len(offsets) > 1 or _is_title(pages, group, body)):
            return False
    return True


def _is_title(pages: Sequence[list[Row]], group: list[tuple[int, int]], body: float) -> bool:
    """Headings that count up ("Article 3") at the top of each page: larger or bolder than the text."""
    firsts = [pages[page][row][0] for page, row in group]
    return all(first.size > _LARGER * body or first.bold > _BOLD for first in firsts)
