"""Addresses as documents may hold them: an archive's index, which they come from, is somebody else's."""

from __future__ import annotations

import re

_NO_URI = re.compile(r"[^\x21-\x7e]|[<>\"\\^`{|}]")  # RFC 3986, 2: what is no character of a URI


def uri(url: str) -> str:
    """Return a URL with percent signs for what a URI cannot hold (RFC 3987, 3.1): no quote, no angle, no white space.

    >>> uri('http://a.example/"ä b">')
    'http://a.example/%22%C3%A4%20b%22%3E'
    """
    return _NO_URI.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace")), url)
