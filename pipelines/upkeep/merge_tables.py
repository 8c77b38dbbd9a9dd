"""Rows of one database brought into another of the same schema, whatever their ids.

    read_tables(db) ──► Table…                  columns, what refers to what, and the columns that make a row the same row
    copy_rows(table, rows, ids) ──► rows in     missing ones are added; of two rows for one thing, the better one stays
    better(one, other)                          which that is

Which of two rows is better is a total order over their content, so that the result does not depend on who comes first.
Captures, extractions and texts are no rows of one table: merge.py brings them over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from crawler.archives.capture import Outcome

if TYPE_CHECKING:
    from sqlite_utils import Database

Row = Mapping[str, Any]
# Tables that have an id and no key in the schema: a run is the same run where this is the same.
_IDENTITY: Final = {"runs": ("started_at", "program", "archive", "strategy", "arguments")}
# Listings and events have no key at all, and are the same where all is. The last word on a URL is the one with the highest id.
_IN_ORDER_OF: Final = {"listings": "listed_at", "outcomes": "at"}
_OURS: Final = {"policies": ("extractor_id", "dirty"), "sites": ("company",)}  # columns that follow from others
# What is derived, what was done with one file and no other, what merge.py brings over itself, and what only says how and
# where this file keeps it.
_APART: Final = frozenset(
    (
        "versions",
        "change_rows",
        "set_aside",
        "unsteady_lines",
        "found_changes",
        "found_events",
        "horizons",
        "reported_missing",
        "watches",
        "notices",
        "notice_items",
        "channels_ended",
        "saves",
        "payloads",
        "payload_boxes",
        "addresses",
        "capture_kinds",
        "header_sets",
        "capture_rows",
        "finding_rows",
        "finding_lines",
        "extraction_rows",
        "texts",
        "text_runs",
        "block_rows",
        "phrases",
        "places",
        "links",
        "link_layer_rows",
        "compacted",
        "claim_rules",
        "claim_kinds",
        "block_claims",
        "text_claims",
    )
)
# Worst to best: what says more of a capture wins; what was forgotten stays so.
_OUTCOMES = (
    Outcome.PENDING,
    Outcome.PROGRAM_ERROR,
    Outcome.RATE_LIMITED,
    Outcome.LISTING_FAILED,
    Outcome.PLAYBACK_FAILED,
    Outcome.NO_POLICY_FOUND,
    Outcome.BAD_INPUT,
    Outcome.DAMAGED_ARCHIVE,
    Outcome.NOT_IMPORTED,
    Outcome.EMPTY,
    Outcome.NOT_ARCHIVED,
    Outcome.EXCLUDED_ROBOTS,
    Outcome.EXCLUDED,
    Outcome.UNPLAYABLE,
    Outcome.DRIFTED,
    Outcome.TOO_LARGE,
    Outcome.NOT_A_DOCUMENT,
    Outcome.ARCHIVED_ERROR,
    Outcome.REDIRECT,
    Outcome.READING_STOPPED,
    Outcome.UNDECODABLE,
    Outcome.EXTRACT_FAILED,
    Outcome.NOT_A_POLICY,
    Outcome.REVISIT,
    Outcome.FETCHED,
    Outcome.FORGOTTEN,
)
_RANK: Final = {outcome.value: rank for rank, outcome in enumerate(_OUTCOMES)}
# What a reading makes of a capture: all the same here, since it follows from the readings that both files have together.
_READ: Final = frozenset(
    outcome.value
    for outcome in (
        Outcome.FETCHED,
        Outcome.REVISIT,
        Outcome.NOT_A_POLICY,
        Outcome.UNDECODABLE,
        Outcome.EXTRACT_FAILED,
        Outcome.READING_STOPPED,
    )
)
_EARLIEST: Final = ("added_at", "valid_from", "forgotten_at")  # of two rows the one that is earlier in this


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the schema has it.

    :param columns: without the id.
    :param key: the columns that make a row the same row; () where only the whole row does.
    :param references: by column, the table whose id it holds.
    """

    name: str
    has_id: bool
    columns: tuple[str, ...]
    key: tuple[str, ...]
    references: Mapping[str, str]


