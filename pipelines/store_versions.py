"""The fold, brought into the store: versions and changes of one policy made equal to what its readings say.

Only that policy is folded, and only rows that differ are written, so that a crawl can fold as often as it likes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.archives.timestamps import format_iso, parse_iso
from pipelines.changes import Text, compare
from pipelines.database_file import text_blocks
from pipelines.model import Change, ChangeClass, Observation, Version
from pipelines.versions import fold_sorted

if TYPE_CHECKING:
    from sqlite_utils import Database

_COLUMNS = (
    "policy_id", "extractor_id", "version", "wording", "text_id", "first_seen", "last_seen", "previous_last_seen",
    "captures", "first_capture_id", "last_capture_id",
)  # fmt: skip
_FIELDS = ", ".join(_COLUMNS)
_MARKS = ", ".join("?" * len(_COLUMNS))
_KnownChanges = dict[tuple[int, int, bool], Change]
_UPDATES = ", ".join(f"{c} = excluded.{c}" for c in _COLUMNS[3:])


def refold(db: Database, policy_id: int, extractor_id: int) -> None:
    """Make the stored versions and changes of a policy those of its readings by one extractor. One transaction."""
    known = _known_changes(db, policy_id)  # before version numbers shift
    versions = fold_sorted(_observations(db, policy_id, extractor_id))
    wanted = [_row(policy_id, extractor_id, version) for version in versions]
    held = db.execute(
        f"SELECT {_FIELDS} FROM versions WHERE policy_id = ? AND extractor_id = ? ORDER BY version",
        [policy_id, extractor_id],
    ).fetchall()
    new = [row for index, row in enumerate(wanted) if index >= len(held) or row != held[index]]
    db.execute(
        "DELETE FROM versions WHERE policy_id = ? AND extractor_id = ? AND version > ?",
        [policy_id, extractor_id, len(wanted)],
    )
    db.conn.executemany(
        f"INSERT INTO versions ({_FIELDS}) VALUES ({_MARKS}) "
        f"ON CONFLICT (policy_id, extractor_id, version) DO UPDATE SET {_UPDATES}",
        new,
    )
    if [row[:5] for row in wanted] != [row[:5] for row in held]:
        _rebuild_changes(db, policy_id, extractor_id, versions, known)
    db.execute("UPDATE policies SET extractor_id = ?, dirty = 0 WHERE id = ?", [extractor_id, policy_id])


def _observations(db: Database, policy_id: int, extractor_id: int) -> Iterator[Observation]:
    rows = db.execute(
        "SELECT captured_at, capture_id, wording, text_id FROM readings WHERE policy_id = ? AND extractor_id = ? "
        "ORDER BY captured_at, capture_id",
        [policy_id, extractor_id],
    )
    return (Observation(parse_iso(at), capture_id, wording, text_id) for at, capture_id, wording, text_id in rows)


def _row(policy_id: int, extractor_id: int, v: Version) -> tuple[object, ...]:
    previous = format_iso(v.previous_last_seen) if v.previous_last_seen else None
    return (
        policy_id, extractor_id, v.number, v.wording, v.text_id, format_iso(v.first_seen), format_iso(v.last_seen),
        previous, v.captures, v.first_capture_id, v.last_capture_id,
    )  # fmt: skip


def _rebuild_changes(
    db: Database, policy_id: int, extractor_id: int, versions: Sequence[Version], known: _KnownChanges
) -> None:
    """Write the changes anew, comparing only pairs of texts that were not compared before."""
    ids = dict(
        db.execute(
            "SELECT version, id FROM versions WHERE policy_id = ? AND extractor_id = ?",
            [policy_id, extractor_id],
        ).fetchall()
    )
    db.execute("DELETE FROM changes WHERE policy_id = ?", [policy_id])
    seen: set[str] = set()
    for old, new in pairwise(versions):
        returns = new.wording in seen
        change = known.get((old.text_id, new.text_id, returns)) or _compare(db, old, new, seen)
        seen.add(old.wording)
        db.execute(
            "INSERT INTO changes (policy_id, from_version_id, to_version_id, change_class, words_added, words_removed, "
            "sections) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                policy_id, ids[old.number], ids[new.number], change.change_class.value, change.words_added,
                change.words_removed, json.dumps(change.sections, ensure_ascii=False),
            ],
        )  # fmt: skip


def _known_changes(db: Database, policy_id: int) -> _KnownChanges:
    """The changes already computed, by the texts they compare and whether they were a return."""
    rows = db.execute(
        "SELECT o.text_id, n.text_id, c.change_class, c.words_added, c.words_removed, c.sections FROM changes c "
        "JOIN versions o ON o.id = c.from_version_id JOIN versions n ON n.id = c.to_version_id WHERE c.policy_id = ?",
        [policy_id],
    )
    return {
        (old, new, kind == ChangeClass.RETURN): Change(ChangeClass(kind), added, removed, tuple(json.loads(sections)))
        for old, new, kind, added, removed, sections in rows
    }


def _compare(db: Database, old: Version, new: Version, seen: set[str]) -> Change:
    return compare(_text(db, old), _text(db, new), seen)


def _text(db: Database, version: Version) -> Text:
    (language,) = db.execute("SELECT language FROM texts WHERE id = ?", [version.text_id]).fetchone()
    return Text(text_blocks(db.conn, version.text_id), version.wording, language)
