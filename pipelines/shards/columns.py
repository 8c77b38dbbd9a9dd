"""What stands in a shard, as rows of Parquet.

| pages/ | |
|---|---|
| `sha256` | of the payload: what its reading will be filed under |
| `body` | the payload |
| `url`, `status`, `headers`, `hints` | what it is read with (crawler.targets.fetched.Fetched); the last two as JSON |

| readings/ | |
|---|---|
| `sha256` | of the payload |
| `extractor`, `outcome`, `text_digest` | for who looks into the file |
| `reading` | pipelines.reading.payload.Reading as JSON, without its blocks and links |
| `blocks`, `links` | as JSON, at the first row of the shard that has them; else null, and their digest leads there |
| `links_digest` | |

The extractor for which pages were put out stands in the file's own metadata: another must not read them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from crawler.targets.fetched import Fetched
from crawler.targets.hints import Hints
from pipelines.model import Block, Link
from pipelines.reading.payload import Reading
from pipelines.shards.rows import Holds, Told, Writing, decoder, opened, rows_of, storable, to_json

EXTRACTOR: Final = b"policylapse_extractor"
_PAGES: Final = {
    "sha256": Holds.BYTES,
    "body": Holds.BYTES,
    "url": Holds.TEXT,
    "status": Holds.NUMBER,
    "headers": Holds.TEXT,
    "hints": Holds.TEXT,
}
_READINGS: Final = {"sha256": Holds.BYTES} | dict.fromkeys(
    ("extractor", "outcome", "text_digest", "links_digest", "reading", "blocks", "links"), Holds.TEXT
)
_ONCE: Final = frozenset(("blocks", "links"))


@dataclass(frozen=True, slots=True)
class PageRow:
    """A payload that is to be read."""

    sha256: bytes
    page: Fetched


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """What was read of a payload."""

    sha256: bytes
    reading: Reading


def pages_to(stream: Any, extractor: str) -> Writing:
    """Return the shard of pages that a stream becomes; rows by page_row."""
    return Writing(stream, _PAGES, _about(extractor))


def _about(extractor: str) -> dict[bytes, bytes]:
    return {EXTRACTOR: extractor.encode("utf-8", "replace")}


def page_row(row: PageRow) -> tuple[Any, ...]:
    """Return a page as a row."""
    page = row.page
    return (row.sha256, page.body, storable(page.url), page.status, to_json(dict(page.headers)), to_json(page.hints))


def pages_of(file: Any) -> tuple[str, Iterator[PageRow]]:
    """Return the extractor that a shard of pages is for, and its pages.

    :raises StoreError: the file is none, or damaged; also while the pages are taken.
    """
    shard = opened(file)
    with Told():
        extractor = (shard.schema_arrow.metadata or {}).get(EXTRACTOR, b"").decode("utf-8", "replace")
    return extractor, _pages(shard)


def _pages(shard: Any) -> Iterator[PageRow]:
    headers, hints = decoder(dict[str, str]), decoder(Hints)
    for sha256, body, url, status, with_headers, with_hints in rows_of(shard, _PAGES):
        with Told():
            page = Fetched(body, headers(with_headers), url, status, hints(with_hints))
        yield PageRow(sha256, page)


def write_readings(stream: Any, extractor: str, readings: Iterable[ReadingRow]) -> int:
    """Write a shard of readings; return how many."""
    seen: set[str] = set()
    count = 0
    with Writing(stream, _READINGS, _about(extractor)) as shard:
        for row in readings:
            shard.add(_reading_row(row, seen))
            count += 1
    return count


def _reading_row(row: ReadingRow, seen: set[str]) -> tuple[Any, ...]:
    reading, extraction = row.reading, row.reading.extraction
    blocks = links = None
    links_digest = ""
    if extraction:
        reading = replace(reading, extraction=replace(extraction, blocks=(), links=()))
        links = to_json(extraction.links)
        links_digest = hashlib.sha256(links.encode()).hexdigest()
        blocks = to_json(extraction.blocks)
        if links_digest in seen:
            links = None
        if reading.text_digest in seen:
            blocks = None
        seen.update((links_digest, reading.text_digest))
    ours = (row.reading.extractor, row.reading.outcome.value, row.reading.text_digest, links_digest)
    return (row.sha256, *map(storable, ours), to_json(reading), blocks, links)


def readings_of(file: Any) -> Iterator[ReadingRow]:
    """Return the readings of a shard.

    :raises StoreError: the file is none, or damaged; also while they are taken.
    """
    shard = opened(file)
    texts: dict[str, tuple[Block, ...]] = {}
    layers: dict[str, tuple[Link, ...]] = {}
    of_reading = decoder(Reading)
    of_blocks, of_links = decoder(tuple[Block, ...]), decoder(tuple[Link, ...])
    for sha256, _extractor, _outcome, text_digest, links_digest, told, blocks, links in rows_of(
        shard, _READINGS, may_lack=_ONCE
    ):
        with Told():
            reading = of_reading(told)
            if blocks is not None:
                texts[text_digest] = of_blocks(blocks)
            if links is not None:
                layers[links_digest] = of_links(links)
            if reading.extraction:
                whole = replace(reading.extraction, blocks=texts[text_digest], links=layers[links_digest])
                reading = replace(reading, extraction=whole)
        yield ReadingRow(sha256, reading)
