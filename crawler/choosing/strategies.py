"""Which captures to fetch next: a pure function of what is listed and what is known of it. No state of its own.

    ListedCapture … ─► rows_of (rows.py) ────────► Captures  ┐
    store, run under way ────────────────────────► Knowledge ├─► next_batch ─► Batch(fetch, reuse, infer) ─► … again
    parse_strategy("changes") ───────────────────► Strategy  ┘                 until it is `done`

Called again whenever something it asked for has been answered: kill the crawl anywhere, call it again with what the
store knows, and it goes on where it was. Free evidence first: what the index row says (rows.index_verdict), digests
that are held (`reuse`), redirects between two to one place (`infer`). Then, per strategy:

    changes    every change of wording, with few requests: bisection.py, with the guarantees written there
    every:6mo  the capture nearest to each date of a fixed grid, as the Princeton-Leuven corpus sampled (twice a year)
    latest     the newest
    at:DATE    the last at or before the date and the first after it: of one wording, it was in force
    distinct   one fetch per digest
    all        every capture, for those who want certainty
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.archives.capture import Outcome
from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import parse_date
from crawler.choosing.bisection import COVER, ENDS, LAST, Probe, probes
from crawler.choosing.moments import Period, around_date, newest, on_grid
from crawler.choosing.rows import TELLS_NOTHING, Captures, Rows
from crawler.choosing.survey import ASKED, OPEN, Knowledge, Options, Survey, own_states, reusable

_MONTHS = {"mo": 1, "month": 1, "months": 1, "y": 12, "year": 12, "years": 12}
_DAYS = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7}
_EVERY = re.compile(r"([0-9]{1,4})([a-z]+)", re.ASCII)
_INFERRED = "inferred: those before and after it lead to one place"
_KNOWN = "`changes`, `all`, `distinct`, `latest`, `every:6mo` (or 30d, 2w, 1y) and `at:2018-05-25`"


@dataclass(frozen=True, slots=True)
class Strategy:
    """Which captures a person wants.

    :param name: "changes", "all", "distinct", "every", "latest" or "at".
    :param period: of "every".
    :param date: of "at".
    :param value: as the person wrote it, and as a run is stored with it.
    """

    name: str
    value: str
    period: Period | None = None
    date: datetime | None = None

    @property
    def exhaustive(self) -> bool:
        """It leaves no digest unread, whatever the wordings are."""
        return self.name in ("all", "distinct")


ALL, DISTINCT, CHANGES, LATEST = (Strategy(name, name) for name in ("all", "distinct", "changes", "latest"))
_PLAIN = {strategy.name: strategy for strategy in (ALL, DISTINCT, CHANGES, LATEST)}


def parse_strategy(text: str) -> Strategy:
    """Return the strategy a person names; ConfigError says which there are.

    >>> parse_strategy("every:6mo").period
    Period(months=6, days=0)
    """
    name, colon, rest = text.partition(":")
    if not colon and name in _PLAIN:
        return _PLAIN[name]
    if name == "every":
        return Strategy("every", text, period=_parse_period(rest, text))
    if name == "at" and rest:
        return Strategy("at", text, date=parse_date(rest, end=True))
    raise ConfigError(f"there is no strategy {text!r}: use {_KNOWN}")


def _parse_period(rest: str, text: str) -> Period:
    match = _EVERY.fullmatch(rest)
    number, unit = (int(match[1]), match[2]) if match else (0, "")
    if not number or unit not in _MONTHS | _DAYS:
        raise ConfigError(f"{text!r} is no strategy: write every:6mo, every:30d, every:2w or every:1y")
    return Period(months=number * _MONTHS[unit]) if unit in _MONTHS else Period(days=number * _DAYS[unit])


@dataclass(frozen=True, slots=True)
class Wanted:
    """A capture to fetch.

    :param level: how urgent it is, 0 first: over all policies of a run, lower levels go first, so that the first
        versions of every site come early and a run that is cut short is useful everywhere.
    """

    capture_id: int
    level: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What to do next.

    :param fetch: captures to ask the archive for, most urgent first.
    :param reuse: ids of captures whose payload is held under their digest: to be noted, not fetched.
    :param infer: (id, outcome, why) for redirects that need no request.
    """

    fetch: tuple[Wanted, ...] = ()
    reuse: tuple[int, ...] = ()
    infer: tuple[tuple[int, Outcome, str], ...] = ()

    @property
    def done(self) -> bool:
        """Nothing to do; while something is under way, there may be more after its answer."""
        return not (self.fetch or self.reuse or self.infer)


