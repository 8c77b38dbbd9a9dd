"""The links of an archived page as a reader meets them: HTML → PageLink, in the page's order.

    html ──parse──► <a>, <area>, <frame>, <iframe> ──► where to, what it says, where it stands ──► PageLink

A link says its own text; its hint is what only other readers get: title, aria-label, a picture's alt. Its place is told
by the nearest element round it that names one. Archives' prefixes are taken off the addresses.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from crawler.archives.surt import MAX_URL
from crawler.discovery.links import PageLink, Region
from pipelines.reading.html.reduce import absolute_url, page_base, page_language, parse_page
from pipelines.reading.html.vocabulary import INLINE_TAGS, kind_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# A page of a shop or a portal has some hundreds of links; of more, the first and the last half are read: menus and footer.
MAX_LINKS: Final = 4000
_TEXT_CHARS: Final = 300
_AROUND_CHARS: Final = 160
_SCRIPT_CHARS: Final = 500
_PIECES: Final = 60  # of text in one link
_ANCESTORS: Final = 40
_INLINE_ANCESTORS: Final = 4
_BY_TAG: Final = {
    "footer": Region.FOOTER,
    "nav": Region.NAV,
    "header": Region.HEADER,
    "main": Region.MAIN,
    "article": Region.MAIN,
    "dialog": Region.BANNER,
}
_BY_ROLE: Final = {
    "contentinfo": Region.FOOTER,
    "navigation": Region.NAV,
    "banner": Region.HEADER,
    "main": Region.MAIN,
    "dialog": Region.BANNER,
    "alertdialog": Region.BANNER,
}
_FOOTER: Final = re.compile(
    r"(?:^|[^a-z])(?:foot(?:er)?|colophon|bottom-?(?:bar|links|menu|nav))(?![a-z])", re.IGNORECASE
)
# The pop-ups of the 2000s: javascript:openWindow('/privacy.html',400,300).
_OPENED: Final = re.compile(r"(?:open|popup|window|location)[^'\"]{0,40}['\"]([^'\"\s]{3,300})['\"]", re.IGNORECASE)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def page_links(html: str, base_url: str) -> tuple[PageLink, ...]:
    """Return a page's links to web pages, in their order.

    :param html: the page's text, rewritten by an archive or not.
    :param base_url: the page's own address on the live web.
    :raises ExtractError: the page is longer than pipelines.reading.html.reduce.MAX_HTML_CHARS.
    """
    root = parse_page(html)
    if root is None:
        return ()
    here, language = page_base(root, base_url), page_language(root)
    elements = _bounded([element for element in root.iter("a", "area", "frame", "iframe") if _target(element)])
    last = max(len(elements) - 1, 1)
    links = (_link(element, here, place / last, language) for place, element in enumerate(elements))
    return tuple(link for link in links if link is not None)


def _bounded(elements: list[HtmlElement]) -> list[HtmlElement]:
    half = MAX_LINKS // 2
    return elements if len(elements) <= MAX_LINKS else [*elements[:half], *elements[-half:]]


def _target(element: HtmlElement) -> str:
    """Where an element leads to, if need be by the script that opens a window; "" where nowhere."""
    target = str(element.get("src" if element.tag in ("frame", "iframe") else "href") or "").strip()
    if target != "#" and not target[:11].lower().startswith("javascript:"):
        return target
    opened = _OPENED.search(f"{target[:_SCRIPT_CHARS]} {element.get('onclick', '')[:_SCRIPT_CHARS]}")
    return opened[1] if opened and ("." in opened[1] or "/" in opened[1]) else ""


def _link(element: HtmlElement, here: str, place: float, language: str) -> PageLink | None:
    url = absolute_url(here, _target(element))
    if len(url) > MAX_URL or not _is_web(url):
        return None
    return PageLink(
        url=url,
        text=_shown(element),
        hint=_hint(element),
        region=_region(element),
        place=place,
        lang=(element.get("hreflang") or element.get("lang") or language).lower()[:16],
        around=_around(element),
    )


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _shown(element: HtmlElement) -> str:
    """The text of a link as a browser shows it: "P<b>rivacy</b>" is one word, and blocks are words of their own."""
    pieces: list[str] = []
    for inner in islice(element.iter(), _PIECES):
        if isinstance(inner.tag, str) and inner.tag not in ("script", "style"):
            space = "" if inner.tag in INLINE_TAGS else " "
            pieces += [space, (inner.text or "")[:_TEXT_CHARS]]
        if inner is not element:
            pieces.append((inner.tail or "")[:_TEXT_CHARS])
    return " ".join("".join(pieces).split())[:_TEXT_CHARS]


def _hint(element: HtmlElement) -> str:
    told = [element.get(name) for name in ("title", "aria-label", "alt")]
    told += [element.get("name") for _ in range(element.tag in ("frame", "iframe"))]
    for image in islice(element.iter("img", "svg", "input"), 3):
        told += [image.get("alt"), image.get("title"), image.get("aria-label")]
    return " · ".join(dict.fromkeys(" ".join(piece.split())[:_TEXT_CHARS] for piece in told if piece))[:_TEXT_CHARS]


def _around(element: HtmlElement) -> str:
    """The sentence that a link stands in: the text right before and after it, "" for a link in a list."""
    before, after, inner = "", "", element
    for _ in range(_INLINE_ANCESTORS):
        previous, parent = inner.getprevious(), inner.getparent()
        if parent is None:
            break
        before = ((previous.tail if previous is not None else parent.text) or "") + before
        after += inner.tail or ""
        if before.strip() or parent.tag not in INLINE_TAGS:
            break
        inner = parent
    return f"{' '.join(before.split())[-_AROUND_CHARS:]} … {' '.join(after.split())[:_AROUND_CHARS]}".strip(" …")


def _region(element: HtmlElement) -> Region:
    found = Region.UNKNOWN
    for outer in islice(element.iterancestors(), _ANCESTORS):
        region = _named_region(outer)
        if region in (Region.BANNER, Region.FOOTER):
            return region
        if found is Region.UNKNOWN and region is not Region.UNKNOWN:
            found = region
    return found


def _named_region(element: HtmlElement) -> Region:
    kind = kind_of(element)
    if kind.vendor or kind.banner or kind.consent:
        return Region.BANNER
    known = _BY_TAG.get(element.tag) or _BY_ROLE.get(element.get("role", "").strip().lower())
    if known is not None:
        return known
    names = _CAMEL.sub("-", f"{element.get('id', '')} {element.get('class', '')}"[:_TEXT_CHARS])
    if _FOOTER.search(names):
        return Region.FOOTER
    return Region.NAV if kind.menu else Region.UNKNOWN
