"""The versions of policies as shards: a row a policy, with each of its blocks once.

    put_out(db, place) ──► versions/NUMBER-DIGEST.parquet ──policies_of──► PolicyVersions…

A policy is never split: what is computed of its versions needs them all.
"""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from history.sites import PolicyRow, all_policies, find_policies
from history.timeline.timeline import VersionRow, read_versions
from pipelines.model import Block
from pipelines.shards.apart import Shard, rows_of
from pipelines.shards.place import JobFolders
from pipelines.shards.rows import Holds, Told, Writing, damaged, decoder, to_json
from pipelines.store.load_texts import read_texts_with_languages

VERSIONS: Final = "versions"  # the folder
SHARD_BYTES: Final = 64_000_000  # of texts, where each block counts once a policy
_COLUMNS: Final = dict.fromkeys(("site", "policy_url", "name", "versions", "blocks", "texts"), Holds.TEXT)


@dataclass(frozen=True, slots=True)
class TextOfVersion:
    """Which blocks of a policy a text has, in order, and the language of each."""

    blocks: tuple[int, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyVersions:
    """All that is known of one policy's wordings.

    :param name: by which its versions are cited.
    :param versions: oldest first. :param blocks: all of its blocks, each once. :param texts: of each version.
    """

    site: str
    policy_url: str
    name: str
    versions: tuple[VersionRow, ...]
    blocks: tuple[Block, ...]
    texts: tuple[TextOfVersion, ...]

    def text(self, number: int) -> tuple[tuple[Block, ...], tuple[str, ...]]:
        """Return the blocks of a version, from 0, and their languages."""
        text = self.texts[number]
        return tuple(self.blocks[one] for one in text.blocks), text.languages


def put_out(
    db: sqlite3.Connection,
    place: JobFolders,
    site: str = "",
    size: int = SHARD_BYTES,
    progress: Callable[[int], None] | None = None,
) -> tuple[int, tuple[str, ...]]:
    """Write the versions of every policy as shards; return how many policies, and the shards' names.

    Again, it makes the same files.

    :param db: of history.database.open_database. :param site: only this site's. :param size: bytes of text a shard.
    :param progress: told of each shard how many policies are out.
    """
    found = find_policies(db, site) if site else all_policies(db)
    policies = (_policy(db, policy) for policy in found if policy.versions)
    names: list[str] = []
    count = 0
    for first in policies:
        name, rows = _one(place, len(names) + 1, itertools.chain([first], policies), size)
        names.append(name)
        count += rows
        if progress:
            progress(count)
    return count, tuple(names)


def _one(place: JobFolders, number: int, policies: Iterator[PolicyVersions], size: int) -> tuple[str, int]:
    digest = hashlib.sha256()
    rows = written = 0
    with place.new(VERSIONS) as (stream, named):
        with Writing(stream, _COLUMNS) as shard:
            for policy in policies:
                row = _row(policy)
                digest.update(repr(row).encode("utf-8", "replace"))
                shard.add(row)
                rows, written = rows + 1, written + sum(map(len, row))
                if written >= size:
                    break
        name = f"{number:05d}-{digest.hexdigest()[:16]}"
        named(name)
    return name, rows


def _policy(db: sqlite3.Connection, policy: PolicyRow) -> PolicyVersions:
    versions = tuple(read_versions(db, policy))
    read = read_texts_with_languages(db, [version.text_id for version in versions])
    numbers: dict[Block, int] = {}
    for blocks, _languages in read.values():
        for block in blocks:
            numbers.setdefault(block, len(numbers))
    texts = (read[version.text_id] for version in versions)
    return PolicyVersions(
        policy.site,
        policy.policy_url,
        policy.cited,
        versions,
        tuple(numbers),
        tuple(TextOfVersion(tuple(numbers[block] for block in blocks), languages) for blocks, languages in texts),
    )


def _row(policy: PolicyVersions) -> tuple[Any, ...]:
    about = (policy.site, policy.policy_url, policy.name)
    return (*about, *map(to_json, (policy.versions, policy.blocks, policy.texts)))


def policies_of(place: JobFolders, name: str) -> Iterator[PolicyVersions]:
    """Yield the policies of a shard.

    :raises StoreError: it is missing or damaged.
    """
    of_versions, of_blocks = decoder(tuple[VersionRow, ...]), decoder(tuple[Block, ...])
    of_texts = decoder(tuple[TextOfVersion, ...])
    for site, url, named, versions, blocks, texts in rows_of(Shard(place, VERSIONS, name, _COLUMNS)):
        with Told():
            policy = PolicyVersions(site, url, named, of_versions(versions), of_blocks(blocks), of_texts(texts))
        if not _is_whole(policy):
            raise damaged(f"{url} has a version without its text")
        yield policy


def _is_whole(policy: PolicyVersions) -> bool:
    """Tell whether every version has a text of blocks that are here, and every block of it a language."""
    return len(policy.versions) == len(policy.texts) and all(
        len(text.blocks) == len(text.languages) and all(0 <= one < len(policy.blocks) for one in text.blocks)
        for text in policy.texts
    )


def spans(numbers: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of each run of equal values.

    >>> list(spans("aab"))
    [(0, 1), (2, 2)]
    """
    start = 0
    for _value, run in itertools.groupby(numbers):
        length = len(list(run))
        yield start, start + length - 1
        start += length
