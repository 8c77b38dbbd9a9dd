"""WARC and ARC files as an archive: an index in memory, and answers in the Wayback dialect.

    WarcArchive(root).listing(url, …)  ──► Answered(CDX lines)
    WarcArchive(root).playback(ts, url) ──► Answered(status, headers, body), as web.archive.org answers `id_` requests

The same spiders, middlewares and parsers run on it as on the network, without a test-only branch: see
crawler/asking/handlers.py. Revisit records are resolved to the record they refer to. A damaged file serves all the records
whose frames are whole (crawler.archives.files.records); what is wrong, record by record, is in `damages` and goes out with
every listing, and so do the files that look like archives and are not read.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import zstandard
from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import StatusAndHeaders

from crawler.archives.capture import REVISIT_MIMETYPE, Capture
from crawler.archives.dialects import LOCAL_ORIGIN
from crawler.archives.files.archive_files import unread_files, warc_files
from crawler.archives.files.beside import read_indexes
from crawler.archives.files.containers import Source
from crawler.archives.files.digests import digest_text, plain_digest
from crawler.archives.files.records import (
    BadRecordError,
    Block,
    Flaw,
    Head,
    read_http_head,
    read_record,
    records,
)
from crawler.archives.files.revisits import NOT_MODIFIED, Originals, Record, Refers
from crawler.archives.index_query import select_rows
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_timestamp, parse_http_date, parse_timestamp, parse_warc_date

DAMAGE_HEADER = "x-archive-damage"  # a JSON list of texts, one for each thing that is wrong
_MOST_DAMAGES: Final = 100  # of one archive that are told one by one; the rest are counted
_UNPREFIXED = frozenset({"content-type", "location", "content-encoding"})  # docs/archives.md; the body is as captured
_DROPPED = frozenset({"transfer-encoding", "content-length", "connection"})  # of the transfer, not of the body
TRUNCATED = "x-archive-truncated"  # header of an answer whose body the archive has cut off; says why
READ_ERRORS = (OSError, EOFError, ValueError, zlib.error, zstandard.ZstdError)
_PIECE = 64 * 1024
_MEDIA_TYPE = re.compile(r"\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+)", re.ASCII)
_CAPTURES = ("response", "revisit", "resource")
_NAME = re.compile(
    r"[a-z_-]{1,60}", re.ASCII
)  # of a record's type; those unknown are to be passed over (WARC 1.1, 5.5)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.ASCII | re.IGNORECASE)
_UNPRINTED = re.compile(r"[^!-~\u00a1-\U0010ffff]")  # white space and controls, which no URL has: they are escaped


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was read in a record; `note` says what of it is not as it should be."""

    capture: Capture
    refers: Refers
    record_id: str
    note: str


