"""Pages out of a database: what the present extractor has not read, as shards.

    policies ──unread──► by policy, then by time: neighbours are alike, and compress ──► pages/NUMBER-DIGEST.parquet

A shard's name holds a digest of what is in it, so that its readings are never taken for those of other pages.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from pipelines.shards.columns import PageRow, page_row, pages_to
from pipelines.shards.place import PAGES, READINGS, JobFolders
from pipelines.store.store import Store

SHARD_BYTES: Final = 64_000_000  # of pages, before they are compressed: some hundreds, which a core reads in seconds


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

    :param extractor: the program's (pipelines.reading.extract.extractor_id).
    :param size: bytes of pages a shard.
    :param progress: told of each shard how many pages are out.
    """
    pages = _unread(store, extractor, site)
    names: list[str] = []
    count = 0
    for first in pages:
        name, rows = _one(place, extractor, len(names) + 1, itertools.chain([first], pages), size)
        names.append(name)
        count += rows
        if progress:
            progress(count)
    return PutOut(count, tuple(names), len(set(names) & set(place.names(READINGS))))


def _one(place: JobFolders, extractor: str, number: int, pages: Iterator[PageRow], size: int) -> tuple[str, int]:
    digest = hashlib.sha256(extractor.encode())
    rows = written = 0
    with place.new(PAGES) as (stream, named):
        with pages_to(stream, extractor) as shard:
            for page in pages:
                row = page_row(page)
                digest.update(page.sha256 + repr(row[2:]).encode("utf-8", "replace"))
                shard.add(row)
                rows, written = rows + 1, written + len(page.page.body)
                if written >= size:
                    break
        name = f"{number:05d}-{digest.hexdigest()[:16]}"
        named(name)
    return name, rows


def _unread(store: Store, extractor: str, site: str) -> Iterator[PageRow]:
    for policy in store.policies.of(site):
        unread = store.readings.unread(policy, extractor, at_once=True)
        for one in sorted(unread, key=lambda one: (one.captured_at, one.capture_id)):
            body = store.payloads.get(one.payload_id)
            yield PageRow(hashlib.sha256(body).digest(), one.page(body))
