"""The fold, brought into the store: versions and changes of one policy made equal to what its readings say.

    readings ──plan_fold──► PlannedFold ──write_fold──► versions, changes, what was left out

Only that policy is folded, and only rows that differ are written, so that a crawl can fold as often as it likes. Planning
reads and computes, for tenths of a second, and writes nothing: a crawl has it done in another process, over a connection of
that process's own, and the one writer writes the plan in a few milliseconds. Readings that came meanwhile are not in it:
each has counted `policies.dirty` up, so that the policy stays dirty and is folded again. A plan that is lost is no loss.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawler.archives.timestamps import format_iso, parse_iso
from pipelines.model import Block, BlockKind, Change, ChangeClass, Observation, Version
from pipelines.store.load import readable_uri, text_blocks
from pipelines.store.shelves.found import NOBODY, Finder, note_changes
from pipelines.store.tables.texts import put_text
from pipelines.text.digests import text_digest
from pipelines.text.remembered import remembered
from pipelines.text.wording import text_words
from pipelines.versions.changes import Text, compare
from pipelines.versions.fold import Folded, fold_stretches, wordings_of
from pipelines.versions.sightings import Line, SeenText, lines_of, stretches

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


@dataclass(frozen=True, slots=True)
class Steadied:
    """The text of a version that no capture shows as it is.

    :param digest: text_digest of its blocks.
    """

    digest: str
    blocks: tuple[Block, ...]
    words: int
    language: str


@dataclass(frozen=True, slots=True)
class PlannedFold:
    """What a policy's versions and changes are to be: all of a fold that takes long, and nothing written yet.

    :param marks: policies.dirty as it was read; where it has grown since, the policy stays dirty.
    :param held: the rows of versions that it was planned over.
    :param texts: by version number, the texts that were put together.
    :param changes: from each version to the next; None where the versions stay as they are.
    """

    policy_id: int
    extractor_id: int
    marks: int
    held: tuple[tuple[Any, ...], ...]
    folded: Folded
    texts: Mapping[int, Steadied]
    changes: tuple[Change, ...] | None


def refold(db: Database, policy_id: int, extractor_id: int, finder: Finder = NOBODY) -> None:
    """Make the stored versions and changes of a policy those of its readings by one extractor. One transaction.

    :param finder: the run that finds what is new in them.
    """
    write_fold(db, plan_fold(db, policy_id, extractor_id), finder)


def plan_folds_in(path: Path, wanted: Sequence[tuple[int, int]]) -> list[PlannedFold]:
    """Return the folds of some policies, each given with its extractor: for a process of its own, beside the writer's.

    Each is of one moment of the file, read-only. A worker may be killed: the connection ends with the call, so that the
    writer is the last to leave the file and takes its WAL along.
    """
    plans = []
    with closing(sqlite3.connect(readable_uri(path), uri=True)) as connection:
        for policy_id, extractor_id in wanted:
            connection.execute("BEGIN")
            plans.append(plan_fold(Database(connection), policy_id, extractor_id))
            connection.execute("COMMIT")
    return plans


def capture_wordings_in(path: Path, policy_id: int, extractor_id: int) -> tuple[dict[int, str], list[int]]:
    """Return capture_wordings of a policy in a database: for a process of its own, as plan_folds_in."""
    with closing(sqlite3.connect(readable_uri(path), uri=True)) as connection:
        connection.execute("BEGIN")
        return capture_wordings(Database(connection), policy_id, extractor_id)


def plan_fold(db: Database, policy_id: int, extractor_id: int) -> PlannedFold:
    """Return what the versions and changes of a policy are by its readings; writes nothing."""
    (marks,) = db.execute("SELECT dirty FROM policies WHERE id = ?", [policy_id]).fetchone()
    held = _held_versions(db, policy_id, extractor_id)
    folded = fold_policy(db, policy_id, extractor_id)
    texts = {v.number: _steadied(db, v, folded.texts[v.number]) for v in folded.versions if v.number in folded.texts}
    ids = [_held_text(db, texts[v.number].digest) if v.number in texts else v.text_id for v in folded.versions]
    steps = [(policy_id, extractor_id, v.number, v.wording, text) for v, text in zip(folded.versions, ids, strict=True)]
    changes = None
    if steps != [row[:5] for row in held]:
        changes = _changes(db, folded.versions, ids, texts, _known_changes(db, policy_id))
    return PlannedFold(policy_id, extractor_id, marks, held, folded, texts, changes)


def write_fold(db: Database, plan: PlannedFold, finder: Finder = NOBODY) -> None:
    """Write a fold. One transaction. Where somebody has written other versions since it was planned, it is planned anew."""
    policy_id, extractor_id = plan.policy_id, plan.extractor_id
    held = _held_versions(db, policy_id, extractor_id)
    if held != plan.held:
        plan = plan_fold(db, policy_id, extractor_id)
    folded = plan.folded
    rows = [_row(policy_id, extractor_id, v, _text_id(db, v, plan.texts)) for v in folded.versions]
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
    if plan.changes is not None:
        _write_changes(db, policy_id, extractor_id, plan.changes)
    _write_left_out(db, policy_id, extractor_id, folded)
    note_changes(db, policy_id, extractor_id, finder)
    db.execute(
        "UPDATE policies SET extractor_id = ?, dirty = CASE WHEN dirty = ? THEN 0 ELSE dirty END WHERE id = ?",
        [extractor_id, plan.marks, policy_id],
    )


def _held_versions(db: Database, policy_id: int, extractor_id: int) -> tuple[tuple[Any, ...], ...]:
    rows = db.execute(
        f"SELECT {_FIELDS} FROM versions WHERE policy_id = ? AND extractor_id = ? ORDER BY version",
        [policy_id, extractor_id],
    )
    return tuple(tuple(row) for row in rows)


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
        ids = [
            block_id
            for (block_id,) in db.execute(
                "SELECT block_id FROM text_blocks WHERE text_id = ? ORDER BY position", [text_id]
            ).fetchall()
        ]
        new = json.dumps([block_id for block_id in ids if block_id not in lines])
        for block_id, kind, level, markdown in db.execute(
            "SELECT b.id, b.kind, b.level, b.markdown FROM json_each(?) j CROSS JOIN blocks b ON b.id = j.value", [new]
        ).fetchall():
            lines[block_id] = _line(BlockKind(kind), level, markdown)
        score, legal, language = db.execute(
            "SELECT max(coalesce(f.score, 0)), max(coalesce(f.kind, '') <> 'other'), t.language "
            "FROM texts t LEFT JOIN findings f ON f.text_id = t.id "
            "WHERE t.id = ?",
            [text_id],
        ).fetchone()
        found[text_id] = SeenText(tuple(map(lines.__getitem__, ids)), score, bool(legal), language)
    return found


@remembered(4096)  # a policy is folded again and again while it is crawled
def _line(kind: BlockKind, level: int, markdown: str) -> Line:
    return lines_of([Block(kind, level, markdown)])[0]


def _steadied(db: Database, version: Version, blocks: tuple[Block, ...]) -> Steadied:
    (language,) = db.execute("SELECT language FROM texts WHERE id = ?", [version.text_id]).fetchone()
    return Steadied(text_digest(blocks), blocks, len(text_words(blocks)), language)


def _held_text(db: Database, digest: str) -> int | None:
    row = db.execute("SELECT id FROM texts WHERE text_digest = ?", [digest]).fetchone()
    return int(row[0]) if row else None


def _text_id(db: Database, version: Version, texts: Mapping[int, Steadied]) -> int:
    """The text of a version: its first capture's, or the steadied one, which no capture shows."""
    text = texts.get(version.number)
    if text is None:
        return version.text_id
    return put_text(db, text.digest, text.blocks, wording=version.wording, words=text.words, language=text.language)


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