class Ids:
    """Under which id the target has a row of the source, by table; on disk, for there are as many as rows.

    `last_run` is the target's last run before: what belongs to a later one is not there yet.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._new: dict[tuple[str, int], int] = {}  # not written yet
        (self.last_run,) = db.execute("SELECT coalesce(max(id), 0) FROM main.runs").fetchone()
        db.execute(
            "CREATE TEMP TABLE ids (name TEXT, src INTEGER, dst INTEGER NOT NULL, PRIMARY KEY (name, src)) WITHOUT ROWID"
        )

    def put(self, table: str, source_id: int, target_id: int) -> None:
        """Note an id; on disk with the next `write`."""
        self._new[table, source_id] = target_id

    def write(self) -> None:
        """Write what was noted, for statements that read the table; at the end of each transaction."""
        rows = [(*key, target_id) for key, target_id in self._new.items()]
        self._db.conn.executemany("INSERT OR REPLACE INTO temp.ids VALUES (?, ?, ?)", rows)
        self._new.clear()

    def get(self, table: str, source_id: int | None) -> int | None:
        if source_id is None:
            return None
        new = self._new.get((table, source_id))
        if new is not None:
            return new
        row = self._db.execute("SELECT dst FROM temp.ids WHERE name = ? AND src = ?", [table, source_id]).fetchone()
        return int(row[0]) if row else None

    def close(self) -> None:
        self._db.execute("DROP TABLE temp.ids")
        self._db.execute("DROP TABLE IF EXISTS temp.held")


def read_tables(db: Database) -> list[Table]:
    """Return the tables whose rows are copied as they are, each after those that it refers to; without full-text
    indexes and SQLite's own.
    """
    names = [
        name
        for schema, name, kind, *_ in db.execute("PRAGMA table_list").fetchall()
        if schema == "main" and kind == "table" and not name.startswith(("_", "sqlite_")) and name not in _APART
    ]
    known = {name: _read_table(db, name) for name in sorted(names)}
    in_order: dict[str, Table] = {}

    def add(name: str) -> None:
        for other in known[name].references.values():
            if other in known and other not in in_order and other != name:
                add(other)
        in_order.setdefault(name, known[name])

    for name in known:
        add(name)
    return list(in_order.values())


def _read_table(db: Database, name: str) -> Table:
    info = db.execute(f"PRAGMA main.table_info({name})").fetchall()
    primary = [column for _cid, column, _type, _null, _default, pk in sorted(info, key=lambda row: row[5]) if pk]
    has_id = primary == ["id"]
    key = tuple(primary)
    if has_id:
        unique = [row[1] for row in db.execute(f"PRAGMA main.index_list({name})") if row[2] and row[3] == "u"]
        indexed = db.execute(f"PRAGMA main.index_info({unique[0]})").fetchall() if unique else []
        key = tuple(row[2] for row in indexed) or _IDENTITY.get(name, ())
    references = {row[3]: row[2] for row in db.execute(f"PRAGMA main.foreign_key_list({name})")}
    hidden = {"id", *_OURS.get(name, ())} if has_id else set()
    columns = tuple(row[1] for row in info if row[1] not in hidden)
    return Table(name, has_id, columns, key, references)


def select(table: Table) -> str:
    """Return the statement that reads a table of the source: id, or NULL, and its columns; events oldest first."""
    order = [_IN_ORDER_OF[table.name]] if table.name in _IN_ORDER_OF else []
    order += [column for column in table.columns if column not in table.references]
    names = ", ".join(table.columns)
    return f"SELECT {'id' if table.has_id else 'NULL'}, {names} FROM {table.name} ORDER BY {', '.join(order)}"


def copy_rows(db: Database, table: Table, rows: Iterable[Sequence[Any]], ids: Ids) -> None:
    """Bring rows of `select(table)` into the target. Within a transaction of the caller's.

    A row that refers to one which was not copied stays behind.
    """
    if not table.key:
        _copy_events(db, table, rows, ids)
        return
    find = f"SELECT {'id' if table.has_id else 'NULL'}, {', '.join(table.columns)} FROM main.{table.name} WHERE "
    find += " AND ".join(f"{column} = ?" for column in table.key)
    for source_id, row in _mapped(table, rows, ids):
        key = [row[column] for column in table.key]
        held = db.execute(find, key).fetchone()
        if held is None:
            held = (_insert(db, table, row),)
        elif better(_named(db, table, row), _named(db, table, ours := dict(zip(table.columns, held[1:], strict=True)))):
            changed = [column for column in table.columns if row[column] != ours[column]]
            db.execute(
                f"UPDATE main.{table.name} SET {', '.join(f'{column} = ?' for column in changed)} WHERE "
                + " AND ".join(f"{column} = ?" for column in table.key),
                [*(row[column] for column in changed), *key],
            )
        if table.has_id:
            ids.put(table.name, source_id, held[0])


def hold_events(db: Database, table: Table, ids: Ids) -> None:
    """Note in a table of their own, on disk, the events that the target has of the source's runs; within no transaction.

    An event is one of a run. A source that comes for the first time has runs of its own, and nothing is looked for.
    """
    with db.atomic():
        db.execute("DROP TABLE IF EXISTS temp.held")
        columns = ", ".join(table.columns)
        db.execute(
            f"CREATE TEMP TABLE held AS SELECT {columns} FROM main.{table.name} WHERE run_id <= ? "
            "AND run_id IN (SELECT dst FROM temp.ids WHERE name = 'runs')",
            [ids.last_run],
        )
        db.execute(f"CREATE INDEX temp.held_all ON held ({columns})")


def _copy_events(db: Database, table: Table, rows: Iterable[Sequence[Any]], ids: Ids) -> None:
    same = " AND ".join(f"{column} IS ?" for column in table.columns)
    for _source_id, row in _mapped(table, rows, ids):
        values = list(row.values())
        if db.execute(f"SELECT 1 FROM temp.held WHERE {same}", values).fetchone() is None:
            _insert(db, table, row)
            db.execute(f"INSERT INTO temp.held VALUES ({', '.join('?' * len(values))})", values)


def _mapped(table: Table, rows: Iterable[Sequence[Any]], ids: Ids) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows with the target's ids in place of the source's."""
    for source_id, *values in rows:
        row = dict(zip(table.columns, values, strict=True))
        refers = {column: parent for column, parent in table.references.items() if row.get(column) is not None}
        row |= {column: ids.get(parent, row[column]) for column, parent in refers.items()}
        if all(row[column] is not None for column in refers):
            yield source_id, row


