"""Stage 1 of extraction: a page cut down to the policy's container, as a short canonical HTML string.

Cheap (one parse, a few passes in lxml) and run for every capture; what it returns is the same for captures that
differ only in nonces, menus and other furniture, so that the expensive stage 2 runs once for all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import lxml.etree
import lxml.html

from crawler.archives.errors import ExtractError
from pipelines.furniture import (
    DEAD_TAGS,
    FURNITURE_ROLES,
    FURNITURE_TAGS,
    Kind,
    kind_of,
    names,
)

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The longest policy seen has 0.4 M characters of text, the heaviest page 5 M of HTML.
MAX_HTML_CHARS: Final = 16_000_000
# libxml2 cuts a page off, silently, at 2048 levels; browsers flatten at 512.
MAX_DEPTH: Final = 1024
# A child with this share of its parent's free text holds the policy; the rest is beside it.
_DESCENT_SHARE: Final = 0.92
# Furniture by its name or tag stays if it holds more than this share of the page's free text.
_MAX_FURNITURE_SHARE: Final = 0.3
_MAX_CONSENT_SHARE: Final = 0.6
_MAX_NAMED_SHARE: Final = 0.15
# A newsletter box with its legal small print has 600 characters.
_MAX_FORM_BRANCH_CHARS: Final = 1500
# So far up, a heading beside the container is a heading over it.
_NEAR_LEVELS: Final = 3
# So many paragraphs, headings and lists under one parent are a flow of text.
_FLOW_SIBLINGS: Final = 3
# Above this share of linked characters, a block is a menu.
_LINK_HEAVY: Final = 0.8
# Fewer free characters than this are no sentence.
_PROSE_CHARS: Final = 80

_PARSER: Final = lxml.html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True, encoding="utf-8")
_PROLOG: Final = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_UNREADABLE: Final = bytes(set(range(32)) - {9, 10, 12, 13})
_DATE_LINE: Final = re.compile(
    r"updat|effective|revis|modifi|amend|version|in force|as of|stand:|stand vom|stand \d|aktualisiert|gültig|änderung|"
    r"mise à jour|mis à jour|à jour du|vigueur|actualiza|vigor|aggiorna|bijgewerkt|ingang|zuletzt|opdateret|uppdater|oppdatert|"
    r"päivitetty|aktualizac|обновл|редакц|действу|güncelle|yürürlük|更新|生效|施行|改定|制定|개정|시행",
    re.IGNORECASE,
)
_BLOCK_TAGS: Final = frozenset(
    "address article aside blockquote body center dd details dir div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hgroup hr html li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_TEXT_TAGS: Final = frozenset(("p", "ul", "ol", "dl", "li", "blockquote", "pre", *_HEADINGS))


@dataclass(frozen=True, slots=True)
class Reduced:
    """A page after stage 1.

    :param html: the container as canonical HTML, without attributes but the links' targets; "" if nothing is left.
    :param title: the page's <title>, white space folded.
    :param language: its declared language code, "" if none.
    :param decisions: what was dropped or chosen, for the person.
    """

    html: str
    title: str
    language: str
    decisions: tuple[str, ...]


def reduce_page(html: str, url: str) -> Reduced:
    """Cut a page down to what can be policy text.

    :param url: the page's original address, for relative links.
    :raises ExtractError: larger than MAX_HTML_CHARS or nested deeper than MAX_DEPTH.
    """
    root = _parse(html)
    if root is None:
        return Reduced("", "", "", ("The page is empty.",))
    title, language = _title(root), _language(root)
    base = _base_url(root, url)
    _mark_forms(root)
    _drop_dead(root)
    body = root.find("body")
    body = root if body is None else body
    _decode_emails(body)
    weights = Weights(body)
    _drop_furniture(body, weights)
    container = _container(body, weights)
    _drop_satellites(container, weights)
    above, below = _lines_around(body, container, weights)
    decision = f"The policy's container is <{container.tag}>, {_path(container)}."
    return Reduced(_serialise([*above, container, *below], base), title, language, (decision,))


# --- reading the page -----------------------------------------------------------------------------------------


def _parse(html: str) -> HtmlElement | None:
    if len(html) > MAX_HTML_CHARS:
        raise ExtractError(f"The page has {len(html):,} characters; the limit MAX_HTML_CHARS is {MAX_HTML_CHARS:,}.")
    readable = _PROLOG.sub("", html, count=1).encode("utf-8", errors="replace").translate(None, _UNREADABLE)
    if not readable.strip():
        return None
    try:
        return lxml.html.document_fromstring(readable, parser=_PARSER)
    except lxml.etree.ParserError:
        return None


def _title(root: HtmlElement) -> str:
    found = root.find(".//title")
    return "" if found is None else " ".join(found.text_content().split())


def _language(root: HtmlElement) -> str:
    declared = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
    return declared.strip().lower()[:16]


def _base_url(root: HtmlElement, url: str) -> str:
    base = root.find(".//base[@href]")
    return url if base is None else _joined(url, base.get("href"))


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href.strip())
    except ValueError:  # a broken IPv6 address, say
        return href.strip()


def _drop(element: HtmlElement) -> None:
    """Take an element out, not the text after it."""
    parent = element.getparent()
    if parent is not None:
        element.drop_tree()


def _drop_dead(root: HtmlElement) -> None:
    for element in list(root.iter(*DEAD_TAGS)):
        _drop(element)


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
    return bytes(byte ^ raw[0] for byte in raw[1:]).decode("utf-8", errors="replace") if raw else ""


# --- weighing -------------------------------------------------------------------------------------------------


class Weights:
    """Characters of text under every element: free (in no link) and linked. White space counts once."""

    def __init__(self, root: HtmlElement) -> None:
        order = list(root.iter())
        self.free: dict[HtmlElement, int] = dict.fromkeys(order, 0)
        self.linked: dict[HtmlElement, int] = dict.fromkeys(order, 0)
        depth = {root: 0}
        for element in order:
            parent = element.getparent()
            if element is not root:
                depth[element] = depth[parent] + 1
        if max(depth.values()) > MAX_DEPTH:
            raise ExtractError(f"The page is nested deeper than {MAX_DEPTH} levels (limit MAX_DEPTH).")
        free, linked = self.free, self.linked
        for element in reversed(order):
            own = _length(element.text)
            if element.tag == "a" and element.get("href"):
                linked[element] += free[element] + own
                free[element] = 0
            else:
                free[element] += own
            if element is not root:
                parent = element.getparent()
                free[parent] += free[element] + _length(element.tail)
                linked[parent] += linked[element]

    def drop(self, element: HtmlElement) -> None:
        """Take an element out of the page, and its characters out of its ancestors; not the text after it."""
        if element.getparent() is None:
            return
        for ancestor in element.iterancestors():
            if ancestor in self.free:
                self.free[ancestor] -= self.free[element]
                self.linked[ancestor] -= self.linked[element]
        element.drop_tree()

    def link_share(self, element: HtmlElement) -> float:
        total = self.free[element] + self.linked[element]
        return self.linked[element] / total if total else 0.0


def _length(text: str | None) -> int:
    return len(" ".join(text.split())) if text else 0


# --- furniture ------------------------------------------------------------------------------------------------


def _drop_furniture(body: HtmlElement, weights: Weights) -> None:
    """Drop what is furniture by tag, role or name, whole subtrees at a time."""
    total = max(weights.free[body], 1)
    doomed = _form_branches(body, weights, total)
    walker = lxml.etree.iterwalk(body, events=("start",))
    for _, element in walker:
        if element is body or element.tag in _HEADINGS:
            continue
        if _is_furniture(element, weights, total):
            doomed.append(element)
            walker.skip_subtree()
    for element in doomed:
        weights.drop(element)


def _is_furniture(element: HtmlElement, weights: Weights, total: int) -> bool:
    tag = element.tag
    share = weights.free[element] / total
    if share > _MAX_CONSENT_SHARE or tag in _NEVER_FURNITURE:
        return False
    kind = kind_of(element)
    if tag in _INLINE_TAGS:
        return kind.screen_reader or element.get("role") in FURNITURE_ROLES
    if tag == "button":
        return not _opens_panel(element)
    if kind.consent:
        return True
    if kind.overlay and not _in_flow(element):
        return True
    if tag in FURNITURE_TAGS or element.get("role") in FURNITURE_ROLES:
        return share <= _MAX_FURNITURE_SHARE
    return share <= _MAX_NAMED_SHARE and _is_small_furniture(element, kind, weights)


def _is_small_furniture(element: HtmlElement, kind: Kind, weights: Weights) -> bool:
    """Furniture only where it is small: site headers, forms, side columns, blocks with a menu's name."""
    tag, link_share = element.tag, weights.link_share(element)
    if tag in ("form", "fieldset", "label", "legend"):
        return True
    if tag == "header" and element.find(".//h1") is None:
        return link_share > 0.5
    if kind.side:
        return link_share > 0.3
    if tag == "aside" and not _in_main(element):
        return True
    if not kind.menu:
        return False
    return link_share > 0.5 or weights.free[element] < (_PROSE_CHARS if _in_flow(element) else 3 * _PROSE_CHARS)


