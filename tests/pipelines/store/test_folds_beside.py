"""What is computed beside the writer: the same is stored, whatever comes between computing and writing."""

import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.capture import Outcome, Period
from pipelines.store.shelves.folds import capture_wordings_in, plan_folds_in
from pipelines.store.store import Store
from tests.pipelines.store.test_store import EXTRACTOR, capture, list_captures, memento, reading, timeline

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDINGS = [b"We keep your data.\nFor a year.", b"We keep your data.\nFor two years.", b"We sell your data."]


def filled(path, pages):
    """A store in which pages (day, wording) are listed and kept; with what reads the next of them."""
    store = Store(path, lambda: NOW)
    captures = [capture(day, WORDINGS[which] + b" %d" % day) for day, which in pages]
    policy = list_captures(store, captures)
    by_time = {one.capture.timestamp: one for one in store.captures.of(policy, "test", Period())}

    def read(number):
        listed = by_time[captures[number].timestamp]
        body = WORDINGS[pages[number][1]]
        store.captures.keep(listed, memento(body + b" %d" % pages[number][0], NOW), Outcome.FETCHED)
        store.readings.put(listed.capture_id, reading(body))

    return store, policy, read


days = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(0, 2)), min_size=1, max_size=8, unique_by=lambda one: one[0]
)


@given(days, st.data())
def test_a_fold_that_was_planned_before_other_readings_came_loses_none_of_them(pages, data):
    before = data.draw(st.integers(0, len(pages)))
    folded_between = data.draw(st.booleans())
    with tempfile.TemporaryDirectory() as folder:
        store, policy, read = filled(Path(folder) / "x.db", pages)
        for number in range(before):
            read(number)
        wanted = store.versions.to_fold(policy, EXTRACTOR)
        plans = plan_folds_in(store.file.path, [wanted] if wanted else [])
        for number in range(before, len(pages)):
            read(number)
        if folded_between:
            store.versions.fold(policy, EXTRACTOR)
        for plan in plans:
            store.versions.put_fold(plan)
        is_old = before < len(pages) and not folded_between
        assert (store.versions.to_fold(policy, EXTRACTOR) is not None) == is_old
        store.versions.fold(policy, EXTRACTOR)
        told = timeline(store), capture_wordings_in(*store.versions.beside(policy, EXTRACTOR)[1])
        assert told[1] == store.versions.wordings(policy, EXTRACTOR)
        store.close()
        plain, policy, read = filled(Path(folder) / "plain.db", pages)
        for number in range(len(pages)):
            read(number)
        plain.versions.fold(policy, EXTRACTOR)
        assert told == (timeline(plain), plain.versions.wordings(policy, EXTRACTOR))
        plain.close()


@pytest.mark.parametrize("rolled_back", [False, True])
def test_what_was_packed_stands_on_what_is_there(tmp_path, rolled_back):
    """A page that was packed against one whose writing was taken back is packed again."""
    store = Store(tmp_path / "x.db", lambda: NOW)
    bodies = [b"<p>We keep your data.</p>" * 500 + b"%d" % number for number in range(3)]
    policy = list_captures(store, [capture(number, body) for number, body in enumerate(bodies)])
    first, second, third = store.captures.of(policy, "test", Period())
    packed = None
    with suppress(ZeroDivisionError), store.transaction():
        store.captures.keep(first, memento(bodies[0], NOW), Outcome.FETCHED)
        packed = store.captures.packing(second)(memento(bodies[1], NOW))
        assert 1 / (not rolled_back)
    if rolled_back:
        store.captures.keep(third, memento(bodies[2], NOW), Outcome.FETCHED)  # takes the id that is free again
    assert packed.payload.base is not None
    store.captures.keep(second, memento(bodies[1], NOW), Outcome.FETCHED, packed=packed)
    assert store.captures.kept_page(second.capture_id)[0] == bodies[1]
    store.close()
