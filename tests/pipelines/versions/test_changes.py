"""The class of a change, and how many words came and went."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import Block, BlockKind, ChangeClass
from pipelines.text.wording import wording_key
from pipelines.versions.changes import Text, compare

POLICY = [
    "We collect your name and your address in order to deliver what you have ordered from our shop.",
    "We keep your orders for ninety days and delete them afterwards.",
    "We do not sell your personal information, and we never will.",
    "You may write to us at any time and ask what we know about you.",
]


def text(*paragraphs: str, heading: str = "What we do", language: str = "") -> Text:
    blocks = (Block(BlockKind.HEADING, 2, heading), *(Block(BlockKind.PARAGRAPH, 0, p) for p in paragraphs))
    return Text(blocks, wording_key(blocks), language)


def edited(at: int, old: str, new: str) -> list[str]:
    assert old in POLICY[at]
    return [p.replace(old, new) if n == at else p for n, p in enumerate(POLICY)]


@pytest.mark.parametrize(
    ("paragraphs", "kind", "added", "removed"),
    [
        (edited(1, "ninety days", "two years"), ChangeClass.SUBSTANTIVE, 2, 2),
        (edited(2, "do not sell", "may sell"), ChangeClass.SUBSTANTIVE, 1, 2),
        (edited(2, "do not", "do now"), ChangeClass.SUBSTANTIVE, 1, 1),  # one letter, another meaning
        (edited(0, "deliver", "delivre"), ChangeClass.MINOR, 1, 1),
        ([*POLICY, "We share them with partners."], ChangeClass.SUBSTANTIVE, 5, 0),
        ([POLICY[0], POLICY[2], POLICY[3], POLICY[1]], ChangeClass.MOVED, 11, 11),
        (["Nothing is as it was. Read on."], ChangeClass.REPLACED, None, None),
    ],
)
def test_class_and_counts(paragraphs, kind, added, removed):
    change = compare(text(*POLICY), text(*paragraphs))
    assert change.change_class is kind
    if added is not None:
        assert (change.words_added, change.words_removed) == (added, removed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Last updated: 4 June 2019", "Last updated: 25 May 2020"),
        ("Stand: 1. März 2018", "Stand: 12. Dezember 2019"),
        ("Effective June 1st, 2019", "Effective July 2nd, 2019"),
    ],
)
def test_only_a_date(old, new):
    assert compare(text(*POLICY, old), text(*POLICY, new)).change_class is ChangeClass.DATES


def test_a_wording_seen_before_is_a_return():
    first, second = text(*POLICY), text(*POLICY[:2])
    assert compare(second, first, {first.wording}).change_class is ChangeClass.RETURN


def test_another_language():
    german = text("Wir verkaufen Ihre personenbezogenen Daten nicht.", language="de", heading="Datenschutz")
    assert compare(text(*POLICY, language="en-GB"), german).change_class is ChangeClass.LANGUAGE
    assert compare(text(*POLICY, language="en"), text(*POLICY, "And more.", language="en-US")).change_class is (
        ChangeClass.SUBSTANTIVE
    )


def test_sections_are_the_headings_of_what_changed():
    blocks = [Block(BlockKind.HEADING, 2, "Sharing"), Block(BlockKind.PARAGRAPH, 0, POLICY[2])]
    old = Text((*text(*POLICY[:2]).blocks, *blocks), "old")
    new = Text((*text(*POLICY[:2]).blocks, blocks[0], Block(BlockKind.PARAGRAPH, 0, "We sell all.")), "new")
    assert compare(old, new).sections == ("Sharing",)


@given(st.lists(st.sampled_from(POLICY), max_size=6), st.lists(st.sampled_from(POLICY), max_size=6))
def test_counts_balance(old, new):
    change = compare(text(*old), text(*new))
    words = [sum(len(p.replace(",", "").split()) for p in paragraphs) for paragraphs in (old, new)]
    assert words[1] - words[0] == change.words_added - change.words_removed
    unchanged = compare(text(*new), text(*new))
    assert (unchanged.words_added, unchanged.words_removed, unchanged.sections) == (0, 0, ())


def test_a_long_text_with_two_hundred_edits_is_compared_by_its_blocks():
    paragraphs = [f"Paragraph {n} says that record {n} is kept for {n} days and then deleted." for n in range(1000)]
    edits = [p.replace("deleted", "sold") if n % 5 == 0 else p for n, p in enumerate(paragraphs)]
    change = compare(text(*paragraphs), text(*edits))
    assert (change.words_added, change.words_removed) == (200, 200)


@pytest.mark.parametrize(
    "label", ["See details", "Back to the top", "Choisissez votre langue", "ページの先頭へ", "fr · EUR"]
)
@pytest.mark.parametrize("place", ["above", "below the title", "below"])
def test_a_label_above_or_below_the_text_is_probably_furniture_whichever_way_it_goes(label, place):
    extra = Block(BlockKind.PARAGRAPH, 0, label)
    bare = text(*POLICY)
    at = {"above": 0, "below the title": 1, "below": len(bare.blocks)}[place]
    blocks = (*bare.blocks[:at], extra, *bare.blocks[at:])
    labelled = Text(blocks, wording_key(blocks))
    assert compare(bare, labelled).change_class is ChangeClass.UNSURE
    assert compare(labelled, bare).change_class is ChangeClass.UNSURE


@pytest.mark.parametrize(
    ("at", "kind", "line"),
    [
        (3, BlockKind.PARAGRAPH, "See details"),  # within the text
        (5, BlockKind.PARAGRAPH, "We sell your data."),  # a sentence
        (5, BlockKind.PARAGRAPH, "個人情報を販売します。"),
        (5, BlockKind.PARAGRAPH, "Version 12"),  # a number
        (5, BlockKind.ITEM, "Your voice"),  # an item of a list
        (5, BlockKind.PARAGRAPH, "We now sell everything that you ever told us to whoever pays the most"),  # long
    ],
)
def test_what_may_be_policy_is_not_called_furniture(at, kind, line):
    bare = text(*POLICY)
    blocks = (*bare.blocks[:at], Block(kind, 1 if kind is BlockKind.ITEM else 0, line), *bare.blocks[at:])
    assert compare(bare, Text(blocks, wording_key(blocks))).change_class is ChangeClass.SUBSTANTIVE
