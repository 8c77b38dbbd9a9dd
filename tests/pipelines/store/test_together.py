"""Many units of work in one transaction, and what shelves remember between them."""

import asyncio
import pickle
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archives.capture import Outcome, Period
from crawler.archives.errors import StoreError
from pipelines.model import Block, BlockKind, Link
from pipelines.reading.reading import Reading
from pipelines.store.packed_reading import pack, packed_reading
from pipelines.store.store import Store
from pipelines.store.together import MOST
from pipelines.text.digests import block_digest
from pipelines.upkeep.orphans import sweep
from tests.pipelines.store.test_store import EXTRACTOR, NOW, capture, list_captures, memento, reading


@pytest.fixture
def store(tmp_path):
    with closing(Store(tmp_path / "x.db", lambda: NOW)) as opened:
        yield opened


@pytest.fixture
def beside(store):
    """Another connection to the same file."""
    with closing(sqlite3.connect(store.file.path)) as opened:
        yield opened


def commits(db):
    """A number that is another one after each commit of others."""
    return db.execute("PRAGMA data_version").fetchone()[0]


def sites(db):
    return {site for (site,) in db.execute("SELECT site FROM sites").fetchall()}


def named(store, site):
    return store.policies.named(site, f"https://{site}/privacy", "test").site


@pytest.mark.parametrize("number", [1, 2, MOST, MOST + 1, 3 * MOST])
def test_work_that_is_handed_in_together_is_committed_together_before_anybody_hears_of_it(store, beside, number):
    seen = []

    async def hand_in(site):
        result = await store.together.do(partial(named, store, site))
        seen.append(result in sites(beside))
        return result

    async def all_of_it(wanted):
        return await asyncio.gather(*map(hand_in, wanted))

    wanted = [f"s{index}.example" for index in range(number)]
    before = commits(beside)
    assert asyncio.run(all_of_it(wanted)) == wanted
    assert seen == [True] * number
    assert commits(beside) != before
    assert sites(beside) == set(wanted)


def test_so_many_are_one_transaction(store):
    begun = []
    store.db.conn.set_trace_callback(lambda sql: begun.append(sql) if sql.startswith("BEGIN") else None)

    async def hand_in():
        await asyncio.gather(*(store.together.do(partial(named, store, f"s{n}.example")) for n in range(MOST)))

    asyncio.run(hand_in())
    assert begun == ["BEGIN IMMEDIATE"]


@given(st.lists(st.sampled_from(["kept", "raises", "breaks the store"]), min_size=1, max_size=8))
@settings(max_examples=25)
def test_what_fails_takes_nobody_with_it(kinds):
    with closing(Store(":memory:", lambda: NOW)) as store:

        def work(number, kind):
            named(store, f"s{number}.example")
            if kind == "raises":
                raise ZeroDivisionError
            if kind == "breaks the store":
                store.db.execute("INSERT INTO nowhere VALUES (1)")
            return number

        async def hand_in():
            work_of = (store.together.do(partial(work, number, kind)) for number, kind in enumerate(kinds))
            return await asyncio.gather(*work_of, return_exceptions=True)

        for number, (kind, found) in enumerate(zip(kinds, asyncio.run(hand_in()), strict=True)):
            wanted = {"kept": int, "raises": ZeroDivisionError, "breaks the store": StoreError}[kind]
            assert type(found) is wanted
            assert found == number or kind != "kept"
        assert sites(store.db) == {f"s{number}.example" for number, kind in enumerate(kinds) if kind == "kept"}


def test_what_is_done_now_is_committed_at_once_with_all_that_wait(store, beside):
    async def hand_in():
        waits = asyncio.ensure_future(store.together.do(partial(named, store, "waits.example")))
        await asyncio.sleep(0)
        before = sites(beside)
        assert store.together.now(partial(named, store, "now.example")) == "now.example"
        assert (before, sites(beside)) == (set(), {"waits.example", "now.example"})
        with pytest.raises(ZeroDivisionError):
            store.together.now(lambda: 1 / 0)
        return await waits

    assert asyncio.run(hand_in()) == "waits.example"


@pytest.mark.parametrize("number", [1, 2, MOST])
def test_a_file_that_another_process_locks_is_waited_for_once(store, beside, number):
    """Each wait stops the reactor, for half a minute."""
    store.db.execute("PRAGMA busy_timeout = 1")
    beside.execute("BEGIN IMMEDIATE")
    begun = []
    store.db.conn.set_trace_callback(lambda sql: begun.append(sql) if sql.startswith("BEGIN") else None)

    async def hand_in():
        works = (store.together.do(partial(named, store, f"s{n}.example")) for n in range(number))
        return await asyncio.gather(*works, return_exceptions=True)

    assert [type(one) for one in asyncio.run(hand_in())] == [StoreError] * number
    assert begun == ["BEGIN IMMEDIATE"]
    beside.rollback()
    assert named(store, "later.example") == "later.example"


