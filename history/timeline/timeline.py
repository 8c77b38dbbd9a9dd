"""One policy through time: its versions, and as plainly what is not known.

read_timeline(db, policy) ──► Timeline(versions, gaps, moves, title changes, captures without a text)
  reads every capture once (captures.py); all else that it reads is by version
version_at(versions, moment) ──► AtMoment(version, certainty): never surer than the archive
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from crawler.archives.capture import Outcome
from crawler.archives.timestamps import parse_iso
from crawler.choosing.certainty import Certainty
from history.sites import PolicyRow
from history.timeline.captures import Read, Unread, moment, read_captures
from history.timeline.events import Event
from history.timeline.events_read import read_events
from pipelines.model import Change, ChangeClass
from pipelines.store.load import text_blocks

if TYPE_CHECKING:
    from pipelines.versions.changes import Text
    from pipelines.versions.steady import Unsteady

GAP = timedelta(days=400)  # longer without a usable capture, and a change and its undoing may both be missing


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version.

    :param previous_last_seen: the last capture of the version before; the change to this one happened after it and
        not later than `first_seen`. None for the first version.
    :param change: the step to this version, None for the first.
    :param first_capture_url, last_capture_url: where a person finds the captures; `first_archive` and `last_archive` are
        the names of the archives that have them.
    """

    version: int
    first_seen: datetime
    last_seen: datetime
    previous_last_seen: datetime | None
    captures: int
    words: int
    wording: str
    change: Change | None
    title: str
    url: str
    first_capture_url: str
    last_capture_url: str
    text_id: int
    first_archive: str = ""
    last_archive: str = ""


@dataclass(frozen=True, slots=True)
class Silent:
    """Captures that brought no text, of one outcome.

    :param dates: when they were captured, oldest first.
    :param details: the reasons given, each with its count.
    """

    outcome: Outcome
    dates: tuple[datetime, ...]
    details: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of which nothing is known: between two usable captures that lie more than GAP apart.

    :param captures: captures in it that brought no text, by outcome.
    """

    after: datetime
    before: datetime
    captures: Mapping[Outcome, int]

    @property
    def days(self) -> int:
        return (self.before - self.after).days


@dataclass(frozen=True, slots=True)
class Move:
    """The policy is at another URL from a date on, and how that is known."""

    url: str
    valid_from: datetime
    evidence: str


@dataclass(frozen=True, slots=True)
class TitleChange:
    """The page's title changed in between: metadata, never a change of the policy."""

    not_before: datetime
    not_after: datetime
    from_title: str
    to_title: str


@dataclass(frozen=True, slots=True)
class Alternation:
    """Two wordings that take turns (by country, by test, by who asks): versions `first` to `last` are but two texts."""

    first: int
    last: int

    @property
    def turns(self) -> range:
        """The versions that bring nothing: all but the first of either wording."""
        return range(self.first + 2, self.last + 1)


@dataclass(frozen=True, slots=True)
class Aside:
    """Captures that show another document than the policy, told by those before and after them."""

    first_seen: datetime
    last_seen: datetime
    captures: int
    reason: str
    title: str
    capture_url: str


