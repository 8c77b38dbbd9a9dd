"""Finding the policy's container, dropping menus at its edges, and finding the lines that belong to it outside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipelines.reading.html.beside import is_tablist
from pipelines.reading.html.edges import is_footer_text
from pipelines.reading.html.labels import with_labels
from pipelines.reading.html.vocabulary import BLOCK_TAGS, DATE_LINE, HEADINGS, INLINE_TAGS, TEXT_TAGS
from pipelines.reading.html.weights import LINK_HEAVY, PROSE_CHARS, Weights
from pipelines.reading.judging.document_kind import names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

# A child with this share of its parent's free text holds the policy; the rest is beside it.
_DESCENT_SHARE: Final = 0.92
# The page's one <main>, or only <article>, is taken if it holds at least this share.
_MAIN_PARTS: Final = (
    (".//main", 0.5),
    (".//*[@role='main']", 0.5),
    (".//article", 0.7),
    (".//*[@role='article']", 0.7),
)
# Prose with more links is a teaser.
_MAX_PROSE_LINKS: Final = 0.3
# So far up, a heading beside the container is a heading over it.
_NEAR_LEVELS: Final = 3
# A menu amid the text has at least so many links, of so few characters on average.
_FARM_LINKS: Final = 5
_SHORT_LINK_CHARS: Final = 40
_HOME: Final = re.compile(r"(?:/|/?(?:index|default|home)\.\w{2,5})$")
_YEAR: Final = re.compile(r"(?<!\d)(?:19[89]|20\d)\d(?!\d)")
_DATE_LINE_CHARS: Final = (6, 100)
_LEAF_TAGS: Final = frozenset(("p", "li", "td", "div", "dd", "blockquote", "pre", "span", "section", "article"))


def find_container(body: HtmlElement, weights: Weights) -> HtmlElement:
    """Go down from the page's main part while one child holds nearly all free text and the rest is no text."""
    here = _main_part(body, weights)
    semantic = here is not body
    while True:
        heaviest = max(here, key=weights.free.__getitem__, default=None)
        if (
            heaviest is None
            or heaviest.tag in TEXT_TAGS
            or weights.free[heaviest] < _DESCENT_SHARE * weights.free[here]
        ):
            return here
        if _has_text_beside(here, heaviest, weights, semantic=semantic):
            return here
        here = heaviest
        semantic = semantic or here.tag in ("main", "article")


def _main_part(body: HtmlElement, weights: Weights) -> HtmlElement:
    total = weights.free[body]
    for path, share in _MAIN_PARTS:
        found = body.findall(path)
        if len(found) == 1 and weights.free[found[0]] >= share * total:
            return found[0]
    return body


def _has_text_beside(here: HtmlElement, heaviest: HtmlElement, weights: Weights, *, semantic: bool) -> bool:
    """Is there text of the document next to the heaviest child: paragraphs, or a headed section?

    In the main part, or under an h1 that stands beside the heaviest child too, every block of prose is.
    """
    titled, before = semantic, True
    for child in here:
        if child is heaviest:
            before = False
        elif _is_titled(child):
            titled = True
        elif weights.is_prose(child):
            if child.tag in TEXT_TAGS:
                if titled or before:
                    return True
            elif (titled and weights.link_share(child) < _MAX_PROSE_LINKS) or (
                _is_like(child, heaviest, weights) and next(child.iter(*HEADINGS), None) is not None
            ):
                return True
    return weights.own(here) >= PROSE_CHARS


def _is_titled(child: HtmlElement) -> bool:
    return child.tag == "h1" or (child.tag in ("header", "hgroup") and child.find(".//h1") is not None)


def _is_like(child: HtmlElement, heaviest: HtmlElement, weights: Weights) -> bool:
    """A block of the same make as the heaviest, without a link away from the page: they share a class, or neither has
    a name of any kind.
    """
    if child.tag != heaviest.tag or weights.outward[child]:
        return False
    ours, theirs = set(child.get("class", "").split()), set(heaviest.get("class", "").split())
    if ours or theirs:
        return not ours.isdisjoint(theirs)
    return not (child.get("id") or heaviest.get("id"))


# --- menus in the container -----------------------------------------------------------------------------------


def drop_satellites(container: HtmlElement, weights: Weights) -> None:
    """Drop link lists before the container's first and after its last prose, and farms of links amid it."""
    order = list(container.iter())
    prose = [index for index, element in enumerate(order) if _is_leaf_prose(element, weights)]
    while prose and is_footer_text(" ".join(order[prose[-1]].text_content().split())):
        prose.pop()
    if not prose:
        return
    inside = set(order[prose[0] : prose[-1] + 1])
    inside.update(ancestor for index in (prose[0], prose[-1]) for ancestor in order[index].iterancestors())
    satellites = [e for e in order if e is not container and _is_satellite(e, weights, inside=e in inside)]
    for element in with_labels(satellites, container, weights):
        weights.drop(element)


