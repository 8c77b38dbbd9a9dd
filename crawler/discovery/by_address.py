"""Which URLs of an archive's files look like privacy policies, where nobody has named one. Pure.

A URL is taken where its address alone makes a policy likely (policy_links.rank_url). Of 992 real addresses
it takes 246 of 275 privacy policies and 12 of 717 other documents, most of them below `/privacy/` or
the like; what is no policy after all is an outcome of the crawl, never a version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crawler.archives.capture import REVISIT_MIMETYPE, Capture
from crawler.archives.errors import ConfigError
from crawler.archives.surt import check_url
from crawler.discovery.links import Label, rank_url

_LIKELY: Final = 0.2  # far below TAKEN: to fetch a page too many costs nothing here
_OTHERS: Final = (Label.COOKIES, Label.OLDER, Label.PRINT)
_DOCUMENTS = ("text/html", "application/xhtml+xml", "application/pdf")
_OTHER_FILE = re.compile(r"\.(?:css|gif|ico|jpe?g|js|json|mp[34]|png|svg|webp|woff2?|xml|zip)$", re.IGNORECASE)
_SECOND_URL = re.compile(r",\s*[a-z]+://", re.IGNORECASE)  # where it would be taken for a list of URLs


def looks_like_policy(url: str) -> bool:
    """Tell whether a URL's path, query or host names a privacy policy.

    >>> looks_like_policy("http://a.example/fr/Politique-de-confidentialit%C3%A9.html")
    True
    >>> looks_like_policy("http://privacy-news.example/about")
    False
    """
    found = rank_url(url)
    return found.score >= _LIKELY and found.label not in _OTHERS


def likely_policy(capture: Capture) -> bool:
    """Tell whether a capture is of a page (HTML, status 200, or seen again unchanged) whose URL looks like a policy's."""
    return _is_page(capture) and looks_like_policy(capture.original)


@dataclass(frozen=True, slots=True)
class PolicyUrls:
    """What was found.

    :param taken: URL → how many captures it has; one URL for each SURT key, its newest spelling.
    :param unusable: URLs that look like a policy's but cannot be asked for.
    """

    taken: dict[str, int]
    unusable: tuple[str, ...] = ()


def find_policy_urls(captures: Iterable[Capture]) -> PolicyUrls:
    """Return the URLs of pages (HTML, status 200, or seen again unchanged) that look like privacy policies."""
    found: dict[str, list[Capture]] = {}
    for capture in captures:
        if likely_policy(capture):
            found.setdefault(capture.urlkey, []).append(capture)
    taken: dict[str, int] = {}
    unusable: list[str] = []
    for _key, same in sorted(found.items()):
        url = max(same, key=lambda capture: (capture.captured_at, capture.original)).original
        if can_be_asked(url):
            taken[url] = len(same)
        else:
            unusable.append(url)
    return PolicyUrls(taken, tuple(unusable))


def _is_page(capture: Capture) -> bool:
    if capture.mimetype == REVISIT_MIMETYPE:  # its page may be in another file, or in the database
        return not _OTHER_FILE.search(capture.original.partition("?")[0])
    return capture.status == 200 and capture.mimetype in _DOCUMENTS


def can_be_asked(url: str) -> bool:
    """Tell whether a URL of an archive's index can be asked for: by itself, and in a list."""
    try:
        check_url(url)
    except ConfigError:
        return False
    return not _SECOND_URL.search(url)
