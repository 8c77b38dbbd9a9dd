"""Pages as HTML: every value is escaped, and nothing in it steers what stands beside it.

render(Page, Ask, …) ──► HTML
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from crawler.archives.memento import replay_url
from crawler.archives.timestamps import format_iso
from crawler.counting import count
from history.html_templates import environment, is_language, is_web
from history.plain import clean
from history.uris import uri
from history.web.page import Ask, Page

_HERE: Final = Path(__file__).parent
STATIC: Final = _HERE / "static"
ASSET_TYPES: Final = {
    "style.css": "text/css; charset=utf-8",
    "script.js": "text/javascript; charset=utf-8",
    "search.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
NAV: Final[tuple[tuple[str, str, str], ...]] = (
    ("sites", "", "Sites"),
    ("changes", "changes", "Changes"),
    ("search", "search", "Search"),
    ("trends", "trends", "Trends"),
    ("coverage", "coverage", "Coverage"),
    ("runs", "runs", "Runs"),
)


def render(page: Page, ask: Ask, program: str, dynamic: bool = True) -> str:
    """Return a page.

    :param program: name and version of this program. :param dynamic: forms work: somebody answers them.
    """
    forms = [("json", "JSON"), *([("csv", "CSV")] if page.rows else [])]
    if ask.links.is_static:
        forms = [one for one in forms if (ask.path, one[0]) in ask.memo.get("beside", ())]
    return (
        _environment()
        .get_template(page.template)
        .render(
            page.context,
            title=page.title,
            nav=NAV if dynamic else [one for one in NAV if one[0] not in ("trends", "runs")],
            active=page.nav,
            to=ask.links.to,
            asset=lambda name: ask.links.asset(name, assets_version()),
            downloads=[(label, ask.links.to(ask.path, form, **ask.query)) for form, label in forms],
            tables=ask.tables,
            program=program,
            dynamic=dynamic,
        )
    )


@lru_cache(maxsize=1)
def assets_version() -> str:
    """Return a key of the style sheet and the scripts: another one when they change."""
    digest = hashlib.sha256()
    for name in sorted(ASSET_TYPES):
        digest.update((STATIC / name).read_bytes())
    return digest.hexdigest()[:10]


def warm() -> None:
    """Read all templates now, so that the first who asks for a page need not wait for it."""
    for name in _environment().list_templates():
        _environment().get_template(name)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    templates = environment(_HERE / "templates", finalize=_finalize)
    templates.filters |= {
        "day": lambda moment: f"{moment:%Y-%m-%d}",
        "minute": lambda moment: f"{moment:%Y-%m-%d %H:%M}",
        "iso": lambda moment: format_iso(moment) if isinstance(moment, datetime) else moment.isoformat(),
        "time": _time,
        "between": _between,
        "n": lambda number: f"{number:,}",
        "count": count,
        "percent": lambda share: f"{share:.0%}",
        "href": _href,
        "replay": replay_url,
        "lang": lambda language: language if is_language(language or "") else "",
    }
    return templates


def _finalize(value: Any) -> Any:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return clean(value.replace("\r", ""))


def _time(moment: date) -> Markup:
    return Markup("<time>{}</time>").format(f"{moment:%Y-%m-%d}")  # its text is a date as HTML has it


def _between(before: datetime | None, after: datetime) -> Markup:
    """When something happened, as closely as it is known."""
    if before is None:
        return Markup("first seen {}").format(_time(after))
    if before.date() == after.date():
        return Markup("{} {}–{}").format(_time(after), f"{before:%H:%M}", f"{after:%H:%M}")
    return Markup('<span class="between">{} – {}</span>').format(_time(before), _time(after))


def _href(url: str) -> str:
    """A web address that may be linked, "" for anything else (`javascript:` is one)."""
    return uri(url) if is_web(url or "") else ""


def pages_of(query: Mapping[str, str], **changed: object) -> Mapping[str, object]:
    """Return a query with some values changed."""
    return {**query, **changed}
