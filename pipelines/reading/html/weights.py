"""How much text stands where on a page, free and in links: what every choice of stage 1 goes by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from crawler.archives.errors import ExtractError
from pipelines.reading.html.vocabulary import TEXT_TAGS

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Browsers flatten what is deeper; libxml2 cuts a page off, silently, at 2048 levels.
MAX_DEPTH: Final = 512
# The page with the most had 20,000; every pass costs some microseconds an element.
MAX_ELEMENTS: Final = 200_000
# So many paragraphs, headings and lists under one parent are a flow of text.
_FLOW_SIBLINGS: Final = 3
_MANY: Final = 500
# Fewer free characters than this are no sentence.
PROSE_CHARS: Final = 80
# Above this share of linked characters, a block is a menu.
LINK_HEAVY: Final = 0.8
_WIDE: Final = re.compile("[\u3040-\u9fff\uac00-\ud7af]")


class Weights:
    """What stands under every element: characters free (in no link) and linked, and links that lead away.

    White space counts once; a letter of a script without spaces counts twice. All under a link is linked, blocks and all.

    :raises ExtractError: more than MAX_ELEMENTS, or nested deeper than MAX_DEPTH.
    """

    def __init__(self, root: HtmlElement) -> None:
        _refuse_monsters(root)
        self._root = root
        self._weigh_all()

    def _weigh_all(self) -> None:
        root = self._root
        order = list(root.iter())
        self.free: dict[HtmlElement, int] = dict.fromkeys(order, 0)
        self.linked: dict[HtmlElement, int] = dict.fromkeys(order, 0)
        self.outward: dict[HtmlElement, int] = dict.fromkeys(order, 0)
        self._flow: dict[HtmlElement, bool] = {}
        self._in_link = {
            inner for link in root.iter("a") if len(link) and link.get("href") for inner in link.iterdescendants()
        }
        for element in reversed(order):
            self._weigh(element)
            if element is not root:
                self._add_to(element.getparent(), element)

    def _weigh(self, element: HtmlElement) -> None:
        own = length(element.text)
        if element in self._in_link:
            self.linked[element] += own
        elif element.tag == "a" and (href := element.get("href")):
            self.linked[element] += self.free[element] + own
            self.free[element] = 0
            self.outward[element] += leads_away(href)
        else:
            self.free[element] += own

    def _add_to(self, parent: HtmlElement, element: HtmlElement) -> None:
        tail = length(element.tail)
        if element in self._in_link:
            self.linked[parent] += self.linked[element] + tail
        else:
            self.free[parent] += self.free[element] + tail
            self.linked[parent] += self.linked[element]
        self.outward[parent] += self.outward[element]

    def drop_all(self, elements: list[HtmlElement]) -> None:
        """Drop many: weighing anew is cheaper than taking each out of all its ancestors."""
        if len(elements) < _MANY:
            for element in elements:
                self.drop(element)
            return
        for element in elements:
            element.drop_tree()
        self._weigh_all()

    def drop(self, element: HtmlElement) -> None:
        """Take an element out of the page, and its characters out of its ancestors; not the text after it."""
        if element.getparent() is None:
            return
        for ancestor in element.iterancestors():
            if ancestor in self.free:
                self.free[ancestor] -= self.free[element]
                self.linked[ancestor] -= self.linked[element]
                self.outward[ancestor] -= self.outward[element]
        element.drop_tree()

    def link_share(self, element: HtmlElement) -> float:
        """Share of an element's characters that stand in links, 0…1."""
        total = self.free[element] + self.linked[element]
        return self.linked[element] / total if total else 0.0

    def is_prose(self, element: HtmlElement) -> bool:
        """Is there at least a sentence of free text?"""
        return self.free[element] >= PROSE_CHARS and self.link_share(element) < LINK_HEAVY

    def in_flow(self, element: HtmlElement) -> bool:
        """Does it stand among paragraphs and headings? There a name means little: `report-dialog` is text on dialogs."""
        parent = element.getparent()
        if parent not in self._flow:
            self._flow[parent] = sum(1 for child in parent if child.tag in TEXT_TAGS) >= _FLOW_SIBLINGS
        return self._flow[parent]


def _refuse_monsters(root: HtmlElement) -> None:
    order = list(root.iter())
    if len(order) > MAX_ELEMENTS:
        raise ExtractError(f"The page has {len(order):,} elements; the limit MAX_ELEMENTS is {MAX_ELEMENTS:,}.")
    depth = {root: 0}
    for element in order[1:]:
        depth[element] = depth[element.getparent()] + 1
    if max(depth.values()) > MAX_DEPTH:
        raise ExtractError(f"The page is nested deeper than {MAX_DEPTH} levels (limit MAX_DEPTH).")


def length(text: str | None) -> int:
    """Characters of a text, white space counted once, and those that are words of their own (Chinese, Japanese) twice.

    >>> length(" We keep  data "), length("当社は保存します")
    (12, 16)
    """
    if not text or text.isspace():
        return 0
    folded = " ".join(text.split())
    return len(folded) if folded.isascii() or not _WIDE.search(folded) else len(folded) + len(_WIDE.findall(folded))


def own_text(element: HtmlElement) -> int:
    """Characters that stand in the element itself, not in its children."""
    return length(element.text) + sum(length(child.tail) for child in element)


def leads_away(href: str) -> bool:
    """To another page: an address with a fragment mostly is the page's own table of contents."""
    return "#" not in href and not href.lower().startswith(("mailto:", "tel:", "javascript:"))
