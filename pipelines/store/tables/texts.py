"""Texts as blocks: each block kept once for all texts of all sites, each text a sequence of block ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipelines.model import Block, BlockKind
from pipelines.store.load import RUN_BLOCKS
from pipelines.store.tables.at_hand import AtHand
from pipelines.store.tables.block_words import index_new
from pipelines.text.digests import block_digest

if TYPE_CHECKING:
    from sqlite_utils import Database

# What block_rows.kind has for a kind; the view `blocks` says the kind.
KIND_LETTERS: Final = {
    BlockKind.TITLE: "t",
    BlockKind.HEADING: "h",
    BlockKind.PARAGRAPH: "p",
    BlockKind.ITEM: "i",
    BlockKind.NUMBERED: "n",
    BlockKind.TERM: "m",
    BlockKind.DEFINITION: "d",
    BlockKind.ROW: "r",
    BlockKind.QUOTE: "q",
    BlockKind.PRE: "e",
}
_KEY_BYTES = 4
BLOCKS_AT_HAND: Final = 10_000  # 2 MB
NONE_AT_HAND: Final[AtHand[bytes, int]] = AtHand(0)
_SLICE = 500  # values bound in one statement; SQLite's least limit is 999


def put_text(
    db: Database,
    digest: str,
    blocks: Sequence[Block],
    *,
    wording: str,
    words: int,
    language: str,
    block_languages: Sequence[str] = (),
    at_hand: AtHand[bytes, int] | None = None,
    digests: Sequence[bytes] = (),
) -> int:
    """Store a text, once; return its id.

    :param digest: text_digest(blocks), computed beside the reactor.
    :param block_languages: of each block; kept where it is not `language`.
    :param at_hand: ids of blocks of texts that were put before.
    :param digests: block_digest of each block as it is stored, where they were computed beside the reactor, too.
    """
    held = db.execute("SELECT id FROM texts WHERE text_digest = ?", [digest]).fetchone()
    if held:
        return int(held[0])
    cursor = db.execute(
        "INSERT INTO texts (text_digest, wording, words, language) VALUES (?, ?, ?, ?)",
        [digest, wording, words, language],
    )
    text_id = int(cursor.lastrowid or 0)
    blocks = [storable(block) for block in blocks]
    digests = digests or [block_digest(block) for block in blocks]
    ids = _put_blocks(db, dict(zip(digests, blocks, strict=True)), NONE_AT_HAND if at_hand is None else at_hand)
    codes = [code if code != language else None for code in block_languages or (language,) * len(blocks)]
    put_runs(db, text_id, [(ids[digest], code) for digest, code in zip(digests, codes, strict=True)])
    return text_id


def block_key(digest: bytes) -> int:
    """Return blocks.block_key of a block's digest: 32 bits of it."""
    return int.from_bytes(digest[:_KEY_BYTES], "big", signed=True)


def put_runs(db: Database, text_id: int, blocks: Iterable[tuple[int, str | None]]) -> None:
    """Store the blocks of a text, as ids with their languages, as runs of consecutive ids."""
    runs: list[list[int | str | None]] = []
    following, count = None, 0
    for position, (block_id, language) in enumerate(blocks):
        if (block_id, language) == following and count < RUN_BLOCKS:
            count += 1
            runs[-1][3] = count
        else:
            count = 1
            runs.append([text_id, position, block_id, count, language])
        following = block_id + 1, language
    db.conn.executemany("INSERT INTO text_runs VALUES (?, ?, ?, ?, ?)", runs)


def _put_blocks(db: Database, rows: Mapping[bytes, Block], at_hand: AtHand[bytes, int]) -> dict[bytes, int]:
    """Store the blocks that are new, and their words; return the ids of all by digest."""
    ids = {digest: at_hand[digest] for digest in rows if digest in at_hand}
    ids |= _held_blocks(db, [digest for digest in rows if digest not in ids])
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM main.block_rows").fetchone()
    new = [(row, digest, rows[digest]) for row, digest in enumerate((one for one in rows if one not in ids), last + 1)]
    db.conn.executemany(
        "INSERT INTO block_rows (id, block_key, kind, level, markdown) VALUES (?, ?, ?, ?, ?)",
        ((row, block_key(digest), KIND_LETTERS[block.kind], block.level, block.markdown) for row, digest, block in new),
    )
    index_new(db.conn, ((row, block.markdown) for row, _digest, block in new))
    ids |= {digest: row for row, digest, _block in new}
    for digest in rows:
        at_hand.keep(digest, ids[digest])
    return ids


def _held_blocks(db: Database, digests: Sequence[bytes]) -> dict[bytes, int]:
    """The ids of those that are there. The key finds a few, their content tells which."""
    ids: dict[bytes, int] = {}
    for start in range(0, len(digests), _SLICE):
        keys = [block_key(digest) for digest in digests[start : start + _SLICE]]
        rows = db.execute(
            f"SELECT id, kind, level, markdown FROM blocks WHERE block_key IN ({','.join('?' * len(keys))})", keys
        )
        for block_id, kind, level, markdown in rows:
            ids.setdefault(block_digest(Block(BlockKind(kind), level, markdown)), block_id)
    return ids


def storable(block: Block) -> Block:
    """Return a block without lone surrogates, which SQLite cannot hold."""
    if block.markdown.isascii():
        return block
    markdown = block.markdown.encode("utf-8", "replace").decode()
    return block if markdown == block.markdown else replace(block, markdown=markdown)
