"""`policylapse compact`: smaller, the same to whoever reads, while others read; and a WAL of bounded size."""

import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from cli.main import main
from crawler.archives.surt import surt
from pipelines.store.file import PAGE_BYTES, WAL_BYTES
from pipelines.store.load import load_payload, stored_frame
from pipelines.store.store import Store
from pipelines.store.tables.payload_bases import MOST_DEPTH
from pipelines.upkeep.compact import SMALL_FILE_BYTES, SMALL_PAGE_BYTES, compact
from pipelines.upkeep.rebase import rebase
from tests.databases.earlier import old_file
from tests.pipelines.store.test_store import NOW, URL, fill, timeline

SERVERS = 6  # more than the payloads of a URL that are at hand while crawling


def pages(count, seed=1):
    """Pages of servers that take turns, each with a nonce, as bytes that do not compress."""
    noise = random.Random(seed)
    servers = [bytes(noise.choices(range(97, 123), k=20_000)) for _ in range(SERVERS)]
    return [servers[n % SERVERS] + b"\n%032x" % noise.getrandbits(128) for n in range(count)]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A file of 60 captures, the pages in it, and what it says."""
    path = tmp_path_factory.mktemp("made") / "x.db"
    store = Store(path, lambda: NOW)
    bodies = pages(60)
    fill(store, list(enumerate(bodies)))
    said = timeline(store)
    store.close()
    return path, bodies, said


@pytest.fixture
def filled(made, tmp_path):
    path, bodies, said = made
    return shutil.copy(path, tmp_path / "x.db"), bodies, said


def test_it_gets_smaller_and_says_the_same(filled):
    path, bodies, said = filled
    done = compact(path)
    assert done.after < done.before
    assert done.payloads_after < done.payloads_before / 5
    store = Store(path, lambda: NOW)
    assert timeline(store) == said
    assert [load_payload(store.db.execute, n + 1) for n in range(60)] == bodies
    (keys, deepest) = store.db.execute("SELECT sum(base_id IS NULL), max(depth) FROM payloads").fetchone()
    assert (keys <= SERVERS, deepest <= MOST_DEPTH) == (True, True)
    assert store.db.execute(DEPTHS_WRONG).fetchone() == (0,)
    store.close()
    assert compact(path).after == done.after


@pytest.mark.parametrize("seed", range(4))
def test_pages_that_came_in_any_order_read_back(tmp_path, seed):
    """As a search asks for them; differences of pages so alike are the same bytes, whatever their base."""
    page = bytes(random.Random(seed).choices(range(97, 123), k=3000))
    bodies = [page.replace(page[100:104], b"%04d" % (n % 7)) + b"%04d" % n for n in range(40)]
    order = random.Random(seed).sample(range(40), 40)
    path = tmp_path / "x.db"
    store = Store(path, lambda: NOW)
    fill(store, [(n, bodies[n]) for n in order])
    store.close()
    compact(path)
    db = sqlite3.connect(path)
    assert [load_payload(db.execute, n + 1) for n in range(40)] == [bodies[n] for n in order]
    db.close()


def stored(db):
    """Of each payload its id, base, depth and frame, from its row or its box."""
    rows = db.execute("SELECT id, base_id, depth FROM payloads ORDER BY id").fetchall()
    return [(*row, stored_frame(db.execute, row[0])) for row in rows]


DEPTHS_WRONG = "SELECT count(*) FROM payloads p JOIN payloads b ON b.id = p.base_id WHERE p.depth <> b.depth + 1"


def test_what_was_gone_through_stays_and_what_came_since_finds_its_base(tmp_path):
    """Nightly: the cost of a run is that of the new pages, not that of all. One comes at the end, one in between."""
    path, bodies = tmp_path / "x.db", pages(62)
    early = [(n, body) for n, body in enumerate(bodies) if n not in (31, 61)]
    store = Store(path, lambda: NOW)
    fill(store, early)
    store.close()
    compact(path)
    store = Store(path, lambda: NOW)
    before = stored(store.db)
    fill(store, [(n, bodies[n]) for n in (31, 61)])
    store.close()
    compact(path)
    db = sqlite3.connect(path)
    *still, new, newest = stored(db)
    assert still == before
    assert [load_payload(db.execute, n) for n in (61, 62)] == [bodies[31], bodies[61]]
    assert [(base_id is not None, len(frame) < 200) for _id, base_id, _depth, frame in (new, newest)] == [
        (True, True)
    ] * 2
    assert db.execute(DEPTHS_WRONG).fetchone() == (0,)
    db.close()


@pytest.mark.parametrize("seed", range(3))
def test_compacted_between_batches_in_any_order_all_reads_back(tmp_path, seed):
    """What came since stands on what was gone through, never the other way; a circle would read nothing back."""
    chance, path = random.Random(seed), tmp_path / "x.db"
    bodies = pages(48, seed)
    order = chance.sample(range(48), 48)
    for first, last in ((0, 30), (30, 33), (33, 35), (35, 48)):
        store = Store(path, lambda: NOW)
        fill(store, [(n, bodies[n]) for n in order[first:last]])
        store.close()
        compact(path)
    db = sqlite3.connect(path)
    assert [load_payload(db.execute, n + 1) for n in range(48)] == [bodies[n] for n in order]
    assert db.execute(DEPTHS_WRONG).fetchone() == (0,)
    (keys, deepest) = db.execute("SELECT sum(base_id IS NULL), max(depth) FROM payloads").fetchone()
    assert (keys <= 2 * SERVERS, deepest <= MOST_DEPTH) == (True, True)
    db.close()


@pytest.mark.parametrize("stop", [3, 20, 40])
def test_stopped_anywhere_it_reads_back(filled, stop):
    path, bodies, _said = filled
    store = Store(path, lambda: NOW)
    left = stop

    class Killed(Exception):
        pass

    real = store.db.execute

    def execute(sql, *values):
        nonlocal left
        left -= sql.startswith("UPDATE payloads")
        if left == 0:
            raise Killed
        return real(sql, *values)

    store.db.execute = execute
    with pytest.raises(Killed):
        rebase(store.db, surt(URL))
    store.db.conn.commit()  # the worst: what was done stays, without the rest
    assert [load_payload(store.db.conn.execute, n + 1) for n in range(60)] == bodies
    store.close()


def test_small_differences_stay_as_the_crawl_made_them(tmp_path):
    path = tmp_path / "x.db"
    store = Store(path, lambda: NOW)
    server = pages(1)[0]
    bodies = [server + b"\n%032x" % n for n in range(MOST_DEPTH + 20)]
    fill(store, list(enumerate(bodies)))
    crawled = {(payload_id, base_id, frame) for payload_id, base_id, _depth, frame in stored(store.db) if base_id}
    store.close()
    compact(path)
    with closing(sqlite3.connect(path)) as db:
        kept = [row for row in stored(db) if (row[0], row[1], row[3]) in crawled]
        assert len(kept) > 0.9 * len(bodies)
        assert [load_payload(db.execute, n + 1) for n in range(len(bodies))] == bodies
        assert db.execute(DEPTHS_WRONG).fetchone() == (0,)
        assert db.execute("SELECT max(depth) <= ? FROM payloads", [MOST_DEPTH]).fetchone() == (1,)


def with_large_pages(path):
    """The file as programs before made it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in ("journal_mode = DELETE", "page_size = 4096"):
            db.execute(f"PRAGMA {statement}").fetchall()
        db.execute("VACUUM")
        db.execute("PRAGMA journal_mode = WAL").fetchall()


