"""What kind of change: the class of the step from one version to the next, as data.

    compare(old text, new text, wordings seen before) ──► Change(class, words added and removed, sections)

Blocks are aligned by their longest common subsequence, then words between equal blocks: a sentence that moved counts
as removed here and added there; `moved` is decided on the bags of blocks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from rapidfuzz.distance import OSA, LCSseq

from pipelines.model import Block, BlockKind, Change, ChangeClass
from pipelines.text.calendar import Mark, date_marks, may_be_date
from pipelines.text.remembered import remembered
from pipelines.text.wording import words

REPLACED_SHARE = 0.5  # of the words of the longer text, design.md
MAX_MINOR_WORDS = 10  # more spelling repairs than that at once are an edit
_MAX_LABEL = 60  # characters of a line that may be a label
_MAX_LABELS = 3  # such lines at once
_SENTENCE = re.compile(r"[.;:,。；：、](?:\s|$)|[。；、]")
_MIN_TWIN_LENGTH = 4  # below it one letter makes another word: "now" and "not", "may" and "must"


@dataclass(frozen=True, slots=True)
class Text:
    """What is compared: a text's blocks, its wording's key and its language."""

    blocks: tuple[Block, ...]
    wording: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """A block's words, and the heading they stand under."""

    words: tuple[str, ...]
    section: str
    label: bool = False  # so short, and no sentence, that it may be furniture


def compare(old: Text, new: Text, seen_before: Collection[str] = ()) -> Change:
    """Return the change from `old` to `new`.

    :param seen_before: wording keys of the policy's versions before `old`.
    """
    old_parts, new_parts = _parts(old.blocks), _parts(new.blocks)
    removed, added = _difference(old_parts, new_parts)
    change_class = _classify(old, new, _Sides(old_parts, new_parts, removed, added), seen_before)
    sections = tuple(dict.fromkeys(section for _word, section in (*removed, *added) if section))
    return Change(change_class, words_added=len(added), words_removed=len(removed), sections=sections)


def _parts(blocks: Sequence[Block]) -> list[_Part]:
    parts, section = [], ""
    for block in blocks:
        if block.kind is BlockKind.TITLE:
            continue
        if block.kind is BlockKind.HEADING:
            section = block.markdown.replace("*", "").strip()
        parts.append(_Part(_words(block.markdown), section, _is_label(block)))
    return parts


@remembered(8192)
def _words(markdown: str) -> tuple[str, ...]:
    """Words of a block; texts of one policy share nearly all of theirs."""
    return tuple(words(markdown))


_Located = tuple[str, str]  # a word and its section


def _difference(old: Sequence[_Part], new: Sequence[_Part]) -> tuple[list[_Located], list[_Located]]:
    """The words removed and added: blocks are aligned first, then the words of the stretches between equal ones."""
    removed: list[_Located] = []
    added: list[_Located] = []
    for went, came in _gaps([part.words for part in old], [part.words for part in new]):
        old_words, new_words = _located(old[went]), _located(new[came])
        for gone, arrived in _gaps([word for word, _ in old_words], [word for word, _ in new_words]):
            removed += old_words[gone]
            added += new_words[arrived]
    return removed, added


