"""Which of a page's links leads to the site's privacy policy. Pure. (A stand-in: branch w7a has the real one.)

rank_links(links, page URL) ──► PolicyLink…, best first     rank_url(URL) ──► PolicyLink, by its address alone
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, urlsplit


class Label(StrEnum):
    GENERAL = "general"
    CHILDREN = "children"
    APPLICANTS = "applicants"
    REGIONAL = "regional"
    PRODUCT = "product"
    COOKIES = "cookies"
    HUB = "hub"
    PRINT = "print"
    OLDER = "older"


class Region(StrEnum):
    FOOTER = "footer"
    HEADER = "header"
    NAV = "navigation"
    MAIN = "main text"
    BANNER = "banner"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link of a page: its absolute URL on the original site, its words, and where on the page it stands."""

    url: str
    text: str
    hint: str = ""
    region: Region = Region.UNKNOWN
    place: float = 0.0
    lang: str = ""


@dataclass(frozen=True, slots=True)
class PolicyLink:
    """A link as a candidate, 0 to 1, with readable evidence."""

    url: str
    text: str
    score: float
    label: Label
    why: tuple[str, ...] = ()


TAKEN: Final = 0.5
_WORDS = re.compile(
    r"privacy|datenschutz|confidentialit|privacidad|riservatezza|privacybeleid|integritet|tietosuoja|prywatno|gizlilik"
)
_LABELS = (
    (Label.COOKIES, re.compile(r"cookie|settings|choices")),
    (Label.CHILDREN, re.compile(r"child|kids")),
    (Label.APPLICANTS, re.compile(r"applicant|careers|jobs")),
    (Label.REGIONAL, re.compile(r"california|ccpa")),
    (Label.HUB, re.compile(r"cent(er|re)\b|hub\b|^legal$")),
    (Label.PRINT, re.compile(r"print")),
)
_STORY = re.compile(r"/(blog|news)/")


def rank_links(links: Sequence[PageLink], page_url: str) -> tuple[PolicyLink, ...]:  # noqa: ARG001
    """Return the links that may lead to a policy, best first, one per URL."""
    best: dict[str, PolicyLink] = {}
    for link in links:
        ranked = _ranked(link.url, link.text or link.hint, 0.9 if link.region is Region.FOOTER else 0.7)
        if ranked.score and (link.url not in best or best[link.url].score < ranked.score):
            best[link.url] = ranked
    return tuple(sorted(best.values(), key=lambda link: (-link.score, link.url)))


def rank_url(url: str) -> PolicyLink:
    """Return what a URL's address alone tells."""
    parts = urlsplit(url)
    return _ranked(url, "", 0.6, unquote(f"{parts.path}?{parts.query}".strip("?/")).replace("-", " "))


def _ranked(url: str, text: str, most: float, seen: str = "") -> PolicyLink:
    words = f"{text} {seen}".strip().casefold()
    label = next((label for label, pattern in _LABELS if pattern.search(words)), Label.GENERAL)
    named = _WORDS.search(words) or label is Label.HUB
    score = (most / 4 if _STORY.search(url) or len(text) > 60 else most) if named else 0.0
    return PolicyLink(url, text, score, label, (f"text: {text}" if text else f"url: {urlsplit(url).path}",))
