"""What of a block can be searched: its text as the index of words (blocks_fts) is given it.

SQLite's unicode61 takes a run of Chinese, Japanese, Korean or Thai letters for one word, as they are written without
spaces; each of these letters is made a word of its own here. The other way, an index of trigrams, finds parts of
words but is four times as large (181 bytes a capture against 47, twelve real histories), and knows nothing shorter
than three letters, which most Chinese words are.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import Final

# Han with its extensions, kana, bopomofo, Hangul; Thai, Lao, Khmer and Burmese
_UNSPACED: Final = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff])"
)


def searchable(markdown: str, space: str = " ") -> str:
    """Return a block's Markdown as the index is given it.

    :param space: what is put around letters that are words of their own.

    >>> searchable("GDPR 隐私政策")
    'GDPR  隐  私  政  策 '
    """
    return markdown if markdown.isascii() else _UNSPACED.sub(rf"{space}\1{space}", markdown)


def index_new(connection: sqlite3.Connection, blocks: Iterable[tuple[int, str]]) -> None:
    """Have new blocks found by their words: of each its id and its Markdown. Within the caller's transaction."""
    connection.executemany(
        "INSERT INTO blocks_fts (rowid, markdown) VALUES (?, ?)", ((row, searchable(text)) for row, text in blocks)
    )


def forget_block_words(connection: sqlite3.Connection, block_id: int, markdown: str) -> None:
    """Take a block's words out of the index, which holds no texts and must be told what they were."""
    connection.execute(
        "INSERT INTO blocks_fts (blocks_fts, rowid, markdown) VALUES ('delete', ?, ?)", [block_id, searchable(markdown)]
    )


def index_blocks(connection: sqlite3.Connection) -> None:
    """Make the index anew, so that nothing of what was deleted is left in it. Within the caller's transaction."""
    connection.execute("INSERT INTO blocks_fts (blocks_fts) VALUES ('delete-all')")
    index_new(connection, connection.execute("SELECT id, coalesce(markdown, '') FROM blocks ORDER BY id"))


def differing_words(connection: sqlite3.Connection) -> int:
    """Return how many words the index knows in another number of blocks than there are with it. Writes nothing but a
    temporary index, so that a connection for reading is enough.
    """
    (query_only,) = connection.execute("PRAGMA query_only").fetchone()
    connection.execute("PRAGMA query_only = OFF")
    (sql,) = connection.execute("SELECT sql FROM main.sqlite_schema WHERE name = 'blocks_fts'").fetchone()
    connection.execute(sql.replace("blocks_fts", "temp.blocks_again", 1))
    for schema, name in (("main", "blocks_fts"), ("temp", "blocks_again")):
        connection.execute(f"CREATE VIRTUAL TABLE temp.words_{name} USING fts5vocab({schema}, {name}, row)")
    try:
        connection.executemany(
            "INSERT INTO temp.blocks_again (rowid, markdown) VALUES (?, ?)",
            ((row[0], searchable(row[1])) for row in connection.execute("SELECT id, markdown FROM main.blocks")),
        )
        (count,) = connection.execute(
            "SELECT count(DISTINCT term) FROM (SELECT term FROM (SELECT term, doc FROM temp.words_blocks_fts "
            "UNION ALL SELECT term, doc FROM temp.words_blocks_again) GROUP BY term, doc HAVING count(*) = 1)"
        ).fetchone()
    finally:
        for name in ("words_blocks_fts", "words_blocks_again", "blocks_again"):
            connection.execute(f"DROP TABLE temp.{name}")
        connection.execute(f"PRAGMA query_only = {query_only}")
    return int(count)
