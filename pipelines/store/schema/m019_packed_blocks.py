"""What migration m019 makes (pipelines/store/schema/migrations.py): texts of blocks may be packed, behind a view.

`blocks` becomes `block_rows`, whose `markdown` is '' where `packed` has the text: two bytes a phrase. The view `blocks` puts
them together, so that whoever reads `blocks` reads as before, with nothing but SQL. No row changes here: `policylapse
compact` packs (pipelines/upkeep/pack.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database

# What block_rows.kind has for a kind of block since m022; the view says the kind. Others stand there as they are.
_LETTERS: Final = {
    "title": "t",
    "heading": "h",
    "paragraph": "p",
    "item": "i",
    "numbered": "n",
    "term": "m",
    "definition": "d",
    "row": "r",
    "quote": "q",
    "pre": "e",
}
_LONGEST: Final = 160  # phrases of a packed block, so that each is read back in 0.1 ms

_COLUMN = """
ALTER TABLE block_rows ADD COLUMN packed BLOB;  -- the text where markdown is '': the codes of its phrases; NULL: markdown is the text
"""
_TABLES = """
CREATE TABLE phrases (                     -- what block_rows.packed is made of, where markdown is empty
  code BLOB PRIMARY KEY,                   -- two bytes
  words TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE places (                      -- where codes begin in block_rows.packed: 1, 3, 5, …
  place INTEGER PRIMARY KEY
) STRICT;
"""
_VIEW = """
CREATE VIEW blocks AS                      -- each block of each text, once
SELECT r.id, r.block_key, r.kind, r.level,
  CASE WHEN r.packed IS NULL THEN r.markdown ELSE (
    SELECT group_concat(words, '') FROM (
      SELECT p.words FROM places n CROSS JOIN phrases p ON p.code = substr(r.packed, n.place, 2)
      WHERE n.place < length(r.packed) ORDER BY n.place)) END AS markdown
FROM block_rows r;
"""


def pack_blocks(db: Database) -> None:
    """Rename the table, and put the view in its place. Within the caller's transaction, foreign keys off.

    Views are made again as they were, people's own too, and so are their triggers: SQLite would write the new name of the
    table into them. A trigger on the table itself goes with it.
    """
    others = db.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE type = 'view' OR type = 'trigger' AND lower(tbl_name) <> 'blocks' "
        "ORDER BY type, rowid"
    ).fetchall()  # triggers go first, for a view takes its own with it
    for kind, name, _sql in others:
        db.execute('DROP {} "{}"'.format(kind, name.replace('"', '""')))
    db.execute("ALTER TABLE blocks RENAME TO block_rows")
    db.executescript(_COLUMN)
    db.executescript(_TABLES)
    db.conn.executemany("INSERT INTO places VALUES (?)", [(place,) for place in range(1, 2 * _LONGEST, 2)])
    db.executescript(_VIEW)
    for _kind, _name, sql in sorted(others, key=lambda one: one[0] == "trigger"):
        db.execute(sql)


def shorten_kinds(db: Database) -> None:
    """Write kinds of blocks as a letter, six bytes less a block, and make the view that says them. Within the caller's
    transaction. Triggers that people have on the view are made again.
    """
    triggers = db.execute(
        "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND lower(tbl_name) = 'blocks' ORDER BY rowid"
    ).fetchall()
    db.execute("DROP VIEW blocks")
    letters = " ".join(f"WHEN '{kind}' THEN '{letter}'" for kind, letter in _LETTERS.items())
    db.execute(f"UPDATE block_rows SET kind = CASE kind {letters} ELSE kind END")
    cases = " ".join(f"WHEN '{letter}' THEN '{kind}'" for kind, letter in _LETTERS.items())
    db.executescript(
        _VIEW.replace("r.kind, r.level", f"\n  CASE r.kind {cases}\n    ELSE r.kind END AS kind,\n  r.level", 1)
    )
    for (sql,) in triggers:
        db.execute(sql)
