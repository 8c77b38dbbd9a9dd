"""Every page by its address: from what was asked to what is sent, without any web framework.

answer(ask, "html" | "json" | "csv" | "atom", program) ──► Answer(status, media type, body)

The data of a page is what the command's `--json` prints. Whatever a page reads is one state of the database.
"""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from crawler.archives.errors import ConfigError, NotFound, PolicylapseError
from crawler.archives.timestamps import format_iso
from history.export.feed import Feed, atom, read_entries
from history.plain import clean, json_text
from history.sites import all_policies
from history.web.page import MOST, Ask, Page, Row, TooLarge
from history.web.pages.blame import blame_page
from history.web.pages.calendar import calendar_page
from history.web.pages.changes import changes_page
from history.web.pages.claims import claims_page
from history.web.pages.coverage import coverage_page
from history.web.pages.diff import compare_redirect, diff_page
from history.web.pages.reading import at_redirect, reading_page
from history.web.pages.runs import runs_page
from history.web.pages.search import search_page
from history.web.pages.sites import site_page, sites_page
from history.web.pages.timeline import timeline_page
from history.web.pages.trends import trends_page
from history.web.render import render
from pipelines.store.load import one_state

FORMS: Final = ("json", "csv", "atom")
_NAME = r"[A-Za-z0-9._-]{1,200}"
_POLICY = rf"site/{_NAME}/{_NAME}"
_VERSION = r"[A-Za-z0-9.@_~-]{1,120}"
_PAGES: Final[tuple[tuple[str, Callable[[Ask], Page]], ...]] = (
    (r"(?:sites)?", sites_page),
    (rf"site/{_NAME}/policies", site_page),
    (rf"{_POLICY}/timeline", timeline_page),
    (rf"{_POLICY}/calendar", calendar_page),
    (rf"{_POLICY}/(?:v|at)/{_VERSION}", reading_page),
    (rf"{_POLICY}/at", at_redirect),
    (rf"{_POLICY}/compare", compare_redirect),
    (rf"{_POLICY}/diff/{_VERSION}", diff_page),
    (rf"{_POLICY}/blame/{_VERSION}", blame_page),
    (rf"{_POLICY}/claims", claims_page),
    (r"changes", changes_page),
    (r"search", search_page),
    (r"trends", trends_page),
    (r"coverage", coverage_page),
    (r"runs", runs_page),
)
_ROUTES: Final = tuple((re.compile(pattern), page) for pattern, page in _PAGES)
# What a server must send to this program: everything below its own first words, known or not.
PATHS: Final = r"(?:sites|site/.+|changes|search|trends|coverage|runs)(?:\.(?:json|csv|atom))?"
_LONGEST: Final = 600  # characters of a path
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent. :param location: where a redirect leads."""

    status: int
    media: str
    body: bytes = b""
    location: str = ""


def split(path: str) -> tuple[str, str]:
    """Return a path and the form that its ending asks for.

    >>> split("site/a/b/timeline.json"), split("changes"), split("site/a/b/v/2018-05-25.1f3a9c2e")
    (('site/a/b/timeline', 'json'), ('changes', 'html'), ('site/a/b/v/2018-05-25.1f3a9c2e', 'html'))
    """
    head, dot, form = path.rpartition(".")
    return (head, form) if dot and form in FORMS else (path, "html")


def answer(ask: Ask, form: str, program: str) -> Answer:
    """Return what is sent for a page.

    :param form: html, json, csv or atom. :param program: name and version of this program.
    """
    try:
        with one_state(ask.db):
            return _found(ask, form, program)
    except (PolicylapseError, sqlite3.OperationalError) as error:
        status, title, message = _told(error)
        return problem(ask, form, program, status, title, message)


_PROBLEMS: Final = (
    (NotFound, 404, "Not found"),
    (TooLarge, 413, "Too large for a page"),
    (ConfigError, 400, "That cannot be answered"),
    (PolicylapseError, 500, "This page failed"),
)


def _told(error: Exception) -> tuple[int, str, str]:
    """The status, title and text of an error, for a person."""
    for kind, status, title in _PROBLEMS:
        if isinstance(error, kind):
            return status, title, str(error)
    if "interrupted" in str(error):
        return 503, "Too slow for a page", "this took too long for a page; narrow the question, or use the command"
    return 503, "The database cannot be read", f"{error}; try again"


def _found(ask: Ask, form: str, program: str) -> Answer:
    page = _page(ask)
    if page.moved:
        query = {name: value for name, value in ask.query.items() if name not in ("on", "from", "to")}
        return Answer(302, "text/plain", location=ask.links.to(page.moved, "" if form == "html" else form, **query))
    if form == "atom":
        return Answer(200, "application/atom+xml; charset=utf-8", _feed(ask, program))
    if form == "json":
        return Answer(200, "application/json; charset=utf-8", json_text(page.data(), indent=2).encode() + b"\n")
    if form == "csv":
        if page.rows is None:
            raise NotFound("this page is no table: ask for .json instead")
        return Answer(200, "text/csv; charset=utf-8", table(page.rows()))
    return Answer(200, "text/html; charset=utf-8", render(page, ask, program, not ask.links.is_static).encode())


def _page(ask: Ask) -> Page:
    for pattern, page in _ROUTES:
        if len(ask.path) <= _LONGEST and pattern.fullmatch(ask.path):
            return page(ask)
    raise NotFound("there is no such page: the list of sites leads to all of them")


def _feed(ask: Ask, program: str) -> bytes:
    if ask.path != "changes":
        raise NotFound("only the page of changes is a feed: changes.atom, changes.atom?site=SITE")
    policies = ask.policies()
    title = policies[0].site if policies else ""
    return atom(Feed(title, read_entries(ask.db, policies or all_policies(ask.db), MOST), ""), program)


def problem(ask: Ask, form: str, program: str, status: int, title: str, message: str) -> Answer:
    """Return an error, in the form that was asked for."""
    if form in ("json", "csv"):
        data = {"ok": False, "status": status, "error": message}
        return Answer(status, "application/json; charset=utf-8", json_text(data, indent=2).encode() + b"\n")
    page = Page("problem.html", title, "", {"message": message}, dict)
    there = replace(ask, query={}, path="")
    return Answer(status, "text/html; charset=utf-8", render(page, there, program, not ask.links.is_static).encode())


def table(rows: Iterable[Row]) -> bytes:
    """Return rows as CSV in UTF-8: times as ISO 8601, nothing that a terminal obeys, no cell that begins a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_iso(value)
    if isinstance(value, str):
        text = clean(value)
        return f"'{text}" if text[:1] in ("=", "+", "@", "\t") else text
    return value
