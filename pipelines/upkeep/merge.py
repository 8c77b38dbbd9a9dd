"""Several databases into one: the same whatever the order, and the same when it is done again.

    source (read-only) ─► rows that the target lacks, table after table ─► of two rows for one thing, the better one
                       ─► policies folded again: versions and changes are derived, never copied

Which tables there are, what refers to what and what makes a row the same row is read from the schema (merge_tables.py);
here is only what a table's meaning adds. A transaction holds so many rows; a merge that was killed is done by the same
command again.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from os import W_OK, access
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlite_utils import Database

from crawler.archives.errors import StoreError
from pipelines.store.check import MIGRATIONS, check_file
from pipelines.store.file import open_file
from pipelines.store.folds import refold
from pipelines.store.links import put_links
from pipelines.store.load import proven_payload, text_blocks
from pipelines.store.payloads import PayloadShelf
from pipelines.store.texts import put_text
from pipelines.upkeep.forget import empty_captures, erase, forget_searches, prepare
from pipelines.upkeep.fsck import UNLIKE_ITS_READINGS
from pipelines.upkeep.merge_tables import Copier, Table, read_tables
from pipelines.upkeep.orphans import sweep

Progress = Callable[[str, int, int], None]  # step, done, of how many
ROWS = 5000  # rows of one transaction; payloads and texts, each of which is some 50 KB: a tenth and a twentieth
_PAYLOADS, _TEXTS = ROWS // 20, ROWS // 10
_DERIVED = frozenset({"versions", "changes", "set_aside", "unsteady_lines"})
_OWN = frozenset({  # what was done with this file and no other
    "found_changes", "found_events", "horizons", "reported_missing", "watches", "notices", "notice_items", "channels_ended",
    "saves",
})  # fmt: skip
_BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Merged:
    """What one source brought.

    :param captures: rows that the target did not have; `payloads`, `texts` likewise.
    """

    source: Path
    captures: int
    payloads: int
    texts: int


def merge(
    sources: Sequence[Path], target: Path, progress: Progress = lambda _step, _done, _of: None
) -> Iterator[Merged]:
    """Bring all that the sources hold into the target, and fold its policies; yield what each brought.

    :param target: made where it is not there; nobody else may write into it meanwhile.
    :raises StoreError: a file is none of ours, of a newer program, or damaged; its text says what to do.
    """
    open_file(target).conn.close()
    with TemporaryDirectory(prefix="policylapse-") as scratch, closing(_connect(target)) as connection:
        db = Database(connection)
        extractors: dict[int, int] = {}  # by policy: that of which its versions are to be
        forgotten = 0
        for number, source in enumerate(sources):
            if source.exists() and source.samefile(target):
                yield Merged(source, 0, 0, 0)
                continue
            with _attached(db, source, Path(scratch) / f"{number}.db") as reader:
                before = _counts(db)
                forgotten += _Merge(db, reader, source, progress).run(extractors)
                yield Merged(source, *(max(now - then, 0) for now, then in zip(_counts(db), before, strict=True)))
        _fold(db, extractors, progress)
        if forgotten:
            erase(db)


def _counts(db: Database) -> list[int]:
    return [db.execute(f"SELECT count(*) FROM main.{name}").fetchone()[0] for name in ("captures", "payloads", "texts")]


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def _attached(db: Database, source: Path, scratch: Path) -> Iterator[sqlite3.Connection]:
    """A source as the schema `src`, and a connection of its own to it; an older one as a copy that is brought up to
    date. Nothing is ever written into a source.
    """
    if not source.is_file():
        raise StoreError(f"there is no database {source}: name the files to merge, and the one to make with --into")
    reader = sqlite3.connect(_readable(source), uri=True, timeout=_BUSY_SECONDS)
    try:
        check_file(reader, source)
        applied = {name for (name,) in reader.execute("SELECT name FROM _sqlite_migrations")}
        if MIGRATIONS - applied:
            with closing(sqlite3.connect(scratch)) as copy:
                reader.backup(copy)
            reader.close()
            open_file(scratch).conn.close()
            reader, source = sqlite3.connect(_readable(scratch), uri=True), scratch
        db.execute("ATTACH ? AS src", [_readable(source)])
        try:
            yield reader
        finally:
            db.execute("DETACH src")
    finally:
        reader.close()


def _readable(path: Path) -> str:
    """The address of a file that is only read; one in a folder where nobody can be writing is taken as it is."""
    still = not access(path.resolve().parent, W_OK) and not Path(f"{path}-wal").exists()
    return f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if still else ''}"


class _Merge:
    """One source into the target: one transaction per so many rows, each a whole by itself."""

    def __init__(self, db: Database, reader: sqlite3.Connection, source: Path, progress: Progress) -> None:
        self._db, self._reader, self._source, self._progress = db, reader, source, progress
        self._shelf = PayloadShelf(db)
        prepare(db)
        self._tables = {table.name: table for table in read_tables(db, "src") if table.name not in _DERIVED | _OWN}
        self._copier = Copier(db, self._tables)

    def run(self, extractors: dict[int, int]) -> int:
        """Copy all; note of each policy which extractor its versions are to be of. Return how many captures of the
        target are forgotten by it.
        """
        with self._copier.maps():
            forgotten = self._tombstones()
            self._payloads()
            self._want()
            for table in self._tables.values():
                if table.name == "texts":
                    self._each("texts", self._text)
                elif table.name == "link_layers":
                    self._each("link_layers", self._link_layer)
                elif table.name not in ("tombstones", "payloads"):
                    self._table(table)
            for policy_id, extractor_id in self._db.execute(_EXTRACTORS):
                extractors[policy_id] = _newer(self._db, extractor_id, extractors.get(policy_id))
        return forgotten

    def _table(self, table: Table) -> None:
        for bounds, of in self._ranges(table, ROWS):
            with self._db.atomic():
                self._copier.copy(table, bounds)
                if table.name == "policies":
                    self._db.execute("UPDATE policies SET dirty = 1 WHERE id IN (SELECT dst FROM temp.map_policies)")
            self._progress(table.name, bounds[-1] if bounds else of, of)

    def _ranges(self, table: Table, rows: int) -> Iterator[tuple[tuple[int, ...], int]]:
        """First and last id of each transaction, and the last of all; () for a table that no other refers to."""
        if not table.has_id or not table.key:
            yield (), 1
            return
        (highest,) = self._db.execute(f"SELECT coalesce(max(id), 0) FROM src.{table.name}").fetchone()
        for first in range(1, highest + 1, rows):
            yield (first, min(first + rows - 1, highest)), highest

    def _each(self, table: str, copy: Callable[[int], int]) -> None:
        """Copy, one by one, the rows that are wanted: what is tombstoned here, or in no capture's page, stays behind."""
        wanted = [row[0] for row in self._db.execute(f"SELECT id FROM temp.want_{table} ORDER BY id").fetchall()]
        for start in range(0, len(wanted), _TEXTS):
            with self._db.atomic():
                for source_id in wanted[start : start + _TEXTS]:
                    self._copier.note(table, source_id, copy(source_id))
            self._progress(table, start, len(wanted))

    def _text(self, source_id: int) -> int:
        """With its blocks, or it would be half a text after a kill."""
        digest, wording, words, language, languages = self._reader.execute(
            "SELECT text_digest, wording, words, language, languages FROM texts WHERE id = ?", [source_id]
        ).fetchone()
        held = self._db.execute("SELECT id FROM main.texts WHERE text_digest = ?", [digest]).fetchone()
        if held:
            self._db.execute(
                "UPDATE main.texts SET language = ?1, languages = ?2 WHERE id = ?3 AND (language, languages) < (?1, ?2)",
                [language, languages, held[0]],
            )
            return int(held[0])
        codes = self._reader.execute(
            "SELECT coalesce(language, ?) FROM text_blocks WHERE text_id = ? ORDER BY position", [language, source_id]
        )
        blocks = text_blocks(self._reader, source_id)
        text_id = put_text(
            self._db, digest, blocks, wording=wording, words=words, language=language,
            block_languages=[code for (code,) in codes],
        )  # fmt: skip
        self._db.execute("UPDATE main.texts SET languages = ? WHERE id = ?", [languages, text_id])
        return text_id

    def _link_layer(self, source_id: int) -> int:
        digest, links = self._reader.execute(
            "SELECT link_digest, links FROM link_layers WHERE id = ?", [source_id]
        ).fetchone()
        return put_links(self._db.conn, digest, json.loads(links))

    def _tombstones(self) -> int:
        """First of all what is forgotten there, or here: none of it comes in."""
        with self._db.atomic():
            self._copier.copy(self._tables["tombstones"])
            emptied = empty_captures(self._db)
        if emptied:
            sweep(self._db, texts=True)
        return emptied

    def _payloads(self) -> None:
        """By URL and date, so that each is stored against its likes."""
        self._db.execute(
            "CREATE TEMP TABLE want_payloads AS SELECT p.id, p.payload_digest, min(k.urlkey) AS urlkey "
            "FROM src.captures k JOIN src.payloads p ON p.id = k.payload_id "
            "WHERE k.urlkey NOT IN (SELECT urlkey FROM main.tombstones) GROUP BY p.id "
            "ORDER BY 3, min(k.captured_at), 1"
        )
        (count,) = self._db.execute("SELECT count(*) FROM temp.want_payloads").fetchone()
        for start in range(0, count, _PAYLOADS):
            rows = self._db.execute(
                "SELECT id, payload_digest, urlkey FROM temp.want_payloads WHERE rowid BETWEEN ? AND ?",
                [start + 1, start + _PAYLOADS],
            ).fetchall()
            with self._transaction():
                for source_id, digest, urlkey in rows:
                    self._copier.note("payloads", source_id, self._payload(source_id, digest, urlkey))
            self._progress("payloads", start, count)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._db.atomic():
                yield
        except BaseException:
            self._shelf.forget_bases()
            raise

    def _payload(self, source_id: int, digest: str, urlkey: str) -> int:
        held = self._shelf.held(bytes.fromhex(digest))
        if held is not None:
            return held
        body = proven_payload(self._reader.execute, source_id, digest)
        if body is None:
            raise StoreError(
                f"{self._source} is damaged (payload {source_id}): run policylapse fsck --repair --db {self._source}, "
                "then the same command again"
            )
        return self._shelf.put(body, urlkey)

    def _want(self) -> None:
        """What the pages that come in need; texts of earlier folds are made again where they are needed."""
        read = "FROM src.extractions e JOIN temp.map_payloads m ON m.src = e.payload_id"
        for name, ids in (
            ("texts", f"SELECT e.text_id {read} WHERE e.text_id NOT NULL"),
            ("link_layers", f"SELECT e.link_layer_id {read} WHERE e.link_layer_id NOT NULL"),
        ):
            self._db.execute(f"CREATE TEMP TABLE want_{name} (id INTEGER PRIMARY KEY)")
            self._db.execute(f"INSERT OR IGNORE INTO temp.want_{name} {ids}")


