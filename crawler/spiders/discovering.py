"""From a site's name to its policies, and from a redirect to another company: two inquiries and what follows of them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from crawler.archives.capture import Capture, Outcome, Policy
from crawler.archives.surt import surt
from crawler.discovery.asks import Answer, Ask, Discovery, Found
from crawler.discovery.companies import same_company
from crawler.discovery.links import Label
from crawler.discovery.next_asks import BUDGET, discover, judge_target, target_verdict
from crawler.spiders.inquiries import InquiringSpider, Inquiry

if TYPE_CHECKING:
    from crawler.archives.cdx import CdxPage

logger = logging.getLogger(__name__)

# Is told why a target is followed, "" if it is not, and the listings that were asked for on the way, by key.
Judged = Callable[[str, "Mapping[str, CdxPage]"], AsyncIterator[Any]]
MAX_JUDGED = 8  # other companies' pages that are judged for a site: each is a listing and a page


class DiscoveringSpider(InquiringSpider):
    """A spider that finds policies."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._begun = datetime.now(UTC).replace(microsecond=0)
        self._judging: dict[tuple[str, str], list[Judged]] = {}
        self._verdicts: dict[tuple[str, str], str] = {}

    def take_policy(self, policy: Policy, pages: Mapping[str, CdxPage]) -> AsyncIterator[Any]:
        """Yield what comes next for a policy that was found.

        :param pages: listings of its URLs that were asked for on the way, by key.
        """
        raise NotImplementedError

    async def discover_site(self, site: str) -> AsyncIterator[Any]:
        """Search for the policies of a site, then take them."""
        inquiry = self.inquiry(site, lambda answers: self._state(site, answers).asks, self._site_searched)
        async for found in self.inquire(inquiry):
            yield found

    def _state(self, site: str, answers: list[Answer]) -> Discovery:
        return discover(site, answers, self._begun, BUDGET)

    async def _site_searched(self, inquiry: Inquiry) -> AsyncIterator[Any]:
        job, site = self.job, inquiry.site
        state = self._state(site, inquiry.answers)
        job.store.save_discovery(site, job.archive.name, state)
        wanted = [one for one in state.policies if one.label is Label.GENERAL or job.options.all_policies]
        if not wanted:
            self.record(*self._not_found(site, state, inquiry.answers))
        for found in wanted:
            self._tell(site, found)
            policy = job.store.discovered(site, found)
            async for request in self.take_policy(policy, inquiry.pages):
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

    async def judge_redirect(self, policy: Policy, row: Capture, target: str, judged: Judged) -> AsyncIterator[Any]:
        """Find out whether an archived redirect leads to the same company's policy, and tell `judged`.

        Another host is followed where it has the same name, where the site links to that page, or where the page's
        text names the site; else a sold domain's new owner would become a part of the old one's history.
        """
        site = policy.site
        if same_company(f"http://{site}/", target) or same_company(row.original, target):
            why = "the same site or name"
        elif self.job.store.linked(site, target):
            why = "the site links to it"
        else:
            why = ""
        key = (site, surt(target))
        why = why or self._verdicts.get(key, "")
        begun = sum(other == site for other, _target in (*self._judging, *self._verdicts))
        if why or key in self._verdicts or (key not in self._judging and begun >= MAX_JUDGED):
            async for found in judged(why, {}):
                yield found
        elif key in self._judging:
            self._judging[key].append(judged)
        else:
            self._judging[key] = [judged]
            plan: Callable[[list[Answer]], tuple[Ask, ...]] = partial(judge_target, target, row.timestamp)
            inquiry = self.inquiry(site, plan, partial(self._target_judged, key, target))
            inquiry.failed = partial(self._not_judged, key)
            async for found in self.inquire(inquiry):
                yield found

    async def _target_judged(self, key: tuple[str, str], target: str, inquiry: Inquiry) -> AsyncIterator[Any]:
        self._verdicts[key] = why = target_verdict(target, inquiry.answers)
        for judged in self._judging.pop(key, ()):
            async for found in judged(why, inquiry.pages):
                yield found

    async def _not_judged(self, key: tuple[str, str], inquiry: Inquiry) -> AsyncIterator[Any]:
        """This program failed on the way: the target is not followed in this run, and its policies go on."""
        self._verdicts[key] = ""
        for judged in self._judging.pop(key, ()):
            async for found in judged("", inquiry.pages):
                yield found
