"""`compact` packs the texts of blocks: whoever reads `blocks` in SQL reads what was written, and the file gets smaller."""

import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from pipelines.model import Block, BlockKind
from pipelines.store.load import text_blocks
from pipelines.store.schema.migrations import migrations
from pipelines.store.tables.texts import put_text
from pipelines.text.digests import text_digest
from pipelines.upkeep.compact import compact
from pipelines.upkeep.findings import Damage
from pipelines.upkeep.pack import pack_blocks, unpack_blocks
from tests.databases.stored import Seen, content, damage, damages, write

WORDS = ["We", "collect", "personal", "data", "that", "you", "give", "us", "and", "share", "it", "with", "partners"]


def texts(count, offset=0):
    """Texts of long blocks of few words, each block another."""
    return [
        tuple(
            Block(
                BlockKind.PARAGRAPH, 0, " ".join(WORDS[(n * m + k * k + offset) % 13] for k in range(30)) + f" {n}.{m}é"
            )
            for m in range(8)
        )
        for n in range(count)
    ]


@pytest.fixture
def db():
    made = Database(memory=True)
    migrations.apply(made)
    yield made
    made.conn.close()


def put(db, blocks):
    return put_text(db, text_digest(blocks), blocks, wording="w", words=1, language="en")


def counts(db):
    return db.execute("SELECT count(packed), sum(packed IS NULL), sum(length(packed)) FROM block_rows").fetchone()


def test_blocks_are_read_as_they_were_written(db):
    ids = {put(db, blocks): blocks for blocks in texts(40)}
    (plain,) = db.execute("SELECT sum(length(CAST(markdown AS BLOB))) FROM block_rows").fetchone()
    pack_blocks(db)
    packed, left, size = counts(db)
    assert (packed, left) == (320, 0)
    assert size < plain / 3
    assert {text_id: text_blocks(db.conn, text_id) for text_id in ids} == ids
    assert put(db, texts(40)[3]) in ids  # known again by its blocks


def test_what_came_since_is_packed_with_the_phrases_there_and_a_large_part_anew(db):
    ids = {put(db, blocks): blocks for blocks in texts(40)}
    pack_blocks(db)
    phrases = db.execute("SELECT code, words FROM phrases").fetchall()
    ids |= {put(db, blocks): blocks for blocks in texts(42)[40:]}
    pack_blocks(db)
    assert db.execute("SELECT code, words FROM phrases").fetchall() == phrases
    assert counts(db)[:2] == (336, 0)
    new = texts(60, offset=5)
    ids |= {put(db, blocks): blocks for blocks in new}
    pack_blocks(db)
    assert db.execute("SELECT code, words FROM phrases").fetchall() != phrases
    assert {text_id: text_blocks(db.conn, text_id) for text_id in ids} == ids


def test_unpacked_it_is_as_before(db):
    for blocks in texts(40):
        put(db, blocks)
    before = db.execute("SELECT * FROM block_rows").fetchall()
    pack_blocks(db)
    assert db.execute("SELECT * FROM block_rows").fetchall() != before
    unpack_blocks(db)
    assert db.execute("SELECT * FROM block_rows").fetchall() == before
    assert db.execute("SELECT count(*) FROM phrases").fetchone() == (0,)


@pytest.mark.parametrize(
    "markdown",
    ["", "short", "x" * 8000, "".join(map(chr, range(0x4E00, 0x5600))), "a\u0000b" * 9, "🙂" * 30, "it''s -- 'x'"],
)
def test_any_text_is_read_back(db, markdown):
    for blocks in texts(40):
        put(db, blocks)
    odd = (Block(BlockKind.PRE, 0, markdown), Block(BlockKind.ITEM, 2, f"{markdown} {WORDS[2]}"))
    text_id = put(db, odd)
    pack_blocks(db)
    assert counts(db)[0] >= 320
    assert text_blocks(db.conn, text_id) == odd
    (longest,) = db.execute("SELECT max(length(packed)) / 2 FROM block_rows").fetchone()
    assert longest <= db.execute("SELECT count(*) FROM places").fetchone()[0]


def test_a_few_short_texts_stay_plain(db):
    blocks = (Block(BlockKind.PARAGRAPH, 0, "We keep your data as long as we need it, and no longer."),)
    text_id = put(db, blocks)
    pack_blocks(db)
    assert counts(db)[:2] == (0, 1)
    assert db.execute("SELECT count(*) FROM phrases").fetchone() == (0,)
    assert text_blocks(db.conn, text_id) == blocks


def test_a_compacted_file_says_the_same_and_is_sound(tmp_path):
    seen = [Seen(n, "\n".join(block.markdown for block in blocks)) for n, blocks in enumerate(texts(40))]
    path = write(tmp_path / "x.db", seen)
    before = content(path)
    compact(path)
    with closing(sqlite3.connect(path)) as db:
        assert counts(db)[:2] == (320, 0)
    assert content(path) == before
    assert damages(path) == []
    damage(path, "UPDATE phrases SET words = words || '!' WHERE code = x'0001'")
    assert {finding.kind for finding in damages(path)} >= {Damage.TEXT}
