"""What changed from one text to another, word by word: pure, the same answer every run.

    diff(old blocks, new blocks) ──► DiffBlock… in the order of the new text, removed blocks where they stood
    hunks(diff) ──► the changed ones, each with its neighbours and the heading it stands under

Blocks are aligned first: equal ones by their words, then those that only moved, then, in what is left, blocks that
share enough words (a paragraph that became three belongs to all three), last long ones that moved and were edited.
Inside those, sentences are aligned, then words. Typography
is no change, as in pipelines.text.wording; a word is never split. Nothing is lost: the segments give back
both texts, character by character (history/diff/patch.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise

from rapidfuzz.distance import Indel, LCSseq, Opcode

from history.diff.word_steps import Op, Segment, compare_texts
from pipelines.model import Block, BlockKind
from pipelines.text.wording import words

BREAK = "\n\n"  # between blocks that are compared as one
_LINK_SHARE = 0.4  # of the shorter block's words, in runs of at least three: below it the blocks are strangers
_LINK_RUN = 3
_REPLACED_SHARE = 0.5
_MOVE_WORDS = 12  # a shorter block that resembles one elsewhere may do so by chance
_MOVE_SHARE = 0.75  # of the words of both, in order
_MAX_MOVES = 40_000  # blocks that went × blocks that came: that a page was rewritten needs no search for moves
_MAX_CELLS = 400_000_000  # words × words of one region: its alignment takes a bit each, 50 MB


class DiffKind(StrEnum):
    EQUAL = "equal"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"  # the same words at another place; or nearly the same, and its segments say what was edited


@dataclass(frozen=True, slots=True)
class DiffBlock:
    """One block of the new text, or one that was removed.

    :param segments: its text in pieces; an EQUAL piece has both forms, where only typography differs.
    :param heading: the heading it stands under, in the new text (in the old one, where it was removed).
    :param block: the block in the text where it stands: says kind and level.
    :param old_at: position in the old text; pieces of one old block share it. None: added.
    :param new_at: position in the new text; None: removed.
    :param moved_from: of a MOVED one, the heading it stood under before; of a heading, the section it followed.
    """

    kind: DiffKind
    segments: tuple[Segment, ...]
    heading: str
    block: Block
    old_at: int | None
    new_at: int | None
    moved_from: str = ""

    @property
    def is_signpost(self) -> bool:
        """An unchanged heading: shown above the blocks of its section, not as one of them."""
        return self.kind is DiffKind.EQUAL and _is_heading(self.block)


@dataclass(frozen=True, slots=True)
class Hunk:
    """Changed blocks that stand close together, with their context.

    :param heading: the section's.
    :param skipped: how many unchanged blocks were left out before it, headings not counted.
    """

    heading: str
    blocks: tuple[DiffBlock, ...]
    skipped: int


def diff(old: Sequence[Block], new: Sequence[Block]) -> tuple[DiffBlock, ...]:
    """Return the difference of two texts, without their TITLE blocks (no part of the wording)."""
    return _Diff(_untitled(old), _untitled(new)).blocks()


def hunks(blocks: Sequence[DiffBlock], context: int | None = 1) -> tuple[Hunk, ...]:
    """Return the changed blocks with up to `context` unchanged ones of their section around them; None: all blocks."""
    shown = [at for at in _near(blocks, context) if not blocks[at].is_signpost]
    found: list[Hunk] = []
    last = -1
    for run in _runs(shown, blocks):
        skipped = sum(not block.is_signpost for block in blocks[last + 1 : run[0]])
        found.append(Hunk(blocks[run[0]].heading, tuple(blocks[at] for at in run), skipped))
        last = run[-1]
    return tuple(found)


def _near(blocks: Sequence[DiffBlock], context: int | None) -> Iterable[int]:
    """Positions of the changed blocks and of their neighbours."""
    if context is None:
        return range(len(blocks))
    shown: set[int] = set()
    for at, block in enumerate(blocks):
        if block.kind is not DiffKind.EQUAL:
            near = range(max(at - context, 0), min(at + context + 1, len(blocks)))
            shown |= {other for other in near if blocks[other].heading == block.heading} | {at}
    return sorted(shown)


def _runs(shown: Sequence[int], blocks: Sequence[DiffBlock]) -> Iterator[list[int]]:
    """Cut where blocks are left out and where another section begins."""
    run = list(shown[:1])
    for before, at in pairwise(shown):
        if at != before + 1 or blocks[at].heading != blocks[before].heading:
            yield run
            run = []
        run.append(at)
    if run:
        yield run


def _untitled(blocks: Sequence[Block]) -> list[Block]:
    return [block for block in blocks if block.kind is not BlockKind.TITLE]


def _is_heading(block: Block) -> bool:
    return block.kind is BlockKind.HEADING


def _headings(blocks: Sequence[Block]) -> list[str]:
    """The heading that each block stands under; a heading stands under itself."""
    headings, current = [], ""
    for block in blocks:
        if _is_heading(block):
            current = " ".join(block.markdown.replace("*", "").split())
        headings.append(current)
    return headings


@dataclass(frozen=True, slots=True)
class _Aligned:
    """Old blocks `old` stand where new blocks `new` stand; `aligned`: pairwise equal in their words."""

    old: range
    new: range
    aligned: bool = False


class _Diff:
    """One comparison: the texts, their blocks' words, and the pairs of blocks that moved."""

    def __init__(self, old: Sequence[Block], new: Sequence[Block]) -> None:
        self.old, self.new = old, new
        self.old_keys = [tuple(words(block.markdown)) for block in old]
        self.new_keys = [tuple(words(block.markdown)) for block in new]
        self.old_headings, self.new_headings = _headings(old), _headings(new)
        self.regions = self._align()
        self.moved_from = dict(self._moves())  # new position → old position

    def blocks(self) -> tuple[DiffBlock, ...]:
        found = [block for region in self.regions for block in self._region(region)]
        edited = dict(self._edited_moves(found))
        gone = {id(old) for old in edited.values()}
        return tuple(
            self._moved_and_edited(edited[at], block) if at in edited else block
            for at, block in enumerate(found)
            if id(block) not in gone
        )

    def _edited_moves(self, found: Sequence[DiffBlock]) -> Iterator[tuple[int, DiffBlock]]:
        """Long blocks that came and one that went elsewhere with nearly the same words: (position, the one that went)."""
        went = [b for b in found if b.kind is DiffKind.REMOVED and len(self._old_words(b)) >= _MOVE_WORDS]
        came = [at for at, b in enumerate(found) if b.kind is DiffKind.ADDED and len(self._new_words(b)) >= _MOVE_WORDS]
        if len(went) * len(came) > _MAX_MOVES:
            return
        for at in came:
            key = self._new_words(found[at])
            alike = [Indel.normalized_similarity(self._old_words(b), key, score_cutoff=_MOVE_SHARE) for b in went]
            if any(alike):
                yield at, went.pop(alike.index(max(alike)))

    def _moved_and_edited(self, old: DiffBlock, new: DiffBlock) -> DiffBlock:
        (segments,) = compare_texts(old.block.markdown, [new.block.markdown])
        return replace(new, kind=DiffKind.MOVED, segments=segments, old_at=old.old_at, moved_from=old.heading)

    def _old_words(self, block: DiffBlock) -> tuple[str, ...]:
        return self.old_keys[block.old_at or 0]

    def _new_words(self, block: DiffBlock) -> tuple[str, ...]:
        return self.new_keys[block.new_at or 0]

    def _align(self) -> list[_Aligned]:
        if _flat(self.old_keys) == _flat(self.new_keys):  # one wording, however its blocks are cut
            return [_Aligned(range(len(self.old)), range(len(self.new)), self.old_keys == self.new_keys)]
        return list(_regions(LCSseq.opcodes(self.old_keys, self.new_keys)))

    def _moves(self) -> Iterator[tuple[int, int]]:
        """Blocks left over on both sides with the same words: distinctive ones, or the only ones of their words."""
        free = [region for region in self.regions if not region.aligned and not self._recut(region.old, region.new)]
        left = [at for region in free for at in region.old if self.old_keys[at]]
        came = [at for region in free for at in region.new if self.new_keys[at]]
        once = _unique(self.old_keys) & _unique(self.new_keys)
        by_key: dict[tuple[str, ...], list[int]] = {}
        for at in left:
            by_key.setdefault(self.old_keys[at], []).append(at)
        for at in came:
            key = self.new_keys[at]
            if by_key.get(key) and (key in once or len(key) >= 2 * _LINK_RUN):
                yield at, by_key[key].pop(0)

    def _region(self, region: _Aligned) -> Iterator[DiffBlock]:
        if region.aligned:
            for old_at, new_at in zip(region.old, region.new, strict=True):
                yield self._whole(DiffKind.EQUAL, old_at, new_at)
            return
        gone = set(self.moved_from.values())
        old = [at for at in region.old if at not in gone]
        new = [at for at in region.new if at not in self.moved_from]
        pending = [at for at in region.new if at in self.moved_from]
        for group in self._groups(old, new):
            while pending and group.new and pending[0] < group.new[0]:
                yield self._moved(pending.pop(0))
            yield from self._group(group)
        for at in pending:
            yield self._moved(at)

    def _whole(self, kind: DiffKind, old_at: int, new_at: int, moved_from: str = "") -> DiffBlock:
        block = self.new[new_at]
        segment = Segment(Op.EQUAL, self.old[old_at].markdown, block.markdown)
        return DiffBlock(kind, (segment,), self.new_headings[new_at], block, old_at, new_at, moved_from)

    def _moved(self, new_at: int) -> DiffBlock:
        old_at = self.moved_from[new_at]
        above = self.old_headings[old_at - 1] if old_at else ""
        origin = above if _is_heading(self.old[old_at]) else self.old_headings[old_at]
        return self._whole(DiffKind.MOVED, old_at, new_at, origin)

    def _groups(self, old: Sequence[int], new: Sequence[int]) -> list[_Group]:
        """Blocks of a region that belong together, in reading order; strangers stand alone."""
        if old and new and self._recut(old, new):
            return [_Group(list(old), list(new))]
        return _grouped(old, new, self._links(old, new))

    def _recut(self, old: Sequence[int], new: Sequence[int]) -> bool:
        """The same words in the same order, cut into other blocks."""
        return _flat(self.old_keys[at] for at in old) == _flat(self.new_keys[at] for at in new)

    def _links(self, old: Sequence[int], new: Sequence[int]) -> list[tuple[int, int]]:
        old_words, old_owners = _owned(self.old_keys, old)
        new_words, new_owners = _owned(self.new_keys, new)
        if len(old_words) * len(new_words) > _MAX_CELLS:
            return []
        if len(old) == len(new) == 1 and self._replaced(old[0], new[0]):
            return [(old[0], new[0])]
        shared: Counter[tuple[int, int]] = Counter()
        for op in LCSseq.opcodes(old_words, new_words):
            if op.tag == "equal":
                pairs = zip(old_owners[op.src_start : op.src_end], new_owners[op.dest_start : op.dest_end], strict=True)
                for pair, run in Counter(pairs).items():  # of one pair, all words of a run stand together
                    self._count(shared, pair, run)
        return sorted(pair for pair, count in shared.items() if self._linked(pair, count))

    def _replaced(self, old_at: int, new_at: int) -> bool:
        """One block where one stood, with half of the words of the longer: a date, an address, a name was edited."""
        headings = _is_heading(self.old[old_at]), _is_heading(self.new[new_at])
        alike = LCSseq.normalized_similarity(self.old_keys[old_at], self.new_keys[new_at])
        return headings[0] == headings[1] and alike >= _REPLACED_SHARE

    def _count(self, shared: Counter[tuple[int, int]], pair: tuple[int, int], run: int) -> None:
        """Words in common count where three stand together, or enough of a short block."""
        shorter = min(len(self.old_keys[pair[0]]), len(self.new_keys[pair[1]]))
        if run >= min(_LINK_RUN, _LINK_SHARE * shorter):
            shared[pair] += run

    def _linked(self, pair: tuple[int, int], count: int) -> bool:
        lengths = sorted((len(self.old_keys[pair[0]]), len(self.new_keys[pair[1]])))
        headings = _is_heading(self.old[pair[0]]), _is_heading(self.new[pair[1]])
        if headings[0] != headings[1]:
            return count == lengths[0] and lengths[1] <= 2 * lengths[0]
        return count >= _LINK_SHARE * lengths[0]

    def _group(self, group: _Group) -> Iterator[DiffBlock]:
        if group.old and group.new:
            yield from self._changed(group)
            return
        for at in group.old:
            segment = Segment(Op.DELETE, self.old[at].markdown, "")
            yield self._alone(DiffKind.REMOVED, segment, self.old[at], self.old_headings[at], at, None)
        for at in group.new:
            segment = Segment(Op.INSERT, "", self.new[at].markdown)
            yield self._alone(DiffKind.ADDED, segment, self.new[at], self.new_headings[at], None, at)

    @staticmethod
    def _alone(
        kind: DiffKind, segment: Segment, block: Block, heading: str, old_at: int | None, new_at: int | None
    ) -> DiffBlock:
        if not words(segment.text):  # a rule, a bullet: nothing that is read came or went
            kind, segment = DiffKind.EQUAL, Segment(Op.EQUAL, segment.old, segment.new)
        return DiffBlock(kind, (segment,), heading, block, old_at, new_at)

    def _changed(self, group: _Group) -> Iterator[DiffBlock]:
        """The group compared as one text, cut where the new text's blocks end."""
        segments = compare_texts(
            BREAK.join(self.old[at].markdown for at in group.old), [self.new[at].markdown for at in group.new]
        )
        for new_at, pieces in zip(group.new, segments, strict=True):
            kind = DiffKind.EQUAL if all(s.op is Op.EQUAL for s in pieces) else DiffKind.CHANGED
            yield DiffBlock(kind, pieces, self.new_headings[new_at], self.new[new_at], group.old[0], new_at)


