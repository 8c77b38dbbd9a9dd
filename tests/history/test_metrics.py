"""Metrics of a text: each number of sentences whose number is plain, and none where a language has no list."""

import tomllib

import pytest

from history import metrics as module
from history.metrics import metrics
from pipelines.model import Block, BlockKind


def of(*texts, language="en", kind=BlockKind.PARAGRAPH, own=""):
    return metrics([Block(kind, 0, text) for text in texts], language, own)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("We sell data.", 0),
        ("We may sell data.", 1),
        ("This policy is of 25 May 2018.", 0),
        ("This policy is of May 25, and we may change it.", 1),
        ("We MAY share certain data from time to time with various partners.", 4),
        ("We share data, including but not limited to your name.", 1),
        ("The mayor can't be certainly canned.", 1),  # can't
    ],
)
def test_vague_words(text, times):
    words = len(module._WORD.findall(text))
    assert of(text).vague_per_1000 == round(1000 * times / words, 1)


@pytest.mark.parametrize(
    ("text", "passive"),
    [
        ("Your data is stored in Ireland.", True),
        ("Your data is not normally shared.", True),
        ("Orders were sent by post.", True),
        ("They will be kept for a year.", True),
        ("We store your data in Ireland.", False),
        ("We have stored your data.", False),
        ("There is need for a law.", False),
        ("We are based in Ireland.", False),
        ("It is a red car.", False),
    ],
)
def test_passive_sentences(text, passive):
    assert of(text, "We sell data.").passive_share == (0.5 if passive else 0)


def test_purposes_and_parties():
    found = of("We use Google Analytics for statistics.", "We prevent fraud, and tailor our newsletter.", own="")
    assert found.purposes == ("marketing", "analytics", "personalization", "security")
    assert "google" in found.parties
    assert "google" not in of("We use Google Analytics for statistics.", own="google").parties


def test_minutes_are_of_prose():
    assert of("word " * 476).reading_minutes == 2
    assert of("word " * 476, kind=BlockKind.HEADING).reading_minutes == 0


def test_another_language_has_the_companies_only():
    found = of("Wir nutzen Google Analytics.", language="de")
    assert found.data() == {
        "reading_minutes": None,
        "vague_per_1000": None,
        "passive_share": None,
        "parties_named": 1,
        "parties": ["google"],
        "purposes_named": None,
        "purposes": None,
    }
    assert of(language="en").data()["vague_per_1000"] is None


def test_each_purpose_has_words_that_are_found():
    lists = tomllib.loads(module._FILE.read_text(encoding="utf-8"))
    for name, terms in lists["purposes"].items():
        for term in terms:
            assert name in of(f"It is for {term.replace('*', '')} and more.").purposes, term
