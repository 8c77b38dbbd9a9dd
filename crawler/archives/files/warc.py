"""WARC and ARC files as an archive: an index on disk, and answers in the Wayback dialect.

    WarcArchive(root).listing(url, …)  ──► Answered(CDX lines)
    WarcArchive(root).playback(ts, url) ──► Answered(status, headers, body), as web.archive.org answers `id_` requests

The same spiders, middlewares and parsers run on it as on the network, without a test-only branch: see
crawler/asking/handlers.py. Revisit records are resolved to the record they refer to. A damaged file serves all the records
whose frames are whole (crawler.archives.files.records); what is wrong, record by record, is in `damages` and goes out with
every listing, and so do the files that look like archives and are not read.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import format_datetime
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

from crawler.archives.capture import Capture
from crawler.archives.dialects import LOCAL_ORIGIN
from crawler.archives.errors import ConfigError
from crawler.archives.files.archive_files import unread_files, warc_files
from crawler.archives.files.beside import read_indexes
from crawler.archives.files.record_index import Record, RecordIndex
from crawler.archives.files.revisits import Originals
from crawler.archives.files.scanning import READ_ERRORS, Look, Payload, one_line, read_payload, scan
from crawler.archives.index_query import select_rows
from crawler.archives.surt import surt
from crawler.archives.timestamps import parse_timestamp

DAMAGE_HEADER = "x-archive-damage"  # a JSON list of texts, one for each thing that is wrong
TRUNCATED = "x-archive-truncated"  # header of an answer whose body the archive has cut off; says why
_MOST_DAMAGES: Final = 100  # of one archive that are told one by one; the rest are counted
_HELD: Final = 10_000
_UNPREFIXED = frozenset({"content-type", "location", "content-encoding"})  # docs/archives.md; the body is as captured
_DROPPED = frozenset({"transfer-encoding", "content-length", "connection"})  # of the transfer, not of the body


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes


class WarcArchive:
    """The captures of a WARC or ARC file or of a folder of them.

    :param root: file or folder. An index `*.cdxj` beside the files that names them all saves reading them through.
    :param wacz_apart: a folder's WACZ files are read too, each as an archive of its own.
    :param look: sees the beginning of every page (HTML, status 200); `noted` gives those that it returned True for.
    :raises ConfigError: there is no room for the index.
    """

    def __init__(self, root: Path, *, wacz_apart: bool = False, look: Look | None = None) -> None:
        self.damages = Damages(unread_files(root, wacz_apart=wacz_apart))
        self._index = RecordIndex()
        self._originals = Originals(self._index)
        try:
            self._read(root, look)
            self._index.ready()
        except sqlite3.Error as error:
            raise ConfigError(
                f"the index of {root} cannot be written to {tempfile.gettempdir()}: {error}; name another folder with TMPDIR"
            ) from None

    def records(self) -> Iterator[Record]:
        """Yield every record, by key, then time."""
        return self._index.records()

    def noted(self) -> dict[str, int]:
        """Return the URLs whose newest page `look` has noted, with their captures."""
        return dict(self._index.noted())

    def _read(self, root: Path, look: Look | None) -> None:
        files = warc_files(root)
        if look is None and read_indexes(root, files, self._index):
            return
        for path in files:
            try:
                for record in scan(path, self.damages, look):
                    self._index.add(record)
            except READ_ERRORS as error:
                self.damages.append(f"{path.name}: cannot be read further ({one_line(error)})")

    def listing(self, url: str, since: str, until: str, limit: int, resume_key: str) -> Answered:
        """Answer an index request: rows of exactly one URL, in time order, at most `limit`, then the resume key."""
        start = int(resume_key) if resume_key.isdigit() else 0
        rows = [record.capture for record in self._index.of_url(surt(url), since, until, start, limit + 1)]
        return self._rows(rows[:limit], str(start + limit) if len(rows) > limit else "")

    def search(self, url: str, params: Mapping[str, Sequence[str]]) -> Answered:
        """Answer an index request that is filtered, collapsed or over all URLs of a domain.

        :param params: of the request (crawler.archives.index_query).
        """
        domain = (params.get("matchType") or [""])[0] == "domain"
        key = surt(url)
        records = self._index.below(key.partition(")")[0]) if domain else self._index.of_url(key)
        rows = select_rows((record.capture for record in records), params)
        return self._rows(islice(rows, int((params.get("limit") or ["1000"])[0])))

    def _rows(self, captures: Iterable[Capture], resume_key: str = "") -> Answered:
        lines = [
            f"{c.urlkey} {c.timestamp} {c.original} {c.mimetype} {c.statuscode} {c.digest} {c.length}" for c in captures
        ]
        lines += ["", resume_key] if resume_key else []
        headers = {"content-type": "text/plain"}
        if self.damages:
            headers[DAMAGE_HEADER] = json.dumps(self.damages.told())
        return Answered(200, headers, ("\n".join(lines) + "\n" if lines else "").encode())

    def playback(self, timestamp: str, url: str, digest: str = "", limit: int = 0) -> Answered:
        """Answer a playback request as the Wayback Machine does: the capture, a redirect to the nearest, or 404.

        :param digest: tells captures of one URL in one second apart.
        :param limit: a longer body is cut off one byte behind it; 0 for none.
        """
        nearest = self._nearest(surt(url), timestamp, url, digest)
        if nearest is None:
            return _missing("The Wayback Machine has not archived that URL.")
        if nearest.capture.timestamp != timestamp:
            found = nearest.capture
            location = f"{LOCAL_ORIGIN}/web/{found.timestamp}id_/{found.original}"
            reason = f"found capture at {found.timestamp}"
            return Answered(302, {"location": location, "x-archive-redirect-reason": reason}, b"")
        return self._memento(nearest, limit)

    def _memento(self, record: Record, limit: int = 0) -> Answered:
        try:
            read = read_payload(record, limit)
            if record.is_revisit:
                original = self._originals.of(record)
                if original is None:
                    return _missing("The record that this revisit refers to is not here.")
                read = _revisited(read, read_payload(original, limit))
        except READ_ERRORS as error:  # the file, or the index beside it, is not what it was
            return _missing(f"The record cannot be read: {one_line(error)}")
        headers = archive_headers(record.capture, read.headers)
        if read.truncated:
            headers[TRUNCATED] = read.truncated
        return Answered(read.status, headers, read.body)

    def _nearest(self, key: str, timestamp: str, url: str, digest: str) -> Record | None:
        """The record of a key at a second, its digest and URL those asked for if possible; else the one nearest in time."""
        same = self._index.at(key, timestamp)
        if same:
            return max(same, key=lambda record: (record.capture.digest == digest, record.capture.original == url))
        near = self._index.around(key, timestamp)
        try:
            moment = parse_timestamp(timestamp)
        except ValueError:
            return near[0] if near else None
        return min(near, key=lambda record: abs((record.capture.captured_at - moment).total_seconds()), default=None)


def _missing(text: str) -> Answered:
    return Answered(404, {"content-type": "text/plain"}, text.encode())


class Damages(list[str]):
    """What is wrong, in the order of the files; what is over _HELD is counted."""

    more = 0

    def append(self, text: str) -> None:
        if len(self) < _HELD:
            super().append(text)
        else:
            self.more += 1

    def told(self) -> list[str]:
        """Return what a listing says of them."""
        more = len(self) + self.more - _MOST_DAMAGES
        return [*self[:_MOST_DAMAGES], f"and {more:,} more of the kind"] if more > 0 else list(self)


def read_damages(header: str) -> list[str]:
    """Return the texts of a DAMAGE_HEADER; the header itself where a server sends one that is none of ours."""
    try:
        damages = json.loads(header)
    except (ValueError, RecursionError):
        damages = None
    return [str(damage) for damage in damages] if isinstance(damages, list) else [header[:1000]]


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


def _revisited(revisit: Payload, original: Payload) -> Payload:
    """What a revisit shows: its own status and headers where it has them, and the original's payload as that is coded."""
    if revisit.status in (0, 304):  # 304 answers our crawler's question; what the site shows is the original
        return original
    coding = [(name, value) for name, value in original.headers if name.lower() == "content-encoding"]
    own = [(name, value) for name, value in revisit.headers if name.lower() != "content-encoding"]
    return replace(original, status=revisit.status, headers=own + coding)
