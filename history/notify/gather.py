"""The news of a watch, read from the database: which changes and events it means, and what a message says of them.

pending(db, watch, start, policies) ──► Items(changes, events)      what is new to a watch, told or not
compose(db, config, watch, changes, events) ──► Message             what a message says of some of them
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from urllib.parse import quote

from crawler.archives.timestamps import format_iso, parse_iso
from history.claims.selectors import meant
from history.claims.steps import ClaimStep
from history.diff.diff import diff
from history.notify.config import Config, Watch
from history.notify.marked import first_of
from history.notify.message import Entry, EventEntry, Message, Unknown
from history.search.changes import (
    ChangeRow,
    Filter,
    capture_urls,
    claim_steps,
    read_changes,
    together,
    with_passages,
)
from history.sites import PolicyRow
from history.timeline.events import EventKind
from pipelines.store.load import text_blocks


@dataclass(frozen=True, slots=True)
class Start:
    """Where a watch begins: what was found up to these ids is the past."""

    change: int
    event: int


@dataclass(frozen=True, slots=True)
class Items:
    """What a watch means: ids of found_changes and found_events, the oldest first.

    :param past: changes that it means and that are too old to be news.
    """

    changes: tuple[int, ...]
    events: tuple[int, ...]
    past: int = 0


def latest(db: sqlite3.Connection) -> Start:
    """Return where a watch begins that is new now."""
    (change,) = db.execute("SELECT coalesce(max(id), 0) FROM found_changes").fetchone()
    (event,) = db.execute("SELECT coalesce(max(id), 0) FROM found_events").fetchone()
    return Start(change, event)


def watched(policies: Iterable[PolicyRow], watch: Watch, listed: Collection[str]) -> list[PolicyRow]:
    """Return the policies that a watch is about.

    :param listed: sites of its lists.
    """
    return [one for one in policies if one.site in listed or any(fnmatchcase(one.site, glob) for glob in watch.sites)]


def pending(db: sqlite3.Connection, watch: Watch, start: Start, policies: Sequence[PolicyRow]) -> Items:
    """Return all that a watch means and that was found since it began, whether it was told or not.

    :param db: of history.database.open_database. :raises ConfigError: a query of the watch cannot be understood.
    """
    ids = [policy.policy_id for policy in policies]
    found = [row[0] for row in db.execute("SELECT id FROM found_changes WHERE id > ? ORDER BY id", [start.change])]
    rows: list[ChangeRow] = []
    if found and watch.classes:
        rows = list(
            read_changes(
                db,
                Filter(
                    classes=watch.classes,
                    min_words=watch.min_words,
                    added=watch.added,
                    removed=watch.removed,
                    policies=ids,
                    found=found,
                    claims=watch.claims,
                ),
            )
        )
    news = [row.found.found_id for row in rows if row.found and _is_news(row, watch)]
    events = _events(db, watch, start, ids) if watch.events else []
    return Items(tuple(sorted(news)), tuple(events), len(rows) - len(news))


def _is_news(row: ChangeRow, watch: Watch) -> bool:
    found = row.found
    return bool(found and found.ahead and found.at and found.at - row.not_after <= watch.max_age)


def _events(db: sqlite3.Connection, watch: Watch, start: Start, policies: Sequence[int]) -> list[int]:
    rows = db.execute(
        "SELECT id, seen_at, found_at FROM found_events WHERE id > ? AND ahead AND stands "
        "AND kind IN (SELECT value FROM json_each(?)) AND policy_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        [start.event, json.dumps([kind.value for kind in watch.events]), json.dumps(policies)],
    )
    return [row["id"] for row in rows if parse_iso(row["found_at"]) - parse_iso(row["seen_at"]) <= watch.max_age]


def compose(
    db: sqlite3.Connection,
    config: Config,
    watch: Watch,
    changes: Collection[int],
    events: Collection[int],
    *,
    past: int = 0,
    unknown: Unknown | None = None,
    unsubscribe: str = "",
) -> Message:
    """Return what a message says of changes and events: the largest edit first, the same edit of many sites once.

    What is no change any more (late captures showed that it was the page's noise) is left out.
    """
    rows = list(read_changes(db, Filter(found=changes, turns=True))) if changes else []
    by_id = {row.change_id: row for row in rows}
    groups = together(rows, with_passages(db, rows))
    urls = capture_urls(db, [row.change_id for row in rows])
    claims = _claims(db, watch, rows)
    entries = [_entry(db, config, [by_id[number] for number in group.numbers], urls, claims) for group in groups]
    entries.sort(key=lambda one: (-len(one.sites), -(one.words_added + one.words_removed), one.sites))
    return Message(watch.name, tuple(entries), event_entries(db, events), unknown or Unknown(), past, unsubscribe)


def _claims(db: sqlite3.Connection, watch: Watch, rows: Sequence[ChangeRow]) -> dict[int, ClaimStep]:
    """The watched claims that changes brought and took; none where the watch names no claims."""
    if not watch.claims:
        return {}
    return claim_steps(db, rows, meant(watch.claims))


def _entry(
    db: sqlite3.Connection,
    config: Config,
    rows: Sequence[ChangeRow],
    urls: Mapping[int, tuple[str, str]],
    claims: Mapping[int, ClaimStep],
) -> Entry:
    shown = max(rows, key=lambda row: row.not_after)
    before, after = urls[shown.change_id]
    excerpt = first_of(diff(text_blocks(db, shown.from_text_id), text_blocks(db, shown.to_text_id)))
    links = [("old wording", before), ("new wording", after)]
    if config.base_url:
        links.insert(0, ("whole difference", diff_url(config.base_url, shown)))
    made = claims.get(shown.change_id, ClaimStep())
    sites = (shown.site, *sorted({row.site for row in rows} - {shown.site}))
    return Entry(
        sites,
        shown.policy_url,
        shown.not_before,
        shown.not_after,
        shown.change.change_class.value,
        shown.change.words_added,
        shown.change.words_removed,
        shown.change.sections,
        excerpt,
        (shown.to_citation, *(row.to_citation for row in rows if row is not shown)),
        tuple(links),
        f"policylapse diff {shown.from_citation} {shown.to_citation}",
        tuple(str(one.what) for one in made.came),
        tuple(str(one.what) for one in made.went),
    )


def diff_url(base_url: str, row: ChangeRow) -> str:
    """Return where the web view shows a change: its citation stays when versions shift."""
    return f"{base_url}/-/changes?site={quote(row.site, safe='')}#{quote(row.to_citation, safe='')}"


def event_entries(db: sqlite3.Connection, events: Collection[int]) -> tuple[EventEntry, ...]:
    """Return events by their ids of found_events, those that still stand."""
    rows = db.execute(
        "SELECT s.site, p.policy_url, e.* FROM found_events e JOIN policies p ON p.id = e.policy_id "
        "JOIN sites s ON s.id = p.site_id WHERE e.stands AND e.id IN (SELECT value FROM json_each(?)) ORDER BY s.site, e.id",
        [json.dumps(sorted(events))],
    )
    return tuple(
        EventEntry(
            row["site"],
            row["policy_url"],
            row["kind"],
            EventKind(row["kind"]).meaning,
            parse_iso(row["after"]) if row["after"] else None,
            parse_iso(row["not_after"]),
            tuple(json.loads(row["evidence"])),
            row["capture_url"],
        )
        for row in rows
    )


_NEWEST = """
SELECT s.site, max(h.now) AS newest FROM horizons h JOIN policies p ON p.id = h.policy_id JOIN sites s ON s.id = p.site_id
WHERE p.id IN (SELECT value FROM json_each(?)) GROUP BY s.site HAVING newest < ? ORDER BY newest, s.site
"""
_LAST = "SELECT id, finished_at, exit_code FROM runs WHERE finished_at IS NOT NULL ORDER BY id DESC LIMIT 1"
_FAILED = """
SELECT outcome, count(*) AS number FROM outcomes WHERE run_id = ? AND outcome IN (
  'listing_failed', 'rate_limited', 'program_error', 'reading_stopped', 'damaged_archive') GROUP BY outcome ORDER BY outcome
"""


def unknown_of(db: sqlite3.Connection, config: Config, policies: Sequence[PolicyRow], now: datetime) -> Unknown:
    """Return what is not known of some policies: sites without a new capture, and what the last crawl could not do."""
    ids = json.dumps([policy.policy_id for policy in policies])
    stale = tuple(
        (row["site"], parse_iso(row["newest"]))
        for row in db.execute(_NEWEST, [ids, format_iso(now - config.stale_after)])
    )
    failures = []
    last = db.execute(_LAST).fetchone()
    if last:
        failures = [
            f"the last crawl: {row['number']:,} times {row['outcome'].replace('_', ' ')}"
            for row in db.execute(_FAILED, [last["id"]])
        ]
        if now - parse_iso(last["finished_at"]) > config.stale_after:
            failures.append(f"the last crawl ended on {last['finished_at'][:10]}")
    return Unknown(config.stale_after.days, stale, tuple(failures))
