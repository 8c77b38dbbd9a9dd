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
from history.export.version_table import Field, fields, rows
from history.export.writing.manifest import Done

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
    wanted = fields(job)
    schema = _schema(wanted)
    count = 0
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        for group in _groups(job, wanted):
            columns = [
                pa.array(values, field.type) for values, field in zip(zip(*group, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            count += len(group)
    return Done({"versions": count})


def _schema(wanted: Sequence[Field]) -> Any:
    types = {"text": pa.string(), "number": pa.int64(), "decimal": pa.float64(), "texts": pa.list_(pa.string())}
    moment = pa.timestamp("s", tz="UTC")
    return pa.schema([pa.field(one.name, moment if one.name in _MOMENTS else types[one.kind]) for one in wanted])


def _groups(job: Job, wanted: Sequence[Field]) -> Iterator[Sequence[Sequence[Any]]]:
    group: list[tuple[Any, ...]] = []
    size = 0
    for values in rows(job):
        group.append(tuple(_value(field.name, value) for field, value in zip(wanted, values, strict=True)))
        size += len(values[-1]) if job.with_text else 0
        if len(group) >= _ROWS or size >= _CHARACTERS:
            yield group
            group, size = [], 0
    if group:
        yield group


def _value(name: str, value: Any) -> Any:
    if name in _MOMENTS and value is not None:
        moment: datetime = parse_iso(value)
        return moment
    return list(value) if isinstance(value, tuple) else value
