"""A matrix of claims: one row per version, one column per claim that any rule reads, as CSV or Parquet.

    write_matrix(db, policies, path) ──► rows written          FILE.parquet, or any other name for CSV

A cell has what the version says: `yes`, `no`, `conditional`, `unclear`, or the values ("P30D"; several with "; "), with the
polarity behind a value that is not a plain yes. Empty: no rule found the claim, which does not prove that the policy is silent.
The columns are those of the rules, not of the data, so that matrices of two databases fit. Companies are one column.
The same database and rules always give the same bytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Final

from crawler.archives.errors import ConfigError, StoreError
from crawler.archives.timestamps import format_iso
from history.claims.over_sites import whats_of
from history.claims.what import What
from history.export.tables import cell
from history.sites import PolicyRow
from history.timeline.citations import citation
from history.timeline.timeline import read_versions
from pipelines.claims.model import Polarity
from pipelines.claims.rules import rules
from pipelines.claims.texts import reading_version
from pipelines.shards.rows import Holds, Writing, storable

_PARTIES: Final = "party"
_OF_VERSION: Final = {
    "site": Holds.TEXT,
    "policy_url": Holds.TEXT,
    "version": Holds.NUMBER,
    "not_before": Holds.MOMENT,
    "first_seen": Holds.MOMENT,
    "last_seen": Holds.MOMENT,
    "words": Holds.NUMBER,
    "citation": Holds.TEXT,
}


def claim_columns() -> list[str]:
    """Return the names of the claims, in the order of the registry and its rules."""
    known = rules()
    names = dict.fromkeys(
        f"{rule.category}.{rule.subject}"
        for category in known.categories
        for rule in known.rules
        if rule.category == category
    )
    return [*(name for name in names if name.partition(".")[0] != _PARTIES), _PARTIES]


def matrix_rows(db: sqlite3.Connection, policies: Iterable[PolicyRow]) -> Iterator[tuple[Any, ...]]:
    """Yield one row per version: what _OF_VERSION names, then a cell per claim.

    :param db: of history.database.open_database.
    """
    columns = claim_columns()
    for policy in policies:
        versions = read_versions(db, policy)
        for version, says in zip(versions, whats_of(db, policy, versions), strict=True):
            cells: dict[str, set[str]] = {}
            for what in says:
                name = _PARTIES if what.category == _PARTIES else what.name
                cells.setdefault(name, set()).add(_cell(what))
            yield (
                policy.site,
                policy.policy_url,
                version.version,
                version.previous_last_seen,
                version.first_seen,
                version.last_seen,
                version.words,
                citation(policy.cited, version),
                *("; ".join(sorted(cells.get(name, ()))) for name in columns),
            )


def _cell(what: What) -> str:
    if what.category == _PARTIES:
        return what.subject
    if not what.value:
        return what.polarity.value
    return what.value if what.polarity is Polarity.YES else f"{what.value} ({what.polarity.value})"


def write_matrix(db: sqlite3.Connection, policies: Sequence[PolicyRow], path: Path) -> int:
    """Write the matrix of some policies; the file appears when it is whole. Return how many rows it has.

    :raises ConfigError: it is to be Parquet and pyarrow is not installed. :raises StoreError: it cannot be written.
    """
    as_parquet = path.suffix == ".parquet"
    if as_parquet and find_spec("pyarrow") is None:
        raise ConfigError(
            f"{path} needs pyarrow. Install it with: pip install 'policylapse[parquet]', or name a .csv file."
        )
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            written = (_parquet if as_parquet else _csv)(matrix_rows(db, policies), stream)
        partial.replace(path)
    except OSError as error:
        raise StoreError(
            f"cannot write {path}: {error.strerror or error}. Name a file in a folder that exists."
        ) from None
    finally:
        partial.unlink(missing_ok=True)
    return written


def _parquet(rows: Iterable[tuple[Any, ...]], stream: IO[bytes]) -> int:
    count = 0
    columns = _OF_VERSION | dict.fromkeys(claim_columns(), Holds.TEXT)
    with Writing(stream, columns, {b"rules": reading_version().encode()}, 1_000) as writing:
        for row in rows:
            writing.add(tuple(storable(value) if isinstance(value, str) else value for value in row))
            count += 1
    return count


def _csv(rows: Iterable[tuple[Any, ...]], stream: IO[bytes]) -> int:
    count = 0
    stream.write((",".join(map(cell, (*_OF_VERSION, *claim_columns()))) + "\n").encode())
    for row in rows:
        values = (
            "" if value is None else value if isinstance(value, str | int) else format_iso(value) for value in row
        )
        stream.write((",".join(map(cell, values)) + "\n").encode("utf-8", "replace"))
        count += 1
    return count
