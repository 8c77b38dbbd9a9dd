"""The fold, brought into the store: versions and changes of one policy made equal to what its readings say.

Only that policy is folded, and only rows that differ are written, so that a crawl can fold as often as it likes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from crawler.archives.timestamps import format_iso, parse_iso
from pipelines.model import Block, BlockKind, Change, ChangeClass, Observation, Version
from pipelines.store.load import text_blocks
from pipelines.store.shelves.found import NOBODY, Finder, note_changes
from pipelines.store.tables.texts import put_text
from pipelines.text.digests import text_digest
from pipelines.text.wording import text_words
from pipelines.versions.changes import Text, compare
from pipelines.versions.fold import Folded, fold_stretches, wordings_of
from pipelines.versions.sightings import Line, SeenText, lines_of, stretches

if TYPE_CHECKING:
    from sqlite_utils import Database

_COLUMNS = (
    "policy_id",
    "extractor_id",
    "version",
    "wording",
    "text_id",
    "first_seen",
    "last_seen",
    "previous_last_seen",
    "captures",
    "first_capture_id",
    "last_capture_id",
)
_FIELDS = ", ".join(_COLUMNS)
_MARKS = ", ".join("?" * len(_COLUMNS))
_KnownChanges = dict[tuple[int, int, bool], Change]
_UPDATES = ", ".join(f"{c} = excluded.{c}" for c in _COLUMNS[3:])


def refold(db: Database, policy_id: int, extractor_id: int, finder: Finder = NOBODY) -> None:
    """Make the stored versions and changes of a policy those of its readings by one extractor. One transaction.

    :param finder: the run that finds what is new in them.
    """
    known = _known_changes(db, policy_id)  # before version numbers shift
    folded = fold_policy(db, policy_id, extractor_id)
    rows = [_row(policy_id, extractor_id, v, _text_id(db, v, folded)) for v in folded.versions]
    held = db.execute(
        f"SELECT {_FIELDS} FROM versions WHERE policy_id = ? AND extractor_id = ? ORDER BY version",
        [policy_id, extractor_id],
    ).fetchall()
    new = [row for index, row in enumerate(rows) if index >= len(held) or row != held[index]]
    db.execute(
        "DELETE FROM versions WHERE policy_id = ? AND extractor_id = ? AND version > ?",
        [policy_id, extractor_id, len(rows)],
    )
    db.conn.executemany(
        f"INSERT INTO versions ({_FIELDS}) VALUES ({_MARKS}) "
        f"ON CONFLICT (policy_id, extractor_id, version) DO UPDATE SET {_UPDATES}",
        new,
    )
    if [row[:5] for row in rows] != [row[:5] for row in held]:
        _rebuild_changes(
            db,
            policy_id,
            extractor_id,
            [_Compared(v.number, v.wording, row[4]) for v, row in zip(folded.versions, rows, strict=True)],
            known,
        )
    _write_left_out(db, policy_id, extractor_id, folded)
    note_changes(db, policy_id, extractor_id, finder)
    db.execute("UPDATE policies SET extractor_id = ?, dirty = 0 WHERE id = ?", [extractor_id, policy_id])


def fold_policy(db: Database, policy_id: int, extractor_id: int) -> Folded:
    """Return what a policy's readings by one extractor come to; writes nothing."""
    seen = stretches(_observations(db, policy_id, extractor_id))
    return fold_stretches(seen, _seen_texts(db, {stretch.text_id for stretch in seen}))


def capture_wordings(db: Database, policy_id: int, extractor_id: int) -> tuple[dict[int, str], list[int]]:
    """Return the wording of each capture that was read, as the versions have it, and the captures set aside."""
    return wordings_of(_observations(db, policy_id, extractor_id), fold_policy(db, policy_id, extractor_id))


def _observations(db: Database, policy_id: int, extractor_id: int) -> Iterator[Observation]:
    # of one second: by what the archive said, so that two databases with the same captures have the same versions
    rows = db.execute(
        "SELECT r.captured_at, r.capture_id, r.wording, r.text_id FROM readings r JOIN captures k ON k.id = r.capture_id "
        "WHERE r.policy_id = ? AND r.extractor_id = ? ORDER BY r.captured_at, k.archive, k.urlkey, k.original, k.digest",
        [policy_id, extractor_id],
    )
    return (Observation(parse_iso(at), capture_id, wording, text_id) for at, capture_id, wording, text_id in rows)


