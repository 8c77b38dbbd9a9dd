"""Dates that a page's metadata gives: what its content system says, which is evidence beside the text's own dates.

Only declared ones, each with the name it stands under (Open Graph, schema.org in JSON-LD or microdata). htmldate looks
for them too, and where there are none it takes a date of the text, day and month by guess, without saying so.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html import unescape
from typing import Final

from pipelines.model import DateKind, PageDate

_KINDS: Final = {
    "article:modified_time": DateKind.UPDATED,  # https://ogp.me/#type_article
    "og:updated_time": DateKind.UPDATED,
    "datemodified": DateKind.UPDATED,  # https://schema.org/dateModified
    "article:published_time": DateKind.PUBLISHED,
    "datepublished": DateKind.PUBLISHED,
}
_NAMES: Final = "|".join(map(re.escape, _KINDS))
_META: Final = re.compile(r"<(?:meta|time)\s[^<>]{1,500}>", re.IGNORECASE)
_NAME: Final = re.compile(rf"\b(?:property|name|itemprop)\s*=\s*[\"']?({_NAMES})\b", re.IGNORECASE)
_CONTENT: Final = re.compile(r"\b(?:content|datetime)\s*+=\s*+[\"']?\s*+([^\"'<>\s]{10,40})", re.IGNORECASE)
_JSON: Final = re.compile(r"\"(dateModified|datePublished)\"\s{0,9}:\s{0,9}\"([^\"]{10,40})\"")
_MAX_DATES: Final = 20
_SLACK: Final = timedelta(days=1)  # it is tomorrow somewhere


def page_dates(html: str, *, captured_at: datetime | None = None) -> tuple[PageDate, ...]:
    """Return the dates that a page's metadata gives, each once, in their order, at most 20.

    :param captured_at: when the page was there to be read; later dates are marked as implausible. None: unknown.

    >>> [(found.source, str(found.day)) for found in page_dates('<meta property="og:updated_time" content="2018-05-25T10:00">')]
    [('og:updated_time', '2018-05-25')]
    """
    metas = ((_NAME.search(tag), _CONTENT.search(tag)) for tag in _META.findall(html))
    named = [(name[1], content[1]) for name, content in metas if name and content]
    named += _JSON.findall(html)
    found = [_page_date(name, unescape(value), captured_at) for name, value in named]
    return tuple(dict.fromkeys(one for one in found if one is not None))[:_MAX_DATES]


def _page_date(name: str, value: str, captured_at: datetime | None) -> PageDate | None:
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return None
    late = captured_at is not None and day > captured_at.date() + _SLACK
    return PageDate(_KINDS[name.lower()], day, name, implausible=late)
