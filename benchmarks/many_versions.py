"""A database as large as a collection of years: policies of 20 versions and 1,000 captures each.

build(path, versions)        the schema is the store's; the rows go in by plain SQL, for a crawl writes 60 versions a second
build(path, 50, shape=Shape(versions=50, captures=200))         one policy of 10,000 captures

Every text has 60 paragraphs under headings (12 KB), every twentieth policy's 320 (60 KB); a version changes one to three
of them. Of 50 captures of a version 40 were read, of 10 payloads; the others failed, or were not asked for.
"""

import hashlib
import json
import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import zstandard

from crawler.archives.surt import surt
from crawler.archives.timestamps import format_iso
from pipelines.model import Block, BlockKind
from pipelines.store.load import RUN_BLOCKS
from pipelines.store.store import Store
from pipelines.store.tables.block_words import index_new
from pipelines.store.tables.texts import block_key
from pipelines.text.digests import block_digest

VERSIONS, CAPTURES, PAYLOADS = 20, 50, 10  # of a policy, of a version, of a version
PARAGRAPHS, LONG, LONG_ONE_IN, WORDS = 60, 320, 20, 25
NOW = "2026-01-01T00:00:00Z"
BEGIN = datetime(2005, 1, 1, tzinfo=UTC)
KINDS = (("fetched", 200), ("revisit", 200), ("pending", None), ("not_a_policy", 200), ("archived_error", 404))
PARTS = (30, 10, 6, 2, 2)  # how many of 50 captures are of each kind


@dataclass(frozen=True)
class Shape:
    """How much a policy has.

    :param captures: of a version, a multiple of the parts' sum; `payloads` likewise. :param parts: how many of so many
        captures are of each of KINDS; at least two of the first.
    :param days: from capture to capture; each `gap_every`-th time 400.
    """

    versions: int = VERSIONS
    captures: int = CAPTURES
    payloads: int = PAYLOADS
    parts: tuple[int, ...] = PARTS
    days: float = 6
    gap_every: int = 333

    def kinds(self) -> list[int]:
        """The number of its kind for each capture of a version."""
        times = self.captures // sum(self.parts)
        return [n for n, many in enumerate(self.parts, 1) for _ in range(many * times)]


