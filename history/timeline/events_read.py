"""The events of one policy, read from the database: what events.py judges, fetched as it is needed.

read_events(db, policy, versions, captures) ──► Event…, oldest first
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.archives.dialects import goes_on_capturing
from crawler.archives.surt import is_of_site, surt
from crawler.archives.timestamps import parse_iso
from history.sites import PolicyRow
from history.timeline.captures import Captures, citations, moment, read_after, seconds
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
from pipelines.store.load import text_blocks

if TYPE_CHECKING:
    from history.timeline.timeline import VersionRow

_ASKED = """
SELECT archive, max(listed_at) AS at FROM listings
WHERE policy_id = ? AND outcome = 'fetched' AND until IS NULL AND resume_key = '' GROUP BY archive
"""
# What begins with the host's key, up to its closing bracket or the comma before a host below it.
_NEWEST = "SELECT max(captured_at) AS at FROM captures WHERE archive = ? AND urlkey >= ? AND urlkey < ?"
_STATUS = re.compile(r"HTTP (\d{3})\b", re.ASCII)  # as the crawl says it of an archived error


def read_events(
    db: sqlite3.Connection, policy: PolicyRow, versions: Sequence[VersionRow], captures: Captures
) -> list[Event]:
    """Return what became of a policy beyond its wording, oldest first; nothing of one without a version.

    :param captures: of read_captures.
    """
    if not captures.shown:
        return []
    last = max(_last_together(captures), key=lambda sight: sight.url)
    sights = [last, *_after(db, policy, last)]
    events = [
        *changed_hands(_passages(db, policy, versions)),
        *move_off_site(_leaving(db, captures, policy.site), policy.site, _moved(db, policy, last.url)),
        *endings(sights, policy.site),
        *_silences(db, policy, sights),
    ]
    return sorted(events, key=lambda event: (event.not_after, event.kind))


def _last_together(captures: Captures) -> Iterable[Sight]:
    """The captures of the moment at which the policy was seen last."""
    end = captures.shown[-1][0]
    for at, _capture, address, _title in reversed(captures.shown):
        if at < end:
            return
        yield Sight(moment(at), captures.urls[address], shows=True)


def _leaving(db: sqlite3.Connection, captures: Captures, site: str) -> list[Sight]:
    """The policy's last capture at its site and the first one after it elsewhere; [] where it never was but at one."""
    home = {address for address, url in captures.urls.items() if is_of_site(url, site)}
    if home.issuperset(address for _at, _capture, address, _title in captures.shown):
        return []
    ordered = sorted(captures.shown, key=lambda one: (one[0], captures.urls[one[2]]))
    last = max((index for index, one in enumerate(ordered) if one[2] in home), default=None)
    if last is None:
        return []
    both = ordered[last : last + 2]
    cited = citations(db, (capture for _at, capture, _address, _title in both))
    return [
        Sight(moment(at), captures.urls[address], shows=True, capture_url=cited[capture])
        for at, capture, address, _title in both
    ]


def _after(db: sqlite3.Connection, policy: PolicyRow, last: Sight) -> Iterable[Sight]:
    """The captures since the policy was last seen; one that is held and not read may be the policy."""
    runs = list(read_after(db, policy, seconds(last.at)))
    cited = citations(db, (run.capture_id for run in runs))
    for run in runs:
        said = _STATUS.match(run.detail) or _STATUS.match(f"HTTP {run.status}")
        yield Sight(
            moment(run.first),
            run.url,
            False,
            run.outcome,
            int(said[1]) if said else 0,
            run.detail,
            run.redirect_url,
            cited[run.capture_id],
            run.captures,
            moment(run.last),
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
