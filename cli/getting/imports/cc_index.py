"""`policylapse import-cc-index`: rows of Common Crawl's columnar index, which a person has queried, become captures.

    FILE (CSV, Parquet) ──rows──► captures with their locators ──► of policies' addresses: stored, to be fetched by a crawl

For thousands of sites this is the way: one query over a crawl's columnar index (Athena, Spark, DuckDB) in place of a request
a URL and crawl. The columns are those of the index (commoncrawl/cc-index-table).
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click

from cli.getting.crawl import crawl
from cli.output import line, next_command, note, print_lines, stdout_console
from crawler.archives.capture import Capture
from crawler.archives.cdx import make_capture
from crawler.archives.common_crawl import located, locator_of_row
from crawler.archives.dialects import parse_archive
from crawler.archives.errors import ConfigError
from crawler.archives.surt import site_of, surt
from crawler.archives.timestamps import format_timestamp
from crawler.counting import count
from crawler.discovery.by_address import find_policy_urls
from crawler.lock import CrawlLock

_NEEDED: Final = ("url", "fetch_time", "fetch_status", "warc_filename", "warc_record_offset", "warc_record_length")
_READ: Final = (*_NEEDED, "content_digest", "content_mime_type", "content_mime_detected", "content_truncated")
_SHARED: Final = ("db", "urls")
_BATCH: Final = 1000  # rows a transaction: 20 ms of writing, for which others wait


@click.command("import-cc-index", params=[option for option in crawl.params if option.name in _SHARED])
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_cc_index(files: tuple[Path, ...], db: str | None, urls: tuple[str, ...]) -> None:
    """Import rows of Common Crawl's columnar index, as CSV or Parquet, as captures.

    Without --url it imports URLs that contain a word such as privacy, datenschutz or confidentialite. It fetches
    nothing; a crawl with --archive commoncrawl does, with one range request per capture. Rows that are already
    stored do not change. Parquet needs the extra `parquet`.

    \b
    Examples:
      policylapse import-cc-index rows.csv
      policylapse crawl --archive commoncrawl --url https://example.com/privacy --contact you@example.org
    """
    from pipelines.store.store import Store  # noqa: PLC0415 - the commands that read need none of it

    archive, wanted = parse_archive("commoncrawl"), {surt(url) for url in urls}
    if not wanted:
        found = find_policy_urls(capture for path in files for capture in read_captures(path))
        wanted = {surt(url) for url in found.taken}
    if not wanted:
        raise ConfigError("no address in the file looks like a privacy policy's. Name the policy's with --url")
    database = Path(db or "policylapse.db")
    policies: dict[str, str] = {}
    taken = 0
    with CrawlLock(database), closing(Store(database, lambda: datetime.now(UTC))) as store:
        for path in files:
            evidence = f"listed in Common Crawl's index ({path.name})"
            rows = (capture for capture in read_captures(path) if capture.urlkey in wanted)
            while batch := list(islice(rows, _BATCH)):
                with store.transaction():
                    for capture in batch:
                        if capture.urlkey not in policies:
                            policies[capture.urlkey] = capture.original
                            store.policies.named(site_of(capture.original), capture.original, evidence)
                    store.captures.add(archive.name, [(one, archive.citation_of(one)) for one in batch])
                taken += len(batch)
    note(f"{count(taken, 'capture')} of {count(len(policies), 'policy', 'policies')} taken")
    for url in list(policies.values())[:1]:
        print_lines(stdout_console(), next_command("crawl", "--archive", archive.name, "--url", line(url)))


def read_captures(path: Path) -> Iterator[Capture]:
    """Yield the captures of a file's rows, as they come; a row that says neither when nor where is passed over.

    :raises ConfigError: it lacks a column, or cannot be read.
    """
    for row in _rows(path):
        locator = locator_of_row(
            {
                "filename": row["warc_filename"],
                "offset": row["warc_record_offset"],
                "length": row["warc_record_length"],
            }
        )
        moment = _moment(row["fetch_time"])
        if locator is None or moment is None or "/robotstxt/" in locator.filename:
            continue
        url = str(row["url"])
        fields = {
            "urlkey": surt(url),
            "timestamp": format_timestamp(moment),
            "original": url,
            "mimetype": str(row.get("content_mime_detected") or row.get("content_mime_type") or "-"),
            "statuscode": str(row["fetch_status"]),
            "digest": str(row.get("content_digest") or "-"),
            "length": str(locator.length),
        }
        yield located(make_capture(fields), locator, str(row.get("content_truncated") or ""))


def _moment(value: object) -> datetime | None:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).replace(" UTC", ""))
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix == ".parquet":
        yield from _parquet_rows(path)
        return
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            _check(path, reader.fieldnames or ())
            yield from reader
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"cannot read {path}: {error}") from None


def _parquet_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        from pyarrow import ArrowInvalid, parquet  # noqa: PLC0415 - an extra
    except ImportError:
        raise ConfigError(f"{path} needs pyarrow. Install it with: pip install 'policylapse[parquet]'") from None
    try:
        with parquet.ParquetFile(path) as file:
            _check(path, file.schema_arrow.names)
            columns = [name for name in _READ if name in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=10_000, columns=columns):
                yield from batch.to_pylist()
    except (OSError, ArrowInvalid) as error:
        raise ConfigError(f"cannot read {path}: {error}") from None


def _check(path: Path, names: Any) -> None:
    lacking = [name for name in _NEEDED if name not in names]
    if lacking:
        raise ConfigError(
            f"{path} has no column {', '.join(lacking)}. Select the columns of Common Crawl's columnar index by their names"
        )
