"""Texts as blocks: each block kept once for all texts of all sites, each text a sequence of block ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.digests import block_digest
from pipelines.model import Block

if TYPE_CHECKING:
    from sqlite_utils import Database

_SLICE = 500  # values bound in one statement; SQLite's least limit is 999


def put_text(
    db: Database, digest: str, blocks: Sequence[Block], *, wording: str, words: int, language: str,
    block_languages: Sequence[str] = (),
) -> int:  # fmt: skip
    """Store a text, once; return its id.

    :param digest: text_digest(blocks), computed beside the reactor.
    :param block_languages: of each block; kept where it is not `language`.
    """
    held = db.execute("SELECT id FROM texts WHERE text_digest = ?", [digest]).fetchone()
    if held:
        return int(held[0])
    cursor = db.execute(
        "INSERT INTO texts (text_digest, wording, words, language) VALUES (?, ?, ?, ?)",
        [digest, wording, words, language],
    )
    text_id = int(cursor.lastrowid or 0)
    ids = _put_blocks(db, blocks)
    codes = [code if code != language else None for code in block_languages or (language,) * len(blocks)]
    db.conn.executemany(
        "INSERT INTO text_blocks (text_id, position, block_id, language) VALUES (?, ?, ?, ?)",
        [
            (text_id, n, ids[block_digest(block)], code)
            for n, (block, code) in enumerate(zip(blocks, codes, strict=True))
        ],
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
