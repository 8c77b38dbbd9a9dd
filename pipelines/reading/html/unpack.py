"""Text that a browser shows and a parser hides: shadow roots, inline frames, headings and items by role or style, stand-ins.

A stand-in is what a page has for browsers without frames or scripts; it counts where the page has no other text.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

import lxml.etree
import lxml.html

from pipelines.reading.html.vocabulary import BLOCK_TAGS, DEAD_TAGS, HEADINGS
from pipelines.reading.html.weights import length
from pipelines.reading.readable import readable_html

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The shortest policies have a thousand characters; "please switch on JavaScript", said at length, half of that.
_STANDIN_CHARS: Final = 600
_STANDINS: Final = ("noframes", "noscript", "template")
_MAX_FRAMES: Final = 20
_MAX_HEADING_CHARS: Final = 200
_BOLD_TAGS: Final = frozenset(("p", "div", "span", "font"))
_BOLD_STYLE: Final = re.compile(r"font-weight\s?:\s?(?:bold|[6-9]00)", re.IGNORECASE)
# ARIA 1.2: a heading without aria-level is one of the second level.
_DEFAULT_LEVEL: Final = "2"
_FLOW_TAGS: Final = BLOCK_TAGS - {"div", "section"}


def unpack(root: HtmlElement, parser: lxml.etree.HTMLParser) -> None:
    """Put such text where it is shown, in the tree given."""
    hidden = list(root.iter("iframe", *_STANDINS))
    for element in hidden:
        if element.tag == "template" and (element.get("shadowrootmode") or element.get("shadowroot")):
            element.drop_tag()
    for frame in islice((e for e in hidden if e.tag == "iframe" and e.get("srcdoc", "").strip()), _MAX_FRAMES):
        _fill(frame, frame.get("srcdoc"), parser)
        frame.tag = "div"
    for element in root.xpath("//*[@role='heading']"):
        _make_heading(element)
    for element in root.xpath("//*[@style]"):
        style = element.get("style")
        if element.tag == "p" and "mso-list:" in style:
            _make_item(element)
        elif element.tag in _BOLD_TAGS and _BOLD_STYLE.search(style):
            _make_bold(element)
    _show_standin(root, [e for e in hidden if e.tag in _STANDINS and e.getparent() is not None], parser)


def _fill(element: HtmlElement, html: str, parser: lxml.etree.HTMLParser) -> None:
    """Put the elements of an HTML text in the place of an element's own content."""
    try:
        document = lxml.html.document_fromstring(readable_html(html).encode(), parser=parser)
    except lxml.etree.ParserError:
        return
    tail = element.tail
    element.clear()
    element.tail = tail
    body = document.find("body")
    source = document if body is None else body
    element.text = source.text
    element.extend(list(source))


def _make_heading(element: HtmlElement) -> None:
    if element.tag in HEADINGS or length(element.text_content()) > _MAX_HEADING_CHARS:
        return
    if any(child.tag in _FLOW_TAGS for child in element.iterdescendants()):
        return
    level = element.get("aria-level", _DEFAULT_LEVEL)
    element.tag = f"h{level}" if f"h{level}" in HEADINGS else "h6"


def _make_bold(element: HtmlElement) -> None:
    """A line that is bold by its style."""
    if length(element.text_content()) > _MAX_HEADING_CHARS or any(
        inner.tag in BLOCK_TAGS for inner in element.iterdescendants()
    ):
        return
    if element.tag in ("span", "font"):
        element.tag = "b"
        return
    bold = element.makeelement("b")
    bold.text, element.text = element.text, None
    bold.extend(list(element))
    element.append(bold)


def _make_item(paragraph: HtmlElement) -> None:
    """A paragraph that a word processor gave a bullet; its numbers stay text."""
    for bullet in paragraph.xpath(".//span[contains(@style, 'mso-list:')]"):
        if not any(char.isalnum() for char in bullet.text_content()):
            bullet.drop_tree()
            paragraph.tag = "li"


def _show_standin(root: HtmlElement, hidden: list[HtmlElement], parser: lxml.etree.HTMLParser) -> None:
    standin = next((e for e in hidden if length(e.text_content()) >= _STANDIN_CHARS), None)
    if standin is None or _shown_chars(root) >= _STANDIN_CHARS:
        return
    if not len(standin):  # libxml2 leaves a frameset's unparsed
        _fill(standin, standin.text_content(), parser)
    standin.tag = "div"
    if root.find("body") is None:
        for frameset in root.findall("frameset"):
            frameset.tag = "body"


def _shown_chars(root: HtmlElement) -> int:
    walker = lxml.etree.iterwalk(root, events=("start", "end"))
    total = 0
    for event, element in walker:
        if event == "start" and element.tag in DEAD_TAGS:
            walker.skip_subtree()
        elif event == "start":
            total += length(element.text)
        if event == "end":
            total += length(element.tail)
    return total
