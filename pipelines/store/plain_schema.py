"""The schema as it is stored: without the comments and the blank space of the migrations, which docs/schema.md keeps.

SQLite stores each CREATE statement as it was written, in every file: of 37 kB, 13 are comments. In a small database they
weigh more than its texts. What a statement means stays the same, so that SQLite may be told so by `PRAGMA
writable_schema` (its documentation of ALTER TABLE, section 7, allows it for changes that touch no content). Only
statements that are ours to the letter are written anew; that each means the same as before is proven by a test
(tests/pipelines/store/test_plain_schema.py). What others added stays as they wrote it.
"""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Final

from sqlite_utils import Database

from pipelines.store.schema.migrations import migrations

if TYPE_CHECKING:
    from pipelines.store.file import WrittenFile

# A string or a name in quotes stays as it is; comments and blank space become one space.
_TOKENS: Final = re.compile(
    r"""('(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$))"""
    r"""|(?:--[^\n]*(?:\n|$)|/\*.*?(?:\*/|$)|\s)+""",
    re.DOTALL,
)  # what has no end goes on to the end, as SQLite reads it
_STATEMENTS: Final = "SELECT type, name, sql FROM sqlite_schema WHERE sql NOT NULL"


def plain(sql: str) -> str:
    r"""Return a statement without comments and superfluous blank space.

    >>> plain("CREATE TABLE t (  -- the t's\n  a TEXT DEFAULT '-- x'  -- an a\n)")
    "CREATE TABLE t ( a TEXT DEFAULT '-- x' )"
    """
    return _TOKENS.sub(lambda found: found[1] or " ", sql).strip()


def store_plainly(db: WrittenFile, *, all_ours: bool = False) -> None:
    """Take comments and blank space out of our statements in the stored schema, all or nothing.

    Where this SQLite does not let us (it is in its defensive mode), the schema stays as it is.

    :param all_ours: the file was made just now, so that no statement is of others.
    """
    commented = {
        (kind, name, sql): plain(sql) for kind, name, sql in db.execute(_STATEMENTS).fetchall() if plain(sql) != sql
    }
    ours = _ours() if commented and not all_ours else {}
    changed = [(sql, *key) for key, sql in commented.items() if all_ours or ours.get(key[:2]) == sql]
    if not changed:
        return
    db.execute("PRAGMA writable_schema = ON")
    try:
        with db.atomic():
            (version,) = db.execute("PRAGMA schema_version").fetchone()
            db.conn.executemany("UPDATE sqlite_schema SET sql = ? WHERE type = ? AND name = ? AND sql = ?", changed)
            db.execute(f"PRAGMA schema_version = {version + 1}")  # so that who has the file open reads it anew
    except sqlite3.OperationalError as error:
        if "may not be modified" not in str(error):
            raise
    finally:
        db.execute("PRAGMA writable_schema = OFF")


def _ours() -> dict[tuple[str, str], str]:
    """Our statements, plain, by type and name."""
    made = Database(memory=True)
    try:
        migrations.apply(made)
        return {(kind, name): plain(sql) for kind, name, sql in made.execute(_STATEMENTS).fetchall()}
    finally:
        made.conn.close()
