"""The file itself: opened or made, marked as ours, brought to the present schema; anything else is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from crawler.archives.errors import StoreError
from pipelines.store.check import check_file
from pipelines.store.plain_schema import store_plainly
from pipelines.store.schema.migrations import migrations

# After a reader that held an old state of the file has left, the WAL is cut to this at the next write that begins it
# anew; while it reads, nothing can be overwritten, and the WAL grows.
WAL_BYTES = 16_000_000
# SQLite's own 4,096 bytes leave most of a small file empty: each of 80 tables and indexes has a page of its own at least.
# A file of 536 captures has 582 kB with them, 337 kB with these.
PAGE_BYTES = 1024
_BUSY_SECONDS = 30.0  # how long a write waits for another process's


class WrittenFile(Database):  # type: ignore[misc]
    """A database that is written: each transaction takes the lock for writing at its start.

    One that begins by reading, as sqlite-utils' would, cannot wait when it comes to write: SQLite answers "database is
    locked" at once, whatever the timeout, also where only a reader holds that lock for a moment (a reader that meets the
    head of the WAL half written takes it to look again).
    """

    @contextmanager
    def atomic(self) -> Iterator[Self]:
        """One unit of work; within another, a savepoint of it."""
        if self.conn.in_transaction:
            with super().atomic():
                yield self
            return
        self.conn.execute("BEGIN IMMEDIATE")
        try:
            yield self
            self.conn.execute("COMMIT")
        except BaseException:
            self.rollback()
            raise


def open_file(path: Path) -> WrittenFile:
    """Open or make the file; refuse what is not ours, and what a newer program wrote."""
    if path.is_dir():
        raise StoreError(f"{path} is a folder; name a file with --db")
    fresh = not path.exists() or path.stat().st_size == 0
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS)
    try:
        if not fresh and not _is_blank(connection):
            check_file(connection, path)
        if fresh:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # before the file has its first page
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
        db = WrittenFile(connection)
        known = _migrations(connection)
        migrations.apply(db)  # without foreign keys, as tables that others refer to are replaced; it checks them itself
        if _migrations(connection) != known:
            store_plainly(db, all_ours=not known)
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return db


def _is_blank(connection: sqlite3.Connection) -> bool:
    """Tell whether a run was killed while it made the file: the schema and our mark on it are one transaction."""
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    except sqlite3.DatabaseError:
        return False
    return tables <= {"_sqlite_migrations"}


def _migrations(connection: sqlite3.Connection) -> int:
    """How many are applied."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = '_sqlite_migrations'").fetchone() is None:
        return 0
    (applied,) = connection.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()
    return int(applied)


def insert(db: Database, table: str, **columns: Any) -> int:
    """Insert a row; return its id."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    cursor = db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(columns.values()))
    return int(cursor.lastrowid or 0)
