"""What a worker does with a shard of others' captures: fetch or open it, read it, and keep what is a privacy policy.

    collect_file(place, name, reader)                 a file of records
    collect_located(asking, place, name, reader)      records by their locators, within the archive's budget

A worker finds these functions by their name, so they stand in a module of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crawler.archives.capture import Capture
from crawler.archives.common_crawl import locator_in
from crawler.archives.dialects import parse_archive
from crawler.archives.errors import ArchiveError, RateLimited
from crawler.archives.files.range_record import replay
from crawler.archives.files.warc import Answered
from crawler.asking.ranges import Ranges
from crawler.settings import POLICYLAPSE_STATE, USER_AGENT
from crawler.spiders.job import check_contact
from pipelines.reading.pool import ReaderPool
from pipelines.shards.collect import FoundRecord, keep_policies
from pipelines.shards.lists import captures_of, found_in_warc, put_locators
from pipelines.shards.model import ShardRead
from pipelines.shards.place import JobFolders, rest_of


def ranges(contact: str, machines: int) -> Ranges:
    """Return how Common Crawl is asked for records.

    :param machines: among which its budget is shared.
    :raises ConfigError: nobody says who asks.
    """
    archive = parse_archive("commoncrawl")
    check_contact(archive, contact)
    return Ranges(archive, Path(POLICYLAPSE_STATE), f"{USER_AGENT} {contact}", machines)


def collect_file(place: JobFolders, name: str, reader: ReaderPool) -> ShardRead:
    """Keep what is a privacy policy in a file of records.

    :raises StoreError: the file cannot be had.
    """
    return keep_policies(place, name, found_in_warc(place, name), reader)


def collect_located(asking: Ranges, place: JobFolders, name: str, reader: ReaderPool) -> ShardRead:
    """Fetch the records of a shard of locators, and keep what is a privacy policy.

    Where the archive refuses, the shard ends there, and its rest becomes a shard of its own: nothing is fetched twice.

    :raises RateLimited: the archive refuses; what came before is kept.
    """
    captures = list(captures_of(place, name))
    refused: list[RateLimited] = []

    def found() -> Iterator[FoundRecord]:
        for number, capture in enumerate(captures):
            try:
                yield _fetched(asking, capture)
            except RateLimited as error:
                if not number:
                    raise
                put_locators(place, rest_of(name, number), captures[number:])
                refused.append(error)
                return

    read = keep_policies(place, name, found(), reader)
    if refused:
        raise refused[0]
    return read


def _fetched(asking: Ranges, capture: Capture) -> FoundRecord:
    locator, source = locator_in(f"#{capture.locator}"), asking.archive.citation_of(capture)
    if locator is None:
        return FoundRecord(capture, source, Answered(404, {}, b""))
    try:
        data = asking.get(locator)
    except RateLimited:
        raise
    except ArchiveError:
        return FoundRecord(capture, source, Answered(404, {}, b""))
    return FoundRecord(capture, source, replay(data, capture), data)
