"""Several databases into one: the same whatever the order, and the same when it is done again.

    source (read-only) ─► captures with their pages ─► what was read of them, with its texts ─► all other tables
                       ─► policies folded again: versions and changes are derived, never copied

Of two rows for one thing the better one stays. Captures and readings go through those who keep them (CaptureTable,
put_extraction); the other tables are copied as the schema has them (merge_tables.py). A transaction holds so many rows;
a merge that was killed is done by the same command again.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlite_utils import Database

from crawler.archives.capture import Outcome
from crawler.archives.errors import StoreError
from pipelines.reading.extractor import base_extractor
from pipelines.store.check import MIGRATIONS, check_file
from pipelines.store.file import WrittenFile, open_file
from pipelines.store.load import STORED, proven_payload, readable_uri, text_blocks
from pipelines.store.shelves.annotations import drop_forgotten
from pipelines.store.shelves.copies import NO_DIGEST
from pipelines.store.shelves.folds import refold
from pipelines.store.shelves.payloads import PayloadShelf
from pipelines.store.shelves.readings import outcome_of
from pipelines.store.tables.at_hand import AtHand
from pipelines.store.tables.capture_rows import seconds
from pipelines.store.tables.capture_table import COLUMNS, INDEXED, CaptureTable
from pipelines.store.tables.extractions import FOUND, put_extraction
from pipelines.store.tables.links import put_links
from pipelines.store.tables.texts import BLOCKS_AT_HAND, put_text
from pipelines.text.digests import COPY
from pipelines.text.remembered import forget_blocks
from pipelines.upkeep.forget import empty_captures, erase, forget_searches, prepare
from pipelines.upkeep.merge_tables import Ids, Table, better, copy_rows, hold_events, read_tables, select
from pipelines.upkeep.orphans import sweep

Progress = Callable[[str, int, int], None]  # step, done, of how many
ROWS = 5000  # rows of one transaction; payloads and texts, each of which is some 50 KB: a tenth and a twentieth
_PAYLOADS, _TEXTS = ROWS // 20, ROWS // 10
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
        db = WrittenFile(connection)
        prepare(db)
        tables = read_tables(db)
        extractors: dict[int, int] = {}  # by policy: that of which its versions are to be
        emptied: set[str] = set()
        forgotten = 0
        for number, source in enumerate(sources):
            if source.exists() and source.samefile(target):
                yield Merged(source, 0, 0, 0)
                continue
            with _attached(db, source, Path(scratch) / f"{number}.db") as reader:
                one = _Merge(db, reader, source, tables, progress)
                forgotten += one.run(extractors, emptied)
                new = one.new
            yield Merged(source, new["captures"], new["payloads"], new["texts"])
        _fold(db, extractors, progress)
        if db.execute("SELECT 1 FROM tombstones").fetchone():
            with db.atomic():
                forgotten += drop_forgotten(db)
        if forgotten:
            erase(db)


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
    reader = sqlite3.connect(readable_uri(source), uri=True, timeout=_BUSY_SECONDS)
    try:
        check_file(reader, source)
        applied = {name for (name,) in reader.execute("SELECT name FROM _sqlite_migrations")}
        if MIGRATIONS - applied:
            with closing(sqlite3.connect(scratch)) as copy:
                reader.backup(copy)
            reader.close()
            open_file(scratch).conn.close()
            reader, source = sqlite3.connect(readable_uri(scratch), uri=True), scratch
        db.execute("ATTACH ? AS src", [readable_uri(source)])
        try:
            yield reader
        finally:
            db.execute("DETACH src")
    finally:
        reader.close()
        scratch.unlink(missing_ok=True)


class _Merge:
    """One source into the target: one transaction per so many rows, each a whole by itself."""

    def __init__(
        self, db: Database, reader: sqlite3.Connection, source: Path, tables: Sequence[Table], progress: Progress
    ) -> None:
        self._db, self._reader, self._source, self._progress = db, reader, source, progress
        self._shelf, self._captures = PayloadShelf(db), CaptureTable(db, alone=True)
        self._blocks: AtHand[bytes, int] = AtHand(BLOCKS_AT_HAND)
        self.new: Counter[str] = Counter()  # rows that the target did not have: captures, payloads, texts
        self._copies = any(  # on one side at least
            connection.execute("SELECT 1 FROM main.capture_kinds WHERE digest_verdict = ? LIMIT 1", [COPY]).fetchone()
            for connection in (db, reader)
        )
        self._tables = {table.name: table for table in tables}

    def run(self, extractors: dict[int, int], emptied: set[str]) -> int:
        """Copy all; note of each policy which extractor its versions are to be of. Return how many captures of the
        target are forgotten by it.

        :param emptied: pages that are forgotten, of which the target has nothing any more; those of this source join them.
        """
        self._ids = Ids(self._db)
        try:
            forgotten = self._tombstones(emptied)
            self._each("captures", _CAPTURES, _PAYLOADS, self._take_captures)
            self._copy(self._tables.pop("extractors"))
            self._each("extractions", _EXTRACTIONS, _TEXTS, self._take_extractions)
            for table in self._tables.values():
                self._copy(table)
            with self._db.atomic():
                self._db.execute(
                    "UPDATE policies SET dirty = 1 WHERE id IN (SELECT dst FROM temp.ids WHERE name = 'policies')"
                )
            for policy_id, extractor_id in self._db.execute(_EXTRACTORS):
                extractors[policy_id] = _newer(self._db, extractor_id, extractors.get(policy_id))
        finally:
            self._ids.close()
        return forgotten

    def _each(self, name: str, sql: str, size: int, take: Callable[[list[Sequence[Any]]], None]) -> None:
        """Take the rows of a statement on the source, so many in each transaction."""
        (count,) = self._reader.execute(f"SELECT count(*) FROM {name}").fetchone()
        rows = self._reader.execute(sql)
        done = 0
        while some := rows.fetchmany(size):
            self._progress(name, done, count)
            with self._transaction():
                take(some)
                self._ids.write()
            done += len(some)

    def _copy(self, table: Table) -> None:
        if not table.key:
            hold_events(self._db, table, self._ids)
        self._each(table.name, select(table), ROWS, lambda rows: copy_rows(self._db, table, rows, self._ids))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._db.atomic():
                yield
        except BaseException:
            self._shelf.forget_bases()
            raise

    def _tombstones(self, emptied: set[str]) -> int:
        """First of all what is forgotten there, or here: none of it comes in. To empty captures takes all of the target."""
        self._copy(self._tables.pop("tombstones"))
        self._forgotten = {key for (key,) in self._db.execute("SELECT urlkey FROM main.tombstones").fetchall()}
        if self._forgotten <= emptied:
            return 0
        with self._db.atomic():
            count = empty_captures(self._db)
        if count:
            sweep(self._db, texts=True)
        emptied |= self._forgotten
        return count

    # captures, each with its page

    def _take_captures(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            self._ids.put("capture_rows", *self._capture(dict(zip(_CAPTURE_COLUMNS, row, strict=True))))

    def _capture(self, theirs: dict[str, Any]) -> tuple[int, int]:
        """Return its id there and here."""
        capture_id, payload_id = theirs.pop("id"), theirs.pop("payload_id")
        kept = None
        if payload_id is not None and theirs["urlkey"] not in self._forgotten:
            kept = self._payload(payload_id, theirs["payload"], theirs["urlkey"])
        held = self._captures.find(theirs) or self._same_observation(theirs)
        if held is None:
            held = self._captures.put({**theirs, "payload_id": kept})
            self.new["captures"] += 1
        else:
            self._unite(held, theirs, kept)
        return capture_id, held

    def _unite(self, held: int, theirs: dict[str, Any], kept: int | None) -> None:
        """Let the row of a capture say what the better one of two says of it; of its index, what an index said."""
        row = self._db.execute(_CAPTURE, [held]).fetchone()
        ours = dict(zip(_CAPTURE_COLUMNS[2:], row[2:], strict=True))
        listed = theirs if ours["digest"] == NO_DIGEST else ours
        said = {name: listed[name] for name in INDEXED}
        is_better = better(theirs | said, ours | said)
        wanted = (theirs if is_better else ours) | said
        changed = {name: wanted[name] for name in COLUMNS if name in wanted and wanted[name] != ours[name]}
        if changed or is_better:
            self._captures.change([held], **changed, **({"payload_id": kept} if is_better else {}))

    def _same_observation(self, theirs: dict[str, Any]) -> int | None:
        """Our row of the capture that theirs is, although it has another name: one of both is somebody's copy of the page
        (copies.py), of which no digest is known, and the other one is as the archive's index lists it.
        """
        is_copy = theirs["digest"] == NO_DIGEST
        if (is_copy and theirs["digest_verdict"] != COPY) or not self._copies:
            return None
        found = self._db.execute(
            "SELECT k.id FROM main.captures k WHERE k.urlkey = ? AND k.archive = ? AND k.at = ? AND k.timestamp = ? "
            + ("AND k.digest <> ? " if is_copy else "AND k.digest = ? AND k.digest_verdict = ? ")
            + "ORDER BY k.statuscode <> '200', k.original <> ?, k.digest, k.original LIMIT 1",
            [
                *(theirs["urlkey"], theirs["archive"], seconds(theirs["captured_at"]), theirs["timestamp"]),
                *((NO_DIGEST,) if is_copy else (NO_DIGEST, COPY)),
                theirs["original"],
            ],
        ).fetchone()
        return int(found[0]) if found else None

    def _payload(self, source_id: int, digest: str, urlkey: str) -> int:
        known = self._ids.get("payloads", source_id)
        if known is not None:
            return known
        held = self._shelf.held(bytes.fromhex(digest))
        if held is None:
            body = proven_payload(self._reader.execute, source_id, digest)
            if body is None:
                raise StoreError(
                    f"{self._source} is damaged (payload {source_id}): run policylapse fsck --repair --db {self._source}, "
                    "then the same command again"
                )
            held = self._shelf.put_new(body, urlkey, bytes.fromhex(digest))
            self.new["payloads"] += 1
        self._ids.put("payloads", source_id, held)
        return held

    # what was read of them, each with its text

    def _take_extractions(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            self._extraction(dict(zip(_EXTRACTION_COLUMNS, row, strict=True)))

    def _extraction(self, theirs: dict[str, Any]) -> None:
        """What no page that came in has stays behind; texts of earlier folds are made again where they are needed."""
        payload_id = self._ids.get("payloads", theirs["payload_id"])
        if payload_id is None:
            return
        row = theirs | {"payload_id": payload_id, "extractor_id": self._ids.get("extractors", theirs["extractor_id"])}
        for column, parent, copy in (
            ("text_id", "texts", self._text),
            ("link_layer_id", "link_layer_rows", self._links),
        ):
            if theirs[column] is not None:
                row[column] = self._ids.get(parent, theirs[column]) or copy(theirs[column])
                self._ids.put(parent, theirs[column], row[column])
        ours = self._db.execute(_EXTRACTION, [payload_id, row["extractor_id"]]).fetchone()
        if ours is not None:
            held = dict(zip(_EXTRACTION_COLUMNS, ours, strict=True))
            ids = ("payload_id", "extractor_id", "text_id", "link_layer_id")
            if not better(*({name: one[name] for name in one if name not in ids} for one in (theirs, held))):
                return
            self._db.execute(
                "DELETE FROM extraction_rows WHERE payload_id = ? AND extractor_id = ?",
                [payload_id, row["extractor_id"]],
            )
        put_extraction(self._db, row)

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
        text_id = put_text(
            self._db,
            digest,
            text_blocks(self._reader, source_id),
            wording=wording,
            words=words,
            language=language,
            block_languages=[code for (code,) in codes],
            at_hand=self._blocks,
        )
        self._db.execute("UPDATE main.texts SET languages = ? WHERE id = ?", [languages, text_id])
        self.new["texts"] += 1
        return text_id

    def _links(self, source_id: int) -> int:
        digest, links = self._reader.execute(
            "SELECT link_digest, links FROM link_layers WHERE id = ?", [source_id]
        ).fetchone()
        return put_links(self._db.conn, digest, links)


# Rows as they are compared: with the digest of a page or text beside its id. By URL and date, so that each page is stored
# against its likes.
_CAPTURE_COLUMNS = ("id", "payload_id", "payload", *(name for name in COLUMNS if name != "payload_id"))
_CAPTURE_ROW = (
    f"SELECT k.id, k.payload_id, p.payload_digest, "
    f"{', '.join(STORED if name == 'outcome' else f'k.{name}' for name in _CAPTURE_COLUMNS[3:])} "
    "FROM main.captures k LEFT JOIN main.payloads p ON p.id = k.payload_id "
)
_CAPTURES = f"{_CAPTURE_ROW} ORDER BY k.urlkey, k.at, k.id"
_CAPTURE = f"{_CAPTURE_ROW} WHERE k.id = ?"
_EXTRACTION_COLUMNS = ("payload_id", "extractor_id", "link_layer_id", *FOUND, "payload", "text_digest", "link_digest")
_EXTRACTION_ROW = (
    f"SELECT e.payload_id, e.extractor_id, e.link_layer_id, {', '.join(f'e.{name}' for name in FOUND)}, "
    "y.payload_digest, t.text_digest, l.link_digest FROM main.extractions e JOIN main.payloads y ON y.id = e.payload_id "
    "LEFT JOIN main.texts t ON t.id = e.text_id LEFT JOIN main.link_layer_rows l ON l.id = e.link_layer_id"
)
_EXTRACTIONS = f"{_EXTRACTION_ROW} ORDER BY 1, 2"
_EXTRACTION = f"{_EXTRACTION_ROW} WHERE e.payload_id = ? AND e.extractor_id = ?"

# The extractors that either side's versions of a policy are of; a policy that only shares a page with the source has a
# reading more as well.
_EXTRACTORS = """
SELECT m.dst, e.dst FROM temp.ids m JOIN src.policies s ON s.id = m.src
JOIN temp.ids e ON e.name = 'extractors' AND e.src = s.extractor_id WHERE m.name = 'policies'
UNION SELECT t.id, t.extractor_id FROM temp.ids m JOIN main.policies t ON t.id = m.dst
WHERE m.name = 'policies' AND t.extractor_id NOT NULL
UNION SELECT p.id, p.extractor_id FROM main.policies p WHERE p.extractor_id NOT NULL AND p.id IN (
  SELECT u.policy_id FROM temp.ids m JOIN main.captures k ON k.payload_id = m.dst
  JOIN main.policy_urls u ON u.urlkey = k.urlkey WHERE m.name = 'payloads')
