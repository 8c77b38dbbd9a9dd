"""Blocks numbered anew, so that texts are few runs of ids that follow each other.

    texts ─► how often a block follows another ─► chains of blocks ─► ids ─► block_rows, text_runs, block_claims,
    change_rows.sections, the word index

A crawl numbers blocks as they come, and each version of a policy breaks the runs of the one before. Here the pairs that
follow each other most often are joined first, as long as they make chains; chains stand where their oldest block stood.
Who is told a block's id is told it for that moment: what is to last is the version and the text (history/timeline/citations.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

from pipelines.store.tables.texts import put_runs
from pipelines.upkeep.pack import renumber_lists

if TYPE_CHECKING:
    from sqlite_utils import Database

WORTH: Final = 0.05  # of the runs: so many less, or all stays as it is
MOST_PLACES: Final = 2_000_000  # of blocks in texts; what joins them is in memory, about 100 bytes a pair
_Places = list[tuple[int, str | None]]  # block id and language of each block of a text, in order


def renumber_blocks(db: Database) -> bool:
    """Number blocks anew where that makes fewer runs; tell whether it was done. Within a transaction.

    The index of words is of the old ids then, and has to be made again. Where others have triggers on the rows, or tables
    that refer to them, all stays as it is.
    """
    runs, places = db.execute("SELECT count(*), coalesce(sum(length), 0) FROM text_runs").fetchone()
    watched = (
        "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('block_rows', 'text_runs', 'block_claims')"
    )
    referred = (
        "SELECT 1 FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table' "
        "AND lower(f.\"table\") IN ('block_rows', 'text_runs', 'block_claims') AND t.name NOT IN ('text_runs', 'block_claims')"
    )
    if not runs or places > MOST_PLACES or any(db.execute(sql).fetchone() for sql in (watched, referred)):
        return False
    texts = _texts(db)
    ids = [block_id for (block_id,) in db.execute("SELECT id FROM block_rows ORDER BY id").fetchall()]
    new = numbers(ids, [[block_id for block_id, _language in text] for text in texts.values()])
    again = {text_id: [(new[block_id], language) for block_id, language in text] for text_id, text in texts.items()}
    if sum(map(_runs, again.values())) > (1 - WORTH) * runs:
        return False
    db.execute("PRAGMA defer_foreign_keys = ON")  # until the transaction ends
    moved = [(after, before) for before, after in new.items() if after != before]
    for table, column in (("block_rows", "id"), ("block_claims", "block_id")):
        db.conn.executemany(f"UPDATE {table} SET {column} = -? WHERE {column} = ?", moved)
        db.execute(f"UPDATE {table} SET {column} = -{column} WHERE {column} < 0")
    renumber_lists(db, new)
    db.execute("DELETE FROM text_runs")
    for text_id, text in again.items():
        put_runs(db, text_id, text)
    return True


def numbers(ids: Sequence[int], texts: Iterable[Sequence[int]]) -> Mapping[int, int]:
    """Return the new id of each block, from 1.

    :param ids: all blocks, ascending. :param texts: the blocks of each, all of them among `ids`.

    >>> numbers([1, 2, 3, 4], [[1, 2, 3], [1, 4, 3]])
    {1: 1, 2: 2, 3: 3, 4: 4}
    >>> numbers([1, 2, 3], [[1, 3], [1, 3, 2]])
    {1: 1, 3: 2, 2: 3}
    """
    pairs = Counter(chain.from_iterable(map(pairwise, texts)))
    following: dict[int, int] = {}
    preceded: set[int] = set()
    chain_of: dict[int, int] = {}

    def head(block: int) -> int:
        while (above := chain_of.get(block, block)) != block:
            chain_of[block] = chain_of.get(above, above)
            block = above
        return block

    for before, after in sorted(pairs, key=lambda pair: (-pairs[pair], pair)):
        if before not in following and after not in preceded and head(before) != head(after):
            following[before] = after
            preceded.add(after)
            chain_of[head(after)] = head(before)
    chains: list[list[int]] = []
    for block in (one for one in ids if one not in preceded):
        chains.append([block])
        while chains[-1][-1] in following:
            chains[-1].append(following[chains[-1][-1]])
    return {block: number for number, block in enumerate(chain.from_iterable(sorted(chains, key=min)), start=1)}


def _texts(db: Database) -> dict[int, _Places]:
    """The blocks of each text."""
    texts: dict[int, _Places] = {}
    for text_id, first, length, language in db.execute(
        "SELECT text_id, first_block_id, length, language FROM text_runs ORDER BY text_id, position"
    ).fetchall():
        texts.setdefault(text_id, []).extend((block_id, language) for block_id in range(first, first + length))
    return texts


def _runs(text: _Places) -> int:
    """How many runs a text is, but for those that are too long for one."""
    return 1 + sum(after != (before + 1, language) for (before, language), after in pairwise(text))
