"""Lists of pages that others captured, as shards: files of WARC records, and records by their locators.

    warcs_out(URIs) ──► warcs/NAME.txt, one file each                    found_in_warc(URI) ──► FoundRecord…
    locators_out(captures) ──► locators/NAME.parquet, 500 each           captures_of(place, name) ──► Capture…

Only pages whose address is likely a privacy policy's are looked at: who reads whole files of Common Crawl reads a thousand
pages for each that is one.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from crawler.archives.capture import Capture
from crawler.archives.errors import StoreError
from crawler.archives.files.warc import WarcArchive
from crawler.discovery.by_address import likely_policy
from pipelines.shards.apart import Shard, rows_of
from pipelines.shards.collect import FoundRecord
from pipelines.shards.place import JobFolders, open_uri
from pipelines.shards.rows import Holds, Told, Writing, decoder, storable, to_json

WARCS: Final = "warcs"
LOCATORS: Final = "locators"
_AT_ONCE: Final = 500  # locators of a shard: at a request a second, eight minutes' work
_COLUMNS: Final = dict.fromkeys(("url", "timestamp", "locator", "capture"), Holds.TEXT)


def warcs_out(place: JobFolders, uris: Iterable[str]) -> tuple[str, ...]:
    """Make a shard of each WARC or ARC file; return their names.

    :param uris: paths, or URIs that pyarrow opens, which every worker must reach.
    """
    names: list[str] = []
    for number, one in enumerate(dict.fromkeys(uris), 1):
        uri = one if "://" in one else str(Path(one).resolve())
        name = f"{number:05d}-{_digest(uri.encode())}"
        with place.new(WARCS, name) as (stream, named):
            stream.write(uri.encode())
            named(name)
        names.append(name)
    return tuple(names)


def locators_out(place: JobFolders, captures: Iterable[Capture], size: int = _AT_ONCE) -> tuple[int, tuple[str, ...]]:
    """Make shards of the captures that are likely of policies; return how many they are, and the shards' names.

    :param captures: with locators. Each is taken once, in the order in which they come.
    """
    wanted = (one for one in captures if one.locator and likely_policy(one))
    names: list[str] = []
    count = 0
    while some := list(dict.fromkeys(itertools.islice(wanted, size))):
        name = f"{len(names) + 1:05d}-{_digest(to_json(some).encode())}"
        put_locators(place, name, some)
        names.append(name)
        count += len(some)
    return count, tuple(names)


def put_locators(place: JobFolders, name: str, captures: Iterable[Capture]) -> None:
    """Make one shard of captures, with a name that says which they are."""
    with place.new(LOCATORS, name) as (stream, named):
        with Writing(stream, _COLUMNS) as shard:
            for one in captures:
                shard.add((*map(storable, (one.original, one.timestamp, one.locator)), to_json(one)))
        named(name)


def captures_of(place: JobFolders, name: str) -> Iterator[Capture]:
    """Yield the captures of a shard of locators.

    :raises StoreError: it is missing or damaged.
    """
    of_capture = decoder(Capture)
    for (row,) in rows_of(Shard(place, LOCATORS, name, {"capture": Holds.TEXT})):
        with Told():
            yield of_capture(row)


def found_in_warc(place: JobFolders, name: str) -> Iterator[FoundRecord]:
    """Yield the records of a shard's file whose address is likely a policy's, by URL, then time.

    :raises StoreError: the file cannot be had, or has no record that can be read.
    """
    uri = place.text(WARCS, name)
    with _on_disk(uri) as path:
        archive = WarcArchive(path)
        if not any(True for _record in archive.records()):
            raise StoreError(f"{uri}: {'; '.join(archive.damages[:3]) or 'it has no records'}")
        for capture in (record.capture for record in archive.records()):
            if likely_policy(capture):
                yield FoundRecord(capture, uri, archive.playback(capture.timestamp, capture.original, capture.digest))


@contextmanager
def _on_disk(uri: str) -> Iterator[Path]:
    """Give a file that can be read at any place: itself where it is here, else a copy for as long as it is needed."""
    if "://" not in uri:
        if not Path(uri).is_file():
            raise StoreError(f"there is no file {uri}")
        yield Path(uri)
        return
    with tempfile.TemporaryDirectory(prefix="policylapse-") as folder:
        path = Path(folder, uri.rpartition("/")[2] or "file.warc.gz")
        with open_uri(uri) as file, path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        yield path


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
