"""Repair of characters that an editor or a server spoiled, in a page's reduced HTML.

Double-encoded text ("donâ€™t") is read back by ftfy, one piece of text at a time, so that a page may mix sound and
spoiled ones; invisible characters go. Nothing else of ftfy is used: quotes, ligatures and widths are the author's.
"""

from __future__ import annotations

import re
from typing import Final

from ftfy import fix_encoding

from pipelines.reading.readable import readable

# UTF-8 read as windows-1252: a lead byte's character and a continuation byte's; "вЂ" is the same read as windows-1251.
_CONTINUATION: Final = bytes(range(0x80, 0xC0)).decode("cp1252", errors="ignore") + "".join(map(chr, range(0x80, 0xC0)))
_SPOILED: Final = re.compile(f"[\u00c2-\u00f4][{re.escape(_CONTINUATION)}]|вЂ|[\u0080-\u009f]")
# The same in UTF-8, searched first: a pattern that begins with one byte is found ten times as fast.
_TRACES: Final = (
    re.compile(rb"\xc3[\x82-\xb4][\xc2\xc5\xc6\xcb\xe2]"),
    re.compile(rb"\xc2[\x80-\x9f]"),
    re.compile("вЂ".encode()),
)
_PIECE: Final = re.compile(r"(?:^|(?<=>))[^<>]+")
# Soft hyphen, zero-width space, word joiner, byte order mark. Joiners and direction marks are spelling in some scripts.
_INVISIBLE: Final = "\u00ad\u200b\u2060\ufeff"


def repaired(html: str) -> str:
    """The same HTML with its text repaired.

    >>> repaired("<p>We donâ€™t</p><p>It’s a café</p>")
    '<p>We don’t</p><p>It’s a café</p>'
    """
    encoded = html.encode("utf-8", errors="replace")
    if any(trace.search(encoded) for trace in _TRACES):  # before the soft hyphen goes, which may be a spoiled byte
        html = readable(_PIECE.sub(_piece, html))
    for char in _INVISIBLE:
        html = html.replace(char, "")
    return html


def _piece(match: re.Match[str]) -> str:
    text = match.group()
    return fix_encoding(text) if _SPOILED.search(text) else text
