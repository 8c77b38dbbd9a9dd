"""Opening for reading: what is refused, and that nothing is ever written."""

import os
import sqlite3

import pytest

from crawler.archives.errors import StoreError
from history.database import open_database
from pipelines.store.check import MIGRATIONS
from pipelines.store.schema.migrations import migrations


def refusal(path):
    with pytest.raises(StoreError) as raised:
        open_database(path)
    return str(raised.value)


def test_readers_know_every_migration_of_the_writer():
    assert {migration.name for migration in migrations._migrations} == MIGRATIONS


def test_a_missing_file(tmp_path):
    path = tmp_path / "none.db"
    assert refusal(path) == (
        f"no database at {path}: crawl first (`policylapse crawl --help` shows how), or name one with --db"
    )
    assert not path.exists()


def test_a_folder(tmp_path):
    assert refusal(tmp_path) == f"{tmp_path} is a folder: name the database file in it with --db"


def test_a_file_of_another_kind(tmp_path):
    path = tmp_path / "text.db"
    path.write_text("no database, but long enough to be looked into " * 30)
    assert refusal(path) == f"{path} is not a SQLite database: name another file with --db"


@pytest.mark.parametrize(
    ("statement", "what"), [("", "is empty"), ("CREATE TABLE t (a)", "is a database of another program")]
)
def test_another_programs_database(tmp_path, statement, what):
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute(statement or "PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    assert refusal(path).startswith(f"{path} {what}: ")


def test_an_older_programs_database(history_db):
    history_db.db.execute("DELETE FROM _sqlite_migrations WHERE name = (SELECT max(name) FROM _sqlite_migrations)")
    history_db.db.conn.commit()
    told = refusal(history_db.path)
    assert (
        f"was written by an older policylapse: bring it up to date first (`policylapse fsck --repair --db {history_db.path}"
        in told
    )


def test_a_newer_programs_database(history_db):
    history_db.policy("https://a.example/privacy")
    history_db.db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('policylapse', 'm999_later', '')"
    )
    history_db.db.conn.commit()
    assert "was written by a newer policylapse: upgrade this one" in refusal(history_db.path)


def test_a_damaged_database(history_db):
    path = history_db.policy("https://a.example/privacy")
    history_db.db.conn.close()
    path.write_bytes(path.read_bytes()[:100] + b"\x00" * 5000)
    assert "name another" in refusal(path)


def test_nothing_can_be_written(history_db):
    connection = open_database(history_db.policy("https://a.example/privacy"))
    for statement in ("DELETE FROM sites", "CREATE TABLE t (a)"):
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("name", ["a b.db", "50%.db", "what?.db", "a#b.db"])
def test_any_file_name(history_db, tmp_path, name):
    path = history_db.policy("https://a.example/privacy").rename(tmp_path / name)
    connection = open_database(path)
    assert connection.execute("SELECT site FROM sites").fetchone()["site"] == "a.example"
    connection.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(history_db):
    path = history_db.policy("https://a.example/privacy")
    history_db.db.execute("PRAGMA journal_mode = WAL")
    history_db.db.conn.close()
    path.parent.chmod(0o500)
    try:
        open_database(path).close()
    finally:
        path.parent.chmod(0o700)
