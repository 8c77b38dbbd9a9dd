"""`compact` packs texts of blocks: whoever reads the views in SQL reads what was written, and the file gets smaller."""

import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from pipelines.model import Block, BlockKind
from pipelines.store.file import WrittenFile, open_file
from pipelines.store.load import text_blocks
from pipelines.store.schema.migrations import migrations
from pipelines.store.tables.texts import KIND_LETTERS, put_text
from pipelines.text.digests import text_digest
from pipelines.upkeep.compact import compact
from pipelines.upkeep.findings import Damage
from pipelines.upkeep.pack import forget_phrases, pack_blocks, unpack_blocks
from pipelines.upkeep.repair import repair
from tests.databases.stored import Seen, content, damage, damages, findings, write

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


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM phrases",
        "DELETE FROM places",
        "DELETE FROM places WHERE place = 3",
        "DELETE FROM phrases WHERE code = x'0001'",
    ],
)
def test_what_cannot_be_read_is_found_and_read_anew(tmp_path, sql):
    path = write(
        tmp_path / "x.db", [Seen(n, "\n".join(b.markdown for b in blocks)) for n, blocks in enumerate(texts(40))]
    )
    compact(path)
    damage(path, sql)
    assert {finding.kind for finding in damages(path)} >= {Damage.BLOCK, Damage.TEXT}
    found = findings(path)
    with closing(open_file(path).conn) as connection:
        repair(WrittenFile(connection), found)
    compact(path)  # which makes the index of words anew
    assert damages(path) == []


def test_rows_that_others_follow_stay_as_they_are(db):
    """Full-text tables of sqlite-utils have such triggers: they would index texts that become empty."""
    db.execute("CREATE TABLE seen (markdown TEXT)")
    db.execute("CREATE TRIGGER t AFTER UPDATE ON block_rows BEGIN INSERT INTO seen VALUES (new.markdown); END")
    for blocks in texts(40):
        put(db, blocks)
    pack_blocks(db)
    assert counts(db)[:2] == (0, 320)
    assert db.execute("SELECT count(*) FROM seen").fetchone() == (0,)
    db.execute("DROP TRIGGER t")
    pack_blocks(db)
    assert counts(db)[:2] == (320, 0)


def test_blocks_are_packed_some_at_once(db, monkeypatch):
    monkeypatch.setattr("pipelines.upkeep.pack.AT_ONCE", 7)
    ids = {put(db, blocks): blocks for blocks in texts(40)}
    pack_blocks(db)
    assert counts(db)[:2] == (320, 0)
    assert {text_id: text_blocks(db.conn, text_id) for text_id in ids} == ids


def test_phrases_of_texts_that_are_gone_go_and_letters_stay(db):
    for blocks in texts(40):
        put(db, blocks)
    ours = (Block(BlockKind.PARAGRAPH, 0, "Zanzibar marmalade, Zanzibar marmalade, Zanzibar marmalade"),)
    for number in range(9):
        put(db, (*ours, Block(BlockKind.ITEM, 0, f"{ours[0].markdown} {number}")))
    pack_blocks(db)
    zanzibar = "SELECT count(*) FROM phrases WHERE words LIKE '%Zanzibar%'"
    assert db.execute(zanzibar).fetchone() != (0,)
    forget_phrases(db)
    assert db.execute(zanzibar).fetchone() != (0,)
    before = db.execute("SELECT id, markdown FROM blocks WHERE markdown NOT LIKE '%Zanzibar%'").fetchall()
    db.execute("DELETE FROM block_rows WHERE id IN (SELECT id FROM blocks WHERE markdown LIKE '%Zanzibar%')")
    forget_phrases(db)
    assert db.execute("SELECT count(*) FROM phrases WHERE words LIKE '%anzi%' OR words LIKE '%marma%'").fetchone() == (
        0,
    )
    assert db.execute("SELECT count(*) FROM phrases WHERE words = 'Z'").fetchone() == (1,)
    assert db.execute("SELECT id, markdown FROM blocks").fetchall() == before


