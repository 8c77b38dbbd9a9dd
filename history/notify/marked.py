"""The sentences that a change touched, each whole, with the words marked that came and went.

    changed_sentences(diff) ──► Marked…, in reading order ──first_of──► Excerpt(the first ones, what is left out)

Pure. Nothing is left out silently: what an excerpt does not show is counted in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from history.diff.diff import DiffBlock, DiffKind
from history.diff.word_steps import Op
from pipelines.text.sentences import sentences
from pipelines.text.wording import words

WORDS: Final = 120  # that an excerpt shows, or its first sentence
LONGEST: Final = 400  # words of a sentence that is shown whole; of a longer one, its first changed part


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence's Markdown, that stayed, went or came."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Marked:
    """One sentence.

    :param added, removed: how many of its words are marked.
    :param words: all of its words, marked or not.
    """

    pieces: tuple[Piece, ...]
    added: int
    removed: int
    words: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The first changed sentences of a change.

    :param more: sentences that are not shown; `more_added` and `more_removed` are marked words that are not shown.
    :param moved: blocks that only moved.
    """

    sentences: tuple[Marked, ...]
    more: int = 0
    more_added: int = 0
    more_removed: int = 0
    moved: int = 0


def changed_sentences(blocks: Iterable[DiffBlock]) -> Iterator[Marked]:
    """Yield the sentences in which a word came or went, in reading order."""
    for block in blocks:
        if block.kind is not DiffKind.EQUAL:
            yield from _of_block([Piece(segment.op, segment.text) for segment in block.segments])


def _of_block(pieces: Sequence[Piece]) -> Iterator[Marked]:
    cuts = [len(sentence.text) for sentence in sentences("".join(piece.text for piece in pieces))]
    for own in _cut(pieces, cuts):
        marked = _marked(own)
        if marked.added or marked.removed:
            yield marked


def _cut(pieces: Sequence[Piece], lengths: Sequence[int]) -> Iterator[tuple[Piece, ...]]:
    """The pieces cut where sentences end; a word that is marked may be cut only where its sentence ends."""
    left = [piece for piece in pieces if piece.text]
    for length in lengths:
        own: list[Piece] = []
        room = length
        while room and left:
            piece = left.pop(0)
            own.append(Piece(piece.op, piece.text[:room]))
            if len(piece.text) > room:
                left.insert(0, Piece(piece.op, piece.text[room:]))
            room -= min(room, len(piece.text))
        yield tuple(own)
    if left:
        yield tuple(left)


def _marked(pieces: tuple[Piece, ...]) -> Marked:
    counts = {op: sum(len(words(piece.text)) for piece in pieces if piece.op is op) for op in Op}
    return Marked(pieces, counts[Op.INSERT], counts[Op.DELETE], sum(counts.values()))


def first_of(blocks: Sequence[DiffBlock], limit: int = WORDS) -> Excerpt:
    """Return the first changed sentences of a difference, as many as fit.

    :param limit: words shown, of all sentences together; the first one is shown whatever its length, up to LONGEST.
    """
    shown: list[Marked] = []
    room = limit
    found = list(changed_sentences(blocks))
    for sentence in found:
        if shown and sentence.words > room:
            break
        shown.append(_shortened(sentence) if sentence.words > LONGEST else sentence)
        room -= sentence.words
    added = sum(one.added for one in found) - sum(one.added for one in shown)
    removed = sum(one.removed for one in found) - sum(one.removed for one in shown)
    moved = sum(block.kind is DiffKind.MOVED for block in blocks)
    return Excerpt(tuple(shown), len(found) - len(shown), added, removed, moved)


def _shortened(sentence: Marked) -> Marked:
    """A sentence that is a whole table or contract: LONGEST of its words, from shortly before its first change on."""
    first = next(at for at, piece in enumerate(sentence.pieces) if piece.op is not Op.EQUAL)
    kept: list[Piece] = []
    if first:
        lead = sentence.pieces[first - 1].text.split(" ")
        kept.append(Piece(Op.EQUAL, " ".join(["…", *lead[-20:]])))
    room = LONGEST
    for piece in sentence.pieces[first:]:
        parts = piece.text.split(" ")
        if len(words(piece.text)) > room:
            fitting = _fitting(parts, room)
            kept += [Piece(piece.op, fitting), Piece(Op.EQUAL, " …")]
            break
        kept.append(piece)
        room -= len(words(piece.text))
    return _marked(tuple(kept))


def _fitting(parts: Sequence[str], room: int) -> str:
    kept: list[str] = []
    for part in parts:
        room -= len(words(part))
        if room < 0:
            break
        kept.append(part)
    return " ".join(kept)
