"""The class of a change, and how many words came and went."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.model import Block, BlockKind, ChangeClass
from pipelines.text.calendar import MONTHS, WEEKDAYS
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


LETTER = "{day}. {month} {year}", "{month} {day}, {year}", "{year}. {month} {day}.", "{day} de {month} de {year}"
# how a language writes a whole date, where that is none of the above
FORMS = {
    "lt": ("{year} m. {month} {day} d.",),
    "lv": ("{year}. gada {day}. {month}",),
    "bg": ("{day} {month} {year} г.",),
    "ga": ("{day} {month} {year}",),
    "he": ("{day} ב{month} {year}", "{day} {month} {year}"),
    "ru": ("{day} {month} {year} г.",),
}
DAYS = st.dates(date(1990, 1, 1), date(2089, 12, 31))


@given(DAYS, DAYS, st.sampled_from(sorted(MONTHS)), st.data())
def test_a_new_date_alone_is_dates_in_every_language(old, new, language, data):
    """Whatever form its months and weekdays have, and whether the text's language is known."""
    form = data.draw(st.sampled_from(FORMS.get(language, LETTER)))
    named, case = data.draw(st.booleans()), data.draw(st.sampled_from([str, str.upper, str.title]))
    tell = data.draw(st.sampled_from([language, ""]))

    def dated(day):
        names = MONTHS[language][day.month - 1]
        month = case(data.draw(st.sampled_from(names)))
        weekday = data.draw(st.sampled_from(WEEKDAYS[language][day.weekday()])) + ", " if named else ""
        return f"Updated: {weekday}{form.format(day=day.day, month=month, year=day.year)}"

    one, other = dated(old), dated(new)
    assume(wording_key(text(one).blocks) != wording_key(text(other).blocks))
    change = compare(text(*POLICY, one, language=tell), text(*POLICY, other, language=tell))
    assert change.change_class is ChangeClass.DATES, (one, other)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2018年5月25日", "2020年12月1日"),
        ("2018년 5월 25일", "2020년 12월 1일"),
        ("25 مايو 2018", "3 كانون الثاني 2020"),
        ("25 कानून", "26 कानून"),
        ("Updated in May", "Updated in June"),
        ("Monday, 9 am", "Tuesday, 10 am"),
    ],
)
def test_a_date_of_other_forms_alone(old, new):
    assert compare(text(*POLICY, old), text(*POLICY, new)).change_class is ChangeClass.DATES


@pytest.mark.parametrize(
    ("old", "new", "language"),
    [
        ("We may share your data with them.", "We share your data with them.", "en"),
        ("We share it within 30 days.", "We may share it within 60 days.", "en"),
        ("We got it 30 days ago.", "We got it 30 days.", "en"),  # "ago" is Italian's August
        ("Sent out 3 times a year.", "Sent 3 times a year.", "en"),  # Portuguese's October
        ("La parte الثاني pays.", "La parte الأول pays.", "ar"),  # half a name of a month
    ],
)
def test_a_word_that_is_a_month_elsewhere_is_an_edit(old, new, language):
    change = compare(text(*POLICY, old, language=language), text(*POLICY, new, language=language))
    assert change.change_class is ChangeClass.SUBSTANTIVE


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
