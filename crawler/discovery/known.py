"""What the answers so far tell of a site, and how a home page's links are read. Pure.

Answer… ──Known──► homes, observations (which page a home page calls the policy, when), rows of each URL

An answer is of one request (discovery.py); what is known is built anew from all of them each time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import cached_property
from typing import Final

from crawler.archives.capture import Capture, Outcome
from crawler.archives.surt import surt
from crawler.archives.timestamps import repair_timestamp
from crawler.discovery.asks import Answer, AskKind, Evidence, Source
from crawler.discovery.companies import same_company
from crawler.discovery.links import TAKEN, Label, PolicyLink, page_key, rank_url

OWN_MARGIN: Final = 0.15  # by so much a link to another company must be better than one to the site's own page
HUB: Final = 0.3  # "Legal" alone: worth a look where a home page links to no policy
LASTING: Final = timedelta(days=180)  # a link to another company's policy that stays so long is meant
_MOST_HUBS: Final = 2  # of one home page
MOST_SPELLINGS: Final = 3  # of one page's URL as linked: a listing each, of a dozen requests for a site
_EXCLUDED: Final = (Outcome.EXCLUDED, Outcome.EXCLUDED_ROBOTS)


class Seen(Enum):
    """What an index row says of a URL then."""

    PAGE = auto()
    REDIRECT = auto()
    GONE = auto()  # 404, 410
    FAILED = auto()  # an error that may pass


def seen(capture: Capture) -> Seen:
    """Return what a row says; a revisit ("-") is a page."""
    if capture.is_redirect:
        return Seen.REDIRECT
    if capture.status in (404, 410):
        return Seen.GONE
    return Seen.PAGE if capture.status is None or capture.status < 300 else Seen.FAILED


def thin(rows: Iterable[Capture], kind: AskKind) -> tuple[Capture, ...]:
    """Return what of an index answer is worth keeping. Of a URL: where it turns from page to redirect or error and
    back, both sides of it, and one a quarter. Of a site: the first and the last row of each URL.
    """
    if kind is AskKind.INDEX:
        ends: dict[str, list[Capture]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.captured_at):
            ends[row.urlkey][1:] = [row]
        return tuple(row for some in ends.values() for row in some)
    if kind is AskKind.HOMES:
        return tuple({f"{row.captured_at:%Y-%m}": row for row in rows}.values())
    ordered = sorted(rows, key=lambda row: (row.captured_at, row.original))
    kept = []
    for at, row in enumerate(ordered):
        before, after = ordered[at - 1] if at else None, ordered[at + 1] if at + 1 < len(ordered) else None
        turns = before is None or after is None or seen(before) is not seen(row) or seen(after) is not seen(row)
        if turns or _quarter(before.captured_at if before else None) != _quarter(row.captured_at):
            kept.append(row)
    return tuple(kept)


def _quarter(at: datetime | None) -> tuple[int, int]:
    return (at.year, (at.month - 1) // 3) if at else (0, 0)


@dataclass(frozen=True, slots=True)
class Observation:
    """What a home page calls the policy at one time: `link` is None where it links to none.

    The link's URL is as the page has it, since so it was archived. `key` compares: links that differ in what only
    follows visitors about (`?utm_source=`, `?hl=`) lead to one page, so that they are no move.
    """

    at: datetime
    link: PolicyLink | None
    evidence: tuple[Evidence, ...] = ()

    @property
    def key(self) -> str:
        return _same_page(self.link.url) if self.link else ""


class Known:
    """What is known of a site.

    :param site: its name.
    :param answers: in any order.
    """

    def __init__(self, site: str, answers: Iterable[Answer]) -> None:
        self.site, self.home = site, f"http://{site}/"
        self.answers = sorted(answers, key=lambda answer: (answer.key, answer.at))
        self.by_key = {answer.key: answer for answer in self.answers}
        self._by_kind: dict[AskKind, list[Answer]] = defaultdict(list)
        for answer in self.by_key.values():
            self._by_kind[answer.kind].append(answer)

    def of_kind(self, kind: AskKind) -> list[Answer]:
        return self._by_kind[kind]

    def asked(self, kind: AskKind, url: str) -> bool:
        """Tell whether an index was asked for a URL."""
        return (kind, surt(url), "") in self.by_key

    def page(self, url: str) -> Answer | None:
        """Return the judged page of a URL."""
        return self._pages.get(surt(url))

    def judged_page(self, key: str) -> Answer | None:
        return self._pages.get(key)

    def newest_spelling(self, url: str) -> str:
        """Return a URL as the index spells it latest, as it is where the index does not have it."""
        pages = self._rows_at(surt(url))
        return pages[-1].original if pages else url

    @cached_property
    def _linked_as(self) -> dict[str, list[str]]:
        """The URLs by which home pages link to each page, oldest first, one of each SURT; by Observation.key."""
        spellings: dict[str, dict[str, str]] = defaultdict(dict)
        for one in self.observations:
            if one.link:
                spellings[one.key].setdefault(surt(one.link.url), one.link.url)
        return {key: list(urls.values()) for key, urls in spellings.items()}

    def to_list(self, one: Observation) -> list[str]:
        """Return the URLs of which an index must be asked for what a home page links to.

        They are the oldest and the newest as linked, since some sites link to another query on every visit. Where
        the index has a page at neither, it is the URL without what only follows visitors about.
        """
        assert one.link is not None
        urls = self._linked_as[one.key]
        some = list(dict.fromkeys((urls[0], urls[-1])))
        asked = all(self.asked(AskKind.URL, url) for url in some)
        plain = _untracked(one.link.url)
        if asked and surt(plain) not in map(surt, some) and not self.pages_of(one.key):
            some.append(plain)
        return some

    def captured_as(self, key: str) -> list[str]:
        """Return the URLs of a page at which the index has captures, as linked: the MOST_SPELLINGS with the most of
        them, these last; by Observation.key.
        """
        urls = [*(_untracked(url) for url in self._linked_as[key][-1:]), *self._linked_as[key]]
        pages = {url: len(self._rows_at(surt(url))) for url in {surt(url): url for url in urls}.values()}
        return sorted((url for url in pages if pages[url]), key=pages.__getitem__)[-MOST_SPELLINGS:]

    @cached_property
    def _pages(self) -> dict[str, Answer]:
        return {surt(answer.url): answer for answer in self._by_kind[AskKind.PAGE]}

    @cached_property
    def excluded(self) -> bool:
        return any(a.outcome in _EXCLUDED for a in self._by_kind[AskKind.INDEX] + self._by_kind[AskKind.HOMES])

    @cached_property
    def homes(self) -> list[Capture]:
        """Captures of home pages, oldest first."""
        rows = {row.timestamp: row for answer in self._by_kind[AskKind.HOMES] for row in answer.rows}
        return sorted(
            (row for row in rows.values() if seen(row) is Seen.PAGE), key=lambda row: (row.captured_at, row.timestamp)
        )

    @cached_property
    def tried(self) -> set[str]:
        """Timestamps of the home pages that were asked for."""
        return {answer.timestamp for answer in self._by_kind[AskKind.HOME]}

    @cached_property
    def rows(self) -> dict[str, list[Capture]]:
        """What indexes said of each URL, oldest first, by key."""
        rows: dict[str, dict[tuple[str, str], Capture]] = defaultdict(dict)
        for answer in self._by_kind[AskKind.INDEX] + self._by_kind[AskKind.URL]:
            for row in answer.rows:
                rows[row.urlkey][row.timestamp, row.statuscode] = row
                if answer.kind is AskKind.URL:  # the archive's own key of it may differ from ours
                    rows[surt(answer.url)][row.timestamp, row.statuscode] = row
        return {
            key: sorted(some.values(), key=lambda row: (row.captured_at, row.statuscode)) for key, some in rows.items()
        }

    def _rows_at(self, urlkey: str) -> list[Capture]:
        return [row for row in self.rows.get(urlkey, ()) if seen(row) is Seen.PAGE]

    def _rows_of(self, key: str) -> list[Capture]:
        """What indexes said of a page, at whichever of the URLs by which it is linked; `key` is a SURT or
        Observation.key, which is one.
        """
        keys = dict.fromkeys((key, *map(surt, self._linked_as.get(key, ()))))
        if len(keys) == 1:
            return self.rows.get(key, [])
        rows = {(row.timestamp, row.statuscode, row.urlkey): row for one in keys for row in self.rows.get(one, ())}
        return sorted(rows.values(), key=lambda row: (row.captured_at, row.statuscode, row.urlkey))

    def pages_of(self, key: str) -> list[Capture]:
        """Return the captures of a URL that may be pages."""
        return [row for row in self._rows_of(key) if seen(row) is Seen.PAGE]

    def end_of(self, key: str) -> Capture | None:
        """Return the capture from which on a URL was gone or redirected for good, None where it was not.

        One redirect alone does not count: an old capture of http: that leads to https: has the same key.
        """
        rows, trail = self._rows_of(key), []
        for row in reversed(rows):
            if seen(row) is Seen.PAGE:
                break
            if seen(row) is not Seen.FAILED:
                trail.append(row)
        lasting = len(trail) > 1 or any(seen(row) is Seen.GONE for row in trail)
        return trail[-1] if lasting else None

    # home pages

    @cached_property
    def observations(self) -> list[Observation]:
        """What each home page that was read calls the policy, oldest first."""
        dates = {row.timestamp: row.captured_at for row in self.homes}
        found = []
        for answer in self._by_kind[AskKind.HOME]:
            at = dates.get(answer.timestamp)
            if at is not None and answer.ok:
                found.append(self._observe(answer, at))
        return sorted(found, key=lambda one: (one.at, one.key))

    def _observe(self, answer: Answer, at: datetime) -> Observation:
        link = self.choose(answer.links)
        if link is not None:
            return Observation(at, link, (_evidence(link, answer.url, at),))
        hub = self.hub_of(answer)
        page = self.page(hub.url) if hub else None
        if hub is None or page is None:
            return Observation(at, None)
        evidence = _evidence(hub, answer.url, at)
        if page.verdict and page.verdict.privacy:
            return Observation(at, hub, (evidence, judged_evidence(page)))
        inner = self.choose(page.links)
        return Observation(at, inner, (evidence, _evidence(inner, hub.url, at)) if inner else ())

    def choose(self, links: Sequence[PolicyLink]) -> PolicyLink | None:
        """Return the link to the general policy, None where no link is good enough. The site's own page goes before
        another company's, unless that is much the better.
        """
        good = [
            link for link in links if link.label is Label.GENERAL and link.score >= TAKEN and not self.refused(link)
        ]
        own = [link for link in good if same_company(self.home, link.url)]
        return own[0] if own and good[0].score - own[0].score <= OWN_MARGIN else (good[0] if good else None)

    def hub_of(self, answer: Answer) -> PolicyLink | None:
        """Return the page of legal documents that a home page links to, where it links to no policy."""
        if self.choose(answer.links) is not None:
            return None
        hubs = [link for link in answer.links if link.label is Label.HUB and link.score >= HUB]
        return next((link for link in hubs[:_MOST_HUBS] if self._worth_reading(link)), None)

    def _worth_reading(self, hub: PolicyLink) -> bool:
        page = self.page(hub.url)
        if page is None:
            return True
        return bool(page.verdict and page.verdict.privacy) or self.choose(page.links) is not None

    def refused(self, link: PolicyLink) -> bool:
        """Tell whether a page was read, and is not the site's policy: none of a privacy policy, or another company's,
        which does not name the site and to which the site did not link for half a year (a parked domain's).
        """
        key = surt(link.url)
        page = self._pages.get(key)
        if page is None or page.verdict is None:
            return False
        if not page.verdict.privacy:
            return True
        dates = self._linked_at.get(key, [])
        lasting = bool(dates) and max(dates) - min(dates) >= LASTING
        return not (page.verdict.names_site or lasting or same_company(self.home, link.url))

    @cached_property
    def _linked_at(self) -> dict[str, list[datetime]]:
        """When home pages linked to each URL."""
        dates = {row.timestamp: row.captured_at for row in self.homes}
        linked: dict[str, list[datetime]] = defaultdict(list)
        for answer in self._by_kind[AskKind.HOME]:
            for link in answer.links:
                if answer.timestamp in dates:
                    linked[surt(link.url)].append(dates[answer.timestamp])
        return linked

    def rejected(self, key: str) -> bool:
        """Tell whether a page was read, and is none of a privacy policy."""
        page = self._pages.get(key)
        return bool(page and page.verdict and not page.verdict.privacy)

    # candidates by address alone

    @cached_property
    def by_address(self) -> list[PolicyLink]:
        """URLs of the index that look like the general policy, best first."""
        found = {}
        for answer in self._by_kind[AskKind.INDEX] + self._by_kind[AskKind.URL]:
            for row in answer.rows:
                if seen(row) is Seen.PAGE:
                    found[row.urlkey] = rank_url(row.original)
        return sorted(found.values(), key=lambda link: (-link.score, len(link.url), link.url))

    @cached_property
    def beginnings(self) -> list[datetime]:
        """When each URL that may be the general policy's was first captured: by its address, or by a link."""
        keys = {surt(link.url) for link in self.by_address if link.score >= TAKEN and link.label is Label.GENERAL}
        keys |= {one.key for one in self.observations if one.link}
        return sorted(pages[0].captured_at for key in keys if (pages := self.pages_of(key)))


def _untracked(url: str) -> str:
    """A URL without the parts of its query that only follow visitors about: with them every visit would be a move."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{page_key(url)}" if "?" in rest else url


def _same_page(url: str) -> str:
    return surt(_untracked(url))


def _evidence(link: PolicyLink, page: str, at: datetime) -> Evidence:
    return Evidence(Source.LINK, page, at, link.text)


def judged_evidence(page: Answer) -> Evidence:
    """Return what a page that was judged tells."""
    assert page.verdict is not None
    return Evidence(Source.PAGE, page.url, _date(page), page.verdict.title or page.verdict.kind)


def _date(answer: Answer) -> datetime:
    """The date of the capture that an answer is of."""
    try:
        return repair_timestamp(answer.timestamp)
    except ValueError:
        return answer.at
