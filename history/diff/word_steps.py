"""Two texts compared word by word: the steps that lead from one to the other.

compare_texts(old, [new block, …]) ──► for each new block its segments: equal, deleted, inserted

align sentences ─► in what is left, words ─► keep glued words whole (don't, e-mail) ─► join changes that a short word parts ─► write segments
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise, takewhile
from operator import attrgetter, itemgetter

from rapidfuzz.distance import LCSseq

from history.diff.tokens import Token, tokenize, tokenize_pair
from pipelines.text.sentences import sentences

_MAX_ABSORBED = 2  # equal words between two changes that read better as one change
_SHORT = 4  # letters of such a word
_OUTWEIGH = 3  # at least as many times more words must have changed around them
_ANCHOR = 4  # words: a shorter sentence ("Learn more.") says nothing of where it stood
_MAX_CELLS = 400_000_000  # words × words: the alignment takes a bit for each, 50 MB


class Op(StrEnum):
    EQUAL = "equal"
    DELETE = "delete"
    INSERT = "insert"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text.

    :param old: as the old text has it, "" where inserted.
    :param new: as the new text has it, "" where deleted. An EQUAL piece may differ in typography.
    """

    op: Op
    old: str
    new: str

    @property
    def text(self) -> str:
        """What is shown: the new text's form, where there is one."""
        return self.old if self.op is Op.DELETE else self.new


@dataclass(slots=True)
class _WordStep:
    """Words that stay, or words that went and words that came in their place."""

    equal: bool
    old: list[Token]
    new: list[Token]


def compare_texts(old: str, new: Sequence[str]) -> list[tuple[Segment, ...]]:
    """Return the segments of each block of the new text; the old text's are spread over them, in order.

    All `old` parts joined are the old text; a block's `new` parts joined are that block.
    """
    before, after = _Side([old]), _Side(new)
    cuts: list[tuple[bool, range, range]] = []
    for equal, went, came in _stretches(_anchors(before.keys), _anchors(after.keys)):
        if len(went) == len(came) == 1 and not equal:
            tokens = tokenize_pair(before.text(went.start), after.text(came.start))
            ours, theirs = before.take(went.start, tokens[0]), after.take(came.start, tokens[1])
        else:
            ours, theirs = before.read(went, whole=equal), after.read(came, whole=equal)
        if equal:
            cuts.append((True, ours, theirs))
        else:
            cuts += _word_cuts(before.words, after.words, ours, theirs)
    steps = _joined(_WordStep(equal, before.cut(ours), after.cut(theirs)) for equal, ours, theirs in cuts)
    writer = _Writer(before.leads[0], after.leads)
    for step in _joined(_readable(_joined(_unglued(steps)))):
        writer.write(step)
    return writer.segments()


class _Side:
    """One side's sentences, read in order: those that the other has, too, as if each were one word.

    :ivar keys: of its sentences. :ivar words: what was read so far.
    :ivar leads: by block, what stands before its first word.
    """

    def __init__(self, blocks: Sequence[str]) -> None:
        self._held = [(one, number) for number, block in enumerate(blocks) for one in sentences(block)]
        self.keys = [one.key for one, _block in self._held]
        self.words: list[Token] = []
        self.leads = [""] * len(blocks)

    def read(self, at: range, *, whole: bool) -> range:
        """Read some sentences; return where their words are."""
        start = len(self.words)
        for one, block in self._held[at.start : at.stop]:
            if whole:
                core = one.text.rstrip()
                self.words.append(Token(core, one.text[len(core) :], one.key, block=block))
            else:
                self._put(tokenize(one.text), block)
        return range(start, len(self.words))

    def text(self, at: int) -> str:
        return self._held[at][0].text

    def take(self, at: int, tokens: Sequence[Token]) -> range:
        """Take a sentence as tokens that were made of its text; return where they are."""
        start = len(self.words)
        self._put(tokens, self._held[at][1])
        return range(start, len(self.words))

    def _put(self, tokens: Sequence[Token], block: int) -> None:
        if tokens and not tokens[0].keys:
            self._lead(tokens[0].after, block)
            tokens = tokens[1:]
        self.words += [token._replace(block=block) for token in tokens] if block else tokens

    def cut(self, at: range) -> list[Token]:
        return self.words[at.start : at.stop]

    def _lead(self, lead: str, block: int) -> None:
        """What stands before a sentence's first word follows the word before."""
        if self.words and self.words[-1].block == block:
            last = self.words[-1]
            self.words[-1] = last._replace(after=last.after + lead)
        else:
            self.leads[block] += lead


