"""Parquet files a group of rows at a time, and values of ours as JSON in them: what every shard is written and read with.

    rows ──Writing──► file ──whole──► ParquetFile ──rows_of──► rows        never more than a group in memory

JSON is checked against its type as it is read, since a shard may have lain anywhere. The same rows make the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Self

from crawler.archives.errors import StoreError

try:
    import msgspec
    import pyarrow as pa
    from pyarrow import parquet
except ImportError:
    pa = parquet = msgspec = None  # type: ignore[assignment]

GROUP_BYTES: Final = 16_000_000  # of a group, at most: what is in memory at once


class Holds(Enum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    BYTES = "bytes"
    MOMENT = "moment"  # UTC, to the second


@dataclass
class Writing:
    """A shard that is written, a group of rows at a time; whole once the block is left without an error.

    :param about: kept in the file beside the rows. :param at_once: rows of a group, at most.
    """

    stream: Any
    columns: Mapping[str, Holds]
    about: Mapping[bytes, bytes] = field(default_factory=dict)
    at_once: int = 100
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    size: int = 0

    def __post_init__(self) -> None:
        self.schema = _schema(self.columns, self.about)
        # one data page a group: neighbours are alike, and zstd looks back no farther than a page
        self.writer = parquet.ParquetWriter(
            self.stream, self.schema, compression="zstd", data_page_size=2 * GROUP_BYTES, use_dictionary=False
        )

    def add(self, row: tuple[Any, ...]) -> None:
        """Add a row."""
        self.rows.append(row)
        self.size += sum(len(value) for value in row if isinstance(value, bytes | str))
        if len(self.rows) >= self.at_once or self.size >= GROUP_BYTES:
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


def _schema(columns: Mapping[str, Holds], about: Mapping[bytes, bytes] | None = None) -> Any:
    types = {
        Holds.TEXT: pa.string(),
        Holds.NUMBER: pa.int64(),
        Holds.BYTES: pa.binary(),
        Holds.MOMENT: pa.timestamp("s", tz="UTC"),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns.items()], dict(about or {}))


def opened(file: Any) -> Any:
    """Return a Parquet file, to be read.

    :raises StoreError: it is none, or damaged.
    """
    with Told():
        return parquet.ParquetFile(file)


def rows_of(
    shard: Any, columns: Mapping[str, Holds], may_lack: Collection[str] = frozenset()
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a file of `opened`, as these columns.

    :param may_lack: the columns that have no value in some rows (None).
    :raises StoreError: it is damaged, or a column or a value is missing or of another type.
    """
    with Told():
        groups, schema = shard.num_row_groups, _schema(columns)
    for number in range(groups):
        with Told():
            table = shard.read_row_group(number, columns=list(columns)).select(list(columns)).cast(schema)
            for name in columns.keys() - set(may_lack):
                if table.column(name).null_count:
                    raise pa.ArrowInvalid(f"a row has no {name}")
            values = [table.column(name).to_pylist() for name in columns]
        yield from zip(*values, strict=True)


def to_json(value: Any) -> str:
    """Return a dataclass, or what is made of them, as JSON that `decoder` reads."""
    try:
        return str(msgspec.json.encode(value).decode())
    except UnicodeEncodeError:  # a lone surrogate, which no file can hold
        return str(msgspec.json.encode(_whole(msgspec.to_builtins(value))).decode())


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(name): _whole(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(one) for one in value]
    return value


def storable(text: str) -> str:
    """Return a text without lone surrogates, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


def decoder(kind: Any) -> Callable[[str], Any]:
    """Return what reads JSON as a type; inside `Told`, what does not fit is a StoreError."""
    decode: Callable[[str], Any] = msgspec.json.Decoder(kind).decode
    return decode


class Told:
    """What pyarrow and msgspec say of a damaged file, as a StoreError."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, pa.ArrowException | msgspec.MsgspecError | KeyError | OSError):
            raise StoreError(f"the shard is damaged, or none: {error}") from error
