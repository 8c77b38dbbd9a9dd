"""Where an archive's limits stand, for every process of this machine and across runs: one small SQLite file.

It is in POLICYLAPSE_STATE (default ~/.local/state/policylapse), beside no database of anybody's: the archive counts
by IP address, not by project. Each call is one short transaction under SQLite's lock.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from crawler.archives.dialects import Budget
from crawler.archives.errors import ConfigError
from crawler.archives.limits import Pause, next_slot

_SCHEMA = """
CREATE TABLE IF NOT EXISTS slots (archive TEXT, endpoint TEXT, free_at REAL, PRIMARY KEY (archive, endpoint));
CREATE TABLE IF NOT EXISTS pauses (archive TEXT PRIMARY KEY, not_before REAL, strikes INTEGER, reason TEXT);
"""
_BUSY_SECONDS = 30.0


class LimitsFile:
    """Reserves requests and keeps pauses.

    :param folder: made where it is not there.
    :raises ConfigError: it cannot be made or written; says which setting names another.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "limits.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            self._db.execute("PRAGMA synchronous = OFF")  # worth no disk write each: a power cut takes longer
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(
                f"cannot keep the archives' limits in {folder} ({error}): name another folder by POLICYLAPSE_STATE"
            ) from None

    def close(self) -> None:
        self._db.close()

    def pause(self, archive: str) -> Pause:
        """Return the pause that an archive is in, or was last in."""
        row = self._db.execute("SELECT not_before, strikes, reason FROM pauses WHERE archive = ?", [archive]).fetchone()
        return Pause(*row) if row else Pause()

    def change_pause(self, archive: str, change: Callable[[Pause], Pause]) -> Pause:
        """Replace an archive's pause by what `change` makes of it; return the new one."""
        with _Immediate(self._db):
            pause = change(self.pause(archive))
            self._db.execute(
                "INSERT OR REPLACE INTO pauses VALUES (?, ?, ?, ?)",
                [archive, pause.not_before, pause.strikes, pause.reason],
            )
        return pause

    def reserve(self, archive: str, endpoint: str, now: float, budget: Budget | None) -> float:
        """Take the next slot of an endpoint, from now on nobody else's; return its Unix time."""
        if budget is None:
            return now
        with _Immediate(self._db):
            row = self._db.execute(
                "SELECT free_at FROM slots WHERE archive = ? AND endpoint = ?", [archive, endpoint]
            ).fetchone()
            at, free_at = next_slot(row[0] if row else 0.0, now, budget)
            self._db.execute("INSERT OR REPLACE INTO slots VALUES (?, ?, ?)", [archive, endpoint, free_at])
        return at


class _Immediate:
    """A transaction that takes the write lock before it reads."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self._db.execute("ROLLBACK" if kind else "COMMIT")