def _anchors(keys: Sequence[tuple[str, ...]]) -> list[tuple[str, ...] | object]:
    return [key if len(key) >= _ANCHOR else object() for key in keys]


def _stretches(old: Sequence[object], new: Sequence[object]) -> Iterator[tuple[bool, range, range]]:
    """What both have in order, and what stands between, as (equal, positions here, positions there)."""
    src = dest = 0
    for op in LCSseq.opcodes(old, new):
        if op.tag == "equal":
            if src < op.src_start or dest < op.dest_start:
                yield False, range(src, op.src_start), range(dest, op.dest_start)
            src, dest = op.src_end, op.dest_end
            yield True, range(op.src_start, src), range(op.dest_start, dest)
    if src < len(old) or dest < len(new):
        yield False, range(src, len(old)), range(dest, len(new))


def _word_cuts(
    old: Sequence[Token], new: Sequence[Token], ours: range, theirs: range
) -> Iterator[tuple[bool, range, range]]:
    if len(ours) * len(theirs) > _MAX_CELLS:
        yield False, ours, theirs
        return
    keys = [old[at].keys for at in ours], [new[at].keys for at in theirs]
    for equal, went, came in _stretches(*keys):
        yield equal, ours[went.start : went.stop], theirs[came.start : came.stop]


def _joined(steps: Iterable[_WordStep]) -> list[_WordStep]:
    """Neighbours of one kind as one step; empty ones left out."""
    joined: list[_WordStep] = []
    for step in steps:
        if joined and joined[-1].equal == step.equal:
            joined[-1] = _WordStep(step.equal, joined[-1].old + step.old, joined[-1].new + step.new)
        elif step.old or step.new:
            joined.append(step)
    return joined


def _unglued(steps: Sequence[_WordStep]) -> list[_WordStep]:
    """Equal words that hang on a changed one (`mail` of `e-mail`) become part of the change."""
    steps = [_WordStep(step.equal, list(step.old), list(step.new)) for step in steps]
    for before, after in pairwise(steps):
        while before.equal and before.new and _hangs(before, after):
            after.old.insert(0, before.old.pop())
            after.new.insert(0, before.new.pop())
    for before, after in reversed(list(pairwise(steps))):
        while after.equal and after.new and _hangs(before, after):
            before.old.append(after.old.pop(0))
            before.new.append(after.new.pop(0))
    return steps


def _hangs(before: _WordStep, after: _WordStep) -> bool:
    return any(
        bool(left and right and left[-1].glued) for left, right in ((before.old, after.old), (before.new, after.new))
    )


def _readable(steps: Sequence[_WordStep]) -> list[_WordStep]:
    """One or two short equal words between larger changes become part of them."""
    readable: list[_WordStep] = []
    for at, step in enumerate(steps):
        between = step.equal and 0 < at < len(steps) - 1
        absorbed = between and _is_small(step) and _outweighed(step, readable[-1], steps[at + 1])
        readable.append(replace(step, equal=False) if absorbed else step)
    return readable


def _is_small(step: _WordStep) -> bool:
    return len(step.new) <= _MAX_ABSORBED and all(len(word.text) <= _SHORT for word in step.new)


def _outweighed(step: _WordStep, before: _WordStep, after: _WordStep) -> bool:
    old, new = len(before.old) + len(after.old), len(before.new) + len(after.new)
    same_block = len({word.block for word in (*before.new, *step.new, *after.new)}) == 1
    return same_block and bool(old and new) and old + new >= 2 * _OUTWEIGH * len(step.new)


_Piece = tuple[Op, str, str]  # of a segment, before neighbours are joined


