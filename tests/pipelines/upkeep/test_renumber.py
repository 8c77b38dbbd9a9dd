"""`compact` numbers blocks anew: texts are fewer runs, and all that reads blocks reads as before."""

import sqlite3
from contextlib import closing
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from pipelines.model import Block, BlockKind
from pipelines.store.file import open_file
from pipelines.store.load import text_blocks
from pipelines.store.load_texts import read_texts
from pipelines.store.schema.migrations import migrations
from pipelines.store.tables.block_words import differing_words, index_blocks
from pipelines.store.tables.texts import put_text
from pipelines.text.digests import text_digest
from pipelines.upkeep.compact import compact
from pipelines.upkeep.renumber import numbers, renumber_blocks
from tests.databases.stored import Seen, content, findings, write

TEXTS = st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=12), min_size=1, max_size=8)


def runs_of(texts):
    return sum(1 + sum(after != before + 1 for before, after in pairwise(text)) for text in texts)


def put(db, text, *, languages=()):
    blocks = tuple(Block(BlockKind.PARAGRAPH, 0, f"We keep number {number}.") for number in text)
    put_text(db, text_digest(blocks), blocks, wording="w", words=1, language="en", block_languages=languages)


def runs(db):
    return db.execute("SELECT count(*) FROM text_runs").fetchone()[0]


def texts_in(db):
    ids = [text_id for (text_id,) in db.execute("SELECT id FROM texts ORDER BY id").fetchall()]
    languages = "SELECT position, language FROM text_blocks WHERE text_id = ? ORDER BY position"
    return [(text_blocks(db.conn, one), db.execute(languages, [one]).fetchall()) for one in ids]


@pytest.fixture
def db():
    made = Database(memory=True)
    migrations.apply(made)
    made.execute("PRAGMA foreign_keys = ON")
    yield made
    made.conn.close()


@given(TEXTS)
def test_each_block_gets_a_number_of_its_own_from_1(texts):
    ids = sorted({block for text in texts for block in text} | {99})
    new = numbers(ids, texts)
    assert (sorted(new), sorted(new.values())) == (ids, list(range(1, len(ids) + 1)))


@given(st.lists(st.integers(0, 30), unique=True, min_size=1))
def test_a_text_alone_becomes_one_run(text):
    new = numbers(sorted(text), [text])
    assert runs_of([[new[block] for block in text]]) == 1


def test_a_paragraph_put_between_costs_no_run():
    texts = [[1, 2, 3], [1, 2, 9, 3], [1, 2, 9, 3]]
    new = numbers([1, 2, 3, 9], texts)
    assert [[new[block] for block in text] for text in texts] == [[1, 2, 4], [1, 2, 3, 4], [1, 2, 3, 4]]


@given(TEXTS, st.booleans())
def test_texts_are_read_as_they_were_and_references_hold(texts, spoken):
    db = Database(memory=True)
    migrations.apply(db)
    db.execute("PRAGMA foreign_keys = ON")
    for text in texts:
        put(db, text, languages=["en" if number % 3 else "fr" for number in text] if spoken else ())
    db.execute("INSERT INTO claim_kinds VALUES (1, 'sale', 'sell', 'no', '', 'r')")
    db.execute("INSERT INTO block_claims SELECT id, 0, 1, 1, block_key % 1000, 0 FROM block_rows")
    claimed = "SELECT b.markdown, c.begin FROM block_claims c JOIN blocks b ON b.id = c.block_id ORDER BY 1"
    before, claims, was = texts_in(db), db.execute(claimed).fetchall(), runs(db)
    db.conn.commit()
    with db.conn:
        db.execute("BEGIN")
        done = renumber_blocks(db)
        index_blocks(db.conn)
    assert (texts_in(db), db.execute(claimed).fetchall()) == (before, claims)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert differing_words(db.conn) == 0
    assert runs(db) < was if done else runs(db) == was
    found = "SELECT b.markdown FROM blocks_fts f JOIN blocks b ON b.id = f.rowid WHERE blocks_fts MATCH ?"
    assert db.execute(found, [str(texts[0][0])]).fetchall() == [(f"We keep number {texts[0][0]}.",)]
    db.conn.close()


def test_what_is_numbered_well_stays(db):
    for text in ([1, 2, 3, 4, 5], [1, 2, 9, 3, 4, 5], [1, 2, 9, 3, 4, 5, 6]):
        put(db, text)
    assert renumber_blocks(db)
    before = db.execute("SELECT * FROM text_runs").fetchall()
    assert not renumber_blocks(db)
    assert db.execute("SELECT * FROM text_runs").fetchall() == before