class WarcArchive:
    """The captures of a WARC or ARC file or of a folder of them.

    :param root: file or folder. An index `*.cdxj` beside the files that names them all saves reading them through.
    :param wacz_apart: a folder's WACZ files are read too, each as an archive of its own.
    """

    def __init__(self, root: Path, *, wacz_apart: bool = False) -> None:
        self.damages = unread_files(root, wacz_apart=wacz_apart)
        self._by_key: dict[str, list[Record]] = defaultdict(list)
        for record in self._records(root):
            self._by_key[record.capture.urlkey].append(record)
        for same_key in self._by_key.values():
            same_key.sort(key=lambda record: (record.capture.captured_at, record.capture.original))
        self._originals = Originals(self.records())

    def records(self) -> Iterator[Record]:
        """Yield every record, by key, then time."""
        for key in sorted(self._by_key):
            yield from self._by_key[key]

    def _records(self, root: Path) -> Iterator[Record]:
        files = warc_files(root)
        indexed = read_indexes(root, files)
        if indexed is not None:
            yield from indexed
            return
        for path in files:
            try:
                yield from _scan(path, self.damages)
            except READ_ERRORS as error:
                self.damages.append(f"{path.name}: cannot be read further ({_one_line(error)})")

    def listing(self, url: str, since: str, until: str, limit: int, resume_key: str) -> Answered:
        """Answer an index request: rows of exactly one URL, in time order, at most `limit`, then the resume key."""
        rows = [
            record.capture
            for record in self._by_key.get(surt(url), [])
            if (not since or record.capture.timestamp >= since) and (not until or record.capture.timestamp <= until)
        ]
        start = int(resume_key) if resume_key.isdigit() else 0
        page = rows[start : start + limit]
        return self._rows(page, str(start + limit) if start + limit < len(rows) else "")

    def search(self, url: str, params: Mapping[str, Sequence[str]]) -> Answered:
        """Answer an index request that is filtered, collapsed or over all URLs of a domain.

        :param params: of the request (crawler.archives.index_query).
        """
        domain = (params.get("matchType") or [""])[0] == "domain"
        wanted = surt(url).partition(")")[0] if domain else surt(url)
        keys = [wanted] if not domain else sorted(k for k in self._by_key if _below(k.partition(")")[0], wanted))
        rows = (record.capture for key in keys for record in self._by_key.get(key, []))
        return self._rows(islice(select_rows(rows, params), int((params.get("limit") or ["1000"])[0])))

    def _rows(self, captures: Iterable[Capture], resume_key: str = "") -> Answered:
        lines = [
            f"{c.urlkey} {c.timestamp} {c.original} {c.mimetype} {c.statuscode} {c.digest} {c.length}" for c in captures
        ]
        lines += ["", resume_key] if resume_key else []
        headers = {"content-type": "text/plain"}
        if self.damages:
            headers[DAMAGE_HEADER] = json.dumps(_bounded(self.damages))
        return Answered(200, headers, ("\n".join(lines) + "\n" if lines else "").encode())

    def playback(self, timestamp: str, url: str, digest: str = "", limit: int = 0) -> Answered:
        """Answer a playback request as the Wayback Machine does: the capture, a redirect to the nearest, or 404.

        :param digest: tells captures of one URL in one second apart.
        :param limit: a longer body is cut off one byte behind it; 0 for none.
        """
        same_url = self._by_key.get(surt(url), [])
        if not same_url:
            return _missing("The Wayback Machine has not archived that URL.")
        nearest = _nearest(same_url, timestamp, url, digest)
        if nearest.capture.timestamp != timestamp:
            found = nearest.capture
            location = f"{LOCAL_ORIGIN}/web/{found.timestamp}id_/{found.original}"
            reason = f"found capture at {found.timestamp}"
            return Answered(302, {"location": location, "x-archive-redirect-reason": reason}, b"")
        return self._memento(nearest, limit)

    def _memento(self, record: Record, limit: int = 0) -> Answered:
        try:
            read = _read(record, limit)
            if record.is_revisit:
                original = self._originals.of(record)
                if original is None:
                    return _missing("The record that this revisit refers to is not here.")
                read = _revisited(read, _read(original, limit))
        except READ_ERRORS as error:  # the file, or the index beside it, is not what it was
            return _missing(f"The record cannot be read: {_one_line(error)}")
        status, http_headers, body = read
        return Answered(status, archive_headers(record.capture, http_headers), body)


def _missing(text: str) -> Answered:
    return Answered(404, {"content-type": "text/plain"}, text.encode())


def _bounded(damages: Sequence[str]) -> list[str]:
    more = len(damages) - _MOST_DAMAGES
    return [*damages[:_MOST_DAMAGES], f"and {more:,} more of the kind"] if more > 0 else list(damages)


def read_damages(header: str) -> list[str]:
    """Return the texts of a DAMAGE_HEADER; the header itself where a server sends one that is none of ours."""
    try:
        damages = json.loads(header)
    except (ValueError, RecursionError):
        damages = None
    return [str(damage) for damage in damages] if isinstance(damages, list) else [header[:1000]]


def _below(host: str, wanted: str) -> bool:
    """Tell whether a host, as keys have it ("com,example,shop"), is another or below it."""
    return host == wanted or host.startswith(f"{wanted},")


def _nearest(same_url: list[Record], timestamp: str, url: str, digest: str) -> Record:
    same = [record for record in same_url if record.capture.timestamp == timestamp]
    if same:
        return max(same, key=lambda record: (record.capture.digest == digest, record.capture.original == url))
    at = bisect_left(same_url, timestamp, key=lambda record: record.capture.timestamp)
    moment = parse_timestamp(timestamp.ljust(14, "0")) if timestamp.isdigit() and len(timestamp) == 14 else None
    near = same_url[max(0, at - 1) : at + 1]
    return (
        min(near, key=lambda record: abs((record.capture.captured_at - moment).total_seconds())) if moment else near[0]
    )


