"""What small payloads add to others put into boxes, and out of them again where a payload is no longer what it was.

    payloads.data, short ─► payload_boxes, so many frames a row ─► payloads.data = x''

A crawl writes rows of their own. Each box holds the payloads from its first id to the next box's; one that holds what is
not a payload any more, or is stored anew in its row, is made again, and so is one of whose range a payload is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import zstandard

from crawler.archives.errors import StoreError
from pipelines.store.boxes import BOXED_UP_TO, boxed, filled, unboxed

if TYPE_CHECKING:
    from sqlite_utils import Database

_END: Final = 2**63 - 1  # no id is above it
MOST_COMING: Final = (
    10_000  # frames that are put into the boxes of a range at once: of BOXED_UP_TO bytes, 40 MB in memory
)
_SHORT: Final = f"size > 0 AND length(data) BETWEEN 1 AND {BOXED_UP_TO - 1}"


def box_payloads(db: Database) -> None:
    """Put all short frames into boxes. Within a transaction.

    :raises StoreError: a box is damaged.
    """
    waits = f"SELECT min(id) FROM payloads WHERE id >= ? AND {_SHORT}"
    (least,) = db.execute(waits, [0]).fetchone()
    while least is not None:
        _make_again(db, *_range_of(db, least), takes_in=True)
        (least,) = db.execute(waits, [least]).fetchone()
    forget_boxed(db)


def forget_boxed(db: Database) -> None:
    """Take out of the boxes what is no payload any more, or no longer stored there. Within a transaction.

    :raises StoreError: a box is damaged.
    """
    for first_id, end in _ranges(db):
        _make_again(db, first_id, end, takes_in=False)


def _range_of(db: Database, payload_id: int) -> tuple[int, int]:
    """First id of the box that has or would have a payload, and of the next one."""
    (first_id,) = db.execute("SELECT max(first_id) FROM payload_boxes WHERE first_id <= ?", [payload_id]).fetchone()
    (end,) = db.execute("SELECT min(first_id) FROM payload_boxes WHERE first_id > ?", [payload_id]).fetchone()
    return payload_id if first_id is None else first_id, _END if end is None else end


def _ranges(db: Database) -> list[tuple[int, int]]:
    """First id of each box and of the next one; before the first box there may be payloads, too."""
    firsts = [first_id for (first_id,) in db.execute("SELECT first_id FROM payload_boxes ORDER BY 1").fetchall()]
    (least,) = db.execute("SELECT min(id) FROM payloads").fetchone()
    if least is not None and (not firsts or least < firsts[0]):
        firsts.insert(0, least)
    return list(pairwise([*firsts, _END]))


def _make_again(db: Database, first_id: int, end: int, *, takes_in: bool) -> None:
    """Make the box of a range again, or several of it, where it is not what it should be.

    :param takes_in: the first of the short frames that are in rows of their own, too.
    """
    staying = [
        payload_id
        for (payload_id,) in db.execute(
            "SELECT id FROM payloads WHERE id >= ? AND id < ? AND size > 0 AND length(data) = 0 ORDER BY id",
            [first_id, end],
        ).fetchall()
    ]
    coming: dict[int, bytes] = {}
    if takes_in:
        coming = dict(
            db.execute(
                f"SELECT id, data FROM payloads WHERE id >= ? AND id < ? AND {_SHORT} ORDER BY id LIMIT ?",
                [first_id, end, MOST_COMING],
            ).fetchall()
        )
    row = db.execute("SELECT frames FROM payload_boxes WHERE first_id = ?", [first_id]).fetchone()
    try:
        held = unboxed(first_id, row[0]) if row is not None and staying else {}
        if not coming and (row is None or list(held) == staying != []):
            return
        stay = {payload_id: held[payload_id] for payload_id in staying}
    except (zstandard.ZstdError, KeyError) as error:
        raise StoreError(f"the box of payload {first_id} is damaged: run policylapse fsck --repair first") from error
    db.execute("DELETE FROM payload_boxes WHERE first_id = ?", [first_id])
    _put(db, sorted((stay | coming).items()))
    db.conn.executemany("UPDATE payloads SET data = x'' WHERE id = ?", ((payload_id,) for payload_id in coming))


def _put(db: Database, frames: Sequence[tuple[int, bytes]]) -> None:
    for some in filled(frames):
        db.execute("INSERT INTO payload_boxes VALUES (?, ?)", [some[0][0], boxed(some[0][0], some)])
