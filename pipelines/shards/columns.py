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

The extractor for which pages were put out stands in the file's own metadata: another must not read them. All the JSON
is checked against the types as it is read: a shard may have lain anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from crawler.archives.errors import StoreError
from crawler.targets.fetched import Fetched
from crawler.targets.hints import Hints
from pipelines.model import Block, Link
from pipelines.reading.payload import Reading

try:
    import msgspec
    import pyarrow as pa
    from pyarrow import parquet
except ImportError:
    pa = parquet = msgspec = None  # type: ignore[assignment]

EXTRACTOR: Final = b"policylapse_extractor"
_ROWS: Final = 100  # of a group: what is in memory at once, with GROUP_BYTES
GROUP_BYTES: Final = 16_000_000
_PAGES: Final = ("sha256", "body", "url", "status", "headers", "hints")
_READINGS: Final = ("sha256", "extractor", "outcome", "text_digest", "links_digest", "reading", "blocks", "links")
_BINARY: Final = frozenset({"sha256", "body"})


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


@dataclass
class Writing:
    """A shard that is written, a group of rows at a time; whole once the block is left without an error."""

    stream: Any
    names: tuple[str, ...]
    extractor: str
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    size: int = 0

    def __post_init__(self) -> None:
        types = {name: pa.binary() if name in _BINARY else pa.string() for name in self.names} | {"status": pa.int64()}
        self.schema = pa.schema(
            [(name, types[name]) for name in self.names], {EXTRACTOR: self.extractor.encode("utf-8", "replace")}
        )
        # one data page a group: neighbours are alike, and zstd looks back no farther than a page
        self.writer = parquet.ParquetWriter(
            self.stream, self.schema, compression="zstd", data_page_size=2 * GROUP_BYTES, use_dictionary=False
        )

    def add(self, row: tuple[Any, ...]) -> None:
        """Add a row."""
        self.rows.append(row)
        self.size += sum(len(value) for value in row if isinstance(value, bytes | str))
        if len(self.rows) >= _ROWS or self.size >= GROUP_BYTES:
            self._flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        if kind is None:
            self._flush()
        self.writer.close()

    def _flush(self) -> None:
        if self.rows:
            columns = zip(zip(*self.rows, strict=True), self.schema, strict=True)
            arrays = [pa.array(values, one.type) for values, one in columns]
            self.writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        self.rows, self.size = [], 0


def pages_to(stream: Any, extractor: str) -> Writing:
    """Return the shard of pages that a stream becomes; rows by page_row."""
    return Writing(stream, _PAGES, extractor)


def page_row(row: PageRow) -> tuple[Any, ...]:
    """Return a page as a row."""
    page = row.page
    return (row.sha256, page.body, _text(page.url), page.status, _json(dict(page.headers)), _json(page.hints))


def pages_of(file: Any) -> tuple[str, Iterator[PageRow]]:
    """Return the extractor that a shard of pages is for, and its pages.

    :raises StoreError: the file is none, or damaged; also while the pages are taken.
    """
    with _Told():
        shard = parquet.ParquetFile(file)
        extractor = (shard.schema_arrow.metadata or {}).get(EXTRACTOR, b"").decode("utf-8", "replace")
    return extractor, _pages(shard)


def _pages(shard: Any) -> Iterator[PageRow]:
    headers, hints = msgspec.json.Decoder(dict[str, str]), msgspec.json.Decoder(Hints)
    for sha256, body, url, status, with_headers, with_hints in _rows(shard, _PAGES):
        with _Told():
            page = Fetched(body, headers.decode(with_headers), url, status, hints.decode(with_hints))
        yield PageRow(sha256, page)


def write_readings(stream: Any, extractor: str, readings: Iterable[ReadingRow]) -> int:
    """Write a shard of readings; return how many."""
    seen: set[str] = set()
    count = 0
    with Writing(stream, _READINGS, extractor) as shard:
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
        links = _json(extraction.links)
        links_digest = hashlib.sha256(links.encode()).hexdigest()
        blocks = _json(extraction.blocks)
        if links_digest in seen:
            links = None
        if reading.text_digest in seen:
            blocks = None
        seen.update((links_digest, reading.text_digest))
    ours = (row.reading.extractor, row.reading.outcome.value, row.reading.text_digest, links_digest)
    return (row.sha256, *map(_text, ours), _json(reading), blocks, links)


def readings_of(file: Any) -> Iterator[ReadingRow]:
    """Return the readings of a shard.

    :raises StoreError: the file is none, or damaged; also while they are taken.
    """
    with _Told():
        shard = parquet.ParquetFile(file)
    texts: dict[str, tuple[Block, ...]] = {}
    layers: dict[str, tuple[Link, ...]] = {}
    decoder = msgspec.json.Decoder(Reading)
    of_blocks, of_links = msgspec.json.Decoder(tuple[Block, ...]), msgspec.json.Decoder(tuple[Link, ...])
    for sha256, _extractor, _outcome, text_digest, links_digest, told, blocks, links in _rows(shard, _READINGS):
        with _Told():
            reading = decoder.decode(told)
            if blocks is not None:
                texts[text_digest] = of_blocks.decode(blocks)
            if links is not None:
                layers[links_digest] = of_links.decode(links)
            if reading.extraction:
                whole = replace(reading.extraction, blocks=texts[text_digest], links=layers[links_digest])
                reading = replace(reading, extraction=whole)
        yield ReadingRow(sha256, reading)


def _rows(shard: Any, names: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    with _Told():
        groups = shard.num_row_groups
    for number in range(groups):
        with _Told():
            table = shard.read_row_group(number, columns=list(names))
            columns = [table.column(name).to_pylist() for name in names]
        yield from zip(*columns, strict=True)


def _json(value: Any) -> str:
    try:
        return str(msgspec.json.encode(value).decode())
    except UnicodeEncodeError:  # a lone surrogate, which no file can hold
        return str(msgspec.json.encode(_storable(msgspec.to_builtins(value))).decode())


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(name): _storable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(one) for one in value]
    return value


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


class _Told:
    """What pyarrow and msgspec say of a damaged file, as a StoreError."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, pa.ArrowException | msgspec.MsgspecError | KeyError | OSError):
            raise StoreError(f"the shard is damaged, or none: {error}") from error
