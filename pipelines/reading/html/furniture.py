"""Dropping what is furniture by tag, role or name, whole subtrees at a time.

all blocks ──beside.py──► those beside the text: gone whatever their size, if a text is left
└───────► the others: furniture by name, and by their share of what is left
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

import lxml.etree

from pipelines.reading.html.beside import (
    TELLING_TAGS,
    WeighedPage,
    consent_blocks,
    in_text,
    is_hidden,
    is_labelled,
    is_section,
    is_tablist,
    stands_beside,
    tells_date,
    wears_text_style,
    without_text,
)
from pipelines.reading.html.labels import with_labels
from pipelines.reading.html.vocabulary import (
    ACCEPT,
    COOKIES,
    FURNITURE_ROLES,
    FURNITURE_TAGS,
    HEADINGS,
    INLINE_TAGS,
    LANGUAGE,
    NAMELESS,
    NEVER_FURNITURE,
    NOTICE_ROLES,
    Kind,
    kind_of,
)
from pipelines.reading.html.weights import PROSE_CHARS, Weights, length

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# A widget or overlay holds at most this share of a page's free text; more, and it is the page.
_MAX_WIDGET_SHARE: Final = 0.6
# The same for menus, footers and side columns by tag or name, and for things that are furniture if small.
_MAX_MENU_SHARE: Final = 0.3
_MAX_SMALL_SHARE: Final = 0.15
# If no more than this of the free text would be left, the names misled: the text itself stands in an overlay.
_MIN_KEPT_SHARE: Final = 0.2
_MIN_KEPT_CHARS: Final = 300
# A newsletter box with its legal small print has 600 characters.
_MAX_FORM_BRANCH_CHARS: Final = 1500
_MAX_FORMS: Final = 30
_MIN_LANGUAGES: Final = 3
_MAX_LANGUAGES: Final = 12  # so many are enough to tell
_MAX_SIBLINGS: Final = 50
_MAX_BUTTONS: Final = 30
_MAX_PROMPT_DEPTH: Final = 8
_BUTTON_CHARS: Final = 40
_PROMPT_CHARS: Final = 40  # less is no sentence
_MAX_SWITCHES: Final = 1000
_PANEL_SWITCHES: Final = 2
_LIVE: Final = ("polite", "assertive")
_PANEL_BUTTONS: Final = 2
# Copies of a block for narrow and wide screens: shorter ones may be repeated by the author.
_MIN_COPY_CHARS: Final = 1500
# Tags that say something without any attribute.
_TELLING_TAGS: Final = FURNITURE_TAGS | frozenset(("ul", "ol", "button", "form", "fieldset", "aside", "header"))
_FIELD_TYPES: Final = frozenset(("email", "text", "password", "tel", ""))


def mark_forms(root: HtmlElement) -> None:
    """Note on each form how many fields it has to fill in, and on each block its switches, before they are dropped."""
    for switch in islice(root.iter("input"), _MAX_SWITCHES):
        if switch.get("type", "").lower() in ("checkbox", "radio"):
            for block in switch.iterancestors("div", "section", "aside"):
                block.set("data-switches", str(int(block.get("data-switches", "0")) + 1))
    for form in root.iter("form", "fieldset"):
        fields = [field for field in form.iter("input") if field.get("type", "").lower() in _FIELD_TYPES]
        if len(fields) > 1 or (fields and not _is_search(fields[0])):
            form.set("data-fields", str(len(fields)))


def _is_search(field: HtmlElement) -> bool:
    told = f"{field.get('name', '')} {field.get('id', '')} {field.get('placeholder', '')}".lower()
    return "search" in told or told.split()[:1] in (["q"], ["s"], ["query"])


def drop_furniture(body: HtmlElement, weights: Weights) -> None:
    """Drop menus, footers, forms, overlays, consent widgets, action buttons and doubled text."""
    page = WeighedPage(body, weights)
    beside: list[HtmlElement] = []
    walker = lxml.etree.iterwalk(body, events=("start",))
    for _, element in walker:
        if (element.tag in TELLING_TAGS or element.keys()) and stands_beside(page, element, kind_of(element)):
            beside.append(element)
            walker.skip_subtree()
    accepting = _accepting(body)
    beside = without_text(page, _outermost(beside + consent_blocks(page, accepting)))
    weights.drop_all(_outermost(with_labels(beside, body, weights)))
    _drop_small(body, weights, accepting)
    _drop_copies(body, weights)


def _drop_small(body: HtmlElement, weights: Weights, accepting: list[HtmlElement]) -> None:
    """Drop what is furniture if it is small, measured by what is left."""
    total = max(weights.free[body], 1)
    doomed = _form_branches(body, weights, total) + _prompts(accepting, body, weights, total)
    walker = lxml.etree.iterwalk(body, events=("start",))
    for _, element in walker:
        told = element.tag in _TELLING_TAGS or element.keys()
        if told and element is not body and _is_furniture(element, weights, total):
            doomed.append(element)
            walker.skip_subtree()
    doomed = _outermost(doomed)
    kept = total - sum(weights.free[element] for element in doomed)
    if kept < min(_MIN_KEPT_SHARE * total, _MIN_KEPT_CHARS):
        doomed = [element for element in doomed if weights.free[element] < _MIN_KEPT_SHARE * total]
    weights.drop_all(_outermost(with_labels(doomed, body, weights)))


def _outermost(elements: list[HtmlElement]) -> list[HtmlElement]:
    """Each element once, without those inside another."""
    chosen = dict.fromkeys(elements)
    return [element for element in chosen if not any(ancestor in chosen for ancestor in element.iterancestors())]


def _is_furniture(element: HtmlElement, weights: Weights, total: int) -> bool:
    tag, share = element.tag, weights.free[element] / total
    if share > _MAX_WIDGET_SHARE or tag in NEVER_FURNITURE or is_tablist(element, weights):
        return False
    kind = kind_of(element)
    if tag in INLINE_TAGS:
        return _is_inline_furniture(element, kind, weights)
    if tag == "button":
        return not _opens_panel(element, kind, weights)
    return kind.vendor or _is_block_furniture(element, kind, weights, share)


def _is_inline_furniture(element: HtmlElement, kind: Kind, weights: Weights) -> bool:
    if kind.menu and weights.outward[element]:
        return element.getparent().tag in ("td", "div", "center")
    return kind.screen_reader or kind.vendor or element.get("role") in FURNITURE_ROLES


def _is_block_furniture(element: HtmlElement, kind: Kind, weights: Weights, share: float) -> bool:
    if element.tag in ("ul", "ol") and _lists_languages(element):
        return True
    if _is_unseen_message(element, kind, weights):
        return True
    if kind is not NAMELESS and is_section(element, weights):
        return False
    if (kind.banner or (kind.consent and _asks(element, share))) and element.find(".//h1") is None:
        return True
    laid_over = _is_settings_panel(element) or (kind.overlay and not weights.in_flow(element))
    if laid_over and not in_text(element):
        return True
    return _is_menu(element, kind, weights, share) or (
        share <= _MAX_SMALL_SHARE and _is_small_furniture(element, kind, weights)
    )


def _is_unseen_message(element: HtmlElement, kind: Kind, weights: Weights) -> bool:
    """A short line that a script shows when something happens ("You are offline"), amid the text as well.

    What is hidden below a label of its own, or is one of several hidden blocks, is a panel of the text, however short.
    """
    if not (is_hidden(element) or kind.hidden) or not 0 < weights.free[element] < PROSE_CHARS:
        return False
    if kind.panel or weights.linked[element] or any(char.isdigit() for char in element.text_content()):
        return False
    if element.get("role") in NOTICE_ROLES or element.get("aria-live") in _LIVE or kind.overlay:
        return True
    return not is_labelled(element)


def _lists_languages(element: HtmlElement) -> bool:
    """A language picker: its items are the languages' own names."""
    names = 0
    for item in islice(element.iter("li"), _MAX_LANGUAGES):
        if not LANGUAGE.match(" ".join(item.text_content().split())):
            return False
        names += 1
    return names >= _MIN_LANGUAGES


