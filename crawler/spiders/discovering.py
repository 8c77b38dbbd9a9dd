"""From a site's name to its policies, and from a redirect to another company: two inquiries and what follows of them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from crawler.archives.capture import Capture, Outcome, Policy
from crawler.archives.surt import surt
from crawler.discovery.asks import Answer, Ask, Discovery, Found
from crawler.discovery.companies import same_company
from crawler.discovery.links import Label
from crawler.discovery.next_asks import BUDGET, discover, judge_target, target_verdict
from crawler.options import RunOptions
from crawler.spiders.inquiring import Inquirer, Inquiry
from crawler.spiders.state.current_run import CurrentRun
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.shelves import Discoveries
from crawler.spiders.state.waits import For, Waits

if TYPE_CHECKING:
    from crawler.archives.cdx import CdxPage

logger = logging.getLogger(__name__)

# Is told why a target is followed, "" if it is not, and the listings that were asked for on the way, by key.
Judged = Callable[[str, "Mapping[str, CdxPage]"], AsyncIterator[Any]]
# Is given a policy that was found, and the listings of its URLs that were asked for on the way, by key.
TakePolicy = Callable[[Policy, "Mapping[str, CdxPage]"], AsyncIterator[Any]]
TakeSite = Callable[[str], AsyncIterator[Any]]
MAX_JUDGED = 8  # other companies' pages that are judged for a site: each is a listing and a page


class DiscoveryStore(Protocol):
    """Where it is kept what was found."""

    @property
    def discoveries(self) -> Discoveries: ...


class Discoverer:
    """Finds policies: where they stood, and whether a redirect leads to one's next place."""

    def __init__(
        self, run: CurrentRun, inquirer: Inquirer, waits: Waits, store: DiscoveryStore, options: RunOptions
    ) -> None:
        self._run, self._inquirer, self._waits, self._store = run, inquirer, waits, store
        self._archive, self._all_policies = options.archive.name, options.all_policies
        self._begun = datetime.now(UTC).replace(microsecond=0)
        self._judged: Counter[str] = Counter()  # targets, by site
        self._verdicts: dict[tuple[str, str], str] = {}  # why a target is followed, "" if it is not
        self._pages: dict[tuple[str, str], Mapping[str, CdxPage]] = {}  # of the verdict that is being told

    async def discover_site(self, site: str, take_policy: TakePolicy, take_excluded: TakeSite) -> AsyncIterator[Any]:
        """Search for the policies of a site, then take them.

        :param take_excluded: is given a site that the archive excludes, in which nothing can be searched.
        """
        inquiry = self._inquirer.inquiry(
            site,
            lambda answers: self._state(site, answers).asks,
            partial(self._site_searched, take_policy, take_excluded),
        )
        async for found in self._inquirer.inquire(inquiry):
            yield found

    def _state(self, site: str, answers: list[Answer]) -> Discovery:
        return discover(site, answers, self._begun, BUDGET)

    async def _site_searched(
        self, take_policy: TakePolicy, take_excluded: TakeSite, inquiry: Inquiry
    ) -> AsyncIterator[Any]:
        site = inquiry.site
        state = self._state(site, inquiry.answers)
        self._store.discoveries.put(site, self._archive, state)
        wanted = [one for one in state.policies if one.label is Label.GENERAL or self._all_policies]
        if not wanted:
            outcome, subject, detail = self._not_found(site, state, inquiry.answers)
            self._run.record(outcome, subject, detail)
            if outcome in (Outcome.EXCLUDED, Outcome.EXCLUDED_ROBOTS):
                async for request in take_excluded(site):
                    yield request
        for found in wanted:
            self._tell(site, found)
            policy = self._store.discoveries.policy_of(site, found)
            async for request in take_policy(policy, inquiry.pages):
                yield request
        for one in state.policies:
            if one not in wanted:
                logger.info("%s: has a policy of its own at %s (%s): all_policies=1", site, one.url, one.label.value)

    def _tell(self, site: str, found: Found) -> None:
        for span in found.spans:
            until = f"to {span.before:%Y-%m-%d}" if span.before else "on"
            logger.info("%s: %s policy at %s from %s %s", site, found.label.value, span.url, span.first.date(), until)

    def _not_found(self, site: str, state: Discovery, answers: list[Answer]) -> tuple[Outcome, str, str]:
        """What to record of a site without a policy: the archive's word, or how far the search came."""
        failed = next((a for a in answers if a.outcome in (Outcome.EXCLUDED, Outcome.EXCLUDED_ROBOTS)), None)
        if failed is not None:
            return failed.outcome, site, failed.detail
        if any(a.outcome is Outcome.LISTING_FAILED for a in answers):
            return Outcome.LISTING_FAILED, site, "; ".join(state.notes)[:500]
        if not any(a.rows for a in answers):
            return Outcome.NOT_ARCHIVED, site, "neither its home page nor a page that looks like a policy's"
        homes = sum(a.kind == "home" and a.ok for a in answers)
        detail = f"{homes} home pages read, {len(state.candidates)} candidates: policylapse discover {site}"
        return Outcome.NO_POLICY_FOUND, site, detail

    # redirects

    async def judge_redirect(self, work: PolicyWork, row: Capture, target: str, judged: Judged) -> AsyncIterator[Any]:
        """Find out whether an archived redirect leads to the same company's policy, and tell `judged`.

        Another host is followed where it has the same name, where the site links to that page, or where the page's
        text names the site; else a sold domain's new owner would become a part of the old one's history.
        """
        site = work.policy.site
        if same_company(f"http://{site}/", target) or same_company(row.original, target):
            why = "the same site or name"
        elif self._store.discoveries.linked(site, target):
            why = "the site links to it"
        else:
            why = ""
        key = (site, surt(target))
        why = why or self._verdicts.get(key, "")
        judging = self._waits.under_way(For.VERDICT, key)
        if why or key in self._verdicts or not (judging or self._judged[site] < MAX_JUDGED):
            async for found in judged(why, {}):
                yield found
            return
        self._waits.wait(work, For.VERDICT, key, partial(self._tell_verdict, key, judged))
        if not judging:
            self._judged[site] += 1
            plan: Callable[[list[Answer]], tuple[Ask, ...]] = partial(judge_target, target, row.timestamp)
            inquiry = self._inquirer.inquiry(site, plan, partial(self._target_judged, key, target))
            inquiry.failed = partial(self._not_judged, key)
            async for found in self._inquirer.inquire(inquiry):
                yield found

    async def _target_judged(self, key: tuple[str, str], target: str, inquiry: Inquiry) -> AsyncIterator[Any]:
        async for found in self._verdict(key, target_verdict(target, inquiry.answers), inquiry):
            yield found

    async def _not_judged(self, key: tuple[str, str], inquiry: Inquiry) -> AsyncIterator[Any]:
        """This program failed on the way: the target is not followed in this run, and its policies go on."""
        async for found in self._verdict(key, "", inquiry):
            yield found

    async def _verdict(self, key: tuple[str, str], why: str, inquiry: Inquiry) -> AsyncIterator[Any]:
        self._verdicts[key] = why
        self._pages[key] = inquiry.pages
        for wake in self._waits.end(For.VERDICT, key):
            async for found in wake():
                yield found
        del self._pages[key]

    async def _tell_verdict(self, key: tuple[str, str], judged: Judged) -> AsyncIterator[Any]:
        async for found in judged(self._verdicts[key], self._pages[key]):
            yield found
