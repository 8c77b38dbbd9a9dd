"""Counts how often each of very many ids came, in a few bytes each: ids of rows of one table lie close together. Pure."""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import Final

_TOGETHER: Final = 1024  # numbers of one array: ids that come in one run are neighbours


class Tally:
    """How often each number came, 0 at first. Numbers are integers; 1,024 neighbours share an array.

    :param most: no count goes higher. Up to 255 a count takes one byte, else four.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        none = array("B" if most < 256 else "I", [0] * _TOGETHER)
        self._arrays: defaultdict[int, array[int]] = defaultdict(lambda: none[:])

    def __getitem__(self, number: int) -> int:
        held = self._arrays.get(number // _TOGETHER)
        return held[number % _TOGETHER] if held is not None else 0

    def add(self, number: int) -> int:
        """Count a number once more; return how often it came."""
        held, at = self._arrays[number // _TOGETHER], number % _TOGETHER
        held[at] = min(held[at] + 1, self._most)
        return held[at]
