"""Pages out of a database: what the present extractor has not read, as shards.

    policies ──unread──► by policy, then by time ──as they are stored──► pages/NUMBER-DIGEST.parquet

Neighbours stand on one another, so each shard has what its first pages stand on, and then what each adds: nothing is
inflated or compressed here.
A shard's name holds a digest of what is in it, so that its readings are never taken for those of other pages.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from pipelines.shards.columns import page_row, pages_to
from pipelines.shards.frames import MOST_STORED, stored_bytes
from pipelines.shards.place import PAGES, READINGS, JobFolders
from pipelines.store.shelves.readings import Unread
from pipelines.store.store import Store

SHARD_BYTES: Final = 64_000_000  # of pages, inflated: some hundreds, which a core reads in seconds
_STORED: Final = (
    MOST_STORED // 4
)  # bytes of a shard as they are stored: a reader takes one more page with its bases, too
_FORMAT: Final = b"2 "


@dataclass(frozen=True, slots=True)
class PutOut:
    """What was put out: pages and shards, and how many of the shards have their readings already."""

    pages: int
    shards: tuple[str, ...]
    read: int


def shard_out(
    store: Store,
    place: JobFolders,
    extractor: str,
    site: str = "",
    size: int = SHARD_BYTES,
    progress: Callable[[int], None] | None = None,
) -> PutOut:
    """Put out what an extractor has not read. Again, it makes the same files.

    :param extractor: the program's (pipelines.reading.extractor.extractor_id).
    :param size: bytes of pages a shard.
    :param progress: told of each shard how many pages are out.
    """
    pages = _unread(store, extractor, site)
    names: list[str] = []
    count = 0
    for first in pages:
        name, rows = _one(store, place, extractor, len(names) + 1, itertools.chain([first], pages), size)
        names.append(name)
        count += rows
        if progress:
            progress(count)
    return PutOut(count, tuple(names), len(set(names) & set(place.names(READINGS))))


def _one(
    store: Store, place: JobFolders, extractor: str, number: int, pages: Iterator[Unread], size: int
) -> tuple[str, int]:
    digest = hashlib.sha256(_FORMAT + extractor.encode())
    there: set[bytes] = set()
    rows = written = stored = 0
    with place.new(PAGES) as (stream, named):
        with pages_to(stream, extractor) as shard:
            for page in pages:
                frames = store.payloads.frames(page.payload_id, there)
                *bases, frame = frames
                for base in bases:
                    shard.add(page_row(base, None))
                row = page_row(frame, page.page(b""))
                digest.update(frame.sha256 + repr(row[4:]).encode("utf-8", "replace"))
                shard.add(row)
                there.update(one.sha256 for one in frames)
                rows, written = rows + 1, written + frame.size
                stored += sum(map(stored_bytes, frames))
                if written >= size or stored >= _STORED:
                    break
        name = f"{number:05d}-{digest.hexdigest()[:16]}"
        named(name)
    return name, rows


def _unread(store: Store, extractor: str, site: str) -> Iterator[Unread]:
    for policy in store.policies.of(site):
        unread = store.readings.unread(policy, extractor, at_once=True)
        yield from sorted(unread, key=lambda one: (one.captured_at, one.capture_id))
