"""Which run found each change and event. Tables found_changes, found_events, horizons, reported_missing.

    refold ──note_changes──► found_changes       a change keeps its row (pipelines/versions/found.py)
    a crawl's end ──note_events──► found_events  events are the read side's; it hands them over
    FoundShelf.brought(run) ──► BroughtBy        what a run found, newest first, for its summary

A change is `ahead` where it came later than all that was read of its policy before the run: only that can be news. What
a policy's first crawl finds, what a late capture splits off, and what a merge or another extractor brings, is the past.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.archives.capture import Brought, Outcome, Period, Policy
from crawler.archives.timestamps import parse_iso
from pipelines.store.load import readable_uri
from pipelines.store.shelves.listings import archives_of
from pipelines.versions.citing import CITED_NAME, cite
from pipelines.versions.found import Step, same_changes

if TYPE_CHECKING:
    from sqlite_utils import Database

    from pipelines.store.shelves.runs import RunShelf
    from pipelines.store.transactions import OpenFile

# What stays as it is until somebody acts or the archive changes: reported once. The rest is to be tried again.
LASTING = (
    Outcome.NOT_ARCHIVED,
    Outcome.EMPTY,
    Outcome.EXCLUDED,
    Outcome.EXCLUDED_ROBOTS,
    Outcome.NO_POLICY_FOUND,
    Outcome.PLAYBACK_FAILED,
    Outcome.DAMAGED_ARCHIVE,
    Outcome.NOT_IMPORTED,
)


@dataclass(frozen=True, slots=True)
class Finder:
    """The run that finds something, and when.

    :param run_id: None where no crawl does: a merge, an extraction.
    """

    run_id: int | None = None
    at: str | None = None


NOBODY = Finder()


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event of a policy, as the read side judged it; times are ISO 8601.

    :param seen_at: the newest capture by which it is known.
    """

    policy_id: int
    kind: str
    after: str | None
    not_after: str
    evidence: tuple[str, ...]
    capture_url: str
    seen_at: str


def note_changes(db: Database, policy_id: int, extractor_id: int, finder: Finder = NOBODY) -> None:
    """Bring found_changes and the horizon of a policy up to date with its versions. Within the fold's transaction."""
    before = _move_horizon(db, policy_id, extractor_id, finder)
    rows = db.execute(
        "SELECT v.id, v.wording, v.previous_last_seen, v.first_seen FROM versions v JOIN changes c ON c.to_version_id = v.id "
        "WHERE v.policy_id = ? AND v.extractor_id = ? ORDER BY v.version",
        [policy_id, extractor_id],
    ).fetchall()
    held = db.execute(
        "SELECT id, wording, not_before, not_after, to_version_id FROM found_changes WHERE policy_id = ?", [policy_id]
    ).fetchall()
    if [(row[1], row[2], row[3], row[0]) for row in rows] == [tuple(row[1:]) for row in held]:
        return
    same = same_changes([_step(row) for row in held], [_step(row) for row in rows])
    db.execute("UPDATE found_changes SET to_version_id = NULL WHERE policy_id = ?", [policy_id])
    for version_id, wording, not_before, not_after in rows:
        if version_id in same:
            db.execute(
                "UPDATE found_changes SET to_version_id = ?, wording = ?, not_before = ?, not_after = ? WHERE id = ?",
                [version_id, wording, not_before, not_after, same[version_id]],
            )
        else:
            ahead = finder.run_id is not None and before is not None and not_after > before
            db.execute(
                "INSERT INTO found_changes (policy_id, to_version_id, wording, not_before, not_after, run_id, found_at, ahead) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [policy_id, version_id, wording, not_before, not_after, finder.run_id, finder.at, ahead],
            )


def _step(row: Sequence[Any]) -> Step:
    return Step(row[0], row[1], parse_iso(row[2]), parse_iso(row[3]))


def _move_horizon(db: Database, policy_id: int, extractor_id: int, finder: Finder) -> str | None:
    """Note up to when captures are read now; return up to when they were before the run, None for a first crawl."""
    (now,) = db.execute(
        "SELECT max(last_seen) FROM versions WHERE policy_id = ? AND extractor_id = ?", [policy_id, extractor_id]
    ).fetchone()
    held = db.execute("SELECT run_id, before, now FROM horizons WHERE policy_id = ?", [policy_id]).fetchone()
    run_id, before, last = held or (None, None, None)
    if finder.run_id is not None and (run_id != finder.run_id or not held):
        run_id, before = finder.run_id, last
    if now and (run_id, before, max(now, last or "")) != held:
        db.execute(
            "INSERT INTO horizons (policy_id, run_id, before, now) VALUES (?, ?, ?, ?) ON CONFLICT (policy_id) "
            "DO UPDATE SET run_id = excluded.run_id, before = excluded.before, now = excluded.now",
            [policy_id, run_id, before, max(now, last or "")],
        )
    return before


