"""Migration m005 at work: the rows of an m004 file moved into the tables of m005_small.py, in one transaction.

It has been applied: it calls nothing of the live code, and the live code calls nothing of it.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from pipelines.store.schema import m005_small as schema_small

if TYPE_CHECKING:
    from sqlite_utils import Database

# views of m001 and m002 that stay as they are; they stand on tables that are replaced
_KEPT_VIEWS = ("readings", "timeline", "change_detail", "title_changes", "version_blocks", "version_text")
_KEY_BYTES = 4
_UNSPACED: Final = re.compile(  # letters that are words of their own in the index
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff])"
)
_CAPTURES = (
    "id, archive, urlkey, timestamp, original, mimetype, statuscode, digest, length, captured_at, oddity, outcome, "
    "detail, fetched_at, payload_id, redirect_url, http_status, headers, memento_url, memento_at, drift_seconds, chain, "
    "failures, not_before, digest_verdict, citation_url"
)
_EXTRACTIONS = (
    "payload_id, extractor_id, outcome, detail, text_id, title, charset, score, evidence, decisions, kind, kind_scores, "
    "link_layer_id"
)


def make_small(db: Database) -> None:
    """Bring an m004 file to m005. Within the caller's transaction, foreign keys off.

    :raises sqlite3.IntegrityError: a row refers to one that is not there.
    """
    views = [_sql(db, name) for name in _KEPT_VIEWS]
    for name in _KEPT_VIEWS:
        db.execute(f"DROP VIEW {name}")
    for table in ("captures", "extractions", "text_blocks", "link_layers"):  # the rows that refer to them follow
        db.execute(f"ALTER TABLE {table} RENAME TO {'capture_rows' if table == 'captures' else 'old_' + table}")
    _run(db, schema_small.TABLES)
    db.conn.create_function("policylapse_key", 1, _block_key, deterministic=True)
    _payloads(db)
    db.execute("INSERT INTO new_blocks SELECT id, policylapse_key(block_digest), kind, level, markdown FROM blocks")
    db.execute("DROP TABLE blocks")
    db.execute("ALTER TABLE new_blocks RENAME TO blocks")
    old_captures = "old_captures"
    db.execute(f"CREATE TEMP TABLE {old_captures} AS SELECT * FROM capture_rows")
    db.execute("DROP TABLE capture_rows")
    db.execute("ALTER TABLE new_capture_rows RENAME TO capture_rows")
    for script in (schema_small.INDEXES, schema_small.VIEWS, schema_small.TRIGGERS, *views):
        _run(db, script)
    db.execute(f"INSERT INTO captures ({_CAPTURES}) SELECT {_CAPTURES} FROM {old_captures} ORDER BY id")
    db.execute(f"DROP TABLE {old_captures}")
    db.execute(f"INSERT INTO extractions ({_EXTRACTIONS}) SELECT {_EXTRACTIONS} FROM old_extractions ORDER BY id")
    for text_id, blocks in _texts(db):
        _put_runs(db.conn, text_id, blocks)
    for layer_id, digest, links in db.execute("SELECT id, link_digest, links FROM old_link_layers").fetchall():
        _put_links(db.conn, digest, json.loads(links), layer_id)
    _index_blocks(db.conn)
    for table in ("old_extractions", "old_text_blocks", "old_link_layers"):
        db.execute(f"DROP TABLE {table}")
    wrong = db.execute("PRAGMA foreign_key_check").fetchone()
    if wrong:
        raise sqlite3.IntegrityError(f"a row of {wrong[0]} refers to a row of {wrong[2]} that is not there")


def _sql(db: Database, view: str) -> str:
    (sql,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = ?", [view]).fetchone()
    return f"{sql};"


def _run(db: Database, script: str) -> None:
    """Statements with an empty line between them; db.executescript takes 0.2 s to find the ends of triggers."""
    for statement in script.strip().split("\n\n"):
        db.execute(statement)


def _block_key(digest: bytes) -> int:
    """Return blocks.block_key of a block's digest."""
    return int.from_bytes(digest[:_KEY_BYTES], "big", signed=True)


def _payloads(db: Database) -> None:
    """SQLite before 3.41 cannot read hexadecimal, so a function of ours does."""
    db.conn.create_function("policylapse_bytes", 1, bytes.fromhex, deterministic=True)
    db.execute(
        "INSERT INTO new_payloads (id, sha256, size, base_id, depth, data) "
        "SELECT id, policylapse_bytes(payload_digest), size, base_id, depth, data FROM payloads"
    )
    db.execute("DROP TABLE payloads")
    db.execute("ALTER TABLE new_payloads RENAME TO payloads")


def _texts(db: Database) -> Iterator[tuple[int, list[tuple[int, str | None]]]]:
    for (text_id,) in db.execute("SELECT DISTINCT text_id FROM old_text_blocks").fetchall():
        yield (
            text_id,
            db.execute(
                "SELECT block_id, language FROM old_text_blocks WHERE text_id = ? ORDER BY position", [text_id]
            ).fetchall(),
        )


def _put_runs(connection: sqlite3.Connection, text_id: int, blocks: Iterable[tuple[int, str | None]]) -> None:
    """Store the blocks of a text, as ids with their languages, as runs of consecutive ids."""
    runs: list[list[int | str | None]] = []
    following, count = None, 0
    for position, (block_id, language) in enumerate(blocks):
        if (block_id, language) == following and count < schema_small.RUN_BLOCKS:
            count += 1
            runs[-1][3] = count
        else:
            count = 1
            runs.append([text_id, position, block_id, count, language])
        following = block_id + 1, language
    connection.executemany("INSERT INTO text_runs VALUES (?, ?, ?, ?, ?)", runs)


def _put_links(
    connection: sqlite3.Connection, digest: bytes, links: Iterable[Iterable[str]], layer_id: int | None = None
) -> int:
    """Store the links of a text under their digest, once, and each link once for all texts; return the layer's id."""
    held = connection.execute("SELECT id FROM link_layer_rows WHERE link_digest = ?", [digest]).fetchone()
    if held:
        return int(held[0])
    ids = [_link_id(connection, words, url) for words, url in links]
    cursor = connection.execute(
        "INSERT INTO link_layer_rows (id, link_digest, link_ids) VALUES (?, ?, ?)",
        [layer_id, digest, json.dumps(ids, separators=(",", ":"))],
    )
    return int(cursor.lastrowid or 0)


def _link_id(connection: sqlite3.Connection, words: str, url: str) -> int:
    digest = hashlib.sha256(f"{words}\x1f{url}".encode("utf-8", "replace")).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    held = connection.execute("SELECT id FROM links WHERE link_key = ?", [key]).fetchone()
    if held:
        return int(held[0])
    cursor = connection.execute("INSERT INTO links (link_key, words, url) VALUES (?, ?, ?)", [key, words, url])
    return int(cursor.lastrowid or 0)


def _index_blocks(connection: sqlite3.Connection) -> None:
    rows = connection.execute("SELECT id, markdown FROM blocks ORDER BY id")
    connection.executemany(
        "INSERT INTO blocks_fts (rowid, markdown) VALUES (?, ?)",
        ((block_id, _UNSPACED.sub(r" \1 ", markdown)) for block_id, markdown in rows),
    )
