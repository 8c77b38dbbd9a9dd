"""What stands in a shard, as rows of Parquet.

| pages/ | |
|---|---|
| `sha256`, `size`, `base`, `data` | a payload as it is stored (frames.py); `data` is null where an earlier row has it |
| `url` | of a page that is to be read; null where others only stand on its payload |
| `status`, `headers`, `hints` | what it is read with (crawler.targets.fetched.Fetched); the last two as JSON |

| readings/ | |
|---|---|
| `sha256` | of the payload |
| `extractor`, `outcome`, `text_digest` | for who looks into the file |
| `reading` | pipelines.reading.reading.Reading as JSON, without its blocks and links |
| `blocks`, `links` | as JSON, at the first row that has them; else null, and their digest leads there (Held) |
| `links_digest` | |

The extractor for which pages were put out stands in the file's own metadata: another must not read them. A reading becomes
JSON in the process that reads the page, where it is smaller and sooner sent than the objects.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from crawler.archives.capture import Outcome
from crawler.targets.fetched import Fetched
from crawler.targets.hints import Hints
from pipelines.model import Block, Link
from pipelines.reading.reading import Reading
from pipelines.shards.apart import Shard, rows_of
from pipelines.shards.frames import Frames
from pipelines.shards.place import PAGES, READINGS, JobFolders
from pipelines.shards.rows import Holds, Told, Writing, decoder, storable, to_json
from pipelines.store.load import Frame
from pipelines.store.packed_reading import PackedReading, PackedText, layer_of, pack_head

EXTRACTOR: Final = b"policylapse_extractor"
PAGES_COLUMNS: Final = {
    "sha256": Holds.BYTES,
    "size": Holds.NUMBER,
    "base": Holds.BYTES,
    "data": Holds.BYTES,
    "url": Holds.TEXT,
    "status": Holds.NUMBER,
    "headers": Holds.TEXT,
    "hints": Holds.TEXT,
}
READINGS_COLUMNS: Final = {"sha256": Holds.BYTES} | dict.fromkeys(
    ("extractor", "outcome", "text_digest", "links_digest", "reading", "blocks", "links"), Holds.TEXT
)
_PAGES_LACK: Final = frozenset(("data", "url"))
_ONCE: Final = frozenset(("blocks", "links"))
# What a shard of readings may take, over all its rows: a quarter of an hour of reading, and a shard has 64 MB of pages. A
# writer stays a quarter below it, for it knows no size to the byte.
MOST_READINGS: Final = 2**30
_MOST_WRITTEN: Final = MOST_READINGS * 3 // 4
_ROW_BYTES: Final = 600  # what a row takes besides its JSON, at most
_HEADS: Final = 16  # what the last rows said beside text and links: neighbours say the same
HELD_BYTES: Final = 32 * 2**20  # JSON of texts, and of links, that later rows may lead to; as objects some 100 MB


@dataclass(frozen=True, slots=True)
class PageRow:
    """A payload that is to be read."""

    sha256: bytes
    page: Fetched


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """What was read of a payload.

    :param size: bytes of JSON that came with it.
    """

    sha256: bytes
    reading: PackedReading
    size: int


@dataclass(frozen=True, slots=True)
class Coded:
    """A reading as it stands in a shard: JSON, and what of it is found without that."""

    outcome: Outcome
    extractor: str
    text_digest: str
    links_digest: str
    reading: str
    blocks: str | None
    links: str | None


class Held(dict[str, Any]):
    """The last texts of a shard, or links, by digest: those that later rows may lead to.

    Whoever writes a shard and whoever reads it let go of the same ones, so that neither holds all of a shard.
    """

    def __init__(self, most: int) -> None:
        self._most, self._bytes = most, 0
        self._sizes: deque[tuple[str, int]] = deque()

    def put(self, digest: str, value: Any, size: int) -> None:
        """Hold what a row brings; the oldest goes where there is too much. :param size: of its JSON."""
        self[digest] = value
        self._sizes.append((digest, size))
        self._bytes += size
        while self._bytes > self._most and len(self._sizes) > 1:
            oldest, its_size = self._sizes.popleft()
            self._bytes -= its_size
            if oldest != digest:
                self.pop(oldest, None)


def pages_to(stream: Any, extractor: str) -> Writing:
    """Return the shard of pages that a stream becomes; rows by page_row."""
    return Writing(stream, PAGES_COLUMNS, _about(extractor), packed=("data",))


def _about(extractor: str) -> dict[bytes, bytes]:
    return {EXTRACTOR: extractor.encode("utf-8", "replace")}


def page_row(frame: Frame, page: Fetched | None) -> tuple[Any, ...]:
    """Return a payload as a row.

    :param frame: without data where an earlier row has them. :param page: with any body; None: others stand on it.
    """
    stored = (frame.sha256, frame.size, frame.base, frame.data or None)
    if page is None:
        return (*stored, None, 0, "{}", "{}")
    return (*stored, storable(page.url), page.status, to_json(dict(page.headers)), to_json(page.hints))


@contextmanager
def pages_at(place: JobFolders, name: str) -> Iterator[tuple[str, Iterator[PageRow]]]:
    """Give the extractor that a shard of pages is for, and its pages.

    :raises StoreError: the file is none, or damaged; also while the pages are taken.
    """
    with Shard(place, PAGES, name, PAGES_COLUMNS, _PAGES_LACK) as shard:
        yield shard.about.get(EXTRACTOR, b"").decode("utf-8", "replace"), pages_of(shard.rows())


def pages_of(rows: Iterable[tuple[Any, ...]]) -> Iterator[PageRow]:
    """Yield the pages of a shard's rows."""
    frames = Frames()
    headers, hints = decoder(dict[str, str]), decoder(Hints)
    for sha256, size, base, data, url, status, with_headers, with_hints in rows:
        if data is not None:
            frames.add(Frame(sha256, size, base, data))
        if url is not None:
            with Told():
                page = Fetched(frames.body(sha256), headers(with_headers), url, status, hints(with_hints))
            yield PageRow(sha256, page)