def next_batch(
    captures: Captures,
    knowledge: Knowledge,
    strategy: Strategy,
    options: Options | None = None,
    width: int | None = None,
) -> Batch:
    """Return what to fetch, reuse and infer next for one policy.

    Whatever a batch names has to be in `knowledge` at the next call: under `asked` until its answer is known, then
    in one of the other fields, whichever. Then it is not named again, and calls come to an end.

    :param captures: those of one policy in the asked period, all its URLs together.
    :param width: how many fetches are wanted now; the most urgent. What is left out comes in a later call.
    """
    redirects, infer = _choose_redirects(captures.redirects, knowledge)
    pages = captures.pages
    if strategy.exhaustive:
        states, _words = own_states(pages, knowledge)
        found, reuse = _one_by_one(pages, states, knowledge.held, strategy)
        chosen = [Probe(at, ENDS if at in (found[0], found[-1]) else LAST) for at in found]
    else:
        survey = Survey(pages, knowledge, options or Options())
        chosen, reuse = _one_per_digest(survey, _sample(survey, strategy)), survey.reuse
    wanted = [(probe.level, pages.times[probe.at], pages.ids[probe.at]) for probe in chosen]
    wanted += [(COVER, captures.redirects.times[at], captures.redirects.ids[at]) for at in redirects]
    fetch = tuple(Wanted(capture_id, level) for level, _time, capture_id in sorted(wanted)[:width])
    return Batch(fetch, tuple(pages.ids[at] for at in reuse), tuple(infer))


def _sample(survey: Survey, strategy: Strategy) -> list[Probe]:
    if strategy.period is not None:
        return on_grid(survey, strategy.period)
    if strategy.name == "latest":
        return newest(survey)
    if strategy.date is not None:
        return around_date(survey, int(strategy.date.timestamp()))
    return probes(survey)


def _one_by_one(
    rows: Rows, states: bytearray, held: Collection[int], strategy: Strategy
) -> tuple[list[int], list[int]]:
    """Every open capture, or one per digest; `all` takes a digest's word only for revisits.

    A digest says what the payload is, but nothing of the rest of the answer; a revisit is the archive's own word.
    Captures of a digest that is asked for wait until it is known what became of it.
    """
    every = strategy.name == "all"
    reuse = [at for at in reusable(rows, states, held) if rows.revisits[at] or not every]
    reused = set(reuse)
    left = [at for at, state in enumerate(states) if state == OPEN and at not in reused]
    asked = {rows.digests[at] for at, state in enumerate(states) if state == ASKED}
    if every:
        asked |= {rows.digests[at] for at in left if not rows.revisits[at]}
    asked.discard(TELLS_NOTHING)
    fetch = [at for at in left if rows.digests[at] not in asked or (every and not rows.revisits[at])]
    return (fetch if every else sorted(_first_of_each(rows, fetch).values())), reuse


def _first_of_each(rows: Rows, positions: Iterable[int]) -> dict[object, int]:
    """The oldest of each digest, rather one that is no revisit; those whose digest tells nothing stand for themselves."""
    first: dict[object, int] = {}
    for at in sorted(positions, key=lambda at: (rows.revisits[at], at)):
        first.setdefault(rows.digests[at] or (at,), at)
    return first


def _one_per_digest(survey: Survey, chosen: Sequence[Probe]) -> list[Probe]:
    """The most urgent of each digest; rather than a revisit, what it points at."""
    rows, first = survey.rows, dict[object, Probe]()
    for probe in sorted(chosen, key=lambda probe: (probe.level, probe.at)):
        first.setdefault(rows.digests[probe.at] or (probe.at,), probe)
    if not any(rows.revisits[probe.at] for probe in first.values()):
        return list(first.values())
    originals = _first_of_each(rows, (at for at, state in enumerate(survey.states) if state == OPEN))
    return [
        Probe(originals[digest], probe.level) if rows.revisits[probe.at] and digest in originals else probe
        for digest, probe in first.items()
    ]


def _choose_redirects(rows: Rows, knowledge: Knowledge) -> tuple[list[int], list[tuple[int, Outcome, str]]]:
    """Ask for the first and the last redirect of each URL; between two with one target the rest is inferred.

    What turned out to be a page, or cannot be had, is passed over.
    """
    fetch: list[int] = []
    infer: list[tuple[int, Outcome, str]] = []
    targets = {at: knowledge.targets[rows.ids[at]] for at in rows.positions(knowledge.targets)}
    asked, failed = set(rows.positions(knowledge.asked)), set(rows.positions(knowledge.failed))
    failed.update(rows.positions(knowledge.no_policy))
    failed.update(at for at, number in enumerate(rows.ids) if number in knowledge.wordings)
    lines: dict[int, list[int]] = {}
    for at, line in enumerate(rows.lines):
        if at in targets or at not in failed:
            lines.setdefault(line, []).append(at)
    for run in lines.values():
        ends = {run[0], run[-1]}
        middle = [at for at in run[1:-1] if at not in targets and at not in asked]
        if not ends <= targets.keys():
            fetch += sorted(ends - targets.keys() - asked)
        elif targets[run[0]] and targets[run[0]] == targets[run[-1]]:
            infer += [(rows.ids[at], Outcome.REDIRECT, _INFERRED) for at in middle]
        else:
            fetch += middle
    return fetch, infer
