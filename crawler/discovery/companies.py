"""A policy's URLs over time: where an archived redirect says that it has moved.

lineage_target(from, to) ──► the URL to follow, or why not
same_company(site, URL)  ──► whether two addresses are one company's
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from crawler.archives.errors import ConfigError
from crawler.archives.surt import check_url, surt
from crawler.discovery.links import brand_of, same_owner


def lineage_target(original: str, location: str) -> tuple[str, str]:
    """Return (URL to which the policy has moved, "") or ("", why it is not followed).

    >>> lineage_target("http://a.example/privacy.html", "http://a.example/legal/privacy")
    ('http://a.example/legal/privacy', '')
    >>> lineage_target("http://a.example/privacy.html", "https://www.a.example/privacy.html")
    ('', 'to the same page')
    >>> lineage_target("http://a.example/privacy.html", "http://a.example/")
    ('', 'to the home page http://a.example/: not followed')
    """
    try:
        target = check_url(location)
    except ConfigError:
        return "", f"to no web page: {location[:200]!r}"
    if surt(target) == surt(original):
        return "", "to the same page"
    if urlsplit(target).path in ("", "/") and not urlsplit(target).query:
        return "", f"to the home page {target}: not followed"
    return target, ""


def one_line_of_urls(urls: Iterable[str]) -> list[str]:
    """Return the URLs that an index must be asked for: one of each SURT.

    >>> one_line_of_urls(["http://a.example/p", "https://www.a.example/p/"])
    ['http://a.example/p']
    """
    return list({surt(url): url for url in reversed(list(urls))}.values())[::-1]


def same_company(url: str, other: str) -> bool:
    """Tell whether two URLs are one company's by their hosts: one site, one name, or a host that is named after the
    other at a hosting service.

    >>> same_company("http://example.com/", "https://www.example.de/datenschutz")
    True
    >>> same_company("http://example.com/", "http://example.hosted-policies.test/privacy")
    True
    >>> same_company("http://example.com/", "http://other.com/example")
    False
    """
    return same_owner(url, other) or brand_of(url) in (urlsplit(other).hostname or "").lower().split(".")[:-1]
