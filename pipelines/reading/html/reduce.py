"""Stage 1 of extraction: a page cut down to the policy's container, as a short canonical HTML string.

    HTML ──parse──► tree ──hints──► without what has no text ──► its serialisation, seen before? ──► Reduced
                                                             └── else menus, tools, other documents go ──► Reduced

What it returns is the same for captures that differ only in nonces, menus and other furniture, so that stage 2 runs once
for all of them. It runs once itself for captures that differ only in scripts, styles, pictures and the page's head: all
that comes after these are gone is a function of the tree that is left, its address and what is asked of it, and XML tells
each tree apart from every other (memo.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import lxml.etree
import lxml.html

from crawler.archives.errors import ExtractError
from crawler.targets.hints import ANY_PART, Asked, Hint
from pipelines.reading.html.container import drop_satellites, find_container, lines_around
from pipelines.reading.html.declared import Narrowed, narrow
from pipelines.reading.html.furniture import drop_furniture, mark_forms
from pipelines.reading.html.memo import Memo
from pipelines.reading.html.repair import repaired
from pipelines.reading.html.unpack import unpack
from pipelines.reading.html.vocabulary import ASIDE, BLOCK_TAGS, DEAD_TAGS, JUMP, TOGGLE
from pipelines.reading.html.weights import Weights
from pipelines.reading.parts.parts import Cut, cut_part, labels_of
from pipelines.reading.readable import readable, readable_utf8

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from pipelines.model import PagePart

# The longest policy seen has 0.4 M characters of text, the heaviest page 5 M of HTML.
MAX_HTML_CHARS: Final = 16_000_000
# Old sites show their terms in a <textarea> to scroll in; shorter ones are to be filled in.
_TEXTAREA_CHARS: Final = 1000

_PARSER: Final = lxml.etree.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True, encoding="utf-8")
# All elements are of one class: the parser of lxml.html asks a function in Python for that of each, whenever it is seen.
_PARSER.set_element_class_lookup(lxml.etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement))
_PROLOG: Final = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_PAGE_END: Final = re.compile(r"</(?:body|html)\s{0,9}>", re.IGNORECASE)
_HEADING_TAG: Final = re.compile(r"<(/?)h([1-6])(?=[\s>/])", re.IGNORECASE)
_PARAGRAPH_TAG: Final = re.compile(r"<(/?)p(?:\s[^<>]{0,500})?>", re.IGNORECASE)
_HEADING_CHARS: Final = 2000
# An archive's rewritten address: any prefix, 14 digits with or without a modifier ("id_"), the original address.
_REWRITTEN: Final = re.compile(
    r"^(?:https?:)?[^?#]{0,200}?/\d{14}(?:[a-z]{2}_)?/(?=(?:https?:/|mailto:))", re.IGNORECASE
)
_TOGGLE_CHARS: Final = 30
_ASIDE_CHARS: Final = 80
_LINE_ENDS: Final = BLOCK_TAGS | {"br", "button"}
_TICKS: Final = ("checkbox", "radio")
_CELLS: Final = ("td", "th")
_SPANS: Final = ("colspan", "rowspan")
# Without text, and read by nothing below but declared selectors: what captures of one page differ in most. Of 711 captures
# of three policies 668 have a payload of their own, 157 a page without these, 44 a reduced page.
_TEXTLESS: Final = ("script", "style", "link", "meta", "img")


@dataclass(frozen=True, slots=True)
class Reduced:
    """A page after stage 1.

    :param html: the container as canonical HTML, without attributes but links' targets and cells' spans; "" if nothing is left.
    :param title: the page's <title>, white space folded.
    :param language: its declared language code, "" if none.
    :param decisions: what was dropped or chosen, for the person.
    :param parts: the documents that the page holds, () for a page of one; `part` is the title of the one that is left.
    """

    html: str
    title: str
    language: str
    decisions: tuple[str, ...]
    parts: tuple[PagePart, ...] = ()
    part: str = ""


_MEMO: Final[Memo[Reduced]] = Memo(lambda reduced: len(reduced.html) + len(reduced.title))


def reduce_page(
    html: str, url: str, hints: Sequence[Hint] = (), asked: Asked = ANY_PART, *, utf8: bytes = b""
) -> Reduced:
    """Cut a page down to what can be policy text.

    :param url: the page's original address, for relative links.
    :param hints: parts of the page that others declared to be the policy (pipelines/reading/html/declared.py).
    :param asked: which document, where the page holds several (pipelines/reading/parts/parts.py).
    :param utf8: the same HTML in UTF-8, if it is at hand.
    :raises ExtractError: larger than MAX_HTML_CHARS, or more or deeper elements than weights.py allows.
    """
    root = parse_page(html, utf8)
    if root is None:
        return Reduced("", "", "", ("The page is empty.",))
    page = _PageFrame(_title(root), page_language(root), url, page_base(root, url))
    narrowed = narrow(root, hints) if hints else None
    lxml.etree.strip_elements(root, *_TEXTLESS, with_tail=False)
    return _MEMO.get(root, (page, narrowed, asked), lambda: _reduce(root, page, narrowed, asked))


@dataclass(frozen=True, slots=True)
class _PageFrame:
    """What is read of a page before it is cut down."""

    title: str
    language: str
    url: str
    base: str


def _reduce(root: HtmlElement, page: _PageFrame, narrowed: Narrowed | None, asked: Asked) -> Reduced:
    """What depends on the arguments alone; the tree is used up."""
    unpack(root, _PARSER)
    labels = labels_of(root)  # before menus go
    mark_forms(root)
    _drop_dead(root)
    body = root.find("body")
    body = root if body is None else body
    _decode_emails(body)
    weights = Weights(body)
    drop_furniture(body, weights)
    cut = (
        Cut() if narrowed and narrowed.parts else cut_part(body, weights, labels, asked, title=page.title, url=page.url)
    )
    if cut.parts:
        weights = Weights(body)
    several = narrowed is not None and narrowed.parts > 1  # together they are the policy
    container = body if several else find_container(body, weights)
    drop_satellites(container, weights)
    above, below = lines_around(body, container, weights)
    told = [narrowed.decision] if narrowed else []
    told += [cut.decision] if cut.decision else []
    decision = f"The policy's container is <{container.tag}>, {_path(container)}."
    html = _serialise([*above, container, *below], page.base)
    part = cut.taken.title if cut.taken else ""
    return Reduced(html, page.title, page.language, (*told, decision), cut.parts, part)


# --- reading the page -----------------------------------------------------------------------------------------


def parse_page(html: str, utf8: bytes = b"") -> HtmlElement | None:
    """Return the tree of a page, None of one without anything in it.

    :param utf8: the same HTML in UTF-8, if it is at hand: a page's length is in its scripts, and encoding it takes long.
    :raises ExtractError: larger than MAX_HTML_CHARS.
    """
    if len(html) > MAX_HTML_CHARS:
        raise ExtractError(f"The page has {len(html):,} characters; the limit MAX_HTML_CHARS is {MAX_HTML_CHARS:,}.")
    encoded = utf8 or html.encode("utf-8", errors="surrogatepass")
    clean = readable_utf8(encoded)
    text = html if clean is encoded else clean.decode("utf-8")
    closed = _close_headings(_PROLOG.sub("", _reopened(text), count=1))
    if not closed or closed.isspace():
        return None
    try:
        return lxml.html.document_fromstring(clean if closed is text else closed.encode(), parser=_PARSER)
    except lxml.etree.ParserError:
        return None


def _reopened(html: str) -> str:
    """Text after </body> or </html> is text in browsers (HTML 13.2.6.4.19); libxml2 stops there."""
    end = _PAGE_END.search(html)
    if end is None or not _PAGE_END.sub("", html[end.end() :]).strip():
        return html
    return _PAGE_END.sub("", html)


def _close_headings(html: str) -> str:
    """Headings as browsers read them (HTML 13.2.6.4.7): </h3> ends an open <h2>, and a <p> in them stays in them.

    In libxml2 the first would go on, and the second would end them.
    """
    parts, done, level, begin = [], 0, "", 0
    for tag in _HEADING_TAG.finditer(html):
        if not tag.group(1):
            level, begin = tag.group(2), tag.end()
            continue
        if level and tag.start() - begin < _HEADING_CHARS and _PARAGRAPH_TAG.search(html, begin, tag.start()):
            parts += [html[done:begin], _PARAGRAPH_TAG.sub(r"<\1span>", html[begin : tag.start()])]
            done = tag.start()
        if level and tag.group(2) != level:
            parts += [html[done : tag.start(2)], level]
            done = tag.end(2)
        level = ""
    return "".join([*parts, html[done:]]) if parts else html


def _title(root: HtmlElement) -> str:
    found = root.find(".//title")
    return "" if found is None else " ".join(repaired(found.text_content()).split())


def page_language(root: HtmlElement) -> str:
    declared = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
    return declared.strip().lower()[:16]


def page_base(root: HtmlElement, url: str) -> str:
    base = root.find(".//base[@href]")
    return url if base is None else absolute_url(url, base.get("href"))


def absolute_url(base: str, href: str) -> str:
    original = _REWRITTEN.sub("", href.strip(), count=1)
    try:
        return urljoin(base, original)
    except ValueError:  # a broken IPv6 address, say
        return original


def _drop(element: HtmlElement) -> None:
    """Take an element out, not the text after it."""
    parent = element.getparent()
    if parent is not None:
        element.drop_tree()


def _drop_dead(root: HtmlElement) -> None:
    """Drop scripts, pictures, fields; and anchors without text, which split lists and words in some parsers."""
    for element in list(root.iter(*DEAD_TAGS)):
        if element.tag == "textarea" and len(element.text or "") > _TEXTAREA_CHARS:
            element.tag = "pre"
        else:
            if element.get("type", "").lower() in _TICKS and next(element.iterancestors("form"), None) is not None:
                element.tail = None  # "I have read and accept this"
            _drop(element)
    for anchor in list(root.iter("a")):
        if anchor.get("data-cfemail") is None and (_is_empty_mark(anchor) or _is_tool(anchor)):
            _drop(anchor)
        elif anchor.get("href") is None and any(child.tag in BLOCK_TAGS for child in anchor):
            anchor.drop_tag()  # <a name="x"> that nobody closed goes round the rest of the page
        else:
            _drop_asides(anchor)


def _drop_asides(anchor: HtmlElement) -> None:
    for span in list(anchor.iter("span", "small", "i", "em")) if len(anchor) else ():
        if ASIDE.fullmatch(span.text_content()[:_ASIDE_CHARS]):
            _drop(span)


def _is_empty_mark(anchor: HtmlElement) -> bool:
    return not len(anchor) and _is_mark(anchor.text or "")


def _is_tool(anchor: HtmlElement) -> bool:
    """A link that prints the page, shows more of it, or leads to its top or its text and stands alone."""
    href = anchor.get("href", "").strip().lower()
    if not href.startswith(("#", "javascript:")):
        return False
    text = anchor.text_content().strip()
    if "print(" in href or "print(" in anchor.get("onclick", ""):
        return True
    if len(text) < _TOGGLE_CHARS and TOGGLE.search(anchor.get("class", "")):
        return True
    return JUMP.fullmatch(text) is not None and _has_own_line(anchor)


def _has_own_line(anchor: HtmlElement) -> bool:
    """Nothing but other links and white space stands between it and the next blocks."""
    before, after = anchor.getprevious(), anchor.getnext()
    lead = anchor.getparent().text if before is None else before.tail
    if (lead or "").strip() or (anchor.tail or "").strip():
        return False
    return all(beside is None or beside.tag == "a" or beside.tag in _LINE_ENDS for beside in (before, after))


def _is_mark(text: str) -> bool:
    """Nothing, or the sign by which a heading offers a link to itself: "#", "¶", "§"."""
    return len(text.strip()) <= 1 and not text.strip().isalnum()


def _decode_emails(body: HtmlElement) -> None:
    """Put Cloudflare's obfuscated addresses back: data-cfemail, and links to /cdn-cgi/l/email-protection#…"""
    for element in list(body.iter("a", "span")):
        code = element.get("data-cfemail")
        href = element.get("href") or ""
        if code is None and "/cdn-cgi/l/email-protection#" in href:
            code = href.partition("#")[2]
            element.set("href", "mailto:" + decode_cfemail(code))
            if element.find(".//*[@data-cfemail]") is not None or "[email" not in element.text_content():
                continue
        if code and (address := decode_cfemail(code)):
            tail = element.tail
            element.clear()
            element.tail = tail
            element.text = address


