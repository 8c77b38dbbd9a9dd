"""Which earlier payloads one may be compressed against: those that are at hand, and how far each is to read back.

To read a payload, all that it stands on must be inflated. `reach` is how many bytes that is, itself included; it is
bounded, and as git does (pack-objects, `max_size` scaled by the depth left), a base that is far costs more.

A crawl holds the last few payloads of a URL (shelves/payloads.py); `policylapse compact` holds many, and looks for the
one that is most alike (upkeep/rebase.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

# 0.33 ms a megabyte (measured), so that any page is there in less than 4 ms; larger ones stand on one other at most
MOST_REACH: Final = 11_000_000
MOST_DEPTH: Final = 64


@dataclass(frozen=True, slots=True)
class Base:
    """A payload that others may be compressed against.

    :param reach: bytes to inflate to read it, its own included.
    """

    payload_id: int
    body: bytes
    depth: int
    reach: int


B = TypeVar("B", bound=Base)


class Bases(Generic[B]):
    """The payloads of one URL that the next may stand on: the last few, and some of each depth before them.

    Those that are last stand on all the others and are soon too far to read back; the ones of less depth are where a
    new branch begins.

    :param last: how many of the last.
    :param per_depth: how many of each depth, up to `depths`.
    :param most_bytes: of all together; the oldest go first, but the last two stay.
    """

    def __init__(self, last: int, per_depth: int, depths: int, most_bytes: int) -> None:
        self._last: deque[B] = deque(maxlen=last)
        self._rungs: dict[int, deque[B]] = {}
        self._per_depth, self._depths, self._most_bytes = per_depth, depths, most_bytes

    def add(self, base: B) -> None:
        self._last.appendleft(base)
        if base.depth < self._depths:
            self._rungs.setdefault(base.depth, deque(maxlen=self._per_depth)).appendleft(base)
        while sum(len(one.body) for one in self) > self._most_bytes and len(self._last) > 2:
            self._last.pop()
        while sum(len(one.body) for one in self) > self._most_bytes and self._rungs:
            deepest = self._rungs[max(self._rungs)]
            deepest.pop()
            if not deepest:
                del self._rungs[max(self._rungs)]

    def __iter__(self) -> Iterator[B]:
        """The last first, each once."""
        found = {base.payload_id: base for base in self._last}
        for rung in self._rungs.values():
            found |= {base.payload_id: base for base in rung}
        return iter(found.values())


def nearness(base: Base, size: int) -> float:
    """Return how near a base would leave a payload of that size: 1 is at hand, 0 too far to read back.

    >>> nearness(Base(1, b"", depth=0, reach=1_000_000), 1_000_000) > 0.7
    True
    >>> nearness(Base(1, b"", depth=20, reach=14_000_000), 1_000_000)
    0.0
    """
    if base.depth >= MOST_DEPTH:
        return 0.0
    left = 1 - (base.reach + size) / (max(MOST_REACH, 2 * size + 1) + 1)
    return max(left, 0.0) * (1 - base.depth / (MOST_DEPTH + 1))