def _is_satellite(element: HtmlElement, weights: Weights, *, inside: bool) -> bool:
    if not _is_link_list(element, weights):
        return not inside and _leads_home(element, weights)
    return _is_farm(element, weights) if inside else not _lists_versions(element) or _is_farm(element, weights)


def _is_leaf_prose(element: HtmlElement, weights: Weights) -> bool:
    return element.tag in _LEAF_TAGS and weights.is_prose(element) and weights.own(element) >= PROSE_CHARS // 2


def _is_link_list(element: HtmlElement, weights: Weights) -> bool:
    """A menu: mostly links, several of them leading away from the page."""
    tag = element.tag
    if tag not in BLOCK_TAGS or tag in HEADINGS or weights.link_share(element) <= LINK_HEAVY:
        return False
    return weights.outward[element] >= (4 if tag in ("p", "li") else 2)


def _leads_home(element: HtmlElement, weights: Weights) -> bool:
    """Nothing but the link to the site's front page: its logo."""
    if element.tag not in BLOCK_TAGS or element.tag in HEADINGS or weights.free[element]:
        return False
    if not 0 < weights.linked[element] < _SHORT_LINK_CHARS:
        return False
    return all(_HOME.match(link.get("href", "#")) for link in element.iter("a"))


def _lists_versions(element: HtmlElement) -> bool:
    """A headed list of dates: the policy's earlier versions."""
    before = element.getprevious()
    if element.tag not in ("ul", "ol") or before is None or not (before.tag in HEADINGS or before.tag == "p"):
        return False
    return all(_YEAR.search(link.text_content()) for link in element.iter("a"))


def _is_farm(element: HtmlElement, weights: Weights) -> bool:
    """A link list amid the text that is none of it: many short links, nothing else, no heading or text beside it."""
    before, links = element.getprevious(), weights.outward[element]
    if links < _FARM_LINKS or weights.free[element] >= links or (before is not None and before.tag in HEADINGS):
        return False
    return weights.linked[element] < _SHORT_LINK_CHARS * links and not weights.in_flow(element)


# --- lines outside the container ------------------------------------------------------------------------------


def lines_around(
    body: HtmlElement, container: HtmlElement, weights: Weights
) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """Headings and tabs before the container, and date lines before and after it, that stand outside it.

    Near (beside the container's next _NEAR_LEVELS ancestors) every h2 counts, and what stands under a title in its own
    block, however short; further up only the last h1.
    """
    above: list[HtmlElement] = []
    below: list[HtmlElement] = []
    level, here = 0, container
    while here is not body:
        near = level < _NEAR_LEVELS
        for sibling in here.itersiblings(preceding=True):
            above[:0] = _lines_in(sibling, weights, near=near)
        for sibling in here.itersiblings() if near else ():
            below += [line for line in _lines_in(sibling, weights, near=False) if line.tag not in HEADINGS]
        here, level = here.getparent(), level + 1
    return _last_h1_only(above, container), below


def _last_h1_only(above: list[HtmlElement], container: HtmlElement) -> list[HtmlElement]:
    wanted = None
    if container.find(".//h1") is None:
        wanted = next((element for element in reversed(above) if element.tag == "h1"), None)
    return [element for element in above if element.tag != "h1" or element is wanted]


def _lines_in(part: HtmlElement, weights: Weights, *, near: bool) -> list[HtmlElement]:
    wanted = ("h1", "h2") if near else ("h1",)
    title = next(part.iter("h1"), None) if near else None
    led = [] if title is None else list(_under_title(title, part, weights))
    within = {inner for block in led for inner in block.iterdescendants()}
    lines = {
        e
        for e in part.iter()
        if (e.tag in wanted and weights.free[e] > 0) or _is_date_line(e, weights) or (near and is_tablist(e, weights))
    }
    return [e for e in part.iter() if e in (lines - within).union(led)]


def _under_title(title: HtmlElement, part: HtmlElement, weights: Weights) -> Iterator[HtmlElement]:
    """What stands behind the title of a legal document in the block that it heads: its introduction."""
    if title is part or not names_in(" ".join(title.text_content().split())):
        return
    here = title
    while here is not part:
        for block in here.itersiblings():
            if weights.free[block] and block.tag not in INLINE_TAGS and weights.link_share(block) < _MAX_PROSE_LINKS:
                yield block
        here = here.getparent()


def _is_date_line(element: HtmlElement, weights: Weights) -> bool:
    size, (least, most) = weights.free[element], _DATE_LINE_CHARS
    if not least < size < most or weights.linked[element] > size or element.tag in ("a", "b", "strong", "em", "i"):
        return False
    if any(child.tag in BLOCK_TAGS for child in element):
        return False
    text = element.text_content()
    return any(char.isdigit() for char in text) and DATE_LINE.search(text) is not None
