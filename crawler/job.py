"""One crawl, checked before its first request: where, who, which, and the store and reader it works with.

The store and the reader are named by dotted path in the settings (as Scrapy does with HTTPCACHE_STORAGE), so that
this half of the program knows only `crawler.archives` and the two protocols below.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from scrapy.utils.misc import load_object

from crawler.archives.capture import (
    Brought,
    Capture,
    ListedCapture,
    Listing,
    ListingPlan,
    Memento,
    Outcome,
    Period,
    Policy,
)
from crawler.archives.dialects import SAMPLE, SAMPLE_SITES, Archive, parse_archive
from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import parse_date
from crawler.asking.gate import open_gate
from crawler.choosing.certainty import Certainty
from crawler.choosing.strategies import Strategy, parse_strategy
from crawler.choosing.survey import Options
from crawler.discovery.asks import Answer, Discovery, Found, Verdict
from crawler.discovery.links import PolicyLink
from crawler.targets.declarations import Declared
from crawler.targets.hints import Hints
from crawler.targets.lists import BadLine
from crawler.targets.targets import Target, read_targets

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

_MAX_DAYS = 36_500
WHOSE = ("url", "site", "sites", "declarations")  # arguments that name policies
ARGUMENTS = ("url", "site", "sites", "since", "until", "strategy", "all_policies", "declarations", "terms")


class Reader(Protocol):
    """Reads payloads beside the reactor (pipelines.reading.pool.ReaderPool)."""

    extractor: str
    workers: int

    async def read_links(self, body: bytes, headers: Mapping[str, str], url: str) -> tuple[PolicyLink, ...]: ...

    async def read_candidate(
        self, body: bytes, headers: Mapping[str, str], url: str, captured_at: datetime, status: int, site: str
    ) -> tuple[Verdict, tuple[PolicyLink, ...]]: ...

    async def read(
        self, body: bytes, headers: Mapping[str, str], url: str, captured_at: datetime, status: int, hints: Hints
    ) -> Any: ...

    def read_kept(self, kept: Sequence[Any], load: Callable[[int], bytes]) -> AsyncIterator[tuple[Any, Any]]: ...

    def close(self) -> None: ...


class Keeper(Protocol):
    """The store, as far as the spiders use it (pipelines.store.store.Store)."""

    def begin_run(self, *, program: str, archive: str, strategy: str, arguments: Mapping[str, str]) -> int: ...
    def finish_run(self, run_id: int, *, listed: int, fetched: int, reused: int, exit_code: int) -> None: ...
    def record(
        self, run_id: int, outcome: Outcome, subject: str, detail: str = "", *, policy: Policy | None = None
    ) -> None: ...
    def policy(self, site: str, url: str, evidence: str) -> Policy: ...
    def add_policy_url(self, policy: Policy, url: str, valid_from: datetime | None, evidence: str) -> bool: ...
    def declare(self, policy: Policy, declared: Declared) -> None: ...
    def hints(self, policy: Policy, capture_id: int) -> Hints: ...
    def policy_urls(self, policy: Policy) -> list[str]: ...
    def answers(self, site: str, archive: str) -> list[Answer]: ...
    def save_answer(self, site: str, archive: str, answer: Answer) -> None: ...
    def save_discovery(self, site: str, archive: str, found: Discovery) -> None: ...
    def discovered(self, site: str, found: Found) -> Policy: ...
    def linked(self, site: str, url: str) -> bool: ...
    def page_capture(self, archive: str, capture: Capture, citation: str) -> ListedCapture: ...
    def kept_page(self, capture_id: int) -> tuple[bytes, dict[str, str], int]: ...
    def save_listing(self, run_id: int, listing: Listing) -> int: ...
    def listing_plan(self, archive: str, url: str, period: Period) -> ListingPlan: ...
    def captures(
        self, policy: Policy, archive: str, period: Period, after: ListedCapture | None = None, limit: int = -1
    ) -> list[ListedCapture]: ...
    def listed(self, capture_ids: Sequence[int]) -> list[ListedCapture]: ...
    def wordings(self, policy: Policy, extractor: str) -> tuple[dict[int, str], list[int]]: ...
    def held_digests(self, digests: Iterable[str]) -> set[str]: ...
    def keep(
        self,
        listed: ListedCapture,
        memento: Memento,
        outcome: Outcome,
        detail: str = "",
        redirect_url: str = "",
    ) -> None: ...
    def keep_redirect(
        self, listed: ListedCapture, memento: Memento, detail: str, location: str, policy: Policy, moved_to: str
    ) -> bool: ...
    def reuse(self, listed: ListedCapture) -> Outcome: ...
    def settle(
        self,
        run_id: int,
        policy: Policy | None,
        listed: ListedCapture,
        outcome: Outcome,
        detail: str,
        memento_url: str = "",
    ) -> None: ...
    def unread(self, policy: Policy, extractor: str) -> list[Any]: ...
    def known_reading(self, policy: Policy, capture_id: int, extractor: str) -> tuple[Outcome, str] | None: ...
    def save_certainty(
        self, policy: Policy, archive: str, strategy: str, how_sure: Certainty, *, complete: bool
    ) -> None: ...
    def payload(self, payload_id: int) -> bytes: ...
    def totals(self) -> Any: ...
    def outcomes(self, run_id: int, policies: Sequence[Policy], archive: str, period: Period) -> dict[Outcome, int]: ...
    def known_missing(
        self, run_id: int, policies: Sequence[Policy], archive: str, period: Period
    ) -> dict[Outcome, int]: ...
    def brought(self, run_id: int) -> list[Brought]: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Job:
    archive: Archive
    strategy: Strategy
    options: Options
    period: Period
    targets: Iterator[Target | BadLine]
    store: Keeper
    reader: Reader
    arguments: Mapping[str, str] = field(default_factory=dict)
    all_policies: bool = False


def open_job(
    settings: BaseSettings, arguments: Mapping[str, str], reach: Callable[[BaseSettings], None] | None = None
) -> Job:
    """Check everything that a crawl is told, and open what it needs.

    :param reach: asks the archive whether it is there (crawler/reach.py), when all else is right and nothing is stored.
    :raises ConfigError: a setting or an argument is wrong; its text says what to write instead.
    :raises RateLimited: an earlier run was told to stay away, for longer than one is willing to wait.
    :raises NotRunning: nobody listens at the address of a private archive.
    :raises StoreError: the database cannot be used.
    """
    unknown = sorted(set(arguments) - set(ARGUMENTS))
    if unknown:
        raise ConfigError(f"there is no argument {unknown[0]!r}: the spider takes {', '.join(ARGUMENTS)}")
    given = {name: str(arguments.get(name) or "") for name in ARGUMENTS}
    archive = parse_archive(settings["POLICYLAPSE_ARCHIVE"])
    check_contact(archive, settings["POLICYLAPSE_CONTACT"])
    if archive.root is None:
        with closing(open_gate(settings)) as gate:
            gate.check()
    strategy = parse_strategy(given["strategy"] or settings["POLICYLAPSE_STRATEGY"])
    options = Options(
        timedelta(days=_days(settings, "POLICYLAPSE_MAX_GAP")),
        timedelta(days=_days(settings, "POLICYLAPSE_RESOLUTION")),
    )
    period = Period(
        parse_date(given["since"]) if given["since"] else None,
        parse_date(given["until"], end=True) if given["until"] else None,
    )
    if period.since and period.until and period.since > period.until:
        raise ConfigError(f"since={given['since']} is later than until={given['until']}")
    if archive.root == SAMPLE and not any(given[name] for name in WHOSE):
        given["sites"] = str(SAMPLE_SITES)
    targets = read_targets(given["url"], given["site"], given["sites"], given["declarations"], given["terms"])
    if reach:
        reach(settings)
    store = load_object(settings["POLICYLAPSE_STORE"])(Path(settings["POLICYLAPSE_DB"]), lambda: datetime.now(UTC))
    reader = load_object(settings["POLICYLAPSE_READER"])(settings.getint("POLICYLAPSE_WORKERS"))
    kept = {k: v for k, v in given.items() if v}
    everything = given["all_policies"].lower() in ("1", "true", "yes")
    return Job(archive, strategy, options, period, targets, store, reader, kept, everything)


def _days(settings: BaseSettings, name: str) -> float:
    try:
        days = float(settings[name])
    except ValueError:
        days = -1
    if not 0 <= days <= _MAX_DAYS:  # NaN is not either
        raise ConfigError(f"{name} is {settings[name]!r}: write a number of days, such as 180")
    return days


def user_agent(settings: BaseSettings) -> str:
    """Return who asks, with the contact that an archive's operators write to."""
    return f"{settings['USER_AGENT']} {settings['POLICYLAPSE_CONTACT'] or 'no contact given'}"


def check_contact(archive: Archive, contact: str) -> None:
    """Refuse to ask a public archive without saying who asks: its operators write before they ban."""
    if archive.public and not contact:
        raise ConfigError(
            f"the {archive.label} asks clients to say who they are: set POLICYLAPSE_CONTACT to an e-mail address or a "
            "URL (export POLICYLAPSE_CONTACT=you@example.org), or crawl the bundled sample with --archive sample"
        )
