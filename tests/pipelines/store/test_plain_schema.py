"""The stored schema has no comments: each statement means the same as before, old files get it, and others' stay theirs."""

import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from pipelines.store.file import open_file
from pipelines.store.plain_schema import plain
from pipelines.store.schema.migrations import migrations
from tests.databases.earlier import old_file

STATEMENTS = "SELECT type, name, sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY type, name"


def made_of(statements):
    """Columns, references and indexes of all that statements make, and how SQLite would run each view."""
    with closing(sqlite3.connect(":memory:")) as db:
        for name, sql in statements:
            if not name.startswith("blocks_fts_"):  # FTS5 makes its own
                db.execute(sql)
        made = {}
        for kind, name in db.execute("SELECT type, name FROM sqlite_schema").fetchall():
            pragmas = ("table_xinfo", "foreign_key_list", "index_list", "index_xinfo")
            made[kind, name] = [db.execute(f'PRAGMA {pragma}("{name}")').fetchall() for pragma in pragmas]
            if kind == "view":
                made[kind, name] += db.execute(f'EXPLAIN QUERY PLAN SELECT * FROM "{name}"').fetchall()
    return made


def statements():
    made = Database(memory=True)
    migrations.apply(made)
    with closing(made.conn):
        rows = made.execute(
            "SELECT name, sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY rowid"
        ).fetchall()
    return sorted(rows, key=lambda row: ("CREATE INDEX" in row[1]) + 2 * ("CREATE VIEW" in row[1]))


def test_each_statement_means_the_same_without_comments():
    commented = statements()
    plainly = [(name, plain(sql)) for name, sql in commented]
    assert made_of(plainly) == made_of(commented)
    assert not [
        sql for _name, sql in plainly if "--" in sql or "\n" in sql or "  " in sql.replace("'            '", "")
    ]
    assert sum(len(sql) for _name, sql in plainly) < 0.7 * sum(len(sql) for _name, sql in commented)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT '-- no  comment'  -- one", "SELECT '-- no  comment'"),
        ("SELECT 'it''s  -- x',\n  1", "SELECT 'it''s  -- x', 1"),
        ('SELECT "a  -- b" /* c */ FROM [d  e]', 'SELECT "a  -- b" FROM [d  e]'),
        ("SELECT 1 -- it's", "SELECT 1"),
        ("SELECT 1 /* ' */, '/* 2 */'", "SELECT 1 , '/* 2 */'"),
        ("SELECT 4 - -1", "SELECT 4 - -1"),
    ],
)
def test_strings_and_names_are_no_comments(sql, expected):
    assert plain(sql) == expected


def stored(path):
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return db.execute(STATEMENTS).fetchall()


def test_a_file_of_an_earlier_schema_becomes_the_same_as_a_new_one(tmp_path):
    old_file(tmp_path / "old.db", 1).conn.close()
    for name in ("old", "new"):
        open_file(tmp_path / f"{name}.db").conn.close()
    new = stored(tmp_path / "new.db")
    without_quotes = [
        [(kind, name, sql.replace('"', "")) for kind, name, sql in rows] for rows in (stored(tmp_path / "old.db"), new)
    ]
    assert without_quotes[0] == without_quotes[1]
    assert not [sql for _kind, _name, sql in new if "--" in sql]


def test_what_others_added_stays_as_they_wrote_it(tmp_path):
    path = tmp_path / "x.db"
    view = "CREATE VIEW mine AS  -- my own\n  SELECT id FROM sites"
    old_file(path, 1).conn.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(view)
        db.commit()
    open_file(path).conn.close()
    assert ("view", "mine", view) in stored(path)


def test_who_has_the_file_open_goes_on(tmp_path):
    path = tmp_path / "x.db"
    old_file(path, 1).conn.close()
    with closing(sqlite3.connect(path)) as reader:
        (before,) = reader.execute("SELECT count(*) FROM captures").fetchone()
        open_file(path).conn.close()
        assert reader.execute("SELECT count(*) FROM captures").fetchone() == (before,)
        assert reader.execute("SELECT markdown FROM blocks ORDER BY id").fetchall() == [
            ("We keep it 1.",),
            ("We keep it 2.",),
        ]
