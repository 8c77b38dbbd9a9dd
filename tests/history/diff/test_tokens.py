"""Tokens lose nothing, and are the words of the wording."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history.diff.tokens import tokenize
from pipelines.text.wording import words

PIECES = st.sampled_from(
    [
        "We",
        "don’t",
        "*",
        " ",
        "\n",
        "1.",
        "(a)",
        "\\*",
        "50",
        "%",
        "％",
        "個人",
        "½",
        "é",
        "e\u0301",
        "\u00ad",
        "™",
        "-",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_no_character_is_lost(text):
    assert "".join(token.text + token.after for token in tokenize(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "1. We *keep* it, 50 % of “data”.",
        "3.1 1 day",
        "**E**-mail: a@b.example",
        "個人情報 and ½ of it™",
        "* item\n* item (i) of two",
    ],
)
def test_the_keys_are_the_words_of_the_wording(text):
    assert [key for token in tokenize(text) for key in token.keys] == words(text)