# The extractors that either side's versions of a policy are of; a policy that only shares a page with the source has a
# reading more as well.
_EXTRACTORS = """
SELECT m.dst, e.dst FROM temp.map_policies m JOIN src.policies s ON s.id = m.src
JOIN temp.map_extractors e ON e.src = s.extractor_id
UNION SELECT t.id, t.extractor_id FROM temp.map_policies m JOIN main.policies t ON t.id = m.dst
WHERE t.extractor_id NOT NULL
UNION SELECT p.id, p.extractor_id FROM main.policies p WHERE p.extractor_id NOT NULL AND p.id IN (
  SELECT u.policy_id FROM temp.map_payloads m JOIN main.captures k ON k.payload_id = m.dst
  JOIN main.policy_urls u ON u.urlkey = k.urlkey)
"""


def _newer(db: Database, one: int, other: int | None) -> int:
    """Of two extractors the newer one, as their names have it: numbers in them count as numbers."""
    if other is None or one == other:
        return one
    names = dict(db.execute("SELECT id, extractor FROM main.extractors WHERE id IN (?, ?)", [one, other]).fetchall())

    def order(extractor_id: int) -> list[tuple[int, str]]:
        parts = re.findall(r"\d+|\D+", names[extractor_id])
        return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]

    return max(one, other, key=order)


# What one file knew of a page that another had kept and not read.
_READ_ELSEWHERE = f"""
UPDATE captures SET (outcome, detail) = (
  SELECT CASE WHEN e.outcome = 'fetched' AND captures.fetched_at IS NULL THEN 'revisit' ELSE e.outcome END, e.detail
  FROM extractions e JOIN extractors x ON x.id = e.extractor_id
  WHERE e.payload_id = captures.payload_id ORDER BY x.extractor DESC LIMIT 1)
WHERE id IN (SELECT k.id FROM captures k WHERE {UNLIKE_ITS_READINGS})
"""


def _fold(db: Database, extractors: dict[int, int], progress: Progress) -> None:
    with db.atomic():
        db.execute(_READ_ELSEWHERE)
        forget_searches(db)
    for done, (policy_id, extractor_id) in enumerate(sorted(extractors.items())):
        progress("versions", done, len(extractors))
        with db.atomic():
            refold(db, policy_id, extractor_id)
    db.execute(
        "UPDATE policies SET dirty = 0 WHERE dirty AND extractor_id IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM readings r WHERE r.policy_id = policies.id)"
    )
    db.conn.commit()
