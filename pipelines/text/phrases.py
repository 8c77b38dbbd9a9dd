"""Many texts written shorter with a table of phrases, so that plain SQL puts them together again.

    texts ─► learn ─► phrases ─► Packer ─► two bytes a phrase

What phrases there are is learned as byte-pair encoding does it (Gage 1994): the pair of neighbours that is worth most
becomes one, first within words, then across them; here whole rounds of pairs at once, for speed. The texts of twelve
policies (1.35 MB) become 0.33 of what they were, and the table a tenth. zstd would make 0.17 of them, but nothing in SQL
reads that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise
from typing import Final

CODE_BYTES: Final = 2
MOST_PHRASES: Final = 65_535
_WORD: Final = re.compile(r" ?\w+|[^\w\s]+|\s+")
_ROUNDS: Final = 20
_LEAST: Final = 3  # times that a pair must be there
_WORDS_KNOWN: Final = 100_000  # words whose phrases stay in memory
_ROW_BYTES: Final = 7  # of a phrase's row, besides its letters


def learn(texts: Iterable[str]) -> list[str]:
    """Return the phrases that are worth a row each, the most frequent first; every letter of the texts is one of them.

    There are never more than codes for them: the rarest are left out, of letters only where there are more than codes.

    >>> learn(["we keep data, we keep it, we keep all"] * 9)[0]
    'we keep'
    """
    words = [_WORD.findall(text) for text in texts]
    times = Counter(chain.from_iterable(words))
    parts = [list(word) for word in times]
    letters = _letters(times)
    _join(parts, list(times.values()))
    of = dict(zip(times, parts, strict=True))
    rows = [list(chain.from_iterable(map(of.__getitem__, row))) for row in words]
    _join(rows, None)
    found = Counter(chain.from_iterable(rows))
    for _again in range(2):  # how often each is used changes with those that are not there
        worth = (one for one, number in found.most_common() if one not in letters and _pays(one, number))
        packer = Packer(numbered([*letters, *islice(worth, MOST_PHRASES - len(letters))]))
        found = Counter(chain.from_iterable(packer.parts(row) for row in words))
    common = [one for one, _times in found.most_common(MOST_PHRASES - len(letters))]
    return common + sorted(letters.difference(common))


class Packer:
    """Packs texts with phrases.

    :param codes: of each phrase its two bytes; what has a letter that is none of them cannot be packed.
    """

    def __init__(self, codes: Mapping[str, bytes]) -> None:
        self._codes = codes
        self._begun = {phrase[:end] for phrase in codes for end in range(1, len(phrase))}
        self._split: dict[str, tuple[str, ...]] = {}

    def pack(self, text: str) -> bytes | None:
        r"""Return the codes of the phrases that a text is; None where it has a letter that is no phrase.

        >>> packer = Packer(numbered(["a", "b", "ab"]))
        >>> packer.pack("abba"), packer.pack("c")
        (b'\x00\x03\x00\x02\x00\x01', None)
        """
        try:
            return b"".join(map(self._codes.__getitem__, self.parts(_WORD.findall(text))))
        except KeyError:
            return None

    def parts(self, words: Iterable[str]) -> Iterator[str]:
        """The phrases of words that follow each other: the longest that fits, again and again.

        What is no phrase comes as its letters.
        """
        rest = list(chain.from_iterable(map(self._parts_of, words)))
        at, end = 0, len(rest)
        while at < end:
            longest = joined = rest[at]
            after = at = at + 1
            while joined in self._begun and after < end:
                joined += rest[after]
                after += 1
                if joined in self._codes:
                    longest, at = joined, after
            yield longest

    def _parts_of(self, word: str) -> tuple[str, ...]:
        if word not in self._split:
            if len(self._split) >= _WORDS_KNOWN:
                self._split.clear()
            self._split[word] = (word,) if word in self._codes else tuple(self._spelled(word))
        return self._split[word]

    def _spelled(self, word: str) -> Iterator[str]:
        at = 0
        while at < len(word):
            end = best = at + 1
            while end < len(word) and word[at:end] in self._begun:
                end += 1
                if word[at:end] in self._codes:
                    best = end
            yield word[at:best]
            at = best


def numbered(phrases: Iterable[str]) -> dict[str, bytes]:
    r"""Return the code of each phrase: its number, from 1.

    >>> numbered(["we ", "keep "])
    {'we ': b'\x00\x01', 'keep ': b'\x00\x02'}
    """
    return {phrase: number.to_bytes(CODE_BYTES, "big") for number, phrase in enumerate(phrases, start=1)}


def _letters(words: Mapping[str, int]) -> set[str]:
    times: Counter[str] = Counter()
    for word, number in words.items():
        for letter in word:
            times[letter] += number
    return {letter for letter, _times in times.most_common(MOST_PHRASES)}


def _pays(phrase: str, times: int) -> bool:
    return times >= _LEAST and times * CODE_BYTES > len(phrase) + _ROW_BYTES


def _join(rows: list[list[str]], times: Sequence[int] | None) -> None:
    """Make pairs of neighbours one, in place, until none is worth it.

    :param times: how often each row is there; None: once.
    """
    for _round in range(_ROUNDS):
        pairs = _pairs(rows, times)
        good = {pair: number for pair, number in pairs.items() if _pays(pair[0] + pair[1], number)}
        if not good:
            return
        for number, row in enumerate(rows):
            if any(pair in good for pair in pairwise(row)):
                rows[number] = _joined(row, good)


def _pairs(rows: Sequence[Sequence[str]], times: Sequence[int] | None) -> Mapping[tuple[str, str], int]:
    if times is None:
        return Counter(chain.from_iterable(map(pairwise, rows)))
    pairs: dict[tuple[str, str], int] = {}
    for row, number in zip(rows, times, strict=True):
        for pair in pairwise(row):
            pairs[pair] = pairs.get(pair, 0) + number
    return pairs


def _joined(row: Sequence[str], good: Mapping[tuple[str, str], int]) -> list[str]:
    """A row with its best pairs made one: where two overlap, the more frequent."""
    worth = [*(good.get(pair, 0) for pair in pairwise(row)), 0]
    made: list[str] = []
    at = 0
    while at < len(row):
        if worth[at] and worth[at] >= worth[at + 1]:
            made.append(row[at] + row[at + 1])
            at += 2
        else:
            made.append(row[at])
            at += 1
    return made
