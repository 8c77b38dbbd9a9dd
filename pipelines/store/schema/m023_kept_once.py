"""What migration m023 makes (pipelines/store/schema/migrations.py): less of a row for what is the same in most of them.

A column that is empty in most captures costs each of them a byte: six of them become one, `unusual`, which says by name
what does not follow from the rest. `changes` and `findings` become `change_rows` and `finding_rows`, and `policylapse compact`
(pipelines/upkeep/pack.py) writes lists there as ids of what they list: `sections` of a change as those of blocks, `evidence` and
`decisions` of a finding as those of `finding_lines`. The views `captures`, `changes` and `findings` read as the tables did,
with nothing but SQL; `blocks` is read sooner.
"""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database

_UNUSUAL: Final = ("timestamp", "citation_url", "memento_at", "oddity", "failures", "not_before")

_TABLES: Final = """
CREATE TABLE new_capture_rows (
  id INTEGER PRIMARY KEY,
  address_id INTEGER NOT NULL REFERENCES addresses(id),
  at INTEGER NOT NULL,                     -- captured_at in seconds since 1970
  kind_id INTEGER NOT NULL REFERENCES capture_kinds(id),
  digest TEXT NOT NULL,
  length ANY NOT NULL,                     -- a number where the archive's text is one
  payload_id INTEGER REFERENCES payloads(id),
  fetched INTEGER,                         -- fetched_at in seconds since 1970
  drift_seconds INTEGER,
  headers_id INTEGER REFERENCES header_sets(id),
  headers_own TEXT,                        -- RFC 7396 patch: how the headers differ from their set
  memento_url TEXT,                        -- '': as its address has it; NULL: none
  chain TEXT,                              -- '': status and memento_url alone; NULL: none
  redirect_url TEXT,
  detail TEXT,
  unusual TEXT                             -- JSON: timestamp, citation_url, memento_at, oddity, failures, not_before
) STRICT;                                  -- where they do not follow from the rest

CREATE TABLE finding_lines (               -- lines of finding_rows.evidence and .decisions, each once
  id INTEGER PRIMARY KEY,
  line TEXT NOT NULL
) STRICT;
"""
# The codes of a block are read in the order of their places either way, for `places` is the outer loop of a CROSS JOIN; without
# a subquery a block is there a seventh sooner.
_IN_A_SUBQUERY: Final = re.compile(
    r"SELECT group_concat\(words, ''\) FROM \(\s*SELECT p\.words FROM (.*?) ORDER BY n\.place\)", re.DOTALL
)
_IN_ORDER: Final = r"SELECT group_concat(p.words, '') FROM \1"
# The table of a trigger is the first that its statement names after ON.
_ON_ROWS: Final = re.compile(
    r"""^(CREATE\s+TRIGGER\s(?:(?!\sON\s).)*\sON\s+(?:\S?main\S?\.)?)["'`\[]?(change|finding)s\b["'`\]]?""",
    re.DOTALL | re.IGNORECASE,
)
_INDEXES: Final = """
CREATE INDEX capture_rows_address ON capture_rows (address_id, at);

CREATE INDEX capture_rows_digest ON capture_rows (substr(digest, 1, 5)) WHERE payload_id IS NOT NULL;

CREATE INDEX capture_rows_payload ON capture_rows (payload_id) WHERE payload_id IS NOT NULL;
"""


def _listed(column: str, line: str, rows: str) -> str:
    """A list as JSON: written out, or from the ids of the rows that have its items, "3,17"."""
    return f"""CASE WHEN {column} GLOB '[0-9]*' AND json_valid('[' || {column} || ']') THEN (
    SELECT '[' || coalesce(group_concat(json_quote(line), ', '), '') || ']' FROM (
      SELECT l.{line} AS line FROM json_each('[' || {column} || ']') e JOIN {rows} l ON l.id = e.value ORDER BY e.key))
    ELSE {column} END"""


_VIEWS: Final = f"""
CREATE VIEW findings AS                    -- what extractors found, once for all payloads of which it is alike
SELECT f.id, f.text_id, f.outcome, f.detail, f.title, f.charset, f.score,
  {_listed("f.evidence", "line", "finding_lines")} AS evidence,    -- JSON: what the judge saw
  {_listed("f.decisions", "line", "finding_lines")} AS decisions,  -- JSON: what the decoder and the extractor decided, and why
  f.kind, f.kind_scores
FROM finding_rows f;

CREATE VIEW changes AS                     -- the step from a version to the next
SELECT c.id, c.policy_id, c.from_version_id, c.to_version_id, c.change_class, c.words_added, c.words_removed,
  {_listed("c.sections", "markdown", "blocks")} AS sections  -- JSON: headings under which words came or went
FROM change_rows c;
"""


def keep_once(db: Database) -> None:
    """Make the tables and the views anew. Within the caller's transaction, foreign keys off.

    Views and triggers are made again as they were, people's own too, for SQLite would write the new name of a table into
    them, and rename none while a trigger reads a view that is gone. A trigger on `changes` or `findings` is one on their rows.
    """
    others = db.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY type, rowid"
    ).fetchall()  # triggers go first, for a view takes its own with it
    for kind, name, _sql in others:
        db.execute('DROP {} "{}"'.format(kind, name.replace('"', '""')))
    _replace_captures(db)
    db.execute("ALTER TABLE changes RENAME TO change_rows")
    db.execute("ALTER TABLE findings RENAME TO finding_rows")
    db.executescript(_VIEWS)
    for _kind, name, sql in sorted(others, key=lambda one: one[0] == "trigger"):
        db.execute(_anew(name, sql))


def _replace_captures(db: Database) -> None:
    indexes = db.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND lower(tbl_name) = 'capture_rows'"
    ).fetchall()
    db.executescript(_TABLES)
    columns = [row[1] for row in db.execute("PRAGMA table_info(new_capture_rows)").fetchall() if row[1] != "unusual"]
    values = ", ".join(f"'{name}', {name}" for name in _UNUSUAL)
    db.execute(
        f"INSERT INTO new_capture_rows SELECT {', '.join(columns)}, "
        f"CASE WHEN coalesce({', '.join(_UNUSUAL)}) IS NOT NULL THEN json_patch('{{}}', json_object({values})) END "
        "FROM capture_rows ORDER BY id"
    )  # a patch has no null
    db.execute("DROP TABLE capture_rows")
    db.execute("ALTER TABLE new_capture_rows RENAME TO capture_rows")
    db.executescript(_INDEXES)
    for name, sql in indexes:
        if f"INDEX {name} " not in _INDEXES:
            _index_again(db, sql)


def _index_again(db: Database, sql: str) -> None:
    """Make an index of others, unless it is of a column that is gone."""
    try:
        db.execute(sql)
    except sqlite3.OperationalError as error:
        if "no such column" not in str(error):
            raise


def _anew(name: str, sql: str) -> str:
    """The statement that makes a view or trigger."""
    sql = _ON_ROWS.sub(r"\1\2_rows", sql)
    if name == "captures":
        sql = sql.replace("r.not_before", "r.not_before AS not_before", 1)
        for column in _UNUSUAL:
            sql = sql.replace(f"r.{column}", f"json_extract(r.unusual, '$.{column}')")
    elif name == "blocks":
        sql = _IN_A_SUBQUERY.sub(_IN_ORDER, sql)
    return sql
