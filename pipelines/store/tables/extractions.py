"""The tables of extractions, for who writes: what an extractor found on a payload, kept once for all of which it is alike.

put_extraction(db, row of the view `extractions`) ──► findings (if new), extraction_rows
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sqlite_utils import Database

FOUND: Final = (
    "text_id",
    "outcome",
    "detail",
    "title",
    "charset",
    "score",
    "evidence",
    "decisions",
    "kind",
    "kind_scores",
)
_SAME: Final = " AND ".join(f"{name} IS ?" for name in FOUND)


def put_extraction(db: Database, row: Mapping[str, Any]) -> None:
    """Store what an extractor got from a payload; what is there stays as it is. Within the caller's transaction.

    :param row: the columns of the view `extractions`: payload_id, extractor_id, link_layer_id and FOUND.
    """
    found = [row[name] for name in FOUND]
    held = db.execute(f"SELECT min(id) FROM main.findings WHERE {_SAME}", found).fetchone()[0]
    if held is None:
        held = db.execute(
            f"INSERT INTO findings ({', '.join(FOUND)}) VALUES ({', '.join('?' * len(FOUND))})", found
        ).lastrowid
    db.execute(
        "INSERT OR IGNORE INTO extraction_rows (payload_id, extractor_id, finding_id, link_layer_id) VALUES (?, ?, ?, ?)",
        [row["payload_id"], row["extractor_id"], held, row["link_layer_id"]],
    )