def _asks(element: HtmlElement, share: float) -> bool:
    """A home-made consent banner has something to press, or is next to nothing; a section on cookies has not."""
    pressed = any(
        e.tag == "button" or e.get("role") == "button" or e.get("onclick")
        for e in element.iter("button", "a", "div", "span")
    )
    if pressed or any((a.get("href") or "#").startswith(("#", "javascript:")) for a in element.iter("a")):
        return True
    return share < 0.03 and not any(char.isdigit() for char in element.text_content())


def _is_settings_panel(element: HtmlElement) -> bool:
    """A consent manager's preferences, whatever it is called: several switches, several buttons, no headline."""
    switches = element.get("data-switches", "")
    if not switches.isdecimal() or int(switches) < _PANEL_SWITCHES or element.find(".//h1") is not None:
        return False
    return sum(1 for _ in element.iter("button")) >= _PANEL_BUTTONS


def _is_menu(element: HtmlElement, kind: Kind, weights: Weights, share: float) -> bool:
    if share > _MAX_MENU_SHARE:
        return False
    tag, role = element.tag, element.get("role")
    if tag == "footer" and in_text(element) and tells_date(element, weights):
        return False
    if tag in FURNITURE_TAGS or role in FURNITURE_ROLES:
        return tag != "menu" or weights.link_share(element) > 0.5  # HTML 3.2 had it for lists
    if role in NOTICE_ROLES or kind.menu:
        if weights.in_flow(element) or (in_text(element) and share > _MAX_SMALL_SHARE):
            return False
        return kind.menu or not _stands_amid(element, weights)
    return False


def _stands_amid(element: HtmlElement, weights: Weights) -> bool:
    """Is there prose beside it on both sides?"""
    return all(
        any(weights.is_prose(e) for e in islice(element.itersiblings(preceding=before), _MAX_SIBLINGS))
        for before in (True, False)
    )


def _is_small_furniture(element: HtmlElement, kind: Kind, weights: Weights) -> bool:
    """Furniture only where it is small: site headers, forms, asides, blocks with a telling name."""
    return _is_small_by_name(element, kind, weights) and not tells_date(element, weights)


