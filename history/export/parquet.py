"""Versions as a Parquet file, for pandas, DuckDB and Spark. The only import of pyarrow, which is an extra.

records ──► row groups of at most 1,000 versions or 32 MB of text ──► file; no more is held at once
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Any

from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import parse_iso
from history.export.formats import Job
from history.export.writing.manifest import Done
from history.export.writing.records import COLUMNS, read_records, row

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError:
    pa = None

_ROWS = 1_000
_CHARACTERS = 32_000_000
_MOMENTS = frozenset({"not_before", "first_seen", "last_seen"})


def write_parquet(job: Job, stream: IO[bytes]) -> Done:
    """Write a row a version; times are timestamps with the zone UTC.

    :raises ConfigError: pyarrow is not installed.
    """
    if pa is None:
        raise ConfigError(
            "Parquet files need pyarrow, which is not installed: install it beside policylapse (pip install pyarrow), "
            "or take --format jsonl or csv, which hold the same"
        )
    schema = _schema()
    count = 0
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        for rows in _groups(job):
            columns = [
                pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            count += len(rows)
    return Done({"versions": count})


def _schema() -> Any:
    types = {"text": pa.string(), "number": pa.int64(), "texts": pa.list_(pa.string())}
    moment = pa.timestamp("s", tz="UTC")
    return pa.schema([pa.field(name, moment if name in _MOMENTS else types[kind]) for name, kind, _about in COLUMNS])


def _groups(job: Job) -> Iterator[Sequence[Sequence[Any]]]:
    rows: list[tuple[Any, ...]] = []
    size = 0
    for record in read_records(job.db, job.policies):
        rows.append(
            values := tuple(_value(name, value) for (name, *_), value in zip(COLUMNS, row(record), strict=True))
        )
        size += len(values[-1])
        if len(rows) >= _ROWS or size >= _CHARACTERS:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


def _value(name: str, value: Any) -> Any:
    if name in _MOMENTS and value is not None:
        moment: datetime = parse_iso(value)
        return moment
    return list(value) if isinstance(value, tuple) else value
