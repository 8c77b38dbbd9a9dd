"""What texts claim, as rows: each block once for all texts that have it, however many contexts it stands in.

    read_stored(connection, text ids, version) ──► {text id: StoredClaim…}      those of that version that are stored
    ClaimRows(db, version).put(text id, {position: FoundClaim…})                      one text, within the caller's transaction

A block says the same in nearly every text. Its first reading is number 0, and a text tells nothing of blocks that it reads so.
Where a heading or lead-in makes a block say something else, that is a reading of the block with another number, and the
text names it by the block's position; -1 is that it says nothing there. A block without rows says nothing. The numbers are
those of this file; what counts is what each text claims by them, and that is what rules make of it.

Rows belong to one version of rules and program (pipelines/claims/texts.py): a writer of another one drops them all first, a
reader of another one sees none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from pipelines.claims.texts import FoundClaim
from pipelines.store.load import TEXTS_OF_BLOCKS

if TYPE_CHECKING:
    from sqlite_utils import Database

_SILENT: Final = -1
_AT_ONCE: Final = 200  # texts of one statement: some 40 claims each
# One statement, so that it is of one moment of the file. CROSS: in this order, for the planner knows no sizes.
_STORED: Final = """
SELECT t.text_id, t.readings, r.position + c.block_id - r.first_block_id AS position, c.reading, c.begin, c.length,
  k.category, k.subject, k.polarity, k.value, k.rule
FROM claim_rules a CROSS JOIN json_each(?) j CROSS JOIN text_claims t ON t.text_id = j.value
CROSS JOIN text_runs r ON r.text_id = t.text_id
LEFT JOIN block_claims c ON c.block_id BETWEEN r.first_block_id AND r.first_block_id + r.length - 1{kinds}
LEFT JOIN claim_kinds k ON k.id = c.kind_id
WHERE a.version = ? ORDER BY t.text_id, position, c.reading, c.number
"""
_KINDS: Final = " AND c.kind_id IN (SELECT value FROM json_each(?))"
_STORED_WITH: Final = """
SELECT block_id FROM block_claims WHERE kind_id IN (SELECT value FROM json_each(?))
UNION ALL
SELECT b.block_id FROM texts t CROSS JOIN text_blocks b ON b.text_id = t.id
WHERE t.id NOT IN (SELECT text_id FROM text_claims)
"""
_FIRST_READINGS: Final = """
SELECT r.position + c.block_id - r.first_block_id AS position, c.kind_id, c.begin, c.length
FROM text_runs r CROSS JOIN block_claims c ON c.block_id BETWEEN r.first_block_id AND r.first_block_id + r.length - 1
WHERE r.text_id = ? AND c.reading = 0 ORDER BY position, c.number
"""
_OTHER_READINGS: Final = (
    "SELECT reading, kind_id, begin, length FROM block_claims WHERE block_id = ? ORDER BY reading, number"
)
_MET: Final = f"SELECT DISTINCT h.block_id FROM ({TEXTS_OF_BLOCKS}) h CROSS JOIN text_claims t ON t.text_id = h.text_id"
_BLOCK_AT: Final = (
    "SELECT position, first_block_id, length FROM text_runs WHERE text_id = ? ORDER BY position"  # of a text
)

_Row = tuple[int, int, int]  # id of the kind, where the sentence begins, its length
_Rows = tuple[_Row, ...]


class StoredClaim(NamedTuple):
    """A claim of a text. :param position: of its block, from 0."""

    position: int
    found: FoundClaim


def stored_version(connection: sqlite3.Connection) -> str:
    """Return by which version the stored claims were read; "" where none are stored."""
    row = connection.execute("SELECT version FROM claim_rules").fetchone()
    return str(row[0]) if row else ""


def read_stored(
    connection: sqlite3.Connection, text_ids: Iterable[int], version: str, kinds: Collection[int] | None = None
) -> dict[int, list[StoredClaim]]:
    """Return what texts claim, in reading order; texts of which nothing is stored by this version are left out.

    :param kinds: ids of claim_kinds; None: all.
    """
    found: dict[int, list[StoredClaim]] = {}
    wanted = list(dict.fromkeys(text_ids))
    sql = _STORED.format(kinds="" if kinds is None else _KINDS)
    for start in range(0, len(wanted), _AT_ONCE):
        part = json.dumps(wanted[start : start + _AT_ONCE])
        values = [part, version] if kinds is None else [part, json.dumps(list(kinds)), version]
        text_id, readings = None, {}
        for row in connection.execute(sql, values):
            if row[0] != text_id:
                text_id, readings = row[0], json.loads(row[1] or "{}")
                said = found[text_id] = []
            position, reading = row[2], row[3]
            if reading is not None and reading == (readings.get(str(position), 0) if readings else 0):
                said.append(StoredClaim(position, FoundClaim._make((*row[6:11], *row[4:6]))))
    return found


def read_kinds(connection: sqlite3.Connection) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the kinds of claims that are stored: (id, (category, subject, polarity, value, rule))."""
    for number, *kind in connection.execute("SELECT id, category, subject, polarity, value, rule FROM claim_kinds"):
        yield number, kind


def blocks_stored_with(connection: sqlite3.Connection, kinds: Collection[int]) -> Iterator[int]:
    """Yield the blocks that are stored with a claim of some kinds in any reading, then those of texts that are not stored.

    :param kinds: ids of claim_kinds.
    """
    for (block_id,) in connection.execute(_STORED_WITH, [json.dumps(list(kinds))]):
        yield block_id


