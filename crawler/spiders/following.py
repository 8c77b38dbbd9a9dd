"""From an archived redirect to the policy's next URL, where it leads to a page of the same company.

redirect ──► kept, "not known yet whose it is" ──judge──► its target is the policy's next URL, and listed
└──────► why it is not followed, kept
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from scrapy import Request

from crawler.archives.capture import ListedCapture, Memento, Outcome, Period
from crawler.archives.surt import surt
from crawler.discovery.companies import lineage_target
from crawler.spiders.discovering import Discoverer
from crawler.spiders.listing import Lister, page_within
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.shelves import KeptCaptures, Policies

if TYPE_CHECKING:
    from crawler.archives.cdx import CdxPage

MAX_POLICY_URLS = 8  # URLs that archived redirects may add to one policy

Note = Callable[[str, str, "CdxPage | None"], Iterator[Request]]  # is told (why not, URL, its listing's first page)


class RedirectStore(Protocol):
    """Where redirects, and the URLs of policies, are kept."""

    @property
    def captures(self) -> KeptCaptures: ...

    @property
    def policies(self) -> Policies: ...


class Follower:
    """Follows the redirects of policies."""

    def __init__(self, lister: Lister, discoverer: Discoverer, store: RedirectStore, period: Period) -> None:
        self._lister, self._discoverer, self._store, self._period = lister, discoverer, store, period

    async def redirected(
        self, listed: ListedCapture, memento: Memento, packed: Any, location: str, work: PolicyWork
    ) -> AsyncIterator[Any]:
        """Keep an archived redirect; where it leads to another page of the same company, the policy has moved."""

        def keep(why_not: str, target: str, page: CdxPage | None) -> Iterator[Request]:
            detail = why_not or f"to {target}"
            if self._store.captures.keep_redirect(listed, memento, packed, detail, location, work.policy, target):
                yield from self._lister.list_url(target, work, page)

        work.search.answered(listed.capture_id, Outcome.REDIRECT, target=location)
        work.search.led(location)
        async for found in self._lead(listed, location, work, keep):
            yield found

    async def follow_known(self, work: PolicyWork) -> AsyncIterator[Any]:
        """Follow redirects that were not fetched for this policy in this run: by another one, or by a run that was killed."""
        for number, location in work.search.new_targets():
            (listed,) = self._store.captures.listed([number])
            async for found in self._lead(listed, location, work, self._adding(listed, work)):
                yield found

    def _adding(self, listed: ListedCapture, work: PolicyWork) -> Note:
        capture = listed.capture

        def add(_why_not: str, target: str, page: CdxPage | None) -> Iterator[Request]:
            evidence = f"archived redirect from {capture.original} on {capture.captured_at:%Y-%m-%d}"
            if target and self._store.policies.add_url(work.policy, target, capture.captured_at, evidence):
                yield from self._lister.list_url(target, work, page)

        return add

    async def _lead(self, listed: ListedCapture, location: str, work: PolicyWork, note: Note) -> AsyncIterator[Any]:
        """Find out whether a redirect leads to the policy's next URL, and tell `note`, which lists it."""
        target, why_not = lineage_target(listed.capture.original, location)
        known = set(map(surt, self._store.policies.urls(work.policy)))
        if target and surt(target) not in known and len(known) >= MAX_POLICY_URLS:
            target, why_not = "", f"to {target}: not followed, the policy has {MAX_POLICY_URLS} URLs already"
        if not target or surt(target) in known:
            for request in note(why_not, target, None):
                yield request
            return
        whose = f"to {target}: another company's, for all that is known; not followed (crawl it by url= if it is not)"

        async def judged(why: str, pages: Mapping[str, CdxPage]) -> AsyncIterator[Any]:
            page = page_within(pages.get(surt(target)), self._period)
            for request in note("", target, page) if why else note(whose, "", None):
                yield request
            async for found in work.go_on():
                yield found

        for request in note(f"to {target}: not known yet whose it is", "", None):  # kept, should the run be killed
            yield request
        async for found in self._discoverer.judge_redirect(work, listed.capture, target, judged):
            yield found
