"""What stands beside the text and is none of it goes, however long it is and however short the text.

    dialogs, consent panels, overlays, hidden blocks ┐
    menus, footers, side columns                     ┴─ outside the text ──► gone, if a text is left without them

A share of the page can't tell a long consent panel from a short policy, and flips when either grows by a line. What
tells them apart is what would be left: the page's <main>, or prose under a heading. Where that is not left, the text
itself stands in a dialog or is hidden until a script shows it, and furniture.py goes by shares. A class hides as a style
does (`hidden`, `d-none`), unless another takes it back (`md:block`, `show`).

Inside the text the same marks mean other things: panels of accordions and tabs are hidden until somebody presses their
heading, and a class says what a section is about.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from pipelines.reading.html.vocabulary import (
    ACCEPT,
    COOKIES,
    DATE_LINE,
    HEADINGS,
    INLINE_TAGS,
    NEVER_FURNITURE,
    Kind,
    kind_of,
)
from pipelines.reading.html.weights import PROSE_CHARS, Weights
from pipelines.reading.judging.document_kind import names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

# A text has at least so many characters of prose; the shortest policies have twice as many.
_TEXT_CHARS: Final = 200
# So little may go without a look at what is left.
_SMALL_SHARE: Final = 0.3
# Without a <main>, a name alone can't make more than this of a page a menu.
_MAX_NAMED_SHARE: Final = 0.6
# A document of its own holds at least so much of the page.
_MIN_DOCUMENT_SHARE: Final = 0.4
# A headed block with as many of its like beside it is a section of the text.
_MIN_SECTIONS: Final = 3
_MAX_SECTION_LINKS: Final = 0.3
# One part of so many of the prose beside an element; furniture is no prose, or not so much of it.
_STYLE_SHARE: Final = 3
_LABEL_CHARS: Final = 200
_MAX_SIBLINGS: Final = 50
_MAX_HEADINGS: Final = 3
_MAX_HIDDEN_LEVELS: Final = 3
_MAX_BUTTONS: Final = 30
_BUTTON_CHARS: Final = 40
_DIALOG_ROLES: Final = frozenset(("dialog", "alertdialog"))
_LANDMARK_TAGS: Final = frozenset(("nav", "footer", "aside"))
# Tags that may stand beside the text without any attribute.
TELLING_TAGS: Final = _LANDMARK_TAGS | {"dialog"}
_LANDMARK_ROLES: Final = frozenset(("navigation", "contentinfo", "complementary"))
_PANEL_ROLES: Final = frozenset(("tabpanel", "region"))
_LABEL_TAGS: Final = (*HEADINGS, "button", "summary", "dt")
# Names that leave no doubt, however much of the page it is.
_FOOTERS: Final = frozenset(
    f"{of}footer{part}" for of in ("", "site-", "page-", "main-", "global-") for part in ("", "-wrapper", "-container")
)
_PROSE_TAGS: Final = ("p", "li", "td", "div", "dd", "blockquote", "pre", "section", "article", "span")
_HIDING: Final = re.compile(
    r"display\s?:\s?none|visibility\s?:\s?hidden|opacity\s?:\s?0(?:\.0+)?\s?(?:[;!]|$)", re.IGNORECASE
)
_FIXED: Final = re.compile(r"position\s?:\s?fixed", re.IGNORECASE)


class WeighedPage:
    """A page's body with its weights, and its <main> if it has one with a text."""

    def __init__(self, body: HtmlElement, weights: Weights) -> None:
        self.body, self.weights = body, weights
        mains = [*body.iter("main"), *(e for e in body.findall(".//*[@role='main']") if e.tag != "main")]
        texts = [main for main in mains if weights.free[main] >= _TEXT_CHARS] or [
            article
            for article in body.iter("article")
            if weights.free[article] >= _TEXT_CHARS and article.find(".//h1") is not None
        ]
        self.main = texts[0] if len(texts) == 1 else None
        self._around = set() if self.main is None else {self.main, *self.main.iterancestors()}

    def holds_main(self, element: HtmlElement) -> bool:
        return element in self._around

    def share(self, element: HtmlElement) -> float:
        return self.weights.free[element] / max(self.weights.free[self.body], 1)


def in_text(element: HtmlElement) -> bool:
    """Inside the page's <main> or an <article>."""
    return any(
        ancestor.tag in ("main", "article") or ancestor.get("role") == "main" for ancestor in element.iterancestors()
    )


