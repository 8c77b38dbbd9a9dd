"""Common Crawl as an archive: no replay, but an index for each of its crawls, and records by their bytes in a file.

    collinfo.json ──read_collinfo──► Crawl… ──meeting(holes)──► the crawls that are asked, newest last
    index answer  ──read_rows──────► CdxPage, each capture with its Locator
    Locator ──► a range of one file (data.commoncrawl.org) ──files/range_record.py──► what playback would have answered
            ──► the citation: the index query that gives the row, with file, offset and length behind "#"

The index speaks pywb's dialect, with more fields: `filename`, `offset`, `length`, `truncated` (since CC-MAIN-2019-47).
Fetches of robots.txt are rows too (`filename` has "/robotstxt/") and none of a page. A record that was cut off when it was
fetched (1 MiB from 2013 on, 5 MiB from 2025 on, 500 KiB in ARC files before) is a part of a page: never a version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from crawler.archives.capture import Capture, Period
from crawler.archives.cdx import CdxPage, json_rows, pywb_fields, read_page
from crawler.archives.errors import UnexpectedArchiveResponse
from crawler.archives.timestamps import parse_iso

CUT_OFF: Final = "cut off by the archive"  # how the oddity of a truncated capture begins
CUT_AT: Final = (500 * 1024, 2**20, 5 * 2**20)  # bytes at which crawls cut bodies off, marked reliably since 2019 only
MAX_RECORD: Final = 32 * 2**20  # bytes of one record that are asked for: five times the largest there is
_CRAWL: Final = re.compile(r"crawl-data/(CC-MAIN-[0-9-]{4,20})/", re.ASCII)
_LOCATOR: Final = re.compile(r"#(crawl-data/[!-~]{1,400}):(\d{1,15}):(\d{1,12})$", re.ASCII)
_ID: Final = re.compile(r"CC-MAIN-[0-9-]{4,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a record lies: bytes `offset` to `offset + length - 1` of a file, one gzip member."""

    filename: str
    offset: int
    length: int

    def __str__(self) -> str:
        return f"{self.filename}:{self.offset}:{self.length}"

    @property
    def crawl(self) -> str:
        """The crawl that wrote it, "" where the file's name does not say."""
        match = _CRAWL.match(self.filename)
        return match[1] if match else ""

    @property
    def bytes(self) -> str:
        """As the header Range names it."""
        return f"bytes={self.offset}-{self.offset + self.length - 1}"


@dataclass(frozen=True, slots=True)
class Crawl:
    """One crawl: it is finished, so what its index says of a URL is said for ever.

    :param index: address of its index.
    """

    name: str
    index: str
    period: Period


