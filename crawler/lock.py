"""No two crawls into one database: a lock that dies with its process, with a note of who holds it and since when.

    CrawlLock(database) ──► DATABASE-lock, DATABASE-owner ──release──► neither is left behind
    holder(database) ──► who holds it now, without taking it
    only_one(database, "save") ──► DATABASE-save-lock: one process of that name, beside a crawl

Whoever releases the lock removes its file first. Another process may have that file open and wait for it. It would then
hold a lock that nobody else sees, so it looks whether its file is still the one at that path, and begins anew if not.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import format_iso, parse_iso

if TYPE_CHECKING:
    from typing import Self


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes into a database, and since when."""

    pid: int
    since: datetime


class CrawlLock:
    """Held from the making to `release` or the end of its `with`, or to the end of the process, however it ends.

    :param database: the file that is to be written.
    :param wait: seconds to wait for another process to release it.
    :raises ConfigError: another process holds it; says which, and for how long.
    """

    def __init__(self, database: Path, now: datetime | None = None, wait: float = 0.0) -> None:
        self._owner, self._lock = _owner(database), _PassingLock(Path(f"{database}-lock"))
        now = now or datetime.now(UTC)
        try:
            self._lock.acquire(wait)
        except Timeout:
            raise ConfigError(
                f"another crawl writes into {database}{self._who(database, now)}; run this one when it is done"
            ) from None
        except OSError as error:
            raise _cannot_lock(database, error) from None
        try:
            self._owner.write_text(json.dumps({"pid": os.getpid(), "since": format_iso(now)}), encoding="utf-8")
        except OSError as error:
            self.release()
            raise _cannot_lock(database, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()

    def release(self) -> None:
        with contextlib.suppress(OSError):
            self._owner.unlink()
        self._lock.release()

    def _who(self, database: Path, now: datetime) -> str:
        found = _noted(database)
        return f" (process {found.pid}, for {(now - found.since).total_seconds() / 60:.0f} minutes)" if found else ""


class _PassingLock:
    """A lock whose file is there only while somebody holds it, or waits for it."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, FileLock(path)

    def acquire(self, wait: float = 0.0) -> None:
        """Take it within so many seconds. :raises Timeout: another process holds it."""
        end = time.monotonic() + wait
        while True:
            ours = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)  # open, so that its number is not given again
            try:
                self._lock.acquire(timeout=max(0.0, end - time.monotonic()))
                if _is_at(self._path, ours):
                    return
                self._lock.release()
            finally:
                os.close(ours)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()

    def release(self) -> None:
        with contextlib.suppress(OSError):  # Windows removes no file that is open
            self._path.unlink()
        self._lock.release()


@contextmanager
def only_one(database: Path, name: str) -> Iterator[None]:
    """Let one process of this name work on a database, whether a crawl writes to it or not.

    :raises ConfigError: another one is at work, or the folder cannot be written to.
    """
    lock = _PassingLock(Path(f"{database}-{name}-lock"))
    try:
        lock.acquire()
    except Timeout:
        raise ConfigError(f"another {name} works on {database}. Run this one when it is done.") from None
    except OSError as error:
        raise _cannot_lock(database, error) from None
    try:
        yield
    finally:
        lock.release()


def _cannot_lock(database: Path, error: OSError) -> ConfigError:
    return ConfigError(f"cannot lock {database}: {error.strerror or error}; name another file with --db")


def holder(database: Path) -> Holder | None:
    """Return who writes into a database now; None where nobody does, or who did was killed."""
    found = _noted(database)
    if found is None:
        return None
    try:
        os.kill(found.pid, 0)
    except PermissionError:  # another person's process
        return found
    except (OSError, OverflowError):
        return None
    return found


def _owner(database: Path) -> Path:
    return Path(f"{database}-owner")


def _noted(database: Path) -> Holder | None:
    try:
        owner = json.loads(_owner(database).read_text(encoding="utf-8"))
        found = Holder(int(owner["pid"]), parse_iso(owner["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.pid > 0 else None  # 0 and less are groups of processes


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
