"""From the holes of a policy's history to another archive's captures in them.

    the first archive has told all ──plan──► holes, and nothing that forbids ──► PolicyWork.to_fill
    to_fill ──requests──► one listing a URL, from the first hole to the last ──► the search over both archives goes on

Nothing is asked where the first archive has not told all: a failed listing, a pause, a limit. Nothing is asked for a URL
that is forgotten; nor, unless a person says so (`fallback_excluded`), for one whose owner had it excluded somewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from scrapy import Request

from crawler.archives.dialects import Archive
from crawler.archives.surt import surt
from crawler.discovery.companies import one_line_of_urls
from crawler.options import RunOptions
from crawler.spiders.listing import Lister
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.shelves import KeptCaptures, Listings, Policies


class FillingStore(Protocol):
    """What is known of a policy's URLs and their captures."""

    @property
    def captures(self) -> KeptCaptures: ...

    @property
    def listings(self) -> Listings: ...

    @property
    def policies(self) -> Policies: ...


class Filler:
    """Has another archive fill the holes of policies."""

    def __init__(self, lister: Lister, store: FillingStore, options: RunOptions) -> None:
        self._lister, self._store, self._options = lister, store, options

    def plan(self, work: PolicyWork, archive: Archive) -> bool:
        """Note what another archive is to be asked for a policy; return whether there is anything.

        :param archive: the one in turn; those before it were asked.
        """
        urls = self._urls(work)
        if work.failed or not urls or any(map(self._lister.failed, urls)) or not work.search.ended:
            return False
        holes = work.search.holes()
        if not holes:
            return False
        work.to_fill = archive, holes
        return True

    def requests(self, work: PolicyWork) -> Iterator[Request]:
        """Yield the listings that were planned, and let the search have what they bring."""
        assert work.to_fill is not None
        archive, holes = work.to_fill
        if archive.crawls and self._lister.crawls is None:
            yield from self._lister.list_crawls(work, archive)
            if self._lister.crawls is None:
                return  # it comes back
        work.to_fill = None
        spans = holes.inside if archive.crawls else holes.all  # each crawl that an open end meets is a request
        work.search.open_to(archive.name, spans)
        work.grow()
        for url in self._urls(work):
            yield from self._lister.fill(url, work, archive, spans)

    def _urls(self, work: PolicyWork) -> list[str]:
        """The URLs of a policy for which another archive may be asked."""
        urls = one_line_of_urls(self._store.policies.urls(work.policy))
        forgotten = {surt(url) for url in urls if self._store.captures.forgotten(url)}
        urls = [url for url in urls if surt(url) not in forgotten]
        return urls if self._options.fallback_excluded else [url for url in urls if not self._is_excluded(url)]

    def _is_excluded(self, url: str) -> bool:
        plan, period = self._store.listings.plan, self._options.period
        return any(plan(one.name, url, period).known is not None for one in self._options.archives)
