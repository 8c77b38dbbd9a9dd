r"""Which rules, and which of their patterns, are worth trying on a sentence: told from its words.

    RuleCandidates(rules of a language)      seen(sentence) ──► bits ──► of(bits, sentence) ──► (rule, patterns)…

What a sentence must hold is known before it is read: one of a rule's `words` and of its `also`, and of each set of needles
of a pattern (needles.py) one. A word tells for itself which rules' words it begins with: it is asked once, and a number says
it, a bit for each. The bits of a sentence are those of its words, some twenty look-ups in a dictionary. Policies say most
with few words. Needles are looked for where a rule is left, and told once for all its patterns.

Which needles a rule has is read from its patterns in the first sentence that has its words. So nothing is prepared for
rules that no text comes near.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from pipelines.claims.needles import needles

_HEAD: Final = 4  # letters of a word by which rules are found
_MOST: Final = 30_000  # words that are known; some 5 MB
_LONGEST: Final = 40  # letters of a word that is worth knowing
_RUN: Final = re.compile(r"\w+")
# Letters that `(?i:…)` takes for others, or that are not made small alone: the long s, the i without a dot, the dot of a
# Turkish capital, the sigma that ends a word.
_ODD: Final = re.compile("[\u017f\u0131\u0307\u03c2]")


class FindableRule(Protocol):
    """What is asked of a rule.

    `words`: beginnings of words of at least four letters, shorter whole words; of several words in one string the first
    must begin a word and the others stand anywhere. `also`: the same, of four letters at most; signs and longer ones stand
    anywhere. `sources`: patterns of which one must match. `needed`: likewise; () where none must.
    """

    @property
    def words(self) -> tuple[str, ...]: ...

    @property
    def also(self) -> tuple[str, ...]: ...

    @property
    def sources(self) -> tuple[str, ...]: ...

    @property
    def needed(self) -> tuple[str, ...]: ...

    def pattern(self, number: int, /) -> re.Pattern[str]:
        """Return that of one of the sources."""


_Rule = TypeVar("_Rule", bound=FindableRule)


class _Chances(NamedTuple):
    """What a text must have for one of a rule's patterns to match: by pattern, and of one of `needed`, the places in `sets`
    of the words of which it has one each.
    """

    sets: tuple[tuple[str, ...], ...]
    patterns: tuple[tuple[int, ...], ...]
    needed: tuple[tuple[int, ...], ...]

    def may(self, small: str) -> list[int]:
        """Return which patterns may match a text: that the others do not is sure."""
        told: dict[int, bool] = {}
        sets = self.sets
        found: list[int] = []
        for number, needs in enumerate((*self.needed, *self.patterns), start=-len(self.needed)):
            if not number and self.needed and not found:
                return found
            for one in needs:
                has = told.get(one)
                if has is None:
                    has = False
                    for word in sets[one]:
                        if word in small:
                            has = True
                            break
                    told[one] = has
                if not has:
                    break
            else:
                found.append(number)
        return [number for number in found if number >= 0]


class _Known(dict[str, int]):
    """The bits of words, by the words."""

    def __init__(self, learn: Callable[[str], int]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, word: str) -> int:
        if len(word) > _LONGEST:
            return self._learn(word)
        if len(self) >= _MOST:
            self.clear()
        found = self[word] = self._learn(word)
        return found

    def of(self, words: Iterable[str]) -> int:
        return reduce(or_, map(self.__getitem__, words), 0)


class RuleCandidates(Generic[_Rule]):
    """The rules of a language by the words that each needs.

    :param special: words by which a text has the bit SPECIAL, each a run of letters; and what tells it of a word with a
        stop in it.
    """

    SPECIAL: Final = 1

    def __init__(self, rules: Sequence[_Rule], special: Container[str], stopped: Callable[[str], bool]) -> None:
        self._rules = rules
        self._special = special
        self._stopped = stopped
        self._known = _Known(self._learn)
        # Bits: SPECIAL, for each rule "has a word", for each "has one of also", for each phrase "begins it".
        self._also = len(rules)
        self._every = ((1 << len(rules)) - 1) << 1
        self._phrase_at = 1 + 2 * len(rules)
        self._heads: dict[str, int] = {}
        self._beginnings: dict[str, list[tuple[str, int]]] = {}
        self._phrases: list[tuple[tuple[str, ...], int]] = []  # words that must all be there, and the rule's bit
        self._signs: dict[int, tuple[str, ...]] = {}
        self._any_sign = self._free = 0
        self._chances: list[_Chances | None] = [None] * len(rules)
        for number, rule in enumerate(rules):
            self._index(1 << (number + 1), rule)

    def seen(self, small: str) -> int:
        """Return the bits of a text.

        :param small: in small letters.
        """
        return self._known.of(small.split())

    def of(self, seen: int, small: str) -> Iterator[tuple[_Rule, list[re.Pattern[str]]]]:
        """Yield the rules that may match a text, in their order, each with those of its patterns that may.

        :param seen: the bits of the text.
        """
        found = seen & self._every
        begun = seen >> self._phrase_at
        while begun:
            first = begun & -begun
            begun ^= first
            phrase, bit = self._phrases[first.bit_length() - 1]
            if all(word in small for word in phrase):
                found |= bit
        allowed = self._free | seen >> self._also
        if found & self._any_sign & ~allowed:
            allowed |= self._by_signs(found, small)
        found &= allowed
        if not found:
            return
        odd = bool(found) and not small.isascii() and _ODD.search(small) is not None
        while found:
            bit = found & -found
            found ^= bit
            number = bit.bit_length() - 2
            rule = self._rules[number]
            may = range(len(rule.sources)) if odd else (self._chances[number] or self._prepared(number)).may(small)
            if may:
                yield rule, list(map(rule.pattern, may))

    def _by_signs(self, found: int, small: str) -> int:
        return reduce(
            or_, (bit for bit, signs in self._signs.items() if found & bit and any(sign in small for sign in signs)), 0
        )

    def _index(self, bit: int, rule: _Rule) -> None:
        for word in rule.words:
            parts = tuple(word.split())
            head = parts[0][:_HEAD]
            if len(parts) > 1:
                self._add(head, 1 << (self._phrase_at + len(self._phrases)))
                self._phrases.append((parts, bit))
            elif len(word) > _HEAD:
                self._beginnings.setdefault(head, []).append((word, bit))
            else:
                self._add(head, bit)
        if not rule.also:
            self._free |= bit
        signs = []
        for one in rule.also:
            if one.isalnum() and len(one) <= _HEAD:
                self._add(one, bit << self._also)
            else:
                signs.append(one)
        if signs:
            self._any_sign |= bit
            self._signs[bit] = tuple(signs)

    def _add(self, head: str, bit: int) -> None:
        self._heads[head] = self._heads.get(head, 0) | bit

    def _prepared(self, number: int) -> _Chances:
        rule = self._rules[number]
        told = needles(rule.sources), needles(rule.needed)
        times = Counter(words for patterns in told for one in patterns for words in one)
        # Those that most patterns share, and of them those with the fewest words, first: one that is not there is enough.
        sets = {
            words: number for number, words in enumerate(sorted(times, key=lambda one: (-times[one], len(one), one)))
        }
        patterns, needed = (tuple(tuple(sorted(sets[words] for words in one)) for one in patterns) for patterns in told)
        found = self._chances[number] = _Chances(tuple(sets), patterns, needed)
        return found

    def _learn(self, word: str) -> int:
        found = self.SPECIAL if "." in word and self._stopped(word) else 0
        for run in (word,) if word.isalnum() else _RUN.findall(word):
            head = run[:_HEAD]
            if head in self._heads:
                found |= self._heads[head]
            if head in self._beginnings:
                for beginning, bit in self._beginnings[head]:
                    if run.startswith(beginning):
                        found |= bit
            if run.rstrip("_") in self._special:
                found |= self.SPECIAL
        return found
