"""The links of an archived page. (A stand-in: branch w7a has the real one.)

HTML ──page_links──► PageLink…, absolute, archive prefixes taken off
"""

from __future__ import annotations

from urllib.parse import urljoin

from lxml import html as lxml_html

from crawler.archives.memento import original_url
from crawler.archives.policy_links import PageLink, Region


def page_links(html: str, base_url: str) -> tuple[PageLink, ...]:
    """Return a page's links in order; () where nothing can be parsed."""
    try:
        tree = lxml_html.document_fromstring(html)
    except ValueError:
        return ()
    found = []
    for anchor in tree.iter("a"):
        href = anchor.get("href")
        if href:
            footer = any(up.tag == "footer" or "foot" in (up.get("class") or "") for up in anchor.iterancestors())
            url = original_url(urljoin(base_url, href), base_url)
            text = " ".join(anchor.text_content().split())
            found.append(PageLink(url, text, anchor.get("title") or "", Region.FOOTER if footer else Region.UNKNOWN))
    return tuple(found)
