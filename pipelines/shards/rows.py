"""Parquet files a group of rows at a time, and values of ours as JSON in them: what every shard is written and read with.

    rows ──Writing──► file ──opened──► ParquetFile ──groups_of──► rows        never more than a group in memory

JSON is checked against its type as it is read, since a shard may have lain anywhere. The same rows make the same bytes.
Files are opened in a process of its own (apart.py), for a group of a few bytes may be one of gigabytes, whatever the file
says of itself: a dictionary, runs, zstd.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Self

from crawler.archives.errors import StoreError
from pipelines.shards.arrow import msgspec, pa, parquet

GROUP_BYTES: Final = 16_000_000  # of a group, at most: what is in memory at once
# What a file may hold at once that others wrote, if it was written here: GROUP_BYTES and one row, a page of 128 MiB.
MOST_BYTES: Final = 192 * 2**20
MOST_ROWS: Final = 100_000  # of a group
# Of a shard, over all its groups: they may all be the same bytes of the file. Readings have a bound of their own.
MOST_SHARD: Final = 4 * 2**30
_BATCH: Final = 100  # rows that are read at once


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
    :param packed: columns whose values are compressed already.
    """

    stream: Any
    columns: Mapping[str, Holds]
    about: Mapping[bytes, bytes] = field(default_factory=dict)
    at_once: int = _BATCH
    packed: Collection[str] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    size: int = 0

    def __post_init__(self) -> None:
        self.schema = _schema(self.columns, self.about)
        # one data page a group: neighbours are alike, and zstd looks back no farther than a page
        self.writer = parquet.ParquetWriter(
            self.stream,
            self.schema,
            compression={name: "none" if name in self.packed else "zstd" for name in self.columns},
            data_page_size=2 * GROUP_BYTES,
            use_dictionary=False,
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


def opened(file: Any, most: int = MOST_SHARD) -> tuple[Any, Mapping[bytes, bytes]]:
    """Return a Parquet file, to be read, and what is kept in it beside the rows.

    :param most: bytes that all its rows may take.
    :raises StoreError: it is none, or damaged; or it says itself that it holds too much at once.
    """
    with Told():
        shard = parquet.ParquetFile(file, pre_buffer=False)
        whole = 0
        for number in range(shard.num_row_groups):
            group = shard.metadata.row_group(number)
            sizes = [group.column(column).total_uncompressed_size for column in range(group.num_columns)]
            if not 0 <= group.num_rows <= MOST_ROWS:
                raise damaged(f"a group of it has {group.num_rows:,} rows; {MOST_ROWS:,} is the most")
            if min(sizes, default=0) < 0 or sum(sizes) > MOST_BYTES:
                raise _too_large(sum(sizes))
            whole += sum(sizes)
            if whole > most:
                raise _too_long(most)
        return shard, shard.schema_arrow.metadata or {}


def groups_of(
    shard: Any,
    columns: Mapping[str, Holds],
    may_lack: Collection[str] = frozenset(),
    first: tuple[int, int] = (0, 0),
    most: int = MOST_SHARD,
) -> Iterator[tuple[tuple[int, int], list[tuple[Any, ...]]]]:
    """Yield the rows of a file of `opened` as these columns, some at once, each time with where the next ones stand.

    :param may_lack: the columns that have no value in some rows (None).
    :param first: where to begin. :param most: bytes that all rows may take.
    :raises StoreError: it is damaged, or a column or a value is missing or of another type, or there is too much at once.
    """
    names, schema = list(columns), _schema(columns)
    whole = 0
    for number in range(first[0], shard.num_row_groups):
        with Told():
            batches = shard.iter_batches(_BATCH, row_groups=[number], columns=names, use_threads=False)
        taken = 0
        for step in itertools.count():
            with Told():
                batch = next(batches, None)
            if batch is None:
                break
            with Told():
                table = pa.Table.from_batches([batch]).select(names).cast(schema)  # a dictionary becomes its values
                taken, whole = taken + table.nbytes, whole + table.nbytes
                if taken > MOST_BYTES:
                    raise _too_large(taken)
                if whole > most:
                    raise _too_long(most)
                if (number, step) < first:
                    continue
                for name in columns.keys() - set(may_lack):
                    if table.column(name).null_count:
                        raise pa.ArrowInvalid(f"a row has no {name}")
                rows = list(zip(*(table.column(name).to_pylist() for name in names), strict=True))
            yield (number, step + 1), rows


def _too_large(size: int) -> StoreError:
    return damaged(f"a group of its rows takes {size / 2**20:,.0f} MiB; {MOST_BYTES / 2**20:,.0f} is the most")


def _too_long(most: int) -> StoreError:
    return damaged(f"its rows take more than {most / 2**20:,.0f} MiB")


def damaged(why: object) -> StoreError:
    """Return what is said of a shard that is none."""
    return StoreError(f"the shard is damaged, or none: {why}")


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
    """What pyarrow and msgspec say of a damaged file, as a StoreError; where memory is short, a MemoryError."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, MemoryError):  # pyarrow's is an ArrowException, too
            return
        if isinstance(
            error, pa.ArrowException | msgspec.MsgspecError | KeyError | OSError | RecursionError | ValueError
        ):
            raise damaged(error) from error
