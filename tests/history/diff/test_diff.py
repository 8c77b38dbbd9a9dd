"""Nothing of either text is lost, no word is split, and only words are changes."""

import re
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history.diff.diff import BREAK, DiffKind, diff, hunks
from history.diff.word_steps import Op, compare_texts
from pipelines.model import Block, BlockKind
from pipelines.text.wording import wording_key, words


def block(text, kind=BlockKind.PARAGRAPH, level=0):
    return Block(kind, level, text)


def heading(text):
    return block(text, BlockKind.HEADING, 2)


def marked(old, new):
    """One block's difference with its marks."""
    (segments,) = compare_texts(old, [new])
    marks = {Op.EQUAL: "{}", Op.DELETE: "[-{}-]", Op.INSERT: "{{+{}+}}"}
    return "".join(marks[segment.op].format(segment.text) for segment in segments)


def old_text(blocks):
    """Return the old text: its blocks' Markdown, joined by BREAK."""
    held = sorted((b for b in blocks if b.old_at is not None), key=lambda b: b.old_at or 0)
    joined = ["".join(s.old for b in run for s in b.segments) for _at, run in groupby(held, key=lambda b: b.old_at)]
    return BREAK.join(joined)


def new_text(blocks):
    """Return the new text: its blocks' Markdown, joined by BREAK."""
    return BREAK.join("".join(s.new for s in b.segments) for b in blocks if b.new_at is not None)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("We share data.", "We sell data.", "We [-share-]{+sell+} data."),
        ("We share it.", "We share it or rent it.", "We share it{+ or rent it+}."),
        ("It is ours, or not.", "It is ours.", "It is ours[-, or not-]."),
        ("your e-mail address", "your mail address", "your [-e-mail-]{+mail+} address"),
        ("we don't sell", "we do sell", "we [-don't-]{+do+} sell"),
        ("keep 1.5 years", "keep 1.7 years", "keep [-1.5-]{+1.7+} years"),
        ("write to dpo@a.example now", "write to me@a.example now", "write to [-dpo@a.example-]{+me@a.example+} now"),
        ("“We” — never", '"we" - Never', '"we" - Never'),
        ("1. We keep data", "2. We keep data", "2. We keep data"),
        ("**Name** and place", "Name and place", "Name and place"),
        ("個人情報を取得", "個人情報を提供", "個人情報を[-取得-]{+提供+}"),
        ("", "New words", "{+New words+}"),
        ("Old words", "***", "[-Old words-]***"),
    ],
)
def test_marks(old, new, expected):
    assert marked(old, new) == expected


def test_changes_that_a_short_word_parts_are_joined():
    old = "We collect the names of all visitors and keep them."
    new = "We collect the addresses and numbers of some registered customers and keep them."
    assert marked(old, new) == (
        "We collect the [-names of all visitors-]{+addresses and numbers of some registered customers+} and keep them."
    )


def test_insertions_alone_are_not_joined_over_words_that_stayed():
    assert marked("kept for us", "kept safely for all of us") == "kept {+safely +}for {+all of +}us"


SENTENCE = "We keep what you tell us for as long as you have an account with us."
OTHER = "Our staff may see it where they need it for their work."


def test_a_paragraph_that_was_split_is_no_change():
    found = diff([block(f"{SENTENCE} {OTHER}")], [block(SENTENCE), block(OTHER)])
    assert [b.kind for b in found] == [DiffKind.EQUAL, DiffKind.EQUAL]


def test_paragraphs_that_were_joined_are_no_change_but_for_the_new_word():
    found = diff([block(SENTENCE), block(OTHER)], [block(f"{SENTENCE} {OTHER} Always.")])
    assert [b.kind for b in found] == [DiffKind.CHANGED]
    assert [s.text for s in found[0].segments if s.op is Op.INSERT] == [" Always."]


def test_a_section_that_moved():
    security = [heading("Security"), block(SENTENCE)]
    children = [heading("Children"), block(OTHER)]
    found = diff([*security, *children], [*children, *security])
    assert sorted(b.kind for b in found) == ["equal", "equal", "moved", "moved"]
    moved = [b for b in found if b.kind is DiffKind.MOVED]
    assert moved[1].moved_from == moved[1].heading


def test_a_paragraph_that_moved_and_was_edited():
    long = f"{SENTENCE} {OTHER}"
    filler = [block(f"Paragraph {n} stays where it always was, whatever happens to others.") for n in range(4)]
    old = [heading("Use"), block(long), *filler, heading("Sharing")]
    new = [heading("Use"), *filler, heading("Sharing"), block(long.replace("staff", "whole staff"))]
    (moved,) = [b for b in diff(old, new) if b.kind is not DiffKind.EQUAL]
    assert (moved.kind, moved.moved_from, moved.heading) == (DiffKind.MOVED, "Use", "Sharing")
    assert [s.new for s in moved.segments if s.op is not Op.EQUAL] == ["whole "]


def test_a_short_block_that_was_edited_where_it_stands():
    (found,) = diff([block("Updated: December 17, 2025")], [block("Updated: 17 December 2025")])
    assert [s.text for s in found.segments if s.op is Op.EQUAL and words(s.text)] == ["Updated: ", "December ", "2025"]
    assert [b.kind for b in diff([block("We sell it.")], [block("They give you all.")])] == [
        DiffKind.REMOVED,
        DiffKind.ADDED,
    ]


