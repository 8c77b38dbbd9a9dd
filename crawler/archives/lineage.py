"""A policy's URLs over time: where an archived redirect says that it has moved, and which of a site's paths is it.

lineage_target(from, to) ──► the URL to follow, or why not
pick_urls(listings by URL) ──► (taken, left)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from crawler.archives.capture import Capture
from crawler.archives.errors import ConfigError
from crawler.archives.surt import check_url, surt


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


def pick_urls(listed: Mapping[str, Sequence[Capture]]) -> tuple[list[str], list[str]]:
    """Choose among a site's candidate URLs: the one with most usable captures, then those captured only in years in
    which none of the taken ones was (the policy stood elsewhere then). The rest is left, to be told to the person.

    :return: (taken, left); the first taken is the policy's name. Both in a fixed order.
    """
    spans = {url: span for url, captures in listed.items() if (span := _usable_span(captures))}
    ranked = sorted(spans, key=lambda url: (-spans[url][2], url))
    taken: list[str] = []
    for url in ranked:
        if all(spans[url][1] < spans[t][0] or spans[url][0] > spans[t][1] for t in taken):
            taken.append(url)
    return taken, [url for url in ranked if url not in taken]


def _usable_span(captures: Sequence[Capture]) -> tuple[str, str, int] | None:
    """(first, last, number) of the captures that may be pages; None if there are none."""
    usable = sorted(c.timestamp for c in captures if c.status is None or c.status < 300)
    return (usable[0], usable[-1], len(usable)) if usable else None
