"""What fsck found, mended in one of three ways (findings.Mend); for all else there is the backup.

    FETCH ─► the captures are pending again: the next crawl fetches them        (what a damaged payload held is away)
    READ  ─► the readings are away: re-extract reads the pages again             (what was made of a damaged text as well)
    FOLD  ─► versions and changes are made again of the readings

One transaction a finding; folds come last. Nothing is asked of any archive here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from sqlite_utils import Database

from crawler.archives.errors import StoreError
from pipelines.store.load import proven_payload
from pipelines.store.shelves.folds import refold
from pipelines.store.tables.block_words import forget_block_words
from pipelines.store.tables.capture_table import PENDING, CaptureTable
from pipelines.store.tables.claim_rows import drop_claims, forget_claims
from pipelines.upkeep.findings import Damage, Finding, Mend
from pipelines.upkeep.orphans import stand_alone

_POLICIES: Final = "SELECT u.policy_id FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey WHERE k.{column} = ?"
# Readings `x` of a payload that is not there, or to a finding, text or list of links that is not.
_LOST: Final = (
    "x.payload_id NOT IN (SELECT id FROM payloads) OR x.extractor_id NOT IN (SELECT id FROM extractors) "
    "OR x.finding_id NOT IN (SELECT id FROM findings WHERE text_id IS NULL OR text_id IN (SELECT id FROM texts)) "
    "OR x.link_layer_id NOT IN (SELECT id FROM link_layer_rows)"
)


def repair(db: Database, findings: Iterable[Finding]) -> list[Finding]:
    """Mend what can be mended; return the findings of which something was done, in the order given.

    :param db: opened for writing; nobody else may write meanwhile.
    :raises StoreError: the database cannot be written.
    """
    mended: list[Finding] = []
    for finding in findings:
        if finding.mend is None:
            continue
        try:
            with db.atomic():
                _MENDS[finding.mend](db, finding)
        except sqlite3.Error as error:
            raise StoreError(f"cannot mend {finding.subject}: {error}. What was mended before is safe.") from error
        mended.append(finding)
    if mended:
        _fold_again(db)
    return mended


def _fetch(db: Database, finding: Finding) -> None:
    if finding.kind is Damage.PAYLOAD:
        _drop_payload(db, finding.row)
    else:
        _make_pending(db, "id", finding.row)


def _read(db: Database, finding: Finding) -> None:
    if finding.kind in (Damage.TEXT, Damage.WORDING):
        _drop_text(db, finding.row)
    elif finding.kind is Damage.BLOCK:
        _drop_block(db, finding.row)
    elif finding.kind is Damage.OUTCOME:
        _drop_readings_of(db, finding.row)
    else:
        _drop_lost_readings(db)


def _fold(db: Database, finding: Finding) -> None:
    """Folded with the others, at the end; its changes are compared anew."""
    if finding.kind is Damage.REFERENCE:
        table = finding.subject.split()[0]
        _mark(db, f"SELECT policy_id FROM {table} WHERE id = ?", finding.row)
        if table == "found_changes":  # the fold finds its change again
            db.execute("UPDATE found_changes SET to_version_id = NULL WHERE id = ?", [finding.row])
        else:
            db.execute(f"DELETE FROM {table} WHERE id = ?", [finding.row])
    elif finding.kind is Damage.FOLD:
        _mark(db, "SELECT ?", finding.row)
        db.execute(
            "DELETE FROM change_rows WHERE to_version_id IN (SELECT v.id FROM versions v JOIN policies p "
            "ON p.id = v.policy_id AND p.extractor_id = v.extractor_id WHERE p.id = ?)",
            [finding.row],
        )


def _drop_claims(db: Database, _finding: Finding) -> None:
    drop_claims(db)


_MENDS: Final = {Mend.FETCH: _fetch, Mend.READ: _read, Mend.FOLD: _fold, Mend.CLAIMS: _drop_claims}


def _fold_again(db: Database) -> None:
    for policy_id, extractor_id in db.execute(
        "SELECT id, extractor_id FROM policies WHERE dirty AND extractor_id IS NOT NULL"
    ).fetchall():
        with db.atomic():  # without their wordings, all of its versions and changes are written again; ids stay
            db.execute(
                "UPDATE versions SET wording = '' WHERE policy_id = ? AND extractor_id = ?", [policy_id, extractor_id]
            )
            refold(db, policy_id, extractor_id)


def _mark(db: Database, policies: str, row: int) -> None:
    """Have policies folded again."""
    db.execute(f"UPDATE policies SET dirty = 1 WHERE id IN ({policies})", [row])


# captures and payloads


def _make_pending(db: Database, column: str, row: int) -> None:
    """What was forgotten stays so."""
    _mark(db, _POLICIES.format(column=column), row)
    found = db.execute(f"SELECT id FROM captures WHERE {column} = ? AND outcome <> 'forgotten'", [row]).fetchall()
    CaptureTable(db).change([number for (number,) in found], **PENDING)


def _drop_payload(db: Database, payload_id: int, below: frozenset[int] = frozenset()) -> None:
    """Take a damaged payload away; those that stand on it go with it, unless they are sound (its digest was not).

    :param below: payloads that are being dropped: damaged references may run in a circle.
    """
    for dependent, digest in db.execute(
        "SELECT id, payload_digest FROM payloads WHERE base_id = ?", [payload_id]
    ).fetchall():
        if dependent in below or dependent == payload_id:
            db.execute("UPDATE payloads SET base_id = NULL WHERE id = ?", [dependent])
        elif proven_payload(db.execute, dependent, digest) is not None:
            stand_alone(db, dependent)
        else:
            _drop_payload(db, dependent, below | {payload_id})
    _make_pending(db, "payload_id", payload_id)
    db.execute("DELETE FROM extraction_rows WHERE payload_id = ?", [payload_id])
    db.execute("DELETE FROM payloads WHERE id = ?", [payload_id])


# readings and texts


def _drop_readings_of(db: Database, capture_id: int) -> None:
    _mark(db, _POLICIES.format(column="id"), capture_id)
    row = db.execute(
        "SELECT payload_id, fetched_at FROM captures WHERE id = ? AND payload_id IS NOT NULL", [capture_id]
    ).fetchone()
    if row is not None:  # else its payload went before
        db.execute("DELETE FROM extraction_rows WHERE payload_id = ?", [row[0]])
        outcome = "revisit" if row[1] is None else "fetched"
        CaptureTable(db).change([capture_id], outcome=outcome, detail="")


def _drop_block(db: Database, block_id: int) -> None:
    texts = db.execute("SELECT DISTINCT text_id FROM text_blocks WHERE block_id = ?", [block_id]).fetchall()
    for (text_id,) in texts:
        _drop_text(db, text_id)
    for (markdown,) in db.execute("SELECT coalesce(markdown, '') FROM blocks WHERE id = ?", [block_id]).fetchall():
        forget_block_words(db.conn, block_id, markdown)  # where these are not its words, `compact` makes the index anew
    forget_claims(db, blocks=str(block_id))
    db.execute("DELETE FROM block_rows WHERE id = ?", [block_id])


def _drop_text(db: Database, text_id: int) -> None:
    """Take a damaged text away with its readings, so that its pages are read again, and the versions made of it."""
    for (payload_id,) in db.execute("SELECT payload_id FROM extractions WHERE text_id = ?", [text_id]).fetchall():
        _mark(db, _POLICIES.format(column="payload_id"), payload_id)
    for table in ("versions", "set_aside"):
        _mark(db, f"SELECT policy_id FROM {table} WHERE text_id = ?", text_id)
        db.execute(f"DELETE FROM {table} WHERE text_id = ?", [text_id])
    db.execute("DELETE FROM extraction_rows WHERE finding_id IN (SELECT id FROM findings WHERE text_id = ?)", [text_id])
    for table in ("finding_rows", "text_dates", "text_runs", "text_claims"):
        db.execute(f"DELETE FROM {table} WHERE text_id = ?", [text_id])
    db.execute("DELETE FROM texts WHERE id = ?", [text_id])


def _drop_lost_readings(db: Database) -> None:
    db.execute(
        "UPDATE policies SET dirty = 1 WHERE id IN (SELECT u.policy_id FROM extraction_rows x JOIN captures k "
        f"ON k.payload_id = x.payload_id JOIN policy_urls u ON u.urlkey = k.urlkey WHERE {_LOST})"
    )
    db.execute(f"DELETE FROM extraction_rows AS x WHERE {_LOST}")
    db.execute("DELETE FROM finding_rows WHERE text_id NOT NULL AND text_id NOT IN (SELECT id FROM texts)")
    db.execute("DELETE FROM text_runs WHERE text_id NOT IN (SELECT id FROM texts)")
    db.execute("DELETE FROM text_claims WHERE text_id NOT IN (SELECT id FROM texts)")
