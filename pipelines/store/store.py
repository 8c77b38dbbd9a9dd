"""The one SQLite file: its only writer. Kill -9 at any moment loses nothing that was kept.

    policies.named ─► listings.put ─► captures.keep (raw first) ─► readings.put ─► versions.fold
                           │                                            ▲
                           └── captures.of, held_digests ─► choose ── readings.unread (kept, not yet read: after a kill)

A shelf a part of it: each owns its tables, and a method of a shelf that writes is one transaction. Readers open the file
read-only (history/database.py) and never block the writer (WAL). `together` puts many of them into one (together.py).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from pipelines.store.shelves.captures import CaptureShelf
from pipelines.store.shelves.copies import CopyShelf
from pipelines.store.shelves.declarations import DeclarationShelf
from pipelines.store.shelves.discoveries import DiscoveryShelf
from pipelines.store.shelves.found import FoundShelf
from pipelines.store.shelves.listings import ListingShelf
from pipelines.store.shelves.payloads import PayloadShelf
from pipelines.store.shelves.policies import PolicyShelf
from pipelines.store.shelves.readings import ReadingShelf
from pipelines.store.shelves.runs import RunShelf
from pipelines.store.shelves.versions import VersionShelf
from pipelines.store.together import Together
from pipelines.store.transactions import OpenFile


class Store:
    """The database of one crawl, and its shelves.

    :param path: the file; made, with its schema, where it is not there.
    :param clock: tells the time, for `fetched_at` and the like; injectable.
    :raises StoreError: not our file, or it cannot be written; says what to do.
    """

    def __init__(self, path: str | Path, clock: Callable[[], datetime]) -> None:
        self.file = file = OpenFile(path, clock)
        self.db = file.db
        self.runs = RunShelf(file)
        self.policies = PolicyShelf(file)
        self.declarations = DeclarationShelf(file)
        self.discoveries = DiscoveryShelf(file, self.policies)
        self.listings = ListingShelf(file)
        self.payloads = PayloadShelf(file.db)
        file.after_rollback.append(self.payloads.forget_bases)
        self.captures = CaptureShelf(file, self.payloads, self.policies, self.runs)
        self.readings = ReadingShelf(file, self.declarations, self.policies)
        self.copies = CopyShelf(file, self.payloads, self.policies, self.readings)
        self.versions = VersionShelf(file, self.readings, self.declarations)
        self.found = FoundShelf(file, self.runs)
        self.together = Together(file)

    def close(self) -> None:
        self.db.conn.close()

    def transaction(self) -> AbstractContextManager[None]:
        """One unit of work over several shelves; database errors become StoreError (a full disk says so)."""
        return self.file.transaction()
