"""What rows say in the same words, kept once: phrases of blocks, and the items of lists.

    block_rows.markdown ─► phrases ─► block_rows.packed, two bytes a phrase
    finding_rows.evidence, .decisions ─► finding_lines ─► their ids, "3,17,4" in the place of the list
    change_rows.sections ─► ids of the blocks that are these headings

The views `blocks`, `findings` and `changes` (schema/m019_packed_blocks.py, m023_kept_once.py) put them together. Crawls write
plain texts and lists. What came since the last time is packed with the phrases that are there; where that is a large part,
phrases are learned anew. A list is packed only where it reads back to the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from crawler.archives.errors import StoreError
from pipelines.model import BlockKind
from pipelines.store.tables.texts import KIND_LETTERS
from pipelines.text.phrases import CODE_BYTES, Packer, learn, numbered

if TYPE_CHECKING:
    from sqlite_utils import Database

AGAIN: Final = 4  # where one byte in so many came since, all are packed anew
LEARNED_FROM: Final = 4_000_000  # bytes of texts that phrases are learned from: evenly out of all
AT_ONCE: Final = 1000  # blocks that are in memory
SHORTEST: Final = 12  # bytes of a text that is worth it
_EXPANSION: Final = 3  # bytes of a text that a byte of codes stands for, about
_ROW_BYTES: Final = 9  # of a phrase, besides its words
# SQLite decides, and gives only what it can write again: a file may hold what no text of ours is (half of a surrogate pair, a
# list of a million lists), which Python refuses to read.
_ITEMS: Final = """
SELECT value FROM json_each(iif(json_valid(:held), :held, '[]'))
WHERE :held = (SELECT '[' || group_concat(json_quote(value), ', ') || ']' FROM (
  SELECT value FROM json_each(:held) WHERE type = 'text' ORDER BY key))
ORDER BY key
"""


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


def pack_lists(db: Database) -> None:
    """Write lists as ids of what they list. Within a transaction, after the blocks have the ids that they keep.

    Where others have triggers on the rows, all stays as it is.
    """
    watched = "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('finding_rows', 'change_rows')"
    if db.execute(watched).fetchone():
        return
    db.execute("CREATE TEMP TABLE known_lines (line TEXT PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID")
    db.execute("INSERT OR IGNORE INTO known_lines SELECT line, id FROM finding_lines ORDER BY id")
    for column in ("evidence", "decisions"):
        _pack_list(db, "finding_rows", column, lambda _row, lines: [_line_id(db, line) for line in lines])
    db.execute("DROP TABLE known_lines")
    _pack_list(db, "change_rows", "sections", lambda row, sections: _heading_ids(db, row, sections))


def renumber_lists(db: Database, new: Mapping[int, int]) -> None:
    """Give lists of blocks the blocks' new ids. Within a transaction.

    :raises StoreError: a list is of blocks that are not there.
    """
    known = {str(before): str(after) for before, after in new.items()}
    for row, ids in db.execute("SELECT id, sections FROM change_rows WHERE sections GLOB '[0-9]*'").fetchall():
        listed = ids.split(",")
        if not all(one in known for one in listed):
            raise StoreError(
                "a row of change_rows lists sections that are not there: run policylapse fsck --repair first"
            )
        again = ",".join(known[one] for one in listed)
        db.execute("UPDATE change_rows SET sections = ? WHERE id = ?", [again, row])


def _pack_list(db: Database, table: str, column: str, ids_of: Callable[[int, list[str]], list[int] | None]) -> None:
    """Write the lists of a column as ids; those that its view would write otherwise stay.

    :param ids_of: of a row's items; None where one has none.
    """
    last = 0
    while rows := db.execute(
        f"SELECT id, {column} FROM {table} WHERE id > ? AND substr({column}, 1, 2) = ? ORDER BY id LIMIT ?",
        [last, '["', AT_ONCE],
    ).fetchall():
        for row, held in rows:
            items = _items(db, held)
            ids = ids_of(row, items) if items else None
            if ids:
                db.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", [",".join(map(str, ids)), row])
        last = rows[-1][0]


def _items(db: Database, held: str) -> list[str]:
    """The texts of a list, where SQLite writes it to the letter as it stands; none of another, whatever it is."""
    return [item for (item,) in db.execute(_ITEMS, {"held": held}).fetchall()]


def _line_id(db: Database, line: str) -> int:
    known = db.execute("SELECT id FROM temp.known_lines WHERE line = ?", [line]).fetchone()
    if known is None:
        known = (db.execute("INSERT INTO finding_lines (line) VALUES (?)", [line]).lastrowid,)
        db.execute("INSERT INTO temp.known_lines VALUES (?, ?)", [line, known[0]])
    return int(known[0])


def _heading_ids(db: Database, change_id: int, sections: list[str]) -> list[int] | None:
    """The ids of the blocks of either text that are these headings, None where one is not there to the letter."""
    rows = db.execute(
        "SELECT b.markdown, b.id FROM change_rows c JOIN versions v ON v.id IN (c.from_version_id, c.to_version_id) "
        "JOIN text_runs r ON r.text_id = v.text_id "
        "JOIN block_rows k ON k.id BETWEEN r.first_block_id AND r.first_block_id + r.length - 1 AND k.kind = ? "
        "JOIN blocks b ON b.id = k.id WHERE c.id = ? ORDER BY b.id DESC",
        [KIND_LETTERS[BlockKind.HEADING], change_id],
    )
    ids: dict[str, int] = dict(rows.fetchall())
    return [ids[section] for section in sections] if all(section in ids for section in sections) else None


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
