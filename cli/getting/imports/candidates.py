"""Is a page titled like a privacy policy? By its title or first headings, whatever its address.

    beginning of a page, its headers ──is_titled_policy──► bool

Every page of an archive's files is looked at as they are read through (WarcArchive's `look`), so it must be quick: the titles
are cut out of the bytes, and the page is decoded only where they are more than ASCII.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from crawler.archives.coding import undo_content_encoding
from pipelines.model import DocumentKind
from pipelines.reading.decode import decode_payload
from pipelines.reading.judging.document_kind import names_in

_TITLE: Final = r"<(?:title|h1)\b[^>]{0,500}>([^<]{1,300})<"
_TITLES: Final = re.compile(_TITLE, re.IGNORECASE)
_TITLE_IN_BYTES: Final = re.compile(_TITLE.encode(), re.IGNORECASE)
_TAGS: Final = (b"<title", b"<h1")
_MOST_TRIES: Final = 3  # a heading may be a picture
_MOST_TITLES: Final = 3


def is_titled_policy(body: bytes, headers: Mapping[str, str]) -> bool:
    """Tell whether a page calls itself a privacy policy.

    :param body: its beginning, perhaps still compressed. :param headers: of the answer, names in lower case.
    """
    try:
        titles = list(_titles(body, headers))
    except Exception:  # noqa: BLE001 - a page that cannot be read is none that reads like a policy; the crawl tells of it
        return False
    return any(kind is DocumentKind.PRIVACY for title in titles for kind, _name in names_in(html.unescape(title)))


def _titles(body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    raw, _notes = undo_content_encoding(body, headers)
    if b"\0" not in raw:  # which UTF-16 is full of
        found = list(_cut_out(raw))
        if all(map(_is_plain, found)):
            return (title.decode("ascii") for title in found)
    text = decode_payload(body, headers).text
    return (match[1] for match in islice(_TITLES.finditer(text), _MOST_TITLES))


def _cut_out(raw: bytes) -> Iterator[bytes]:
    """Yield the first title and the first heading that is a text; a search in either case would take ten times as long."""
    lowered = raw.lower()
    for tag in _TAGS:
        at = -1
        for _try in range(_MOST_TRIES):
            at = lowered.find(tag, at + 1)
            match = _TITLE_IN_BYTES.match(raw, at) if at >= 0 else None
            if match:
                yield match[1]
            if match or at < 0:
                break


def _is_plain(title: bytes) -> bool:
    """Tell whether bytes are the same text in any charset: ASCII, without the escapes that begin another one."""
    return title.isascii() and b"\x1b" not in title and b"~{" not in title
