"""A page forgotten on request: what it held is gone from the file, that it was there and why it went stays.

    capture rows ─► outcome "forgotten", without content     readings ─► away, policies folded again
    payloads, texts, blocks, links that nothing else needs, and labels of them ─► away; payloads stored against them ─► stored alone first
    tombstone ─► no later crawl or merge brings the page back     the file ─► rewritten, so that no byte is left

Two transactions, then the file: a process that is killed in between leaves a tombstone, and the same command again
does the rest. Copies of the file (backups, exports) are beyond it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.archives.capture import Outcome
from crawler.archives.errors import StoreError
from crawler.archives.surt import surt
from pipelines.store.shelves.annotations import drop_forgotten
from pipelines.store.shelves.folds import refold
from pipelines.store.tables.block_words import index_blocks
from pipelines.store.tables.capture_table import ALIVE_SITES, UNASKED, CaptureTable
from pipelines.upkeep.box import forget_boxed
from pipelines.upkeep.orphans import stand_alone, sweep
from pipelines.upkeep.pack import forget_phrases

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Page:
    """A URL that is to be forgotten.

    :param site: of its policy; `also` are other sites that have a policy at this URL, too.
    :param captures: how many of it are known.
    """

    urlkey: str
    url: str
    site: str
    also: tuple[str, ...]
    captures: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much is gone."""

    captures: int
    payloads: int
    texts: int
    blocks: int


def pages_of(connection: sqlite3.Connection, policy_ids: Sequence[int], urlkey: str = "") -> list[Page]:
    """Return the URLs at which policies stood.

    :param urlkey: only this one.
    """
    marks = ", ".join("?" * len(policy_ids))
    rows = connection.execute(
        f"SELECT u.urlkey, min(u.url), min(s.site), (SELECT count(*) FROM captures k WHERE k.urlkey = u.urlkey) "
        f"FROM policy_urls u JOIN policies p ON p.id = u.policy_id JOIN sites s ON s.id = p.site_id "
        f"WHERE u.policy_id IN ({marks}) AND ? IN ('', u.urlkey) GROUP BY u.urlkey ORDER BY 2",
        [*policy_ids, urlkey],
    )
    return [Page(key, url, site, _others(connection, key, site), count) for key, url, site, count in rows]


def pages_searched(connection: sqlite3.Connection, sites: Iterable[str]) -> list[Page]:
    """Return the pages that were read in search of sites' policies (home pages, candidates) and are nobody's policy."""
    rows = connection.execute(
        "SELECT DISTINCT a.url, s.site FROM discovery_answers a JOIN sites s ON s.id = a.site_id "
        "WHERE a.timestamp <> '' AND s.site IN (SELECT value FROM json_each(?)) ORDER BY 1, 2",
        [json.dumps(sorted(sites))],
    )
    found = {surt(url): (url, site) for url, site in rows.fetchall()}
    pages = []
    for key, (url, site) in found.items():
        if connection.execute("SELECT 1 FROM policy_urls WHERE urlkey = ?", [key]).fetchone() is None:
            (count,) = connection.execute("SELECT count(*) FROM captures WHERE urlkey = ?", [key]).fetchone()
            pages.append(Page(key, url, site, (), count))
    return pages


def _others(connection: sqlite3.Connection, urlkey: str, site: str) -> tuple[str, ...]:
    rows = connection.execute(
        "SELECT DISTINCT s.site FROM policy_urls u JOIN policies p ON p.id = u.policy_id JOIN sites s ON s.id = p.site_id "
        "WHERE u.urlkey = ? AND s.site <> ? ORDER BY 1",
        [urlkey, site],
    )
    return tuple(name for (name,) in rows)


def forget(db: Database, pages: Iterable[Page], reason: str, now: str) -> Forgotten:
    """Forget pages, for good.

    :param db: opened for writing, outside any transaction; nobody else may write meanwhile.
    :param now: the moment, ISO 8601.
    :raises StoreError: the file cannot be written, or somebody reads it, so that old bytes stay in its `-wal`.
    """
    try:
        prepare(db)
        with db.atomic():
            for page in pages:
                _put_tombstone(db, page, reason, now)
            captures = empty_captures(db)
        gone = sweep(db, texts=True)
        with db.atomic():
            drop_forgotten(db)
        erase(db)
    except sqlite3.Error as error:
        raise StoreError(f"cannot forget: {error}. Run the same command again: it does what is left to do") from error
    return Forgotten(captures, gone.payloads, gone.texts, gone.blocks)


