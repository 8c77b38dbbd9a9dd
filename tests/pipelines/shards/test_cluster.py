"""Shards on a real Dask cluster of this machine: whoever dies, the readings are those of one process."""

import os
import shutil
import signal
from contextlib import closing

import pytest

from crawler.archives.errors import ConfigError, RateLimited
from history.analyses.tables import work_of
from history.analyses.versions import VERSIONS, put_out
from history.database import open_database
from pipelines.reading.extractor import extractor_id
from pipelines.reading.pool import ReaderPool
from pipelines.shards.model import ShardRead, Work
from pipelines.shards.out import shard_out
from pipelines.shards.place import PAGES, READINGS, JobFolders
from pipelines.shards.work import connected, machines, read_shards, read_shards_on
from pipelines.store.store import Store
from tests.databases.stored import NOW, Seen, write
from tests.ranges import examples

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
        if done < examples(1, 3):  # Dask gives a shard up after four deaths
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


def test_a_table_is_the_same_on_a_cluster(job, client, tmp_path):
    path = write(
        tmp_path / "x.db",
        [
            Seen(day, SENTENCE.format(day), url=f"http://{site}.example/privacy", site=f"{site}.example")
            for site in "abcd"
            for day in range(3)
        ],
    )
    made = []
    for folder in ("one", "many"):
        place = JobFolders(str(tmp_path / folder))
        with closing(open_database(path)) as db:
            assert put_out(db, place, size=1)[0] == 4
        to_do = place.to_read(VERSIONS, "words")
        work = work_of("words")
        done = read_shards(place, to_do, None, work) if folder == "one" else read_shards_on(client, place, to_do, work)
        assert sum(one.pages for one in done) == 4
        made.append({name: place.open("words", name).read() for name in place.names("words")})
    assert made[0] == made[1]
    assert len(made[0]) == 4


def refuse(_place, name, _reader):
    raise RateLimited(f"asked to wait at {name}", 60)


def test_a_refusal_ends_the_job_on_a_cluster_and_is_not_tried_again(job, place, client):
    with pytest.raises(RateLimited, match="asked to wait"):
        list(read_shards_on(client, place, place.to_read(), Work(PAGES, READINGS, refuse)))
    assert not place.failures()
    assert machines(client) == 1


@pytest.mark.parametrize("scheduler", ["local:", "local:0", "local:x", "tcp://127.0.0.1:1", "nowhere"])
def test_a_scheduler_that_cannot_be_is_an_error(scheduler, monkeypatch):
    monkeypatch.setattr("pipelines.shards.work._CONNECT", 1)
    with pytest.raises(ConfigError, match="scheduler"), connected(scheduler):
        pass
