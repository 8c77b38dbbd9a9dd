"""What is known of a policy in each half-year, and what is not: never a gap that looks like "unchanged". Pure.

    Subject(captures counted by half-year, answers of indexes) ──cover──► Coverage(one Cell a half-year, with reason)

A half-year is a number, twice the year plus 0 or 1, so that half-years can be counted and compared.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from crawler.archives.capture import Outcome
from crawler.archives.surt import site_of
from crawler.counting import count
from crawler.printed import for_site


class State(StrEnum):
    """What is known of a half-year; the first that holds, in this order."""

    FOUND = "found"  # a capture shows the policy
    FAILED = "failed"  # captured or asked for, but the archive did not give it
    NOT_ASKED = "not_asked"  # captures that were not read, or an index that was not asked
    NO_POLICY = "no_policy"  # captured, and what was captured is not the policy
    BLOCKED = "blocked"  # kept from us: excluded from the archive, or forgotten on request
    NO_CAPTURE = "no_capture"  # the archive was asked and has nothing

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    State.FOUND: "a capture shows the policy",
    State.FAILED: "the archive did not give what it lists, or its list",
    State.NOT_ASKED: "not read, or the archive not asked",
    State.NO_POLICY: "captured, but no policy on it (error, redirect, bot check …)",
    State.BLOCKED: "excluded from the archive, or forgotten on request",
    State.NO_CAPTURE: "asked, and the archive has no capture",
}
_NOT_SHOWN = {
    State.FAILED: (
        Outcome.PLAYBACK_FAILED,
        Outcome.RATE_LIMITED,
        Outcome.DRIFTED,
        Outcome.UNPLAYABLE,
        Outcome.LISTING_FAILED,
        Outcome.DAMAGED_ARCHIVE,
        Outcome.NOT_IMPORTED,
        Outcome.PROGRAM_ERROR,
    ),
    State.NOT_ASKED: (Outcome.PENDING, Outcome.NOT_NEEDED),
    State.BLOCKED: (Outcome.EXCLUDED, Outcome.EXCLUDED_ROBOTS, Outcome.FORGOTTEN),
}
_TOLD = {Outcome.FETCHED, Outcome.REVISIT, *(outcome for some in _NOT_SHOWN.values() for outcome in some)}
_OF_CAPTURES = {
    State.FAILED: _NOT_SHOWN[State.FAILED],
    State.NOT_ASKED: _NOT_SHOWN[State.NOT_ASKED],
    State.NO_POLICY: tuple(outcome for outcome in Outcome if outcome not in _TOLD),
    State.BLOCKED: _NOT_SHOWN[State.BLOCKED],
}
_OF_ANSWERS = {
    State.NO_CAPTURE: (Outcome.FETCHED, Outcome.NOT_ARCHIVED, Outcome.EMPTY),
    State.BLOCKED: (Outcome.EXCLUDED, Outcome.EXCLUDED_ROBOTS),
    State.FAILED: (
        Outcome.LISTING_FAILED,
        Outcome.RATE_LIMITED,
        Outcome.DAMAGED_ARCHIVE,
        Outcome.NOT_IMPORTED,
        Outcome.PROGRAM_ERROR,
    ),
}


_ELSEWHERE = "ask another archive for it: crawl again with --fallback arquivo (`policylapse archives` lists more)"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an index answered: asked at `at` for a URL's captures from `since` to `until` (None: open)."""

    archive: str
    url: str
    at: datetime
    outcome: Outcome
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One policy, or a site whose policy is not known (`policy_url` is "").

    :param found: captures that show the policy, by half-year; `other` those of another document; `unread` those
        whose page is held but was not read by the present extractor.
    :param outcomes: all other captures, by half-year and outcome.
    :param archives: that have the captures which show the policy, by half-year.
    """

    site: str
    policy_url: str = ""
    found: Mapping[int, int] = field(default_factory=dict)
    other: Mapping[int, int] = field(default_factory=dict)
    unread: Mapping[int, int] = field(default_factory=dict)
    outcomes: Mapping[int, Mapping[Outcome, int]] = field(default_factory=dict)
    asked: Sequence[Asked] = ()
    archives: Mapping[int, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """A half-year of a policy.

    :param reason: why it is in that state, for a person; `next_step` what to do about it, "" if nothing.
    """

    half: int
    state: State
    reason: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """A policy's half-years, oldest first, without a hole."""

    site: str
    policy_url: str
    cells: tuple[Cell, ...]

    @property
    def found(self) -> int:
        return sum(cell.state is State.FOUND for cell in self.cells)


def half_of(moment: datetime) -> int:
    """Return the half-year of a moment.

    >>> half_label(half_of(datetime(2018, 5, 25, tzinfo=UTC)))
    '2018-H1'
    """
    return 2 * moment.year + (moment.month > 6)


def half_label(half: int) -> str:
    return f"{half // 2}-H{half % 2 + 1}"


