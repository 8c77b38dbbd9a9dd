"""New databases by copy: the migrations make the present schema once a process, which takes 160 ms, a copy of it 2 ms.

    migrations.apply(a new file) ──► the bytes of an empty database ──► into the file

Whatever has been written before, or is to stop before a migration, is migrated for real. Both the tests' own process
(tests/conftest.py) and the programs that it starts (tests/warm.py) make their databases so.
"""

import sqlite3
from contextlib import closing
from functools import cache

from sqlite_utils import Database

from pipelines.store.file import PAGE_BYTES
from pipelines.store.schema.migrations import migrations

_apply = migrations.apply


@cache
def _empty() -> bytes:
    made = Database(memory=True)
    made.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # as a file's with a WAL, which a copy cannot change
    _apply(made)
    with closing(made.conn):
        return made.conn.serialize()


def _apply_or_copy(db, **options):
    if options or db.table_names():
        _apply(db, **options)
        return
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.deserialize(_empty())
        empty.backup(db.conn)


def copy_new_databases() -> None:
    """Have `migrations.apply` copy from now on, and the first copy made."""
    _empty()
    migrations.apply = _apply_or_copy
