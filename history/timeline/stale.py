"""Policies that an archive has not captured for long: those that `policylapse save` has captured again.

read_stale(db, archive, before) ──► Stale…, the longest ago first
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crawler.archives.timestamps import format_iso, parse_iso

_STALE = """
SELECT p.id, s.site, k.original AS url, max(a.captured_at) AS newest
FROM policies p JOIN sites s ON s.id = p.site_id
JOIN versions v ON v.policy_id = p.id AND v.extractor_id = p.extractor_id
  AND v.version = (SELECT max(w.version) FROM versions w WHERE w.policy_id = p.id AND w.extractor_id = p.extractor_id)
JOIN captures k ON k.id = v.last_capture_id
JOIN policy_urls u ON u.policy_id = p.id
JOIN captures a ON a.urlkey = u.urlkey AND a.archive = :archive
WHERE NOT EXISTS (SELECT 1 FROM tombstones t JOIN policy_urls x ON x.urlkey = t.urlkey WHERE x.policy_id = p.id)
  AND NOT EXISTS (SELECT 1 FROM found_events e WHERE e.policy_id = p.id AND e.stands
    AND e.kind IN ('deleted', 'site_gone', 'moved_off_site'))
  AND (k.original LIKE 'http://%' OR k.original LIKE 'https://%')
GROUP BY k.urlkey HAVING newest < :before ORDER BY newest, s.site, p.id
"""


@dataclass(frozen=True, slots=True)
class Stale:
    """A policy whose newest capture in an archive is old; its URL is where it was seen last."""

    policy_id: int
    site: str
    url: str
    newest: datetime


def read_stale(db: sqlite3.Connection, archive: str, before: datetime, sites: Iterable[str] = ()) -> list[Stale]:
    """Return the policies that were live when last seen and have no newer capture; one for each URL.

    :param before: the newest capture is older than this. :param sites: only these, () for all.
    """
    wanted = set(sites)
    rows = db.execute(_STALE, {"archive": archive, "before": format_iso(before)})
    return [
        Stale(row["id"], row["site"], row["url"], parse_iso(row["newest"]))
        for row in rows
        if not wanted or row["site"] in wanted
    ]