class ClaimRows:
    """Writes what texts claim, for as long as nobody else does, and until a transaction fails.

    :param version: of the rules; rows of another one are dropped. One transaction.
    """

    def __init__(self, db: Database, version: str) -> None:
        self._db = db
        with db.atomic():
            if stored_version(db.conn) != version:
                drop_claims(db)
                db.execute("INSERT INTO claim_rules (version) VALUES (?)", [version])
        self._kinds = {tuple(kind): number for number, kind in read_kinds(db.conn)}
        self._next_kind = max(self._kinds.values(), default=0) + 1

    def holds(self, text_id: int) -> bool:
        return self._db.execute("SELECT 1 FROM text_claims WHERE text_id = ?", [text_id]).fetchone() is not None

    def put(self, text_id: int, said: Mapping[int, Sequence[FoundClaim]]) -> None:
        """Store what a text claims, by positions of its blocks. Within the caller's transaction."""
        first = self._first_readings(text_id)
        differing: dict[int, _Rows] = {}
        for position in said.keys() | first.keys():
            rows = tuple((self._kind(one), one.begin, one.length) for one in said.get(position, ()))
            if rows != first.get(position, ()):
                differing[position] = rows
        blocks = self._blocks_at(text_id, differing.keys())
        fresh = self._fresh(text_id, {blocks[position] for position in differing if position not in first})
        readings: dict[int, int] = {}
        for position in sorted(differing):
            reading = self._reading(blocks[position], differing[position], fresh=blocks[position] in fresh)
            if reading:
                readings[position] = reading
        told = json.dumps(readings, separators=(",", ":")) if readings else None
        self._db.execute("INSERT INTO text_claims (text_id, readings) VALUES (?, ?)", [text_id, told])

    def _first_readings(self, text_id: int) -> dict[int, _Rows]:
        found: dict[int, _Rows] = {}
        for position, *row in self._db.execute(_FIRST_READINGS, [text_id]):
            found[position] = (*found.get(position, ()), (row[0], row[1], row[2]))
        return found

    def _blocks_at(self, text_id: int, positions: Collection[int]) -> dict[int, int]:
        if not positions:
            return {}
        runs = self._db.execute(_BLOCK_AT, [text_id]).fetchall()
        return {
            begin + offset: block + offset
            for begin, block, length in runs
            for offset in range(length)
            if begin + offset in positions
        }

    def _fresh(self, text_id: int, blocks: Collection[int]) -> set[int]:
        """Those blocks whose first reading this is: they have no rows, no text that is stored has them, this one once."""
        if not blocks:
            return set()
        listed = json.dumps(list(blocks))
        met = {block for (block,) in self._db.execute(_MET, {"blocks": listed})}
        twice = {
            block
            for (block,) in self._db.execute(
                f"SELECT h.block_id FROM ({TEXTS_OF_BLOCKS}) h WHERE h.text_id = :text GROUP BY 1 HAVING count(*) > 1",
                {"blocks": listed, "text": text_id},
            )
        }
        held = {
            block
            for (block,) in self._db.execute(
                "SELECT block_id FROM block_claims WHERE block_id IN (SELECT value FROM json_each(?))", [listed]
            )
        }
        return set(blocks) - met - twice - held

    def _reading(self, block_id: int, rows: _Rows, *, fresh: bool) -> int:
        """The number of a reading of a block, put there where it is new."""
        if not rows:
            return _SILENT
        held: dict[int, _Rows] = {}
        for reading, *row in self._db.execute(_OTHER_READINGS, [block_id]):
            held[reading] = (*held.get(reading, ()), (row[0], row[1], row[2]))
        for reading, other in held.items():
            if other == rows:
                return reading
        reading = 0 if fresh else max(held, default=0) + 1
        self._db.conn.executemany(
            "INSERT INTO block_claims (block_id, reading, number, kind_id, begin, length) VALUES (?, ?, ?, ?, ?, ?)",
            [(block_id, reading, number, *row) for number, row in enumerate(rows)],
        )
        return reading

    def _kind(self, one: FoundClaim) -> int:
        kind = one[:5]
        number = self._kinds.get(kind)
        if number is None:
            number = self._kinds[kind] = self._next_kind
            self._next_kind += 1
            self._db.execute("INSERT INTO claim_kinds VALUES (?, ?, ?, ?, ?, ?)", [number, *kind])
        return number


def forget_claims(db: Database, *, blocks: str = "", texts: str = "") -> None:
    """Drop what blocks or texts claim that are taken away. Within a transaction of the caller's, before they are.

    :param blocks, texts: SQL of their ids.
    """
    if texts:
        db.execute(f"DELETE FROM text_claims WHERE text_id IN ({texts})")
    if blocks:
        db.execute(f"DELETE FROM block_claims WHERE block_id IN ({blocks})")
        db.execute("DELETE FROM claim_kinds WHERE id NOT IN (SELECT kind_id FROM block_claims)")


def drop_claims(db: Database) -> None:
    """Drop all that is stored of claims. Within a transaction of the caller's."""
    for table in ("text_claims", "block_claims", "claim_kinds", "claim_rules"):
        db.execute(f"DELETE FROM {table}")
    db.execute("UPDATE sites SET company = NULL WHERE company IS NOT NULL")
