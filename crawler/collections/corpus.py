"""The Princeton-Leuven corpus as it lies in git (citp/privacy-policy-historical): what a path and a header say. Pure.

    0/00/007/007.com.md      their text of the policy, under a header that links to the capture
    0/00/007/007.com.html    the page as they kept it, under a header of its own

One commit is one snapshot of a site. The commit's JSON and both headers say the same; the header is what is read here, since
it goes with the file wherever that is copied. Its link quotes the page's URL inside the archive's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from crawler.archives.dialects import WAYBACK, parse_archive
from crawler.archives.errors import ConfigError
from crawler.archives.surt import check_url
from crawler.archives.timestamps import parse_timestamp

HEADER_BYTES: Final = 8_192  # a header is looked for in so many; the longest URL that is taken has half of it
_WHAT: Final = rb"(?P<site>[^\n]{1,300}?) privacy policy that was archived on \d{4}-\d\d-\d\d\.\s{1,3}Please check the "
_WHERE: Final = rb"(?P<prefix>[a-z][a-z0-9+.-]*:[^\s]{0,500}?)(?P<timestamp>\d{14})id_/(?P<url>[^\s]{1,4000}?)"
_ENDS: Final = rb" for the most accurate reproduction\."
_TEXT: Final = re.compile(
    rb"\A\xef?\xbb?\xbf?> \*The following text is extracted and transformed from the "
    + _WHAT
    + rb"\[original snapshot on [^\]\n]{1,200}\]\("
    + _WHERE
    + rb"\)"
    + _ENDS
    + rb"\*\s{0,8}"
)
_PAGE: Final = re.compile(
    rb"\A\xef?\xbb?\xbf?<!--The following is the downloaded HTML source of the "
    + _WHAT
    + rb"original snapshot on [^(\n]{1,200}\("
    + _WHERE
    + rb"\)"
    + _ENDS
    + rb"-->\n?"
)
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_SAMPLE: Final = "sample:"
_TYPES: Final = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of the capture that it was made of.

    :param site: the site whose policy it is, which need not be the URL's. :param archive: the archive's name, as captures have it.
    :param citation: the archive's link to the capture. :param size: the header's own bytes, which are no part of the file.
    """

    site: str
    archive: str
    timestamp: str
    captured_at: datetime
    url: str
    citation: str
    size: int


@dataclass(frozen=True, slots=True)
class Half:
    """One file of a pair. :param stem: the path without its ending. :param content_type: of the page; "" for the text."""

    stem: str
    content_type: str


def read_path(path: str) -> Half | None:
    """Return which half of which pair a file is; None for any other.

    >>> read_path("0/00/007/007.com.html")
    Half(stem='0/00/007/007.com', content_type='text/html; charset=utf-8')
    >>> read_path("README.md")
    """
    stem, dot, ending = path.rpartition(".")
    if not dot or len(PurePosixPath(stem).parts) < 4 or not path.isprintable():
        return None
    if ending == "md":
        return Half(stem, "")
    return Half(stem, _TYPES[ending]) if ending in _TYPES else None


def read_header(start: bytes) -> Header | None:
    r"""Return what the header at the beginning of a file says; None where there is none that can be understood.

    >>> header = read_header(
    ...     b"> *The following text is extracted and transformed from the 007.com privacy policy that was archived on 2014-12-29."
    ...     b" Please check the [original snapshot on the Wayback Machine](https://web.archive.org/web/20141229002208id_/http%3A//"
    ...     b"www.foxprivacy.com/us/privacy.html) for the most accurate reproduction.*\n\n# FoxPrivacy.com\n"
    ... )
    >>> header.site, header.archive, header.timestamp, header.url
    ('007.com', 'wayback', '20141229002208', 'http://www.foxprivacy.com/us/privacy.html')
    """
    match = _TEXT.match(start[:HEADER_BYTES]) or _PAGE.match(start[:HEADER_BYTES])
    if match is None:
        return None
    site, prefix, timestamp, quoted = (
        match[name].decode("utf-8", "replace") for name in ("site", "prefix", "timestamp", "url")
    )
    archive = _archive(unquote(prefix))
    try:
        url, moment = check_url(unquote(quoted)), parse_timestamp(timestamp)
    except (ConfigError, ValueError):
        return None
    if not archive:
        return None
    start_of_link = WAYBACK.citation if archive == WAYBACK.name else unquote(prefix)
    citation = f"{start_of_link}{timestamp}id_/{url}"
    return Header(_ESCAPED.sub(r"\1", site), archive, timestamp, moment, url, citation, match.end())


def _archive(prefix: str) -> str:
    """The name of the archive that plays back under a prefix, "" where it is none that we know."""
    if prefix in (WAYBACK.playback_url, WAYBACK.playback_url.replace("https:", "http:")):
        return WAYBACK.name
    if prefix == _SAMPLE:
        return "sample"
    if prefix.startswith(("http://", "https://")) and prefix.endswith("/web/"):
        try:
            return parse_archive(f"wayback+{prefix.removesuffix('/web/')}").name
        except ConfigError:
            return ""
    return ""
