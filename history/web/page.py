"""What a page is made of: what was asked, what is shown, and the data under it.

Ask(db, catalogue, links, form) ──page──► Page(template, context, data, rows)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from crawler.archives.errors import ConfigError, PolicylapseError
from crawler.archives.timestamps import parse_date
from history.sites import PolicyRow, find_policies
from history.web.catalogue import Catalogue
from history.web.links import Links

PAGE: Final = 50  # rows of a list on one page
MOST: Final = 100  # rows that any page shows
Row = Sequence[object]


class TooLarge(PolicylapseError):
    """A text is too large for a page; its text says which command answers instead."""


@dataclass(frozen=True, slots=True)
class LegalDate:
    """A day from which a law applies, shown on every time axis."""

    day: date
    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What a reader asks for.

    :param path: of the page (links.py). :param query: what stands behind the question mark, last value of each name.
    :param dates: legal dates. :param pauses: what the archives' limits say now, where the program that serves knows.
    :param tables: where Datasette shows the tables, "" where nobody does.
    :param memo: what pages of one policy share while a static site is written; of one page otherwise.
    """

    db: sqlite3.Connection
    catalogue: Catalogue
    links: Links
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    dates: Sequence[LegalDate] = ()
    pauses: Callable[[], Sequence[Mapping[str, Any]]] | None = None
    tables: str = ""
    memo: MutableMapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a value of the query, "" where it is not given; at most 500 characters."""
        return self.query.get(name, "").strip()[:500]

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return a number of the query within bounds. :raises ConfigError: it is no number."""
        text = self.text(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ConfigError(f"{name}={text!r} is not a number: give one from {low} to {high}")
        return min(max(int(text), low), high)

    def moment(self, name: str, *, end: bool = False) -> datetime | None:
        """Return a date of the query. :raises ConfigError: it is no date."""
        return parse_date(self.text(name), end=end) if self.text(name) else None

    def one_of(self, name: str, values: Sequence[str]) -> str:
        """Return one of some values, the first where none of them is given."""
        return self.text(name) if self.text(name) in values else values[0]

    def policies(self) -> list[PolicyRow] | None:
        """Return the policies of `site`, None where it is not given. :raises NotFound: there is no such site."""
        return find_policies(self.db, self.text("site")) if self.text("site") else None


@dataclass(frozen=True, slots=True)
class Page:
    """A page, before it is written.

    :param nav: which entry of the menu it belongs to. :param data: what the command's `--json` gives.
    :param rows: the page as a table, head first; None where it is none.
    :param moved: another path that answers instead.
    """

    template: str
    title: str
    nav: str
    context: Mapping[str, Any]
    data: Callable[[], Any]
    rows: Callable[[], Iterable[Row]] | None = None
    moved: str = ""


def paging(ask: Ask, total: int, size: int = PAGE) -> dict[str, Any]:
    """Return what a list needs to be read in pages: `start`, `stop`, and the numbers of the pages around."""
    pages = max(-(-total // size), 1)
    here = ask.number("page", 1, 1, pages)
    return {
        "page": here,
        "pages": pages,
        "start": (here - 1) * size,
        "stop": min(here * size, total),
        "total": total,
        "before": here - 1 if here > 1 else None,
        "after": here + 1 if here < pages else None,
    }
