r"""What a text must hold before a pattern can match in it: a few words to look for, told from the pattern itself.

    needles((r"\bsell(?:s|ing)?\b.{1,30}\bdata", …)) ──► ((("data",), ("sell",)), …)

Most rules that have a word in a sentence do not match it, and a pattern that begins with any word is tried at every letter.
Out: for each pattern the words of which a match has one, as often as there are such sets of words, in small letters, for a
text in small letters; a pattern without any may always match. Never an opinion: what a pattern takes is read from the
tree that the standard library parses it to, and what is not understood needs nothing. candidates.py looks for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final, TypeAlias

_MOST: Final = 64  # words of a set; where there would be more, a new one begins
_LEAST: Final = 3  # letters of a word that is worth looking for
_FLAGS: Final = re.UNICODE | re.IGNORECASE
_SETS: Final = 3  # of a pattern, those with the fewest words

_Set: TypeAlias = tuple[str, ...]
Needles: TypeAlias = tuple[tuple[_Set, ...], ...]


@cache
def needles(sources: tuple[str, ...]) -> Needles:
    """Return the needles of patterns, each its own.

    To tell them takes longer than to compile the patterns, so it is done for a rule that is tried, once.
    """
    return tuple(map(_needles, sources))


def _needles(source: str) -> tuple[_Set, ...]:
    tree = parser.parse(source)
    if tree.state.flags & ~_FLAGS:
        return ()
    exact, sets = _sequence(tree)
    worth = {one for one in (*sets, _shortest(exact)) if one and min(map(len, one)) >= _LEAST}
    return tuple(sorted(worth, key=lambda one: (len(one), one))[:_SETS])


def _sequence(items: Iterable[Any]) -> tuple[set[str] | None, list[_Set]]:
    """All that items one behind the other can take, None where that is too much; and sets of which each match has a word."""
    run: set[str] = {""}
    sets: list[_Set] = []
    whole = True
    for kind, value in items:
        exact, inner = _item(kind, value)
        if exact is not None and len(run) * len(exact) <= _MOST:
            run = {begun + more for begun in run for more in exact}
            continue
        whole = False
        sets += [_shortest(run), *inner]
        run = exact if exact is not None else {""}
    return (run, []) if whole else (None, [one for one in (*sets, _shortest(run)) if one])


def _item(kind: Any, value: Any) -> tuple[set[str] | None, list[_Set]]:
    exact: set[str] | None = None
    sets: list[_Set] = []
    if kind is sre.LITERAL:
        exact = {chr(value).lower()}
    elif kind in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):  # they look, and take nothing
        exact = {""}
    elif kind is sre.IN and all(one is sre.LITERAL for one, _ in value):
        exact = {chr(letter).lower() for _, letter in value}
    elif kind is sre.SUBPATTERN and not value[1] & ~_FLAGS:
        exact, sets = _sequence(value[3])
    elif kind is sre.BRANCH:
        exact, sets = _branch([_sequence(one) for one in value[1]])
    elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        exact, sets = _repeated(*value)
    return exact, sets


def _repeated(least: int, most: int, inner: Iterable[Any]) -> tuple[set[str] | None, list[_Set]]:
    exact, sets = _sequence(inner)
    if most == 1 and exact is not None:
        return exact if least else exact | {""}, []
    return None, [one for one in (*sets, _shortest(exact)) if one] if least else []


def _branch(ways: Sequence[tuple[set[str] | None, list[_Set]]]) -> tuple[set[str] | None, list[_Set]]:
    taken: set[str] = set()
    best: list[_Set] = []
    for exact, sets in ways:
        taken |= exact or set()
        each = [one for one in (*sets, _shortest(exact)) if one]
        best.append(max(each, key=lambda one: (min(map(len, one)) >= _LEAST, -len(one)), default=()))
    if len(taken) <= _MOST and all(exact is not None for exact, _ in ways):
        return taken, []
    return None, [_shortest({word for one in best for word in one})] if all(best) else []


def _shortest(words: set[str] | None) -> _Set:
    """The words without those that hold another of them; () where the empty one is among them."""
    if not words or "" in words:
        return ()
    return tuple(sorted(word for word in words if not any(one != word and one in word for one in words)))
