"""What fsck found, mended as far as it can be derived: one transaction a finding.

damaged payload ─► its captures pending again (the next crawl fetches them), its readings away
damaged text, block ─► its readings away (re-extract reads the pages again); wording, word count ─► from the blocks
outcome ─► from the payload and its reading; versions, changes ─► folded again; indexes, views ─► made again

Nothing is asked of any archive here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from sqlite_utils import Database

from crawler.archives.capture import Memento, sha1_base32
from crawler.archives.errors import StoreError
from crawler.archives.timestamps import parse_iso
from pipelines.store.block_words import forget_block_words, index_blocks
from pipelines.store.folds import refold
from pipelines.store.load import load_payload, proven_payload, text_blocks
from pipelines.store.schema.migrations import migrations
from pipelines.text.digests import digest_verdict
from pipelines.text.wording import text_words, wording_key
from pipelines.upkeep.findings import Finding, Kind
from pipelines.upkeep.forget import EMPTIED
from pipelines.upkeep.orphans import stand_alone, sweep

_PENDING = f"outcome = 'pending', detail = '', {EMPTIED}"  # what a capture is before it is fetched
_POLICIES_OF = "SELECT u.policy_id FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey WHERE k.{column} = ?"


def repair(db: Database, findings: Iterable[Finding]) -> list[Finding]:
    """Mend what can be mended; return the findings of which something was done, in the order given.

    :param db: opened for writing; nobody else may write meanwhile.
    :raises StoreError: the database cannot be written.
    """
    mended: list[Finding] = []
    orphans: Finding | None = None
    for finding in findings:
        if not finding.repairable:
            continue
        if finding.kind is Kind.ORPHANS:
            orphans = finding
            mended.append(finding)
            continue
        try:
            with db.atomic():
                _REPAIRS[finding.kind](db, finding)
        except sqlite3.Error as error:
            raise StoreError(f"cannot mend {finding.subject}: {error}. What was mended before is safe.") from error
        mended.append(finding)
    if mended:
        _fold_again(db)
    if orphans:
        sweep(db)
    return mended


def _fold_again(db: Database) -> None:
    for policy_id, extractor_id in db.execute(
        "SELECT id, extractor_id FROM policies WHERE dirty AND extractor_id IS NOT NULL"
    ).fetchall():
        with db.atomic():  # without their wordings, all of its versions and changes are written again; ids stay
            db.execute(
                "UPDATE versions SET wording = '' WHERE policy_id = ? AND extractor_id = ?", [policy_id, extractor_id]
            )
            refold(db, policy_id, extractor_id)


# payloads and captures


def _payload(db: Database, finding: Finding) -> None:
    _drop_payload(db, finding.row)


def _drop_payload(db: Database, payload_id: int, below: frozenset[int] = frozenset()) -> None:
    """Take a damaged payload away; those that stand on it go with it, unless they are sound (its digest was not).

    :param below: payloads that are being dropped: damaged references may run in a circle.
    """
    for (dependent,) in db.execute("SELECT id FROM payloads WHERE base_id = ?", [payload_id]).fetchall():
        if dependent in below or dependent == payload_id:
            db.execute("UPDATE payloads SET base_id = NULL WHERE id = ?", [dependent])
        elif _is_sound(db, dependent):
            stand_alone(db, dependent)
        else:
            _drop_payload(db, dependent, below | {payload_id})
    _mark(db, "payload_id", payload_id)
    db.execute(f"UPDATE captures SET {_PENDING} WHERE payload_id = ?", [payload_id])
    db.execute("DELETE FROM extractions WHERE payload_id = ?", [payload_id])
    db.execute("DELETE FROM payloads WHERE id = ?", [payload_id])


def _is_sound(db: Database, payload_id: int) -> bool:
    (digest,) = db.execute("SELECT payload_digest FROM payloads WHERE id = ?", [payload_id]).fetchone()
    return proven_payload(db.execute, payload_id, digest) is not None


def _verdict(db: Database, finding: Finding) -> None:
    row = db.execute(
        "SELECT digest, payload_id, memento_at, captured_at FROM captures WHERE id = ?", [finding.row]
    ).fetchone()
    if row is None or row[1] is None:  # mended with its payload
        return
    body = load_payload(db.execute, row[1])
    memento = Memento(200, {}, body, "", parse_iso(row[2] or row[3]), sha1_base32(body))
    db.execute("UPDATE captures SET digest_verdict = ? WHERE id = ?", [digest_verdict(memento, row[0]), finding.row])


def _outcome(db: Database, finding: Finding) -> None:
    """By its payload: none, and it is pending again; one that is read, and it is what the reading says."""
    _mark(db, "id", finding.row)
    db.execute(f"UPDATE captures SET {_PENDING} WHERE id = ? AND payload_id IS NULL", [finding.row])
    db.execute(
        "UPDATE captures SET payload_id = NULL, headers = NULL WHERE id = ? AND outcome = 'forgotten'", [finding.row]
    )
    reading = "SELECT {column} FROM extractions e WHERE e.payload_id = captures.payload_id ORDER BY e.extractor_id DESC LIMIT 1"
    outcome, detail = reading.format(column="e.outcome"), reading.format(column="e.detail")
    db.execute(
        f"UPDATE captures SET detail = coalesce(({detail}), detail), outcome = CASE coalesce(({outcome}), 'fetched') "
        f"WHEN 'fetched' THEN CASE WHEN fetched_at IS NULL THEN 'revisit' ELSE 'fetched' END ELSE ({outcome}) END "
        "WHERE id = ? AND payload_id IS NOT NULL AND outcome NOT IN ('redirect', 'archived_error')",
        [finding.row],
    )


def _mark(db: Database, column: str, value: int) -> None:
    """Have the policies folded again that a capture, or those with a payload, belong to."""
    db.execute(f"UPDATE policies SET dirty = 1 WHERE id IN ({_POLICIES_OF.format(column=column)})", [value])


# texts


def _text(db: Database, finding: Finding) -> None:
    _drop_text(db, finding.row)


def _block(db: Database, finding: Finding) -> None:
    texts = db.execute("SELECT DISTINCT text_id FROM text_blocks WHERE block_id = ?", [finding.row]).fetchall()
    for (text_id,) in texts:
        _drop_text(db, text_id)
    for (markdown,) in db.execute("SELECT markdown FROM blocks WHERE id = ?", [finding.row]).fetchall():
        forget_block_words(db.conn, finding.row, markdown)  # where these are not its words, the index is made anew, too
    db.execute("DELETE FROM blocks WHERE id = ?", [finding.row])


def _drop_text(db: Database, text_id: int) -> None:
    """Take a damaged text away with its readings, so that its pages are read again, and the versions made of it."""
    payloads = db.execute("SELECT payload_id FROM extractions WHERE text_id = ?", [text_id]).fetchall()
    for (payload_id,) in payloads:
        _mark(db, "payload_id", payload_id)
    for table in ("versions", "set_aside"):
        db.execute(
            f"UPDATE policies SET dirty = 1 WHERE id IN (SELECT policy_id FROM {table} WHERE text_id = ?)", [text_id]
        )
        db.execute(f"DELETE FROM {table} WHERE text_id = ?", [text_id])
    for table in ("extractions", "findings", "text_dates", "text_runs"):
        db.execute(f"DELETE FROM {table} WHERE text_id = ?", [text_id])
    db.execute("DELETE FROM texts WHERE id = ?", [text_id])


def _wording(db: Database, finding: Finding) -> None:
    blocks = text_blocks(db.conn, finding.row)
    if not blocks:  # it went with a block
        return
    db.execute(
        "UPDATE texts SET wording = ?, words = ? WHERE id = ?",
        [wording_key(blocks), len(text_words(blocks)), finding.row],
    )
    for table in ("versions", "set_aside"):
        db.execute(
            f"UPDATE policies SET dirty = 1 WHERE id IN (SELECT policy_id FROM {table} WHERE text_id = ?)",
            [finding.row],
        )
    for (payload_id,) in db.execute("SELECT payload_id FROM extractions WHERE text_id = ?", [finding.row]).fetchall():
        _mark(db, "payload_id", payload_id)


# versions


def _fold(db: Database, finding: Finding) -> None:
    """Folded with the others, at the end; its changes are compared anew."""
    db.execute(
        "DELETE FROM changes WHERE to_version_id IN (SELECT v.id FROM versions v JOIN policies p ON p.id = v.policy_id "
        "AND p.extractor_id = v.extractor_id WHERE p.id = ?)",
        [finding.row],
    )
    db.execute("UPDATE policies SET dirty = 1 WHERE id = ?", [finding.row])


def _unfolded(_db: Database, _finding: Finding) -> None:
    """Folded with the others, at the end."""


# the file


def _file(db: Database, finding: Finding) -> None:
    db.execute(f'REINDEX "{finding.subject}"')


def _schema(db: Database, finding: Finding) -> None:
    kind, _, name = finding.subject.partition(" ")
    ours = Database(memory=True)
    try:
        migrations.apply(ours)
        statements = ours.execute(  # with a view go the triggers that write through it
            "SELECT sql FROM sqlite_schema WHERE name = ? UNION ALL "
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?",
            [name, name],
        ).fetchall()
    finally:
        ours.conn.close()
    db.execute(f'DROP {kind.upper()} IF EXISTS "{name}"')
    for (sql,) in statements:
        db.execute(sql)


def _reference(db: Database, finding: Finding) -> None:
    """A capture without its payload is pending again; a derived row goes, and is derived again."""
    table = finding.subject.split()[0]
    if table == "text_runs":  # mended with its text, whose digest tells
        return
    if table == "capture_rows":
        lacks = "id = ? AND payload_id NOT IN (SELECT id FROM payloads)"
        _mark(db, "id", finding.row)
        db.execute(f"UPDATE captures SET {_PENDING} WHERE {lacks}", [finding.row])
        return
    if table == "found_changes":  # the fold finds its change again
        db.execute("UPDATE found_changes SET to_version_id = NULL WHERE id = ?", [finding.row])
        return
    if table in ("extraction_rows", "findings"):
        _drop_readings(db)
        return
    db.execute(f"UPDATE policies SET dirty = 1 WHERE id = (SELECT policy_id FROM {table} WHERE id = ?)", [finding.row])
    db.execute(f"DELETE FROM {table} WHERE id = ?", [finding.row])


def _drop_readings(db: Database) -> None:
    """Readings that refer to nothing go: of a payload that is not there, or to a text that is not."""
    lost = (
        "x.payload_id NOT IN (SELECT id FROM payloads) OR x.extractor_id NOT IN (SELECT id FROM extractors) "
        "OR x.finding_id NOT IN (SELECT id FROM findings WHERE text_id IS NULL OR text_id IN (SELECT id FROM texts)) "
        "OR x.link_layer_id NOT IN (SELECT id FROM link_layer_rows)"
    )
    db.execute(
        "UPDATE policies SET dirty = 1 WHERE id IN (SELECT u.policy_id FROM extraction_rows x JOIN captures k "
        f"ON k.payload_id = x.payload_id JOIN policy_urls u ON u.urlkey = k.urlkey WHERE {lost})"
    )
    db.execute(f"DELETE FROM extraction_rows AS x WHERE {lost}")
    db.execute("DELETE FROM findings WHERE text_id NOT IN (SELECT id FROM texts)")


def _index(db: Database, _finding: Finding) -> None:
    index_blocks(db.conn)


_REPAIRS: dict[Kind, Callable[[Database, Finding], Any]] = {
    Kind.FILE: _file, Kind.SCHEMA: _schema, Kind.REFERENCE: _reference, Kind.PAYLOAD: _payload, Kind.VERDICT: _verdict,
    Kind.BLOCK: _block, Kind.TEXT: _text, Kind.WORDING: _wording, Kind.OUTCOME: _outcome, Kind.FOLD: _fold,
    Kind.UNFOLDED: _unfolded, Kind.INDEX: _index,
}  # fmt: skip
