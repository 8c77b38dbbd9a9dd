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
# In UTF-8 a wide letter begins with E3 to ED: a text without such a byte is told in a fifth of the pattern's time.
_NARROW_BYTES: Final = bytes(byte for byte in range(256) if not 0xE3 <= byte <= 0xED)


class Weights:
    """What stands under every element: characters free (in no link) and linked, and links that lead away.

    White space counts once; a letter of a script without spaces counts twice. All under a link is linked, blocks and all.

    :raises ExtractError: more than MAX_ELEMENTS, or nested deeper than MAX_DEPTH.
    """

    def __init__(self, root: HtmlElement) -> None:
        self._root = root
        self._weigh_all()

    def _weigh_all(self) -> None:
        """From the last element to the first: when one has its turn, all that stands in it has been added to it."""
        order = list(self._root.iter())
        if len(order) > MAX_ELEMENTS:
            raise ExtractError(f"The page has {len(order):,} elements; the limit MAX_ELEMENTS is {MAX_ELEMENTS:,}.")
        self.free = free = dict.fromkeys(order, 0)
        self.linked, self.outward = linked, outward = free.copy(), free.copy()
        self._own = own_chars = free.copy()
        self._flow: dict[HtmlElement, bool] = {}
        levels = free.copy()  # below each
        in_link = {
            inner for link in self._root.iter("a") if len(link) and link.get("href") for inner in link.iterdescendants()
        }
        for element in reversed(order):
            inside = element in in_link
            own = length(text) if (text := element.text) else 0
            own_chars[element] += own
            if inside:
                linked[element] += own
            elif element.tag == "a" and (href := element.get("href")):
                linked[element] += free[element] + own
                free[element] = 0
                outward[element] += leads_away(href)
            else:
                free[element] += own
            if element is self._root:
                break
            parent, tail = element.getparent(), length(text) if (text := element.tail) else 0
            own_chars[parent] += tail
            free[parent] += free[element]
            linked[parent] += linked[element]
            (linked if inside else free)[parent] += tail
            outward[parent] += outward[element]
            levels[parent] = max(levels[parent], levels[element] + 1)
        if levels[self._root] > MAX_DEPTH:
            raise ExtractError(f"The page is nested deeper than {MAX_DEPTH} levels (limit MAX_DEPTH).")

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
        self._own.pop(element.getparent(), None)  # has the text after it now
        element.drop_tree()

    def own(self, element: HtmlElement) -> int:
        """Characters that stand in an element itself, as own_text counts them."""
        if element not in self._own:
            self._own[element] = own_text(element)
        return self._own[element]

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


def length(text: str | None) -> int:
    """Characters of a text, white space counted once, and those that are words of their own (Chinese, Japanese) twice.

    >>> length(" We keep  data "), length("当社は保存します")
    (12, 16)
    """
    if not text or text.isspace():
        return 0
    size = len(" ".join(text.split()))
    if text.isascii() or not text.encode(errors="replace").translate(None, _NARROW_BYTES):
        return size
    return size + len(_WIDE.findall(text))


def own_text(element: HtmlElement) -> int:
    """Characters that stand in the element itself, not in its children."""
    return length(element.text) + sum(length(child.tail) for child in element)


def leads_away(href: str) -> bool:
    """To another page: an address with a fragment mostly is the page's own table of contents."""
    return "#" not in href and not href.lower().startswith(("mailto:", "tel:", "javascript:"))