def _is_small_by_name(element: HtmlElement, kind: Kind, weights: Weights) -> bool:
    tag, link_share = element.tag, weights.link_share(element)
    if tag == "form" or (tag == "fieldset" and element.get("data-fields")):
        return True
    if tag == "aside" and not in_text(element):
        return True
    if tag == "header" and element.find(".//h1") is None:
        return link_share > 0.5
    if not (kind.small or kind.menu) or wears_text_style(element, weights):
        return False
    return link_share > 0.5 or weights.free[element] < (PROSE_CHARS if weights.in_flow(element) else 3 * PROSE_CHARS)


def _opens_panel(button: HtmlElement, kind: Kind, weights: Weights) -> bool:
    """A button that is the heading of a panel, not an action."""
    if any(
        button.get(name) is not None for name in ("aria-expanded", "aria-controls", "data-toggle", "data-bs-toggle")
    ):
        return button.get("aria-haspopup") is None
    parent = button.getparent()
    if kind.panel or parent.tag in HEADINGS or parent.tag == "summary" or any(e.tag in HEADINGS for e in button.iter()):
        return True
    if "print(" in button.get("onclick", ""):
        return False
    panel = button.getnext()
    if panel is None or panel.tag != "div" or panel not in weights.free or not weights.is_prose(panel):
        return False
    return not _begins_with_heading(panel)


def _begins_with_heading(block: HtmlElement) -> bool:
    """Such a block has its own heading: what stands before it is none."""
    here = block
    while not length(here.text) and len(here):
        here = here[0]
        if here.tag in HEADINGS:
            return True
    return False


def _form_branches(body: HtmlElement, weights: Weights, total: int) -> list[HtmlElement]:
    """The section round each form to fill in: newsletter and contact boxes with all their talk.

    Beside a text under an h1 it may be longer than the text.
    """
    titled = next(body.iter("h1"), None) is not None
    most = min(_MAX_FORM_BRANCH_CHARS, (_MAX_WIDGET_SHARE if titled else _MAX_MENU_SHARE) * total)
    found = []
    for form in islice(body.iter("form"), _MAX_FORMS):
        if form.get("data-fields") is None or weights.free[form] > _MAX_SMALL_SHARE * total:
            continue
        branch = form
        while (parent := branch.getparent()) is not None and _is_form_branch(parent, weights, most):
            branch = parent
        found.append(branch)
    return found


def _accepting(body: HtmlElement) -> list[HtmlElement]:
    """The page's buttons that accept cookies, or look like it."""
    pressed = (
        e
        for e in body.iter("button", "a")
        if e.get("href", "#").startswith(("#", "javascript:")) and ACCEPT.fullmatch(e.text_content()[:_BUTTON_CHARS])
    )
    return list(islice(pressed, _MAX_BUTTONS))


def _prompts(accepting: list[HtmlElement], body: HtmlElement, weights: Weights, total: int) -> list[HtmlElement]:
    """The block round each button that accepts cookies, whatever it is called."""
    left = (button for button in accepting if any(ancestor is body for ancestor in button.iterancestors()))
    return [block for button in left for block in _prompt_round(button, weights, total)]


def _prompt_round(pressed: HtmlElement, weights: Weights, total: int) -> list[HtmlElement]:
    prompt, said = None, 0
    most = min(_MAX_FORM_BRANCH_CHARS, _MAX_MENU_SHARE * total)
    for block in islice(pressed.iterancestors(), _MAX_PROMPT_DEPTH):
        if not _is_form_branch(block, weights, most):
            break
        says = weights.free[block] - sum(weights.free[button] for button in block.iter("button"))
        if prompt is None and says >= _PROMPT_CHARS and COOKIES.search(block.text_content()):
            prompt, said = block, says
        elif prompt is not None and says < said + _PROMPT_CHARS:
            prompt = block
        elif prompt is not None:
            break
    return [] if prompt is None else [prompt]


def _is_form_branch(element: HtmlElement, weights: Weights, most: float) -> bool:
    if element.tag in ("body", "main", "td", "tr", "table", "li") or element not in weights.free:
        return False
    if weights.free[element] > most:
        return False
    return bool(element.find(".//h1") is None)


def _drop_copies(body: HtmlElement, weights: Weights) -> None:
    """Drop the second of two equal long blocks (one for narrow and one for wide screens)."""
    seen: dict[tuple[int, int], HtmlElement] = {}
    for element in list(body.iter("div", "section", "article", "main")):
        if weights.free[element] < _MIN_COPY_CHARS:
            continue
        key = (weights.free[element], weights.linked[element])
        first = seen.setdefault(key, element)
        if first is not element and not _is_inside(element, first) and _same_text(first, element):
            weights.drop(element)


def _is_inside(element: HtmlElement, outer: HtmlElement) -> bool:
    return any(ancestor is outer for ancestor in element.iterancestors())


def _same_text(one: HtmlElement, other: HtmlElement) -> bool:
    return bool(one.text_content().split() == other.text_content().split()) and length(one.text_content()) > 0
