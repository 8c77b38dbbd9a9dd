"""One crawl, checked before its first request: where, who, which, and the store and reader it works with.

The store and the reader are named by dotted path in the settings (as Scrapy does with HTTPCACHE_STORAGE), so that this
half of the program knows the protocols below, and no class of the other. Each part of the spider says what it uses of
the store; `Store` is all of that. cli/getting/crawl.py holds the real classes against both, for mypy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from scrapy.utils.misc import load_object

from crawler.archives.capture import Period
from crawler.archives.dialects import Archive
from crawler.archives.errors import ConfigError, RateLimited
from crawler.archives.table import CDX, PLAYBACK
from crawler.asking.gate import open_gate
from crawler.choosing.strategies import Strategy
from crawler.options import OPTIONS, RunOptions, options_of
from crawler.spiders.discovering import DiscoveryStore
from crawler.spiders.fetching import CaptureStore
from crawler.spiders.filling import FillingStore
from crawler.spiders.following import RedirectStore
from crawler.spiders.inquiring import InquiryStore, LinkReader
from crawler.spiders.listing import ListingStore
from crawler.spiders.reading import PolicyReader, ReadingStore
from crawler.spiders.state.current_run import RunStore
from crawler.spiders.state.policy_search import SearchStore
from crawler.spiders.state.shelves import FoundByRuns, Runs, Versions
from crawler.spiders.taking import PolicyStore
from crawler.targets.lists import BadLine
from crawler.targets.targets import Target, read_targets

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


class Reader(LinkReader, PolicyReader, Protocol):
    """Reads payloads beside the reactor (pipelines.reading.pool.ReaderPool)."""

    workers: int

    def close(self) -> None: ...


class EndStore(Protocol):
    """What is kept, and asked, at the end of a run."""

    @property
    def runs(self) -> Runs: ...

    @property
    def versions(self) -> Versions: ...

    @property
    def found(self) -> FoundByRuns: ...

    def close(self) -> None: ...


class Store(
    RunStore,
    SearchStore,
    ListingStore,
    InquiryStore,
    DiscoveryStore,
    CaptureStore,
    FillingStore,
    RedirectStore,
    ReadingStore,
    PolicyStore,
    EndStore,
    Protocol,
):
    """The store (pipelines.store.store.Store), as the parts of the spider, and the end of the run, use it."""


@dataclass(frozen=True)
class Job:
    """What a run was asked for, and what it works with.

    :param targets: to be gone through once.
    """

    options: RunOptions
    targets: Iterator[Target | BadLine]
    store: Store
    reader: Reader

    @property
    def archive(self) -> Archive:
        return self.options.archive

    @property
    def archives(self) -> tuple[str, ...]:
        """The names of the archives, in the order in which they are asked."""
        return self.options.archive_names

    @property
    def strategy(self) -> Strategy:
        return self.options.strategy

    @property
    def period(self) -> Period:
        return self.options.period


def open_job(settings: BaseSettings, options: RunOptions, reach: Callable[[BaseSettings], None] | None = None) -> Job:
    """Check everything that a crawl is told, and open what it needs.

    :param settings: Scrapy's; they name the store and the reader.
    :param reach: asks the archive whether it is there (crawler/reach.py), when all else is right and nothing is stored.
    :raises ConfigError: a setting or an argument is wrong; its text says what to write instead.
    :raises RateLimited: an earlier run was told to stay away, for longer than one is willing to wait.
    :raises NotRunning: nobody listens at the address of a private archive.
    :raises StoreError: the database cannot be used.
    """
    for archive in options.archives:
        check_contact(archive, options.contact)
    _check_pauses(options)
    targets = read_targets(options.urls, options.sites, options.listed, options.declarations, options.terms)
    if reach:
        reach(settings)
    store = load_object(settings["POLICYLAPSE_STORE"])(options.database, lambda: datetime.now(UTC))
    reader = load_object(settings["POLICYLAPSE_READER"])(options.workers)
    return Job(options, targets, store, reader)


def _check_pauses(options: RunOptions) -> None:
    """Return if one of the run's archives may be asked; else the first one's pause is the reason why nothing is."""
    pause: RateLimited | None = None
    for archive in options.archives:
        if archive.root is not None:
            return
        with closing(open_gate(options, archive)) as gate:
            try:
                gate.check()
            except RateLimited as error:
                pause = pause or error
            else:
                return
    if pause is not None:
        raise pause


def job_of(settings: BaseSettings, arguments: Mapping[str, str]) -> Job:
    """Open the job of a spider that no command of ours runs.

    :param arguments: the spider's own; what they ask is written into the settings, where Scrapy's half looks.
    """
    options = options_of(settings, arguments)
    settings.set(OPTIONS, options, priority="cmdline")
    return open_job(settings, options)


def settings_of_job(settings: BaseSettings) -> dict[str, Any]:
    """Return the settings of Scrapy that follow from what a run is asked for."""
    options = options_of(settings)
    slots = {  # the gates hold the budgets
        archive.slot(endpoint): {"concurrency": archive.concurrency, "delay": 0}
        for archive in options.archives
        for endpoint in (CDX, PLAYBACK)
    }
    return {
        "USER_AGENT": user_agent(settings),
        "CLOSESPIDER_TIMEOUT": options.max_minutes * 60,  # ends after what is in flight
        "DOWNLOAD_SLOTS": slots,
    }


def user_agent(settings: BaseSettings) -> str:
    """Return who asks, with the contact that an archive's operators write to."""
    return f"{settings['USER_AGENT']} {options_of(settings).contact or 'no contact given'}"


def check_contact(archive: Archive, contact: str) -> None:
    """Refuse to ask a public archive without saying who asks: its operators write before they ban."""
    if archive.public and not contact:
        raise ConfigError(
            f"the {archive.label} asks clients to say who they are: set POLICYLAPSE_CONTACT to an e-mail address or a "
            "URL (export POLICYLAPSE_CONTACT=you@example.org), or crawl the bundled sample with --archive sample"
        )
