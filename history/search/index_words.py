"""The index's own tokenizer, asked in memory: what it takes for words, and where in a passage a query is met.

tokens(["E-mail", "隐私"]) ──► [("e", "mail"), ("隐", "私")]
find('"personal data"', {7: "Your *personal data* …"}) ──► {7: [(6, 19)]}        characters of the passage

The stored index (blocks_fts) knows which blocks hold a word, not where. An FTS5 table in memory with the same tokenizer
answers the rest, so that no other code has to agree with SQLite about letters, case and accents; ASCII passages, 20
times faster, are read by patterns. Nothing is kept.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Final

from history.search.query import Either, Query, Term, expression
from pipelines.store.tables.block_words import searchable

_TABLE: Final = "CREATE VIRTUAL TABLE found USING fts5(text, tokenize='unicode61 remove_diacritics 2')"  # as blocks_fts
_SPACE, _OPEN, _CLOSE = "\x1f", "\x02", "\x03"  # no word has them
_CONTROLS: Final = dict.fromkeys(range(32), " ") | dict.fromkeys(range(0xD800, 0xE000), " ")
_MARKS = re.compile(f"({_OPEN}|{_CLOSE})")

Span = tuple[int, int]


def tokens(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the words of each text, in order, as the index has them: without case and accents."""
    found: list[list[str]] = [[] for _ in texts]
    with closing(_table(enumerate(texts))) as db:
        db.execute("CREATE VIRTUAL TABLE words USING fts5vocab(found, instance)")
        for number, word in db.execute("SELECT doc, term FROM words ORDER BY doc, offset"):
            found[number].append(word)
    return [tuple(words) for words in found]


def find(expression: str, passages: Mapping[int, str]) -> dict[int, list[Span]]:
    """Return where a query is met, by the ids of the passages that match.

    :param expression: FTS5 text (history/search/query.py).
    :param passages: Markdown by id; "<br>" is no word.
    """
    with closing(_table(passages.items())) as db:
        rows = db.execute(
            f"SELECT rowid, highlight(found, 0, '{_OPEN}', '{_CLOSE}') FROM found WHERE found MATCH ? ORDER BY rowid",
            [expression],
        )
        return {number: list(_spans(marked)) for number, marked in rows}


def matching(query: Query, passages: Mapping[int, str]) -> set[int]:
    """Return the ids of the passages that match. What is ASCII is read here, where letters are no question."""
    plain = {number: text for number, text in passages.items() if text.isascii()}
    met = _compiled(query)
    found = {number for number, text in plain.items() if met(text.replace("<br>", " ").lower())}
    rest = {number: text for number, text in passages.items() if number not in plain}
    return found | set(find(expression(query), rest)) if rest else found


def _compiled(query: Query) -> Callable[[str], bool]:
    """A query as a function of a lower-case ASCII text."""
    if isinstance(query, Term):
        first, *rest = map(re.escape, query.tokens)
        # a pattern that begins with a letter is found much faster than one that begins by looking back
        pattern = "[^a-z0-9]+".join([f"{first}(?<![a-z0-9]{first})", *rest])
        return partial(_stands, re.compile(pattern if query.prefix else rf"{pattern}(?![a-z0-9])"))
    parts = [_compiled(part) for part in query.parts]
    if isinstance(query, Either):
        return lambda text: any(part(text) for part in parts)
    without = [_compiled(part) for part in query.without]
    return lambda text: all(part(text) for part in parts) and not any(part(text) for part in without)


def _stands(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.search(text) is not None


def _table(texts: Iterable[tuple[int, str]]) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute(_TABLE)
    db.executemany("INSERT INTO found (rowid, text) VALUES (?, ?)", ((n, _prepared(t)) for n, t in texts))
    return db


def _prepared(markdown: str) -> str:
    """A text as the index is given it; what is put between letters can be told from what was there."""
    return searchable(markdown.translate(_CONTROLS).replace("<br>", "    "), _SPACE)


def _spans(marked: str) -> Iterator[Span]:
    at = start = 0
    for piece in _MARKS.split(marked):
        if piece == _OPEN:
            start = at
        elif piece == _CLOSE:
            yield start, at
        else:
            at += len(piece) - piece.count(_SPACE)