def _changes(
    db: Database,
    versions: Sequence[Version],
    text_ids: Sequence[int | None],
    texts: Mapping[int, Steadied],
    known: _KnownChanges,
) -> tuple[Change, ...]:
    """The changes from each version to the next; only pairs of texts that were not compared before are compared.

    :param text_ids: of each version; None of a text that is not stored yet.
    """
    seen: set[str] = set()
    found = []
    for (old, old_id), (new, new_id) in pairwise(zip(versions, text_ids, strict=True)):
        returns = new.wording in seen
        change = known.get((old_id, new_id, returns)) if old_id and new_id else None
        if change is None:
            change = compare(_text(db, old, old_id, texts), _text(db, new, new_id, texts), seen)
        found.append(change)
        seen.add(old.wording)
    return tuple(found)


def _write_changes(db: Database, policy_id: int, extractor_id: int, changes: Sequence[Change]) -> None:
    """Write the changes of a policy anew."""
    key = [policy_id, extractor_id]
    rows = db.execute("SELECT id FROM versions WHERE policy_id = ? AND extractor_id = ? ORDER BY version", key)
    ids = [row[0] for row in rows.fetchall()]
    db.execute(
        "DELETE FROM change_rows WHERE to_version_id IN (SELECT id FROM versions WHERE policy_id = ? AND extractor_id = ?)",
        key,
    )
    db.conn.executemany(
        "INSERT INTO change_rows (policy_id, from_version_id, to_version_id, change_class, words_added, words_removed, "
        "sections) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (policy_id, old, new, one.change_class.value, one.words_added, one.words_removed, _sections(one))
            for (old, new), one in zip(pairwise(ids), changes, strict=True)
        ],
    )


def _sections(change: Change) -> str:
    return json.dumps(change.sections, ensure_ascii=False)


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


def _text(db: Database, version: Version, text_id: int | None, texts: Mapping[int, Steadied]) -> Text:
    if text_id is None:
        text = texts[version.number]
        return Text(text.blocks, version.wording, text.language)
    (language,) = db.execute("SELECT language FROM texts WHERE id = ?", [text_id]).fetchone()
    return Text(text_blocks(db.conn, text_id), version.wording, language)


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
