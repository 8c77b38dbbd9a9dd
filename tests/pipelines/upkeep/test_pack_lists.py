"""`compact` writes lists as ids of what they list: whoever reads the views in SQL reads what was written."""

import json
import sqlite3
from contextlib import closing
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler.archives.errors import StoreError
from pipelines.store.file import WrittenFile, open_file
from pipelines.store.schema.migrations import migrations
from pipelines.store.tables.extractions import FOUND, finding_id
from pipelines.upkeep.compact import compact
from pipelines.upkeep.orphans import sweep
from pipelines.upkeep.pack import pack_lists, renumber_lists
from pipelines.upkeep.repair import repair
from tests.databases.stored import Seen, content, damage, damages, findings, write

WORDS = (
    "names addresses orders payments messages photographs friends places purchases visits devices habits wishes".split()
)

# As the program writes them; and what nobody should write, which stays as it is.
line = st.text(max_size=6) | st.sampled_from(["a", "3", "1,2", '"', "é\\", "\n\x01\x7f", "\u2028", "𝒳"])
lists = (
    st.lists(line, max_size=4).map(lambda lines: json.dumps(lines, ensure_ascii=False))
    | st.sampled_from(["[" * 2000 + "]" * 2000, '["a", ' + "[" * 9000 + "]" * 9001, '["\\ud800"]', '["a", "\\ud800b"]'])
    | st.sampled_from(
        [
            "",
            "[",
            '["a"',
            '["a","b"]',
            '["a", 3]',
            "[1, 2]",
            '["\\u00e9"]',
            "{}",
            "null",
            '"a"',
            '["a"] ',
            '["a", ["b"]]',
        ]
    )
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
    except (ValueError, RecursionError):
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


@pytest.mark.parametrize("ids", ["999999", "1.5", "1,x", "1,", "1, 2"])
def test_no_list_is_renumbered_to_other_blocks(tmp_path, ids):
    seen = list(sectioned(*range(9)))
    path = write(tmp_path / "x.db", seen)
    compact(path)
    damage(path, "UPDATE change_rows SET sections = ? WHERE id = 1", ids)
    with closing(open_file(path).conn) as connection:
        db, was = WrittenFile(connection), connection.execute("SELECT id, sections FROM change_rows").fetchall()
        with pytest.raises(StoreError, match="fsck --repair"), db.atomic():
            renumber_lists(db, {number: number + 1 for number in range(1, 100)})
        assert connection.execute("SELECT id, sections FROM change_rows").fetchall() == was
        repair(db, findings(path))
    assert damages(path) == []
    compact(path)


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
