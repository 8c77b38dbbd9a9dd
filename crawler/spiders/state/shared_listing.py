"""The listing of one URL in one archive, page by page: what every policy of a run that has this URL shares. Pure; makes no request.

    first page ─► taken ─► more? ─► next page ─► taken ─► … ─► ended, or a flaw that is recorded

An index that gives a new resume key for ever is not followed for ever: a page that brings no new row ends a listing, and
pages have a cap.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crawler.archives.capture import Capture, ListingPlan, Outcome, Period
from crawler.archives.dialects import PAGE_ROWS, Archive
from crawler.archives.surt import surt

if TYPE_CHECKING:
    from crawler.archives.cdx import CdxPage

MAX_PAGES = 1_000_000 // PAGE_ROWS  # no URL is known to have a million captures; google.com has a few hundred thousand


def listing_key(archive: Archive, url: str, period: Period, within: tuple[Period, ...] = ()) -> Hashable:
    """Return what tells a listing from the run's others: http and https are one URL."""
    return archive.name, surt(url), period, within


@dataclass(slots=True)
class SharedListing:
    """What an index has said of a URL so far.

    :param plan: what was left to ask when the listing began.
    :param archive: whose index is asked. :param period: what for.
    :param within: the holes that it is to fill: rows outside of them are not taken; empty for all of the period.
    :ivar resume_key: of the next page, "" after the last.
    :ivar keys: one row for each urlkey that came: the archive's own name of the URL may differ from ours.
    :ivar flaw: why the listing brought nothing, or not all; None while it goes well.
    """

    url: str
    plan: ListingPlan
    archive: Archive
    period: Period
    within: tuple[Period, ...] = ()
    pages: int = 0
    resume_key: str = ""
    ended: bool = False
    keys: dict[str, Capture] = field(default_factory=dict)
    flaw: tuple[Outcome, str] | None = None
    _rows: set[int] = field(default_factory=set)  # hashes: eight bytes of each say enough

    @property
    def key(self) -> Hashable:
        """What tells it from the run's other listings."""
        return listing_key(self.archive, self.url, self.period, self.within)

    def wanted(self, page: CdxPage) -> CdxPage:
        """Return a page without the rows that fill no hole."""
        if not self.within:
            return page
        return replace(
            page, captures=tuple(one for one in page.captures if any(one.captured_at in hole for hole in self.within))
        )

    def take(self, page: CdxPage) -> ListingPlan | None:
        """Take in a page; return the plan of the next one, None where the listing ends with this one."""
        before = len(self._rows)
        self._rows.update(map(hash, page.captures))
        for capture in page.captures:
            self.keys.setdefault(capture.urlkey, capture)
        self.pages, self.resume_key = self.pages + 1, page.resume_key
        if not page.resume_key:
            return None
        if len(self._rows) == before:
            self.flaw = Outcome.LISTING_FAILED, "the index gave a page without a new row; the listing may lack rows"
        elif self.pages >= MAX_PAGES:
            self.flaw = Outcome.LISTING_FAILED, f"the index gave {self.pages} pages and more; the listing lacks rows"
        return None if self.flaw else replace(self.plan, resume_key=page.resume_key)

    @property
    def empty(self) -> bool:
        """The index has no captures of the URL, in all of the period."""
        return self.ended and self.flaw is None and not self.keys and self.plan == ListingPlan()

    @property
    def usual(self) -> bool:
        """It ended well, under our own name of the URL: the store knows all of it."""
        as_named = self.keys.keys() <= {surt(self.url)} and not self.resume_key
        return self.ended and self.flaw is None and as_named and not self.empty

    def end(self, flaw: tuple[Outcome, str] | None = None) -> None:
        """Note that nothing more will come, and why if something is wrong."""
        self.ended, self.flaw = True, flaw or self.flaw
        self._rows.clear()
