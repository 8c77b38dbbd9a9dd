"""Small charts of letters: a line of marks, a row of bars.

sparkline((1, None, 8)) ──► "▁ █"      bar(0.5, 10) ──► "█████"
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_MARKS = "▁▂▃▄▅▆▇█"
_PARTS = " ▏▎▍▌▋▊▉"  # eighths of a cell


def sparkline(values: Sequence[float | None], top: float | None = None) -> str:
    """Return a mark for each value, from 0 to the largest; a blank for None.

    :param top: what is shown as the highest mark; None: the largest value.

    >>> sparkline([0, 4, None, 8])
    '▁▄ █'
    """
    scale = top or max((value for value in values if value is not None), default=0) or 1
    return "".join(" " if value is None else _mark(value / scale) for value in values)


def _mark(share: float) -> str:
    return _MARKS[min(max(math.ceil(share * len(_MARKS)) - 1, 0), len(_MARKS) - 1)]


def bar(share: float, cells: int) -> str:
    """Return a bar, to an eighth of a cell.

    >>> bar(0.25, 6)
    '█▌'
    """
    eighths = round(max(0.0, min(share, 1.0)) * cells * 8)
    return ("█" * (eighths // 8) + _PARTS[eighths % 8]).rstrip()