def half_span(half: int) -> tuple[datetime, datetime]:
    """Return when a half-year begins, and when the next one does."""
    begin, end = (datetime(h // 2, 7 if h % 2 else 1, 1, tzinfo=UTC) for h in (half, half + 1))
    return begin, end


def halves_of(subjects: Iterable[Subject]) -> range:
    """Return the half-years from the first capture of any of them to the last answer or capture; empty without one."""
    captured: set[int] = set()
    answered: set[int] = set()
    for one in subjects:
        for counts in (one.found, one.other, one.unread, one.outcomes):
            captured.update(counts)
        answered.update(half_of(asked.at) for asked in one.asked)
    first = min(captured or answered, default=1)
    return range(first, max(captured | answered, default=0) + 1)


def cover(subject: Subject, halves: range) -> Coverage:
    """Return the state of every half-year; of each exactly one, whatever the order of what is known."""
    return Coverage(subject.site, subject.policy_url, tuple(_cell(subject, half) for half in halves))


def totals(coverages: Iterable[Coverage]) -> dict[State, int]:
    """Return how many half-years of all policies are in each state."""
    counts = Counter(cell.state for one in coverages for cell in one.cells)
    return {state: counts[state] for state in State}


def covered_sites(coverages: Iterable[Coverage], half: int) -> frozenset[str]:
    """Return the sites of which a policy was found in a half-year: those that a trend may count then."""
    return frozenset(
        one.site for one in coverages for cell in one.cells if cell.half == half and cell.state is State.FOUND
    )


def _cell(subject: Subject, half: int) -> Cell:
    found = subject.found.get(half, 0)
    if found:
        whose = f" ({', '.join(names)})" if (names := subject.archives.get(half)) else ""
        return Cell(half, State.FOUND, f"{count(found, 'capture')} show{'s' * (found == 1)} the policy{whose}")
    counts = {outcome: n for outcome, n in subject.outcomes.get(half, {}).items() if n}
    unread, other = subject.unread.get(half, 0), subject.other.get(half, 0)
    for state, outcomes in _OF_CAPTURES.items():
        here = {outcome: counts[outcome] for outcome in outcomes if outcome in counts}
        if state is State.NOT_ASKED and (unread or here):
            return _not_read(subject, half, unread, sum(here.values()))
        if here or (state is State.NO_POLICY and other):
            return _captured(subject.site, half, state, here, other)
    return _uncaptured(subject, half)


def _not_read(subject: Subject, half: int, unread: int, listed: int) -> Cell:
    if unread:
        return Cell(half, State.NOT_ASKED, f"{count(unread, 'capture')} held, not read yet", "`policylapse re-extract`")
    return Cell(
        half, State.NOT_ASKED, f"{count(listed, 'capture')} listed, none read", _crawl(subject, half, "every:6mo")
    )


def _captured(site: str, half: int, state: State, counts: Mapping[Outcome, int], other: int) -> Cell:
    most = max(counts, key=lambda outcome: (counts[outcome], outcome.value), default=None)
    named = [
        f"{number:,} {outcome.value}" for outcome, number in sorted(counts.items(), key=lambda item: item[0].value)
    ]
    named += [f"{other:,} of another document"] if other and state is State.NO_POLICY else []
    step = for_site(most.about.next_step, site) if most else ""
    if state is State.NO_POLICY:
        step = step or "name another URL of the policy with --url"
    return Cell(half, state, ", ".join(named), step)


def _uncaptured(subject: Subject, half: int) -> Cell:
    if not subject.policy_url and not subject.asked:
        step = f"`policylapse discover {subject.site}`, or name its policy's URL with --url"
        return Cell(half, State.NOT_ASKED, "no URL of its policy is known", step)
    answers = _latest(subject.asked, half)
    for state, outcomes in _OF_ANSWERS.items():
        told = sorted((one for one in answers if one.outcome in outcomes), key=_by_time)
        if told:
            last = told[-1]
            step = for_site(last.outcome.about.next_step, subject.site) or _ELSEWHERE
            step = _ELSEWHERE if state is State.NO_CAPTURE else step
            return Cell(half, state, f"{last.archive}, asked on {last.at:%Y-%m-%d}: {_said(state, last)}", step)
    return Cell(half, State.NOT_ASKED, "no archive was asked for that time", _crawl(subject, half))


def _said(state: State, answer: Asked) -> str:
    return "no capture" if state is State.NO_CAPTURE else answer.outcome.value


def _by_time(answer: Asked) -> tuple[datetime, str, str, str]:
    return answer.at, answer.archive, answer.url, answer.outcome.value


def _latest(asked: Iterable[Asked], half: int) -> list[Asked]:
    """The last answer of each archive on each URL, of those that speak of the whole half-year."""
    last: dict[tuple[str, str], Asked] = {}
    for answer in sorted(asked, key=_by_time):
        if _speaks_of(answer, half):
            last[answer.archive, answer.url] = answer
    return list(last.values())


def _speaks_of(answer: Asked, half: int) -> bool:
    """The half-year lies in what was asked for, as far as it was over then."""
    begin, end = half_span(half)
    end = min(end, answer.at)
    inside = answer.since is None or answer.since <= begin
    return begin < end and inside and (answer.until is None or (end - answer.until).total_seconds() <= 1)


def _crawl(subject: Subject, half: int, strategy: str = "") -> str:
    months = ("01", "06") if half % 2 == 0 else ("07", "12")
    period = f"--since {half // 2}-{months[0]} --until {half // 2}-{months[1]}"
    own = site_of(subject.policy_url) == subject.site
    named = f"--url {shlex.quote(subject.policy_url)}" if own else f"--site {subject.site}"
    return f"`policylapse crawl {named} {period}" + (f" --strategy {strategy}" if strategy else "") + "`"
