"""From pages to readings, one shard at a time, on any machine that sees the place where they lie.

    pages/NAME ──► process pool (a hostile page costs its own row, never the shard) ──► readings/NAME

The readings stand in the order of the pages, and the same pages make the same bytes, whoever reads them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from crawler.archives.capture import Outcome
from crawler.archives.errors import ConfigError
from pipelines.reading.pool import ReaderPool
from pipelines.shards.columns import PageRow, ReadingRow, pages_of, write_readings
from pipelines.shards.place import PAGES, READINGS, JobFolders


@dataclass(frozen=True, slots=True)
class ShardRead:
    """How many pages of a shard were read, and how many of them to no text."""

    name: str
    pages: int
    failed: int


def read_shard(place: JobFolders, name: str, reader: ReaderPool) -> ShardRead:
    """Read one shard, and put its readings beside it.

    :raises StoreError: its file is missing or damaged, or the readings cannot be written.
    :raises ConfigError: it was put out for another extractor than this machine has.
    """
    failed = 0
    with place.open(PAGES, name) as file:
        extractor, pages = pages_of(file)
        if extractor != reader.extractor:
            raise ConfigError(
                f"the shard {name} is for the extractor {extractor}, and this machine has {reader.extractor}: install "
                "the same version of policylapse and its libraries on all machines"
            )

        def readings() -> Iterator[ReadingRow]:
            nonlocal failed
            with asyncio.Runner() as runner:
                while some := tuple(islice(pages, 2 * reader.workers)):
                    for row in runner.run(_read(some, reader)):
                        failed += row.reading.outcome is not Outcome.FETCHED
                        yield row

        with place.new(READINGS, name) as (stream, named):
            count = write_readings(stream, extractor, readings())
            named(name)
    return ShardRead(name, count, failed)


async def _read(pages: tuple[PageRow, ...], reader: ReaderPool) -> list[ReadingRow]:
    readings = await asyncio.gather(*(reader.read(row.page) for row in pages))
    return [ReadingRow(row.sha256, reading) for row, reading in zip(pages, readings, strict=True)]