def test_another_paragraph_elsewhere_did_not_move():
    filler = [block(f"Paragraph {n} stays where it always was, whatever happens to others.") for n in range(4)]
    old, new = (
        [block(f"{SENTENCE} {OTHER}"), *filler],
        [*filler, block(f"{OTHER} We may also do what we like with it.")],
    )
    assert sorted({b.kind for b in diff(old, new)}) == ["added", "equal", "removed"]


def test_added_and_removed_blocks_stand_under_their_heading():
    old = [heading("Use"), block(SENTENCE), heading("Sharing"), block("We share nothing with nobody at all.")]
    new = [heading("Use"), block(SENTENCE), block(OTHER), heading("Sharing")]
    found = {b.kind: b.heading for b in diff(old, new)}
    assert found[DiffKind.ADDED] == "Use"
    assert found[DiffKind.REMOVED] == "Sharing"


def test_titles_are_left_out():
    assert diff([block("Privacy", BlockKind.TITLE)], [block("Our policy", BlockKind.TITLE)]) == ()


def test_rules_without_words_are_no_change():
    assert [b.kind for b in diff([block("a b c d")], [block("***"), block("a b c d")])] == ["equal", "equal"]


def test_hunks_fold_what_is_unchanged():
    filler = [block(f"{SENTENCE} Number {n}.") for n in range(9)]
    old = [heading("Use"), *filler, heading("Sharing"), block(OTHER)]
    new = [heading("Use"), *filler[:4], block("An entirely new sentence stands here."), *filler[4:], *old[-2:]]
    (hunk,) = hunks(diff(old, new))
    assert hunk.heading == "Use"
    assert hunk.skipped == 3
    assert [b.kind for b in hunk.blocks] == ["equal", "added", "equal"]
    (wider,) = hunks(diff(old, new), context=3)
    assert len(wider.blocks) == 7
    assert hunks(diff(old, old)) == ()
    assert sum(len(hunk.blocks) for hunk in hunks(diff(old, new), None)) == len(new) - 2


LETTERS = st.sampled_from(
    ["we", "We", "sell", "data", "the", "of", "don't", "e-mail", "1.", "50", "%", "個", "人", "é", "½", "(a)"]
)
GAPS = st.sampled_from([" ", "  \n", ", ", ". ", " — ", "*", " “", "\\* ", "-", "|"])
TEXTS = st.one_of(
    st.lists(st.tuples(LETTERS, GAPS), max_size=12).map(lambda pairs: "".join(a + b for a, b in pairs)),
    st.text(max_size=30),
)
BLOCKS = st.lists(
    st.builds(block, TEXTS, st.sampled_from([BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.ITEM])), max_size=8
)


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4))
def test_no_character_of_either_text_is_lost(old, new):
    found = compare_texts(old, new)
    assert "".join(s.old for block_ in found for s in block_) == old
    assert ["".join(s.new for s in block_) for block_ in found] == new
    for segment in (s for block_ in found for s in block_):
        assert (segment.op is Op.DELETE and not segment.new) or segment.op is not Op.DELETE
        assert (segment.op is Op.INSERT and not segment.old) or segment.op is not Op.INSERT


@given(BLOCKS, BLOCKS)
def test_no_character_of_either_sequence_of_blocks_is_lost(old, new):
    found = diff(old, new)
    assert old_text(found) == BREAK.join(b.markdown for b in old)
    assert new_text(found) == BREAK.join(b.markdown for b in new)
    assert [b.new_at for b in found if b.new_at is not None] == list(range(len(new)))
    assert {b.old_at for b in found if b.old_at is not None} <= set(range(len(old)))


@given(BLOCKS, st.data())
def test_a_text_that_was_edited_a_little(old, data):
    """The case of every day: most blocks stay."""
    new = list(old)
    if new:
        at = data.draw(st.integers(0, len(new) - 1))
        new[at : at + 1] = data.draw(BLOCKS)
    found = diff(old, new)
    assert old_text(found) == BREAK.join(b.markdown for b in old)
    assert new_text(found) == BREAK.join(b.markdown for b in new)


@given(BLOCKS)
def test_one_wording_has_no_changes(blocks):
    whole = [block(" \n".join(b.markdown for b in blocks))]
    all_have_words = all(words(b.markdown) for b in blocks)  # one without (a bare number) has nothing to align it by
    if wording_key(whole) == wording_key(blocks) and all_have_words:
        assert {b.kind for b in diff(whole, blocks)} <= {DiffKind.EQUAL}


@given(TEXTS, TEXTS)
def test_words_are_never_split(old, new):
    (segments,) = compare_texts(old, [new])
    for side in ("old", "new"):
        at, text = 0, old if side == "old" else new
        edges = set()
        for segment in segments:
            at += len(getattr(segment, side))
            edges.add(at)
        for run in re.finditer(r"[a-zA-Zé]{2,}", text):
            assert not edges & set(range(run.start() + 1, run.end()))


def test_the_same_answer_every_time():
    old, new = [block(SENTENCE), block(OTHER)], [block(OTHER), block(f"{SENTENCE} More.")]
    assert diff(old, new) == diff(list(old), list(new))
