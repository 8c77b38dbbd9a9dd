"""Rows of one database brought into another of the same schema, whatever their ids.

    read_tables(db) ──► Table…        columns, what refers to what, and the columns that make a row the same row
    Copier.copy(table, …)             missing rows in ─► ids mapped ─► of two rows for one thing, the better one stays

Which of two rows is better is a total order over their content, so that the result does not depend on who comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.archives.capture import Outcome

if TYPE_CHECKING:
    from sqlite_utils import Database

# Rows that have no key in the schema: a run is the same run where this is the same; a listing or an event where all is.
_IDENTITY = {
    "runs": ("started_at", "program", "archive", "strategy", "arguments"),
    "payloads": ("payload_digest",),
    "captures": ("archive", "urlkey", "original", "at", "timestamp", "digest"),
    "extractions": ("payload_id", "extractor_id"),
    "link_layers": ("link_digest",),
}
# Views that stand for tables (schema_small.py), what they refer to, and columns that say where a row is kept.
_VIEWS = {
    "captures": {"payload_id": "payloads"},
    "extractions": {
        "payload_id": "payloads", "extractor_id": "extractors", "text_id": "texts", "link_layer_id": "link_layers",
    },
    "link_layers": {},
}  # fmt: skip
_SHOWN = {"capture_rows": "captures", "link_layer_rows": "link_layers"}
_PLACES = ("at", "address_id", "finding_id")
# What they stand on, and what only says what was done to the file.
_WITHIN = frozenset((
    "addresses", "capture_kinds", "header_sets", "capture_rows", "findings", "extraction_rows", "text_runs", "links",
    "link_layer_rows", "blocks", "blocks_fts", "compacted",
))  # fmt: skip
_IN_ORDER_OF = {"listings": "listed_at", "outcomes": "at"}  # the last word on a URL is the one with the highest id
_OURS = {"policies": ("extractor_id", "dirty")}  # columns that the fold sets
# Worst to best: what says more of a capture wins; what was forgotten stays so.
_OUTCOMES = (
    Outcome.PENDING, Outcome.PROGRAM_ERROR, Outcome.RATE_LIMITED, Outcome.LISTING_FAILED, Outcome.PLAYBACK_FAILED, Outcome.NO_POLICY_FOUND, Outcome.BAD_INPUT,
    Outcome.DAMAGED_ARCHIVE, Outcome.EMPTY, Outcome.NOT_ARCHIVED, Outcome.EXCLUDED_ROBOTS, Outcome.EXCLUDED,
    Outcome.UNPLAYABLE, Outcome.DRIFTED, Outcome.TOO_LARGE, Outcome.NOT_A_DOCUMENT, Outcome.ARCHIVED_ERROR,
    Outcome.REDIRECT, Outcome.READING_STOPPED, Outcome.UNDECODABLE, Outcome.EXTRACT_FAILED, Outcome.NOT_A_POLICY, Outcome.REVISIT,
    Outcome.FETCHED, Outcome.FORGOTTEN,
)  # fmt: skip
_RANK = {outcome.value: rank for rank, outcome in enumerate(_OUTCOMES)}
# Captures that are forgotten come without the page they refer to; a trigger sees to it that they are forgotten here, too.
_FORGOTTEN = " OR s.urlkey IN (SELECT urlkey FROM main.tombstones)"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the schema has it.

    :param columns: without the id.
    :param key: the columns that make a row the same row; () where only the whole row does.
    :param references: by column, the table whose id it holds.
    :param unique: the schema enforces the key.
    """

    name: str
    has_id: bool
    columns: tuple[str, ...]
    key: tuple[str, ...]
    references: Mapping[str, str]
    unique: bool


def read_tables(db: Database, schema: str) -> list[Table]:
    """Return the tables that `main` has, too, each after those that it refers to, as a person sees them; without
    blocks, which go with their texts, full-text indexes and SQLite's own.
    """
    names = [
        name
        for _schema, name, kind, *_ in db.execute(f"PRAGMA {schema}.table_list").fetchall()
        if _schema == schema and (kind == "table" or name in _VIEWS) and not name.startswith(("_", "sqlite_"))
    ]
    names = [
        name
        for name in names
        if name not in _WITHIN and db.execute("SELECT 1 FROM main.sqlite_schema WHERE name = ?", [name]).fetchone()
    ]
    known = {name: _read_table(db, schema, name) for name in sorted(names)}
    in_order: dict[str, Table] = {}

    def add(name: str) -> None:
        for other in known[name].references.values():
            if other not in in_order and other != name:
                add(other)
        in_order[name] = known[name]

    for name in known:
        if name not in in_order:
            add(name)
    return list(in_order.values())


