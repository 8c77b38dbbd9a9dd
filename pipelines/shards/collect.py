"""What of many records is a privacy policy, as a WARC file: pages that others captured, and nothing else of them.

    records of a WARC file, or by their locators ──► process pool ──► policies/NAME.warc.gz

A record is kept where its page reads to a privacy policy. One that cannot be had, was cut off, or reads to nothing counts
as failed; any other page is only counted. `policylapse import-warc` takes the files in.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from crawler.archives.capture import Capture, Outcome
from crawler.archives.coding import MAX_INFLATED, undo_content_encoding
from crawler.archives.errors import DecodeError
from crawler.archives.files.warc import TRUNCATED, Answered
from crawler.archives.files.written import http_head, policy_member
from crawler.targets.fetched import Fetched
from pipelines.model import DocumentKind
from pipelines.reading.pool import ReaderPool
from pipelines.reading.reading import Reading
from pipelines.shards.model import ShardRead
from pipelines.shards.place import JobFolders
from pipelines.shards.read import read_in_turn

POLICIES: Final = "policies"  # the folder
_GZIP: Final = 31  # zlib's name of the format (zlib.h, inflateInit2)


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record that may show a policy.

    :param source: where it lies, for a citation. :param answered: as an archive would have played it back.
    :param member: its bytes where it is a gzip member of its own; else it is written anew.
    """

    capture: Capture
    source: str
    answered: Answered
    member: bytes = b""


def keep_policies(place: JobFolders, name: str, found: Iterable[FoundRecord], reader: ReaderPool) -> ShardRead:
    """Write those of a shard's records that are policies, in their order.

    :raises StoreError: they cannot be written.
    """
    count = failed = kept = 0

    def pages() -> Iterator[tuple[tuple[FoundRecord, Fetched], Fetched]]:
        nonlocal count, failed
        for one in found:
            count += 1
            page = _page(one)
            if page is None:
                failed += 1
            else:
                yield (one, page), page

    with place.new(POLICIES, name) as (stream, named):
        for (one, page), (is_policy, outcome) in read_in_turn(pages(), reader, told_of):
            if is_policy:
                stream.write(_member(one, page))
                kept += 1
            failed += outcome not in (Outcome.FETCHED, Outcome.NOT_A_POLICY)
        if not kept:
            stream.write(zlib.compress(b"", wbits=_GZIP))  # whole, and empty: a file of no bytes is none
        named(name)
    return ShardRead(name, count, failed, kept)


def told_of(reading: Reading) -> tuple[bool, Outcome]:
    """Return all that is needed of a reading: whether it is a privacy policy, and its outcome."""
    return is_privacy_policy(reading), reading.outcome


def is_privacy_policy(reading: Reading) -> bool:
    """Tell whether a page reads to a privacy policy, and not to terms or something else."""
    judged = reading.judgement
    return reading.outcome is Outcome.FETCHED and judged is not None and judged.kind is DocumentKind.PRIVACY


def _page(one: FoundRecord) -> Fetched | None:
    answered = one.answered
    headers = {key.lower(): value for key, value in answered.headers.items()}
    if answered.status != 200 or TRUNCATED in headers:
        return None
    try:
        body, _notes = undo_content_encoding(answered.body, headers)
    except DecodeError:
        return None
    return Fetched(body, headers, one.capture.original, answered.status)


def _member(one: FoundRecord, page: Fetched) -> bytes:
    if _is_warc(one.member):
        return one.member
    head = http_head(page.status, page.headers, "", len(page.body))
    return policy_member(one.capture.original, one.capture.captured_at, head, page.body, one.source)


def _is_warc(member: bytes) -> bool:
    """Tell whether bytes are one gzip member, with a WARC record: an ARC record has no place in a WARC file."""
    inflating: Any = zlib.decompressobj(_GZIP)
    try:
        begins, size = inflating.decompress(member, 5), 5
        while inflating.unconsumed_tail and size < MAX_INFLATED:
            size += len(inflating.decompress(inflating.unconsumed_tail, 2**20))
    except zlib.error:
        return False
    return bool(begins == b"WARC/" and inflating.eof and not inflating.unused_data)