class Interrupt(BaseException):
    """As KeyboardInterrupt, which would end the loop of the test, too."""


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("which", range(4))
def test_what_ends_the_program_leaves_nobody_waiting(store, which, alone):
    """Whichever of four is interrupted, in their one transaction or each by itself (since another has failed)."""

    def work(number):
        named(store, f"s{number}.example")
        if number == which:
            raise Interrupt

    failures = iter([ZeroDivisionError])

    def fail_once():
        for failure in failures:
            raise failure

    async def hand_in():
        first = [store.together.do(fail_once)] if alone else []
        tasks = [*map(asyncio.ensure_future, [*first, *(store.together.do(partial(work, n)) for n in range(3))])]
        await asyncio.sleep(0)
        with pytest.raises(Interrupt):
            store.together.now(partial(work, 3))
        _done, waiting = await asyncio.wait(tasks, timeout=5)
        assert not waiting
        return [task.cancelled() for task in tasks][alone:]

    cancelled = asyncio.run(hand_in())
    told = which if alone else 0  # by itself, those before it were committed
    assert cancelled == [False] * min(told, 3) + [True] * (3 - min(told, 3))
    assert sites(store.db) == {f"s{number}.example" for number in range(told)}


# what is remembered


def kept(store, bodies):
    policy = list_captures(store, [capture(day, body) for day, body in enumerate(bodies)])
    found = store.captures.of(policy, "test", Period())
    for listed, body in zip(found, bodies, strict=True):
        store.captures.keep(listed, memento(body, listed.capture.captured_at), Outcome.FETCHED)
    return found


def with_links(body):
    read = reading(body)
    return replace(read, extraction=replace(read.extraction, links=(Link("terms", "https://a.example/terms"),)))


@pytest.mark.parametrize("texts", [False, True])
def test_what_another_process_has_swept_away_is_written_again(store, texts):
    first, second = kept(store, [b"<p>the same", b"<p>the same "])
    store.readings.put(first.capture_id, with_links(b"the same"))
    with closing(Store(store.file.path, lambda: NOW)) as other:
        with other.transaction():
            other.db.execute("DELETE FROM extraction_rows")
        sweep(other.db, texts=texts)
    store.readings.put(second.capture_id, with_links(b"the same"))
    rows = store.db.execute(
        "SELECT outcome, wording, links FROM extractions e JOIN texts t ON t.id = e.text_id "
        "JOIN link_layers l ON l.id = e.link_layer_id"
    ).fetchall()
    assert [row[:2] for row in rows] == [("fetched", reading(b"the same").wording)]
    assert "https://a.example/terms" in rows[0][2]
    blocks = store.db.execute("SELECT markdown FROM text_blocks t JOIN blocks b ON b.id = t.block_id").fetchall()
    assert blocks == [(block.markdown,) for block in reading(b"the same").extraction.blocks]
    assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_was_rolled_back_is_written_again(store):
    (listed,) = kept(store, [b"<p>x"])

    def put_and_fail():
        with store.transaction():
            store.readings.put(listed.capture_id, with_links(b"x"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        put_and_fail()
    store.readings.put(listed.capture_id, with_links(b"x"))
    (row,) = store.db.execute(
        "SELECT extractor, title, links FROM extractions e JOIN extractors x ON x.id = e.extractor_id "
        "JOIN link_layers l ON l.id = e.link_layer_id"
    ).fetchall()
    assert row[:2] == (EXTRACTOR, "Privacy")
    assert "https://a.example/terms" in row[2]
    assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []


# packed readings

TEXT = st.text(st.sampled_from("ab \n\x00\ud800é隐"), max_size=12)
BLOCK = st.builds(Block, st.sampled_from(BlockKind), st.integers(0, 6), TEXT)


@given(st.lists(BLOCK, max_size=6))
def test_a_packed_text_is_the_text(blocks):
    read = reading(b"x")
    read = replace(read, extraction=replace(read.extraction, blocks=tuple(blocks)))
    packed = pickle.loads(pickle.dumps(pack(read)))
    text = packed.unpacked_text()
    assert text.blocks == tuple(blocks)
    stored = [replace(one, markdown=one.markdown.encode("utf-8", "replace").decode()) for one in blocks]
    assert text.digests == tuple(map(block_digest, stored))
    assert packed_reading(packed) is packed


def test_a_page_without_a_text_has_none():
    packed = pack(Reading(Outcome.UNDECODABLE, EXTRACTOR, "no charset"))
    assert (packed.text, packed.links, packed.title, packed.language, packed.other_kinds) == (b"", None, "", "", ())
    assert packed.unpacked_text().blocks == ()