def _insert(db: Database, table: Table, row: Row) -> int:
    marks = ", ".join("?" * len(row))
    cursor = db.execute(f"INSERT INTO main.{table.name} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    return int(cursor.lastrowid or 0)


def _named(db: Database, table: Table, row: Row) -> Row:
    """A row without its key, and with all of another's instead of its id: an id says nothing in another file."""
    return {
        column: db.execute(f"SELECT * FROM main.{table.references[column]} WHERE id = ?", [value]).fetchone()[1:]
        if column in table.references and value is not None
        else value
        for column, value in row.items()
        if column not in table.key
    }


# which of two rows is better


def better(one: Row, other: Row) -> bool:
    """Tell whether of two rows for one thing, whose ids were replaced by content, the first is the better one."""
    return _order(one) > _order(other)


def _order(row: Row) -> tuple[Any, ...]:
    """Sorts rows of one thing, the best last; equal only where the content is."""
    first: tuple[Any, ...] = ()
    last: tuple[Any, ...] = ()
    if "fetched_at" in row:  # a capture
        rank = _RANK[Outcome.FETCHED.value if row["outcome"] in _READ else row["outcome"]]
        first = (rank, row["payload"] is not None, _early(row["fetched_at"]))
        last = (_RANK[row["outcome"]], row["detail"])
        row = {name: value for name, value in row.items() if name not in ("outcome", "detail")}
    elif "kind_scores" in row:  # an extraction
        first = (_RANK[row["outcome"]],)
    first += tuple(_early(row[name]) for name in _EARLIEST if name in row)
    first += (row.get("finished_at") is not None,)
    return (*first, *((value is not None, str(type(value)), _text(value)) for value in row.values()), *last)


def _early(moment: str | None) -> tuple[int, ...]:
    """Earlier is better, known is better than not; ISO 8601 sorts as text."""
    return (-1,) if moment is None else (1, *(-ord(char) for char in moment))


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