def archive_headers(capture: Capture, http_headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a capture's own headers as the Wayback dialect passes them on."""
    headers = {
        "memento-datetime": format_datetime(capture.captured_at, usegmt=True),
        "link": f'<{capture.original}>; rel="original"',
    }
    for name, value in http_headers:
        name = name.lower()  # noqa: PLW2901
        if name == "location":
            target = _resolve(capture.original, value)
            headers[name] = f"{LOCAL_ORIGIN}/web/{capture.timestamp}id_/{target}"
        elif name in _UNPREFIXED:
            headers[name] = value
        elif name not in _DROPPED:
            headers[f"x-archive-orig-{name}"] = value
    return headers


def _resolve(original: str, location: str) -> str:
    try:
        return urljoin(original, location)
    except ValueError:  # hostile: no URL at all
        return location


# the index


def _scan(path: Path, damages: list[str]) -> Iterator[Record]:
    """Yield the captures of one file; every record that is not whole, or not as it should be, is one damage."""
    is_empty = True
    with path.open("rb") as stream:
        for found in records(Source(stream, path.name), _take):
            is_empty = False
            if isinstance(found, Flaw):
                damages.append(f"{path.name}: at byte {found.offset:,}: {found.why}")
                continue
            taken, place = found.taken, found.place
            if taken.note:
                damages.append(f"{path.name}: at byte {place.offset:,}: {taken.note}")
            capture = replace(taken.capture, length=str(place.length))
            yield Record(capture, path, place, taken.refers, taken.record_id)
        if is_empty and not stream.seek(0, 2):
            damages.append(f"{path.name}: the file is empty")


def _take(head: Head, block: Block) -> _Taken | None:
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
    digest = plain_digest(head.get("WARC-Payload-Digest")) or ("-" if is_revisit else _digest(first, block))
    capture = Capture(
        urlkey=_key(url),
        timestamp=format_timestamp(captured_at),
        original=url,
        mimetype=REVISIT_MIMETYPE if is_revisit else _media_type(head, http),
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
    return _Taken(capture, refers if is_revisit else Refers(), head.get("WARC-Record-ID"), note)


def _key(url: str) -> str:
    try:
        parts = urlsplit(url)
        port, key = parts.port, surt(url)
    except Exception as error:  # noqa: BLE001 - the library raises what it likes
        raise BadRecordError(f"its URL {url[:200]!r} cannot be read ({_one_line(error)})") from None
    if not parts.hostname or "%" in parts.hostname or port == 0 or ")" not in key or " " in key:
        raise BadRecordError(f"its URL {url[:200]!r} is none")
    return key


def record_http(head: Head, block: Block) -> tuple[str, StatusAndHeaders | None, bytes]:
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


def record_date(head: Head, http: StatusAndHeaders | None) -> tuple[datetime, str]:
    """Return when a record was captured, and a note where not it but the server says so."""
    said = head.get("WARC-Date")
    try:
        return parse_warc_date(said), ""
    except ValueError:
        served = parse_http_date((http and http.get_header("Date")) or "")
    what = f"its date {said[:60]!r} cannot be read" if said else "it has no date"
    if served is None:
        raise BadRecordError(f"{what}, and it has no HTTP Date to stand in")
    return served, f"{what}; the HTTP header Date stands in: {format_timestamp(served)}"


def _media_type(head: Head, http: StatusAndHeaders | None) -> str:
    said = (http.get_header("Content-Type") if http else head.get("Content-Type")) or ""
    match = _MEDIA_TYPE.match(said)
    return match[1].lower() if match else "unk"


def _digest(first: bytes, block: Block) -> str:
    digest = hashlib.sha1(first, usedforsecurity=False)
    while piece := block.read(_PIECE):
        digest.update(piece)
    return digest_text(digest)


# playback

_Read = tuple[int, list[tuple[str, str]], bytes]


def _read(record: Record, limit: int = 0) -> _Read:
    """Return (status, HTTP headers, body without chunking) of one record; status 0 for a revisit without HTTP headers.

    :raises READ_ERRORS: it is not there any more.
    """
    with record.path.open("rb") as stream:
        head, block = read_record(Source(stream, record.path.name), record.place)
        status, http, first = record_http(head, block)
        wanted = limit + 1 if limit > 0 else -1
        if http is None:  # its media type is the record's
            return (
                0 if record.is_revisit else 200,
                [("content-type", _media_type(head, None))],
                first + block.read(wanted),
            )
        if (http.get_header("Transfer-Encoding") or "").strip().lower().endswith("chunked"):
            body = ChunkedDataReader(block).read(wanted if wanted > 0 else None)
        else:
            body = block.read(wanted)
        return int(status), list(http.headers), body


def _revisited(revisit: _Read, original: _Read) -> _Read:
    """What a revisit shows: its own status and headers where it has them, and the original's payload as that is coded."""
    status, headers, _body = revisit
    if status in (0, 304):  # 304 answers our crawler's question; what the site shows is the original
        return original
    coding = [(name, value) for name, value in original[1] if name.lower() == "content-encoding"]
    own = [(name, value) for name, value in headers if name.lower() != "content-encoding"]
    return status, own + coding, original[2]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
