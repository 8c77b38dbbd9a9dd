"""The captures that have payloads, many payloads at once: what a writer of readings has to know before it writes.

    held_by(db, [(SHA-256 of a payload, extractor)…]) ──one statement──► HeldPayload of each, or None

A statement for each payload took longer than to store its reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_AT_ONCE: Final = 300  # payloads of one statement, of three values each; SQLite's least limit is 999
# A capture that has a payload: its id, its kind, outcome, detail, and whether its archive was asked for it.
CaptureOf = tuple[int, int, str, str, int]
# CROSS, INDEXED BY: in this order and so, for the planner knows no sizes, and would make an index of all captures each time.
_HELD: Final = """
WITH asked (number, sha256, extractor) AS (VALUES {rows})
SELECT a.number, p.id, f.outcome, r.address_id, r.id, r.kind_id, c.outcome, coalesce(r.detail, ''), r.fetched IS NOT NULL
FROM asked a CROSS JOIN main.payloads p ON substr(p.sha256, 1, 3) = substr(a.sha256, 1, 3) AND p.sha256 = a.sha256
LEFT JOIN main.extractors x ON x.extractor = a.extractor
LEFT JOIN main.extraction_rows e ON e.payload_id = p.id AND e.extractor_id = x.id
LEFT JOIN main.findings f ON f.id = e.finding_id
CROSS JOIN main.capture_rows r INDEXED BY capture_rows_payload ON r.payload_id = p.id
CROSS JOIN main.capture_kinds c ON c.id = r.kind_id ORDER BY a.number, r.id
"""


@dataclass(slots=True)
class HeldPayload:
    """A payload that captures have.

    :param read: outcome of what the extractor has found on it; None where it has not read it.
    :param captures: by id. :param addresses: each with one of them.
    """

    row: int
    read: str | None
    captures: list[CaptureOf] = field(default_factory=list)
    addresses: dict[int, int] = field(default_factory=dict)


def held_by(db: Database, asked: Sequence[tuple[bytes, str]]) -> list[HeldPayload | None]:
    """Return payloads with all captures that have them; None where no capture has it.

    :param asked: SHA-256 and extractor of each, MOST_AT_ONCE at most.
    """
    held: list[HeldPayload | None] = [None] * len(asked)
    values = [value for number, one in enumerate(asked) for value in (number, *one)]
    sql = _HELD.format(rows=", ".join(["(?, ?, ?)"] * len(asked)))
    for row in db.execute(sql, values):
        number, payload, read, address = row[:4]
        one = held[number] = held[number] or HeldPayload(payload, read)
        one.captures.append(row[4:])
        one.addresses[address] = row[4]
    return held
