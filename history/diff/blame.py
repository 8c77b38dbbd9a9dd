"""Since when each sentence of a policy stands in it: pure, over the texts of its versions.

    blame(texts, oldest first) ──► Blame(sentences, where each stands in each text)
    standing(blame, n) ──► the sentences of text n, in order       gone(blame, n) ──► those that earlier texts had

blocks that stayed ─► sentences that stayed between them ─► sentences that moved ─► sentences that came back ─► new ones

A sentence is the words that pipelines.text.wording counts: typography, markup and the cut into blocks do not age it, nor
does its place. Two equal sentences of one text are told apart by their neighbours. A new sentence is traced to the one
it was made of, where one that went at the same place shares most of its words. Blocks that both texts have cost next
to nothing, so many versions of a long policy take little more than its changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Indel, LCSseq

from pipelines.model import Block, BlockKind
from pipelines.text.sentences import sentences

_ALIKE = 0.6  # of the words of both, in order: below it a sentence is another one, not an edited one
_MAX_PAIRS = 10_000  # sentences × sentences of one place; a rewritten policy has no lineage to show


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence through time.

    :param text: its Markdown, as it was last written.
    :param stays: from which text to which, both included, it stood there; several: it went and came back.
    :param before: number of the sentence it was made of, None where it was new.
    """

    text: str
    stays: tuple[tuple[int, int], ...]
    before: int | None

    @property
    def first(self) -> int:
        """The text that brought it."""
        return self.stays[0][0]

    @property
    def last(self) -> int:
        """The last text that has it."""
        return self.stays[-1][1]

    def stay_at(self, text: int) -> tuple[int, int] | None:
        """Its stay at a text; the last one before where it had gone; None where it had not come yet."""
        return next((stay for stay in reversed(self.stays) if stay[0] <= text), None)


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence where it stands in a text.

    :param number: in Blame.sentences. :param heading: the one it stands under, "" before the first.
    """

    number: int
    sentence: Sentence
    heading: str
    block: Block


_Standing = tuple[Block, tuple[int, ...]]  # a block and the numbers of its sentences


@dataclass(frozen=True, slots=True)
class Blame:
    """All sentences that any text has, and for each text its blocks with theirs."""

    sentences: tuple[Sentence, ...]
    texts: tuple[tuple[_Standing, ...], ...]


def blame(texts: Sequence[Sequence[Block]]) -> Blame:
    """Return when each sentence was added.

    :param texts: the blocks of each version, oldest first; equal blocks are cheapest if they are the same object.
    """
    history = _History()
    standing = [
        history.read(number, [b for b in text if b.kind is not BlockKind.TITLE]) for number, text in enumerate(texts)
    ]
    return Blame(tuple(history.sentences(len(texts) - 1)), tuple(standing))


def standing(blamed: Blame, text: int) -> tuple[Placed, ...]:
    """Return the sentences of a text, in its order."""
    return tuple(_placed(blamed, text))


def gone(blamed: Blame, text: int) -> tuple[Placed, ...]:
    """Return the sentences that texts before `text` have and it has not, those that went last first, where they
    last stood.
    """
    there = {number for _block, numbers in blamed.texts[text] for number in numbers}
    left: dict[int, set[int]] = {}
    for number, sentence in enumerate(blamed.sentences):
        stay = sentence.stay_at(text)
        if stay and number not in there:
            left.setdefault(stay[1], set()).add(number)
    return tuple(p for last in sorted(left, reverse=True) for p in _placed(blamed, last) if p.number in left[last])


def _placed(blamed: Blame, text: int) -> Iterator[Placed]:
    heading = ""
    for block, numbers in blamed.texts[text]:
        if block.kind is BlockKind.HEADING:
            heading = " ".join(block.markdown.replace("*", "").split())
        for number in numbers:
            yield Placed(number, blamed.sentences[number], heading, block)


@dataclass(slots=True)
class _Life:
    """A sentence while texts are read; an open stay has no end yet."""

    key: tuple[str, ...]
    text: str
    starts: list[int]
    ends: list[int] = field(default_factory=list)
    before: int | None = None


class _History:
    """What was read so far: every sentence's life, and the text that stands."""

    def __init__(self) -> None:
        self._lives: list[_Life] = []
        self._dead: dict[tuple[str, ...], list[int]] = {}
        self._blocks: list[Block] = []
        self._numbers: list[tuple[int, ...]] = []  # by block

    def read(self, text: int, blocks: list[Block]) -> tuple[_Standing, ...]:
        """Go on to the next text."""
        step = _BlameStep(self._lives, self._dead, text)
        numbers: list[tuple[int, ...] | None] = [None] * len(blocks)
        for old, new, equal in _stretches(self._blocks, blocks):
            if equal:
                numbers[new.start : new.stop] = self._numbers[old.start : old.stop]
            else:
                step.place([n for at in old for n in self._numbers[at]], [blocks[at] for at in new], new.start)
        for at, found in step.finish().items():
            numbers[at] = found
        self._blocks, self._numbers = blocks, [found or () for found in numbers]
        return tuple(zip(self._blocks, self._numbers, strict=True))

    def sentences(self, last: int) -> Iterator[Sentence]:
        for life in self._lives:
            ends = life.ends if len(life.ends) == len(life.starts) else [*life.ends, last]
            yield Sentence(life.text.strip(), tuple(zip(life.starts, ends, strict=True)), life.before)


