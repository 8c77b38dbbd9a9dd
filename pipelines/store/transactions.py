"""The open file as the shelves share it: its connection, its clock, its transactions.

A shelf's method that writes is one transaction; within another's, it is a part of that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.archives.errors import StoreError
from crawler.archives.timestamps import format_iso
from pipelines.store.file import open_file
from pipelines.store.shelves.found import NOBODY


class OpenFile:
    """A database, opened for writing; made, with its schema, where it is not there.

    :param clock: tells the time, for `fetched_at` and the like; injectable.
    :raises StoreError: not our file, or it cannot be written; says what to do.
    """

    def __init__(self, path: str | Path, clock: Callable[[], datetime]) -> None:
        self.path, self.clock = Path(path), clock
        self.finder = NOBODY  # until a run begins
        self.after_rollback: list[Callable[[], None]] = []  # shelves that remember what they wrote
        try:
            self.db = open_file(self.path)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"cannot open the database {self.path}: {error}") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One unit of work; database errors become StoreError (a full disk says so)."""
        try:
            with self.db.atomic():
                yield
        except BaseException as error:
            for forget in self.after_rollback:
                forget()
            if isinstance(error, sqlite3.Error):
                told = f"cannot write to {self.path}: {error}. What was stored before is safe."
                raise StoreError(told) from error
            raise

    def now(self) -> str:
        """Return the time, ISO 8601."""
        return format_iso(self.clock())

    def one(self, sql: str, *values: Any) -> tuple[Any, ...]:
        """Return the one row of a statement.

        :raises StoreError: there is none.
        """
        row = self.db.execute(sql, list(values)).fetchone()
        if row is None:
            raise StoreError(f"{self.path} lacks a row it should have: {sql} {values}")
        return tuple(row)
