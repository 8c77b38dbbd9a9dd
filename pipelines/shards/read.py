"""From pages to readings, one shard at a time, on any machine that sees the place where they lie.

    pages/NAME ──► process pool (a hostile page costs its own row, never the shard) ──► readings/NAME

The readings stand in the order of the pages, and the same pages make the same bytes, whoever reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import TypeVar

from crawler.archives.capture import Outcome
from crawler.archives.errors import ConfigError
from crawler.targets.fetched import Fetched
from pipelines.reading.pool import ReaderPool, in_turn
from pipelines.reading.reading import Reading
from pipelines.shards.columns import Coded, coded, pages_at, write_readings
from pipelines.shards.model import ShardRead
from pipelines.shards.place import READINGS, JobFolders

Of = TypeVar("Of")
Made = TypeVar("Made")


def read_shard(place: JobFolders, name: str, reader: ReaderPool) -> ShardRead:
    """Read one shard, and put its readings beside it.

    :raises StoreError: its file is missing or damaged, or the readings cannot be written.
    :raises ConfigError: it was put out for another extractor than this machine has.
    """
    failed = 0
    with pages_at(place, name) as (extractor, pages):
        if extractor != reader.extractor:
            raise ConfigError(
                f"the shard {name} is for the extractor {extractor}, and this machine has {reader.extractor}: install "
                "the same version of policylapse and its libraries on all machines"
            )

        def readings() -> Iterator[tuple[bytes, Coded]]:
            nonlocal failed
            for sha256, reading in read_in_turn(((row.sha256, row.page) for row in pages), reader, coded):
                failed += reading.outcome is not Outcome.FETCHED
                yield sha256, reading

        with place.new(READINGS, name) as (stream, named):
            count = write_readings(stream, extractor, readings())
            named(name)
    return ShardRead(name, count, failed)


def read_in_turn(
    pages: Iterator[tuple[Of, Fetched]], reader: ReaderPool, made: Callable[[Reading], Made]
) -> Iterator[tuple[Of, Made]]:
    """Read pages side by side; yield whatever each is of, with what is made of its reading, in their order.

    :param made: runs in the page's process.
    """
    with closing(in_turn(pages, partial(reader.submit_to, made), reader.workers)) as readings:
        for of, reading in readings:
            yield of, reading.result()
