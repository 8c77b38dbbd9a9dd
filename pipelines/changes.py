"""What kind of change: the class of the step from one version to the next, as data.

    compare(old text, new text, wordings seen before) ──► Change(class, words added and removed, sections)

Words are aligned over the whole text by their longest common subsequence, so a sentence that moved counts as
removed here and added there; `moved` is decided on blocks, before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA, LCSseq

from pipelines.model import Block, BlockKind, Change, ChangeClass
from pipelines.wording import words

REPLACED_SHARE = 0.5  # of the words of the longer text, design.md
MAX_MINOR_WORDS = 10  # more spelling repairs than that at once are an edit
_MIN_TWIN_LENGTH = 4  # below it one letter makes another word: "now" and "not", "may" and "must"


@dataclass(frozen=True, slots=True)
class Text:
    """What is compared: a text's blocks, its wording's key and its language."""

    blocks: tuple[Block, ...]
    wording: str
    language: str = ""


def compare(old: Text, new: Text, seen_before: Collection[str] = ()) -> Change:
    """Return the change from `old` to `new`.

    :param seen_before: wording keys of the policy's versions before `old`.
    """
    old_words, new_words = _located_words(old.blocks), _located_words(new.blocks)
    removed, added = _difference([w for w, _ in old_words], [w for w, _ in new_words])
    change_class = _classify(
        old, new, [old_words[i][0] for i in removed], [new_words[i][0] for i in added], seen_before
    )
    touched = [old_words[i][1] for i in removed] + [new_words[i][1] for i in added]
    sections = tuple(dict.fromkeys(section for section in touched if section))
    return Change(change_class, words_added=len(added), words_removed=len(removed), sections=sections)


def _located_words(blocks: Sequence[Block]) -> list[tuple[str, str]]:
    """Each word of the wording with the heading it stands under."""
    located, section = [], ""
    for block in blocks:
        if block.kind is BlockKind.TITLE:
            continue
        if block.kind is BlockKind.HEADING:
            section = block.markdown.replace("*", "").strip()
        located += [(word, section) for word in words(block.markdown)]
    return located


def _difference(old: Sequence[str], new: Sequence[str]) -> tuple[list[int], list[int]]:
    """Positions of the words removed from `old` and of those added in `new`."""
    removed: list[int] = []
    added: list[int] = []
    for op in LCSseq.opcodes(old, new):
        if op.tag != "equal":
            removed += range(op.src_start, op.src_end)
            added += range(op.dest_start, op.dest_end)
    return removed, added


def _classify(
    old: Text, new: Text, removed: Sequence[str], added: Sequence[str], seen_before: Collection[str]
) -> ChangeClass:
    if new.wording in seen_before:
        return ChangeClass.RETURN
    if Counter(removed) == Counter(added) and _same_blocks(old.blocks, new.blocks):
        return ChangeClass.MOVED
    if all(_is_date_word(word) for word in (*removed, *added)):
        return ChangeClass.DATES
    longer = max(len(_located_words(old.blocks)), len(_located_words(new.blocks)), 1)
    if max(len(removed), len(added)) > REPLACED_SHARE * longer:
        return ChangeClass.LANGUAGE if _other_language(old.language, new.language) else ChangeClass.REPLACED
    return ChangeClass.MINOR if _only_spelling(removed, added) else ChangeClass.SUBSTANTIVE


def _other_language(old: str, new: str) -> bool:
    """Pages tell their language carelessly ("en", then "en-US"): only the first subtag counts, and only if both say."""
    return bool(old and new) and old.partition("-")[0].lower() != new.partition("-")[0].lower()


def _same_blocks(old: Sequence[Block], new: Sequence[Block]) -> bool:
    def bag(blocks: Sequence[Block]) -> Counter[tuple[str, ...]]:
        return Counter(tuple(words(block.markdown)) for block in blocks if block.kind is not BlockKind.TITLE)

    return bag(old) == bag(new)


def _only_spelling(removed: Sequence[str], added: Sequence[str]) -> bool:
    """Each word that went has its twin, one letter (or two swapped) off, at the same place among those that came."""
    return len(removed) == len(added) <= MAX_MINOR_WORDS and all(
        min(len(a), len(b)) >= _MIN_TWIN_LENGTH and not a.isdigit() and OSA.distance(a, b) == 1
        for a, b in zip(removed, added, strict=True)
    )


# Names of months and days, full and short, in the languages in which policies most often date themselves.
_DATE_WORDS = frozenset(
    """
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
    januar februar märz april mai juni juli august september oktober november dezember
    montag dienstag mittwoch donnerstag freitag samstag sonntag
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
    januari februari maart mei juni augustus oktober
    janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    st nd rd th am pm utc gmt
    """.split()
)


def _is_date_word(word: str) -> bool:
    return word in _DATE_WORDS or word.isdigit() or (word[:-2].isdigit() and word[-2:] in ("st", "nd", "rd", "th"))
