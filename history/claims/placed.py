"""What texts claim and where, of the file where it is stored (`policylapse claims --store`), by the rules where it is not.

    placed(db, text ids) ──► {text id: PlacedClaim(what, rule, block's position, where its sentence begins)…}
    whats(db, text ids) ──► {text id: What…}            texts_claiming(db, text ids, test) ──► the texts that make a claim

Both ways give the same (tests/history/claims/test_stored.py). What is stored by another version of rules or program counts
as not stored. Readers write nothing: each block is then matched once for all texts of the question.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from history.claims.what import What
from pipelines.claims.model import Polarity
from pipelines.claims.texts import FoundClaim, Known, claims_in, reading_version
from pipelines.store.load_texts import read_texts_with_languages
from pipelines.store.tables.claim_rows import StoredClaim, blocks_stored_with, read_kinds, read_stored, stored_version

_AT_ONCE: Final = 200  # texts


def claims_are_stored(db: sqlite3.Connection) -> bool:
    """Whether claims are stored, by these rules and this program: then it costs little to show them."""
    version = stored_version(db)
    return bool(version) and version == reading_version()


class PlacedClaim(NamedTuple):
    """A claim of a text. :param position: of its block, from 0. :param begin: of its sentence, in characters of the block."""

    what: What
    rule: str
    position: int
    begin: int


def placed(
    db: sqlite3.Connection, text_ids: Iterable[int], only: Mapping[int, Container[int]] | None = None
) -> dict[int, tuple[PlacedClaim, ...]]:
    """Return what texts claim, in reading order.

    :param db: of history.database.open_database. :param only: by text, positions of blocks that must be read; others may be.
    """
    return {text_id: tuple(map(_placed, said)) for text_id, said in _each(db, text_ids, only=only)}


def whats(db: sqlite3.Connection, text_ids: Iterable[int]) -> dict[int, frozenset[What]]:
    """Return what texts claim, whichever sentence says it."""
    return {text_id: frozenset(_what(*one.found[:4]) for one in said) for text_id, said in _each(db, text_ids)}


def texts_claiming(db: sqlite3.Connection, text_ids: Iterable[int], test: Callable[[What], bool]) -> set[int]:
    """Return the texts that make a claim."""
    kinds = [number for number, kind in read_kinds(db) if test(_what(*kind[:4]))]
    return {text_id for text_id, said in _each(db, text_ids, kinds) if any(test(_what(*one.found[:4])) for one in said)}


def blocks_to_read(db: sqlite3.Connection, test: Callable[[What], bool]) -> set[int] | None:
    """Return the blocks that may make a claim: those that are stored with it, and those of texts of which nothing is stored.

    :return: None where no claims are stored, by these rules: any block may make it.
    """
    if not claims_are_stored(db):
        return None
    kinds = [number for number, kind in read_kinds(db) if test(_what(*kind[:4]))]
    return set(blocks_stored_with(db, kinds))


def placed_in(said: Iterable[tuple[int, Iterable[FoundClaim]]]) -> Iterator[PlacedClaim]:
    """Yield what pipelines.claims.texts.claims_in found."""
    return (_placed(StoredClaim(position, one)) for position, found in said for one in found)


def _each(
    db: sqlite3.Connection,
    text_ids: Iterable[int],
    kinds: list[int] | None = None,
    only: Mapping[int, Container[int]] | None = None,
) -> Iterator[tuple[int, list[StoredClaim]]]:
    """Each text with its claims; of what is stored only some kinds, where they are named."""
    known: Known = {}
    waiting = iter(dict.fromkeys(text_ids))
    while some := list(islice(waiting, _AT_ONCE)):
        stored = read_stored(db, some, reading_version(), kinds)
        texts = read_texts_with_languages(db, [text_id for text_id in some if text_id not in stored])
        for text_id in some:
            if text_id in stored:
                yield text_id, stored[text_id]
            else:
                said = claims_in(*texts[text_id], known, None if only is None else only[text_id])
                yield text_id, [StoredClaim(position, one) for position, found in said for one in found]


def _placed(one: StoredClaim) -> PlacedClaim:
    found = one.found
    return PlacedClaim(_what(*found[:4]), found.rule, one.position, found.begin)


@lru_cache(maxsize=65_536)
def _what(category: str, subject: str, polarity: str, value: str) -> What:
    return What(category, subject, Polarity(polarity), value)
