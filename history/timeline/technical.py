"""What is no change of a policy, but one of its page or of our reading: the same words written otherwise.

read_technical(db, policy) ──► Technical(rewritten: Rewritten(bracket)…, readers: {earlier extractor: its versions})
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from crawler.archives.timestamps import parse_iso
from history.sites import PolicyRow


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Between two captures the text changed, its words did not: headings, lists, emphasis, typography."""

    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Technical:
    """Technical changes of one policy.

    :param rewritten: oldest first.
    :param readers: how many versions earlier extractors saw, by extractor: what differs from them is their doing.
    """

    rewritten: tuple[Rewritten, ...]
    readers: tuple[tuple[str, int], ...]


def read_technical(db: sqlite3.Connection, policy: PolicyRow) -> Technical:
    """Return a policy's technical changes."""
    rows = db.execute(
        "SELECT r.captured_at, r.wording, r.text_id FROM readings r JOIN policies p ON p.id = r.policy_id "
        "AND p.extractor_id = r.extractor_id WHERE r.policy_id = ? ORDER BY r.captured_at, r.capture_id",
        [policy.policy_id],
    ).fetchall()
    rewritten = [
        Rewritten(parse_iso(old[0]), parse_iso(new[0]))
        for old, new in pairwise(rows)
        if old[1] == new[1] and old[2] != new[2]
    ]
    readers = db.execute(
        "SELECT e.extractor, count(*) FROM versions v JOIN policies p ON p.id = v.policy_id "
        "AND p.extractor_id <> v.extractor_id JOIN extractors e ON e.id = v.extractor_id WHERE v.policy_id = ? "
        "GROUP BY 1 ORDER BY 1",
        [policy.policy_id],
    )
    return Technical(tuple(rewritten), tuple((row[0], row[1]) for row in readers))
