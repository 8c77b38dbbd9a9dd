"""Which link of a page, or which address of a site, leads to its privacy policy: PageLink, URL → PolicyLink. Pure.

    link ──text, hint──► what it says ──┐
    link ──address────► what it names ──┼──► score, label, evidence ──one per page──► best first
    link ──region, sentence, owner──────┘

The words are those of policy_words, in every language at once. What a link says and what its address names are two
witnesses: the score is that of at least one being right, times what speaks against both. The weights were set on 495
real pages (benchmarks/discovery.py) and are round on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.archives.policy_text import Reading, fold, read_text
from crawler.archives.surt import site_of


class Label(StrEnum):
    """What a candidate is. Only GENERAL and HUB are ever taken as the policy; COOKIES are also consents and choices."""

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
_SHOWN: Final = 0.1  # less is no candidate
_TAKEN_LABELS: Final = (Label.GENERAL, Label.HUB)
_POLICY_LABELS: Final = (*_TAKEN_LABELS, Label.CHILDREN, Label.APPLICANTS, Label.REGIONAL, Label.PRODUCT)
# What a text is worth as a witness: names a policy, names the subject only, names it in other words.
_NAMED, _BARE, _WEAK, _LEGAL = 0.9, 0.8, 0.4, 0.25
# And an address: a witness less, since pages about privacy have such addresses too.
_PATH, _INNER_PATH, _HOST, _LEGAL_PATH = 0.6, 0.35, 0.3, 0.15
# Words left over that no table knows: a name or two are the site's; more make the text a sentence.
_LEFT_NAMED: Final = (1.0, 0.95, 0.85, 0.7, 0.55, 0.4, 0.3, 0.2)
_LEFT_BARE: Final = (1.0, 0.6, 0.4, 0.25, 0.15)
_COMBINED: Final = 0.85  # "Terms & Privacy", "Privacy & Cookies": the policy is a part of it
_HUB: Final = 0.75
_SECURITY: Final = 0.7
_TALK: Final = 0.4
_NOT_A_POLICY: Final = 0.3  # settings, consents, requests
_IN_PAGE: Final = 0.45
_ELSEWHERE: Final = 0.85  # another site: the own policy goes first
_SOMEONE_ELSES: Final = 0.4
_VENDORS: Final = 3  # links to so many other sites' policies are a list of others' policies
_SENTENCE: Final = 3
_PLACES: Final = {Region.FOOTER: 1.0, Region.NAV: 0.97, Region.HEADER: 0.97, Region.BANNER: 0.93, Region.MAIN: 0.94, Region.UNKNOWN: 0.97}
_FILE: Final = re.compile(r"\.(?:css|gif|ico|jpe?g|js|json|mp[34]|png|svg|webp|woff2?|xml|zip)$", re.IGNORECASE)
_PAGE_NAME: Final = re.compile(r"\.(?:[sx]?html?|php\d?|aspx?|jsp|cfm|do|md|pdf|txt)$", re.IGNORECASE)
# Parts of an address that name no page: languages, numbers, ids, default pages.
_NEUTRAL: Final = re.compile(
    r"[a-z]{2}(?:[-_][a-z]{2,4})?|intl|\d{1,12}|[0-9a-f-]{16,}|index|default|home|v\d+|row|all|(?=\w*\d)(?=\w*[a-z])\w{8,}", re.IGNORECASE
)
_DATED: Final = re.compile(r"(?:19|20)\d\d[-/_.]?[01]?\d?")
_ONLY_DATE: Final = re.compile(r"\W*(?:\d{1,4}\W{0,3}|[^\W\d]{3,10}\W{1,3}){1,2}\d{1,4}(?:\W{1,3}\d{1,4})?\W*")
_TRACKING: Final = re.compile(r"utm_|gclid|fbclid|ref$|hl$|lang$|locale$", re.IGNORECASE)
_CAPTCHA: Final = re.compile(r"captcha|turnstile", re.IGNORECASE)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MAX_PARTS: Final = 12


@dataclass(frozen=True, slots=True)
class _Witness:
    """What a text or an address says for its own."""

    worth: float = 0.0
    label: Label = Label.GENERAL
    why: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


_SILENT: Final = _Witness()


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
    return _candidate(url, "", _address(url))


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
    query = "&".join(piece for piece in parts.query.split("&") if piece and not _TRACKING.match(piece.partition("=")[0]))
    route = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    return host + parts.path.rstrip("/") + (f"?{query}" if query else "") + route


def _judged(link: PageLink, page_url: str, *, crowd: bool) -> PolicyLink:
    text, address = _text_of(link), _address(link.url)
    if _is_in_page(link.url, page_url) and address.worth >= TAKEN:
        text = _SILENT  # a table of contents: whatever it says leads to the policy that it stands in
    worth = 1 - (1 - text.worth) * (1 - address.worth)
    factor, notes = _circumstances(link, page_url, text, crowd=crowd)
    label = text.label if text.label is not Label.GENERAL else address.label
    if text.label is Label.GENERAL and text.worth >= _NAMED * _COMBINED and address.label in (Label.COOKIES, Label.HUB):
        label = Label.GENERAL  # "Privacy Policy" at /privacy-and-cookies or in the privacy centre
    if text.label is Label.COOKIES:
        worth = min(worth, max(text.worth, _NOT_A_POLICY))
    both = _Witness(worth * factor, label, (*text.why, *address.why, *notes))
    return _candidate(link.url, link.text, both)


def _candidate(url: str, text: str, witness: _Witness) -> PolicyLink:
    score = witness.worth
    if witness.label not in _TAKEN_LABELS:
        score *= TAKEN if witness.label in _POLICY_LABELS else KEPT
    return PolicyLink(url, text, round(min(max(score, 0.0), 0.999), 3), witness.label, witness.why)


def _is_in_page(url: str, page_url: str) -> bool:
    return "#" in url and page_key(url) == page_key(page_url)


def _text_of(link: PageLink) -> _Witness:
    """What a link shows, or, where it shows nothing, what it tells those who cannot see."""
    shown = _said(link.text, "text")
    if link.text.strip() and not _is_address(link.text):
        return shown if shown.worth or not link.hint else _weaker(_said(link.hint, "title"))
    return max((_said(piece, "title") for piece in link.hint.split(" · ")), key=lambda one: one.worth)


def _weaker(witness: _Witness) -> _Witness:
    return replace(witness, worth=witness.worth * _HUB)


def _is_address(text: str) -> bool:
    return text.strip().lower().startswith(("http://", "https://", "www."))


@lru_cache(maxsize=16384)
def _said(text: str, source: str) -> _Witness:
    reading = read_text(_CAMEL.sub(" ", text))
    if reading is None or _is_address(text):
        return _SILENT
    worth = _worth(reading, (_NAMED, _BARE, _WEAK, _LEGAL))
    label = _label(reading)
    return _Witness(worth, label, _why(source, reading, label), reading.names)


def _worth(reading: Reading, values: tuple[float, float, float, float]) -> float:
    """What a reading is worth, given what one is worth that names a policy, the subject, other words of it, legal matters."""
    named, bare, weak, legal = values
    left = round(reading.rest)
    if "privacy" in reading:
        steps = _LEFT_NAMED if "document" in reading else _LEFT_BARE
        worth = (named if "document" in reading else bare) * steps[min(left, len(steps) - 1)]
    elif "weak" in reading:
        worth = (bare if "document" in reading else weak) * _LEFT_BARE[min(left, len(_LEFT_BARE) - 1)]
    elif "cookies" in reading:
        return legal
    else:
        return legal if left == 0 and ("document" in reading or "terms" in reading) else legal * _TALK
    if "cookies" in reading or "terms" in reading:
        worth *= _COMBINED
    if "settings" in reading:
        worth *= _NOT_A_POLICY
    if "HUB" in reading:
        worth *= _HUB
    if "SECURITY" in reading:
        worth *= _SECURITY
    if "TALK" in reading:
        worth *= _TALK if "document" not in reading else _COMBINED
    return worth


_BY_WORD: Final = (
    ("CHILDREN", Label.CHILDREN), ("APPLICANTS", Label.APPLICANTS), ("REGIONAL", Label.REGIONAL), ("OLDER", Label.OLDER),
    ("PRINT", Label.PRINT), ("PRODUCT", Label.PRODUCT),
)  # fmt: skip


def _label(reading: Reading) -> Label:
    if "settings" in reading or ("cookies" in reading and "privacy" not in reading):
        return Label.COOKIES
    for word, label in _BY_WORD:
        if word in reading and ("privacy" in reading or "weak" in reading):
            return label
    if "privacy" not in reading and "weak" not in reading:
        return Label.HUB
    return Label.HUB if "HUB" in reading and "document" not in reading else Label.GENERAL


def _why(source: str, reading: Reading, label: Label) -> tuple[str, ...]:
    words = [reading.said[subject] for subject in ("privacy", "weak", "document", "settings", "cookies", "terms") if subject in reading]
    told = f"{source}: {' + '.join(words)}" + (f" ({reading.language})" if reading.language else "")
    return (told,) if label in (Label.GENERAL, Label.HUB) else (told, f"{source} says {label.value}")


@lru_cache(maxsize=16384)
def _address(url: str) -> _Witness:
    """What an address names: its path's last part that is a name, an inner part, a query's value, its host."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return _SILENT
    if _FILE.search(parts.path):
        return _SILENT
    query = [value for _name, value in parse_qsl(parts.query, max_num_fields=_MAX_PARTS * 4)] if parts.query.count("&") < _MAX_PARTS else []
    route = parts.fragment.split("/") if parts.fragment.startswith(("!", "/")) else []
    path = [unquote(piece) for piece in (*parts.path.split("/"), *route) if piece][-_MAX_PARTS:]
    pieces = [_PAGE_NAME.sub("", piece) for piece in path]
    names = [piece for piece in pieces if not _NEUTRAL.fullmatch(piece) or _names_it(piece)]
    return _path_witness((*names, *filter(_names_it, query)), host, parts.fragment)