@dataclass(slots=True)
class _Replaced:
    """Where the texts differ: the old sentences, and the new ones (block, text, key, number once it is known)."""

    old: list[int]
    new: list[_New]


@dataclass(slots=True)
class _New:
    at: int
    text: str
    key: tuple[str, ...]
    number: int | None = None


class _BlameStep:
    """From one text to the next: which sentences stay, move, return, come, go."""

    def __init__(self, lives: list[_Life], dead: dict[tuple[str, ...], list[int]], text: int) -> None:
        self._lives, self._dead, self._text = lives, dead, text
        self._places: list[_Replaced] = []
        self._blocks: list[int] = []

    def place(self, old: list[int], blocks: Sequence[Block], start: int) -> None:
        """A place where blocks differ: match what stayed in order."""
        new = [
            _New(at, one.text, one.key)
            for at, block in enumerate(blocks, start=start)
            for one in sentences(block.markdown)
            if one.key
        ]
        self._blocks += range(start, start + len(blocks))
        here = [self._lives[number].key for number in old]
        left: list[int] = []
        for was, now, equal in _stretches(here, [one.key for one in new]):
            if equal:
                for at, to in zip(was, now, strict=True):
                    new[to].number = old[at]
            else:
                left += [old[at] for at in was]
        self._places.append(_Replaced(left, new))

    def finish(self) -> dict[int, tuple[int, ...]]:
        """Settle what is left; return the numbers of the sentences of each block that differs."""
        left = self._moved()
        for place in self._places:
            for one in place.new:
                if one.number is None:
                    one.number = self._returned(one)
                if one.number is None:
                    one.number = self._born(one, place.old)
                self._lives[one.number].text = one.text
        for number in left:
            life = self._lives[number]
            life.ends.append(self._text - 1)
            self._dead.setdefault(life.key, []).append(number)
        found: dict[int, list[int]] = {at: [] for at in self._blocks}
        for one in (one for place in self._places for one in place.new):
            found[one.at].append(one.number or 0)
        return {at: tuple(numbers) for at, numbers in found.items()}

    def _moved(self) -> list[int]:
        """Match sentences that went at one place with those that came at another; return those that went for good."""
        went: dict[tuple[str, ...], list[int]] = {}
        for number in (number for place in self._places for number in place.old):
            went.setdefault(self._lives[number].key, []).append(number)
        for one in (one for place in self._places for one in place.new if one.number is None):
            if went.get(one.key):
                one.number = went[one.key].pop(0)
        left = {number for numbers in went.values() for number in numbers}
        for place in self._places:
            place.old = [number for number in place.old if number in left]
        return [number for place in self._places for number in place.old]

    def _returned(self, one: _New) -> int | None:
        if not self._dead.get(one.key):
            return None
        number = self._dead[one.key].pop()
        self._lives[number].starts.append(self._text)
        return number

    def _born(self, one: _New, went: Sequence[int]) -> int:
        self._lives.append(_Life(one.key, one.text, [self._text], before=self._origin(one, went)))
        return len(self._lives) - 1

    def _origin(self, one: _New, went: Sequence[int]) -> int | None:
        """The sentence that went at the same place and is most like it."""
        best, found = _ALIKE, None
        for number in went if len(went) ** 2 <= _MAX_PAIRS else ():
            alike = Indel.normalized_similarity(self._lives[number].key, one.key, score_cutoff=best)
            if alike > best or (found is None and alike >= best):
                best, found = alike, number
        return found


def _stretches(old: Sequence[object], new: Sequence[object]) -> Iterator[tuple[range, range, bool]]:
    """What both have in order (True), and what stands between (False). Equal ends are taken off first."""
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - head) if old[-1 - n] != new[-1 - n]), shorter - head)
    if head:
        yield range(head), range(head), True
    src = dest = head
    for op in LCSseq.opcodes(old[head : len(old) - tail], new[head : len(new) - tail]):
        if op.tag == "equal":
            yield range(src, head + op.src_start), range(dest, head + op.dest_start), False
            src, dest = head + op.src_end, head + op.dest_end
            yield range(head + op.src_start, src), range(head + op.dest_start, dest), True
    yield range(src, len(old) - tail), range(dest, len(new) - tail), False
    yield range(len(old) - tail, len(old)), range(len(new) - tail, len(new)), True
