"""Where the marks of a picture stand: pure numbers, which templates write as SVG.

axis(first, last) ──► Axis: x of a moment, a mark per year        spark(lengths) ──► points of a polyline
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

WIDTH: Final = 1000.0  # units of a picture; the page scales it
_LEAST: Final = 2.0  # a mark narrower than this is not seen
_LABELS: Final = 12  # years named on an axis, at most


@dataclass(frozen=True, slots=True)
class Axis:
    """Time from left to right."""

    first: datetime
    last: datetime
    width: float = WIDTH

    def x(self, moment: datetime) -> float:
        """Return where a moment is, one decimal; moments outside stand at the ends."""
        share = (moment - self.first) / max(self.last - self.first, timedelta(seconds=1))
        return round(min(max(share, 0.0), 1.0) * self.width, 1)

    def span(self, first: datetime, last: datetime) -> tuple[float, float]:
        """Return (x, width) of a stretch, wide enough to be seen."""
        start = self.x(first)
        wide = max(round(self.x(last) - start, 1), _LEAST)
        return min(start, self.width - wide), wide

    def years(self) -> list[dict[str, Any]]:
        """Return a mark for each year that begins on the axis; as many are named as there is room for."""
        years = range(self.first.year + 1, self.last.year + 1)
        step = -(-len(years) // _LABELS) or 1
        return [
            {"x": self.x(datetime(year, 1, 1, tzinfo=UTC)), "label": str(year) if year % step == 0 else ""}
            for year in years
        ]


def axis(moments: Iterable[datetime], width: float = WIDTH) -> Axis:
    """Return an axis from the first of some moments to the last, with a little room on either side."""
    every = sorted(moments)
    room = max((every[-1] - every[0]) * 0.01, timedelta(days=20))
    return Axis(every[0] - room, every[-1] + room, width)


def spark(values: Sequence[float | None], width: float, height: float) -> list[str]:
    """Return the points of polylines through some values from 0 to the largest; None breaks the line.

    >>> spark([0, 10, None, 5], 30, 10)
    ['0,9 10,1', '30,5']
    """
    top = max((value for value in values if value is not None), default=0) or 1
    step = width / max(len(values) - 1, 1)
    lines: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            lines.append([])
        else:
            lines[-1].append(f"{number * step:.0f},{height - 1 - (height - 2) * value / top:.0f}")
    return [" ".join(points) for points in lines if points]


def ticks(xs: Iterable[float], y: float) -> str:
    """Return the path of many small marks, one unit wide, as high as the line is thick; neighbours are one.

    >>> ticks([1.4, 1.2, 2, 5.1], 6)
    'M1 6h2m2 0h1'
    """
    runs: list[list[int]] = []
    for x in sorted({round(x) for x in xs}):
        if runs and x == runs[-1][1]:
            runs[-1][1] = x + 1
        else:
            runs.append([x, x + 1])
    path, at = "", None
    for start, stop in runs:
        path += (f"M{start} {y:g}" if at is None else f"m{start - at} 0") + f"h{stop - start}"
        at = stop
    return path


def five_blocks(added: int, removed: int) -> tuple[int, int]:
    """Return how many of five small blocks show what was added, and what was removed, as code hosts draw them.

    >>> five_blocks(30, 10), five_blocks(0, 0)
    ((3, 1), (0, 0))
    """
    size = added + removed
    if not size:
        return 0, 0
    filled = 5 if size >= 200 else 4 if size >= 30 else 3 if size >= 12 else 2 if size > 4 else 1
    green = round(filled * added / size)
    if added and not green:
        green = 1
    if removed and green == filled and filled > 1:
        green -= 1
    return green, filled - green


def heat(counts: Mapping[str, int]) -> dict[str, int]:
    """Return steps of colour, 1 to 5, by rank among the different counts; what is not there has none.

    >>> heat({"a": 1, "b": 100, "c": 2})
    {'a': 1, 'b': 5, 'c': 3}
    """
    ranks = sorted(set(counts.values()) - {0})
    steps = {value: 1 + round(4 * at / max(len(ranks) - 1, 1)) for at, value in enumerate(ranks)}
    return {key: steps[value] for key, value in counts.items() if value}


def stacked(marks: Iterable[tuple[float, Any]], apart: float, rows: int) -> Iterator[tuple[int, Any]]:
    """Yield marks with a row each, so that labels that stand close do not cover each other."""
    ends = [-1e9] * rows
    for x, mark in sorted(marks, key=lambda one: one[0]):
        row = next((row for row in range(rows) if x - ends[row] >= apart), min(range(rows), key=lambda r: ends[r]))
        ends[row] = x
        yield row, mark
