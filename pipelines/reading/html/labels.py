"""What a dropped menu leaves behind: the label over it ("In this article"), which labels nothing any more.

    <h2>Label</h2><nav>…                    the heading, if the next thing is another heading, or nothing
    <p>Label</p><nav>contents…              a heading or a short line above a table of contents, whatever follows
    <div><h2>Label</h2><nav>…</div>         the block, which held nothing else
    <details><summary>Label</summary><nav>  the same, however it goes on

A table of contents leads to places on its own page, and no section of a text begins with one: so what stands directly
above it is its label. A menu that leads elsewhere may stand at the top of a section, whose heading stays.

A heading that names a legal document, is the first of a page without h1, or is an entry of the table itself is the
text's own and stays.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from pipelines.reading.html.vocabulary import HEADINGS, NEVER_FURNITURE
from pipelines.reading.html.weights import Weights, length, own_text
from pipelines.reading.judging.document_kind import names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_LABEL_CHARS: Final = 60
_MAX_CHARS: Final = 1000
_MIN_LINKS: Final = 3
_MAX_LEVELS: Final = 6
_MAX_CHILDREN: Final = 6
_LINE_TAGS: Final = frozenset(("p", "div", "span", "strong", "b", "button", "summary", "label"))
_BOLD: Final = ("b", "strong")
_DIGIT: Final = re.compile(r"\d")
_SENTENCE: Final = re.compile(r"[.!?;,。！？；，]\W{0,3}$")
_MAX_LINKS: Final = 200
_NEARLY_ALL: Final = 0.8


def with_labels(doomed: list[HtmlElement], body: HtmlElement, weights: Weights) -> list[HtmlElement]:
    """The elements to be dropped, and the labels of the menus among them."""
    menus = [element for element in doomed if _is_menu(element, weights)]
    if not menus:
        return doomed
    gone, first = set(doomed), _first_heading(body, weights)
    labels: list[HtmlElement] = []
    for menu in menus:
        block = _block_of(menu, gone, first, weights)
        if block is not menu:
            labels.append(block)
        elif (label := _before(menu, gone)) is not None and _is_label(label, first, weights):
            contents = _is_contents(menu, label)
            if (contents and _heads_nothing_else(label)) or (not _is_line(label) and _ends(label, menu, gone)):
                labels.append(label)
    return doomed + labels


def _is_menu(element: HtmlElement, weights: Weights) -> bool:
    """Next to nothing but links, or mostly if it says that it is one; and several of them with a text."""
    told = element.tag == "nav" or element.get("role") == "navigation"
    if weights.free[element] > min(weights.linked[element], _MAX_CHARS if told else _LABEL_CHARS):
        return False
    links = (link for link in element.iter("a") if link.get("href") and length(link.text_content()))
    return sum(1 for _ in islice(links, _MIN_LINKS)) == _MIN_LINKS


def _first_heading(body: HtmlElement, weights: Weights) -> HtmlElement | None:
    if next(body.iter("h1"), None) is not None:
        return None
    return next((heading for heading in body.iter(*HEADINGS) if weights.free[heading]), None)


def _block_of(menu: HtmlElement, gone: set[HtmlElement], first: HtmlElement | None, weights: Weights) -> HtmlElement:
    """The outermost block that holds nothing but the menu and its label; the menu itself if there is none."""
    block, here = menu, menu
    for parent in islice(menu.iterancestors(), _MAX_LEVELS):
        if (parent.tag in NEVER_FURNITURE and parent.tag != "details") or len(parent) > _MAX_CHILDREN:
            break
        others = [child for child in parent if child is not here and child not in gone and length(child.text_content())]
        if own_text(parent) or not all(_is_label(other, first, weights) for other in others):
            break
        here = parent
        if others:
            block = parent
    return block


def _is_label(element: HtmlElement, first: HtmlElement | None, weights: Weights) -> bool:
    """A heading or a short line that is not the text's own."""
    tag = element.tag
    if tag == "h1" or element is first or not (tag in HEADINGS or tag in _LINE_TAGS):
        return False
    if weights.free[element] > _LABEL_CHARS or element.find(".//h1") is not None:
        return False
    text = " ".join(element.text_content().split())
    return len(text) <= _LABEL_CHARS and not _DIGIT.search(text) and not names_in(text)


def _before(menu: HtmlElement, gone: set[HtmlElement]) -> HtmlElement | None:
    """The block directly before a menu."""
    before = menu.getprevious()
    if before is not None and before.tail and before.tail.strip():
        return None
    return next(_shown(menu.itersiblings(preceding=True), gone), None)


def _is_line(label: HtmlElement) -> bool:
    """A line of text, and neither a heading nor all in bold."""
    bold = label.tag == "p" and len(label) == 1 and label[0].tag in _BOLD and not own_text(label)
    return label.tag not in HEADINGS and not bold


def _heads_nothing_else(label: HtmlElement) -> bool:
    """A heading of any kind, or a line that is no sentence."""
    return not _is_line(label) or not _SENTENCE.search(label.text_content().strip())


def _is_contents(menu: HtmlElement, label: HtmlElement) -> bool:
    """Do nearly all links lead to places on this page, and none to the label's own?"""
    links = [link for link in islice(menu.iter("a"), _MAX_LINKS) if length(link.text_content())]
    within = sum("#" in (link.get("href") or "") for link in links)
    text = _words(label)
    return within >= _NEARLY_ALL * len(links) > 0 and all(_words(link) != text for link in links)


def _words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split()).casefold()


def _ends(label: HtmlElement, menu: HtmlElement, gone: set[HtmlElement]) -> bool:
    """Does the label's section end with the menu: is the next thing a heading as high, or nothing?"""
    if menu.tail and menu.tail.strip():
        return False
    after = next(_shown(menu.itersiblings(), gone), None)
    if after is None:
        return True
    heading = after if after.tag in HEADINGS else next(after.iter(*HEADINGS), None)
    if heading is None or (heading is not after and length(after.text)):
        return False
    return label.tag not in HEADINGS or bool(heading.tag <= label.tag)


def _shown(siblings: Iterator[HtmlElement], gone: set[HtmlElement]) -> Iterator[HtmlElement]:
    return (sibling for sibling in siblings if sibling not in gone and length(sibling.text_content()))
