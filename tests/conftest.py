"""What all tests share: an environment without our settings, two databases to read (tests/databases), how many examples."""

import gc
import inspect
import os
import subprocess
from functools import cache

import pytest
from hypothesis import settings

from . import crawling, programs
from .databases.crawled import crawled_sample
from .databases.empty import copy_new_databases
from .databases.written import HistoryWriter
from .ranges import examples

_MEASURE = {"test_regexes", "test_fuzz_pages", "test_golden", "test_histories_generated"}  # many examples, or a clock
_START = {  # readers, writers and workers of their own, browsers, Pagefind
    "test_payload",
    "test_apart",
    "test_kill",
    "test_cluster",
    "test_browser",
    "test_static_site",
    "test_docs",
}

# No example has a deadline: how long one takes depends on what else the machine does. On one's own machine Hypothesis
# looks for new cases each time; in CI a commit passes or fails for what is in it.
settings.register_profile("own", deadline=None, max_examples=examples(40, 100))
settings.register_profile("ci", settings.get_profile("own"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "own")


copy_new_databases()
gc.disable()  # what collecting makes, some 100,000 objects, stays: to look for garbage in it costs a second a worker


def pytest_collection_finish():
    """Leave what was collected out of all later looks for garbage, and settings from outside out of the tests.

    Not by a fixture: it would cost each of thousands of small tests more than they take. Tests set by `monkeypatch`.
    """
    for name in [name for name in os.environ if name.startswith("POLICYLAPSE_")]:
        del os.environ[name]
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items):
    """Mark what starts programs or servers, measures, or reads a crawl of the sample; the rest is `make unit`.

    The rest comes last: many small files, so that at the end no worker has to wait for another's long one.
    """
    for item in items:
        if _is_whole(getattr(item, "module", None)) or "sample_db" in getattr(item, "fixturenames", ()):
            item.add_marker("whole")
    items.sort(key=lambda item: item.get_closest_marker("whole") is None)


@cache
def _is_whole(module):
    if module is None:
        return False
    held = vars(module).values()
    starts = any(
        one in (crawling.crawl, programs, subprocess) for one in held if callable(one) or inspect.ismodule(one)
    )
    serves = any(getattr(one, "__module__", "").startswith("tests.servers") for one in held if callable(one))
    return starts or serves or module.__name__.rpartition(".")[2] in _MEASURE | _START


@pytest.fixture(scope="session")
def sample_db(tmp_path_factory):
    """The database of all sites of the bundled sample archive. Read it only."""
    return crawled_sample(tmp_path_factory).database


@pytest.fixture
def history_db(tmp_path):
    """A HistoryWriter of a new database."""
    writer = HistoryWriter(tmp_path / "history.db")
    yield writer
    writer.db.conn.close()
