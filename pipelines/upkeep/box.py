"""What small payloads add to others put into boxes, and out of them again where a payload is no longer what it was.

    payloads.data, short ─► payload_boxes, so many frames a row ─► payloads.data = x''

A crawl writes rows of their own. Each box holds the payloads from its first id to the next box's; one that holds what is
not a payload any more, or is stored anew in its row, is made again, and so is one of whose range a payload is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pipelines.store.boxes import BOXED_UP_TO, boxed, filled, unboxed

if TYPE_CHECKING:
    from sqlite_utils import Database

_END: Final = 2**63 - 1  # no id is above it


def box_payloads(db: Database) -> None:
    """Put all short frames into boxes. Within a transaction."""
    for first_id, end in _ranges(db):
        _make_again(db, first_id, end, takes_in=True)


def forget_boxed(db: Database) -> None:
    """Take out of the boxes what is no payload any more, or no longer stored there. Within a transaction."""
    for first_id, end in _ranges(db):
        _make_again(db, first_id, end, takes_in=False)


def _ranges(db: Database) -> list[tuple[int, int]]:
    """First id of each box and of the next one; before the first box there may be payloads, too."""
    firsts = [first_id for (first_id,) in db.execute("SELECT first_id FROM payload_boxes ORDER BY 1").fetchall()]
    (least,) = db.execute("SELECT min(id) FROM payloads").fetchone()
    if least is not None and (not firsts or least < firsts[0]):
        firsts.insert(0, least)
    return list(pairwise([*firsts, _END]))


def _make_again(db: Database, first_id: int, end: int, *, takes_in: bool) -> None:
    """Make the box of a range again, or several of it, where it is not what it should be."""
    inside = "id >= ? AND id < ? AND size > 0"
    staying = [
        payload_id
        for (payload_id,) in db.execute(
            f"SELECT id FROM payloads WHERE {inside} AND length(data) = 0 ORDER BY id", [first_id, end]
        ).fetchall()
    ]
    coming: dict[int, bytes] = {}
    if takes_in:
        coming = dict(
            db.execute(
                f"SELECT id, data FROM payloads WHERE {inside} AND length(data) BETWEEN 1 AND ?",
                [first_id, end, BOXED_UP_TO - 1],
            ).fetchall()
        )
    row = db.execute("SELECT frames FROM payload_boxes WHERE first_id = ?", [first_id]).fetchone()
    held = unboxed(first_id, row[0]) if row is not None and staying else {}
    if not coming and (row is None or list(held) == staying != []):
        return
    db.execute("DELETE FROM payload_boxes WHERE first_id = ?", [first_id])
    _put(db, sorted({**{payload_id: held[payload_id] for payload_id in staying}, **coming}.items()))
    db.conn.executemany("UPDATE payloads SET data = x'' WHERE id = ?", ((payload_id,) for payload_id in coming))


def _put(db: Database, frames: Sequence[tuple[int, bytes]]) -> None:
    for some in filled(frames):
        db.execute("INSERT INTO payload_boxes VALUES (?, ?)", [some[0][0], boxed(some[0][0], some)])
