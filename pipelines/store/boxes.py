"""Frames of many payloads in one row: what pages add to others is alike, and is compressed once more together.

    (payload id, frame)… ──boxed──► bytes of payload_boxes.frames ──unboxed──► {payload id: frame}

A payload whose `data` is empty has its frame in the box with the greatest `first_id` that is not above its id. A box is
zstd over: how many frames, the steps from id to id (the first: from first_id), the lengths, the frames themselves.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Final

import zstandard

BOXED_UP_TO: Final = 4000  # bytes of a frame. Longer ones fill pages of their own, and hardly get smaller with others
# Bytes of the frames of a box. Of 5,250 frames (753 kB) 4,000 leave 575 kB, 16,000 539 kB, 32,000 529 kB. One of 16,000 is
# inflated in 0.03 ms, and 99 in 100 payloads stand on what is in six boxes at most.
BOX_BYTES: Final = 32_000
_MOST_BYTES: Final = 1_000_000  # that are inflated, of a damaged one
_LEVEL: Final = 19
_COUNT: Final = struct.Struct("<I")


def boxed(first_id: int, frames: Sequence[tuple[int, bytes]]) -> bytes:
    r"""Return the bytes of a box.

    :param frames: payload ids, ascending from `first_id`, each with its frame of less than BOXED_UP_TO bytes.

    >>> sorted(unboxed(5, boxed(5, [(5, b"a"), (8, b"bc")])).items())
    [(5, b'a'), (8, b'bc')]
    """
    ids = [first_id, *(payload_id for payload_id, _frame in frames)]
    head = _COUNT.pack(len(frames))
    head += struct.pack(f"<{len(frames)}I", *(after - before for before, after in pairwise(ids)))
    head += struct.pack(f"<{len(frames)}H", *(len(frame) for _id, frame in frames))
    whole = head + b"".join(frame for _id, frame in frames)
    return bytes(zstandard.ZstdCompressor(level=_LEVEL).compress(whole))


class _Frames(Mapping[int, bytes]):
    """The frames of a box, each cut out when it is asked for: a page needs a few of some hundreds."""

    def __init__(self, whole: bytes, spans: Mapping[int, tuple[int, int]]) -> None:
        self._whole, self._spans = whole, spans

    def __getitem__(self, payload_id: int) -> bytes:
        begin, end = self._spans[payload_id]
        return self._whole[begin:end]

    def __iter__(self) -> Iterator[int]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


def unboxed(first_id: int, data: bytes) -> Mapping[int, bytes]:
    """Return the frames of a box by payload id.

    :raises zstandard.ZstdError: it is damaged.
    """
    try:
        if zstandard.frame_content_size(data) > _MOST_BYTES:
            raise zstandard.ZstdError("a box is larger than any is made")
        whole = zstandard.ZstdDecompressor().decompress(data, max_output_size=_MOST_BYTES)
        (count,) = _COUNT.unpack_from(whole)
        steps = struct.unpack_from(f"<{count}I", whole, _COUNT.size)
        lengths = struct.unpack_from(f"<{count}H", whole, _COUNT.size + 4 * count)
    except (struct.error, ValueError, MemoryError) as error:
        raise zstandard.ZstdError(f"a box is damaged: {error}") from None
    ends = accumulate(lengths, initial=_COUNT.size + 6 * count)
    ids = accumulate(steps, initial=first_id)
    next(ids)
    return _Frames(whole, dict(zip(ids, pairwise(ends), strict=True)))


def filled(frames: Sequence[tuple[int, bytes]]) -> Iterator[Sequence[tuple[int, bytes]]]:
    """Yield frames in boxes' full."""
    begin = size = 0
    for at, (_id, frame) in enumerate(frames):
        if size and size + len(frame) > BOX_BYTES:
            yield frames[begin:at]
            begin, size = at, 0
        size += len(frame)
    if size:
        yield frames[begin:]
