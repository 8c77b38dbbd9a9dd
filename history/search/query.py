"""What a person types to search, as a small tree, and the tree as SQLite's full-text search wants it.

parse('(sell OR share) "personal data" NOT child*', tokens) ──► All(parts, without) ──expression──► FTS5 text

    query  = all { OR all }                       AND, OR and NOT count in capitals only
    all    = [ NOT ] part { [ AND ] [ NOT ] part }     side by side means AND; AND binds more than OR
    part   = "(" query ")" | word | word* | "words that stand together" | "words that beg*"

Pure: what a word is, the index's own tokenizer says (history/search/index_words.py). A word that it cuts in several (e-mail,
隐私) is looked for as a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from crawler.archives.errors import ConfigError

MAX_LENGTH: Final = 1000  # characters
MAX_TERMS: Final = 64
MAX_DEPTH: Final = 20  # of parentheses; FTS5's parser stops at 100 symbols, SQLITE_FTS5_MAX_EXPR_DEPTH is 256
_QUOTES: Final = {'"': '"', "“": "”", "„": "“”", "«": "»", "「": "」"}  # opening: closing ones
_LEXEME = re.compile(r'[()]|["“„«「]|[^\s()"“„«「]+')
_USE: Final = "in quotation marks it is a word like others"

Tokens = Callable[[Sequence[str]], Sequence[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand together, one or several.

    :param tokens: as the index has them; at least one.
    :param prefix: the last is but a beginning.
    """

    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Every one of `parts` (at least one), and none of `without`."""

    parts: tuple[Query, ...]
    without: tuple[Query, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of `parts`, of which there are two or more."""

    parts: tuple[Query, ...]


Query = Term | All | Either


def parse(text: str, tokens: Tokens) -> Query:
    """Return the tree of a query.

    :param text: as typed.
    :param tokens: cuts texts into words, as the index does.
    :raises ConfigError: it cannot be understood, or says nothing to look for; its text says where and what helps.
    """
    if len(text) > MAX_LENGTH:
        raise ConfigError(f"a query of {len(text):,} characters: {MAX_LENGTH:,} are the most")
    lexemes = list(_lexemes(text))
    written = [lexeme for lexeme in lexemes if lexeme.kind is None]
    if len(written) > MAX_TERMS:
        raise ConfigError(f"a query of {len(written)} words and phrases: {MAX_TERMS} are the most")
    cut = iter(tokens([lexeme.text for lexeme in written]))
    terms = [_term(lexeme, next(cut)) if lexeme.kind is None else None for lexeme in lexemes]
    query = _Parser(lexemes, terms).whole()
    if query is None:
        raise ConfigError(f"nothing to look for in {text.strip()!r}: name a word, or a phrase in quotation marks")
    return query


def terms_of(query: Query) -> list[Term]:
    """Return what is looked for, without what must not be there."""
    if isinstance(query, Term):
        return [query]
    return [term for part in query.parts for term in terms_of(part)]


def expression(query: Query) -> str:
    """Return a query as FTS5 text, for an index that knows where words stand."""
    if isinstance(query, Term):
        return f'"{" ".join(query.tokens)}"{"*" if query.prefix else ""}'
    joined = (" AND " if isinstance(query, All) else " OR ").join(expression(part) for part in query.parts)
    if isinstance(query, All) and query.without:
        return f"(({joined}) NOT ({' OR '.join(expression(part) for part in query.without)}))"
    return f"({joined})"


def words_expression(query: Query) -> tuple[str, bool]:
    """Return a query as FTS5 text for the stored index, which knows words, but not where they stand, and has "<br>" for
    the word "br"; and whether what it finds is the answer: if not, it is more, to be checked against `expression`.
    """
    exact = not _needs_places(query)
    return expression(query if exact else _words_only(query)), exact


def _needs_places(query: Query) -> bool:
    if isinstance(query, Term):
        return len(query.tokens) > 1 or query.tokens[0] == "br" or (query.prefix and "br".startswith(query.tokens[0]))
    parts = (*query.parts, *query.without) if isinstance(query, All) else query.parts
    return any(_needs_places(part) for part in parts)


