"""From a target that a person named to a policy under way: declared, its URLs listed, its first captures asked for.

BadLine ──► recorded
Target with a URL ──► policy ──► its URLs listed ──► it goes on
Target, a site ──► discovery ──► each policy that it finds, with what was listed on the way ──► it goes on
                             ──► excluded, and others may be asked: the usual addresses ──► it goes on there
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sized
from typing import TYPE_CHECKING, Any, Protocol

from crawler.archives.capture import Outcome, Policy
from crawler.archives.surt import surt
from crawler.discovery.companies import one_line_of_urls
from crawler.discovery.next_asks import WELL_KNOWN_PATHS
from crawler.options import Mode, RunOptions
from crawler.spiders.advancing import Advancer
from crawler.spiders.discovering import Discoverer
from crawler.spiders.listing import Lister, page_within
from crawler.spiders.state.current_run import OUR_FAULTS, CurrentRun
from crawler.spiders.state.shelves import Declarations, Policies
from crawler.targets.declarations import Declared
from crawler.targets.lists import BadLine

if TYPE_CHECKING:
    from crawler.archives.cdx import CdxPage
    from crawler.targets.targets import Target

logger = logging.getLogger(__name__)

# Listings and searches of sites under way, some seconds' work of any archive; no further target is taken then.
AHEAD = 100
_MOMENT = 0.05  # seconds after which that is looked at again


class PolicyStore(Protocol):
    """Which policies there are, and at which URLs."""

    @property
    def policies(self) -> Policies: ...

    @property
    def declarations(self) -> Declarations: ...


class Taker:
    """Takes targets into the run.

    :param under_way: the URLs and sites of which it is not known yet what there is.
    :ivar taking: there are targets left.
    """

    def __init__(
        self,
        run: CurrentRun,
        lister: Lister,
        discoverer: Discoverer,
        advancer: Advancer,
        store: PolicyStore,
        options: RunOptions,
        under_way: Sized,
    ) -> None:
        self._run, self._lister, self._discoverer, self._advancer = run, lister, discoverer, advancer
        self._store, self._options, self._under_way = store, options, under_way
        self.taking = False

    async def take_all(self, targets: Iterable[Target | BadLine]) -> AsyncIterator[Any]:
        """Yield what comes first for each target. A failure of ours ends one target, and no other.

        Scrapy takes all that it is given, whether or not it has a connection for it: so a target waits here, as a line
        of its file, until it is known of most of those before it what there is.
        """
        self.taking = True
        try:
            for target in targets:
                while len(self._under_way) >= AHEAD and not self._run.ending:  # noqa: ASYNC110 - whoever ends them knows no targets
                    await asyncio.sleep(_MOMENT)
                async for found in self._take_one(target):
                    yield found
        finally:
            self.taking = False

    async def _take_one(self, target: Target | BadLine) -> AsyncIterator[Any]:
        if isinstance(target, BadLine):
            self._run.record(Outcome.BAD_INPUT, target.where, target.reason)
            return
        try:
            async for found in self._take(target):
                yield found
        except OUR_FAULTS:
            raise
        except Exception as error:  # noqa: BLE001 - the other targets go on
            self._run.program_error(error, target.url or target.site)

    async def _take(self, target: Target) -> AsyncIterator[Any]:
        if not target.url:
            async for found in self._discoverer.discover_site(target.site, self._take_found, self._take_excluded):
                yield found
            return
        policy = self._store.policies.named(target.site, target.url, "named by the user", target.part)
        if target.declared is not None:
            self._declare(policy, target.declared)
        work = self._advancer.begin(policy)
        if work is None:  # http and https name one policy
            return
        for url in one_line_of_urls(self._store.policies.urls(policy)):
            for request in self._lister.list_url(url, work):
                yield request
        async for found in work.go_on():  # its listing may have been another policy's, and have ended
            yield found

    def _declare(self, policy: Policy, declared: Declared) -> None:
        self._store.declarations.put(policy, declared)
        for note in declared.notes:
            logger.warning("%s", note)

    async def _take_excluded(self, site: str) -> AsyncIterator[Any]:
        """Take a site in which the first archive may not be searched: where a person wants others to be asked for it, they
        are asked for the addresses at which policies stand most often. The first one is not.
        """
        options = self._options
        if not (options.fallback and options.fallback_excluded and options.mode is Mode.CRAWL):
            return
        first, *others = (f"http://{site}{path}" for path in WELL_KNOWN_PATHS)
        evidence = f"a usual address; {options.archive.name} excludes the site"
        policy = self._store.policies.named(site, first, evidence)
        for url in others:
            self._store.policies.add_url(policy, url, None, evidence)
        work = self._advancer.begin(policy)
        if work is not None:
            async for found in work.go_on():
                yield found

    async def _take_found(self, policy: Policy, pages: Mapping[str, CdxPage]) -> AsyncIterator[Any]:
        """Store what was listed on the way to a policy, list the rest, then begin to fetch."""
        work = self._advancer.begin(policy)
        if work is None:  # named by its URL, too
            return
        only = self._options.mode is Mode.DISCOVER
        for url in one_line_of_urls(self._store.policies.urls(policy)):
            page = page_within(pages.get(surt(url)), self._options.period)
            if page is None and only:
                continue
            for request in self._lister.list_url(url, work, page):
                if not only:
                    yield request
        if not only:
            async for found in work.go_on():
                yield found
