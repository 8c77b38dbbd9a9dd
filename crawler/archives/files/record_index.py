"""Which records a WARC or ARC archive has, and where: an index that lies on disk, so that memory stays the same.

    add(record) … ready() ──► of_url, nearest, below, records: in the order of key, time, URL
                              named, alike: what revisits refer to (crawler.archives.files.revisits)

A private temporary database of SQLite holds it (sqlite.org/inmemorydb.html, "Temporary Databases"): a small one never leaves
memory, a large one is a file in TMPDIR which nobody sees and which is gone with the process, however that ends. It costs
about 0.5 kB a record.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from crawler.archives.capture import REVISIT_MIMETYPE, Capture
from crawler.archives.files.records import Place
from crawler.archives.timestamps import parse_timestamp

_AT_ONCE: Final = 500  # rows that are written, or read, together
_TABLE: Final = """
CREATE TABLE records (
  urlkey TEXT, timestamp TEXT, original TEXT, mimetype TEXT, statuscode TEXT, digest TEXT, length TEXT,
  file INTEGER, offset INTEGER, position INTEGER, size INTEGER, block INTEGER,
  refers_url TEXT, refers_date TEXT, refers_id TEXT, not_modified INTEGER, record_id TEXT, noted INTEGER)
"""
_COLUMNS: Final = 18
_ORDER: Final = "ORDER BY urlkey, timestamp, original, rowid"
_OLDEST: Final = "ORDER BY timestamp, urlkey, original, rowid LIMIT 1"


@dataclass(frozen=True, slots=True)
class Refers:
    """What a revisit says of the record that it repeats; "" where it says nothing."""

    url: str = ""
    date: str = ""
    record_id: str = ""
    not_modified: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A capture, the file that has it, and where it lies in it.

    :param noted: what whoever asked for it saw in the page (WarcArchive's `look`), None where nobody looked.
    """

    capture: Capture
    path: Path
    place: Place
    refers: Refers = field(default_factory=Refers)
    record_id: str = ""
    noted: bool | None = None

    @property
    def is_revisit(self) -> bool:
        return self.capture.mimetype == REVISIT_MIMETYPE