def test_a_run_of_300_blocks_is_two(db):
    put(db, range(299, -1, -1))
    put(db, range(300))
    renumber_blocks(db)
    assert db.execute("SELECT max(length) FROM text_runs").fetchone() == (256,)
    assert {tuple(block.markdown for block in blocks) for blocks, _languages in texts_in(db)} == {
        tuple(f"We keep number {number}." for number in order) for order in (range(300), range(299, -1, -1))
    }


@pytest.mark.parametrize("table", ["block_rows", "text_runs", "block_claims"])
def test_rows_that_others_follow_keep_their_ids(db, table):
    for text in ([1, 2, 3], [1, 9, 2, 3], [1, 9, 2, 3, 4]):
        put(db, text)
    before = db.execute("SELECT * FROM block_rows").fetchall()
    db.execute(f"CREATE TRIGGER t AFTER UPDATE ON {table} BEGIN SELECT 1; END")
    assert not renumber_blocks(db)
    assert db.execute("SELECT * FROM block_rows").fetchall() == before


def test_a_compacted_file_has_fewer_runs_is_sound_and_says_the_same(tmp_path):
    lines = [f"We keep your data. {number}" for number in range(12)]
    seen = [Seen(9 * day, "\n".join(lines[: 3 + day] + lines[9 - day :])) for day in range(6)]
    path = write(tmp_path / "x.db", seen)
    before = content(path)
    with closing(sqlite3.connect(path)) as db:
        (was,) = db.execute("SELECT count(*) FROM text_runs").fetchone()
    compact(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM text_runs").fetchone()[0] < was
    assert (content(path), findings(path)) == (before, [])


@pytest.mark.parametrize("stop", ["UPDATE block_rows", "UPDATE block_claims", "DELETE FROM text_runs"])
def test_killed_while_blocks_are_numbered_all_is_as_it_was(tmp_path, stop):
    lines = [f"We keep your data. {number}" for number in range(12)]
    path = write(tmp_path / "x.db", [Seen(9 * day, "\n".join(lines[: 3 + day] + lines[9 - day :])) for day in range(6)])
    before = content(path)
    db = open_file(path)

    class Killed(Exception):
        pass

    real = db.execute

    def execute(sql, *values):
        if sql.startswith(stop):
            raise Killed
        return real(sql, *values)

    def numbered_anew():
        with db.atomic():
            db.execute = execute
            renumber_blocks(db)

    with pytest.raises(Killed):
        numbered_anew()
    db.conn.close()
    assert (content(path), findings(path)) == (before, [])


@pytest.mark.parametrize("table", ["block_rows", "Block_Rows"])
def test_a_table_of_others_that_refers_to_blocks_leaves_them_as_they_are(db, table):
    for text in ([1, 2, 3, 4], [1, 3], [2, 4], [1, 3, 2, 4]):
        put(db, text)
    db.execute(f"CREATE TABLE marks (block_id INTEGER REFERENCES {table} (id))")
    db.execute("INSERT INTO marks SELECT id FROM block_rows")
    with db.atomic():
        assert not renumber_blocks(db)
    db.execute("DROP TABLE marks")
    with db.atomic():
        assert renumber_blocks(db)


def test_a_text_is_read_whole_though_blocks_are_numbered_anew_between_two_statements(tmp_path):
    path, texts = tmp_path / "x.db", [[5, 1, 4], [1, 4, 2], [3, 5, 2]]
    with closing(open_file(path)) as writer:
        migrations.apply(writer)
        writer.execute("PRAGMA journal_mode = WAL")
        with writer.conn:
            for text in texts:
                put(writer, text)
        expected = {number: blocks for number, (blocks, _) in enumerate(texts_in(writer), 1)}

        def between(statement):
            if "FROM blocks" in statement:
                db.set_trace_callback(None)
                renumbered.append(statement)
                writer.execute("PRAGMA foreign_keys = OFF")
                with writer.conn:
                    writer.execute("UPDATE text_runs SET first_block_id = first_block_id + 100")
                    writer.execute("UPDATE block_rows SET id = id + 100")

        renumbered = []
        with closing(sqlite3.connect(path)) as db:
            db.set_trace_callback(between)
            assert read_texts(db, [1, 2, 3]) == expected
        assert renumbered
        assert writer.execute("SELECT min(id) FROM blocks").fetchone() == (101,)
