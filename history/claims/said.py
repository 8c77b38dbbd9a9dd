"""The claims of texts with their sentences, as people read them.

read_said(db, text ids) ──► {text id: Said(claim, its sentence, its heading)…}, in reading order
said_of(blocks, languages, known) ──► the same of one text that is in hand
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from history.claims.placed import PlacedClaim, placed, placed_in
from history.claims.what import What
from pipelines.claims.context import contexts
from pipelines.claims.plain import plain
from pipelines.claims.texts import Known, claims_in, sentence_starts
from pipelines.model import Block
from pipelines.store.load_texts import read_texts
from pipelines.text.sentences import sentences


@dataclass(frozen=True, slots=True)
class Said:
    """A claim where it stands.

    :param key: the words of the sentence (pipelines.text.wording), by which it is the same in other versions.
    :param sentence: as it reads, without markup. :param lead: the sentence that introduces its list, "" for none.
    """

    what: What
    rule: str
    key: tuple[str, ...]
    sentence: str
    heading: str
    lead: str


def read_said(db: sqlite3.Connection, text_ids: Iterable[int]) -> dict[int, tuple[Said, ...]]:
    """Return what texts claim.

    :param db: of history.database.open_database.
    """
    return said_at(db, placed(db, text_ids))


def said_at(db: sqlite3.Connection, claims: Mapping[int, Sequence[PlacedClaim]]) -> dict[int, tuple[Said, ...]]:
    """Return claims of texts with their sentences. :param claims: by ids of the texts; only their texts are read."""
    texts = read_texts(db, [text_id for text_id, some in claims.items() if some])
    cut: _Cut = {}
    return {text_id: _said(texts[text_id], some, cut) if some else () for text_id, some in claims.items()}


def said_of(blocks: Sequence[Block], languages: Sequence[str], known: Known) -> tuple[Said, ...]:
    """Return what one text claims. :param known: blocks that were read before, filled here."""
    return _said(blocks, list(placed_in(claims_in(blocks, languages, known))), {})


# By Markdown of a block and where a sentence of it begins: the sentence's words, and how it reads.
_Cut: TypeAlias = dict[tuple[str, int], tuple[tuple[str, ...], str]]


def _said(blocks: Sequence[Block], claims: Sequence[PlacedClaim], cut: _Cut) -> tuple[Said, ...]:
    around = contexts(blocks)
    found = []
    for what, rule, position, begin in claims:
        block, context = blocks[position], around[position]
        place = block.markdown, begin
        if place not in cut:
            for start, one in zip(sentence_starts(block), sentences(block.markdown), strict=False):
                cut[block.markdown, start] = one.key, plain(one.text)
        found.append(Said(what, rule, *cut[place], context.heading, context.lead))
    return tuple(found)
