"""What the Last-Modified headers of captures that were read tell of those that were not.

    x-archive-orig-last-modified ──► moment ──► Dated(…) by time ──► agreement: how often it told of a change, None if it lied

"Last-Modified: 1 May 2023" in a capture of July says that nobody changed the page in between. Three things follow, and no
more:

1. Where wordings differ, the later one's Last-Modified says where to look first, as a day that its text states does
   (stated.py). A wrong one costs a fetch or two.
2. Where they are the same, and the later one's Last-Modified is before the earlier one, the page says that no wording came and
   went in between. That is believed, instead of asking one capture per max gap, if it told of at least two changes of the same
   policy, and nowhere said that a page had not changed that had.
3. A policy whose Last-Modified said so once, or that goes back in time, is believed in nothing.

Most pages are made when they are asked for, and their Last-Modified is the time of that: what is less than a day before the
capture tells nothing. An ETag tells nothing that the texts of the two captures that have it do not: a page that came back may
have its old one, and no index has them of captures that were not read. A capture that was not fetched itself, but has the digest
of one that was, has no header of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crawler.archives.timestamps import parse_http_date

LAST_MODIFIED = "x-archive-orig-last-modified"  # docs/archives.md: how archives pass a page's own header on
DAY = 86400
ENOUGH = 2  # changes that it told of, before it is believed that there was none


@dataclass(frozen=True, slots=True)
class Dated:
    """A capture that was read.

    :param at: when, in seconds since 1970.
    :param line: which of the policy's URLs.
    :param modified: its Last-Modified, likewise; None where it has none that tells something (telling).
    """

    at: int
    line: int
    wording: str
    modified: int | None = None


def moment(header: str) -> int | None:
    """Return the time of a header in seconds since 1970; None where it is none, or none that a page on the web can have.

    >>> moment("Mon, 01 May 2023 10:00:00 GMT"), moment("Thu, 01 Jan 1970 00:00:00 GMT"), moment("yesterday")
    (1682935200, None, None)
    """
    parsed = parse_http_date(header)
    seconds = int(parsed.timestamp()) if parsed else 0
    return seconds if seconds > 0 else None


def telling(modified: int | None, captured_at: int) -> int | None:
    """Return a Last-Modified that is at least a day before its capture, else None."""
    return modified if modified is not None and modified <= captured_at - DAY else None


def agreement(captures: Iterable[Dated]) -> int | None:
    """Return of how many changes Last-Modified told, None where it contradicts the texts or itself.

    :param captures: those that were read, oldest first.
    """
    told = 0
    before: dict[int, Dated] = {}
    changed: dict[int, int] = {}  # by URL: the last capture after which the wording is known to have changed
    newest: dict[int, int] = {}
    for one in captures:
        last = before.get(one.line)
        another = last is not None and last.wording != one.wording
        if last is not None and another:
            changed[one.line] = last.at
        if one.modified is not None:
            if one.modified <= changed.get(one.line, -1) or one.modified < newest.get(one.line, -1):
                return None
            newest[one.line] = one.modified
            told += another
        before[one.line] = one
    return told