def _gaps(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[tuple[slice, slice]]:
    """The stretches of both sides between what they share in order."""
    src = dest = 0
    for op in LCSseq.opcodes(old, new):
        if op.tag == "equal":
            if op.src_start > src or op.dest_start > dest:
                yield slice(src, op.src_start), slice(dest, op.dest_start)
            src, dest = op.src_end, op.dest_end
    if src < len(old) or dest < len(new):
        yield slice(src, len(old)), slice(dest, len(new))


def _located(parts: Iterable[_Part]) -> list[_Located]:
    return [(word, part.section) for part in parts for word in part.words]


@dataclass(frozen=True, slots=True)
class _Sides:
    old: Sequence[_Part]
    new: Sequence[_Part]
    removed: Sequence[_Located]
    added: Sequence[_Located]


def _classify(old: Text, new: Text, sides: _Sides, seen_before: Collection[str]) -> ChangeClass:
    removed, added = [word for word, _ in sides.removed], [word for word, _ in sides.added]
    if new.wording in seen_before:
        return ChangeClass.RETURN
    if _bag(sides.old) == _bag(sides.new):
        return ChangeClass.MOVED
    if _only_dates(sides, old.language, new.language):
        return ChangeClass.DATES
    longer = max(sum(len(part.words) for part in parts) for parts in (sides.old, sides.new))
    if max(len(removed), len(added)) > REPLACED_SHARE * longer:
        return ChangeClass.LANGUAGE if _other_language(old.language, new.language) else ChangeClass.REPLACED
    if _is_beside(sides):
        return ChangeClass.UNSURE
    return ChangeClass.MINOR if _only_spelling(removed, added) else ChangeClass.SUBSTANTIVE


def _only_dates(sides: _Sides, old_language: str, new_language: str) -> bool:
    """Tell whether nothing differs but numbers and dates. A month or day without a number beside it counts where another
    has its place: it may be another word ("we may share").
    """
    quick = chain(
        ((word, old_language) for word, _ in sides.removed), ((word, new_language) for word, _ in sides.added)
    )
    if not all(may_be_date(*each) for each in quick):
        return False
    for went, came in _gaps([part.words for part in sides.old], [part.words for part in sides.new]):
        gone, arrived = _marked(sides.old[went], old_language), _marked(sides.new[came], new_language)
        for old, new in _gaps([word for word, _ in gone], [word for word, _ in arrived]):
            marks = [mark for _, mark in (*gone[old], *arrived[new])]
            if Mark.NONE in marks or (Mark.NAME in marks and not (gone[old] and arrived[new])):
                return False
    return True


def _marked(parts: Iterable[_Part], language: str) -> list[tuple[str, Mark]]:
    return [pair for part in parts for pair in zip(part.words, date_marks(part.words, language), strict=True)]


def _is_label(block: Block) -> bool:
    markdown = block.markdown
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.HEADING):
        return False  # the last item of a policy's list is short, too
    found = _words(markdown)
    return len(markdown) <= _MAX_LABEL and not any(word.isdigit() for word in found) and not _SENTENCE.search(markdown)


def _is_beside(sides: _Sides) -> bool:
    """Tell whether a few words, no sentence, came or went above or below all of the text, and nothing else differs."""
    if bool(sides.removed) == bool(sides.added):
        return False
    longer, shorter = (sides.old, sides.new) if sides.removed else (sides.new, sides.old)
    extra = len(longer) - len(shorter)
    if not 0 < extra <= _MAX_LABELS or not shorter:
        return False
    words = [part.words for part in longer]
    rest = [part.words for part in shorter]
    above = next((i for i, (one, other) in enumerate(zip(words, rest, strict=False)) if one != other), len(rest))
    if words[above + extra :] != rest[above:]:
        return False
    at_an_end = above <= 1 or above == len(rest)  # below the title is above the text
    return at_an_end and all(part.label for part in longer[above : above + extra])


def _bag(parts: Iterable[_Part]) -> Counter[tuple[str, ...]]:
    return Counter(part.words for part in parts)


def _other_language(old: str, new: str) -> bool:
    """Pages tell their language carelessly ("en", then "en-US"): only the first subtag counts, and only if both say."""
    return bool(old and new) and old.partition("-")[0].lower() != new.partition("-")[0].lower()


def _only_spelling(removed: Sequence[str], added: Sequence[str]) -> bool:
    """Each word that went has its twin, one letter (or two swapped) off, at the same place among those that came."""
    return len(removed) == len(added) <= MAX_MINOR_WORDS and all(
        min(len(a), len(b)) >= _MIN_TWIN_LENGTH and not a.isdigit() and OSA.distance(a, b) == 1
        for a, b in zip(removed, added, strict=True)
    )
