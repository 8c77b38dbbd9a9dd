"""The tables of extractions, for who writes: what an extractor found on a payload, kept once for all of which it is alike.

put_extraction(db, row of the view `extractions`) ──finding_id──► finding_rows (if new) ──put_finding──► extraction_rows
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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
_PUT: Final = "INTO extraction_rows (payload_id, extractor_id, finding_id, link_layer_id) VALUES (?, ?, ?, ?)"
_SAME: Final = " AND ".join(f"{name} IS ?" for name in FOUND)


class NewExtraction(NamedTuple):
    """That an extractor found something on a payload, by their ids."""

    payload: int
    extractor: int
    finding: int
    link_layer: int | None


def put_extraction(db: Database, row: Mapping[str, Any]) -> None:
    """Store what an extractor got from a payload; what is there stays as it is. Within the caller's transaction.

    :param row: the columns of the view `extractions`: payload_id, extractor_id, link_layer_id and FOUND.
    """
    finding = finding_id(db, tuple(row[name] for name in FOUND))
    put_finding(db, row["payload_id"], row["extractor_id"], finding, row["link_layer_id"])


def finding_id(db: Database, found: tuple[Any, ...]) -> int:
    """Return the id of what was found on a page (FOUND); stored, where it is new."""
    (held,) = db.execute(f"SELECT min(id) FROM main.findings WHERE {_SAME}", found).fetchone()
    if held is None:
        held = db.execute(
            f"INSERT INTO finding_rows ({', '.join(FOUND)}) VALUES ({', '.join('?' * len(FOUND))})", found
        ).lastrowid
    return int(held)


def put_finding(db: Database, payload_id: int, extractor_id: int, finding: int, link_layer_id: int | None) -> bool:
    """Store that an extractor found this on a payload; False, and nothing is stored, where it has found something."""
    cursor = db.execute(f"INSERT OR IGNORE {_PUT}", [payload_id, extractor_id, finding, link_layer_id])
    return bool(cursor.rowcount)


def put_findings(db: Database, rows: Iterable[NewExtraction]) -> None:
    """Store what was found on payloads, each of which that extractor had found nothing on."""
    db.conn.executemany(f"INSERT {_PUT}", rows)
