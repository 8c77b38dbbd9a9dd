"""A cluster of machines: a scheduler and workers that have nothing in common but the place of the shards."""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from distributed import Client

from history.analyses.tables import work_of
from history.analyses.versions import VERSIONS, put_out
from history.database import open_database
from pipelines.reading.extractor import extractor_id
from pipelines.reading.pool import ReaderPool
from pipelines.shards.model import ShardRead
from pipelines.shards.out import shard_out
from pipelines.shards.place import JobFolders
from pipelines.shards.work import READ, connected, read_shards, read_shards_on
from pipelines.store.store import Store
from tests.databases.stored import NOW, Seen, write
from tests.ranges import one_in

ROOT = Path(__file__).parents[3]
SENTENCE = "We keep the data of your account for {} days, and then we delete them, as the law of your country asks."
_WAIT = 60  # seconds, at most, for two workers to come


@contextmanager
def machine(folder, *command):
    """A program of Dask, in a working directory, a home and a temporary directory of its own; ended with the block."""
    for name in ("work", "tmp", "home"):
        (folder / name).mkdir(parents=True)
    own = {"TMPDIR": str(folder / "tmp"), "HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
    daemon = {"DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *command],
        cwd=folder / "work",
        env=os.environ | own | daemon,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machines")
    told = folder / "scheduler.json"
    with ExitStack() as machines:
        alone = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told))
        machines.enter_context(machine(folder / "scheduler", "scheduler", *alone))
        for number in range(2):
            one = ("--scheduler-file", str(told), "--nthreads", "1", "--nworkers", "1", "--no-dashboard")
            machines.enter_context(machine(folder / f"worker{number}", "worker", "--host", "127.0.0.1", *one))
        address = machines.enter_context(_address(told))
        client = machines.enter_context(connected(address))
        client.wait_for_workers(2, timeout=_WAIT)
        yield client


@contextmanager
def _address(told):
    with Client(scheduler_file=str(told), timeout=_WAIT) as client:  # it waits for the file
        yield client.scheduler.address


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """Four policies, each with two versions, and a page that is not read."""
    text = "Privacy policy\n" + "\n".join(SENTENCE.format(number) for number in range(1, 12))
    seen = [
        Seen(day, f"{text}\n{day}", outcome, url=f"http://{site}.example/privacy", site=f"{site}.example")
        for site in "abcd"
        for day, outcome in ((0, "fetched"), (40, "fetched"), (80, "unread"))
    ]
    return write(tmp_path_factory.mktemp("database") / "x.db", seen)


@pytest.mark.parametrize("work", one_in(2, [work_of("words"), READ]), ids=lambda work: work.gives)
def test_machines_that_share_only_the_place_make_what_one_makes(client, database, tmp_path, work):
    assert len({*client.run(os.getcwd).values()}) == 2
    one, many = (JobFolders(str(tmp_path / name)) for name in ("one", "many"))
    if work.takes == VERSIONS:
        with closing(open_database(database)) as db:
            assert put_out(db, one, size=1)[0] == 4
    else:
        with closing(Store(shutil.copy(database, tmp_path / "x.db"), lambda: NOW)) as store:
            assert shard_out(store, one, extractor_id(), size=1).pages >= 4
    shutil.copytree(tmp_path / "one", tmp_path / "many")
    with closing(ReaderPool(1)) as reader:
        assert all(
            isinstance(came, ShardRead) for came in read_shards(one, one.to_read(work.takes, work.gives), reader, work)
        )
    assert all(
        isinstance(came, ShardRead) for came in read_shards_on(client, many, many.to_read(work.takes, work.gives), work)
    )
    made = [{name: place.open(work.gives, name).read() for name in place.names(work.gives)} for place in (one, many)]
    assert len(made[0]) >= 4
    assert made[0] == made[1]
