"""Store claims: of all versions when somebody asks, and of new versions after each command that adds some."""

from __future__ import annotations

import sqlite3
from concurrent.futures import BrokenExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from cli.output import note
from crawler.archives.errors import PolicylapseError, StoreError
from crawler.lock import CrawlLock


def store_all_claims(db: Path, processes: int) -> tuple[int, int]:
    """Store what every version claims; return how many texts were read, and how many claims they make.

    :raises StoreError: the database cannot be written, or a process was killed. :raises ConfigError: another program writes into it.
    """
    # here, so that other commands need not load the writer's half
    from pipelines.upkeep.claims import store_claims  # noqa: PLC0415

    console = Console(stderr=True)
    try:
        with CrawlLock(db), Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("claims", total=None)
            stored = store_claims(db, processes, lambda done, of: bar.update(task, completed=done, total=of))
    except sqlite3.Error as error:
        raise StoreError(f"cannot store claims in {db}: {error}. The same command again goes on") from error
    except BrokenExecutor as error:  # killed, mostly for want of memory
        raise StoreError(
            f"a process that read the claims of {db} was killed. Run `policylapse claims --store --processes 1`: it goes on "
            "with one process"
        ) from error
    return stored.texts, stored.claims


def keep_stored_claims(db: Path, processes: int = 0) -> None:
    """Bring the claims of a database up to date that stores them. The caller has written, and let go of the crawl lock.

    What goes wrong is told and ends nothing: readers compute what is not stored.
    """
    from pipelines.upkeep.claims import stores_claims  # noqa: PLC0415

    try:
        if stores_claims(db):
            store_all_claims(db, processes)
    except (PolicylapseError, sqlite3.Error) as error:
        note(
            f"note: the stored claims are not up to date: {error}. Run `policylapse claims --store`: it stores the rest"
        )
