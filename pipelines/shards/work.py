"""All shards of a job, one after the other on this machine, or side by side on a Dask cluster; failures are recorded.

    Work(takes, gives, run): what is made of each shard, from one folder into another; READ makes readings of pages

A shard that fails stops nobody: why stands at failed/GIVES/NAME, and it stays on the list of what is to be done. Whatever
keeps every shard from being done (the wrong version, an archive that refuses) ends the job.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

from crawler.archives.errors import ConfigError, PolicylapseError, RateLimited
from pipelines.reading.pool import ReaderPool
from pipelines.shards.model import ShardRead, Work
from pipelines.shards.place import PAGES, READINGS, JobFolders
from pipelines.shards.read import read_shard

if TYPE_CHECKING:
    from distributed import Client

_CONNECT: Final = 30  # seconds
_THREADS: Final = 8  # shards at once of a worker here: each waits for a process of its own, which all fork from one
# Dask lets its workers give each freed page back to the system at once; payloads, of hundreds of kB each, are then faulted in
# anew for every step: a sixth of the processor time of reading them. The processes that read pages would inherit it.
_TRIM: Final = "MALLOC_TRIM_THRESHOLD_"
# Workers here may start processes of their own; nobody looks at a profile of them.
_LOCAL: Final = {
    "distributed.worker.daemon": False,
    "distributed.worker.profile.enabled": False,
    "distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1},
}
_AGAIN: Final = 2  # times that Dask gives a shard to another worker, where one died of it
_ENDING: Final = (ConfigError, RateLimited)  # what would keep every other shard from being done, too


def part_of(names: list[str], part: int, parts: int) -> list[str]:
    """Return every `parts`-th shard from the `part`-th on, so that as many machines share them without talking.

    >>> part_of(["a", "b", "c"], 1, 2), part_of(["a", "b", "c"], 2, 2)
    (['a', 'c'], ['b'])
    """
    return names[part - 1 :: parts]


READ: Final = Work(PAGES, READINGS, read_shard)


def read_shards(
    place: JobFolders, names: Iterable[str], reader: ReaderPool, work: Work = READ
) -> Iterator[ShardRead | tuple[str, str]]:
    """Do shards one after the other; give what came of each: its counts, or its name and why it failed.

    :raises ConfigError, RateLimited: what would keep the others from being done, too.
    """
    for name in names:
        try:
            yield work.run(place, name, reader)
        except _ENDING:
            raise
        except PolicylapseError as error:
            place.fail(name, str(error), work.gives)
            yield name, str(error)


def read_shards_on(
    client: Client, place: JobFolders, names: list[str], work: Work = READ
) -> Iterator[ShardRead | tuple[str, str]]:
    """Do shards on a Dask cluster, each on one worker; give what came of each as it ends.

    The scheduler sees names and counts only. Workers must be able to start processes of their own (_on_worker).

    :raises ConfigError, RateLimited: as above; what waits is given back.
    """
    from distributed import as_completed  # noqa: PLC0415  # an extra, and slow to import

    all_alike = [[one] * len(names) for one in (work, place.uri)]
    futures = client.map(_on_worker, *all_alike, names, pure=False, retries=_AGAIN)
    of = dict(zip(futures, names, strict=True))
    for future in as_completed(futures):
        name = of.pop(future)
        came = future.exception() or future.result()
        future.release()
        if isinstance(came, _ENDING):
            client.cancel(list(of))
            raise came
        if isinstance(came, ShardRead):
            yield came
        else:
            why = str(came) if isinstance(came, PolicylapseError) else f"{type(came).__name__}: {came}"
            place.fail(name, why, work.gives)
            yield name, why


def _on_worker(work: Work, uri: str, name: str) -> ShardRead | PolicylapseError:
    """Errors of ours are told, not raised: Dask would do the shard again."""
    if multiprocessing.current_process().daemon:
        return ConfigError(
            "this Dask worker may start no process, so a hostile page would hold it for ever: start the workers with "
            "DASK_DISTRIBUTED__WORKER__DAEMON=False in their environment"
        )
    from distributed import get_worker  # noqa: PLC0415  # as above

    try:
        return work.run(JobFolders(uri), name, _reader(get_worker().state.nthreads))
    except PolicylapseError as error:
        return error


@cache
def _reader(processes: int) -> ReaderPool:
    """The worker's processes for pages: kept from shard to shard, as their start takes seconds."""
    os.environ.pop(_TRIM, None)
    reader = ReaderPool(processes)
    atexit.register(reader.close)
    return reader


@contextmanager
def connected(scheduler: str) -> Iterator[Client]:
    """Give a client of a Dask cluster: "local:N" for one of N processes, which ends with it, or a scheduler's address.

    :raises ConfigError: Dask is not installed, or nobody answers there.
    """
    try:
        import dask  # noqa: PLC0415
        from distributed import Client, LocalCluster  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(
            "a cluster needs Dask, which is not installed: install policylapse with its extra `cluster`"
        ) from error
    kind, _, workers = scheduler.partition(":")
    if kind != "local":
        try:
            with Client(scheduler, timeout=_CONNECT) as client:
                yield client
        except (OSError, ValueError) as error:
            raise ConfigError(f"no Dask scheduler answers at {scheduler}: {error}") from error
        return
    if not workers.isdecimal() or not int(workers):
        raise ConfigError(f"--scheduler {scheduler}: write how many processes, as in local:2")
    threads = max(one for one in range(1, _THREADS + 1) if not int(workers) % one)
    local = {
        "n_workers": int(workers) // threads,
        "threads_per_worker": threads,
        "host": "127.0.0.1",
        "dashboard_address": "127.0.0.1:0",
    }
    with (
        dask.config.set(_LOCAL),
        LocalCluster(processes=True, silence_logs="ERROR", **local) as cluster,
        Client(cluster) as client,
    ):
        yield client


def machines(client: Client) -> int:
    """Return on how many machines a cluster's workers are, at least 1."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    return len({one["host"] for one in workers}) or 1
