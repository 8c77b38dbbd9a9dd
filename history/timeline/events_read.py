"""The events of one policy, read from the database: what events.py judges, fetched as it is needed.

read_events(db, policy, versions) ──► Event…, oldest first
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.archives.capture import Outcome
from crawler.archives.dialects import goes_on_capturing
from crawler.archives.surt import is_of_site, surt
from crawler.archives.timestamps import parse_iso
from history.sites import PolicyRow
from history.timeline.events import (
    HANDS_GAP,
    HANDS_SHARE,
    SILENCE,
    Event,
    Passage,
    Sight,
    changed_hands,
    endings,
    move_off_site,
    silence,
)
from history.timeline.owners import Owner, owner_of
from pipelines.store.load import WHILE_THERE, text_blocks

if TYPE_CHECKING:
    from history.timeline.timeline import VersionRow

_SHOWN = """
SELECT r.captured_at, r.url, r.citation_url FROM readings r
JOIN policies p ON p.id = r.policy_id AND p.extractor_id = r.extractor_id
WHERE r.policy_id = ? AND NOT EXISTS (
  SELECT 1 FROM set_aside a WHERE a.policy_id = r.policy_id AND a.extractor_id = r.extractor_id
  AND r.captured_at BETWEEN a.first_seen AND a.last_seen)
ORDER BY 1
"""
_AFTER = f"""
SELECT k.captured_at, k.original, k.outcome, coalesce(k.http_status, k.statuscode) AS status, k.detail, k.redirect_url,
  k.citation_url
FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey WHERE u.policy_id = ? AND k.captured_at > ?
  AND {WHILE_THERE} ORDER BY 1
"""
_ASKED = """
SELECT archive, max(listed_at) AS at FROM listings
WHERE policy_id = ? AND outcome = 'fetched' AND until IS NULL AND resume_key = '' GROUP BY archive
"""
# What begins with the host's key, up to its closing bracket or the comma before a host below it.
_NEWEST = "SELECT max(captured_at) AS at FROM captures WHERE archive = ? AND urlkey >= ? AND urlkey < ?"
_STATUS = re.compile(r"HTTP (\d{3})\b", re.ASCII)  # as the crawl says it of an archived error


def read_events(db: sqlite3.Connection, policy: PolicyRow, versions: Sequence[VersionRow]) -> list[Event]:
    """Return what became of a policy beyond its wording, oldest first; nothing of one without a version."""
    shown = [
        Sight(parse_iso(row["captured_at"]), row["url"], shows=True, capture_url=row["citation_url"])
        for row in db.execute(_SHOWN, [policy.policy_id])
    ]
    if not shown:
        return []
    sights = [shown[-1], *_after(db, policy, shown[-1])]
    events = [
        *changed_hands(_passages(db, policy, versions)),
        *move_off_site(shown, policy.site, _moved(db, policy, shown[-1].url)),
        *endings(sights, policy.site),
        *_silences(db, policy, sights),
    ]
    return sorted(events, key=lambda event: (event.not_after, event.kind))


def _after(db: sqlite3.Connection, policy: PolicyRow, last: Sight) -> Iterable[Sight]:
    """The captures since the policy was last seen; one that is held and not read may be the policy."""
    for row in db.execute(_AFTER, [policy.policy_id, f"{last.at:%Y-%m-%dT%H:%M:%SZ}"]):
        outcome = Outcome(row["outcome"])
        outcome = Outcome.PENDING if outcome in (Outcome.FETCHED, Outcome.REVISIT) else outcome
        said = _STATUS.match(row["detail"]) or _STATUS.match(f"HTTP {row['status']}")
        yield Sight(
            parse_iso(row["captured_at"]),
            row["original"],
            False,
            outcome,
            int(said[1]) if said else 0,
            row["detail"],
            row["redirect_url"],
            row["citation_url"],
        )


def _moved(db: sqlite3.Connection, policy: PolicyRow, url: str) -> str:
    """How it is known that a policy went to another site; "" of one that did not."""
    if is_of_site(url, policy.site):
        return ""
    row = db.execute(
        "SELECT evidence FROM policy_urls WHERE policy_id = ? AND urlkey = ?", [policy.policy_id, surt(url)]
    ).fetchone()
    return row["evidence"] if row else ""


def _silences(db: sqlite3.Connection, policy: PolicyRow, sights: Sequence[Sight]) -> list[Event]:
    """Only an archive that goes on capturing can fall silent."""
    for row in db.execute(_ASKED, [policy.policy_id]):
        asked = parse_iso(row["at"])
        if goes_on_capturing(row["archive"]) and asked - sights[0].at >= SILENCE:
            key = surt(sights[0].url).partition(")")[0]
            newest = db.execute(_NEWEST, [row["archive"], f"{key})", f"{key}-"]).fetchone()["at"]
            return silence(sights, parse_iso(newest) if newest else sights[0].at, asked)
    return []


def _passages(db: sqlite3.Connection, policy: PolicyRow, versions: Sequence[VersionRow]) -> Iterable[Passage]:
    for old, new in pairwise(versions):
        shared = _shared(old, new)
        if new.first_seen - old.last_seen >= HANDS_GAP and shared <= HANDS_SHARE:
            before, after = (_owner(db, one, policy.site) for one in (old, new))
            yield Passage(old.last_seen, new.first_seen, shared, before, after, new.first_capture_url)


def _shared(old: VersionRow, new: VersionRow) -> float:
    if new.change is None:
        return 1.0
    return max(old.words - new.change.words_removed, 0) / max(old.words, new.words, 1)


def _owner(db: sqlite3.Connection, version: VersionRow, site: str) -> Owner:
    text = "\n".join(block.markdown for block in text_blocks(db, version.text_id))
    return owner_of(f"{version.title}\n{text}", site)
