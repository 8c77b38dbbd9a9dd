"""Since when a sentence stands, against the texts themselves."""

from hypothesis import given
from hypothesis import strategies as st

from history.diff.blame import blame, gone, standing
from pipelines.model import Block, BlockKind
from pipelines.text.sentences import sentences
from pipelines.text.wording import words

KEEP = "We keep what you tell us for as long as you have an account."
SELL = "We never sell it to anybody else at all."
STAFF = "Our staff may see it where they need it for their work."


def block(text, kind=BlockKind.PARAGRAPH):
    return Block(kind, 0, text)


def text(*parts):
    return [block(part[3:], BlockKind.HEADING) if part.startswith("## ") else block(part) for part in parts]


def stays(blamed, at):
    return [(one.sentence.text, one.sentence.stays) for one in standing(blamed, at)]


def test_a_sentence_that_stays_one_that_comes_and_one_that_goes():
    blamed = blame([text(KEEP), text(f"{KEEP} {SELL}"), text(SELL, STAFF)])
    assert stays(blamed, 0) == [(KEEP, ((0, 1),))]
    assert stays(blamed, 2) == [(SELL, ((1, 2),)), (STAFF, ((2, 2),))]
    assert [(one.sentence.text, one.sentence.last) for one in gone(blamed, 2)] == [(KEEP, 1)]
    assert gone(blamed, 1) == ()


def test_a_sentence_that_came_back_has_two_stays():
    blamed = blame([text(KEEP, SELL), text(KEEP), text(KEEP), text(KEEP, SELL)])
    assert stays(blamed, 3) == [(KEEP, ((0, 3),)), (SELL, ((0, 0), (3, 3)))]
    assert [one.sentence.text for one in gone(blamed, 1)] == [SELL]
    assert gone(blamed, 3) == ()
    assert standing(blamed, 0)[1].sentence.stay_at(2) == (0, 0)


def test_place_markup_typography_and_blocks_do_not_age_a_sentence():
    old = text("## Use", f"{KEEP} {SELL}", "## Staff", STAFF)
    new = text("## Staff", STAFF.replace("it", "*it*"), "## Use", SELL.replace(" it", "\u00a0it"), KEEP)
    assert {one.sentence.stays for one in standing(blame([old, new]), 1)} == {((0, 1),)}


def test_an_edited_sentence_says_what_it_was_and_another_one_does_not():
    edited = KEEP.replace("an account", "two accounts")
    blamed = blame([text(KEEP, SELL), text(edited, STAFF)])
    found = {one.sentence.text: one.sentence.before for one in standing(blamed, 1)}
    assert found == {edited: 0, STAFF: None}
    assert blamed.sentences[0].text == KEEP


def test_two_equal_sentences_are_told_apart_by_their_neighbours():
    blamed = blame([text(SELL, "Learn more."), text(KEEP, "Learn more.", SELL, "Learn more.")])
    assert [one.sentence.first for one in standing(blamed, 1)] == [1, 1, 0, 0]


def test_sentences_stand_under_their_heading_and_titles_do_not_count():
    title = block("Privacy", BlockKind.TITLE)
    blamed = blame([[title, *text(KEEP, "## Selling", SELL)]])
    assert [one.heading for one in standing(blamed, 0)] == ["", "Selling", "Selling"]


def test_what_went_is_listed_where_it_last_stood_the_latest_first():
    blamed = blame([text("## A", KEEP, SELL), text("## B", SELL), text("## C", STAFF)])
    assert [(one.sentence.text, one.heading) for one in gone(blamed, 2)] == [
        ("B", "B"),
        (SELL, "B"),
        ("A", "A"),
        (KEEP, "A"),
    ]


SENTENCES = st.sampled_from(
    ["We keep it.", "We sell it.", "Learn more.", "個人情報。", "We do not keep it any more.", "***"]
)
BLOCKS = st.lists(SENTENCES, min_size=1, max_size=3).map(" ".join).map(block)
TEXTS = st.lists(st.lists(BLOCKS, max_size=5), min_size=1, max_size=6)


@given(TEXTS)
def test_it_is_what_the_texts_say(texts):
    blamed = blame(texts)
    for at, blocks in enumerate(texts):
        there = standing(blamed, at)
        assert [tuple(words(one.sentence.text)) for one in there] == [
            one.key for b in blocks for one in sentences(b.markdown) if one.key
        ]
        numbers = [one.number for one in there]
        assert len(set(numbers)) == len(numbers)
        for number, sentence in enumerate(blamed.sentences):
            assert (number in numbers) == any(first <= at <= last for first, last in sentence.stays)
        went = {one.number for one in gone(blamed, at)}
        assert went == {n for n, s in enumerate(blamed.sentences) if s.first < at and n not in numbers}
    for sentence in blamed.sentences:
        assert all(a[1] + 1 < b[0] for a, b in zip(sentence.stays, sentence.stays[1:], strict=False))
        assert sentence.before is None or blamed.sentences[sentence.before].first < sentence.first
