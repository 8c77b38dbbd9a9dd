"""A ledger: tables of its own in one database, opened by itself, beside whoever else writes there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.archives.errors import StoreError
from pipelines.store.file import open_file


class OwnFile:
    """One database, open for a ledger.

    :raises StoreError: it cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = open_file(path)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"cannot open the database {path}: {error}") from error

    def close(self) -> None:
        self._db.conn.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._db.atomic():
                yield
        except sqlite3.Error as error:
            raise StoreError(f"cannot write to {self._path}: {error}. What was noted before is safe.") from error