def stands_beside(page: WeighedPage, element: HtmlElement, kind: Kind) -> bool:
    """Is it, by its marks and its place, something beside the text?"""
    tag = element.tag
    if tag in NEVER_FURNITURE or tag in INLINE_TAGS or page.holds_main(element):
        return False
    if tag == "dialog" or element.get("role") in _DIALOG_ROLES or element.get("aria-modal") == "true":
        return True
    laid_over = kind.vendor or ((kind.banner or kind.overlay) and not in_text(element))
    if laid_over and not page.weights.in_flow(element) and not is_section(element, page.weights):
        return not _is_panel(page, element, kind)
    if is_hidden(element) or kind.hidden or _FIXED.search(element.get("style", "")):
        return not in_text(element) and not _is_panel(page, element, kind)
    return _is_column(page, element, kind)


def is_hidden(element: HtmlElement) -> bool:
    """Not shown, by attribute or style; what a search in the page would find is shown."""
    if "hidden" in element.attrib:
        return bool(element.get("hidden").lower() != "until-found")
    style = element.get("style")
    return style is not None and _HIDING.search(style) is not None


def _is_column(page: WeighedPage, element: HtmlElement, kind: Kind) -> bool:
    """A menu, footer or side column, by tag, role or name."""
    landmark = element.tag in _LANDMARK_TAGS or element.get("role") in _LANDMARK_ROLES
    if not (landmark or kind.menu) or in_text(element):
        return False
    if is_tablist(element, page.weights):
        return False
    if not landmark and (
        page.weights.in_flow(element)
        or element.find(".//h1") is not None
        or is_section(element, page.weights)
        or wears_text_style(element, page.weights)
    ):
        return False
    large = page.main is None and not landmark and page.share(element) > _MAX_NAMED_SHARE
    if large and _FOOTERS.isdisjoint(f"{element.get('id', '')} {element.get('class', '')}".lower().split()):
        return False
    return not tells_date(element, page.weights)


def is_section(element: HtmlElement, weights: Weights) -> bool:
    """One of several headed sections in a row: there a name says what the section is about."""
    linked = weights.link_share(element) > _MAX_SECTION_LINKS
    if linked or not _is_headed(element) or element.find(".//form") is not None or _only_asks(element, weights):
        return False
    like = (e for e in _beside(element) if e.tag == element.tag and weights.is_prose(e) and _is_headed(e))
    return sum(1 for _ in islice(like, _MIN_SECTIONS)) == _MIN_SECTIONS


def _only_asks(element: HtmlElement, weights: Weights) -> bool:
    """A question with something to press and no more than that ("Was this helpful?"): no section, however it is headed."""
    if weights.free[element] >= PROSE_CHARS:
        return False
    return any(
        e.tag == "button" or e.get("role") == "button" for e in islice(element.iter("button", "a"), _MAX_BUTTONS)
    )


def wears_text_style(element: HtmlElement, weights: Weights) -> bool:
    """Does a third of the prose beside it share its class? Then that is how text looks here, and says nothing."""
    names = set(element.get("class", "").split())
    if not names:
        return False
    alike, all_of_them = 0, weights.free[element]
    for sibling in _beside(element):
        if weights.is_prose(sibling):
            all_of_them += weights.free[sibling]
            if not names.isdisjoint(sibling.get("class", "").split()):
                alike += weights.free[sibling]
    return _STYLE_SHARE * alike >= all_of_them > 0


def _beside(element: HtmlElement) -> Iterator[HtmlElement]:
    """The nearest siblings, on both sides."""
    for before in (True, False):
        yield from islice(element.itersiblings(preceding=before), _MAX_SIBLINGS)


def _is_headed(element: HtmlElement) -> bool:
    return next(element.iter(*HEADINGS), None) is not None


def is_tablist(element: HtmlElement, weights: Weights) -> bool:
    """The tabs' names are the headings of their panels, if the panels are of this page."""
    return element.get("role") == "tablist" and not weights.outward[element]


def tells_date(element: HtmlElement, weights: Weights) -> bool:
    """A line or two with the date of the text, not a menu or a teaser."""
    if weights.free[element] >= 2 * PROSE_CHARS or weights.outward[element] > 1:
        return False
    text = element.text_content()
    return DATE_LINE.search(text) is not None and any(char.isdigit() for char in text)


def _is_panel(page: WeighedPage, element: HtmlElement, kind: Kind) -> bool:
    """A panel of an accordion or a tab of the text: labelled, or one of several of its make."""
    if element.get("role") in _PANEL_ROLES or kind.panel:
        return True
    if page.main is not None and not in_text(element):
        return False
    if "aria-labelledby" in element.attrib or page.weights.in_flow(element):
        return True
    label = element.getprevious()
    if label is not None and label.tag not in ("header", "nav", "footer") and page.weights.free[label] < _LABEL_CHARS:
        return label.tag in _LABEL_TAGS or next(label.iter(*_LABEL_TAGS), None) is not None
    return any(page.weights.is_prose(like) for like in _its_like(element))