@dataclass(frozen=True, slots=True)
class PolicyCertainty:
    """How much of a policy's captures in an archive was read, after its latest crawl, and how much follows from it."""

    archive: str
    strategy: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is known of a policy through time. :param seen: when its wording is known, in seconds since 1970, in order."""

    policy: PolicyRow
    versions: tuple[VersionRow, ...]
    silent: tuple[Silent, ...]
    gaps: tuple[Gap, ...]
    moves: tuple[Move, ...]
    titles: tuple[TitleChange, ...]
    alternations: tuple[Alternation, ...]
    aside: tuple[Aside, ...] = ()
    left_out: tuple[Unsteady, ...] = ()
    how_sure: tuple[PolicyCertainty, ...] = ()
    events: tuple[Event, ...] = ()
    seen: Sequence[int] = ()


def read_timeline(db: sqlite3.Connection, policy: PolicyRow) -> Timeline:
    """Return all that is known of a policy through time."""
    versions = read_versions(db, policy)
    captures = read_captures(db, policy)
    silent = _silent(captures.silent)
    return Timeline(
        policy=policy,
        versions=versions,
        silent=silent,
        gaps=tuple(_gaps(captures.read, silent)),
        moves=tuple(_moves(db, policy)),
        titles=tuple(_titles(captures.shown)),
        alternations=tuple(find_alternations(versions)),
        aside=tuple(_aside(db, policy)),
        left_out=tuple(_left_out(db, policy)),
        how_sure=tuple(_how_sure(db, policy)),
        events=tuple(read_events(db, policy, versions, captures)),
        seen=[one[0] for one in captures.read],
    )


def read_versions(db: sqlite3.Connection, policy: PolicyRow) -> tuple[VersionRow, ...]:
    """Return the versions of a policy, oldest first."""
    rows = db.execute(
        "SELECT n.*, fc.archive AS first_archive, lc.archive AS last_archive FROM timeline n "
        "JOIN versions v ON v.id = n.version_id JOIN captures fc ON fc.id = v.first_capture_id "
        "JOIN captures lc ON lc.id = v.last_capture_id WHERE n.policy_id = ? ORDER BY n.version",
        [policy.policy_id],
    )
    return tuple(_version(row) for row in rows)


def archives_of(versions: Iterable[VersionRow]) -> tuple[str, ...]:
    """Return the archives on which versions rest, as they come: where there are several, a person is told which."""
    return tuple(dict.fromkeys(name for one in versions for name in (one.first_archive, one.last_archive)))


def _version(row: sqlite3.Row) -> VersionRow:
    return VersionRow(
        version=row["version"],
        first_seen=parse_iso(row["first_seen"]),
        last_seen=parse_iso(row["last_seen"]),
        previous_last_seen=parse_iso(row["previous_last_seen"]) if row["previous_last_seen"] else None,
        captures=row["captures"],
        words=row["words"],
        wording=row["wording"],
        change=_change(row),
        title=row["title"] or "",
        url=row["url"],
        first_capture_url=row["first_capture_url"],
        last_capture_url=row["last_capture_url"],
        text_id=row["text_id"],
        first_archive=row["first_archive"],
        last_archive=row["last_archive"],
    )


def _change(row: sqlite3.Row) -> Change | None:
    if row["change_class"] is None:
        return None
    sections = tuple(json.loads(row["sections"]))
    return Change(ChangeClass(row["change_class"]), row["words_added"], row["words_removed"], sections)


def _silent(captures: Iterable[Unread]) -> tuple[Silent, ...]:
    """By outcome."""
    alike: dict[Outcome, list[Unread]] = {}
    for one in captures:
        alike.setdefault(one[2], []).append(one)
    return tuple(
        Silent(outcome, tuple([moment(one[0]) for one in alike[outcome]]), Counter([one[3] for one in alike[outcome]]))
        for outcome in Outcome
        if outcome in alike
    )


def _gaps(read: Sequence[Read], silent: Sequence[Silent]) -> Iterator[Gap]:
    longest = GAP.total_seconds()
    for begin, end in pairwise([one[0] for one in read]):
        if end - begin > longest:
            after, before = moment(begin), moment(end)
            inside = {s.outcome: bisect_left(s.dates, before) - bisect_right(s.dates, after) for s in silent}
            yield Gap(after, before, {outcome: n for outcome, n in inside.items() if n})


def _moves(db: sqlite3.Connection, policy: PolicyRow) -> list[Move]:
    rows = db.execute(
        "SELECT url, valid_from, evidence FROM policy_urls WHERE policy_id = ? AND valid_from IS NOT NULL "
        "ORDER BY valid_from",
        [policy.policy_id],
    )
    return [Move(row["url"], parse_iso(row["valid_from"]), row["evidence"]) for row in rows]


def _titles(shown: Sequence[Read]) -> Iterator[TitleChange]:
    """As the view `title_changes` has it."""
    for (before, _, _, old), (after, _, _, new) in pairwise(shown):
        if old != new:
            yield TitleChange(moment(before), moment(after), old, new)


def _aside(db: sqlite3.Connection, policy: PolicyRow) -> list[Aside]:
    rows = db.execute(
        "SELECT a.first_seen, a.last_seen, a.captures, a.reason, k.citation_url, e.title FROM set_aside a "
        "JOIN policies p ON p.id = a.policy_id AND p.extractor_id = a.extractor_id "
        "JOIN captures k ON k.id = a.first_capture_id "
        "JOIN extractions e ON e.payload_id = k.payload_id AND e.extractor_id = a.extractor_id "
        "WHERE a.policy_id = ? ORDER BY a.first_seen",
        [policy.policy_id],
    )
    return [
        Aside(parse_iso(row[0]), parse_iso(row[1]), row[2], row[3], capture_url=row[4], title=row[5]) for row in rows
    ]


def _left_out(db: sqlite3.Connection, policy: PolicyRow) -> list[Unsteady]:
    rows = db.execute(
        "SELECT u.kind, u.example, u.times, u.since, u.until FROM unsteady_lines u "
        "JOIN policies p ON p.id = u.policy_id AND p.extractor_id = u.extractor_id "
        "WHERE u.policy_id = ? ORDER BY u.number",
        [policy.policy_id],
    ).fetchall()
    if not rows:
        return []
    from pipelines.versions.steady import Unsteady  # noqa: PLC0415 - it brings how versions are made, which takes 0.1 s

    return [Unsteady(row[0], row[1], row[2], parse_iso(row[3]), parse_iso(row[4])) for row in rows]


def _how_sure(db: sqlite3.Connection, policy: PolicyRow) -> list[PolicyCertainty]:
    rows = db.execute(
        "SELECT archive, strategy, listed, fetched, inferred, undecided, longest_inferred_days, "
        "longest_inferred_captures FROM certainty WHERE policy_id = ? ORDER BY archive",
        [policy.policy_id],
    )
    return [
        PolicyCertainty(
            archive, strategy, Certainty(listed, fetched, inferred, undecided, timedelta(days=days), inside)
        )
        for archive, strategy, listed, fetched, inferred, undecided, days, inside in rows
    ]


_ALTERNATING = 4  # versions A-B-A-B: fewer is a change that was taken back
_TURN = timedelta(days=92)  # and a wording is back within that time


class Worded(Protocol):
    """What tells that wordings take turns: a version's number, its wording, when it was seen."""

    @property
    def version(self) -> int: ...
    @property
    def wording(self) -> str: ...
    @property
    def first_seen(self) -> datetime: ...
    @property
    def last_seen(self) -> datetime: ...