def read_collinfo(body: bytes) -> tuple[Crawl, ...]:
    """Return the crawls of a collinfo.json, oldest first.

    :raises UnexpectedArchiveResponse: it is none. An entry that lacks its dates is left out.
    """
    try:
        rows: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnexpectedArchiveResponse(f"the list of crawls does not parse: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnexpectedArchiveResponse("the list of crawls is no list")
    crawls = [crawl for row in rows if (crawl := _crawl(row)) is not None]
    if not crawls:
        raise UnexpectedArchiveResponse("the list of crawls names none with its dates")
    return tuple(sorted(crawls, key=lambda crawl: (crawl.period.since, crawl.name)))


def _crawl(row: Mapping[str, Any]) -> Crawl | None:
    name, index = row.get("id"), row.get("cdx-api")
    if not (isinstance(name, str) and _ID.fullmatch(name) and isinstance(index, str)):
        return None
    try:
        since, until = (_moment(str(row.get(end))) for end in ("from", "to"))
    except ValueError:
        return None
    return Crawl(name, index, Period(since, until))


def _moment(text: str) -> datetime:
    return parse_iso(text if text.endswith("Z") else f"{text}Z")


def meeting(crawls: Iterable[Crawl], holes: Iterable[Period]) -> tuple[Crawl, ...]:
    """Return the crawls that captured something within a hole, in their order.

    >>> from datetime import UTC, datetime
    >>> year = [Period(datetime(y, 1, 1, tzinfo=UTC), datetime(y, 12, 31, tzinfo=UTC)) for y in (2015, 2016)]
    >>> [crawl.name for crawl in meeting([Crawl("a", "", year[0]), Crawl("b", "", year[1])], [Period(until=year[0].since)])]
    ['a']
    """
    spans = list(holes)
    return tuple(crawl for crawl in crawls if any(_meet(crawl.period, hole) for hole in spans))


def _meet(one: Period, other: Period) -> bool:
    begins = one.since is None or other.until is None or one.since <= other.until
    return begins and (one.until is None or other.since is None or other.since <= one.until)


def read_rows(body: bytes) -> CdxPage:
    """Read an index answer of a crawl: rows with their locators, without fetches of robots.txt.

    A row whose record was cut off says so in its oddity. A row without a usable locator is broken: it cannot be had.
    """
    rows, broken = [], []
    for row in json_rows(body):
        if "/robotstxt/" in str(row.get("filename", "")):
            continue
        found = locator_of_row(row)
        if found is None:
            broken.append(json.dumps(row)[:1000])
        else:
            rows.append((row, found))
    page = read_page([pywb_fields(row) for row, _ in rows])
    by_row = {(str(row.get("timestamp")), str(row.get("url"))): (row, found) for row, found in rows}
    captures = tuple(_located(capture, by_row) for capture in page.captures)
    if broken and not captures:
        raise UnexpectedArchiveResponse(f"the index answered no row that says where its record is: {broken[0][:200]}")
    return CdxPage(captures, "", (*page.broken, *broken))


def _located(capture: Capture, by_row: Mapping[tuple[str, str], tuple[Mapping[str, Any], Locator]]) -> Capture:
    row, found = by_row[capture.timestamp, capture.original]
    return located(capture, found, str(row.get("truncated") or ""))


def located(capture: Capture, locator: Locator, truncated: str = "") -> Capture:
    """Return a capture with where it lies, and with the word of the index that it was cut off."""
    cut = f"{CUT_OFF}: {truncated[:20]}" if truncated not in ("", "-") else ""
    return replace(capture, locator=str(locator), oddity="; ".join(filter(None, (capture.oddity, cut))))


def locator_of_row(row: Mapping[str, Any]) -> Locator | None:
    """Return the locator of an index row, None where it has none that can be asked for."""
    texts = [str(row.get(name, "")) for name in ("filename", "offset", "length")]
    match = _LOCATOR.search(f"#{':'.join(texts)}")
    locator = Locator(match[1], int(match[2]), int(match[3])) if match else None
    return locator if locator and 0 < locator.length <= MAX_RECORD and ".." not in locator.filename else None


def citation(prefix: str, capture: Capture) -> str:
    """Return how a capture is cited: the index query that gives its row, and behind "#" file, offset and length.

    No page shows it to a person. :param prefix: of the index, https://index.commoncrawl.org/.
    """
    locator = locator_in(f"#{capture.locator}")
    crawl = locator.crawl if locator else ""
    moment = f"&from={capture.timestamp}&to={capture.timestamp}"
    return f"{prefix}{crawl}-index?url={quote(capture.original, safe='')}&output=json{moment}#{capture.locator}"


def locator_in(citation_url: str) -> Locator | None:
    """Return the locator of a citation, None of one that has none.

    >>> str(locator_in("https://index.commoncrawl.org/x-index?url=a#crawl-data/CC-MAIN-2015-06/a.warc.gz:10:20"))
    'crawl-data/CC-MAIN-2015-06/a.warc.gz:10:20'
    """
    match = _LOCATOR.search(citation_url)
    return Locator(match[1], int(match[2]), int(match[3])) if match else None


def is_whole(body: bytes) -> bool:
    """Tell whether a body is longer or shorter than what crawls cut off at: no mark can be relied on before 2019."""
    return len(body) not in CUT_AT
