"""The store, opened for reading: never written to, never in the way of a crawl that is running.

open_database(path) ──► sqlite3.Connection (read-only, rows by name)
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from crawler.archives.errors import StoreError
from pipelines.model import APPLICATION_ID, MIGRATIONS, Block, BlockKind

_BUSY_SECONDS = 10.0  # readers of a WAL file wait only for its recovery


def open_database(path: str | Path) -> sqlite3.Connection:
    """Return a read-only connection to a policylapse database; rows are sqlite3.Row.

    :raises StoreError: there is no such file, it is not SQLite, another program's, or a newer program's; its text
        says what to do.
    """
    path = Path(path)
    if path.is_dir():
        raise StoreError(f"{path} is a folder: name the database file in it with --db")
    if not path.exists():
        raise StoreError(
            f"no database at {path}: crawl first (policylapse crawl --url https://example.com/privacy --db {path}), "
            "or name one with --db"
        )
    try:
        connection = _connect(path)
    except sqlite3.Error as error:
        raise StoreError(f"cannot read the database {path}: {error}; name another with --db") from error
    try:
        _check(connection, path)
    except BaseException:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode=ro"
    if not os.access(path.resolve().parent, os.W_OK) and not Path(f"{path}-wal").exists():
        uri += "&immutable=1"  # a WAL file in a folder where its index cannot be made: nobody can be writing
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    try:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise StoreError(f"{path} is not a SQLite database: name another file with --db") from None
        raise StoreError(f"cannot read the database {path}: {error}; try again, or name another with --db") from None
    if application_id != APPLICATION_ID:
        what = "is empty" if not tables else "is a database of another program"
        raise StoreError(f"{path} {what}: crawl into it first (policylapse crawl), or name another file with --db")
    applied = {name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations")}
    if applied - MIGRATIONS:
        raise StoreError(f"{path} was written by a newer policylapse: upgrade this one, or name another file with --db")


def text_blocks(db: sqlite3.Connection, text_id: int) -> tuple[Block, ...]:
    """Return the blocks of a text, in order."""
    rows = db.execute(
        "SELECT b.kind, b.level, b.markdown FROM text_blocks tb JOIN blocks b ON b.id = tb.block_id "
        "WHERE tb.text_id = ? ORDER BY tb.position",
        [text_id],
    )
    return tuple(Block(BlockKind(row["kind"]), row["level"], row["markdown"]) for row in rows)
