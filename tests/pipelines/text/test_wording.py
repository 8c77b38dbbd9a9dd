"""What counts as the same wording."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import Block, BlockKind
from pipelines.text.wording import text_words, wording_key, words

TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=80)


def paragraph(markdown):
    return Block(BlockKind.PARAGRAPH, 0, markdown)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We don't sell “data”", 'We don’t sell "data"'),
        ("**E**mail", "Email"),
        ("per\u00adsonal da\u200bta", "personal data"),
        ("ﬁle", "file"),
        ("１２ months", "12 months"),
        ("STRASSE", "straße"),
        ("1. Cookies", "Cookies"),
        ("3.1. Cookies", "Cookies"),
        ("2) Cookies", "Cookies"),
        ("(a) Cookies", "(b) Cookies"),
        ("iv) Cookies", "• Cookies"),
        ("1\\. Cookies", "* 2. Cookies"),
        ("e\u0301te\u0301", "été"),
        ("we\u00a0use", "we  \nuse"),
        ("snake\\_case", "snake_case"),
    ],
)
def test_same_words(one, other):
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("within 30 days", "within 60 days"),
        ("50 %", "50"),
        ("$5", "€5"),
        ("we share", "we do not share"),
        ("30 days", "days"),
        ("1. to 2. ", "2. to 1."),
    ],
)
def test_other_words(one, other):
    assert words(one) != words(other)


def test_ideographs_and_kana_are_words():
    assert words("隐私政策 v2 プライバシー") == ["隐", "私", "政", "策", "v2", "プ", "ラ", "イ", "バ", "シ", "ー"]


def test_combining_marks_stay_with_their_letters():
    assert words("गोपनीयता नीति") == ["गोपनीयता", "नीति"]


def test_a_stray_asterisk_splits_and_a_mark_does_not():
    assert words("a\\*b **c**d") == ["a", "b", "cd"]


def test_key_ignores_blocks_and_title():
    one = [Block(BlockKind.TITLE, 0, "Acme"), paragraph("We use cookies."), paragraph("And logs.")]
    other = [Block(BlockKind.ITEM, 1, "We use"), Block(BlockKind.HEADING, 2, "cookies and *logs*")]
    assert wording_key(one) == wording_key(other)
    assert text_words(one) == ["we", "use", "cookies", "and", "logs"]


def test_key_sees_order():
    assert wording_key([paragraph("a b")]) != wording_key([paragraph("b a")])


@given(TEXTS)
def test_words_of_words_are_the_words(text):
    found = words(text)
    assert words(" ".join(found)) == found


@given(TEXTS)
def test_invisible_characters_do_not_matter(text):
    assert words("\u200b".join(text)) == words(text)


@pytest.mark.parametrize("text", ["{}", "a{}b", "A{} 1", "1{} x", "{}1. x", "({})", "\\{}a", "a_{}_b", "5 %{}"])
def test_the_quick_way_finds_the_same_words(text):
    """An invisible character is no word and makes a text one that is read the long way."""
    for char in [*map(chr, range(0x2600)), "e\u0301", "I\u0307", "ﬁ", "Ａ", "．", "x\u0338"]:
        assert words(text.format(char)) == words(text.format(char) + "\u200b"), ascii(char)


@given(TEXTS)
def test_words_are_folded_and_without_space(text):
    assert all(word and not any(char.isspace() for char in word) for word in words(text))


@given(st.text("abcXYZ .,’'\"éß-", max_size=60))
def test_typography_does_not_matter(text):
    typed = text.replace("’", "'")
    printed = text.replace("'", "’").replace('"', "“").replace(" ", "\u00a0").replace("-", "\u2013")
    assert words(typed) == words(printed)