class BroughtBy(Collection[Brought]):
    """The changes that a run found. They are not held: each time that somebody iterates over them they are read from the file,
    read-only, whether or not the store is still open. The first crawl of 10,000 sites finds 15,000.

    :ivar news: those that are later than all that was known of their policy before the run; they are held.
    """

    def __init__(self, path: Path, run_id: int) -> None:
        self._path, self._run_id = path, run_id
        with closing(self._connect()) as db:
            (self._count,) = db.execute(f"SELECT count(*) FROM ({_BROUGHT})", [run_id]).fetchone()
        self.news = list(takewhile(lambda one: one.news, self))

    def __len__(self) -> int:
        return int(self._count)

    def __iter__(self) -> Iterator[Brought]:
        with closing(self._connect()) as db:
            rows = db.execute(_BROUGHT, [self._run_id])
            for site, url, not_before, not_after, change_class, added, removed, wording, ahead, name in rows:
                times, citation = (parse_iso(not_before), parse_iso(not_after)), cite(name, not_after, wording)
                yield Brought(site, url, *times, change_class, added, removed, citation, bool(ahead))

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(readable_uri(self._path), uri=True)

    def __contains__(self, change: object) -> bool:
        return any(one == change for one in self)


class FoundShelf:
    """What each run found in one database."""

    def __init__(self, file: OpenFile, runs: RunShelf) -> None:
        self._file, self._db, self._runs = file, file.db, runs

    def touched(self, run_id: int) -> list[int]:
        """Return the policies of which a run learned anything: new captures, new outcomes, new readings."""
        rows = self._db.execute(
            "SELECT policy_id FROM listings WHERE run_id = ?1 AND row_count > 0 "
            "UNION SELECT policy_id FROM outcomes WHERE run_id = ?1 AND policy_id IS NOT NULL "
            "UNION SELECT policy_id FROM horizons WHERE run_id = ?1 ORDER BY 1",
            [run_id],
        )
        return [policy_id for (policy_id,) in rows]

    def note_events(self, run_id: int, policies: Iterable[int], events: Iterable[EventRow]) -> None:
        """Make found_events say of these policies what the read side says now. One transaction.

        An event is the same where it is of the same kind and its brackets overlap or end alike.
        """
        with self._file.transaction():
            self._note_events(run_id, self._file.now(), policies, events)

    def _note_events(self, run_id: int, at: str, policies: Iterable[int], events: Iterable[EventRow]) -> None:
        found: dict[int, list[EventRow]] = {policy_id: [] for policy_id in policies}
        for event in events:
            found[event.policy_id].append(event)
        for policy_id, own in found.items():
            held = self._db.execute(
                "SELECT id, kind, coalesce(after, ''), not_after FROM found_events WHERE policy_id = ?", [policy_id]
            ).fetchall()
            if not held and not own:
                continue
            known = [Step(row[0], row[1], _moment(row[2]), parse_iso(row[3])) for row in held]
            steps = [Step(i, e.kind, _moment(e.after), parse_iso(e.not_after)) for i, e in enumerate(own)]
            same = {
                number: other
                for number, other in same_changes(known, steps).items()
                if next(step.wording for step in known if step.number == other) == own[number].kind
            }
            self._db.execute("UPDATE found_events SET stands = 0 WHERE policy_id = ?", [policy_id])
            for number, event in enumerate(own):
                self._put_event(run_id, at, event, same.get(number))

    def _put_event(self, run_id: int, at: str, event: EventRow, same: int | None) -> None:
        evidence = json.dumps(event.evidence, ensure_ascii=False)
        if same is not None:
            self._db.execute(
                "UPDATE found_events SET after = ?, not_after = ?, evidence = ?, capture_url = ?, stands = 1 WHERE id = ?",
                [event.after, event.not_after, evidence, event.capture_url, same],
            )
            return
        ahead = self._db.execute(
            "SELECT 1 FROM horizons WHERE policy_id = ? AND (run_id IS NOT ? OR before IS NOT NULL)",
            [event.policy_id, run_id],
        ).fetchone()
        self._db.execute(
            "INSERT INTO found_events (policy_id, kind, after, not_after, evidence, capture_url, seen_at, run_id, found_at, "
            "ahead, stands) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
            [
                event.policy_id,
                event.kind,
                event.after,
                event.not_after,
                evidence,
                event.capture_url,
                event.seen_at,
                run_id,
                at,
                ahead is not None,
            ],
        )

    def brought(self, run_id: int) -> BroughtBy:
        """Return the changes that a run found, those that are news first, then newest first."""
        return BroughtBy(self._file.path, run_id)

    def known_missing(
        self, run_id: int, policies: Collection[Policy], archive: str | Sequence[str], period: Period
    ) -> dict[Outcome, int]:
        """Note what is missing at the end of a run; return how much of it earlier runs reported, by outcome.

        What lasts (never archived, excluded …) is a failure once, and again only when it changes. One transaction.
        """
        missing: Counter[tuple[str, Outcome]] = Counter()
        for policy in policies:
            for outcome, number in self._runs.outcomes(0, [policy], archive, period).items():
                if outcome.about.missing:
                    missing[policy.url, outcome] += number
        subjects: set[str] = set()
        for subject, value, number in self._db.execute(
            "SELECT subject, outcome, count(*) FROM outcomes WHERE run_id = ? AND capture_id IS NULL GROUP BY 1, 2",
            [run_id],
        ).fetchall():
            subjects.add(subject)
            if Outcome(value).about.missing:
                missing[subject, Outcome(value)] += number
        with self._file.transaction():
            first = archives_of(archive)[0]  # what a run reports, it reports of the archive that it was asked to crawl
            self._clear_missing(chain((policy.url for policy in policies), subjects), first, missing)
            return self._settle_missing(run_id, first, missing)

    def _settle_missing(
        self, run_id: int, archive: str, missing: Mapping[tuple[str, Outcome], int]
    ) -> dict[Outcome, int]:
        """Note what a run reports as missing, by subject and outcome; return how much of it was reported before.

        :param missing: all that is missing now; of the same subjects, what is no longer so is forgotten.
        """
        known: dict[Outcome, int] = {}
        for (subject, outcome), number in missing.items():
            if outcome not in LASTING:
                continue
            row = self._db.execute(
                "SELECT number FROM reported_missing WHERE subject = ? AND archive = ? AND outcome = ?",
                [subject, archive, outcome.value],
            ).fetchone()
            known[outcome] = known.get(outcome, 0) + min(number, row[0] if row else 0)
            self._db.execute(
                "INSERT INTO reported_missing VALUES (?, ?, ?, ?, ?) ON CONFLICT (subject, archive, outcome) "
                "DO UPDATE SET number = excluded.number, run_id = excluded.run_id WHERE number <> excluded.number",
                [subject, archive, outcome.value, number, run_id],
            )
        return known

    def _clear_missing(self, subjects: Iterable[str], archive: str, still: Iterable[tuple[str, Outcome]]) -> None:
        """Forget what was reported of these subjects and is missing no longer: it is a failure again if it comes back."""
        stays = {(subject, outcome.value) for subject, outcome in still}
        for subject in subjects:
            for (outcome,) in self._db.execute(
                "SELECT outcome FROM reported_missing WHERE subject = ? AND archive = ?", [subject, archive]
            ).fetchall():
                if (subject, outcome) not in stays:
                    self._db.execute(
                        "DELETE FROM reported_missing WHERE subject = ? AND archive = ? AND outcome = ?",
                        [subject, archive, outcome],
                    )


def _moment(text: str | None) -> datetime:
    return parse_iso(text or "0001-01-01T00:00:00Z")


_BROUGHT = f"""
SELECT s.site, p.policy_url, f.not_before, f.not_after, c.change_class, c.words_added, c.words_removed, f.wording, f.ahead,
  {CITED_NAME}
FROM found_changes f JOIN changes c ON c.to_version_id = f.to_version_id
JOIN versions v ON v.id = c.to_version_id
JOIN policies p ON p.id = f.policy_id AND p.extractor_id = v.extractor_id
JOIN sites s ON s.id = p.site_id
WHERE f.run_id = ? ORDER BY f.ahead DESC, f.not_after DESC, s.site, f.id
"""
