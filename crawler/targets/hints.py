"""What somebody declared of a page: which parts of it are the policy, in CSS, and when. Pure; no page is touched here.

    declarations.py ──► Hint… ──hints_json──► the store ──in_order──► pipelines/reading/html/declared.py, which tries them

A selector is somebody else's text: its length and its parts are bounded here, and what it may cost on a page there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import cssselect
from cssselect.parser import CombinedSelector

from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import format_iso, parse_iso

MAX_SELECTORS: Final = 64  # of one hint; declared ones have up to 20
TRIED: Final = 8  # hints of one page
_MAX_CSS: Final = 1000  # characters; generated class names make long ones
_MAX_PARTS: Final = 40
_MAX_BRACKETS: Final = 10
_PARTS: Final = re.compile(r"[\s>+~,]+")
_DEEP: Final = re.compile(r"(?<!-or-self)::\*\[|ancestor::|contains\(\.,")
_TRANSLATOR: Final = cssselect.HTMLTranslator()


@dataclass(frozen=True, slots=True)
class Range:
    """All from one element to another: each is the first that its selector matches; `after` leaves it out at the
    start, takes it in at the end.
    """

    start: str
    end: str
    after_start: bool = False
    after_end: bool = False


Selector = str | Range


@dataclass(frozen=True, slots=True)
class Hint:
    """What to take of the pages of a URL (by its SURT key), and what to leave out, in a period.

    :param select: () takes the page as it is.
    :param valid_from, valid_to: None is open.
    :param source: who says so, for the person.
    """

    urlkey: str
    select: tuple[Selector, ...]
    remove: tuple[Selector, ...] = ()
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of a page's documents is asked for (pipelines/reading/parts/parts.py).

    :param name: a kind ("cookies"), a title ("Cookie Policy"), a type of terms as declared, or a URL's fragment
        ("#cookies"); "" for what the page's URL stands for, a privacy policy if it does not say.
    :param only: a page that does not hold it is not the policy; else it is read whole.
    """

    name: str = ""
    only: bool = False


@dataclass(frozen=True, slots=True)
class Hints:
    """What a page is read with: the hints of its URL, the likeliest first, and which of its documents is asked for.

    :param key: names all hints of the policy and what is asked for ("" if there is neither): another set is another
        extractor.
    """

    key: str = ""
    hints: tuple[Hint, ...] = ()
    asked: Asked = Asked()


ANY_PART: Final = Asked()
NO_HINTS: Final = Hints()


@dataclass(frozen=True, slots=True)
class SelectorStep:
    """One compound of a selector ("div.a:first-child"), and how it stands to the one before: "" for the first, " "
    (below it), ">" (its child), "+" (next to it), "~" (after it).
    """

    combinator: str
    xpath: str


@lru_cache(maxsize=4096)
def steps_of(css: str) -> tuple[tuple[SelectorStep, ...], ...]:
    """Return a CSS selector as its alternatives, each as steps, so that matching it is bounded (pipelines/reading/html/declared.py):
    as one XPath it would take libxml2 minutes on a page made for it.

    :raises ConfigError: it is none, asks for what is not in the page, or is longer than any that is meant well.

    >>> [(step.combinator, step.xpath) for step in steps_of("hr > #a")[0]]
    [('', 'descendant-or-self::hr'), ('>', "descendant-or-self::*[@id = 'a']")]
    """
    if len(css) > _MAX_CSS or len(_PARTS.split(css)) > _MAX_PARTS or css.count("(") > _MAX_BRACKETS:
        raise ConfigError(f"the selector {css[:60]!r} is too long")
    try:
        found = tuple(tuple(_steps(one)) for one in cssselect.parse(css))
    except (cssselect.SelectorError, RecursionError) as error:
        raise ConfigError(f"the selector {css[:60]!r} is not understood: {error}") from None
    if any(_costly(step.xpath) for steps in found for step in steps):
        raise ConfigError(f"the selector {css[:60]!r} is not understood: one in brackets has several steps")
    return found


def _steps(selector: cssselect.Selector) -> list[SelectorStep]:
    if selector.pseudo_element:
        raise cssselect.SelectorSyntaxError(f"::{selector.pseudo_element} is in no page")
    tree, steps = selector.parsed_tree, list[SelectorStep]()
    while isinstance(tree, CombinedSelector):
        steps.append(SelectorStep(tree.combinator, _xpath(tree.subselector)))
        tree = tree.selector
    return [SelectorStep("", _xpath(tree)), *reversed(steps)]


