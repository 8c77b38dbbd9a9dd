"""Labels made elsewhere: put into the file, and taken out of it with what they are about.

    known_keys(db, keys) ──► those that are the words of a passage or of a whole text in the file
    put_annotations(db, rows) ──► how many were new          drop_forgotten(db) ──► how many went

A label is about words, not about a row: it stays when a page is extracted again. So `forget` cannot find it by a reference.
After one, a label goes if no passage and no text in the file has its words, or if it was made on a page of a site of which
everything is forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from pipelines.model import Block, BlockKind
from pipelines.store.tables.capture_table import ALIVE_SITES
from pipelines.text.wording import wording_key

if TYPE_CHECKING:
    from sqlite_utils import Database

COLUMNS = ("text_key", "label", "author", "model", "labelled_at", "note", "citation", "site", "added_at")


_NO_WORDS = wording_key([])  # of a rule between passages, say: nobody labels that


def block_words_key(markdown: str) -> str:
    """Return the key of a passage: SHA-256 (hex) of its words, so that markup and typography do not count."""
    return wording_key([Block(BlockKind.PARAGRAPH, 0, markdown)])


def known_keys(db: Database, keys: Collection[str]) -> set[str]:
    """Return those keys that a passage or a text in the file has. Reads every passage once: some 20 µs each."""
    wanted, found = set(keys) - {_NO_WORDS}, set[str]()
    if wanted:
        rows = db.execute(
            "SELECT DISTINCT wording FROM texts WHERE wording IN (SELECT value FROM json_each(?))",
            [json.dumps(sorted(wanted))],
        )
        found = {key for (key,) in rows.fetchall()}
        for (markdown,) in db.execute("SELECT markdown FROM blocks"):
            if (key := block_words_key(markdown)) in wanted:
                found.add(key)
    return found


def put_annotations(db: Database, rows: Iterable[Mapping[str, str]]) -> int:
    """Store labels; of one that is there already the first stays. Return how many were new.

    Within a transaction of the caller's. :param rows: each with COLUMNS.
    """
    marks = ", ".join("?" * len(COLUMNS))
    sql = f"INSERT INTO annotations ({', '.join(COLUMNS)}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    return sum(max(db.execute(sql, [row[name] for name in COLUMNS]).rowcount, 0) for row in rows)


def drop_forgotten(db: Database) -> int:
    """Take away the labels of what is forgotten; return how many. Within a transaction of the caller's."""
    alive = f"SELECT site FROM sites WHERE id IN ({ALIVE_SITES})"
    gone = db.execute(
        f"DELETE FROM annotations WHERE site IN (SELECT site FROM tombstones) AND site NOT IN ({alive})"
    ).rowcount
    keys = {key for (key,) in db.execute("SELECT DISTINCT text_key FROM annotations").fetchall()}
    lost = keys - known_keys(db, keys)
    gone += db.execute(
        "DELETE FROM annotations WHERE text_key IN (SELECT value FROM json_each(?))", [json.dumps(sorted(lost))]
    ).rowcount
    return int(gone)