def build(path: Path, versions: int, first: int = 1, shape: Shape = Shape()) -> None:
    """Write a database of so many versions; policies have numbers from the first on, and each number its own site."""
    Store(path, lambda: datetime(2026, 1, 1, tzinfo=UTC)).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA foreign_keys = ON")
        chance = random.Random(7 + first)
        vocabulary = [f"{'bcdfglmnprst'[n % 12]}{'aeiou'[n % 5]}{'lnrstv'[n % 6]}{n}" for n in range(3_000)]
        with db:
            _once(db)
        for number in range(first, first + versions // shape.versions):
            with db:
                _Policy(db, number, chance, vocabulary, shape).write()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rows(db: sqlite3.Connection, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    names = list(rows[0])
    db.executemany(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
        [[row[name] for name in names] for row in rows],
    )


def _once(db: sqlite3.Connection) -> None:
    run = {"id": 1, "started_at": NOW, "finished_at": NOW, "program": "bench", "archive": "bench", "strategy": "all"}
    _rows(db, "runs", [run | {"arguments": "{}", "listed": 1, "fetched": 1, "reused": 0, "exit_code": 0}])
    _rows(db, "extractors", [{"id": 1, "extractor": "bench-1"}])
    _rows(
        db,
        "capture_kinds",
        [
            {
                "id": n,
                "mimetype": "text/html",
                "statuscode": str(status or 200),
                "outcome": outcome,
                "http_status": status,
            }
            for n, (outcome, status) in enumerate(KINDS, 1)
        ],
    )


class _Policy:
    """One policy, whose number gives all its ids."""

    def __init__(
        self, db: sqlite3.Connection, number: int, chance: random.Random, vocabulary: Sequence[str], shape: Shape
    ) -> None:
        self._db, self._number, self._chance, self._vocabulary, self._shape = db, number, chance, vocabulary, shape
        self._site = f"site{number:05}.example"
        self._url = f"http://{self._site}/privacy"

    def write(self) -> None:
        shape = self._shape
        db, number, key = self._db, self._number, surt(self._url)
        _rows(db, "sites", [{"id": number, "site": self._site, "added_at": NOW}])
        policy = {"id": number, "site_id": number, "urlkey": key, "policy_url": self._url, "extractor_id": 1}
        _rows(db, "policies", [policy | {"added_at": NOW}])
        _rows(db, "policy_urls", [{"policy_id": number, "urlkey": key, "url": self._url, "evidence": "bench"}])
        prefix = "https://web.archive.org/web/"
        _rows(
            db,
            "addresses",
            [
                {
                    "id": number,
                    "archive": "bench",
                    "urlkey": key,
                    "original": self._url,
                    "citation_prefix": prefix,
                    "memento_prefix": prefix,
                }
            ],
        )
        listing = {"run_id": 1, "policy_id": number, "archive": "bench", "url": self._url, "outcome": "fetched"}
        _rows(db, "listings", [listing | {"row_count": shape.versions * shape.captures, "listed_at": NOW}])
        self._texts()
        moments = self._moments()
        first = self._captures(moments)
        self._versions(first, moments)

    def _moments(self) -> list[datetime]:
        """The captures of all versions, a week apart, with a gap of a year now and then."""
        shape = self._shape
        moments, at = [], BEGIN + timedelta(hours=self._number)
        for number in range(shape.versions * shape.captures):
            at += timedelta(days=400 if (number + 1) % shape.gap_every == 0 else shape.days)
            moments.append(at)
        return moments

    def _captures(self, moments: Sequence[datetime]) -> int:
        """Write captures, payloads and what was read of these; return the id of the first capture."""
        shape = self._shape
        payload = 1 + (self._number - 1) * shape.versions * shape.payloads
        text = 1 + (self._number - 1) * shape.versions
        payloads, findings, extracted = [], [], []
        for version in range(shape.versions):
            findings.append(
                {
                    "id": text + version,
                    "text_id": text + version,
                    "outcome": "fetched",
                    "detail": "",
                    "title": "Privacy",
                    "charset": "utf-8",
                    "score": 1.0,
                    "evidence": "[]",
                    "decisions": "[]",
                    "kind": "privacy",
                    "kind_scores": "{}",
                }
            )
            for one in range(version * shape.payloads, (version + 1) * shape.payloads):
                body = f"page {one} of {self._number}".encode()
                stored = {"size": len(body), "depth": 0, "data": zstandard.compress(body)}
                payloads.append({"id": payload + one, "sha256": hashlib.sha256(body).digest()} | stored)
                extracted.append({"payload_id": payload + one, "extractor_id": 1, "finding_id": text + version})
        first = 1 + (self._number - 1) * shape.versions * shape.captures
        kinds = shape.kinds()
        rows = []
        for number, moment in enumerate(moments):
            version, within = divmod(number, shape.captures)
            if not within:  # the first and the last of a version were read: they prove it
                order = [1, *self._chance.sample(kinds[1:], shape.captures - 1)]
                last = max(at for at, kind in enumerate(order) if kind <= 2)
                order[last], order[-1] = order[-1], order[last]
            read = order[within] <= 2
            of = version * shape.payloads + within % shape.payloads
            rows.append(
                {
                    "id": first + number,
                    "address_id": self._number,
                    "at": int(moment.timestamp()),
                    "kind_id": order[within],
                    "digest": f"D{payload + of:031}",
                    "length": 4000,
                    "payload_id": payload + of if read else None,
                    "fetched": 1767225600 if read else None,
                    "memento_url": "" if read else None,
                    "chain": "[]" if read else None,
                }
            )
        for table, some in (
            ("finding_rows", findings),
            ("payloads", payloads),
            ("extraction_rows", extracted),
            ("capture_rows", rows),
        ):
            _rows(self._db, table, some)
        return first

    def _texts(self) -> None:
        """Write the texts of all versions, each block once, as runs of consecutive blocks."""
        shape = self._shape
        (block,) = self._db.execute("SELECT coalesce(max(id), 0) FROM blocks").fetchone()
        size = LONG if self._number % LONG_ONE_IN == 1 else PARAGRAPHS
        ids = [self._new_block(block + 1 + n, heading=n % 6 == 0) for n in range(size)]
        block += size
        for version in range(shape.versions):
            for at in self._chance.sample(range(size), self._chance.randint(1, 3)) if version else ():
                block += 1
                ids[at] = self._new_block(block, heading=at % 6 == 0)
            text = 1 + (self._number - 1) * shape.versions + version
            digest = hashlib.sha256(f"text {text}".encode()).hexdigest()
            _rows(
                self._db,
                "texts",
                [{"id": text, "text_digest": digest, "wording": digest, "words": size * WORDS, "language": "en"}],
            )
            _rows(
                self._db,
                "text_runs",
                [
                    {"text_id": text, "position": at, "first_block_id": first, "length": length}
                    for at, first, length in _runs(ids)
                ],
            )

    def _new_block(self, block_id: int, *, heading: bool) -> int:
        words = self._chance.choices(self._vocabulary, k=4 if heading else WORDS)
        markdown = " ".join(words) + f" {block_id}" + ("" if heading else ".")
        block = Block(BlockKind.HEADING if heading else BlockKind.PARAGRAPH, 2 if heading else 0, markdown)
        _rows(
            self._db,
            "block_rows",
            [
                {
                    "id": block_id,
                    "block_key": block_key(block_digest(block)),
                    "kind": block.kind.value,
                    "level": block.level,
                    "markdown": markdown,
                }
            ],
        )
        index_new(self._db, [(block_id, markdown)])
        return block_id

    def _versions(self, capture: int, moments: Sequence[datetime]) -> None:
        """Write the versions and the changes between them. :param capture: id of the first capture."""
        shape = self._shape
        begin = 1 + (self._number - 1) * shape.versions  # of the ids of versions and of their texts
        versions: list[dict[str, object]] = []
        for number in range(shape.versions):
            first, last = number * shape.captures, (number + 1) * shape.captures - 1
            digest = hashlib.sha256(f"text {begin + number}".encode()).hexdigest()
            before = format_iso(moments[first - 1]) if number else None
            versions.append(
                {
                    "id": begin + number,
                    "policy_id": self._number,
                    "extractor_id": 1,
                    "version": number + 1,
                    "wording": digest,
                    "text_id": begin + number,
                    "first_seen": format_iso(moments[first]),
                    "last_seen": format_iso(moments[last]),
                    "previous_last_seen": before,
                    "captures": sum(kind <= 2 for kind in shape.kinds()),
                    "first_capture_id": capture + first,
                    "last_capture_id": capture + last,
                }
            )
        _rows(self._db, "versions", versions)
        kinds = ("substantive", "substantive", "minor", "dates")
        pairs = list(pairwise(versions))
        _rows(
            self._db,
            "change_rows",
            [
                {
                    "policy_id": self._number,
                    "from_version_id": old["id"],
                    "to_version_id": new["id"],
                    "change_class": self._chance.choice(kinds),
                    "words_added": 2 * WORDS,
                    "words_removed": 2 * WORDS,
                    "sections": json.dumps([f"Section {number}"]),
                }
                for number, (old, new) in enumerate(pairs)
            ],
        )
        _rows(
            self._db,
            "found_changes",
            [
                {
                    "policy_id": self._number,
                    "to_version_id": new["id"],
                    "wording": new["wording"],
                    "run_id": 1,
                    "found_at": NOW,
                    "not_before": new["previous_last_seen"],
                    "not_after": new["first_seen"],
                    "ahead": 0,
                }
                for _old, new in pairs
            ],
        )


def _runs(ids: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (position, first block, length) of consecutive blocks."""
    begin = 0
    for at in range(1, len(ids) + 1):
        if at == len(ids) or ids[at] != ids[at - 1] + 1 or at - begin == RUN_BLOCKS:
            yield begin, ids[begin], at - begin
            begin = at
