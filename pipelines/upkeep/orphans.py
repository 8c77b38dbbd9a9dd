"""What nobody refers to: payloads without a capture, links without a page, blocks without a text, texts that no page
and no version shows.

Nothing of it is damage. Texts of that kind are what earlier folds put together (pipelines/versions/steady.py); somebody may have
cited them (history/timeline/citations.py), so that only `forget` takes them away, and only where a block of theirs is no
longer anybody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.archives.errors import StoreError
from pipelines.store.load import Execute, load_payload
from pipelines.store.shelves.payloads import deflate
from pipelines.store.tables.block_words import forget_block_words
from pipelines.store.tables.claim_rows import forget_claims

if TYPE_CHECKING:
    from sqlite_utils import Database

_TEXTS_IN_USE = (
    "SELECT text_id FROM finding_rows WHERE text_id IS NOT NULL UNION SELECT text_id FROM versions "
    "UNION SELECT text_id FROM set_aside"
)
_PAYLOADS = (
    "SELECT id FROM payloads WHERE id NOT IN (WITH RECURSIVE needed (id) AS ("
    "SELECT payload_id FROM captures WHERE payload_id IS NOT NULL UNION "
    "SELECT p.base_id FROM payloads p JOIN needed n ON n.id = p.id WHERE p.base_id IS NOT NULL) SELECT id FROM needed)"
)
_LINKS = (
    "SELECT id FROM link_layer_rows WHERE id NOT IN "
    "(SELECT link_layer_id FROM extraction_rows WHERE link_layer_id NOT NULL)"
)
# Ids in a column of lists, where it has ids (pack.py).
_LINES = "SELECT e.value FROM finding_rows f, json_each(CASE WHEN f.{0} GLOB '[0-9]*' THEN '[' || f.{0} || ']' ELSE '[]' END) e"
# What the views stand on: of no meaning to a person without the rows above.
_FINDINGS = "DELETE FROM finding_rows WHERE id NOT IN (SELECT finding_id FROM extraction_rows)"
_PARTS = (
    "DELETE FROM links WHERE id NOT IN (SELECT e.value FROM link_layer_rows l, json_each(l.link_ids) e)",
    f"DELETE FROM finding_lines WHERE id NOT IN ({_LINES.format('evidence')} UNION {_LINES.format('decisions')})",
    "DELETE FROM header_sets WHERE id NOT IN (SELECT headers_id FROM capture_rows WHERE headers_id NOT NULL)",
    "DELETE FROM capture_kinds WHERE id NOT IN (SELECT kind_id FROM capture_rows)",
    "DELETE FROM addresses WHERE id NOT IN (SELECT address_id FROM capture_rows)",
)
_BLOCKS = "SELECT id FROM block_rows WHERE id NOT IN (SELECT block_id FROM text_blocks)"
_TEXTS = f"SELECT id FROM texts WHERE id NOT IN ({_TEXTS_IN_USE})"
_LOST_TEXTS = (
    f"SELECT DISTINCT text_id FROM text_blocks WHERE text_id NOT IN ({_TEXTS_IN_USE}) AND block_id NOT IN "
    f"(SELECT block_id FROM text_blocks WHERE text_id IN ({_TEXTS_IN_USE}))"
)


@dataclass(frozen=True, slots=True)
class Orphans:
    """How many rows nobody refers to, by table."""

    payloads: int
    texts: int
    blocks: int
    link_layers: int


def count_orphans(execute: Execute) -> Orphans:
    """Return how many there are; payloads that others are stored against are none."""
    counts = [
        int(execute(f"SELECT count(*) FROM ({ids})", []).fetchone()[0]) for ids in (_PAYLOADS, _TEXTS, _BLOCKS, _LINKS)
    ]
    return Orphans(*counts)


def sweep(db: Database, *, texts: bool = False) -> Orphans:
    """Take away what nobody refers to; return how much that was. One transaction, not within another.

    :param texts: also the texts of earlier folds that have a block which no other text has.
    :raises StoreError: it would leave references to nothing; then nothing is done.
    """
    with _without_references(db):
        db.execute(f"DELETE FROM extraction_rows WHERE payload_id IN ({_PAYLOADS})")
        db.execute(_FINDINGS)
        payloads = db.execute(f"DELETE FROM payloads WHERE id IN ({_PAYLOADS})").rowcount
        lost = 0
        if texts:
            db.execute(f"CREATE TEMP TABLE lost_texts AS {_LOST_TEXTS}")
            forget_claims(db, texts="SELECT text_id FROM lost_texts")
            for table, column in (("text_dates", "text_id"), ("text_runs", "text_id"), ("texts", "id")):
                lost = db.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT text_id FROM lost_texts)").rowcount
            db.execute("DROP TABLE lost_texts")
        blocks = _sweep_blocks(db)
        links = db.execute(f"DELETE FROM link_layer_rows WHERE id IN ({_LINKS})").rowcount
        for statement in _PARTS:
            db.execute(statement)
    return Orphans(payloads, lost, blocks, links)


def _sweep_blocks(db: Database) -> int:
    unneeded = db.execute(f"SELECT id, coalesce(markdown, '') FROM blocks WHERE id IN ({_BLOCKS})").fetchall()
    if unneeded:
        forget_claims(db, blocks=_BLOCKS)
    for block_id, markdown in unneeded:
        forget_block_words(db.conn, block_id, markdown)
        db.execute("DELETE FROM block_rows WHERE id = ?", [block_id])
    return len(unneeded)


@contextmanager
def _without_references(db: Database) -> Iterator[None]:
    """A transaction whose references are checked once, at its end: row by row, each delete would scan the tables that
    refer to it without an index.
    """
    db.execute("PRAGMA foreign_keys = OFF")
    try:
        with db.atomic():
            yield
            broken: tuple[Any, ...] | None = db.execute("PRAGMA foreign_key_check").fetchone()
            if broken:
                raise StoreError(f"a row of {broken[0]} refers to nothing: run policylapse fsck --repair first")
    finally:
        db.execute("PRAGMA foreign_keys = ON")


def stand_alone(db: Database, payload_id: int) -> None:
    """Store a payload without another as its dictionary. Within a transaction of the caller's.

    :raises zstandard.ZstdError: it, or one that it needs, is damaged.
    """
    body = load_payload(db.execute, payload_id)
    db.execute(
        "UPDATE payloads SET base_id = NULL, depth = 0, data = ? WHERE id = ?",
        [deflate(body, None), payload_id],
    )
    _deepen(db, payload_id)


def _deepen(db: Database, payload_id: int) -> None:
    """Count anew how many payloads must be read before those that stand on this one."""
    above = [payload_id]
    while above:
        marks = ", ".join("?" * len(above))
        db.execute(
            f"UPDATE payloads SET depth = 1 + (SELECT b.depth FROM payloads b WHERE b.id = payloads.base_id) "
            f"WHERE base_id IN ({marks})",
            above,
        )
        above = [row[0] for row in db.execute(f"SELECT id FROM payloads WHERE base_id IN ({marks})", above)]
