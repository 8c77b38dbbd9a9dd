"""Payloads that travel as they are stored: what a page adds to another one, and that other one before it.

    Frame… ──add──► Frames ──body(SHA-256)──► the payload, proven by its digest

Nothing is compressed anew on the way. Captures of a page stand on one another (pipelines/store/shelves/payloads.py), so the
one before is mostly at hand, inflated. A shard may have lain anywhere: sizes, lengths of chains and what is held are bounded.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Final

import zstandard

from pipelines.shards.rows import damaged
from pipelines.store.load import MOST_HOPS, Frame, inflate

MOST_BODY: Final = 128 * 2**20  # bytes of a page: crawler/settings.py, DOWNLOAD_MAXSIZE
MOST_STORED: Final = 256 * 2**20  # bytes of frames of a shard, compressed: a reader holds them
_OVERHEAD: Final = 300  # bytes that a frame takes in memory besides its values, however short they are
_MOST_REACH: Final = 2**30  # bytes to inflate for one payload: 0.3 s; the store's own bound is 11 MB, or twice its size
_AT_HAND: Final = 64 * 2**20  # bytes of inflated payloads that stay at hand, and the last one


def stored_bytes(frame: Frame) -> int:
    """Return what a reader's memory holds of a frame, in bytes."""
    return _OVERHEAD + len(frame.sha256) + len(frame.base) + len(frame.data)


class Frames:
    """The frames of one shard, as they come."""

    def __init__(self) -> None:
        self._frames: dict[bytes, Frame] = {}
        self._stored = 0
        self._bodies: OrderedDict[bytes, bytes] = OrderedDict()
        self._at_hand = 0

    def add(self, frame: Frame) -> None:
        """Take a frame; those that stand on it come later.

        :raises StoreError: there are too many, or it says that it is larger than a page can be.
        """
        self._stored += stored_bytes(frame)
        if self._stored > MOST_STORED:
            raise damaged(f"it has more than {MOST_STORED / 2**20:,.0f} MiB of compressed pages")
        if not 0 <= frame.size <= MOST_BODY:
            raise damaged(f"it has a page of {frame.size:,} bytes, and none has more than {MOST_BODY:,}")
        self._frames[frame.sha256] = frame

    def body(self, sha256: bytes) -> bytes:
        """Return a payload.

        :raises StoreError: it is not here, or one that it stands on; or it is damaged.
        """
        chain: list[Frame] = []
        wanted, reach = sha256, 0
        while wanted and wanted not in self._bodies:
            frame = self._frames.get(wanted)
            if frame is None:
                raise damaged(f"it lacks the page {wanted.hex()}, which another one stands on")
            chain.append(frame)
            wanted, reach = frame.base, reach + frame.size
            if len(chain) > MOST_HOPS or reach > _MOST_REACH:
                raise damaged(f"the page {sha256.hex()} stands on too many others")
        body = self._bodies[wanted] if wanted else None
        for frame in reversed(chain):
            try:
                body = inflate(frame, body)
            except (zstandard.ZstdError, MemoryError) as error:
                raise damaged(f"the page {frame.sha256.hex()}: {error}") from None
            if hashlib.sha256(body).digest() != frame.sha256:
                raise damaged(f"the page {frame.sha256.hex()} has another SHA-256")
            self._keep(frame.sha256, body)
        return self._bodies[sha256]

    def _keep(self, sha256: bytes, body: bytes) -> None:
        self._bodies[sha256] = body
        self._at_hand += len(body)
        while self._at_hand > _AT_HAND and len(self._bodies) > 1:
            _old, dropped = self._bodies.popitem(last=False)
            self._at_hand -= len(dropped)
