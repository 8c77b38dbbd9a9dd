"""No two crawls into one database: a lock that dies with its process, with a note of who holds it and since when."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import format_iso, parse_iso


class CrawlLock:
    """Held from the making to `release`, or to the end of the process, however it ends.

    :param database: the file that is to be written.
    :param wait: seconds to wait for another process to release it.
    :raises ConfigError: another process holds it; says which, and for how long.
    """

    def __init__(self, database: Path, now: datetime | None = None, wait: float = 0.0) -> None:
        self._owner = Path(f"{database}-owner")
        self._lock = FileLock(f"{database}-lock")
        now = now or datetime.now(UTC)
        try:
            self._lock.acquire(timeout=wait)
            self._owner.write_text(json.dumps({"pid": os.getpid(), "since": format_iso(now)}), encoding="utf-8")
        except Timeout:
            raise ConfigError(
                f"another crawl writes into {database}{self._who(now)}; run this one when it is done"
            ) from None
        except OSError as error:
            raise ConfigError(
                f"cannot lock {database}: {error.strerror or error}; name another file with --db"
            ) from None

    def release(self) -> None:
        self._owner.unlink(missing_ok=True)
        self._lock.release()

    def _who(self, now: datetime) -> str:
        try:
            owner = json.loads(self._owner.read_text(encoding="utf-8"))
            minutes = (now - parse_iso(owner["since"])).total_seconds() / 60
            return f" (process {int(owner['pid'])}, for {minutes:.0f} minutes)"
        except (OSError, ValueError, KeyError, TypeError):
            return ""
