"""From the holes of a policy's history to another archive's captures in them.

    the first archive has told all ──plan──► holes, and nothing that forbids ──► PolicyWork.to_fill
    to_fill ──requests──► one listing a URL, from the first hole to the last ──► the search over both archives goes on

Nothing is asked where the first archive has not told all: a failed listing, a pause in the midst of it, a limit. An archive
that pauses before it has said anything of a policy has told what earlier runs know of it: where that is all read, or nothing,
the holes are filled, and what the archive has itself is left to a later run. Nothing is asked for a URL that is forgotten; nor, unless a person says so (`fallback_excluded`), for one whose owner had it excluded somewhere.
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

    def plan(self, work: PolicyWork, archive: Archive, *, lost: int = 0) -> bool:
        """Note what another archive is to be asked for a policy; return whether there is anything.

        :param archive: the one in turn; those before it were asked. :param lost: answers for it that never came.
        """
        urls = self._urls(work)
        if work.failed or not urls or not self._has_told_all(work, urls, lost):
            return False
        holes = work.search.holes()
        if not holes:
            return False
        work.to_fill = archive, holes
        return True

    def _has_told_all(self, work: PolicyWork, urls: list[str], lost: int) -> bool:
        if not all(map(self._lister.unheard, urls)):
            return not lost and work.ended and not any(map(self._lister.failed, urls))
        while (wanted := work.search.step()) is None:
            pass  # what is known needs no request
        return not wanted and work.ended

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