class RecordIndex:
    """The records of one archive. Written by one thread, then read by any."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._lock = threading.Lock()
        self._db.execute("PRAGMA journal_mode = OFF")  # nothing of it is worth a roll back
        self._db.execute(_TABLE)
        self._db.execute("BEGIN")
        self._waiting: list[Sequence[Any]] = []
        self._files: list[Path] = []
        self._numbers: dict[Path, int] = {}
        self._knows_originals = False

    def add(self, record: Record) -> None:
        """Take in a record.

        :raises ValueError, OverflowError, sqlite3.Error: a field is nothing that can be stored.
        """
        c, place, refers = record.capture, record.place, record.refers
        if record.path not in self._numbers:
            self._numbers[record.path] = len(self._files)
            self._files.append(record.path)
        row = (c.urlkey, c.timestamp, c.original, c.mimetype, c.statuscode, c.digest, c.length)
        where = (self._numbers[record.path], place.offset, place.position, place.length, place.block)
        says = (refers.url, refers.date, refers.record_id, refers.not_modified, record.record_id, record.noted)
        self._waiting.append(row + where + says)
        if len(self._waiting) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        self._db.executemany(f"INSERT INTO records VALUES ({', '.join('?' * _COLUMNS)})", self._waiting)
        self._waiting.clear()

    def clear(self) -> None:
        """Drop what was taken in."""
        self._waiting.clear()
        self._db.execute("DELETE FROM records")

    def ready(self) -> None:
        """End writing."""
        self.flush()
        self._db.execute("CREATE INDEX by_key ON records (urlkey, timestamp, original)")
        self._db.execute("COMMIT")

    def records(self) -> Iterator[Record]:
        """Yield every record, by key, then time."""
        return self._some("", ())

    def of_url(
        self, urlkey: str, since: str = "", until: str = "", start: int = 0, limit: int = -1
    ) -> Iterator[Record]:
        """Yield the records of a key in time order.

        :param since: first timestamp, as many digits as are known; `until` the last one. :param start: records to leave out.
        """
        wanted = "WHERE urlkey = ? AND timestamp >= ? AND (? = '' OR timestamp <= ?)"
        return self._some(wanted, (urlkey, since, until, until), limit=f"LIMIT {limit:d} OFFSET {start:d}")

    def below(self, host: str) -> Iterator[Record]:
        """Yield the records of a host, as keys have it ("com,example"), and of those below it."""
        wanted = "WHERE urlkey >= ? || ')' AND urlkey < ? || '*' OR urlkey >= ? || ',' AND urlkey < ? || '-'"
        return self._some(wanted, (host,) * 4)

    def at(self, urlkey: str, timestamp: str) -> list[Record]:
        """Return the records of a key and second."""
        return list(self._some("WHERE urlkey = ? AND timestamp = ?", (urlkey, timestamp)))

    def around(self, urlkey: str, timestamp: str) -> list[Record]:
        """Return the last record of a key before a time and the first one behind it, where there are such."""
        before = self._some(
            "WHERE urlkey = ? AND timestamp < ?",
            (urlkey, timestamp),
            "ORDER BY timestamp DESC, original DESC, rowid DESC",
            "LIMIT 1",
        )
        after = self._some("WHERE urlkey = ? AND timestamp >= ?", (urlkey, timestamp), limit="LIMIT 1")
        return [*before, *after]

    def noted(self) -> Iterator[tuple[str, int]]:
        """Yield the URLs whose newest page that was looked at was noted, each with the captures of its key."""
        rows = self._rows(
            "SELECT original, (SELECT count(*) FROM records a WHERE a.urlkey = r.urlkey) FROM records r WHERE noted "
            "AND NOT EXISTS (SELECT 1 FROM records l WHERE l.urlkey = r.urlkey AND l.noted IS NOT NULL "
            f"AND (l.timestamp, l.original, l.rowid) > (r.timestamp, r.original, r.rowid)) {_ORDER}",
            (),
        )
        yield from rows

    # what revisits refer to

    def named(self, record_id: str) -> Record | None:
        """Return the record of an id, the oldest of several."""
        self._know_originals()
        return next(self._some("WHERE record_id = ?", (record_id,), _OLDEST), None)

    def alike(self, digest: str, urlkey: str = "") -> Record | None:
        """Return the oldest record of a digest that is no revisit.

        :param urlkey: of this key only, "" for any.
        """
        self._know_originals()
        wanted = "WHERE digest = ? AND mimetype <> ?"
        values: tuple[str, ...] = (digest, REVISIT_MIMETYPE)
        if urlkey:
            wanted, values = f"{wanted} AND urlkey = ?", (*values, urlkey)
        return next(self._some(wanted, values, _OLDEST), None)

    def newest_before(self, urlkey: str, timestamp: str) -> Record | None:
        """Return the last page of a key before a time: no revisit, no error."""
        wanted = "WHERE urlkey = ? AND timestamp < ? AND mimetype <> ? AND statuscode IN ('200', '-')"
        values = (urlkey, timestamp, REVISIT_MIMETYPE)
        return next(self._some(wanted, values, "ORDER BY timestamp DESC, original DESC, rowid DESC LIMIT 1"), None)

    def _know_originals(self) -> None:
        """Index what revisits refer to, for the first that asks: most archives have none."""
        with self._lock:
            if not self._knows_originals:
                self._db.execute("CREATE INDEX by_id ON records (record_id)")
                self._db.execute("CREATE INDEX by_digest ON records (digest, urlkey)")
                self._knows_originals = True

    def _some(self, wanted: str, values: Sequence[Any], order: str = _ORDER, limit: str = "") -> Iterator[Record]:
        for row in self._rows(f"SELECT * FROM records {wanted} {order} {limit}", values):
            yield self._record(row)

    def _rows(self, question: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        with self._lock:
            found = self._db.execute(question, values)
        while True:
            with self._lock:
                some = found.fetchmany(_AT_ONCE)
            if not some:
                return
            yield from some

    def _record(self, row: tuple[Any, ...]) -> Record:
        capture = Capture(row[0], row[1], row[2], row[3], row[4], row[5], row[6], parse_timestamp(row[1]))
        refers = Refers(row[12], row[13], row[14], bool(row[15]))
        noted = None if row[17] is None else bool(row[17])
        return Record(capture, self._files[row[7]], Place(*row[8:12]), refers, row[16], noted)
