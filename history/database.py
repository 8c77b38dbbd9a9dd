"""The store, opened for reading: never written to, never in the way of a crawl that is running.

open_database(path) ──► sqlite3.Connection (read-only, rows by name)        reading(path): one state of it
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from crawler.archives.errors import StoreError
from pipelines.store.check import MIGRATIONS, check_file
from pipelines.store.load import one_state, readable_uri

_BUSY_SECONDS = 10.0  # readers of a WAL file wait only for its recovery


def open_database(path: str | Path) -> sqlite3.Connection:
    """Return a read-only connection to a policylapse database; rows are sqlite3.Row.

    :raises StoreError: there is no such file, it is not SQLite, another program's, or a newer program's; its text
        says what to do.
    """
    path = Path(path)
    connection = _opened(path)
    try:
        _check_age(connection, path)
    except BaseException:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def reading(path: str | Path) -> Iterator[sqlite3.Connection]:
    """One state of a database, opened for as long as a command reads it; raises as `open_database` does.

    A block has its id for that long: `compact` may number them anew.
    """
    with closing(open_database(path)) as db, one_state(db):
        yield db


# A JSON list of ids or names, in SQL for `execute_of`; left out where all are meant.
ONLY: Final = "IN (SELECT value FROM json_each(?1))"


def execute_of(db: sqlite3.Connection, sql: str, only: str | None) -> sqlite3.Cursor:
    """Ask of some sites or policies, from their rows on, or of all, in whatever order is best then.

    :param sql: names them by `ONLY`. :param only: their JSON list, None for all.
    """
    return db.execute(sql.replace(ONLY, "IS NOT NULL"), []) if only is None else db.execute(sql, [only])


def require_database(path: Path) -> None:
    """Refuse what is not there or not ours, before a command that writes: only a crawl makes a database.

    :raises StoreError: as of `open_database`, but for a database that an older program wrote.
    """
    _opened(path).close()


def _opened(path: Path) -> sqlite3.Connection:
    if path.is_dir():
        raise StoreError(f"{path} is a folder: name the database file in it with --db")
    if not path.exists():
        raise StoreError(
            f"no database at {path}: crawl first (`policylapse crawl --help` shows how), or name one with --db"
        )
    try:
        connection = _connect(path)
    except sqlite3.Error as error:
        raise StoreError(f"cannot read the database {path}: {error}; name another with --db") from error
    try:
        check_file(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_age(connection: sqlite3.Connection, path: Path) -> None:
    applied = {name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations")}
    if MIGRATIONS - applied:
        raise StoreError(
            f"{path} was written by an older policylapse: bring it up to date first (`policylapse fsck --repair --db {path}`; "
            "so does any crawl into it)"
        )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(readable_uri(path), uri=True, timeout=_BUSY_SECONDS)
    connection.execute("PRAGMA query_only = ON")
    return connection
