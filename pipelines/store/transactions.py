"""The open file as the shelves share it: its connection, its clock, its transactions.

A shelf's method that writes is one transaction; within another's, it is a part of that.

Shelves remember ids of rows that nearly every capture needs (a kind, an extractor, a page's links). What is remembered is
true within a transaction: it is forgotten where one was rolled back, and where another connection has written meanwhile.
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
from pipelines.store.tables.at_hand import AtHand

_REMEMBERED = 1_000  # of one kind; then it begins anew: half a megabyte


class OpenFile:
    """A database, opened for writing; made, with its schema, where it is not there.

    :param clock: tells the time, for `fetched_at` and the like; injectable.
    :raises StoreError: not our file, or it cannot be written; says what to do.
    """

    def __init__(self, path: str | Path, clock: Callable[[], datetime]) -> None:
        self.path, self.clock = Path(path), clock
        self.finder = NOBODY  # until a run begins
        self.after_rollback: list[Callable[[], None]] = []  # shelves that remember what they wrote
        self._memories: list[AtHand[Any, Any]] = []
        self._seen = -1  # PRAGMA data_version when they were last known to be true
        try:
            self.db = open_file(self.path)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"cannot open the database {self.path}: {error}") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One unit of work; database errors become StoreError (a full disk says so).

        Within another it is a part of that, without a savepoint of its own: what fails in it fails with the whole.
        """
        if self.db.conn.in_transaction:
            yield
            return
        try:
            with self.db.atomic():
                self._forget_what_changed()
                yield
        except BaseException as error:
            self._forget()
            for forget in self.after_rollback:
                forget()
            if isinstance(error, sqlite3.Error):
                told = f"cannot write to {self.path}: {error}. What was stored before is safe."
                raise StoreError(told) from error
            raise

    def memory(self, most: int = _REMEMBERED) -> AtHand[Any, Any]:
        """Return a place for what a shelf remembers of the file, to be used within transactions.

        :param most: rows that it holds.
        """
        self._memories.append(AtHand(most))
        return self._memories[-1]

    def _forget_what_changed(self) -> None:
        (now,) = self.db.conn.execute("PRAGMA data_version").fetchone()  # of other connections' writes
        if now != self._seen:
            self._forget()
            self._seen = now

    def _forget(self) -> None:
        for memory in self._memories:
            memory.clear()

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