def decode_cfemail(code: str) -> str:
    """The address behind Cloudflare's code: hex, the first byte is the key of an XOR; "" if it is no such code.

    >>> decode_cfemail("1b72757d745b7e637a766b777e35787476")
    'info@example.com'
    """
    try:
        raw = bytes.fromhex(code.partition("?")[0])
    except ValueError:
        return ""
    return readable(bytes(byte ^ raw[0] for byte in raw[1:]).decode("utf-8", errors="replace")) if raw else ""


# --- writing it down ------------------------------------------------------------------------------------------


def _path(element: HtmlElement) -> str:
    steps = [ancestor.tag for ancestor in element.iterancestors()]
    return "/".join(reversed(steps[:6])) or "at the top"


def _serialise(parts: list[HtmlElement], base: str) -> str:
    """The parts' HTML without attributes but the links' targets, made absolute, and the spans of cells."""
    absolute: dict[str, str] = {}
    for part in parts:
        for element in part.iter():
            if not element.keys():
                continue
            tag = element.tag
            href = element.get("href") if tag == "a" else None
            spans = [(name, span) for name in _SPANS if (span := element.get(name))] if tag in _CELLS else ()
            element.attrib.clear()
            for name, span in spans:
                element.set(name, span)
            if href and not href.lower().startswith(("#", "javascript:")):
                if href not in absolute:
                    absolute[href] = absolute_url(base, href)
                element.set("href", absolute[href])
    written = (lxml.etree.tostring(part, method="html", encoding="unicode", with_tail=False) for part in parts)
    return repaired("".join(written))