def _in_flow(element: HtmlElement) -> bool:
    """Does it stand among paragraphs and headings? There a name means little: `report-dialog` is text on dialogs."""
    return sum(1 for sibling in element.getparent() if sibling.tag in _TEXT_TAGS) >= _FLOW_SIBLINGS


def _in_main(element: HtmlElement) -> bool:
    return any(
        ancestor.tag in ("main", "article") or ancestor.get("role") == "main" for ancestor in element.iterancestors()
    )


_NEVER_FURNITURE: Final = frozenset(
    ("tr", "td", "th", "tbody", "thead", "html", "main", "article", "p", "details", "summary")
)
_INLINE_TAGS: Final = frozenset(("a", "span", "b", "strong", "i", "em", "small", "font", "u", "sup", "sub"))
_PANEL_NAME: Final = re.compile(r"accordion|collaps|expand|toggle|faq|question|panel|tab", re.IGNORECASE)
_FILLED_IN: Final = frozenset(("email", "text", "password", "tel", ""))


def _opens_panel(button: HtmlElement) -> bool:
    """A button that is the heading of a panel, not an action."""
    if any(
        button.get(name) is not None for name in ("aria-expanded", "aria-controls", "data-toggle", "data-bs-toggle")
    ):
        return button.get("aria-haspopup") is None
    parent = button.getparent()
    if parent.tag in _HEADINGS or parent.tag == "summary" or any(child.tag in _HEADINGS for child in button.iter()):
        return True
    return _PANEL_NAME.search(names(button)) is not None