def find_alternations(versions: Sequence[Worded]) -> list[Alternation]:
    """Return the runs of at least four versions in which two wordings take short turns."""
    runs: list[Alternation] = []
    start = 0
    for index in range(2, len(versions) + 1):
        if index < len(versions) and _takes_turn(versions, index, start):
            continue
        if index - start >= _ALTERNATING:
            runs.append(Alternation(versions[start].version, versions[index - 1].version))
        start = index - 1
    return runs


def _takes_turn(versions: Sequence[Worded], index: int, start: int) -> bool:
    """It has the wording of the one before the last, which it follows within a turn's time."""
    here, other = versions[index], versions[index - 2]
    return index - start >= 2 and here.wording == other.wording and here.first_seen - other.last_seen <= _TURN


class Standing(StrEnum):
    IN_FORCE = "in_force"  # captures with this wording before and after the moment
    BETWEEN = "between"  # the change happened between two captures, and the moment lies there too
    AFTER_LAST = "after_last"  # nothing is known since the last capture
    BEFORE_FIRST = "before_first"  # nothing is known before the first capture


@dataclass(frozen=True, slots=True)
class AtMoment:
    """Which version was in force at a moment.

    :param version: that version; BETWEEN: the earlier of two; AFTER_LAST: the last; BEFORE_FIRST: the first.
    :param following: BETWEEN: the later of the two, that may have been in force as well.
    """

    moment: datetime
    version: VersionRow
    certainty: Standing
    following: VersionRow | None = None


def version_at(versions: Sequence[VersionRow], moment: datetime) -> AtMoment:
    """Return the version in force at a moment, or the honest answer.

    :param versions: those of one policy, oldest first; at least one.
    """
    if moment < versions[0].first_seen:
        return AtMoment(moment, versions[0], Standing.BEFORE_FIRST)
    index = max(index for index, version in enumerate(versions) if version.first_seen <= moment)
    version = versions[index]
    if moment <= version.last_seen:
        return AtMoment(moment, version, Standing.IN_FORCE)
    if index + 1 == len(versions):
        return AtMoment(moment, version, Standing.AFTER_LAST)
    return AtMoment(moment, version, Standing.BETWEEN, versions[index + 1])


def change_between(
    db: sqlite3.Connection, versions: Sequence[VersionRow], old: VersionRow, new: VersionRow
) -> Change | None:
    """Return the change from one version to another of the same policy: the stored one for neighbours, else compared
    now. None where the wording is the same.
    """
    if old.wording == new.wording:
        return None
    if new.version == old.version + 1 and new.change:
        return new.change
    from pipelines.versions.changes import compare  # noqa: PLC0415 - as above

    seen_before = {v.wording for v in versions if v.version < min(old.version, new.version)}
    return compare(_text(db, old), _text(db, new), seen_before)


def _text(db: sqlite3.Connection, version: VersionRow) -> Text:
    from pipelines.versions.changes import Text  # noqa: PLC0415 - as above

    row = db.execute("SELECT language FROM texts WHERE id = ?", [version.text_id]).fetchone()
    return Text(text_blocks(db, version.text_id), version.wording, row["language"])
