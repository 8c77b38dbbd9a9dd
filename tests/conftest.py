"""What all tests share: an environment without our settings, two databases to read (tests/databases), how many examples."""

import gc
import os
import re
from functools import cache

import pytest
from hypothesis import settings

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
_NAMED = r"(?:\([^)]*\b{0}\b|[^(\n]*\b{0}\b)"
_STARTS = re.compile(  # told by the text, so that a module need not be imported to be left out
    r"^(?:import subprocess|from subprocess|from (?:tests|\.+)\.?servers[. ]"
    rf"|from (?:tests|\.+) import {_NAMED.format('programs')}|from (?:tests|\.+)\.?crawling import {_NAMED.format('crawl')})",
    re.MULTILINE,
)

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
        if _is_whole(item.path) or "sample_db" in getattr(item, "fixturenames", ()):
            item.add_marker("whole")
    items.sort(key=lambda item: item.get_closest_marker("whole") is None)


@cache
def _is_whole(path):
    if not path.name.startswith("test_"):  # an example in the program itself
        return False
    return path.stem in _MEASURE | _START or bool(_STARTS.search(path.read_text(encoding="utf-8")))


def pytest_ignore_collect(collection_path, config):
    """Import nothing that has no test to run: helpers without an example, and for `make unit` what it leaves out."""
    if collection_path.suffix != ".py":
        return None
    if collection_path.name.startswith("test_"):
        return True if config.option.markexpr == "not whole" and _is_whole(collection_path) else None
    return None if ">>> " in collection_path.read_text(encoding="utf-8") else True


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