def _seen_texts(db: Database, text_ids: set[int]) -> dict[int, SeenText]:
    """The texts that stretches begin with; lines that they share are held once."""
    if len(text_ids) < 2:  # nothing to compare
        return {text_id: SeenText(()) for text_id in text_ids}
    lines: dict[int, Line] = {}
    found = {}
    for text_id in sorted(text_ids):
        rows = db.execute(
            "SELECT b.id, b.kind, b.level, b.markdown FROM text_blocks tb JOIN blocks b ON b.id = tb.block_id "
            "WHERE tb.text_id = ? ORDER BY tb.position",
            [text_id],
        ).fetchall()
        for block_id, kind, level, markdown in rows:
            if block_id not in lines:
                lines[block_id] = _line(BlockKind(kind), level, markdown)
        score, legal, language = db.execute(
            "SELECT max(coalesce(f.score, 0)), max(coalesce(f.kind, '') <> 'other'), t.language "
            "FROM texts t LEFT JOIN findings f ON f.text_id = t.id "
            "WHERE t.id = ?",
            [text_id],
        ).fetchone()
        found[text_id] = SeenText(tuple(lines[row[0]] for row in rows), score, bool(legal), language)
    return found


@lru_cache(maxsize=4096)  # a policy is folded again and again while it is crawled
def _line(kind: BlockKind, level: int, markdown: str) -> Line:
    return lines_of([Block(kind, level, markdown)])[0]


def _text_id(db: Database, version: Version, folded: Folded) -> int:
    """The text of a version: its first capture's, or the steadied one, which no capture shows."""
    blocks = folded.texts.get(version.number)
    if blocks is None:
        return version.text_id
    (language,) = db.execute("SELECT language FROM texts WHERE id = ?", [version.text_id]).fetchone()
    count = len(text_words(blocks))
    return put_text(db, text_digest(blocks), blocks, wording=version.wording, words=count, language=language)


def _row(policy_id: int, extractor_id: int, v: Version, text_id: int) -> tuple[Any, ...]:
    previous = format_iso(v.previous_last_seen) if v.previous_last_seen else None
    return (
        policy_id,
        extractor_id,
        v.number,
        v.wording,
        text_id,
        format_iso(v.first_seen),
        format_iso(v.last_seen),
        previous,
        v.captures,
        v.first_capture_id,
        v.last_capture_id,
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """A version, as far as it is compared with the next."""

    version: int
    wording: str
    text_id: int


def _rebuild_changes(
    db: Database, policy_id: int, extractor_id: int, versions: Sequence[_Compared], known: _KnownChanges
) -> None:
    """Write the changes anew, comparing only pairs of texts that were not compared before."""
    ids = dict(
        db.execute(
            "SELECT version, id FROM versions WHERE policy_id = ? AND extractor_id = ?",
            [policy_id, extractor_id],
        ).fetchall()
    )
    db.execute(
        "DELETE FROM changes WHERE to_version_id IN (SELECT id FROM versions WHERE policy_id = ? AND extractor_id = ?)",
        [policy_id, extractor_id],
    )
    seen: set[str] = set()
    for old, new in pairwise(versions):
        returns = new.wording in seen
        change = known.get((old.text_id, new.text_id, returns)) or compare(_text(db, old), _text(db, new), seen)
        seen.add(old.wording)
        db.execute(
            "INSERT INTO changes (policy_id, from_version_id, to_version_id, change_class, words_added, words_removed, "
            "sections) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                policy_id,
                ids[old.version],
                ids[new.version],
                change.change_class.value,
                change.words_added,
                change.words_removed,
                json.dumps(change.sections, ensure_ascii=False),
            ],
        )


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


def _text(db: Database, version: _Compared) -> Text:
    (language,) = db.execute("SELECT language FROM texts WHERE id = ?", [version.text_id]).fetchone()
    return Text(text_blocks(db.conn, version.text_id), version.wording, language)


def _write_left_out(db: Database, policy_id: int, extractor_id: int, folded: Folded) -> None:
    """Write what made no version, and why; only where it is not what is held."""
    key: Mapping[str, object] = {"policy_id": policy_id, "extractor_id": extractor_id}
    aside = [
        (
            *key.values(),
            one.stretch.first.capture_id,
            one.stretch.last.capture_id,
            one.stretch.captures,
            format_iso(one.stretch.first.captured_at),
            format_iso(one.stretch.last.captured_at),
            one.stretch.text_id,
            one.reason,
        )
        for one in folded.aside
    ]
    unsteady = [
        (*key.values(), number, u.kind, u.example, u.times, format_iso(u.since), format_iso(u.until))
        for number, u in enumerate(folded.unsteady, start=1)
    ]
    for table, rows in (("set_aside", aside), ("unsteady_lines", unsteady)):
        where = f"FROM {table} WHERE policy_id = ? AND extractor_id = ?"
        if db.execute(f"SELECT * {where} ORDER BY 3", list(key.values())).fetchall() != sorted(rows):
            db.execute(f"DELETE {where}", list(key.values()))
            if rows:
                db.conn.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