def _xpath(compound: Any) -> str:
    return str(_TRANSLATOR.selector_to_xpath(cssselect.Selector(compound)))


def _costly(xpath: str) -> bool:
    """Steps inside a compound: :not(a b), :has(:has(a)), :contains(); one :has(a) looks at each descendant once."""
    return _DEEP.search(xpath) is not None or xpath.count("descendant::") > 1


def counts_siblings(xpath: str) -> bool:
    """Tell whether a step counts the children of one parent: the square of their number."""
    return "-sibling::" in xpath


def check_selectors(selectors: Iterable[Selector]) -> None:
    """Return if all selectors are understood.

    :raises ConfigError: one is not.
    """
    for one in selectors:
        for css in (one,) if isinstance(one, str) else (one.start, one.end):
            steps_of(css)


def in_order(hints: Iterable[Hint], urlkey: str, at: datetime) -> tuple[Hint, ...]:
    """Return the hints of a URL as they are to be tried on a page of `at`: the one in force first, then those nearest
    in time, the later before the earlier: a declaration is mended weeks after the page has changed.
    """
    own = sorted(
        (hint for hint in hints if hint.urlkey == urlkey),
        key=lambda hint: (*_distance(hint, at), json.dumps(_data(hint), sort_keys=True)),
    )
    return tuple(own[:TRIED])


def _distance(hint: Hint, at: datetime) -> tuple[timedelta, bool]:
    if hint.valid_from is not None and at <= hint.valid_from:
        return hint.valid_from - at, False
    if hint.valid_to is not None and at > hint.valid_to:
        return at - hint.valid_to, True
    return timedelta(-1), False  # in force


def hints_json(hints: Sequence[Hint]) -> str:
    """Return hints as they are stored."""
    return json.dumps([_data(hint) for hint in hints], ensure_ascii=False)


def hints_of(text: str) -> tuple[Hint, ...]:
    """Return what hints_json wrote."""
    return tuple(
        Hint(
            row["urlkey"],
            _selectors(row["select"]),
            _selectors(row["remove"]),
            parse_iso(row["valid_from"]) if row["valid_from"] else None,
            parse_iso(row["valid_to"]) if row["valid_to"] else None,
            row["source"],
        )
        for row in json.loads(text)
    )


def hints_key(hints: Sequence[Hint], asked: Asked = ANY_PART) -> str:
    """Return the name of a set of hints and of what is asked for; "" of none. What it is called after (source) is no part
    of it.
    """
    told = sorted(json.dumps(_data(hint) | {"source": ""}, sort_keys=True) for hint in hints)
    if asked.name:
        told.append(json.dumps([asked.name, asked.only]))
    return hashlib.sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()[:8] if told else ""


def _data(hint: Hint) -> dict[str, Any]:
    return {
        "urlkey": hint.urlkey,
        "valid_from": format_iso(hint.valid_from) if hint.valid_from else None,
        "valid_to": format_iso(hint.valid_to) if hint.valid_to else None,
        "select": [_selector_data(one) for one in hint.select],
        "remove": [_selector_data(one) for one in hint.remove],
        "source": hint.source,
    }


def _selector_data(selector: Selector) -> str | dict[str, str]:
    """As declarations write it."""
    if isinstance(selector, str):
        return selector
    start, end = (
        "startAfter" if selector.after_start else "startBefore",
        "endAfter" if selector.after_end else "endBefore",
    )
    return {start: selector.start, end: selector.end}


def _selectors(data: Sequence[str | dict[str, str]]) -> tuple[Selector, ...]:
    return tuple(one if isinstance(one, str) else range_of(one) for one in data)


def range_of(data: dict[str, Any]) -> Range:
    """Return a range as declarations write it: {"startBefore" or "startAfter": CSS, "endBefore" or "endAfter": CSS}.

    :raises ConfigError: it is not that.
    """
    starts = [name for name in ("startBefore", "startAfter") if isinstance(data.get(name), str)]
    ends = [name for name in ("endBefore", "endAfter") if isinstance(data.get(name), str)]
    if len(starts) != 1 or len(ends) != 1 or len(data) != 2:
        raise ConfigError("a range has one of startBefore and startAfter, and one of endBefore and endAfter")
    return Range(data[starts[0]], data[ends[0]], starts[0] == "startAfter", ends[0] == "endAfter")
