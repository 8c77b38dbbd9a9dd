"""Which link of a page, or which address of a site, leads to its privacy policy: PageLink, URL → PolicyLink. Pure.

    link ──text, hint──► what it says ──┐
    link ──address────► what it names ──┼──► score, label, evidence ──one per page──► best first
    link ──region, sentence, owner──────┘

What a link says and what its address names are two witnesses (policy_evidence): the score is that of at least one being
right, times what speaks against both. A policy on another site counts, unless it looks like somebody else's: it stands
in a sentence, a banner or a list of vendors, and nothing says that it is "ours".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from crawler.archives.surt import site_of
from crawler.discovery.evidence import (
    BARE,
    INNER,
    NAMED,
    SILENT,
    Label,
    Witness,
    address,
    has_day,
    is_address,
    label_beside,
    said,
    says_ours,
)
from crawler.discovery.phrases import fold

__all__ = [
    "KEPT",
    "TAKEN",
    "Label",
    "PageLink",
    "PolicyLink",
    "Region",
    "page_key",
    "rank_links",
    "rank_url",
    "same_owner",
]


class Region(StrEnum):
    """Where on a page a link stands; a banner is a cookie banner or another dialog."""

    FOOTER = "footer"
    HEADER = "header"
    NAV = "navigation"
    MAIN = "main"
    BANNER = "banner"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link as a page has it.

    :param url: absolute, as on the live web.
    :param text: what it shows.
    :param hint: title, aria-label, a picture's alt.
    :param place: 0 for the first link of the page … 1 for the last.
    :param lang: declared language of the target or page, "" if none.
    :param around: the text right before and after it in its sentence, "" for a link in a list.
    """

    url: str
    text: str
    hint: str = ""
    region: Region = Region.UNKNOWN
    place: float = 0.0
    lang: str = ""
    around: str = ""


@dataclass(frozen=True, slots=True)
class PolicyLink:
    """A candidate for a site's privacy policy.

    :param score: 0…1; from TAKEN on it is a policy, of labels other than GENERAL and HUB it stays below.
    :param why: the evidence, for a person.
    """

    url: str
    text: str
    score: float
    label: Label
    why: tuple[str, ...]


TAKEN: Final = 0.5  # a link below it is shown as a candidate, never taken
KEPT: Final = 0.25  # a children's, applicants', regional or product policy from here on is a policy of its own
_SHOWN: Final = 0.05  # less is no candidate
_TAKEN_LABELS: Final = (Label.GENERAL, Label.HUB)
_POLICY_LABELS: Final = (*_TAKEN_LABELS, Label.CHILDREN, Label.APPLICANTS, Label.REGIONAL, Label.PRODUCT)
_COOKIES_AT_MOST: Final = 0.3
_TITLE: Final = 0.75  # what only a tooltip says beside another text
_SENTENCE_SAYS: Final = 0.3  # "our privacy policy, <here>"
_OTHER_TEXT: Final = 0.8  # in a text, a link that says something else
_FOOT: Final = 0.7  # place from which on links without a region are likely the footer's
_IN_PAGE, _IN_PAGE_NAMED = 0.45, 0.7
_DATE: Final = 0.4
_ELSEWHERE, _SISTER = 0.8, 0.98  # another site, another of the same name: the own policy goes first
_SOMEONE_ELSES: Final = 0.4
_NAMES_ITSELF: Final = 0.8  # "LinkedIn privacy" in a footer, but also "Parent Inc. Privacy Notice"
_VENDORS: Final = 3  # links to so many other sites' policies are a list of others' policies
_SENTENCE: Final = 3  # words
_LAST_WORDS: Final = 3
_NAME: Final = 3  # letters
_PLACES: Final = {
    Region.FOOTER: 1.0,
    Region.NAV: 0.97,
    Region.HEADER: 0.97,
    Region.BANNER: 0.93,
    Region.MAIN: 0.94,
    Region.UNKNOWN: 0.97,
}
_LISTS: Final = (Region.FOOTER, Region.NAV, Region.HEADER)
_ONLY_DATE: Final = re.compile(r"\W*(?:\d{1,4}\W{0,3}|[^\W\d]{3,10}\W{1,3}){1,2}\d{1,4}(?:\W{1,3}\d{1,4})?\W*")
_TRACKING: Final = re.compile(r"utm_|gclid|fbclid|ref$|hl$|lang$|locale$", re.IGNORECASE)
_CAPTCHA: Final = re.compile(r"captcha|turnstile", re.IGNORECASE)


