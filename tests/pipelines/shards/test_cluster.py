"""Shards on a real Dask cluster of this machine: whoever dies, the readings are those of one process."""

import os
import shutil
import signal
from contextlib import closing

import pytest

from crawler.archives.errors import ConfigError
from pipelines.reading.extract import extractor_id
from pipelines.reading.pool import ReaderPool
from pipelines.shards.model import ShardRead
from pipelines.shards.out import shard_out
from pipelines.shards.place import PAGES, READINGS, JobFolders
from pipelines.shards.work import connected, read_shards, read_shards_on
from pipelines.store.store import Store
from tests.databases.stored import NOW, Seen, write

SENTENCE = "We keep the data of your account for {} days, and then we delete them, as the law of your country asks."


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """Sixteen shards, and their readings as one process writes them."""
    folder = tmp_path_factory.mktemp("job")
    text = "Privacy policy\n" + "\n".join(SENTENCE.format(number) for number in range(1, 12))
    path = write(folder / "x.db", [Seen(day, f"{text}\n{day}", "unread") for day in range(16)], fold=False)
    place = JobFolders(str(folder / "one"))
    with closing(Store(path, lambda: NOW)) as store:
        assert len(shard_out(store, place, extractor_id(), size=4_000).shards) == 16
    with closing(ReaderPool(1)) as reader:
        assert all(isinstance(one, ShardRead) for one in read_shards(place, place.to_read(), reader))
    return folder


@pytest.fixture(scope="module")
def client():
    with connected("local:2") as client:
        yield client


@pytest.fixture
def place(job, tmp_path):
    shutil.copytree(job / "one" / PAGES, tmp_path / PAGES)
    return JobFolders(str(tmp_path))


def files(folder):
    """What has its name; beside it may lie what a worker began and does not end, as Dask starts a task once or more."""
    return {path.name: path.read_bytes() for path in (folder / READINGS).glob("[!.]*.parquet")}


def test_workers_that_are_killed_change_nothing(job, place, client, tmp_path):
    killed = 0
    for done, one in enumerate(read_shards_on(client, place, place.to_read())):
        assert isinstance(one, ShardRead)
        if done < 3:  # Dask gives a shard up after four deaths
            for worker in [*client.run(os.getpid, on_error="ignore").values()][:1]:  # one may be starting again
                os.kill(worker, signal.SIGKILL)
                killed += 1
    assert killed
    assert files(tmp_path) == files(job / "one")
    assert not place.failures()


def test_two_schedulers_at_once_and_a_poisoned_shard(job, place, client, tmp_path):
    poisoned, *rest = place.names(PAGES)
    (tmp_path / PAGES / f"{poisoned}.parquet").write_bytes(b"PAR1")
    here, there = (read_shards_on(client, place, place.to_read()) for _ in range(2))
    came = [*here, *there]
    assert len(came) == 32
    assert {one.name for one in came if isinstance(one, ShardRead)} == set(rest)
    good = files(job / "one")
    assert files(tmp_path) == {name: good[name] for name in good if not name.startswith(poisoned)}
    assert list(place.failures()) == [poisoned]


@pytest.mark.parametrize("scheduler", ["local:", "local:0", "local:x", "tcp://127.0.0.1:1", "nowhere"])
def test_a_scheduler_that_cannot_be_is_an_error(scheduler, monkeypatch):
    monkeypatch.setattr("pipelines.shards.work._CONNECT", 1)
    with pytest.raises(ConfigError, match="scheduler"), connected(scheduler):
        pass