def _path_witness(names: tuple[str, ...], host: str, fragment: str) -> _Witness:
    readings = [read_text(_CAMEL.sub(" ", name), anywhere=True) for name in names]
    last = readings[-1] if readings else None
    spot = next((at for at in reversed(range(len(readings))) if _tells(readings[at])), None)
    if spot is None:
        return _other_witness(last, names, host, fragment)
    reading = readings[spot]
    assert reading is not None
    values = (_PATH, _PATH, _WEAK * _PATH, _LEGAL_PATH)
    worth, label = _worth(reading, values), _label(reading)
    inner = " ".join(names[spot + 1 :])
    below, whole = read_text(f"privacy {inner}", anywhere=True), read_text(f"{names[spot]} {inner}", anywhere=True)
    if inner and below is not None and whole is not None:
        label = _label(below)
        worth = _worth(whole, values) if below.rest == 0 and label is Label.GENERAL else min(_worth(reading, values), _INNER_PATH)
    if any(_is_news(name) for name in names[:spot]) or _DATED.search("/".join(names[:spot])):
        worth *= _TALK
    worth -= 0.01 * min(len(names), 5)
    told = f"address: /{'/'.join(names[spot:])}"
    return _Witness(worth, label, (told,) if label in _TAKEN_LABELS else (told, f"address says {label.value}"))


