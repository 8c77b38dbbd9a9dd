"""What fsck says of rows that have no digest of their own: links, which have, and values that no program writes.

    links(db) ──► Finding…      each link has its key, each page's list of links its digest
    rows(db) ──► Finding…       headers that are no JSON, an outcome there is not, a date outside the calendar

A value of a capture's row, of its headers or of what was found on a page that another could as well have stood for is
told by nothing: a capture costs a kilobyte, and digests of its parts would cost a tenth of that. `UNPROVEN` names them,
and fsck says so whenever it calls a file sound.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Final

from sqlite_utils import Database

from crawler.archives.capture import Outcome
from pipelines.model import DocumentKind
from pipelines.store.tables.links import link_key
from pipelines.text.digests import VERDICTS
from pipelines.upkeep.findings import Damage, Finding, Mend

UNPROVEN: Final = (
    "captures: URL, time, status, media type and digest as the archive's index gave them, the time of the fetch",
    "headers of mementos",
    "what was found on a page beside its text: title, charset, kind, score, evidence, decisions, languages, dates",
    "sites, policies, their URLs, listings, searches and runs",
)


def _no_list(column: str, rows: str) -> str:
    """SQL: a column is neither a JSON list nor ids of rows (pack.py)."""
    ids = f"'[' || {column} || ']'"
    return (
        f"CASE WHEN {column} NOT GLOB '[0-9]*' THEN CASE WHEN json_valid({column}) THEN json_type({column}) <> 'array' "
        f"ELSE 1 END WHEN json_valid({ids}) THEN EXISTS (SELECT 1 FROM json_each({ids}) WHERE value NOT IN "
        f"(SELECT id FROM {rows})) ELSE 1 END"
    )


_SHAPES: Final = (  # table, what is wrong, rows of which it is so
    ("capture_rows", "its time is outside 1990 to 2100", "at NOT BETWEEN 631152000 AND 4102444800"),
    ("capture_rows", "its time of fetch is outside 1990 to 2100", "fetched NOT BETWEEN 631152000 AND 4102444800"),
    (
        "capture_rows",
        "its headers are no JSON object",
        "headers_own IS NOT NULL AND (NOT json_valid(headers_own) OR json_type(headers_own) <> 'object')",
    ),
    (
        "capture_rows",
        "what is unusual of it is no JSON object",
        "CASE WHEN unusual IS NULL THEN 0 WHEN json_valid(unusual) THEN json_type(unusual) <> 'object' ELSE 1 END",
    ),
    ("capture_rows", "its own headers stand on none", "headers_own IS NOT NULL AND headers_id IS NULL"),
    ("capture_rows", "its chain of answers is no JSON", "coalesce(chain, '') <> '' AND NOT json_valid(chain)"),
    ("capture_rows", "its digest is no text of visible ASCII", "digest GLOB '*[^!-~]*'"),
    ("capture_rows", "its length is none", "typeof(length) = 'integer' AND length < 0"),
    ("header_sets", "is no JSON object", "NOT json_valid(headers) OR json_type(headers) <> 'object'"),
    ("finding_rows", "its score is none", "score NOT BETWEEN 0 AND 1"),
    ("finding_rows", "its evidence is no list", _no_list("evidence", "finding_lines")),
    ("finding_rows", "its decisions are no list", _no_list("decisions", "finding_lines")),
    (
        "finding_rows",
        "its points are no JSON object",
        "NOT json_valid(kind_scores) OR json_type(kind_scores) <> 'object'",
    ),
    (
        "finding_rows",
        "has no text where it was fetched, or one where it was not",
        "(outcome = 'fetched') <> (text_id IS NOT NULL)",
    ),
)
_WORDS: Final = (  # table, column, the values that there are
    ("capture_kinds", "outcome", tuple(outcome.value for outcome in Outcome)),
    ("capture_kinds", "digest_verdict", VERDICTS),
    ("finding_rows", "outcome", tuple(outcome.value for outcome in Outcome)),
    ("finding_rows", "kind", ("", *(kind.value for kind in DocumentKind))),
)


def links(db: Database) -> Iterator[Finding]:
    """Yield links that are not those of their key, and pages' links that are not those of their digest."""
    for row, key, words, url in db.execute("SELECT id, link_key, words, url FROM links"):
        if link_key(words, url) != key:
            yield Finding(Damage.LINKS, f"link {row}", "its words and address are not those of its key", row)
    for row, digest, found in db.execute("SELECT id, link_digest, links FROM link_layers"):
        layer = json.dumps(json.loads(found), ensure_ascii=False)
        if hashlib.sha256(layer.encode("utf-8", "replace")).digest() != digest:
            yield Finding(Damage.LINKS, f"links {row}", "are not those of their digest", row)


def rows(db: Database) -> Iterator[Finding]:
    """Yield rows with a value that no program writes."""
    none: tuple[str, ...] = ()
    wrong = [(table, why, where, none) for table, why, where in _SHAPES]
    wrong += [
        (table, f"its {column} is none that there is", f"{column} NOT IN ({', '.join('?' * len(words))})", words)
        for table, column, words in _WORDS
    ]
    for table, why, where, values in wrong:
        for (row,) in db.execute(f"SELECT id FROM {table} WHERE {where}", list(values)):
            yield Finding(Damage.ROW, f"{table} {row}", why, row)
    for (row,) in db.execute(f"SELECT id FROM change_rows WHERE {_no_list('sections', 'block_rows')}"):
        yield Finding(Damage.REFERENCE, f"change_rows {row}", "lists sections that are not there", row, Mend.FOLD)
