"""Readings back into the database that the pages are from. One writer; again, it changes nothing.

    readings/NAME ──by the payload's SHA-256──► store ──all shards──► fold each policy that is read whole

A policy of which pages are still unread keeps its versions until they are read, as in pipelines/upkeep/reextract.py.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from crawler.archives.capture import Outcome, Policy
from crawler.archives.errors import StoreError
from pipelines.shards.columns import ReadingRow, readings_at
from pipelines.shards.place import READINGS, JobFolders
from pipelines.store.store import Store

_ROWS: Final = 5_000  # of a transaction, at most
_BYTES: Final = 16 * 2**20  # of their JSON: what is in memory at once


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a shard's readings.

    :param new: stored now; `failed` of them say why there is no text.
    :param known: were stored before, or their pages are no longer kept.
    """

    name: str
    new: int
    failed: int
    known: int


def shard_in(store: Store, place: JobFolders, name: str) -> TakenIn:
    """Store the readings of one shard.

    :raises StoreError: the shard is damaged; what stood before the damage is stored.
    """
    new = failed = known = 0
    rows = readings_at(place, name)
    while some := list(_taken(rows, place, name)):
        with store.transaction():
            stored = list(store.readings.put_many((row.sha256, row.reading) for row in some))
        new += sum(stored)
        known += len(stored) - sum(stored)
        failed += sum(
            is_new and row.reading.outcome is not Outcome.FETCHED for is_new, row in zip(stored, some, strict=True)
        )
    return TakenIn(name, new, failed, known)


def _taken(rows: Iterator[ReadingRow], place: JobFolders, name: str) -> Iterator[ReadingRow]:
    size = 0
    try:
        for row in islice(rows, _ROWS):
            yield row
            size += row.size
            if size >= _BYTES:
                return
    except StoreError as error:
        again = f"policylapse shard read {shlex.quote(place.uri)} {shlex.quote(name)}"
        raise StoreError(
            f"{READINGS}/{name}: {error}. Delete the file {place.path(READINGS, name)}, run `{again}`, and then this "
            "command again"
        ) from error


def fold_read(
    store: Store, extractor: str, site: str = "", progress: Callable[[Policy], None] | None = None
) -> tuple[list[Policy], list[Policy]]:
    """Bring the versions of every policy up to date of which all is read.

    :param progress: told of each policy.
    :return: those policies, and those that wait for the rest of their pages.
    """
    folded: list[Policy] = []
    waiting: list[Policy] = []
    for policy in store.policies.of(site):
        if store.readings.unread(policy, extractor, at_once=True):
            waiting.append(policy)
        else:
            store.versions.fold(policy, extractor)
            folded.append(policy)
        if progress:
            progress(policy)
    return folded, waiting
