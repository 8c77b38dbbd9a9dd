"""Readings of many payloads at once: the same rows as one after the other, whatever stands beside what in a batch."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archives.capture import Outcome
from pipelines.reading.extractor import declared_extractor
from pipelines.reading.reading import Reading
from pipelines.store.packed_reading import pack
from pipelines.store.shelves import readings as shelf
from pipelines.store.store import Store
from tests.databases.stored import EXTRACTOR, NOW, Seen, write
from tests.ranges import examples

EXTRACTORS = (EXTRACTOR, declared_extractor(EXTRACTOR, "x"), declared_extractor(EXTRACTOR, "y"), "test-2")
PAGES = 4
UNKNOWN = b"u" * 32
TABLES = ("captures", "extractions", "findings", "texts", "text_runs", "blocks", "links", "link_layers", "text_dates")
ROWS = st.tuples(
    st.integers(0, PAGES),  # the last: no capture has it any more
    st.sampled_from(EXTRACTORS),
    st.sampled_from(["fetched", "bot", "stopped", "failed"]),
    st.integers(0, 2),
)


@pytest.fixture(scope="module")
def unread(tmp_path_factory):
    """A page that stands at two sites, others that do not, and one that two captures have."""
    seen = [Seen(day, "We keep data.", "unread") for day in range(PAGES)]
    seen += [
        replace(seen[0], url="http://other.example/privacy", site="other.example"),
        replace(seen[1], archive="two"),
    ]
    return write(tmp_path_factory.mktemp("unread") / "unread.db", seen, fold=False)


def reading(extractor, state, number):
    if state == "stopped":
        return Reading(Outcome.READING_STOPPED, extractor, f"took too long: {number}")
    if state == "failed":
        return Reading(Outcome.EXTRACT_FAILED, extractor, f"nested too deep: {number}")
    text = f"Privacy policy\nWe keep your data for {number} days.\nWe sell nothing \ud800."
    return replace(Seen(number, text, state).reading(extractor), extractor=extractor)


def said(path):
    with closing(sqlite3.connect(path)) as db:
        dirty = db.execute("SELECT policy_url, dirty > 0 FROM policies ORDER BY id").fetchall()
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES} | {"dirty": dirty}


def put_one_by_one(store, rows):
    """By what a crawl puts each reading with, for the policy of each capture."""
    for digest, one in rows:
        having = "SELECT k.id FROM captures k JOIN payloads p ON p.id = k.payload_id WHERE p.sha256 = ? ORDER BY 1"
        captures = [number for (number,) in store.db.execute(having, [digest]).fetchall()]
        (read,) = store.db.execute(
            "SELECT count(*) FROM extractions e JOIN payloads p ON p.id = e.payload_id JOIN extractors x "
            "ON x.id = e.extractor_id WHERE p.sha256 = ? AND x.extractor = ? AND e.outcome <> 'reading_stopped'",
            [digest, one.extractor],
        ).fetchone()
        if captures and not read:
            store.readings.put(captures[0], one)
            for number in captures:
                store.policies.mark_dirty(number)
        yield bool(captures) and not read


@given(st.lists(ROWS, max_size=12), st.integers(1, 5))
@settings(max_examples=examples(25, 300), deadline=None)
def test_many_at_once_are_as_one_after_the_other(unread, tmp_path_factory, wanted, at_once):
    folder = tmp_path_factory.mktemp("many")
    with closing(sqlite3.connect(unread)) as db:
        digests = [digest for (digest,) in db.execute("SELECT sha256 FROM payloads ORDER BY id")]
    rows = [((*digests, UNKNOWN)[page], pack(reading(*what))) for page, *what in wanted]
    new = []
    for name, put in (("one", put_one_by_one), ("many", lambda store, rows: store.readings.put_many(rows))):
        with (
            closing(Store(shutil.copy(unread, folder / name), lambda: NOW)) as store,
            mock.patch.object(shelf, "MOST_AT_ONCE", at_once),
            store.transaction(),
        ):
            new.append(list(put(store, rows)))
    assert new[0] == new[1]
    assert said(folder / "one") == said(folder / "many")
    shutil.rmtree(folder)