def _form_branches(body: HtmlElement, weights: Weights, total: int) -> list[HtmlElement]:
    """The section round each form to fill in: newsletter and contact boxes with all their talk."""
    found = []
    for form in body.iter("form"):
        if form.get("data-fields") is None or weights.free[form] > _MAX_NAMED_SHARE * total:
            continue
        branch = form
        while (parent := branch.getparent()) is not None and _is_form_branch(parent, weights, total):
            branch = parent
        found.append(branch)
    return found


def _is_form_branch(element: HtmlElement, weights: Weights, total: int) -> bool:
    if element.tag in ("body", "main", "td", "tr", "table", "li") or element.find(".//h1") is not None:
        return False
    return weights.free[element] <= min(_MAX_FORM_BRANCH_CHARS, _MAX_FURNITURE_SHARE * total)


def _mark_forms(root: HtmlElement) -> None:
    """Note on each form whether it has visible fields, before these are dropped as dead."""
    for form in root.iter("form"):
        fields = [field for field in form.iter("input") if field.get("type", "").lower() in _FILLED_IN]
        if fields and (len(fields) > 1 or not _is_search(fields[0])):
            form.set("data-fields", str(len(fields)))


def _is_search(field: HtmlElement) -> bool:
    told = f"{field.get('name', '')} {field.get('id', '')} {field.get('placeholder', '')}".lower()
    return "search" in told or told.split()[:1] in (["q"], ["s"], ["query"])


# --- the container --------------------------------------------------------------------------------------------


def _container(body: HtmlElement, weights: Weights) -> HtmlElement:
    """Go down from the page's main part while one child holds nearly all free text and the rest is no text."""
    here = _main_part(body, weights)
    semantic = here is not body
    while True:
        heaviest = max(here, key=weights.free.__getitem__, default=None)
        if (
            heaviest is None
            or heaviest.tag in _TEXT_TAGS
            or weights.free[heaviest] < _DESCENT_SHARE * weights.free[here]
        ):
            return here
        if _has_text_beside(here, heaviest, weights, semantic=semantic):
            return here
        here = heaviest
        semantic = semantic or here.tag in ("main", "article")


def _main_part(body: HtmlElement, weights: Weights) -> HtmlElement:
    """The one <main> or only <article> of the page, if it holds enough; else the body."""
    total = weights.free[body]
    for path, share in (
        (".//main", 0.5),
        (".//*[@role='main']", 0.5),
        (".//article", 0.7),
        (".//*[@role='article']", 0.7),
    ):
        found = body.findall(path)
        if len(found) == 1 and weights.free[found[0]] >= share * total:
            part: HtmlElement = found[0]
            return part
    return body


def _has_text_beside(here: HtmlElement, heaviest: HtmlElement, weights: Weights, *, semantic: bool) -> bool:
    """Is there text of the document next to the heaviest child: paragraphs, or a headed section before it?"""
    before = True
    for child in here:
        if child is heaviest:
            before = False
        elif _is_prose(child, weights):
            headed = child.tag in _TEXT_TAGS or any(True for _ in child.iter(*_HEADINGS))
            if headed and (semantic or (before and child.tag in _TEXT_TAGS)):
                return True
    return _own_text(here) >= _PROSE_CHARS


