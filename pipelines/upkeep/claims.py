"""Claims, stored: every version's text is read once by the rules, and what it claims is kept in the file.

    store_claims(path, processes) ──► Stored(texts, claims)
      missing texts, by policy ──► parts ──► processes: read_part (read-only) ──► ClaimRows: one transaction a part

Nothing depends on it: a reader computes what is not stored, to the same result. A database stores claims from the first
`policylapse claims --store` on; then whoever writes versions into it stores theirs at the end (`stores_claims`). A run that is stopped
goes on where it was. Rules or a program of another version make everything that is stored stale: it is dropped and read
anew, which is a technical change and none of any policy.

A text is read beside the version before it, which is stored: of a new version only what it brings is matched.
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from pipelines.claims.context import contexts
from pipelines.claims.parties import party_of_domain
from pipelines.claims.texts import FoundClaim, Known, claims_in, reading_version
from pipelines.store.file import open_file
from pipelines.store.load import readable_uri
from pipelines.store.load_texts import read_texts_with_languages
from pipelines.store.tables.claim_rows import ClaimRows, read_stored, stored_version

_PART: Final = 40  # texts that one process reads at once: a transaction, and some seconds at most
_FEW: Final = 2 * _PART  # texts that are read in this process: starting others takes longer
_AHEAD: Final = 3  # parts that wait for each process
_MISSING: Final = """
SELECT v.policy_id, v.text_id, t.text_id IS NULL FROM policies p
CROSS JOIN versions v ON v.policy_id = p.id AND v.extractor_id = p.extractor_id
LEFT JOIN text_claims t ON t.text_id = v.text_id
ORDER BY v.policy_id, v.version
"""

Progress = Callable[[int, int], None]  # texts that are done, of how many


@dataclass(frozen=True, slots=True)
class PolicyPart:
    """Texts of a policy to be read together. :param beside: a stored text that has most of their blocks, None for none."""

    text_ids: tuple[int, ...]
    beside: int | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored now. :param texts: texts that were read. :param claims: what they claim, sentence by sentence."""

    texts: int
    claims: int


Said = dict[int, tuple[FoundClaim, ...]]  # what a text claims, by positions of its blocks


def stores_claims(path: Path) -> bool:
    """Whether somebody has asked a database to store claims, be it by other rules.

    :param path: of a database that this process may write: a reader that is the last to leave would leave its WAL behind.
    """
    if not path.is_file():
        return False
    with closing(sqlite3.connect(path)) as connection:
        there = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'claim_rules'").fetchone()
        return bool(there and stored_version(connection))


def store_claims(path: Path, processes: int = 0, progress: Progress = lambda _done, _of: None) -> Stored:
    """Store what every version claims, as far as it is not stored by these rules.

    :param path: of a database that this process may write. :param processes: 0: one per core.
    """
    db = open_file(path)
    try:
        rows = ClaimRows(db, reading_version())
        parts = missing_parts(db.conn)
        of = sum(len(part.text_ids) for part in parts)
        done = claims = 0
        for part in _read(path, parts, processes or os.cpu_count() or 1, alone=of <= _FEW):
            with db.atomic():
                for text_id, said in part:
                    if not rows.holds(text_id):
                        rows.put(text_id, said)
                        done, claims = done + 1, claims + sum(map(len, said.values()))
            progress(done, of)
        with db.atomic():
            for site_id, site in db.execute("SELECT id, site FROM sites WHERE company IS NULL").fetchall():
                if company := party_of_domain(site):
                    db.execute("UPDATE sites SET company = ? WHERE id = ?", [company, site_id])
    finally:
        db.conn.close()
    return Stored(done, claims)


def missing_parts(connection: sqlite3.Connection) -> list[PolicyPart]:
    """Return the texts of versions whose claims are not stored, each once."""
    parts: list[PolicyPart] = []
    met: set[int] = set()
    for _policy, versions in groupby(connection.execute(_MISSING), key=lambda row: int(row[0])):
        beside: int | None = None
        texts: list[int] = []
        for _policy_id, text_id, missing in versions:
            if not missing:
                beside = text_id if not texts else beside
            elif text_id not in met:
                met.add(text_id)
                texts.append(text_id)
        parts += [PolicyPart(tuple(texts[at : at + _PART]), beside) for at in range(0, len(texts), _PART)]
    return parts


def read_part(connection: sqlite3.Connection, part: PolicyPart) -> list[tuple[int, Said]]:
    """Return what the texts of a part claim. Writes nothing."""
    known: Known = {}
    wanted = [*part.text_ids, *([part.beside] if part.beside is not None else [])]
    texts = read_texts_with_languages(connection, wanted)
    for text_id, stored in read_stored(connection, wanted[len(part.text_ids) :], reading_version()).items():
        blocks, languages = texts[text_id]
        said: dict[int, list[FoundClaim]] = {}
        for one in stored:
            said.setdefault(one.position, []).append(one.found)
        for position, key in enumerate(zip(blocks, contexts(blocks), languages, strict=True)):
            known[key] = tuple(said.get(position, ()))
    return [(text_id, dict(claims_in(*texts[text_id], known))) for text_id in part.text_ids]


def read_parts_in(path: Path, parts: Sequence[PolicyPart]) -> list[list[tuple[int, Said]]]:
    """Return read_part of some parts of a database: for a process of its own, as plan_folds_in."""
    with closing(sqlite3.connect(readable_uri(path), uri=True)) as connection:
        connection.execute("BEGIN")  # one state: blocks have their ids as long
        return [read_part(connection, part) for part in parts]


def _read(path: Path, parts: Sequence[PolicyPart], processes: int, *, alone: bool) -> Iterator[list[tuple[int, Said]]]:
    """Each part's texts with what they claim, in order; read in other processes where that is worth it."""
    loads = _loads(parts)
    if alone or processes == 1:
        for load in loads:
            yield from read_parts_in(path, load)
        return
    context: Any = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting: deque[Future[list[list[tuple[int, Said]]]]] = deque()
        try:
            for load in loads:
                waiting.append(pool.submit(read_parts_in, path, load))
                if len(waiting) > _AHEAD * processes:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _loads(parts: Sequence[PolicyPart]) -> Iterator[list[PolicyPart]]:
    """Small parts together, so that each call of a process is worth it."""
    load: list[PolicyPart] = []
    for part in parts:
        load.append(part)
        if sum(len(one.text_ids) for one in load) >= _PART:
            yield load
            load = []
    if load:
        yield load