def test_views_and_triggers_of_others_outlive_the_migration():
    others = {
        "mine": "CREATE VIEW mine AS SELECT id, markdown FROM blocks",
        'on "view': 'CREATE TRIGGER "on ""view" INSTEAD OF INSERT ON mine BEGIN SELECT 1; END',
        "on_texts": "CREATE TRIGGER on_texts AFTER INSERT ON texts BEGIN INSERT INTO seen SELECT markdown FROM blocks; END",
    }
    made = Database(memory=True)
    with closing(made.conn):
        migrations.apply(made, stop_before="m019_packed_blocks")
        made.execute("CREATE TABLE seen (markdown TEXT)")
        for sql in others.values():
            made.execute(sql)
        migrations.apply(made)
        assert others.items() <= dict(made.execute("SELECT name, sql FROM sqlite_schema").fetchall()).items()
        for blocks in texts(40):
            put(made, blocks)
        pack_blocks(made)
        made.execute("DELETE FROM seen")
        put(made, texts(1, offset=3)[0])
        assert made.execute("SELECT count(*) FROM seen WHERE markdown = ''").fetchone() == (0,)
        assert made.execute("SELECT count(*) FROM seen").fetchone() == (320,)


@pytest.mark.parametrize("table", ["changes", "main.[findings]", '"findings"', "capture_rows", "policies"])
@pytest.mark.parametrize("reads", ["captures", "capture_rows", "changes", "findings", "blocks"])
def test_triggers_and_indexes_of_others_outlive_what_they_read_and_stand_on(table, reads):
    made = Database(memory=True)
    with closing(made.conn):
        migrations.apply(made, stop_before="m023_kept_once")
        made.execute("CREATE TABLE seen (number INTEGER)")
        body = f"BEGIN INSERT INTO seen SELECT count(*) FROM {reads}; END"
        made.execute(f"CREATE TRIGGER theirs AFTER DELETE\nON {table} {body}")
        made.execute("CREATE INDEX by_length ON capture_rows (length)")
        made.execute("CREATE INDEX by_failures ON capture_rows (failures)")  # which is no column any more
        migrations.apply(made)
        (on,) = made.execute("SELECT tbl_name FROM sqlite_schema WHERE name = 'theirs'").fetchone()
        assert on == {"changes": "change_rows"}.get(table, "finding_rows" if "indings" in table else table)
        assert made.execute("SELECT tbl_name FROM sqlite_schema WHERE name = 'by_length'").fetchone() == (
            "capture_rows",
        )
        made.execute("PRAGMA foreign_keys = OFF")
        made.execute("INSERT INTO policies (site_id, urlkey, policy_url, dirty, added_at) VALUES (1, 'a', 'b', 0, '')")
        made.execute("INSERT INTO finding_rows VALUES (1, NULL, '', '', '', '', 0, '[]', '[]', '', '{}')")
        made.execute("INSERT INTO change_rows VALUES (1, 1, 1, 1, '', 0, 0, '[]')")
        made.execute("INSERT INTO capture_rows (address_id, at, kind_id, digest, length) VALUES (1, 1, 1, '', '')")
        made.execute(f"DELETE FROM {on}")
        assert len(made.execute("SELECT number FROM seen").fetchall()) == 1


def test_each_kind_of_block_is_a_letter_and_is_read_as_its_name(db):
    assert (set(KIND_LETTERS), len(set(KIND_LETTERS.values()))) == (set(BlockKind), len(BlockKind))
    blocks = tuple(Block(kind, 0, f"of kind {kind}") for kind in BlockKind)
    text_id = put(db, blocks)
    assert {kind for (kind,) in db.execute("SELECT kind FROM block_rows")} == set(KIND_LETTERS.values())
    assert text_blocks(db.conn, text_id) == blocks


def test_older_files_get_letters_and_keep_the_triggers_of_others():
    db = Database(memory=True)
    migrations.apply(db, stop_before=["m022_kinds"])
    for number, kind in enumerate([*map(str, KIND_LETTERS), "poem"]):
        db.execute("INSERT INTO block_rows VALUES (?, ?, ?, 0, 'text', NULL)", [number, number, kind])
    db.execute("CREATE TABLE told (kind TEXT)")
    db.execute("CREATE TRIGGER t INSTEAD OF DELETE ON blocks BEGIN INSERT INTO told VALUES (old.kind); END")
    before = db.execute("SELECT * FROM blocks ORDER BY id").fetchall()
    migrations.apply(db)
    assert db.execute("SELECT * FROM blocks ORDER BY id").fetchall() == before
    assert [kind for (kind,) in db.execute("SELECT kind FROM block_rows ORDER BY id")] == [
        *KIND_LETTERS.values(),
        "poem",
    ]
    db.execute("DELETE FROM blocks WHERE id = 2")
    assert db.execute("SELECT kind FROM told").fetchall() == [("paragraph",)]
    db.conn.close()
