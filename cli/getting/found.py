"""What a run found beyond changes: the events of the policies that it learned something of, noted with the run.

note_events(path, run) ──► FoundEvent…, those that are news

Events are judged by the read side (history/timeline/events.py) and stored by the store, which knows no read side: a
command joins both when its crawl is done.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.archives.timestamps import format_iso
from history.database import open_database
from history.sites import PolicyRow, all_policies
from history.timeline.captures import read_captures
from history.timeline.events import SILENCE, Event, EventKind
from history.timeline.events_read import read_events
from history.timeline.timeline import read_versions
from history.uris import link_data
from pipelines.store.shelves.found import EventRow
from pipelines.store.store import Store

_NEWEST = "SELECT max(k.captured_at) FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey WHERE u.policy_id = ?"
_NEW = """
SELECT s.site, p.policy_url, e.kind, e.after, e.not_after, e.capture_url FROM found_events e
JOIN policies p ON p.id = e.policy_id JOIN sites s ON s.id = p.site_id
WHERE e.run_id = ? AND e.ahead AND e.stands ORDER BY s.site, e.id
"""
# Nothing new was listed of them, and that for so long that it may be an event by itself.
_SILENT = """
SELECT DISTINCT l.policy_id FROM listings l JOIN horizons h ON h.policy_id = l.policy_id
WHERE l.run_id = ? AND h.now < ? AND NOT EXISTS (
  SELECT 1 FROM found_events e WHERE e.policy_id = l.policy_id AND e.kind = ? AND e.stands)
"""


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """An event that a run found and that is news; times are ISO 8601 UTC."""

    site: str
    policy_url: str
    kind: str
    after: str | None
    not_after: str
    capture_url: str

    def data(self) -> dict[str, Any]:
        return {
            "site": self.site,
            "policy_url": self.policy_url,
            "kind": self.kind,
            "meaning": EventKind(self.kind).meaning,
            "not_before": self.after,
            "not_after": self.not_after,
            **link_data(self.capture_url),
        }


def note_events(path: Path, run: int, now: datetime | None = None) -> list[FoundEvent]:
    """Note the events of the policies of which a run learned anything; return those that are news."""
    now = now or datetime.now(UTC)
    with closing(Store(path, lambda: now)) as store, closing(open_database(path)) as db:
        silent = db.execute(_SILENT, [run, format_iso(now - SILENCE), EventKind.NO_LONGER_CAPTURED.value])
        wanted = {*store.found.touched(run), *(policy_id for (policy_id,) in silent)}
        if wanted:
            policies = [policy for policy in all_policies(db) if policy.policy_id in wanted]
            rows = [row for policy in policies for row in _rows(db, policy)]
            store.found.note_events(run, sorted(wanted), rows)
        return [FoundEvent(*row) for row in db.execute(_NEW, [run])]


def _rows(db: sqlite3.Connection, policy: PolicyRow) -> Iterator[EventRow]:
    events = read_events(db, policy, read_versions(db, policy), read_captures(db, policy))
    if not events:
        return
    (newest,) = db.execute(_NEWEST, [policy.policy_id]).fetchone()
    for event in events:
        yield _row(policy, event, newest or format_iso(event.not_after))


def _row(policy: PolicyRow, event: Event, newest: str) -> EventRow:
    seen = format_iso(event.not_after) if event.kind is EventKind.NO_LONGER_CAPTURED else newest
    after = format_iso(event.after) if event.after else None
    return EventRow(
        policy.policy_id, event.kind.value, after, format_iso(event.not_after), event.evidence, event.capture_url, seen
    )
