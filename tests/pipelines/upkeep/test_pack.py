"""`compact` packs texts of blocks, and lists: whoever reads the views in SQL reads what was written, and the file gets smaller."""

import json
import sqlite3
from contextlib import closing
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from pipelines.model import Block, BlockKind
from pipelines.store.file import WrittenFile, open_file
from pipelines.store.load import text_blocks
from pipelines.store.schema.migrations import migrations
from pipelines.store.tables.extractions import FOUND, finding_id
from pipelines.store.tables.texts import KIND_LETTERS, put_text
from pipelines.text.digests import text_digest
from pipelines.upkeep.compact import compact
from pipelines.upkeep.findings import Damage
from pipelines.upkeep.orphans import sweep
from pipelines.upkeep.pack import forget_phrases, pack_blocks, pack_lists, unpack_blocks
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


# Lists.

# As the program writes them; and what nobody should write, which stays as it is.
line = st.text(max_size=6) | st.sampled_from(["a", "3", "1,2", '"', "é\\", "\n\x01\x7f", "\u2028", "𝒳"])
lists = st.lists(line, max_size=4).map(lambda lines: json.dumps(lines, ensure_ascii=False)) | st.sampled_from(
    ["", "[", '["a"', '["a","b"]', '["a", 3]', "[1, 2]", '["\\u00e9"]', "{}", "null", '"a"', '["a"] ', '["a", ["b"]]']
)


def storable(text):
    return text.encode("utf-8", "replace").decode()


@given(st.lists(st.tuples(lists.map(storable), lists.map(storable)), max_size=5))
def test_lists_are_read_as_they_were_written(rows):
    with closing(fresh().conn) as connection:
        db = Database(connection)
        found = {}
        for number, (evidence, decisions) in enumerate(rows):
            values = dict.fromkeys(FOUND, "") | {"text_id": None, "score": number, "evidence": evidence}
            values = tuple((values | {"decisions": decisions}).values())
            found[finding_id(db, values)] = values
        sql = f"SELECT id, {', '.join(FOUND)} FROM findings"
        for _time in range(2):
            pack_lists(db)
            assert {row[0]: row[1:] for row in db.execute(sql).fetchall()} == found
        assert [finding_id(db, values) for values in found.values()] == list(found)
        held = db.execute("SELECT evidence, decisions FROM finding_rows ORDER BY id").fetchall()
        for one, was in zip(sum(held, ()), sum(rows, ()), strict=True):
            ours = was[:2] == '["' and is_list(was) and was == json.dumps(json.loads(was), ensure_ascii=False)
            ours = ours and "\\u0000" not in was  # SQLite's texts end there
            assert one[:1].isdigit() == ours, was
        lines = [row[0] for row in db.execute("SELECT line FROM finding_lines").fetchall()]
        assert len(lines) == len(set(lines))


def is_list(text):
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return all(isinstance(item, str) for item in value)


def fresh():
    db = Database(memory=True)
    db.conn.deserialize(empty())
    return db


@cache
def empty():
    db = Database(memory=True)
    with closing(db.conn):
        migrations.apply(db)
        return db.conn.serialize()


def sectioned(*weeks):
    """A policy of three sections, of which each week changes another. One heading has a mark that is not in the name of its
    section.
    """
    for week in weeks:
        since = [week + 3 - (week - part) % 3 for part in range(3)]
        parts = [f"We keep your {WORDS[one % 13]} as long as {WORDS[one // 13]} partners give it." for one in since]
        headed = zip(("Keeping", "Sharing é", "*Your* rights"), parts, strict=True)
        yield Seen(7 * week, "\n".join(f"# {heading}\n{words}" for heading, words in headed))


def sections(path):
    with closing(sqlite3.connect(path)) as db:
        return dict(
            db.execute(
                "SELECT c.sections, r.sections FROM changes c JOIN change_rows r ON r.id = c.id ORDER BY c.id"
            ).fetchall()
        )


def test_sections_of_changes_are_ids_of_headings_and_read_as_they_were(tmp_path):
    path = write(tmp_path / "x.db", list(sectioned(*range(9))))
    for weeks in ((), (9, 10), (11,)):
        if weeks:
            write(path, list(sectioned(*weeks)))
        before, was = sections(path), content(path)
        compact(path)
        assert (content(path), damages(path)) == (was, [])
        packed = sections(path)
        assert list(packed) == list(before)
        assert {named: ids[:1].isdigit() for named, ids in packed.items()} == {
            named: "Your rights" not in named for named in packed
        }
        assert len(packed) == 3
    with closing(sqlite3.connect(path)) as db:  # whoever had the ids would have other headings now
        (renumbered,) = db.execute("SELECT min(id) FROM block_rows WHERE kind = 'h'").fetchone()
    assert str(renumbered) in packed['["Keeping"]'].split(",")


def test_lines_that_no_finding_has_any_more_are_swept(tmp_path):
    path = write(tmp_path / "x.db", list(sectioned(0, 1)))
    damage(path, """UPDATE finding_rows SET evidence = '["a", "b"]', decisions = '["b", "c' || id || '"]'""")
    compact(path)
    lines = "SELECT line FROM finding_lines ORDER BY line"
    with closing(open_file(path).conn) as connection:
        assert connection.execute(lines).fetchall() == [("a",), ("b",), ("c1",), ("c2",)]
        connection.execute("PRAGMA foreign_keys = OFF")
        with connection:
            connection.execute("DELETE FROM extraction_rows WHERE finding_id = 1")
        sweep(WrittenFile(connection))
        assert connection.execute(lines).fetchall() == [("a",), ("b",), ("c2",)]


@pytest.mark.parametrize("table", ["finding_rows", "change_rows"])
def test_lists_that_others_follow_stay_plain(tmp_path, table):
    path = write(tmp_path / "x.db", list(sectioned(*range(9))))
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"CREATE TRIGGER t AFTER UPDATE ON {table} BEGIN SELECT 1; END")
    before = sections(path)
    compact(path)
    assert sections(path) == before
