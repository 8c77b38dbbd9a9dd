"""What a person asks of one run: typed once, where it is said, and handed on as one record.

    policylapse crawl --since 2018 …                    ─┐
    scrapy crawl policies -a since=2018 -s POLICYLAPSE_… ├─►  RunOptions  ─►  job, spider, gate, middleware, summary
    POLICYLAPSE_… in the environment                    ─┘

`options_of` is the only reader of the texts: the settings POLICYLAPSE_* (crawler/settings.py) and the arguments of the
spider. A command takes the environment's record, replaces what it was told (`asked`), and puts the whole under OPTIONS
into Scrapy's settings, so that every part of the crawl finds the same record there.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from crawler.archives.budgets import budgets_of
from crawler.archives.capture import Period
from crawler.archives.dialects import SAMPLE, SAMPLE_SITES, WAYBACK, Archive, parse_archive
from crawler.archives.errors import ConfigError
from crawler.archives.table import Budget
from crawler.archives.timestamps import parse_date
from crawler.choosing.strategies import CHANGES, Strategy, parse_strategy
from crawler.choosing.survey import MAX_GAP, Options
from crawler.targets.targets import split_urls

OPTIONS = "POLICYLAPSE_OPTIONS"  # the setting that holds the record
_MAX_DAYS = 36_500


class Mode(Enum):
    """How far a run goes."""

    CRAWL = "crawl"
    PLAN = "plan"  # list only, and say what a crawl would take
    DISCOVER = "discover"  # find policies only, and list what was asked for on the way


class SummaryStyle(Enum):
    """How the end of a run is told on standard output."""

    TEXT = "text"
    JSON = "json"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """One run, as it was asked for. Times are UTC, durations are seconds unless their names say otherwise.

    :param urls: of policies.
    :param sites: whose policies are searched for.
    :param listed: a list of targets (crawler/targets/lists.py), "" for none, "-" for standard input; the sample's own
        where nothing is named of the bundled sample.
    :param declarations: files and folders of Open Terms Archive declarations.
    :param terms: of declarations: the types of terms, or our kinds, to take; empty is the default.
    :param all_policies: of sites, not the general policy alone.
    :param wait: what a pause may last before the run ends.
    :param max_requests: of the run; 0 is no limit; so it is with `max_minutes`.
    :param retry_delay: before the first of three retries.
    :param budget_changes: as a person wrote them (crawler.archives.budgets.budgets_of); `budgets` is what holds.
    :param state: the folder of the archives' limits.
    :param workers: processes that read pages; 0 is one a core.
    :param at_once: policies whose captures are in memory at once, at least 1 (crawler/spiders/state/turns.py).
    :param fallback: archives that are asked where `archive` has a hole (crawler/choosing/holes.py), in this order.
    :param fallback_excluded: they are asked, too, for what an owner had excluded from one of the run's archives.
    :param wacz_apart: a WACZ file is an archive of its own, and not a part of its folder.
    :raises ConfigError: two of them contradict each other.
    """

    urls: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    listed: str = ""
    declarations: tuple[Path, ...] = ()
    terms: tuple[str, ...] = ()
    all_policies: bool = False
    period: Period = field(default_factory=Period)
    strategy: Strategy = CHANGES
    max_gap: timedelta = MAX_GAP
    resolution: timedelta = timedelta(0)
    mode: Mode = Mode.CRAWL
    archive: Archive = WAYBACK
    fallback: tuple[Archive, ...] = ()
    fallback_excluded: bool = False
    database: Path = Path("policylapse.db")
    contact: str = ""
    wait: float = 600
    max_requests: int = 0
    max_minutes: float = 0
    retry_delay: float = 5
    budget_changes: str = ""
    budgets: Mapping[str, Budget] = field(init=False)
    state: Path = Path("~/.local/state/policylapse")
    workers: int = 0
    at_once: int = 500
    summary: SummaryStyle = SummaryStyle.TEXT
    wacz_apart: bool = False

    def __post_init__(self) -> None:
        since, until = self.period.since, self.period.until
        if since and until and since > until:
            raise ConfigError(f"since={_day(since)} is later than until={_day(until)}")
        if self.archive.root == SAMPLE and not (self.urls or self.sites or self.listed or self.declarations):
            object.__setattr__(self, "listed", str(SAMPLE_SITES))
        object.__setattr__(self, "budgets", budgets_of(self.archive, self.budget_changes))
        names = self.archive_names
        if len(set(names)) < len(names):
            raise ConfigError(
                f"an archive is named twice: {', '.join(names)}. A fallback is another archive than --archive"
            )

    @property
    def archives(self) -> tuple[Archive, ...]:
        """The archives of the run, in the order in which they are asked."""
        return (self.archive, *self.fallback)

    @property
    def archive_names(self) -> tuple[str, ...]:
        """The names of `archives`, in their order."""
        return tuple(one.name for one in self.archives)

    def archive_named(self, name: str) -> Archive:
        """Return one of the run's archives, the first of them for a name that is none of theirs."""
        return next((one for one in self.fallback if one.name == name), self.archive)

    def budgets_for(self, archive: Archive) -> Mapping[str, Budget]:
        """Return the budgets of one of the run's archives, by endpoint."""
        if archive.name == self.archive.name:
            return self.budgets
        return budgets_of(archive, self.budget_changes, fallback=True)

    @property
    def survey(self) -> Options:
        """How sure strategy `changes` is to be."""
        return Options(self.max_gap, self.resolution)

    @property
    def arguments(self) -> dict[str, str]:
        """The arguments of `scrapy crawl policies` that would ask for the same, for the run's row in the store."""
        said = {
            "url": ",".join(self.urls),
            "site": ",".join(self.sites),
            "sites": self.listed,
            "since": _day(self.period.since),
            "until": _day(self.period.until),
            "strategy": self.strategy.value,
            "all_policies": "1" if self.all_policies else "",
            "declarations": os.pathsep.join(map(str, self.declarations)),
            "terms": ",".join(self.terms),
            "fallback": ",".join(one.argument for one in self.fallback),
            "fallback_excluded": "1" if self.fallback_excluded else "",
        }
        return {name: text for name, text in said.items() if text}


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