def rank_links(links: Sequence[PageLink], page_url: str) -> tuple[PolicyLink, ...]:
    """Return the candidates among a page's links, best first, each address (without fragment) once.

    :param page_url: where the page stood on the live web.

    >>> rank_links([PageLink("https://a.example/datenschutz", "Datenschutzerklärung")], "https://a.example/")[0].score > TAKEN
    True
    """
    crowd = _vendors(links, page_url)
    best: dict[str, tuple[float, PolicyLink]] = {}
    for link in links:
        found = _judged(link, page_url, crowd=crowd)
        if found.score < _SHOWN:
            continue
        order = found.score + 0.001 * link.place
        key = page_key(found.url)
        if key not in best or order > best[key][0]:
            best[key] = order, found
    ranked = sorted(best.values(), key=lambda each: (-each[0], len(each[1].url), each[1].url))
    return tuple(found for _order, found in ranked)


def rank_url(url: str) -> PolicyLink:
    """Judge an address alone: of an index, a site map, or a guess.

    >>> rank_url("http://a.example/legal/privacy.html").label
    <Label.GENERAL: 'general'>
    >>> rank_url("http://a.example/blog/privacy-tips").score < TAKEN
    True
    """
    return _candidate(url, "", address(url))


def page_key(url: str) -> str:
    """Return what two spellings of one page's address share: no scheme, `www.`, fragment, closing slash, tracking.

    >>> page_key("http://www.A.example/Privacy/?utm_source=x#top")
    'a.example/Privacy'
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url
    query = "&".join(
        piece for piece in parts.query.split("&") if piece and not _TRACKING.match(piece.partition("=")[0])
    )
    route = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    return host + parts.path.rstrip("/") + (f"?{query}" if query else "") + route


def _judged(link: PageLink, page_url: str, *, crowd: bool) -> PolicyLink:
    text, named = _text_of(link, brand_of(page_url)), address(link.url)
    if _is_in_page(link.url, page_url) and named.worth >= TAKEN:
        text = SILENT  # a table of contents: whatever it says leads to the policy that it stands in
    elif not text.worth and named.worth and link.text.strip():
        text = _text_beside(link, clear=named.worth >= TAKEN)
    if not text.worth and not named.worth:
        return _candidate(link.url, link.text, SILENT)
    factor, notes = _circumstances(link, page_url, text, crowd=crowd)
    worth = (1 - (1 - text.worth) * (1 - named.worth)) * text.doubt * named.doubt
    label = _common_label(text, named)
    if label is Label.COOKIES:
        worth = min(worth, max(text.worth, _COOKIES_AT_MOST))
    return _candidate(link.url, link.text, Witness(worth * factor, label, (*text.why, *named.why, *notes)))


def _common_label(text: Witness, named: Witness) -> Label:
    """What the text says goes first: "Privacy Policy" at /privacy-and-cookies or in the privacy centre is the general one."""
    if text.label is not Label.GENERAL:
        return text.label
    if named.label in (Label.HUB, Label.PRODUCT):
        return Label.GENERAL if text.worth >= BARE * _TITLE else named.label
    if named.label is Label.COOKIES:
        return Label.GENERAL if text.worth > BARE else named.label
    return named.label


def _candidate(url: str, text: str, witness: Witness) -> PolicyLink:
    score = witness.worth
    if witness.label not in _TAKEN_LABELS:
        score *= TAKEN if witness.label in _POLICY_LABELS else KEPT
    return PolicyLink(url, text, round(min(max(score, 0.0), 0.999), 3), witness.label, witness.why)


def _is_in_page(url: str, page_url: str) -> bool:
    return "#" in url and page_key(url) == page_key(page_url)


def _text_of(link: PageLink, brand: str = "") -> Witness:
    """What a link shows, or, where it shows nothing, what it tells those who cannot see."""
    shown = said(link.text, "text", brand)
    if link.text.strip() and not is_address(link.text):
        if shown.worth or not link.hint:
            return shown
        title = said(link.hint, "title", brand)
        return replace(title, worth=title.worth * _TITLE)
    return max((said(piece, "title", brand) for piece in link.hint.split(" · ")), key=lambda one: one.worth)


def _text_beside(link: PageLink, *, clear: bool) -> Witness:
    """A text that does not speak of privacy, at an address that does: "here", "Print", "For applicants", "Polski"."""
    label = label_beside(link.text)
    if label in (Label.GENERAL, Label.HUB) and (_ONLY_DATE.fullmatch(link.text) or has_day(link.url)):
        label = Label.OLDER
    if label not in (Label.GENERAL, Label.HUB):
        return Witness(0.0, label, (f"text says {label.value}",))
    if clear and said(link.around).worth:
        return Witness(_SENTENCE_SAYS, Label.GENERAL, ("its sentence speaks of privacy",))
    in_text = link.region is Region.MAIN or (link.region is Region.UNKNOWN and link.place < _FOOT)
    return Witness(doubt=_OTHER_TEXT) if in_text and not is_address(link.text) else SILENT


def _circumstances(link: PageLink, page_url: str, text: Witness, *, crowd: bool) -> tuple[float, tuple[str, ...]]:
    """What place, owner and sentence make of a link: a factor, and what to tell the person."""
    factor = _PLACES[link.region]
    notes = [] if link.region is Region.UNKNOWN else [link.region.value]
    if _is_in_page(link.url, page_url):
        notes.append("a part of this page")
        factor *= _in_page(link, address(page_url), text)
    if _ONLY_DATE.fullmatch(link.text):
        factor *= _DATE
        notes.append("only a date")
    if same_owner(link.url, page_url):
        factor *= 1.0 if _site(link.url) == _site(page_url) else _SISTER
    else:
        factor *= _ELSEWHERE
        notes.append(f"on another site, {_site(link.url)}")
        named = any(len(name) > _NAME and name in fold(link.url) for name in text.names)
        if _is_others(link, named=named, crowd=crowd):
            factor *= _SOMEONE_ELSES
            notes.append("another company's, as it seems")
        elif named:
            factor *= _NAMES_ITSELF
    return factor, tuple(notes)


def _in_page(link: PageLink, page: Witness, text: Witness) -> float:
    """A part of a policy is the policy; "Privacy Policy" in a menu of /legal is it, in other documents it is a section."""
    if page.worth >= TAKEN:
        return 1.0
    collection = page.worth > 0 and page.label is Label.HUB
    return _IN_PAGE_NAMED if collection and text.worth >= NAMED and link.region is not Region.MAIN else _IN_PAGE


def same_owner(one: str, other: str) -> bool:
    """Tell whether two addresses are of one site, or of sites with one name (`acme.fr`, `getacme.com`).

    >>> same_owner("https://policies.acme.com/", "http://www.acme.fr/"), same_owner("http://a.com/", "http://b.com/")
    (True, False)
    """
    short, long = sorted((brand_of(one), brand_of(other)), key=len)
    return bool(short) and (short == long or (len(short) > _NAME and short in long))


@lru_cache(maxsize=4096)
def brand_of(url: str) -> str:
    """Return a site's name: its registrable domain without the suffix, folded into one word; "" where there is none.

    >>> brand_of("https://www.acme-shop.co.uk/about")
    'acmeshop'
    """
    return fold(_site(url).split(".")[0]).replace(" ", "")


def _site(url: str) -> str:
    try:
        return site_of(url)
    except ValueError:
        return ""


def _is_others(link: PageLink, *, named: bool, crowd: bool) -> bool:
    """A link to another site in a sentence, a banner, or a list of vendors, unless the text says that it is ours."""
    if _CAPTCHA.search(link.around):
        return True
    before = link.around.partition("…")[0]
    ours = says_ours(" ".join([*before.split()[-_LAST_WORDS:], link.text]))
    sentence = len(link.around.split()) > _SENTENCE
    if link.region in _LISTS:
        return sentence and (named or not ours)
    return named or crowd or (not ours and (sentence or link.region in (Region.MAIN, Region.BANNER)))


def _vendors(links: Iterable[PageLink], page_url: str) -> bool:
    """Tell whether a page links to several other sites' policies."""
    telling = [link for link in links if address(link.url).worth >= INNER or _text_of(link).worth >= BARE]
    return len({_site(link.url) for link in telling if not same_owner(link.url, page_url)}) >= _VENDORS
