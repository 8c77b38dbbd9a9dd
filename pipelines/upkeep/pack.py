"""The texts of blocks made small: phrases that return are kept once, and a block is the codes of its phrases.

    block_rows.markdown ─► phrases ─► block_rows.packed, two bytes a phrase

The view `blocks` (schema/m019_packed_blocks.py) puts them together. Crawls write plain texts. What came since the last
time is packed with the phrases that are there; where that is a large part, phrases are learned anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from pipelines.text.phrases import CODE_BYTES, Packer, learn, numbered

if TYPE_CHECKING:
    from sqlite_utils import Database

AGAIN: Final = 4  # where one byte in so many came since, all are packed anew
LEARNED_FROM: Final = 4_000_000  # bytes of texts that phrases are learned from: evenly out of all
AT_ONCE: Final = 1000  # blocks that are in memory
SHORTEST: Final = 12  # bytes of a text that is worth it
_EXPANSION: Final = 3  # bytes of a text that a byte of codes stands for, about
_ROW_BYTES: Final = 9  # of a phrase, besides its words


def pack_blocks(db: Database) -> None:
    """Pack the texts of blocks. Within a transaction, for it is all or nothing.

    Where others have triggers on the rows, all stays as it is: they would see texts that become empty.
    """
    if db.execute("SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'block_rows'").fetchone():
        return
    newest, packed = db.execute(
        "SELECT coalesce(max(id), 0), coalesce(sum(length(packed)), 0) FROM block_rows WHERE packed IS NOT NULL"
    ).fetchone()
    (came,) = db.execute(
        "SELECT coalesce(sum(length(CAST(markdown AS BLOB))), 0) FROM block_rows WHERE id > ?", [newest]
    ).fetchone()
    if not came:
        return
    if AGAIN * came > came + packed * _EXPANSION:
        unpack_blocks(db)
        newest = 0
        phrases = numbered(learn(_sample(db)))
        if not _is_worth_it(_sample(db), phrases):
            return
        db.conn.executemany("INSERT INTO phrases VALUES (?, ?)", ((code, words) for words, code in phrases.items()))
    else:
        phrases = dict(db.execute("SELECT words, code FROM phrases").fetchall())
    packer, most = Packer(phrases), _most_bytes(db)
    while rows := db.execute(
        "SELECT id, markdown FROM block_rows WHERE id > ? ORDER BY id LIMIT ?", [newest, AT_ONCE]
    ).fetchall():
        db.conn.executemany(
            "UPDATE block_rows SET markdown = '', packed = ? WHERE id = ?",
            ((codes, block_id) for block_id, text in rows if (codes := _smaller(packer, text, most))),
        )
        newest = rows[-1][0]


def unpack_blocks(db: Database) -> None:
    """Make all texts plain. Within a transaction."""
    db.execute(
        "UPDATE block_rows SET markdown = (SELECT b.markdown FROM blocks b WHERE b.id = block_rows.id), packed = NULL "
        "WHERE packed IS NOT NULL"
    )
    db.execute("DELETE FROM phrases")


def forget_phrases(db: Database) -> None:
    """Delete the phrases that no block has any more: they are pieces of texts that are gone. Within a transaction.

    Letters stay, for texts to come.
    """
    db.execute(
        "DELETE FROM phrases WHERE length(words) > 1 AND code NOT IN (SELECT substr(r.packed, n.place, 2) "
        "FROM block_rows r JOIN places n ON n.place < length(r.packed))"
    )


def _smaller(packer: Packer, text: str, most: int) -> bytes | None:
    """The codes of a text where they are fewer bytes, and no more than can be read in one go."""
    size = len(text.encode())
    codes = packer.pack(text) if size >= SHORTEST else None
    return codes if codes is not None and len(codes) < min(size, most + 1) else None


def _most_bytes(db: Database) -> int:
    """Of codes that the view reads: it knows so many places, up to the first that a damaged file lacks."""
    (places,) = db.execute(
        "SELECT count(*) FROM places p WHERE p.place = 1 + 2 * (SELECT count(*) FROM places o WHERE o.place < p.place)"
    ).fetchone()
    return int(places) * CODE_BYTES


def _sample(db: Database) -> Iterator[str]:
    (size,) = db.execute("SELECT sum(length(CAST(markdown AS BLOB))) FROM block_rows").fetchone()
    for (text,) in db.execute(
        "SELECT markdown FROM block_rows WHERE id % ? = 0 ORDER BY id", [1 + int(size) // LEARNED_FROM]
    ).fetchall():
        yield text


def _is_worth_it(texts: Iterable[str], phrases: dict[str, bytes]) -> bool:
    """Whether what packing saves is more than the table of phrases takes: not with a few short texts."""
    packer = Packer(phrases)
    saved = sum(len(text.encode()) - len(packer.pack(text) or text.encode()) for text in texts)
    return saved > sum(len(words.encode()) + _ROW_BYTES for words in phrases)
