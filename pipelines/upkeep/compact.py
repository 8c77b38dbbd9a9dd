"""The file made small: better bases for payloads, nothing that nobody needs, no free pages.

    each URL, oldest payload first ─► best base of many, strong zstd ─► unneeded rows go ─► texts packed
    ─► blocks numbered anew, words indexed ─► lists packed ─► short payloads boxed ─► VACUUM

Each URL is one transaction and VACUUM another, so that it may be killed anywhere and run again. VACUUM rather than
VACUUM INTO and a rename: whoever has the file open goes on reading it (WAL), and no stale WAL can meet a new file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crawler.archives.errors import StoreError
from pipelines.store.file import PAGE_BYTES, open_file
from pipelines.store.plain_schema import store_plainly
from pipelines.store.tables.block_words import index_blocks
from pipelines.upkeep.box import box_payloads
from pipelines.upkeep.orphans import sweep
from pipelines.upkeep.pack import pack_blocks, pack_lists
from pipelines.upkeep.rebase import mend_depths, rebase
from pipelines.upkeep.renumber import renumber_blocks

if TYPE_CHECKING:
    from sqlite_utils import Database

# Half of the tables and indexes hold next to nothing, and each has a page of its own: of a file of 500 kB, pages of 512 bytes
# save 40 kB. In one of 5 MB they cost 3 % more than those of PAGE_BYTES, for a row that is longer than a page fills others in part.
SMALL_FILE_BYTES: Final = 1_000_000
SMALL_PAGE_BYTES: Final = 512
INDEX_PAGE_BYTES: Final = 16_000  # of a node of the word index; with fts5's 4,050 it is 5 % larger
_PATIENCE: Final = 500  # ms


@dataclass(frozen=True, slots=True)
class Compacted:
    """What came of it, in bytes: the file with its WAL before and after, the payloads' data before and after."""

    before: int
    after: int
    payloads_before: int
    payloads_after: int


def compact(path: Path, progress: Callable[[int, int], None] | None = None) -> Compacted:
    """Make a database as small as it gets. Readers go on reading; a crawl has to wait for each step.

    :param progress: told how many of how many URLs are done.
    :raises StoreError: it is not our database, damaged, or cannot be written (a full disk: VACUUM needs as much again).
    """
    before = _size(path)
    try:
        db = open_file(path)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"cannot open the database {path}: {error}") from error
    try:
        payloads_before = _payload_bytes(db)
        keys = [key for (key,) in db.execute("SELECT DISTINCT urlkey FROM addresses ORDER BY 1").fetchall()]
        for number, urlkey in enumerate(keys, start=1):
            with db.atomic():
                rebase(db, urlkey)
            if progress:
                progress(number, len(keys))
        with db.atomic():
            mend_depths(db)
        sweep(db)
        with db.atomic():
            pack_blocks(db)
        with db.atomic():
            renumber_blocks(db)
            db.execute("INSERT INTO blocks_fts (blocks_fts, rank) VALUES ('pgsz', ?)", [INDEX_PAGE_BYTES])
            index_blocks(db.conn)
            db.execute("INSERT INTO blocks_fts (blocks_fts) VALUES ('optimize')")
        with db.atomic():
            pack_lists(db)
        with db.atomic():
            box_payloads(db)
        store_plainly(db)
        payloads_after = _payload_bytes(db)
        _empty_log(db)
        _choose_page_size(db)
        db.conn.execute("VACUUM")
        db.conn.execute("PRAGMA journal_mode = WAL")
        # a checkpoint that has to read the schema locks itself out, so it is read before
        db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        _empty_log(db)
    except (sqlite3.Error, KeyError) as error:
        raise StoreError(f"cannot compact {path}: {error}. What it holds is as it was.") from error
    finally:
        db.conn.close()
    return Compacted(before, _size(path), payloads_before, payloads_after)


def _choose_page_size(db: Database) -> None:
    """Have the VACUUM that follows write pages of the size that is best for the file, where nobody else has it open.

    SQLite changes it only in a file without a WAL. Killed in between, the next to open the file gives it its WAL again.
    """
    (size,) = db.execute("PRAGMA page_size").fetchone()
    (used,) = db.execute("SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count").fetchone()
    best = SMALL_PAGE_BYTES if size * used < SMALL_FILE_BYTES else PAGE_BYTES
    if size == best:
        return
    try:
        with _patience(db):
            db.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.OperationalError:
        return  # somebody reads: they keep their file, and the next `compact` tries again
    db.execute(f"PRAGMA page_size = {best}")


def _empty_log(db: Database) -> None:
    """Move the WAL into the file as far as readers let us: nobody who reads an old state is waited for longer than a page
    of the browser view takes. What is left, the last one to close the file moves.
    """
    with _patience(db):
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


@contextmanager
def _patience(db: Database) -> Iterator[None]:
    """Wait for others no longer than _PATIENCE."""
    (patience,) = db.execute("PRAGMA busy_timeout").fetchone()
    db.execute(f"PRAGMA busy_timeout = {_PATIENCE}").fetchall()
    try:
        yield
    finally:
        db.execute(f"PRAGMA busy_timeout = {patience}").fetchall()


def _payload_bytes(db: Database) -> int:
    (total,) = db.execute(
        "SELECT (SELECT coalesce(sum(length(data)), 0) FROM payloads) "
        "+ (SELECT coalesce(sum(length(frames)), 0) FROM payload_boxes)"
    ).fetchone()
    return int(total)


def _size(path: Path) -> int:
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
