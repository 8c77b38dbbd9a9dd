"""Texts as blocks: each block kept once for all texts of all sites, each text a sequence of block ids."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.model import Block, BlockKind

if TYPE_CHECKING:
    from sqlite_utils import Database

_DIGEST_BYTES = 16  # of BLAKE2b: 128 bits tell a billion blocks apart with room to spare
_SLICE = 500  # values bound in one statement; SQLite's least limit is 999


def block_digest(block: Block) -> bytes:
    """Return the key of a block's content."""
    content = f"{block.kind.value}\x1f{block.level}\x1f{block.markdown}"
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()


def text_digest(blocks: Sequence[Block]) -> str:
    """Return the key of a text: SHA-256 over its blocks' keys."""
    return hashlib.sha256(b"".join(block_digest(block) for block in blocks)).hexdigest()


def put_text(db: Database, blocks: Sequence[Block], *, wording: str, words: int, language: str) -> int:
    """Store a text, once; return its id."""
    digest = text_digest(blocks)
    held = db.execute("SELECT id FROM texts WHERE text_digest = ?", [digest]).fetchone()
    if held:
        return int(held[0])
    cursor = db.execute(
        "INSERT INTO texts (text_digest, wording, words, language) VALUES (?, ?, ?, ?)",
        [digest, wording, words, language],
    )
    text_id = int(cursor.lastrowid or 0)
    ids = _put_blocks(db, blocks)
    db.conn.executemany(
        "INSERT INTO text_blocks (text_id, position, block_id) VALUES (?, ?, ?)",
        [(text_id, position, ids[block_digest(block)]) for position, block in enumerate(blocks)],
    )
    return text_id


def _put_blocks(db: Database, blocks: Sequence[Block]) -> dict[bytes, int]:
    rows = {block_digest(block): block for block in blocks}
    db.conn.executemany(
        "INSERT INTO blocks (block_digest, kind, level, markdown) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(digest, b.kind.value, b.level, b.markdown.encode("utf-8", "replace").decode()) for digest, b in rows.items()],
    )
    digests = list(rows)
    ids: dict[bytes, int] = {}
    for start in range(0, len(digests), _SLICE):
        some = digests[start : start + _SLICE]
        marks = ",".join("?" * len(some))
        ids |= dict(db.execute(f"SELECT block_digest, id FROM blocks WHERE block_digest IN ({marks})", some).fetchall())
    return ids


def get_blocks(db: Database, text_id: int) -> tuple[Block, ...]:
    """Return the blocks of a text, in order."""
    rows = db.execute(
        "SELECT b.kind, b.level, b.markdown FROM text_blocks tb JOIN blocks b ON b.id = tb.block_id "
        "WHERE tb.text_id = ? ORDER BY tb.position",
        [text_id],
    )
    return tuple(Block(BlockKind(kind), level, markdown) for kind, level, markdown in rows)
