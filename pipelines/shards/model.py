"""What is done with a shard, and what came of it. Nothing is loaded for it: a table is made without the reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipelines.reading.pool import ReaderPool
    from pipelines.shards.place import JobFolders

OPENS_SHARDS: Final = "pipelines.shards.warm"  # what opening a shard needs, as a preload (pipelines.reading.apart)


@dataclass(frozen=True, slots=True)
class ShardRead:
    """What was made of a shard.

    :param pages: that were taken; or policies, or records, where it holds these.
    :param failed: how many of them gave nothing. :param rows: that were written, where a page does not give one each.
    """

    name: str
    pages: int
    failed: int
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What is done with each shard of a folder.

    :param takes, gives: folders; the shard keeps its name.
    :param run: does one shard. Dask sends it to workers by its name: a function of a module, or a partial of one.
    """

    takes: str
    gives: str
    run: Callable[[JobFolders, str, ReaderPool], ShardRead]