def is_labelled(element: HtmlElement) -> bool:
    """Does something to press, or a heading, stand before it; or is it, or what stands around it, one of several that hide?"""
    if "aria-labelledby" in element.attrib or element.get("role") in _PANEL_ROLES:
        return True
    for here in islice((element, *element.iterancestors()), _MAX_HIDDEN_LEVELS):
        label = here.getprevious()
        if label is not None and (label.tag in _LABEL_TAGS or next(label.iter(*_LABEL_TAGS), None) is not None):
            return True
        if any(is_hidden(like) or kind_of(like).hidden for like in _its_like(here)):
            return True
    return False


def _its_like(element: HtmlElement) -> Iterator[HtmlElement]:
    """Siblings of the same make: they share a class; or have none but both a language, or are both hidden."""
    names = set(element.get("class", "").split())
    for sibling in _beside(element):
        theirs = sibling.get("class", "").split()
        if sibling.tag != element.tag:
            continue
        bare = (
            not names and not theirs and (("lang" in element.attrib and "lang" in sibling.attrib) or is_hidden(sibling))
        )
        if bare or not names.isdisjoint(theirs):
            yield sibling


def consent_blocks(page: WeighedPage, accepting: list[HtmlElement]) -> list[HtmlElement]:
    """The block round each button that accepts cookies, up to the one that holds the text: a panel of any make.

    Without a <main> it must be a button by its tag, with an h1 elsewhere, and no headed text itself.
    """
    blocks = []
    for button in accepting:
        if in_text(button):
            continue
        block = button
        for ancestor in button.iterancestors():
            if ancestor.tag in NEVER_FURNITURE or page.holds_main(ancestor) or ancestor.find(".//h1") is not None:
                break
            block = ancestor
        if block is button or not COOKIES.search(block.text_content()):
            continue
        if page.main is not None or (
            button.tag == "button" and _has_few_headings(block) and page.body.find(".//h1") is not None
        ):
            blocks.append(block)
    return blocks


def _has_few_headings(block: HtmlElement) -> bool:
    return sum(1 for _ in islice(block.iter(*HEADINGS), _MAX_HEADINGS)) < _MAX_HEADINGS


# --- what would be left ---------------------------------------------------------------------------------------


def without_text(page: WeighedPage, beside: list[HtmlElement]) -> list[HtmlElement]:
    """Those of them that can go: all if a text is left, but for a document that stands in one of them; else none.

    :param beside: elements of which none is inside another.
    """
    weights, total = page.weights, page.weights.free[page.body]
    if sum(weights.free[element] for element in beside) <= _SMALL_SHARE * total:
        return beside
    chosen = set(beside)
    if not _leaves_text(page, chosen):
        return []
    documents = {e for e in beside if page.share(e) >= _MIN_DOCUMENT_SHARE and _is_document(e)}
    if documents and not any(names_in(_text(heading)) for heading in _headings(page, chosen)):
        return [element for element in beside if element not in documents]
    return beside


def _leaves_text(page: WeighedPage, chosen: set[HtmlElement]) -> bool:
    """Is there prose left, in <main> or under a heading?"""
    weights = page.weights
    if page.main is None and next(_headings(page, chosen), None) is None:
        return False
    prose = 0
    for element in (page.body if page.main is None else page.main).iter(*_PROSE_TAGS):
        if weights.is_prose(element) and weights.own(element) >= PROSE_CHARS // 2 and not _is_in(element, chosen):
            prose += weights.own(element)
            if prose >= _TEXT_CHARS:
                return True
    return False


def _headings(page: WeighedPage, chosen: set[HtmlElement]) -> Iterator[HtmlElement]:
    """The headings that are left."""
    for heading in page.body.iter(*HEADINGS):
        if page.weights.free[heading] and not _is_in(heading, chosen):
            yield heading


def _is_in(element: HtmlElement, chosen: set[HtmlElement]) -> bool:
    return element in chosen or any(ancestor in chosen for ancestor in element.iterancestors())


def _is_document(element: HtmlElement) -> bool:
    """Headed by the name of a legal document, and nothing to accept: a policy in a dialog over the site's home page."""
    named = any(names_in(_text(heading)) for heading in islice(element.iter("h1", "h2"), _MAX_HEADINGS))
    pressed = islice(element.iter("button", "a"), _MAX_BUTTONS)
    return named and not any(ACCEPT.fullmatch(button.text_content()[:_BUTTON_CHARS]) for button in pressed)


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content()[:_LABEL_CHARS].split())