def prepare(db: Database) -> None:
    """Have what is deleted from now on overwritten."""
    db.execute("PRAGMA secure_delete = ON")


def _put_tombstone(db: Database, page: Page, reason: str, now: str) -> None:
    (payloads,) = db.execute(
        "SELECT count(DISTINCT payload_id) FROM captures WHERE urlkey = ?", [page.urlkey]
    ).fetchone()
    db.execute(
        "INSERT INTO tombstones (urlkey, url, site, reason, forgotten_at, captures, payloads) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [page.urlkey, page.url, page.site, reason, now, page.captures, payloads],
    )


def empty_captures(db: Database) -> int:
    """Take the content from all captures that have a tombstone, and fold their policies again; return how many still
    had any. Within a transaction of the caller's.
    """
    mine = "urlkey IN (SELECT urlkey FROM tombstones)"
    only_here = (
        f"SELECT payload_id FROM captures WHERE {mine} AND payload_id NOT NULL "
        f"EXCEPT SELECT payload_id FROM captures WHERE NOT {mine}"
    )
    db.execute("CREATE TEMP TABLE forgotten_payloads (id INTEGER PRIMARY KEY)")
    db.execute(f"INSERT INTO forgotten_payloads {only_here}")
    db.execute("CREATE TEMP TABLE forgotten_policies (id INTEGER PRIMARY KEY)")
    db.execute(
        "INSERT INTO forgotten_policies SELECT DISTINCT u.policy_id FROM policy_urls u JOIN captures k "
        f"ON k.urlkey = u.urlkey WHERE u.{mine} AND k.outcome <> 'forgotten'"
    )
    known = db.execute(
        "SELECT k.id, t.reason FROM captures k JOIN tombstones t ON t.urlkey = k.urlkey WHERE k.outcome <> 'forgotten'"
    ).fetchall()
    table = CaptureTable(db)
    for capture_id, reason in known:
        table.change([capture_id], **{**UNASKED, "outcome": Outcome.FORGOTTEN.value, "detail": reason})
    _forget_readings(db)
    forget_searches(db)
    db.execute("DROP TABLE forgotten_payloads")
    db.execute("DROP TABLE forgotten_policies")
    return len(known)


def forget_searches(db: Database) -> None:
    """Take away how the policies of a site were found, where all of these are forgotten: titles and texts of links."""
    dead = f"SELECT site_id FROM policies WHERE site_id NOT IN ({ALIVE_SITES})"
    for table in ("discovery_answers", "candidates", "url_spans", "discoveries"):
        db.execute(f"DELETE FROM {table} WHERE site_id IN ({dead})")


def _forget_readings(db: Database) -> None:
    gone = "SELECT id FROM forgotten_payloads"
    for (dependent,) in db.execute(
        f"SELECT id FROM payloads WHERE base_id IN ({gone}) AND id NOT IN ({gone})"
    ).fetchall():
        stand_alone(db, dependent)
    db.execute(f"DELETE FROM extraction_rows WHERE payload_id IN ({gone})")
    policies = db.execute(
        "SELECT id, extractor_id FROM policies WHERE id IN (SELECT id FROM forgotten_policies)"
    ).fetchall()
    for policy_id, extractor_id in policies:
        for table in ("set_aside", "unsteady_lines"):
            db.execute(f"DELETE FROM {table} WHERE policy_id = ?", [policy_id])
        db.execute("DELETE FROM versions WHERE policy_id = ? AND extractor_id IS NOT ?", [policy_id, extractor_id])
        if extractor_id is not None:
            refold(db, policy_id, extractor_id)


def erase(db: Database) -> None:
    """Rewrite the file, so that nothing of what was deleted is left in it or beside it.

    `secure_delete` overwrites rows that go, not the copies that SQLite left behind when it moved rows between pages
    before; only VACUUM does away with those (https://sqlite.org/pragma.html#pragma_secure_delete).

    :raises StoreError: somebody reads the file, and what was deleted is still in its `-wal`.
    """
    with db.atomic():
        index_blocks(db.conn)
        forget_phrases(db)
        forget_boxed(db)
    db.execute("VACUUM")
    busy, _pages, _moved = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreError(
            "another program reads the database, and what was deleted is still in its -wal file: close that program, "
            "then run the same command again"
        )