def _read_table(db: Database, schema: str, name: str) -> Table:
    info = db.execute(f"PRAGMA {schema}.table_info({name})").fetchall()
    primary = [column for _cid, column, _type, _null, _default, pk in sorted(info, key=lambda row: row[5]) if pk]
    has_id = primary == ["id"] or (name in _VIEWS and info[0][1] == "id")
    unique = next(
        (
            index
            for _seq, index, is_unique, origin, partial in db.execute(f"PRAGMA {schema}.index_list({name})").fetchall()
            if is_unique and origin == "u" and not partial
        ),
        None,
    )
    key = tuple(primary) or _IDENTITY.get(name, ())
    if has_id:
        rows = db.execute(f"PRAGMA {schema}.index_info({unique})").fetchall() if unique else []
        key = tuple(column for _seq, _cid, column in rows) or _IDENTITY.get(name, ())
    references = _VIEWS.get(name) or {
        column: _SHOWN.get(parent, parent)
        for _id, _seq, parent, column, *_ in db.execute(f"PRAGMA {schema}.foreign_key_list({name})")
    }
    hidden = {"id"} if has_id else set()
    hidden |= set(_PLACES) if name in _VIEWS else set()
    columns = tuple(row[1] for row in info if row[1] not in hidden)
    return Table(
        name, has_id, columns, key, references, unique=name not in _VIEWS and (not has_id or unique is not None)
    )


class Copier:
    """Copies rows of the attached schema `src` into `main`, and remembers under which ids.

    :param tables: by name, each after those that it refers to.
    """

    def __init__(self, db: Database, tables: Mapping[str, Table]) -> None:
        self._db, self._tables = db, tables

    @contextmanager
    def maps(self) -> Iterator[None]:
        """Within it, ids are remembered; temporary tables are gone afterwards."""
        for table in self._tables.values():
            if table.has_id and table.key:
                self._db.execute(f"CREATE TEMP TABLE map_{table.name} (src INTEGER PRIMARY KEY, dst INTEGER NOT NULL)")
        try:
            yield
        finally:
            for (name,) in self._db.execute("SELECT name FROM temp.sqlite_schema WHERE type = 'table'").fetchall():
                self._db.execute(f"DROP TABLE temp.{name}")

    def note(self, table: str, source_id: int, target_id: int) -> None:
        """Remember a row that was copied by other means."""
        self._db.execute(f"INSERT OR REPLACE INTO temp.map_{table} VALUES (?, ?)", [source_id, target_id])

    def copy(self, table: Table, bounds: Sequence[int] = (), where: str = "true") -> None:
        """Copy the rows of the source, `s`, for which `where` is true. Within a transaction of the caller's.

        A row that refers to one which was not copied stays behind.

        :param bounds: first and last id, or of what the first column of the key refers to; () for all rows.
        """
        rows = _Rows(table, self._tables, where, ranged=bool(bounds))
        if not table.key:
            self._db.execute(rows.insert_events(), bounds)
            return
        self._db.execute(rows.insert(), bounds)
        if table.has_id:
            self._db.execute(rows.map(), bounds)
        for found in self._db.execute(rows.conflicts(), bounds).fetchall():
            self._settle(table, rows, found)

    def _settle(self, table: Table, rows: _Rows, found: Sequence[Any]) -> None:
        """Give the target the source's row where that is the better one."""
        width = len(rows.columns)
        key, theirs, ours = found[: rows.keys], found[rows.keys : rows.keys + width], found[rows.keys + width :]
        names, our_names = ours[width : 2 * width], ours[2 * width :]
        if _order(table.name, rows.columns, names) <= _order(table.name, rows.columns, our_names):
            return
        where = " AND ".join(f"{column} = ?" for column in (("id",) if table.has_id else table.key))
        values = ", ".join(f"{column} = ?" for column in rows.columns)
        self._db.execute(f"UPDATE main.{table.name} SET {values} WHERE {where}", [*theirs, *key])