def _tells(reading: Reading | None) -> bool:
    return reading is not None and ("privacy" in reading or "weak" in reading)


def _is_news(name: str) -> bool:
    reading = read_text(f"privacy {fold(name)}")
    return reading is not None and "NEWS" in reading


def _names_it(name: str) -> bool:
    return _tells(read_text(_CAMEL.sub(" ", name), anywhere=True))


def _other_witness(last: Reading | None, names: tuple[str, ...], host: str, fragment: str) -> _Witness:
    """Where no part of the path names it: the part of the page, the host, or a page about legal matters."""
    if fragment and _names_it(fragment):
        return _Witness(_HOST, Label.GENERAL, (f"address: #{fragment}",))
    if _names_it(host):
        own = any(map(_names_it, host.split(".")[:-2]))  # privacy.a.example, not privacyscreens.example
        return _Witness(_HOST if own and not names else _LEGAL_PATH, Label.HUB, (f"address: {host}",))
    if last is None:
        return _SILENT
    return _Witness(_LEGAL_PATH if last.rest < 1 else 0.0, _label(last), (f"address: /{names[-1]}",))


def _circumstances(link: PageLink, page_url: str, text: _Witness, *, crowd: bool) -> tuple[float, tuple[str, ...]]:
    """What place, owner and sentence make of a link: a factor, and what to tell the person."""
    factor = _PLACES[link.region]
    notes = [] if link.region is Region.UNKNOWN else [link.region.value]
    if _is_in_page(link.url, page_url):
        notes.append("a part of this page")
    if _is_in_page(link.url, page_url) and _address(page_url).worth < TAKEN:
        factor *= _IN_PAGE if text.worth < _NAMED or link.region is Region.MAIN else 0.7
    if _ONLY_DATE.fullmatch(link.text):
        factor *= _TALK
        notes.append("only a date")
    if not same_owner(link.url, page_url):
        factor *= _ELSEWHERE
        notes.append(f"on another site, {site_of(link.url)}")
        if _is_others(link, text, crowd=crowd):
            factor *= _SOMEONE_ELSES
            notes.append("another company's, as it seems")
    return factor, tuple(notes)


def same_owner(one: str, other: str) -> bool:
    """Tell whether two addresses are of one site, or of sites with one name (`acme.fr`, `getacme.com`)."""
    try:
        ours, theirs = site_of(one), site_of(other)
    except ValueError:
        return False
    mine, yours = sorted((ours.split(".")[0], theirs.split(".")[0]), key=len)
    return ours == theirs or mine == yours or (len(mine) > _SENTENCE and mine in yours)


def _is_others(link: PageLink, text: _Witness, *, crowd: bool) -> bool:
    """A link to another site in a sentence, a banner, or a list of vendors, unless the text says that it is ours."""
    if _CAPTCHA.search(link.around):
        return True
    sentence = len(link.around.split()) > _SENTENCE
    spoken = read_text(f"privacy {link.around[-150:]} {link.text}")
    ours = spoken is not None and "OURS" in spoken
    named = any(len(name) > _SENTENCE and name in fold(link.url) for name in text.names)
    if link.region in (Region.FOOTER, Region.NAV, Region.HEADER):
        return sentence and (named or not ours)
    return named or crowd or (not ours and (sentence or link.region in (Region.MAIN, Region.BANNER)))


def _vendors(links: Iterable[PageLink], page_url: str) -> bool:
    """Tell whether a page links to several other sites' policies."""
    seen: set[str] = set()
    for link in links:
        if _tells_privacy(link) and not same_owner(link.url, page_url):
            seen.add(site_of(link.url))
    return len(seen) >= _VENDORS


def _tells_privacy(link: PageLink) -> bool:
    return _address(link.url).worth >= _INNER_PATH or _text_of(link).worth >= _BARE
