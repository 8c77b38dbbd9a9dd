"""Against which earlier payload one is compressed: the one that holds most of it, and is not far to read back.

Pages of one URL take turns: by country, by test, by server. So the payload before is often not the most alike; among
the last 64 of five real histories, taking the one with the fewest new pieces made 1.10 MB of what were 1.51 MB
against the one before. How alike two pages are is told by a *sketch*: the pieces between tags, lines and commas, each
by its hash, which is a hundred times as fast as compressing to find out.

To read a payload, all that it stands on must be inflated. `reach` is how many bytes that is, itself included; it is
bounded, and as git does (pack-objects, `max_size` scaled by the depth left), a base that is far costs more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

# 0.33 ms a megabyte (measured), so that any page is there in less than 5 ms; larger ones stand on one other at most
MOST_REACH: Final = 14_000_000
MOST_DEPTH: Final = 64
ALIKE: Final = 0.005  # less than this share of a page is new: no better base is looked for
_OVERHEAD: Final = 48  # bytes of the smallest difference
_SKETCHED: Final = 4_000_000  # bytes of a payload that are looked at
_CUTS: Final = bytes.maketrans(b">;,", b"\n\n\n")

Sketch = Mapping[int, int]  # hash of a piece: its bytes


@dataclass(frozen=True, slots=True)
class Base:
    """A payload that others may be compressed against.

    :param reach: bytes to inflate to read it, its own included.
    """

    payload_id: int
    body: bytes
    sketch: Sketch
    depth: int
    reach: int


def sketch(body: bytes) -> Sketch:
    """Return the pieces of a payload.

    >>> sorted(sketch(b"<p>a</p><p>b</p>").values())
    [0, 2, 4, 4]
    """
    pieces = body[:_SKETCHED].translate(_CUTS).split(b"\n")
    return dict(zip(map(hash, pieces), map(len, pieces), strict=True))


def new_bytes(wanted: Sketch, base: Sketch) -> int:
    """Return how many bytes of a payload are in pieces that another does not have."""
    return sum(map(wanted.__getitem__, wanted.keys() - base.keys()))


class Bases:
    """The payloads of one URL that the next may stand on: the last few, and some of each depth before them.

    Those that are last stand on all the others and are soon too far to read back; the ones of less depth are where a
    new branch begins.

    :param last: how many of the last.
    :param per_depth: how many of each depth, up to `depths`.
    :param most_bytes: of all together; the oldest go first, but the last two stay.
    """

    def __init__(self, last: int, per_depth: int, depths: int, most_bytes: int) -> None:
        self._last: deque[Base] = deque(maxlen=last)
        self._rungs: dict[int, deque[Base]] = {}
        self._per_depth, self._depths, self._most_bytes = per_depth, depths, most_bytes

    def add(self, base: Base) -> None:
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

    def __iter__(self) -> Iterator[Base]:
        """The last first, each once."""
        found = {base.payload_id: base for base in self._last}
        for rung in self._rungs.values():
            found |= {base.payload_id: base for base in rung}
        return iter(found.values())


def best_bases(size: int, wanted: Sketch, bases: Iterable[Base]) -> tuple[list[Base], int]:
    """Return the bases worth compressing a payload against, likeliest first, and how many of its bytes are new to
    the first: the one that holds most of it for its distance, and the last payload.

    :param size: bytes of the payload.
    :param bases: candidates, the last payload first.
    """
    scored: list[tuple[float, int, Base]] = []
    for base in bases:
        if not nearness(base, size):
            continue
        new = new_bytes(wanted, base.sketch)
        scored.append(((new + _OVERHEAD) / nearness(base, size), new, base))
        if new < ALIKE * size and nearness(base, size) > 0.5:
            break
    if not scored:
        return [], size
    best = min(scored, key=lambda one: one[0])
    return [best[2]] if best is scored[0] else [best[2], scored[0][2]], best[1]


def nearness(base: Base, size: int) -> float:
    """Return how near a base would leave a payload of that size: 1 is at hand, 0 too far to read back.

    >>> nearness(Base(1, b"", {}, depth=0, reach=1_000_000), 1_000_000) > 0.7
    True
    >>> nearness(Base(1, b"", {}, depth=20, reach=14_000_000), 1_000_000)
    0.0
    """
    if base.depth >= MOST_DEPTH:
        return 0.0
    left = 1 - (base.reach + size) / (max(MOST_REACH, 2 * size + 1) + 1)
    return max(left, 0.0) * (1 - base.depth / (MOST_DEPTH + 1))