# the texts, each with the field that it fills


def _number(least: float, most: float, what: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not least <= number <= most:  # NaN is not either
            raise ConfigError(f"write {what}")
        return number

    return read


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ConfigError("write a whole number, or 0 for none")
    return int(text)


def _at_least_one(text: str) -> int:
    if not _count(text):
        raise ConfigError("write a whole number from 1 on")
    return int(text)


def _flag(text: str) -> bool:
    return text.lower() in ("1", "true", "yes")


def _one_of(kind: type[Enum]) -> Callable[[str], Enum]:
    def read(text: str) -> Enum:
        try:
            return kind(text)
        except ValueError:
            raise ConfigError(f"write {', '.join(str(one.value) for one in kind)}") from None

    return read


def _days(text: str) -> timedelta:
    return timedelta(days=_number(0, _MAX_DAYS, "a number of days, such as 180")(text))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def parse_archives(text: str) -> tuple[Archive, ...]:
    """Return the archives that a text names, separated by commas."""
    return tuple(map(parse_archive, _parts(text)))


def _paths(text: str) -> tuple[Path, ...]:
    return tuple(Path(path) for path in text.split(os.pathsep) if path)


_SETTINGS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "POLICYLAPSE_DB": ("database", Path),
    "POLICYLAPSE_CONTACT": ("contact", str),
    "POLICYLAPSE_STATE": ("state", Path),
    "POLICYLAPSE_WAIT": ("wait", _number(0, math.inf, "a number of seconds, such as 600")),
    "POLICYLAPSE_MAX_REQUESTS": ("max_requests", _count),
    "POLICYLAPSE_MAX_MINUTES": ("max_minutes", _number(0, math.inf, "a number of minutes, or 0 for no limit")),
    "POLICYLAPSE_RETRY_DELAY": ("retry_delay", _number(0, math.inf, "a number of seconds, such as 5")),
    "POLICYLAPSE_BUDGET": ("budget_changes", str),
    "POLICYLAPSE_MAX_GAP": ("max_gap", _days),
    "POLICYLAPSE_RESOLUTION": ("resolution", _days),
    "POLICYLAPSE_WORKERS": ("workers", _count),
    "POLICYLAPSE_AT_ONCE": ("at_once", _at_least_one),
    "POLICYLAPSE_MODE": ("mode", _one_of(Mode)),
    "POLICYLAPSE_SUMMARY": ("summary", _one_of(SummaryStyle)),
    "POLICYLAPSE_WACZ_APART": ("wacz_apart", _flag),
    "POLICYLAPSE_FALLBACK": ("fallback", parse_archives),
    "POLICYLAPSE_FALLBACK_EXCLUDED": ("fallback_excluded", _flag),
}
_SCHEDULERS = ("_job",)  # scrapyd and Scrapy Cloud add it to every spider's arguments: a job's name, nothing to do
_ARGUMENTS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "url": ("urls", lambda text: tuple(split_urls(text))),
    "site": ("sites", _parts),
    "sites": ("listed", str),
    "since": ("since", parse_date),
    "until": ("until", lambda text: parse_date(text, end=True)),
    "strategy": ("strategy", parse_strategy),
    "all_policies": ("all_policies", _flag),
    "declarations": ("declarations", _paths),
    "terms": ("terms", _parts),
    "fallback": ("fallback", parse_archives),
    "fallback_excluded": ("fallback_excluded", _flag),
}


def options_of(settings: Mapping[str, Any], arguments: Mapping[str, Any] | None = None) -> RunOptions:
    """Return the run's record: the one that was handed on in the settings, else what settings and arguments say.

    :param settings: Scrapy's settings, or any mapping of POLICYLAPSE_* to texts or numbers; what is not there, or is
        an empty text, is the default.
    :param arguments: the spider's, as texts: `-a NAME=VALUE`.
    :raises ConfigError: an argument is unknown, or a text cannot be read; it says what to write instead.
    """
    handed = settings.get(OPTIONS)
    if isinstance(handed, RunOptions):
        return handed
    said = dict(arguments or {})
    unknown = sorted(said.keys() - _ARGUMENTS.keys() - set(_SCHEDULERS))
    if unknown:
        raise ConfigError(f"there is no argument {unknown[0]!r}: the spider takes {', '.join(_ARGUMENTS)}")
    # what names the run's place comes first: the other budgets are an archive's
    fields: dict[str, Any] = {"archive": parse_archive(_text(settings.get("POLICYLAPSE_ARCHIVE")))}
    if not said.get("strategy"):
        said["strategy"] = settings.get("POLICYLAPSE_STRATEGY")
    for name, (key, read) in _SETTINGS.items():
        text = _text(settings.get(name))
        if text:
            try:
                fields[key] = read(text)
            except ConfigError as error:
                raise ConfigError(f"{name} is {text!r}: {error}") from None
    for name, (key, read) in _ARGUMENTS.items():
        text = _text(said.get(name))
        if text:
            fields[key] = read(text)
    period = Period(fields.pop("since", None), fields.pop("until", None))
    return RunOptions(period=period, **fields)


def _text(value: object) -> str:
    return "" if value is None else str(value)