class _Rows:
    """The SQL that brings the rows of one table over."""

    def __init__(self, table: Table, tables: Mapping[str, Table], where: str, *, ranged: bool) -> None:
        self.table, self._tables = table, tables
        self.columns = tuple(column for column in table.columns if column not in _OURS.get(table.name, ()))
        self.keys = 1 if table.has_id else len(table.key)
        mapped = {c: t for c, t in table.references.items() if c in self.columns and t in tables}
        self._expression = {c: f"m_{c}.dst" if c in mapped else f"s.{c}" for c in (*self.columns, *table.key)}
        joins = " ".join(f"LEFT JOIN temp.map_{t} m_{c} ON m_{c}.src = s.{c}" for c, t in mapped.items())
        known = [
            f"(s.{c} IS NULL OR m_{c}.dst IS NOT NULL{_FORGOTTEN if (table.name, c) == ('captures', 'payload_id') else ''})"
            for c in mapped
        ]
        limits = [f"s.{'id' if table.has_id else table.key[0]} BETWEEN ? AND ?"] if ranged else []
        self._from = f"FROM src.{table.name} s {joins}"
        self._where = " AND ".join([*limits, *known, where])

    def _same(self, alias: str) -> str:
        return " AND ".join(f"{alias}.{column} = {self._expression[column]}" for column in self.table.key)

    def _list(self) -> str:
        return ", ".join(self._expression[column] for column in self.columns)

    def insert(self) -> str:
        name, names = self.table.name, ", ".join(self.columns)
        start = f"INSERT INTO main.{name} ({names}) SELECT {self._list()} {self._from} WHERE {self._where}"
        if self.table.unique:
            return f"{start} ON CONFLICT DO NOTHING"
        once = ", ".join(self._expression[column] for column in self.table.key)
        return f"{start} AND NOT EXISTS (SELECT 1 FROM main.{name} t WHERE {self._same('t')}) GROUP BY {once}"

    def insert_events(self) -> str:
        """Rows that are the same only where all of them is, oldest first."""
        name, names = self.table.name, ", ".join(self.columns)
        by = self.columns.index(_IN_ORDER_OF[name]) + 1 if name in _IN_ORDER_OF else 1
        return (
            f"INSERT INTO main.{name} ({names}) SELECT {self._list()} {self._from} WHERE {self._where} "
            f"EXCEPT SELECT {names} FROM main.{name} ORDER BY {by}"
        )

    def map(self) -> str:
        return (
            f"INSERT OR REPLACE INTO temp.map_{self.table.name} SELECT s.id, min(t.id) {self._from} "
            f"JOIN main.{self.table.name} t ON {self._same('t')} WHERE {self._where} GROUP BY s.id"
        )

    def conflicts(self) -> str:
        """Rows that both have, and not alike: the target's key, both rows, and both with what they refer to by name."""
        table = self.table
        key = "t.id" if table.has_id else ", ".join(f"t.{column}" for column in table.key)
        ours = {column: f"t.{column}" for column in self.columns}
        theirs = {column: self._expression[column] for column in self.columns}
        lists = [", ".join(row.values()) for row in (theirs, ours, *map(self._named, (theirs, ours)))]
        join = f"JOIN main.{table.name} t ON {self._same('t')}"
        if table.has_id:
            join = f"JOIN temp.map_{table.name} me ON me.src = s.id JOIN main.{table.name} t ON t.id = me.dst"
        return f"SELECT {key}, {', '.join(lists)} {self._from} {join} WHERE {self._where} AND ({lists[0]}) IS NOT ({lists[1]})"

    def _named(self, row: Mapping[str, str]) -> dict[str, str]:
        """The columns with the first part of its key for each id: an id says nothing in another file."""
        named = dict(row)
        for column, parent in self.table.references.items():
            other = self._tables.get(parent)
            if column in named and other and other.key and other.key[0] not in other.references:
                named[column] = f"(SELECT r.{other.key[0]} FROM main.{parent} r WHERE r.id = {row[column]})"
        return named


# which of two rows is better


def _order(name: str, columns: Sequence[str], values: Sequence[Any]) -> tuple[Any, ...]:
    """Sorts rows of one thing, the best last; equal only where the content is."""
    row = dict(zip(columns, values, strict=True))
    first: tuple[Any, ...] = ()
    if name in ("captures", "extractions"):
        first = (_RANK[row["outcome"]], row.get("payload_id") is not None, _early(row.get("fetched_at")))
    elif name in ("sites", "policies"):
        first = (_early(row["added_at"]),)
    elif name == "policy_urls":
        first = (_early(row["valid_from"]),)
    elif name == "runs":
        first = (row["finished_at"] is not None,)
    elif name == "tombstones":
        first = (_early(row["forgotten_at"]),)
    return (*first, *((value is not None, str(type(value)), _text(value)) for value in values))


def _early(moment: str | None) -> tuple[int, ...]:
    """Earlier is better, known is better than not; ISO 8601 sorts as text."""
    return (-1,) if moment is None else (1, *(-ord(char) for char in moment))


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