@dataclass(slots=True)
class _Group:
    old: list[int]
    new: list[int]


def _grouped(old: Sequence[int], new: Sequence[int], links: Sequence[tuple[int, int]]) -> list[_Group]:
    """Linked blocks with what stands between them; links never cross, since an alignment keeps order."""
    groups: list[_Group] = []
    for old_at, new_at in links:
        if groups and (groups[-1].old[-1] >= old_at or groups[-1].new[-1] >= new_at):
            groups[-1].old += [at for at in old if groups[-1].old[-1] < at <= old_at]
            groups[-1].new += [at for at in new if groups[-1].new[-1] < at <= new_at]
        else:
            groups.append(_Group([old_at], [new_at]))
    return list(_with_strangers(old, new, groups))


def _with_strangers(old: Sequence[int], new: Sequence[int], groups: Iterable[_Group]) -> Iterator[_Group]:
    last_old, last_new = -1, -1
    end = _Group([old[-1] + 1] if old else [0], [new[-1] + 1] if new else [0])
    for group in [*groups, end]:
        yield from (_Group([at], []) for at in old if last_old < at < group.old[0])
        yield from (_Group([], [at]) for at in new if last_new < at < group.new[0])
        if group is not end:
            yield group
            last_old, last_new = group.old[-1], group.new[-1]


def _owned(keys: Sequence[tuple[str, ...]], blocks: Iterable[int]) -> tuple[list[str], list[int]]:
    """The words of some blocks, and for each the block it is of."""
    found: list[str] = []
    owners: list[int] = []
    for at in blocks:
        found += keys[at]
        owners += [at] * len(keys[at])
    return found, owners


def _flat(keys: Iterable[tuple[str, ...]]) -> list[str]:
    return [word for key in keys for word in key]


def _unique(keys: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {key for key, count in Counter(keys).items() if count == 1 and key}


def _regions(ops: Iterable[Opcode]) -> Iterator[_Aligned]:
    """Neighbouring deletions and insertions are one region."""
    for aligned, run in groupby(ops, key=lambda op: op.tag == "equal"):
        found = list(run)
        first, last = found[0], found[-1]
        yield _Aligned(range(first.src_start, last.src_end), range(first.dest_start, last.dest_end), aligned)