def coded(reading: Reading) -> Coded:
    """Return a reading as it stands in a shard."""
    extraction, digest = reading.extraction, ""
    blocks = links = None
    if extraction:
        links, blocks = to_json(extraction.links), to_json(extraction.blocks)
        digest = hashlib.sha256(links.encode()).hexdigest()
    less = replace(reading, extraction=replace(extraction, blocks=(), links=())) if extraction else reading
    extractor, text = storable(reading.extractor), storable(reading.text_digest)
    return Coded(reading.outcome, extractor, text, digest, to_json(less), blocks, links)


def write_readings(stream: Any, extractor: str, readings: Iterable[tuple[bytes, Coded]]) -> int:
    """Write a shard of readings, each with the SHA-256 of its payload; return how many.

    Where hostile pages read to more than a shard may hold, the rest of its rows say so, and are read by `re-extract`.
    """
    blocks, links = Held(HELD_BYTES), Held(HELD_BYTES)
    count = whole = 0
    with Writing(stream, READINGS_COLUMNS, _about(extractor)) as shard:
        for sha256, reading in readings:
            one, size = reading, _size(reading)
            if whole + size > _MOST_WRITTEN:
                one = coded(Reading(Outcome.READING_STOPPED, reading.extractor, _FULL))
                size = _size(one)
            whole += size
            shard.add(
                (
                    sha256,
                    one.extractor,
                    one.outcome.value,
                    one.text_digest,
                    one.links_digest,
                    one.reading,
                    None if one.text_digest in blocks else one.blocks,
                    None if one.links_digest in links else one.links,
                )
            )
            for held, digest, value in ((blocks, one.text_digest, one.blocks), (links, one.links_digest, one.links)):
                if value is not None and digest not in held:
                    held.put(digest, None, len(value))
            count += 1
    return count


_FULL: Final = "the readings of its shard are too large: policylapse re-extract reads it"


def _size(one: Coded) -> int:
    values = (one.reading, one.blocks or "", one.links or "")
    return _ROW_BYTES + sum(len(value) if value.isascii() else len(value.encode()) for value in values)


def readings_at(place: JobFolders, name: str) -> Iterator[ReadingRow]:
    """Yield the readings of a shard.

    :raises StoreError: the file is none, or damaged.
    """
    yield from readings_of(rows_of(Shard(place, READINGS, name, READINGS_COLUMNS, _ONCE, MOST_READINGS)))


def readings_of(rows: Iterable[tuple[Any, ...]]) -> Iterator[ReadingRow]:
    """Yield the readings of a shard's rows."""
    texts, layers = Held(HELD_BYTES), Held(HELD_BYTES)
    of_reading = decoder(Reading)
    of_blocks, of_links = decoder(tuple[Block, ...]), decoder(tuple[Link, ...])
    head_of = lru_cache(_HEADS)(lambda told: pack_head(of_reading(told)))
    for sha256, _extractor, _outcome, text_digest, links_digest, told, blocks, links in rows:
        with Told():
            head = head_of(told)
            if blocks is not None:
                texts.put(text_digest, of_blocks(blocks), len(blocks))
            if links is not None:
                layers.put(links_digest, layer_of(of_links(links)), len(links))
            reading = head.packed
            if head.has_text:
                text = PackedText(texts[text_digest], (), head.languages, head.block_languages)
                reading = reading._replace(text=text, links=layers[links_digest])
        yield ReadingRow(sha256, reading, len(told) + len(blocks or "") + len(links or ""))