def _words_only(query: Query) -> Query:
    """A query that finds no less, for which no places need be known."""
    if isinstance(query, Term):
        *first, last = query.tokens
        words = (*(Term((token,)) for token in first), Term((last,), query.prefix))
        return All(words) if first else query
    parts = tuple(_words_only(part) for part in query.parts)
    if isinstance(query, Either):
        return Either(parts)
    return All(parts, tuple(part for part in query.without if not _needs_places(part)))


# --- from text to tree --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lexeme:
    """A piece of a query: `kind` is AND, OR, NOT, ( or ); None for what is looked for."""

    text: str
    kind: str | None
    at: int  # its place, from 1


def _lexemes(text: str) -> Iterator[_Lexeme]:
    at = 0
    while match := _LEXEME.search(text, at):
        piece, at = match.group(), match.end()
        if piece in _QUOTES:
            ends = [end for mark in (*_QUOTES[piece], '"') if (end := text.find(mark, at)) >= 0]
            if not ends:
                raise ConfigError(f"the quotation mark at character {at} is not closed")
            yield _Lexeme(text[at : min(ends)], None, at)
            at = min(ends) + 1
        else:
            yield _Lexeme(piece, piece if piece in {"AND", "OR", "NOT", "(", ")"} else None, match.start() + 1)


def _term(lexeme: _Lexeme, tokens: tuple[str, ...]) -> Term | None:
    """What a lexeme looks for; None where it has no word ("&", "—")."""
    bare = lexeme.text.rstrip()
    if "*" in bare.rstrip("*"):
        raise ConfigError(f"the * in {lexeme.text!r} must stand at the end of a word: privac*")
    if not tokens:
        if bare.endswith("*"):
            raise ConfigError(f"the * at character {lexeme.at} needs letters before it: privac*")
        return None
    return Term(tokens, bare.endswith("*"))


class _Parser:
    """One pass over the lexemes, by the grammar above; None stands for parts without a word."""

    def __init__(self, lexemes: Sequence[_Lexeme], terms: Sequence[Term | None]) -> None:
        self._lexemes = lexemes
        self._terms = terms
        self._at = 0
        self._depth = 0

    def whole(self) -> Query | None:
        if not self._lexemes:
            return None
        query = self._either()
        rest = self._next()
        if rest is not None:
            raise ConfigError(f"the parenthesis at character {rest.at} closes none")
        return query

    def _next(self) -> _Lexeme | None:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else None

    def _take(self, *kinds: str) -> bool:
        lexeme = self._next()
        taken = lexeme is not None and lexeme.kind in kinds
        self._at += taken
        return taken

    def _either(self) -> Query | None:
        parts = [self._all()]
        while self._take("OR"):
            parts.append(self._all())
        found = tuple(dict.fromkeys(part for part in parts if part is not None))
        return Either(found) if len(found) > 1 else next(iter(found), None)

    def _all(self) -> Query | None:
        parts: dict[Query, None] = {}
        without: dict[Query, None] = {}
        first = self._next()
        while True:
            negated = self._negated()
            part = self._part()
            if part is not None:
                (without if negated else parts).setdefault(part)
            following = self._next()
            if not self._take("AND") and (following is None or following.kind in ("OR", ")")):
                break
        if without and not parts:
            raise ConfigError(
                f"NOT at character {first.at if first else 1} needs something beside it to look for: cookies NOT flash"
            )
        if len(parts) == 1 and not without:
            return next(iter(parts))
        return All(tuple(parts), tuple(without)) if parts else None

    def _negated(self) -> bool:
        negated = False
        while self._take("NOT"):
            negated = not negated
        return negated

    def _part(self) -> Query | None:
        lexeme = self._next()
        if lexeme is None:
            last = self._lexemes[-1]
            raise ConfigError(f"after {last.text} at character {last.at} something is missing; {_USE}")
        self._at += 1
        if lexeme.kind is None:
            return self._terms[self._at - 1]
        if lexeme.kind != "(":
            what = "the parenthesis" if lexeme.kind == ")" else lexeme.kind
            more = "nothing stands before it" if lexeme.kind == ")" else f"something is missing before it; {_USE}"
            raise ConfigError(f"{what} at character {lexeme.at}: {more}")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ConfigError(f"parentheses in parentheses: {MAX_DEPTH} are the most")
        query = self._either()
        if not self._take(")"):
            raise ConfigError(f"the parenthesis at character {lexeme.at} is not closed")
        self._depth -= 1
        return query