def page_size_and_mode(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA page_size").fetchone() + db.execute("PRAGMA journal_mode").fetchone()


def test_pages_become_small_where_nobody_else_has_the_file_open(filled):
    path, bodies, said = filled
    assert page_size_and_mode(path) == (PAGE_BYTES, "wal")  # a new file's
    with_large_pages(path)
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("SELECT count(*) FROM payloads").fetchone()
        compact(path)
        large = path.stat().st_size
        assert page_size_and_mode(path) == (4096, "wal")
    assert compact(path).after < large - 100_000
    assert page_size_and_mode(path) == (SMALL_PAGE_BYTES, "wal")
    store = Store(path, lambda: NOW)
    assert timeline(store) == said
    assert [load_payload(store.db.execute, n + 1) for n in range(60)] == bodies
    store.close()


def test_pages_of_a_file_that_has_grown_become_larger_again(filled):
    path, _bodies, _said = filled
    compact(path)
    assert page_size_and_mode(path) == (SMALL_PAGE_BYTES, "wal")
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE theirs AS SELECT randomblob(?) AS noise", [SMALL_FILE_BYTES])
        db.commit()
    compact(path)
    assert page_size_and_mode(path) == (PAGE_BYTES, "wal")


def test_what_nobody_needs_goes(filled):
    path, _bodies, _said = filled
    with sqlite3.connect(path) as db:
        db.execute(
            "DELETE FROM capture_rows WHERE id > 30 AND id NOT IN (SELECT last_capture_id FROM versions UNION SELECT first_capture_id FROM versions)"
        )
        db.execute("INSERT INTO block_rows VALUES (9999, 0, 'paragraph', 0, 'orphaned paragraph', NULL)")
        db.execute("INSERT INTO blocks_fts (rowid, markdown) VALUES (9999, 'orphaned paragraph')")
    db.close()
    compact(path)
    db = sqlite3.connect(path)
    assert db.execute("SELECT count(*) FROM blocks WHERE id = 9999").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM blocks_fts WHERE blocks_fts MATCH 'orphaned'").fetchone() == (0,)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()


def test_who_reads_meanwhile_goes_on_reading(filled):
    path, _bodies, _said = filled
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    before = reader.execute("SELECT count(*), sum(size) FROM payloads").fetchone()
    compact(path)
    assert reader.execute("SELECT count(*), sum(size) FROM payloads").fetchone() == before
    reader.close()
    assert not list(path.parent.glob("*.part"))


def test_the_wal_is_cut_when_a_reader_that_held_it_has_left(tmp_path):
    path = tmp_path / "x.db"
    store = Store(path, lambda: datetime(2026, 1, 1, tzinfo=UTC))
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sites").fetchone()
    wal = path.with_name("x.db-wal")
    noise = random.Random(3)
    while wal.stat().st_size <= 1.5 * WAL_BYTES:
        with store.transaction():
            store.payloads.put(noise.randbytes(1_000_000), f"u{noise.random()}")
    assert reader.execute("SELECT count(*) FROM payloads").fetchone() == (0,)
    reader.close()
    for number in range(3):
        with store.transaction():
            store.payloads.put(b"%d" % number, "u")
    assert wal.stat().st_size <= WAL_BYTES
    store.close()


def test_the_command(filled, tmp_path):
    result = CliRunner().invoke(main, ["compact", "--db", str(filled[0])])
    assert (result.exit_code, "MB before" in result.output) == (0, True), result.output
    assert CliRunner().invoke(main, ["compact", "--db", str(tmp_path / "no.db")]).exit_code == 2


@pytest.mark.parametrize("schema", [1, 4])
def test_a_file_of_an_earlier_schema_is_made_small_at_once(tmp_path, schema):
    path = tmp_path / "x.db"
    old_file(path, schema).conn.close()
    first = compact(path)
    assert first.after < first.before
    assert compact(path).after == first.after
    assert page_size_and_mode(path) == (SMALL_PAGE_BYTES, "wal")
