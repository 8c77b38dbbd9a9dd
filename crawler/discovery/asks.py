"""What discovery asks, is told, and finds. Types only.

    Ask ─► archive ─► Answer          Answer… ──discover.discover──► Discovery(asks | dated URLs, candidates)

An ask is one request. Its answer is stored with its key, so that a discovery that was killed goes on where it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crawler.archives.capture import Capture, Outcome
from crawler.archives.surt import surt
from crawler.discovery.links import Label, PolicyLink


class AskKind(StrEnum):
    INDEX = "index"  # URLs of the site that look like a policy's, one row each
    HOMES = "homes"  # captures of the home page, one a month
    URL = "url"  # all captures of one URL
    HOME = "home"  # one capture of a home page, for its links
    PAGE = "page"  # one capture of a candidate, judged; and its links
    SITEMAP = "sitemap"  # one capture of sitemap.xml, for the addresses in it
    REDIRECT = "redirect"  # where one archived redirect leads


Key = tuple[AskKind, str, str]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request.

    :param url: the page; for INDEX the site.
    :param capture: what to play back, for HOME, PAGE, SITEMAP and REDIRECT.
    :param why: for the person.
    """

    kind: AskKind
    url: str
    capture: Capture | None = field(default=None, compare=False)
    why: str = field(default="", compare=False)
    key: Key = field(init=False)

    def __post_init__(self) -> None:
        url = self.url if self.kind is AskKind.INDEX else surt(self.url)
        object.__setattr__(self, "key", (self.kind, url, self.capture.timestamp if self.capture else ""))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a candidate page is.

    :param privacy: it is a privacy policy; `kind` names the document's kind, or what else it is.
    :param names_site: its text or address names the site.
    """

    privacy: bool
    kind: str
    score: float
    names_site: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive said.

    :param url, timestamp: of the page or capture that was asked for.
    :param at: when it was asked.
    :param outcome: FETCHED, or why there is nothing (`detail`).
    :param rows: of an index answer, thinned (`discover.thin`); `more`: the index has more than it gave.
    :param links: of a page, ranked.
    :param target: where a redirect leads, "" if it is none.
    """

    kind: AskKind
    url: str
    timestamp: str
    at: datetime
    outcome: Outcome = Outcome.FETCHED
    detail: str = ""
    rows: tuple[Capture, ...] = ()
    more: bool = False
    links: tuple[PolicyLink, ...] = ()
    target: str = ""
    verdict: Verdict | None = None

    @property
    def key(self) -> Key:
        return self.kind, self.url if self.kind is AskKind.INDEX else surt(self.url), self.timestamp

    @property
    def ok(self) -> bool:
        return self.outcome is Outcome.FETCHED


class Source(StrEnum):
    LINK = "link"
    REDIRECT = "redirect"
    INDEX = "index"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a URL is thought to be the policy's.

    :param page: the page it was found on: of a link, of a redirect; of INDEX and PAGE the URL itself.
    :param at: the capture's date.
    :param text: words of the link, of the index entry, of the verdict.
    """

    source: Source
    page: str
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A URL while it was the policy's.

    It came after `after` (None: not known) and not later than `first`; it was the policy's until `last` at least, and
    no longer at `before` (None: not known to have ended).
    """

    url: str
    after: datetime | None
    first: datetime
    last: datetime
    before: datetime | None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A policy of the site: its URLs over time, oldest first."""

    label: Label
    spans: tuple[Span, ...]

    @property
    def url(self) -> str:
        """The URL by which it is known: the latest."""
        return self.spans[-1].url


@dataclass(frozen=True, slots=True)
class Candidate:
    """A URL that was looked at.

    :param taken: it is one of a policy's dated URLs.
    :param why: readable reasons, for and against.
    """

    url: str
    label: Label
    score: float
    taken: bool
    why: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Discovery:
    """Where the search for a site's policies stands.

    :param asks: what to ask next, all at once; none left where it is `done`.
    :param spent: requests answered so far, of this discovery.
    :param policies: the general one first, if there is one.
    :param notes: what went wrong or was left out, for the person.
    """

    asks: tuple[Ask, ...]
    spent: int
    policies: tuple[Found, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        return not self.asks

    @property
    def general(self) -> Found | None:
        return next((found for found in self.policies if found.label is Label.GENERAL), None)
