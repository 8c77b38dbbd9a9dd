"""Where an archive's limits stand, for every process of this machine and across runs: one small SQLite file.

It is in POLICYLAPSE_STATE (default ~/.local/state/policylapse), beside no database of anybody's: the archive counts
by IP address, not by project. Each call is one short transaction under SQLite's lock. What the numbers mean is said in
crawler/asking/limits.py.

Without this file no request may leave, since nobody could know whether it may: where it cannot be written, or is not
the one that was opened any more, LimitsError ends the run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from crawler.archives.errors import ConfigError, LimitsError
from crawler.archives.table import Budget
from crawler.asking.limits import Pace, Pause, after_429, next_slot, of_that_burst, slowed, sound

_PAUSES = """CREATE TABLE IF NOT EXISTS pauses
    (archive TEXT PRIMARY KEY, not_before REAL, strikes INTEGER, reason TEXT, begun REAL)"""
_PACES = """CREATE TABLE IF NOT EXISTS paces
    (archive TEXT, endpoint TEXT, free_at REAL, seen REAL, since REAL, sent REAL, rate REAL, refused_at REAL,
     PRIMARY KEY (archive, endpoint))"""
_OF_AN_EARLIER_PROGRAM = ("DROP TABLE IF EXISTS slots", "ALTER TABLE pauses ADD COLUMN begun REAL")
_BUSY_SECONDS = 30.0
_PAUSE = "SELECT not_before, strikes, reason, begun FROM pauses WHERE archive = ?"
_PACE = "SELECT free_at, seen, since, sent, rate, refused_at FROM paces WHERE archive = ? AND endpoint = ?"


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept of one archive: its pause, and its pace by endpoint."""

    archive: str
    pause: Pause
    paces: dict[str, Pace]

    @classmethod
    def nothing(cls, archive: str) -> Stored:
        return cls(archive, Pause(), {})


class LimitsFile:
    """Reserves requests and keeps pauses.

    :param folder: made where it is not there.
    :raises ConfigError: it cannot be made or written; says which setting names another.

    Every method raises LimitsError where the file is lost or cannot be written any more.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "limits.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            self._db.execute("PRAGMA synchronous = OFF")  # worth no disk write each: a power cut takes longer
            self._make_schema()
            self._file = self._identity()
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(
                f"cannot keep the archives' limits in {folder} ({error}): name another folder by POLICYLAPSE_STATE"
            ) from None

    def _make_schema(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        for statement in (_PAUSES, _PACES):
            self._db.execute(statement)
        if "begun" not in {name for _, name, *_ in self._db.execute("PRAGMA table_info(pauses)")}:
            for statement in _OF_AN_EARLIER_PROGRAM:
                self._db.execute(statement)
        self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()

    def pause(self, archive: str, now: float) -> Pause:
        """Return the pause that an archive is in, or was last in."""
        with self._sure():
            held = self._held(archive)
        pause = sound(held, now)
        return self._change(archive, now, lambda pause: pause) if pause != held else pause

    def too_many(
        self, archive: str, endpoint: str, now: float, retry_after: float | None, sent_at: float
    ) -> tuple[Pause, Pause]:
        """Begin a pause after a 429, and slow the endpoint down for what comes after it; return (before, after)."""
        with self._writing():
            held = sound(self._held(archive), now)
            pause = after_429(held, now, retry_after, sent_at)
            self._keep(archive, pause)
            if not of_that_burst(held, sent_at):
                self._keep_pace(archive, endpoint, slowed(self._pace(archive, endpoint), now, pause.not_before - now))
        return held, pause

    def change(self, archive: str, now: float, change: Callable[[Pause], Pause]) -> Pause:
        """Replace an archive's pause by what `change` makes of it, where that is another; return the new one."""
        held = self.pause(archive, now)
        return held if change(held) == held else self._change(archive, now, change)

    def _change(self, archive: str, now: float, change: Callable[[Pause], Pause]) -> Pause:
        with self._writing():
            pause = change(sound(self._held(archive), now))
            self._keep(archive, pause)
        return pause

    def reserve(self, archive: str, endpoint: str, now: float, budget: Budget | None) -> float:
        """Take the next slot of an endpoint, from now on nobody else's; return its Unix time."""
        with self._writing():
            at, pace = next_slot(self._pace(archive, endpoint), now, budget)
            self._keep_pace(archive, endpoint, pace)
        return at

    def stored(self, now: float) -> list[Stored]:
        """Return everything that is kept, by archive."""
        with self._sure():
            names = [name for (name,) in self._db.execute("SELECT archive FROM pauses UNION SELECT archive FROM paces")]
            endpoints = self._db.execute("SELECT archive, endpoint FROM paces ORDER BY 1, 2").fetchall()
            return [
                Stored(
                    name,
                    sound(self._held(name), now),
                    {endpoint: self._pace(name, endpoint) for owner, endpoint in endpoints if owner == name},
                )
                for name in sorted(names)
            ]

    def forget(self, archive: str) -> None:
        """Drop an archive's pause and paces."""
        with self._writing():
            for table in ("pauses", "paces"):
                self._db.execute(f"DELETE FROM {table} WHERE archive = ?", [archive])

    def _held(self, archive: str) -> Pause:
        row = self._db.execute(_PAUSE, [archive]).fetchone()
        return Pause(*row) if row else Pause()

    def _keep(self, archive: str, pause: Pause) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO pauses (archive, not_before, strikes, reason, begun) VALUES (?, ?, ?, ?, ?)",
            [archive, pause.not_before, pause.strikes, pause.reason, pause.begun],
        )

    def _pace(self, archive: str, endpoint: str) -> Pace:
        row = self._db.execute(_PACE, [archive, endpoint]).fetchone()
        return Pace(*row) if row else Pace()

    def _keep_pace(self, archive: str, endpoint: str, pace: Pace) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO paces VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [archive, endpoint, *astuple(pace)]
        )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction that takes the write lock before it reads."""
        with self._sure():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _sure(self) -> Iterator[None]:
        """What is read and written here is what the other processes read: else the run cannot go on."""
        try:
            if self._identity() != self._file:
                raise LimitsError(_lost(self.path, "another file has taken its place"))
            yield
        except (OSError, sqlite3.Error) as error:
            raise LimitsError(_lost(self.path, str(error))) from None

    def _identity(self) -> tuple[int, int]:
        found = self.path.stat()
        return found.st_dev, found.st_ino


def _lost(path: Path, why: str) -> str:
    return (
        f"cannot keep the archives' limits in {path} ({why}), and without them no request may leave; nothing was lost: "
        "make room, or name another folder by POLICYLAPSE_STATE, then run the same crawl again"
    )