class _Writer:
    """Writes steps as segments. Between the last word written and the next stand two gaps, the old text's and the
    new one's: what they share is written plainly, the rest goes with the change that follows.
    """

    def __init__(self, old_lead: str, leads: Sequence[str]) -> None:
        self._leads = leads
        self._blocks: list[list[_Piece]] = [[]]
        self._old_gap, self._new_gap = old_lead, leads[0] if leads else ""

    def write(self, step: _WordStep) -> None:
        if step.equal:
            for old, new in _by_block(step):
                self._same(old, new)
        elif len({word.block for word in step.new} | {len(self._blocks) - 1}) > 1:
            self._across(step)
        else:
            self._change(step, _whole(step.old), _whole(step.new))

    def segments(self) -> list[tuple[Segment, ...]]:
        self._flush()
        self._open(len(self._leads) - 1)
        self._flush()
        return [_coalesced(block) for block in self._blocks]

    def _same(self, old: Sequence[Token], new: Sequence[Token]) -> None:
        """Words that stay, of one block."""
        self._flush()
        if len(self._blocks) <= new[0].block:
            self._open(new[0].block)
            self._flush()
        self._add(Op.EQUAL, _text(old), _text(new))
        self._old_gap, self._new_gap = old[-1].after, new[-1].after

    def _change(self, step: _WordStep, old: str, new: str) -> None:
        """A change inside one block."""
        shared = _common_head(self._old_gap, self._new_gap)
        self._add(Op.EQUAL, shared, shared)
        old, new = self._old_gap[len(shared) :] + old, self._new_gap[len(shared) :] + new
        self._old_gap = self._new_gap = ""
        tail = _common_tail(_tail(step.old, old), _tail(step.new, new))
        self._add(Op.DELETE if step.old else Op.EQUAL, old.removesuffix(tail), "")
        self._add(Op.INSERT if step.new else Op.EQUAL, "", new.removesuffix(tail))
        self._add(Op.EQUAL, tail, tail)

    def _across(self, step: _WordStep) -> None:
        """A change in which blocks of the new text begin: what went stands before what came."""
        self._flush()
        self._open(step.new[0].block)
        self._flush()
        self._add(Op.DELETE, _whole(step.old), "")
        for word in step.new:
            self._open(word.block)
            self._flush()
            self._add(Op.INSERT, "", word.text + word.after)

    def _open(self, block: int) -> None:
        """Go on to a block of the new text; blocks without words are written on the way."""
        while len(self._blocks) <= block:
            self._flush()
            self._blocks.append([])
            self._new_gap = self._leads[len(self._blocks) - 1]

    def _flush(self) -> None:
        if self._old_gap or self._new_gap:
            self._add(Op.EQUAL, self._old_gap, self._new_gap)
            self._old_gap = self._new_gap = ""

    def _add(self, op: Op, old: str, new: str) -> None:
        if old or new:
            self._blocks[-1].append((op, old, new))


def _by_block(step: _WordStep) -> Iterator[tuple[list[Token], list[Token]]]:
    """An equal step cut where the new text's blocks end."""
    start = 0
    for _block, run in groupby(step.new, key=attrgetter("block")):
        end = start + sum(1 for _word in run)
        yield step.old[start:end], step.new[start:end]
        start = end


def _text(words: Sequence[Token]) -> str:
    """The words with what stands between them."""
    return _whole(words[:-1]) + words[-1].text


def _whole(words: Sequence[Token]) -> str:
    return "".join([word.text + word.after for word in words])


def _tail(words: Sequence[Token], text: str) -> str:
    """What a change ends in that is no word: all of it, where it has none."""
    return words[-1].after if words else text


def _common_tail(a: str, b: str) -> str:
    return _common_head(a[::-1], b[::-1])[::-1]


def _common_head(a: str, b: str) -> str:
    return "".join(x for x, _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _coalesced(pieces: Sequence[_Piece]) -> tuple[Segment, ...]:
    """Neighbours of one kind as one segment."""
    joined = []
    for op, run in groupby(pieces, key=itemgetter(0)):
        _ops, old, new = zip(*run, strict=True)
        joined.append(Segment(op, "".join(old), "".join(new)))
    return tuple(joined)
