"""What somebody declared of a page: which parts of it are the policy, in CSS, and when. Pure; no page is touched here.

    declarations.py ──► Hint… ──hints_json──► the store ──in_order──► pipelines/declared.py, which tries them

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

from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import format_iso, parse_iso

MAX_SELECTORS: Final = 64  # of one hint; declared ones have up to 20
TRIED: Final = 8  # hints of one page
_MAX_CSS: Final = 1000  # characters; generated class names make long ones
_MAX_PARTS: Final = 40
_MAX_SIBLINGS: Final = 3  # steps "~", each of which costs the square of a parent's children
_MAX_BRACKETS: Final = 10
_PARTS: Final = re.compile(r"[\s>+~,]+")
_BESIDE: Final = re.compile(r"~(?!=)|:(?:nth|first|last|only)")


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
class Hints:
    """What a page is read with: the hints of its URL, the likeliest first.

    :param key: names all hints of the policy ("" if it has none): another set is another extractor.
    """

    key: str = ""
    hints: tuple[Hint, ...] = ()


NO_HINTS: Final = Hints()


@lru_cache(maxsize=4096)
def xpath_of(css: str) -> str:
    """Return a CSS selector as XPath.

    :raises ConfigError: it is none, asks for what XPath cannot tell, or is longer than any that is meant well.

    >>> xpath_of("hr+div")
    "descendant-or-self::hr/following-sibling::*[1]/self::div"
    """
    parts, siblings, brackets = len(_PARTS.split(css)), css.count("~"), css.count("(")
    if len(css) > _MAX_CSS or parts > _MAX_PARTS or siblings > _MAX_SIBLINGS or brackets > _MAX_BRACKETS:
        raise ConfigError(f"the selector {css[:60]!r} is too long")
    try:
        return str(cssselect.HTMLTranslator().css_to_xpath(css))
    except (cssselect.SelectorError, RecursionError) as error:
        raise ConfigError(f"the selector {css[:60]!r} is not understood: {error}") from None


def counts_siblings(css: str) -> bool:
    """Tell whether a selector compares the children of one parent with each other."""
    return _BESIDE.search(css) is not None


def check_selectors(selectors: Iterable[Selector]) -> None:
    """Return if all selectors are understood.

    :raises ConfigError: one is not.
    """
    for one in selectors:
        for css in (one,) if isinstance(one, str) else (one.start, one.end):
            xpath_of(css)


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
            row["urlkey"], _selectors(row["select"]), _selectors(row["remove"]),
            parse_iso(row["valid_from"]) if row["valid_from"] else None,
            parse_iso(row["valid_to"]) if row["valid_to"] else None, row["source"],
        )
        for row in json.loads(text)
    )  # fmt: skip


def hints_key(hints: Sequence[Hint]) -> str:
    """Return the name of a set of hints; "" of none. What it is called after (source) is no part of it."""
    told = sorted(json.dumps(_data(hint) | {"source": ""}, sort_keys=True) for hint in hints)
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
