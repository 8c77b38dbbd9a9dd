"""What the records of a WARC or ARC file are captures of, and the payload of one.

    file ──scan──► Record after Record, and a text for each that is not whole or not as it should be
    Record ──read_payload──► status, HTTP headers, body without chunking, and whether whoever wrote it has cut it off

`look` sees the beginning of each page as the file is read through, so that nobody need read it once more to know which
pages are wanted.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import zstandard
from warcio.bufferedreaders import ChunkedDataReader

from crawler.archives.capture import REVISIT_MIMETYPE, Capture
from crawler.archives.common_crawl import is_whole
from crawler.archives.files.containers import Source
from crawler.archives.files.digests import digest_text, plain_digest
from crawler.archives.files.fields import Fields
from crawler.archives.files.record_index import Record, Refers
from crawler.archives.files.records import (
    BadRecordError,
    Block,
    Flaw,
    Head,
    read_http_head,
    read_record,
    records,
)
from crawler.archives.files.revisits import NOT_MODIFIED
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_timestamp, parse_http_date, parse_warc_date

Look = Callable[[bytes, Mapping[str, str]], bool]  # the beginning of a page, its HTTP headers, names in lower case

READ_ERRORS = (OSError, EOFError, ValueError, zlib.error, zstandard.ZstdError)
_LOOKED_AT: Final = (
    128 * 1024
)  # bytes of a page that `look` sees: its title and its first heading stand near its beginning
_BUFFER: Final = 256 * 1024  # of a file: members are small, and each is looked at several times
_HTML: Final = ("text/html", "application/xhtml+xml")
_PIECE = 64 * 1024
_ALL: Final = 2**62
_MEDIA_TYPE = re.compile(r"\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+)", re.ASCII)
_CAPTURES = ("response", "revisit", "resource")
# of a record's type; those unknown are to be passed over (WARC 1.1, 5.5)
_NAME = re.compile(r"[a-z_-]{1,60}", re.ASCII)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.ASCII | re.IGNORECASE)
_UNPRINTED = re.compile(r"[^!-~\u00a1-\U0010ffff]")  # white space and controls, which no URL has: they are escaped


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was read in a record; `note` says what of it is not as it should be."""

    capture: Capture
    refers: Refers
    record_id: str
    note: str
    noted: bool | None = None


@dataclass(frozen=True, slots=True)
class Payload:
    """What a record holds. :param status: 0 for a revisit without HTTP headers. :param truncated: why its body is not whole, "" if it is."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    truncated: str = ""


def scan(path: Path, damages: list[str], look: Look | None = None) -> Iterator[Record]:
    """Yield the captures of one file; every record that is not whole, or not as it should be, is one damage."""
    is_empty = True
    with path.open("rb", buffering=_BUFFER) as stream:
        for found in records(Source(stream, path.name), partial(_take, look=look)):
            is_empty = False
            if isinstance(found, Flaw):
                damages.append(f"{path.name}: at byte {found.offset:,}: {found.why}")
                continue
            taken, place = found.taken, found.place
            if taken.note:
                damages.append(f"{path.name}: at byte {place.offset:,}: {taken.note}")
            capture = replace(taken.capture, length=str(place.length))
            yield Record(capture, path, place, taken.refers, taken.record_id, taken.noted)
        if is_empty and not stream.seek(0, 2):
            damages.append(f"{path.name}: the file is empty")


def _take(head: Head, block: Block, look: Look | None = None) -> _Taken | None:
    """Read the capture that a record is, None where it is none; BadRecordError where it cannot be used."""
    url = head.get("WARC-Target-URI").removeprefix("<").removesuffix(">")
    if not _NAME.fullmatch(head.kind):
        raise BadRecordError(f"its type {head.kind[:60]!r} is none" if head.kind else "it has no type")
    if head.kind not in _CAPTURES:
        return None
    if not _SCHEME.match(url):
        raise BadRecordError(f"its URL {url[:200]!r} is none" if url else "it has no URL")
    if not url.lower().startswith(("http:", "https:")):
        return None
    if head.get("WARC-Segment-Number"):
        raise BadRecordError("it is one segment of a record; segments are not put together")
    url = _UNPRINTED.sub(lambda match: quote(match[0]), url)
    status, http, first = record_http(head, block)
    captured_at, note = record_date(head, http)
    is_revisit = head.kind == "revisit"
    media_type = REVISIT_MIMETYPE if is_revisit else _media_type(head, http)
    is_seen = look is not None and media_type in _HTML and status in ("200", "")
    seen = first + block.read(_LOOKED_AT) if is_seen else first
    digest = plain_digest(head.get("WARC-Payload-Digest")) or ("-" if is_revisit else _digest(seen, block))
    capture = Capture(
        urlkey=_key(url),
        timestamp=format_timestamp(captured_at),
        original=url,
        mimetype=media_type,
        statuscode="-" if is_revisit else status or "-",
        digest=digest,
        length="-",
        captured_at=captured_at,
    )
    refers = Refers(
        head.get("WARC-Refers-To-Target-URI"),
        head.get("WARC-Refers-To-Date"),
        head.get("WARC-Refers-To"),
        head.get("WARC-Profile").rstrip("/").endswith(NOT_MODIFIED),
    )
    noted = look(*_begins(seen, http)) if look is not None and is_seen else None
    return _Taken(capture, refers if is_revisit else Refers(), head.get("WARC-Record-ID"), note, noted)


def _begins(seen: bytes, http: Fields | None) -> tuple[bytes, dict[str, str]]:
    """A page's first bytes without chunking, and its headers."""
    body = _unchunked(BytesIO(seen), http).read(_LOOKED_AT)
    return body, {name.lower(): value for name, value in (http.pairs if http else ())}