"""


def _newer(db: Database, one: int, other: int | None) -> int:
    """Of two extractors the newer one."""
    if other is None or one == other:
        return one
    names = dict(db.execute("SELECT id, extractor FROM main.extractors WHERE id IN (?, ?)", [one, other]).fetchall())
    return max(one, other, key=lambda extractor_id: _age(names[extractor_id]))


@lru_cache(maxsize=256)
def _age(extractor: str) -> list[tuple[int, str]]:
    """Sorts extractors by their names, the newest last: numbers in them count as numbers."""
    parts = re.findall(r"\d+|\D+", extractor)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


_READINGS = """
SELECT k.id, k.outcome, k.detail, k.fetched_at, x.extractor, e.outcome, e.detail FROM captures k
JOIN extractions e ON e.payload_id = k.payload_id JOIN extractors x ON x.id = e.extractor_id
WHERE k.id BETWEEN ? AND ? AND k.outcome NOT IN ('redirect', 'archived_error', 'forgotten') ORDER BY k.id
"""


_HELD = (Outcome.FETCHED.value, Outcome.REVISIT.value)


def _apply_readings(db: Database) -> None:
    """Give each capture the outcome of its payload's reading, as ReadingShelf.apply does: one file may know of a page
    that another had kept and not read. Of several the newest program's counts; a text of one of its readings goes first.
    """
    (highest,) = db.execute("SELECT coalesce(max(id), 0) FROM capture_rows").fetchone()
    for first in range(1, highest + 1, ROWS):
        with db.atomic():
            _apply_to(db, db.execute(_READINGS, [first, first + ROWS - 1]).fetchall())


def _apply_to(db: Database, rows: Iterable[tuple[Any, ...]]) -> None:
    table = CaptureTable(db, alone=True)
    for capture_id, readings in groupby(rows, key=itemgetter(0)):
        newest = max(readings, key=lambda row: (_age(base_extractor(row[4])), row[5] == _HELD[0], _age(row[4])))
        _id, had, told, fetched_at, _extractor, read, detail = newest
        outcome = outcome_of(Outcome(read), fetched_at).value
        if read == _HELD[0] and had in _HELD:
            detail = told
        if (outcome, detail) != (had, told):
            table.change([capture_id], outcome=outcome, detail=detail)


def _fold(db: Database, extractors: dict[int, int], progress: Progress) -> None:
    _apply_readings(db)
    with db.atomic():
        forget_searches(db)
    for done, (policy_id, extractor_id) in enumerate(sorted(extractors.items())):
        progress("versions", done, len(extractors))
        with db.atomic():
            refold(db, policy_id, extractor_id)
        forget_blocks()
    db.execute(
        "UPDATE policies SET dirty = 0 WHERE dirty AND extractor_id IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM readings r WHERE r.policy_id = policies.id)"
    )
    db.conn.commit()
