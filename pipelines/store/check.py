"""Whose file a database is: ours, another program's, or a newer program's. Writer and readers ask before all else.

Only sqlite3 here, so that reading loads no more.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from crawler.archives.errors import StoreError

APPLICATION_ID = 0x706C6170  # "plap": PRAGMA application_id of a policylapse file
MIGRATIONS = frozenset(
    {
        "m001_initial",
        "m002_reading",
        "m003_certainty",
        "m004_tombstones",
        "m005_small",
        "m006_discovery",
        "m007_reading_side",
        "m008_declarations",
        "m009_superseded",
        "m011_parts",
        "m012_tables",
        "m014_found",
        "m015_ledgers",
        "m016_not_needed",
        "m017_long_runs",
        "m018_annotations",
        "m019_packed_blocks",
        "m020_claims",
        "m021_boxes",
        "m022_kinds",
        "m023_kept_once",
    }
)  # those this program knows; a test holds it against schema/migrations.py


def check_file(connection: sqlite3.Connection, path: Path) -> None:
    """Return if a file is a policylapse database that this program knows.

    :raises StoreError: it is not SQLite, empty, another program's, or a newer program's; its text says what to do.
    """
    try:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise StoreError(f"{path} is not a SQLite database: name another file with --db") from None
        raise StoreError(f"cannot read the database {path}: {error}; try again, or name another with --db") from None
    if application_id != APPLICATION_ID:
        if not tables:
            raise StoreError(
                f"{path} is empty: crawl into it first (`policylapse crawl --help`), or name another with --db"
            )
        raise StoreError(f"{path} is a database of another program: name another file with --db")
    applied = {name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations")}
    if applied - MIGRATIONS:
        raise StoreError(f"{path} was written by a newer policylapse: upgrade this one, or name another file with --db")
