"""Pages of an archive's files that read like a privacy policy, whatever their address: by their title or first heading.

    archive, URLs that are known ──titled_policies──► {URL: captures}

One capture of each address is looked at, its newest page, and of that only the beginning.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from pipelines.model import DocumentKind
from pipelines.reading.decode import decode_payload
from pipelines.reading.judging.document_kind import names_in

if TYPE_CHECKING:
    from crawler.archives.capture import Capture
    from crawler.archives.files.warc import WarcArchive

_SEEN_BYTES: Final = 128 * 1024  # of a page: its title and its first heading stand near its beginning
_HTML: Final = ("text/html", "application/xhtml+xml")
_TITLES: Final = re.compile(r"<(?:title|h1)\b[^>]{0,500}>([^<]{1,300})<", re.IGNORECASE)
_MOST_TITLES: Final = 3


def titled_policies(archive: WarcArchive, known: Collection[str]) -> dict[str, int]:
    """Return the URLs, beside those known, whose newest page calls itself a privacy policy, with their captures."""
    newest: dict[str, Capture] = {}
    captures: dict[str, int] = {}
    for record in archive.records():
        captures[record.capture.urlkey] = captures.get(record.capture.urlkey, 0) + 1
        if record.capture.status == 200 and record.capture.mimetype in _HTML:
            newest[record.capture.urlkey] = record.capture  # records come in the order of time
    pages = (capture for capture in newest.values() if capture.original not in known)
    return {page.original: captures[page.urlkey] for page in pages if _is_titled_policy(archive, page)}


def _is_titled_policy(archive: WarcArchive, page: Capture) -> bool:
    answered = archive.playback(page.timestamp, page.original, page.digest, _SEEN_BYTES)
    try:
        text = decode_payload(answered.body, answered.headers).text
    except Exception:  # noqa: BLE001 - a page that cannot be read is none that reads like a policy; the crawl tells of it
        return False
    titles = [
        match[1] for match, _number in zip(_TITLES.finditer(text[:_SEEN_BYTES]), range(_MOST_TITLES), strict=False)
    ]
    return any(kind is DocumentKind.PRIVACY for title in titles for kind, _name in names_in(title))