def _own_text(element: HtmlElement) -> int:
    return _length(element.text) + sum(_length(child.tail) for child in element)


def _drop_satellites(container: HtmlElement, weights: Weights) -> None:
    """Drop link lists before the container's first and after its last prose."""
    order = list(container.iter())
    prose = [
        index for index, element in enumerate(order) if element.tag in _LEAF_TAGS and _is_leaf_prose(element, weights)
    ]
    if not prose:
        return
    inside = set(order[prose[0] : prose[-1] + 1])
    inside.update(ancestor for index in (prose[0], prose[-1]) for ancestor in order[index].iterancestors())
    for element in order:
        if element not in inside and _is_link_list(element, weights):
            weights.drop(element)


_LEAF_TAGS: Final = frozenset(("p", "li", "td", "div", "dd", "blockquote", "pre", "span", "section", "article"))


def _is_leaf_prose(element: HtmlElement, weights: Weights) -> bool:
    return _is_prose(element, weights) and _own_text(element) >= _PROSE_CHARS // 2


def _is_prose(element: HtmlElement, weights: Weights) -> bool:
    return weights.free[element] >= _PROSE_CHARS and weights.link_share(element) < _LINK_HEAVY


def _is_link_list(element: HtmlElement, weights: Weights) -> bool:
    """A menu: mostly links, several of them leading away from the page."""
    tag = element.tag
    if tag not in _BLOCK_TAGS or tag in _HEADINGS or weights.link_share(element) <= _LINK_HEAVY:
        return False
    outward = sum(1 for anchor in element.iter("a") if _leads_away(anchor.get("href")))
    return outward >= (4 if tag in ("p", "li") else 2)


def _leads_away(href: str | None) -> bool:
    """To another page: an address with a fragment mostly is the page's own table of contents."""
    return (
        bool(href)
        and "#" not in (href or "")
        and not (href or "").lower().startswith(("mailto:", "tel:", "javascript:"))
    )


def _lines_around(
    body: HtmlElement, container: HtmlElement, weights: Weights
) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """Headings before the container, and date lines before and after it, that stand outside it.

    Near (in the container's next _NEAR_LEVELS ancestors) every h1 and h2 counts, further up only the last h1.
    """
    above: list[HtmlElement] = []
    below: list[HtmlElement] = []
    level, here = 0, container
    while here is not body:
        for sibling in here.itersiblings(preceding=True):
            above[:0] = _lines_in(sibling, weights, near=level < _NEAR_LEVELS)
        if level < _NEAR_LEVELS:
            for sibling in here.itersiblings():
                below += [line for line in _lines_in(sibling, weights, near=False) if line.tag not in _HEADINGS]
        here, level = here.getparent(), level + 1
    return _last_h1_only(above, container), below


def _last_h1_only(above: list[HtmlElement], container: HtmlElement) -> list[HtmlElement]:
    wanted = None if container.find(".//h1") is not None else next((e for e in reversed(above) if e.tag == "h1"), None)
    return [element for element in above if element.tag != "h1" or element is wanted]


def _lines_in(part: HtmlElement, weights: Weights, *, near: bool) -> list[HtmlElement]:
    wanted = ("h1", "h2") if near else ("h1",)
    return [e for e in part.iter() if (e.tag in wanted and weights.free[e] > 0) or _is_date_line(e, weights)]


def _is_date_line(element: HtmlElement, weights: Weights) -> bool:
    size = weights.free[element]
    if not 6 < size < 100 or weights.linked[element] > size or element.tag in ("a", "b", "strong", "em", "i"):
        return False
    if any(child.tag in _BLOCK_TAGS for child in element):
        return False
    text = element.text_content()
    return any(char.isdigit() for char in text) and _DATE_LINE.search(text) is not None


# --- writing it down ------------------------------------------------------------------------------------------


def _path(element: HtmlElement) -> str:
    steps = [ancestor.tag for ancestor in element.iterancestors()]
    return "/".join(reversed(steps[:6])) or "at the top"


def _serialise(parts: list[HtmlElement], base: str) -> str:
    """The parts' HTML without attributes but the links' targets, made absolute."""
    for part in parts:
        for element in part.iter():
            href = element.get("href") if element.tag == "a" else None
            element.attrib.clear()
            if href and not href.startswith("#"):
                element.set("href", _joined(base, href))
    return "".join(lxml.html.tostring(part, encoding="unicode", with_tail=False) for part in parts)
