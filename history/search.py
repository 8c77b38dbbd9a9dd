"""Words in the paragraphs of all policies, each paragraph once; and who has a paragraph, since when.

search_blocks(db, "sell personal information") ──► Found(markdown, owners: who had it first …)…

The index (blocks_fts) knows which blocks hold a word, but not where: phrases in quotation marks are looked up in the
blocks that hold their words. Accents and case do not count for words; block_words.py says how Chinese is found.
"""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crawler.archives.timestamps import parse_iso
from pipelines.block_words import fts_query

_PHRASE: Final = re.compile(r'"([^"]{1,500})"')
_MATCHES: Final = """
SELECT b.id, b.markdown FROM blocks_fts f JOIN blocks b ON b.id = f.rowid
WHERE blocks_fts MATCH ? AND NOT EXISTS (SELECT 1 FROM json_each(?) e WHERE instr(lower(b.markdown), e.value) = 0)
ORDER BY f.rowid DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """A policy that has or had a paragraph, from the first to the last time it was seen with it."""

    site: str
    policy_url: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A paragraph, and whose it is: who had it first comes first; nobody where a text makes no version."""

    block_id: int
    markdown: str
    owners: tuple[Owner, ...]


def search_blocks(db: sqlite3.Connection, words: str, limit: int = 20) -> list[Found]:
    """Return the paragraphs that hold all the words, those that came last first.

    :param words: as typed; "in quotation marks" they stand together, case and nothing else aside.
    :param limit: how many at most.
    """
    query = fts_query(words)
    if not query:
        return []
    phrases = json.dumps([phrase.lower() for phrase in _PHRASE.findall(words)])
    rows = db.execute(_MATCHES, [query, phrases, limit]).fetchall()
    return [Found(block_id, markdown, block_owners(db, block_id)) for block_id, markdown in rows]


def block_owners(db: sqlite3.Connection, block_id: int) -> tuple[Owner, ...]:
    """Return whose a paragraph is or was, who had it first at the beginning."""
    db_rows = db.execute(
        "SELECT site, policy_url, first_seen, last_seen FROM block_owners WHERE block_id = ? "
        "ORDER BY first_seen, site, policy_url",
        [block_id],
    )
    return tuple(Owner(site, url, parse_iso(first), parse_iso(last)) for site, url, first, last in db_rows)
