"""Pages that are read for discovery: a home page's links, a candidate's verdict. What the process pool runs.

    page ──read_links──► PolicyLink…, best first          page ──read_candidate──► (Verdict, PolicyLink…)

A page that cannot be read has no links, and its verdict says why.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from itertools import islice
from typing import Final

from crawler.archives.capture import Outcome
from crawler.archives.errors import DecodeError
from crawler.discovery.asks import Verdict
from crawler.discovery.companies import same_company
from crawler.discovery.links import PolicyLink, brand_of, rank_links, rank_url
from crawler.targets.fetched import Fetched
from pipelines.model import DocumentKind
from pipelines.reading.decode import decode_payload
from pipelines.reading.html.page_links import page_links
from pipelines.reading.payload import read_payload
from pipelines.reading.reading import Reading

MOST_LINKS: Final = 20  # of a page, kept
_SOME: Final = 1.5  # points below it say nothing (pipelines.model.Judgement)
_SITEMAP: Final = re.compile("<(?:urlset|sitemapindex)[ >]")
_HEAD: Final = 2_000  # where a sitemap names itself
_LOCATION: Final = re.compile(r"<loc>\s{0,20}([^<\s]{1,2083})")
_MOST_MAPPED: Final = 50_000
_SHORT_NAME: Final = 4  # a shorter name has to stand as a word of its own


def read_links(fetched: Fetched) -> tuple[PolicyLink, ...]:
    """Return the links of a page (or the addresses of a sitemap) that may lead to a policy, best first."""
    try:
        page = decode_payload(fetched.body, fetched.headers)
    except DecodeError:
        return ()
    if _SITEMAP.search(page.text, 0, _HEAD):
        return _mapped(page.text)
    return rank_links(page_links(page.text, fetched.url), fetched.url)[:MOST_LINKS]


def _mapped(text: str) -> tuple[PolicyLink, ...]:
    """The addresses of a sitemap (sitemaps.org/protocol.html: at most 50,000) that look like a policy's, best first."""
    urls = dict.fromkeys(unescape(match[1]) for match in islice(_LOCATION.finditer(text), _MOST_MAPPED))
    ranked = (rank_url(url) for url in urls if url.startswith(("http://", "https://")))
    good = [link for link in ranked if link.score > 0]
    return tuple(sorted(good, key=lambda link: (-link.score, len(link.url), link.url))[:MOST_LINKS])


def read_candidate(fetched: Fetched, site: str) -> tuple[Verdict, tuple[PolicyLink, ...]]:
    """Judge a page as a candidate for the privacy policy of a site."""
    return _verdict(read_payload(fetched), fetched.url, site), read_links(fetched)


def _verdict(reading: Reading, url: str, site: str) -> Verdict:
    judgement, text = reading.judgement, reading.extraction
    if reading.outcome is not Outcome.FETCHED or judgement is None or text is None:
        return Verdict(privacy=False, kind=reading.detail or reading.outcome.value, score=0.0)
    points = dict(judgement.kind_scores).get(DocumentKind.PRIVACY, 0.0)
    privacy = judgement.kind is DocumentKind.PRIVACY or (judgement.kind is DocumentKind.OTHER and points >= _SOME)
    words = " ".join([text.title, *(block.markdown for block in text.blocks)])
    named = same_company(f"http://{site}/", url) or names(words, site)
    return Verdict(privacy, judgement.kind.value, round(judgement.score, 3), named, text.title[:200])


def names(text: str, site: str) -> bool:
    """Tell whether a text names a site: its host, or the name under which it is registered.

    >>> names("Tin-Roof Radio Ltd. is responsible for …", "tinroofradio.example")
    True
    >>> names("We at Other Inc. …", "tinroofradio.example")
    False
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    name = brand_of(f"http://{site}/")
    if site.casefold() in plain:
        return True
    if len(name) < _SHORT_NAME:
        return name in plain.split()
    letters = "".join(c for c in plain if c.isalnum())
    return "".join(c for c in name if c.isalnum()) in letters
