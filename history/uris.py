"""Addresses as documents may hold them: an archive's index, which they come from, is somebody else's."""

from __future__ import annotations

import re

from crawler.archives.memento import replay_url

_NO_URI = re.compile(r"[^\x21-\x7e]|[<>\"\\^`{|}]")  # RFC 3986, 2: what is no character of a URI


def uri(url: str) -> str:
    """Return a URL with percent signs for what a URI cannot hold (RFC 3987, 3.1): no quote, no angle, no white space.

    >>> uri('http://a.example/"ä b">')
    'http://a.example/%22%C3%A4%20b%22%3E'
    """
    return _NO_URI.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace")), url)


def link_data(url: str | None, which: str = "") -> dict[str, str | None]:
    """Return a capture's two links as every JSON and every table names them.

    :param url: the archive's link to the captured bytes; None or "" where there is no capture.
    :param which: "last_" or "before_", where the capture is not the one that the data are about.

    >>> link_data("https://web.archive.org/web/20200201020357id_/http://epa.gov/", "last_")["last_replay_url"]
    'https://web.archive.org/web/20200201020357/http://epa.gov/'
    """
    return {f"{which}archive_url": url, f"{which}replay_url": replay_url(url) if url else url}
