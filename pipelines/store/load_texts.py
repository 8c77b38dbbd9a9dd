"""The texts of many versions at once: every block is read once, however many versions have it.

read_texts(db, text ids) ──► {text id: its blocks}       equal blocks are one object
read_texts_with_languages(db, text ids) ──► {text id: (its blocks, their languages)}
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from pipelines.model import Block, BlockKind
from pipelines.store.load import one_state

_AT_ONCE = 500  # ids in one statement; SQLite takes 32,766 (SQLITE_MAX_VARIABLE_NUMBER), older ones 999


def read_texts(db: sqlite3.Connection, text_ids: Iterable[int]) -> dict[int, tuple[Block, ...]]:
    """Return the blocks of texts, in order, of one state of the file: `compact` may number blocks anew.

    :param db: a connection to the file.
    """
    with one_state(db):
        return _read_texts(db, text_ids)


def _read_texts(db: sqlite3.Connection, text_ids: Iterable[int]) -> dict[int, tuple[Block, ...]]:
    wanted = list(dict.fromkeys(text_ids))
    order: dict[int, list[int]] = {text_id: [] for text_id in wanted}
    for part, marks in _parts(wanted):
        rows = db.execute(
            f"SELECT text_id, block_id FROM text_blocks WHERE text_id IN ({marks}) ORDER BY text_id, position", part
        )
        for text_id, block_id in rows:
            order[text_id].append(block_id)
    blocks: dict[int, Block] = {}
    for part, marks in _parts(sorted({block_id for ids in order.values() for block_id in ids})):
        for block_id, kind, level, markdown in db.execute(
            f"SELECT id, kind, level, markdown FROM blocks WHERE id IN ({marks})", part
        ):
            blocks[block_id] = Block(BlockKind(kind), level, markdown)
    return {text_id: tuple(blocks[block_id] for block_id in ids) for text_id, ids in order.items()}


def read_texts_with_languages(
    db: sqlite3.Connection, text_ids: Iterable[int]
) -> dict[int, tuple[tuple[Block, ...], tuple[str, ...]]]:
    """Return the blocks of texts, in order, and the language of each."""
    wanted = list(dict.fromkeys(text_ids))
    codes: dict[int, list[str]] = {text_id: [] for text_id in wanted}
    for part, marks in _parts(wanted):
        rows = db.execute(
            f"SELECT tb.text_id, coalesce(tb.language, t.language) FROM text_blocks tb JOIN texts t ON t.id = tb.text_id "
            f"WHERE tb.text_id IN ({marks}) ORDER BY tb.text_id, tb.position",
            part,
        )
        for text_id, code in rows:
            codes[text_id].append(code)
    return {text_id: (blocks, tuple(codes[text_id])) for text_id, blocks in read_texts(db, wanted).items()}


def _parts(ids: list[int]) -> Iterable[tuple[list[int], str]]:
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        yield part, ", ".join("?" * len(part))
