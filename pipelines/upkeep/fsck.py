"""The proof of a database: everything read again, and everything that is derived computed again.

    check(connection) ──► Finding…      SQLite's own pages and indexes ─► schema ─► references ─► payloads ─► blocks
                                        ─► texts ─► links, rows ─► outcomes ─► folds ─► full-text indexes ─► what nobody needs

All of it is read in one snapshot and nothing is written, so that a crawl may go on beside it; no more than one payload
or one policy is in memory at a time. What is found is mended by repair.py.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from sqlite_utils import Database

from crawler.archives.capture import sha1_base32
from crawler.archives.timestamps import format_iso
from pipelines.model import Block, BlockKind
from pipelines.store.load import PAYLOAD_ERRORS, load_payload, text_blocks
from pipelines.store.plain_schema import plain
from pipelines.store.schema.migrations import migrations
from pipelines.store.shelves.folds import fold_policy
from pipelines.store.tables.block_words import differing_words
from pipelines.store.tables.texts import block_key
from pipelines.text.digests import block_digest, text_digest
from pipelines.text.wording import text_words, wording_key
from pipelines.upkeep import fsck_rows
from pipelines.upkeep.findings import Damage, Finding, Mend
from pipelines.upkeep.orphans import count_orphans
from pipelines.versions.changes import Text, compare
from pipelines.versions.fold import Folded

Progress = Callable[[str, int, int], None]  # step, done, of how many
_MOST = 100  # problems that SQLite's own check lists
_SHA1_BASE32 = 32  # characters
_BROKEN = (sqlite3.DatabaseError, UnicodeDecodeError)  # a page that cannot be read, or text that is none
_REFERRING = {  # tables whose rows can be derived again, or asked for again, where what they refer to is gone
    "capture_rows": Mend.FETCH,
    "extraction_rows": Mend.READ,
    "finding_rows": Mend.READ,
    "text_runs": Mend.READ,
    "versions": Mend.FOLD,
    "change_rows": Mend.FOLD,
    "found_changes": Mend.FOLD,
    "block_claims": Mend.CLAIMS,
    "text_claims": Mend.CLAIMS,
}
_BLOCK_KINDS = frozenset(kind.value for kind in BlockKind)


def check(connection: sqlite3.Connection, progress: Progress = lambda _step, _done, _of: None) -> Iterator[Finding]:
    """Yield what is wrong with a database, and what is worth knowing.

    :param connection: read-only is enough; its rows must be plain tuples.
    """
    db = Database(connection)
    connection.execute("BEGIN")  # one snapshot for all
    try:
        steps = (
            _sqlite,
            _schema,
            _references,
            _payloads,
            _blocks,
            _texts,
            _links,
            _rows,
            _outcomes,
            _folds,
            _indexes,
            _orphans,
        )
        for step in steps:
            try:
                yield from step(db, progress)
            except _BROKEN as error:
                yield Finding(Damage.FILE, step.__name__.strip("_"), f"cannot be read: {error}")
    finally:
        connection.rollback()


def _sqlite(db: Database, progress: Progress) -> Iterator[Finding]:
    progress("integrity", 0, 1)
    for (problem,) in db.execute(f"PRAGMA integrity_check({_MOST})").fetchall():
        if problem != "ok":
            index = re.search(r"\bindex (\w+)", problem)
            yield Finding(Damage.FILE, index[1] if index else "file", problem)
    progress("integrity", 1, 1)


def _schema(db: Database, _progress: Progress) -> Iterator[Finding]:
    """Every table, view and index of ours is there as the migrations make it; what others added is theirs."""
    objects = "SELECT name, type, sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE '\\_%' ESCAPE '\\'"
    held = {name: sql for name, _type, sql in db.execute(objects)}
    ours = Database(memory=True)
    try:
        migrations.apply(ours)
        for name, kind, sql in ours.execute(objects).fetchall():
            if name not in held:
                yield Finding(Damage.SCHEMA, f"{kind} {name}", "is missing")
            elif _columns(ours, name) - _columns(db, name) if kind == "table" else plain(held[name]) != plain(sql):
                what = "lacks columns" if kind == "table" else "is not as this program makes it"
                yield Finding(Damage.SCHEMA, f"{kind} {name}", what)
    finally:
        ours.conn.close()


def _columns(db: Database, table: str) -> set[tuple[Any, ...]]:
    """Name, type and the rest of each column; not where it stands."""
    return {tuple(row[1:]) for row in db.execute(f"PRAGMA table_info({table})")}


def _references(db: Database, _progress: Progress) -> Iterator[Finding]:
    for table, row, parent, _key in db.execute("PRAGMA foreign_key_check"):
        detail = f"refers to a row of {parent} that is not there"
        subject = table if row is None else f"{table} {row}"
        yield Finding(Damage.REFERENCE, subject, detail, row or 0, _REFERRING.get(table))


# payloads


def _payloads(db: Database, progress: Progress) -> Iterator[Finding]:
    (count,) = db.execute("SELECT count(*) FROM payloads").fetchone()
    for done, (payload_id, digest, size) in enumerate(db.execute("SELECT id, payload_digest, size FROM payloads")):
        progress("payloads", done, count)
        try:
            body = load_payload(db.execute, payload_id)
        except PAYLOAD_ERRORS as error:
            detail = f"cannot be put together again: {type(error).__name__} {error}".strip()
            yield Finding(Damage.PAYLOAD, _payload_name(db, payload_id), detail, payload_id, Mend.FETCH)
            continue
        if hashlib.sha256(body).hexdigest() != digest or len(body) != size:
            detail = f"{len(body):,} bytes of another digest than {digest[:12]}…"
            yield Finding(Damage.PAYLOAD, _payload_name(db, payload_id), detail, payload_id, Mend.FETCH)
        else:
            yield from _verdicts(db, payload_id, body)
    progress("payloads", count, count)


def _payload_name(db: Database, payload_id: int) -> str:
    row = db.execute("SELECT original, timestamp FROM captures WHERE payload_id = ? LIMIT 1", [payload_id]).fetchone()
    return f"payload {payload_id} ({row[0]} {row[1]})" if row else f"payload {payload_id}"


def _verdicts(db: Database, payload_id: int, body: bytes) -> Iterator[Finding]:
    """The verdicts on a payload that its bytes contradict.

    "match" may be of the bytes as they were received (digests.py), which are not kept: it can be confirmed, not denied.
    """
    rows = db.execute(
        "SELECT id, original, timestamp, digest, digest_verdict FROM captures WHERE payload_id = ?", [payload_id]
    ).fetchall()
    sha1 = sha1_base32(body) if rows else ""
    for capture_id, original, timestamp, digest, verdict in rows:
        bare = digest.removeprefix("sha1:").upper()
        wrong = (verdict == "mismatch" and bare == sha1) or (
            verdict in ("match", "mismatch", "not checkable")
            and (verdict == "not checkable") != (len(bare) != _SHA1_BASE32)
        )
        if wrong:
            yield Finding(Damage.VERDICT, f"{original} {timestamp}", f"{verdict!r} is not so", capture_id, Mend.FETCH)


# texts


def _blocks(db: Database, progress: Progress) -> Iterator[Finding]:
    (count,) = db.execute("SELECT count(*) FROM blocks").fetchone()
    rows = db.execute("SELECT id, block_key, kind, level, markdown FROM blocks")
    for done, (block_id, key, kind, level, markdown) in enumerate(rows):
        if done % 1000 == 0:
            progress("blocks", done, count)
        if kind not in _BLOCK_KINDS or block_key(block_digest(Block(BlockKind(kind), level, markdown))) != key:
            yield Finding(Damage.BLOCK, f"block {block_id}", "its words are not those of its key", block_id, Mend.READ)
    progress("blocks", count, count)


def _texts(db: Database, progress: Progress) -> Iterator[Finding]:
    (count,) = db.execute("SELECT count(*) FROM texts").fetchone()
    rows = db.execute("SELECT id, text_digest, wording, words FROM texts")
    for done, (text_id, digest, wording, words) in enumerate(rows):
        progress("texts", done, count)
        try:
            blocks = text_blocks(db.conn, text_id)
        except ValueError as error:
            yield Finding(Damage.TEXT, f"text {text_id}", str(error), text_id, Mend.READ)
            continue
        if text_digest(blocks) != digest:
            yield Finding(Damage.TEXT, f"text {text_id}", "its blocks are not those of its digest", text_id, Mend.READ)
        elif (wording_key(blocks), len(text_words(blocks))) != (wording, words):
            detail = f"{words:,} words of wording {wording[:8]}, not what its blocks say"
            yield Finding(Damage.WORDING, f"text {text_id}", detail, text_id, Mend.READ)
    progress("texts", count, count)


def _links(db: Database, progress: Progress) -> Iterator[Finding]:
    progress("links", 0, 1)
    yield from fsck_rows.links(db)
    progress("links", 1, 1)


def _rows(db: Database, progress: Progress) -> Iterator[Finding]:
    progress("rows", 0, 1)
    yield from fsck_rows.rows(db)
    progress("rows", 1, 1)


# captures and versions

# A capture `k` that says of its payload what no extractor has read of it.
UNLIKE_ITS_READINGS = """k.payload_id IS NOT NULL
  AND k.outcome IN ('fetched', 'revisit', 'not_a_policy', 'undecodable', 'extract_failed', 'reading_stopped')
  AND EXISTS (SELECT 1 FROM extractions e WHERE e.payload_id = k.payload_id)
  AND NOT EXISTS (SELECT 1 FROM extractions e WHERE e.payload_id = k.payload_id
    AND e.outcome = CASE k.outcome WHEN 'revisit' THEN 'fetched' ELSE k.outcome END)"""
_CONTRADICTIONS = (  # why, of which captures `k`, what is done
    (
        "its payload is missing",
        "k.payload_id IS NULL AND k.outcome IN ('fetched', 'revisit', 'extract_failed', 'reading_stopped')",
        Mend.FETCH,
    ),
    (
        "its payload is here",
        "k.payload_id IS NOT NULL AND k.outcome IN ('pending', 'playback_failed', 'rate_limited')",
        Mend.READ,
    ),
    ("its payload is here", "k.payload_id IS NOT NULL AND k.outcome = 'forgotten'", None),
    ("no reading of its payload says so", UNLIKE_ITS_READINGS, Mend.READ),
)


def _outcomes(db: Database, progress: Progress) -> Iterator[Finding]:
    for done, (why, where, mend) in enumerate(_CONTRADICTIONS):
        progress("outcomes", done, len(_CONTRADICTIONS))
        for capture_id, original, timestamp, outcome in db.execute(
            f"SELECT k.id, k.original, k.timestamp, k.outcome FROM captures k WHERE {where}"
        ):
            yield Finding(Damage.OUTCOME, f"{original} {timestamp}", f"{outcome!r}, but {why}", capture_id, mend)
    (unread,) = db.execute(
        "SELECT count(*) FROM captures k WHERE k.payload_id IS NOT NULL AND k.outcome IN ('fetched', 'revisit') "
        "AND NOT EXISTS (SELECT 1 FROM extractions e WHERE e.payload_id = k.payload_id)"
    ).fetchone()
    if unread:
        yield Finding(Damage.UNREAD, "captures", f"{unread:,} kept, and not read yet")
    progress("outcomes", 1, 1)


def _folds(db: Database, progress: Progress) -> Iterator[Finding]:
    """The versions that are shown; those of earlier extractors stay as they were when they were folded."""
    rows = db.execute("SELECT id, policy_url, extractor_id, dirty FROM policies").fetchall()
    for done, (policy_id, url, extractor_id, dirty) in enumerate(rows):
        progress("versions", done, len(rows))
        if dirty:
            yield Finding(Damage.UNFOLDED, url, "captures were read since its versions were made", policy_id, Mend.FOLD)
        elif extractor_id is not None:
            try:
                differs = _fold_differs(db, policy_id, extractor_id)
            except (ValueError, TypeError) as error:  # of a damaged text, or date
                differs = f"readings cannot be folded ({error}), and its versions"
            if differs:
                yield Finding(
                    Damage.FOLD, url, f"its {differs} are not what its readings come to", policy_id, Mend.FOLD
                )
    progress("versions", len(rows), len(rows))


def _fold_differs(db: Database, policy_id: int, extractor_id: int) -> str:
    """Which table of a policy does not hold what its readings come to, "" if all do."""
    key = [policy_id, extractor_id]
    folded = fold_policy(db, policy_id, extractor_id)
    versions = _version_rows(db, folded)
    if db.execute(_VERSIONS, key).fetchall() != versions:
        return "versions"
    for table, sql, rows in (
        ("changes", _CHANGES, _change_rows(db, versions)),
        ("set_aside", _ASIDE, sorted(_aside_rows(folded))),
        ("unsteady_lines", _UNSTEADY, _unsteady_rows(folded)),
    ):
        if db.execute(sql, key).fetchall() != rows:
            return table
    return ""


_VERSIONS = (
    "SELECT v.version, v.wording, t.text_digest, v.first_seen, v.last_seen, v.previous_last_seen, v.captures, "
    "v.first_capture_id, v.last_capture_id FROM versions v LEFT JOIN texts t ON t.id = v.text_id "
    "WHERE v.policy_id = ? AND v.extractor_id = ? ORDER BY v.version"
)
_CHANGES = (
    "SELECT o.version, n.version, c.change_class, c.words_added, c.words_removed, c.sections FROM versions n "
    "JOIN changes c ON c.to_version_id = n.id LEFT JOIN versions o ON o.id = c.from_version_id "
    "WHERE n.policy_id = ? AND n.extractor_id = ? ORDER BY n.version"
)
_ASIDE = (
    "SELECT first_capture_id, last_capture_id, captures, first_seen, last_seen, text_id, reason FROM set_aside "
    "WHERE policy_id = ? AND extractor_id = ? ORDER BY first_capture_id"
)
_UNSTEADY = (
    "SELECT number, kind, example, times, since, until FROM unsteady_lines "
    "WHERE policy_id = ? AND extractor_id = ? ORDER BY number"
)


def _version_rows(db: Database, folded: Folded) -> list[tuple[Any, ...]]:
    return [
        (
            v.number,
            v.wording,
            text_digest(folded.texts[v.number]) if v.number in folded.texts else _digest_of(db, v.text_id),
            format_iso(v.first_seen),
            format_iso(v.last_seen),
            format_iso(v.previous_last_seen) if v.previous_last_seen else None,
            v.captures,
            v.first_capture_id,
            v.last_capture_id,
        )
        for v in folded.versions
    ]


def _digest_of(db: Database, text_id: int) -> str:
    (digest,) = db.execute("SELECT text_digest FROM texts WHERE id = ?", [text_id]).fetchone()
    return str(digest)


def _change_rows(db: Database, versions: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    seen: set[str] = set()
    before: tuple[int, Text] | None = None
    for number, wording, digest, *_ in versions:
        text_id, language = db.execute("SELECT id, language FROM texts WHERE text_digest = ?", [digest]).fetchone()
        text = Text(text_blocks(db.conn, text_id), wording, language)
        if before is not None:
            change = compare(before[1], text, seen)
            seen.add(before[1].wording)
            counts = (change.words_added, change.words_removed, json.dumps(change.sections, ensure_ascii=False))
            found.append((before[0], number, change.change_class.value, *counts))
        before = number, text
    return found


def _aside_rows(folded: Folded) -> Iterator[tuple[Any, ...]]:
    for stretch, reason in ((one.stretch, one.reason) for one in folded.aside):
        seen = (format_iso(stretch.first.captured_at), format_iso(stretch.last.captured_at))
        yield stretch.first.capture_id, stretch.last.capture_id, stretch.captures, *seen, stretch.text_id, reason


def _unsteady_rows(folded: Folded) -> list[tuple[Any, ...]]:
    return [
        (number, u.kind, u.example, u.times, format_iso(u.since), format_iso(u.until))
        for number, u in enumerate(folded.unsteady, start=1)
    ]


# full-text indexes, and what nobody needs


def _indexes(db: Database, progress: Progress) -> Iterator[Finding]:
    """The index of words has the words of the blocks: it is made again beside it, and each word's blocks counted."""
    progress("indexes", 0, 1)
    wrong = differing_words(db.conn)
    if wrong:
        yield Finding(Damage.INDEX, "blocks_fts", f"{wrong:,} words are not found in as many blocks as have them")
    progress("indexes", 1, 1)


def _orphans(db: Database, progress: Progress) -> Iterator[Finding]:
    progress("orphans", 0, 1)
    orphans = count_orphans(db.execute)
    for what, count, why in (
        ("payloads", orphans.payloads, "no capture has them"),
        ("blocks", orphans.blocks, "no text has them"),
        ("links", orphans.link_layers, "no page has them"),
    ):
        if count:
            yield Finding(Damage.ORPHANS, what, f"{count:,}: {why}")
    if orphans.texts:
        detail = f"{orphans.texts:,} of earlier folds: kept, since somebody may have cited them"
        yield Finding(Damage.PAST_TEXTS, "texts", detail)
    progress("orphans", 1, 1)