def _key(url: str) -> str:
    try:
        parts = urlsplit(url)
        port, key = parts.port, surt(url)
    except Exception as error:  # noqa: BLE001 - the library raises what it likes
        raise BadRecordError(f"its URL {url[:200]!r} cannot be read ({one_line(error)})") from None
    if not parts.hostname or "%" in parts.hostname or port == 0 or ")" not in key or " " in key:
        raise BadRecordError(f"its URL {url[:200]!r} is none")
    return key


def record_http(head: Head, block: Block) -> tuple[str, Fields | None, bytes]:
    """Return the HTTP status ("" where there is none), the headers, and what of the body was read to find that out.

    Before HTTP/1.0, and in ARC files, an answer may be its body alone.
    """
    if head.kind == "resource":
        return "", None, b""
    first = block.readline()
    if (head.is_arc and not first.startswith(b"HTTP/")) or (head.kind == "revisit" and not first.strip()):
        return "", None, first
    status, http = read_http_head(first, block)
    return status, http, b""


def record_date(head: Head, http: Fields | None) -> tuple[datetime, str]:
    """Return when a record was captured, and a note where not it but the server says so."""
    said = head.get("WARC-Date")
    try:
        return parse_warc_date(said), ""
    except ValueError:
        served = parse_http_date(http.get("Date") if http else "")
    what = f"its date {said[:60]!r} cannot be read" if said else "it has no date"
    if served is None:
        raise BadRecordError(f"{what}, and it has no HTTP Date to stand in")
    return served, f"{what}; the HTTP header Date stands in: {format_timestamp(served)}"


def _media_type(head: Head, http: Fields | None) -> str:
    said = http.get("Content-Type") if http else head.get("Content-Type")
    match = _MEDIA_TYPE.match(said)
    return match[1].lower() if match else "unk"


def _digest(first: bytes, block: Block) -> str:
    digest = hashlib.sha1(first, usedforsecurity=False)
    while piece := block.read(_PIECE):
        digest.update(piece)
    return digest_text(digest)


def read_payload(record: Record, limit: int = 0) -> Payload:
    """Return what a record holds, its chunks put together.

    :param limit: a longer body is cut off one byte behind it; 0 for none.
    :raises READ_ERRORS: it is not there any more.
    """
    with record.path.open("rb") as stream:
        head, block = read_record(Source(stream, record.path.name), record.place)
        status, http, first = record_http(head, block)
        wanted = limit + 1 if limit > 0 else _ALL
        if http is None:  # its media type is the record's
            body = first + block.read(wanted)
            headers = [("content-type", _media_type(head, None))]
            return Payload(0 if record.is_revisit else 200, headers, body, truncation(head, body))
        body = _unchunked(block, http).read(wanted)
        return Payload(int(status), list(http.pairs), body, truncation(head, body))


def truncation(head: Head, body: bytes) -> str:
    """Return why a body is a part only, "" for a whole one. A revisit has none: it says "length" of that (WARC 1.1, 6.7.2)."""
    if head.kind == "revisit":
        return ""
    return head.get("WARC-Truncated")[:40] or ("" if is_whole(body) else "length")


def _unchunked(block: Any, http: Fields | None) -> Any:
    coding = http.get("Transfer-Encoding") if http else ""
    return ChunkedDataReader(block) if coding.lower().endswith("chunked") else block


def one_line(error: Exception) -> str:
    """Return what an error says, in a line."""
    return " ".join(str(error).split())[:200] or type(error).__name__
