"""Formulas of readability: their own examples, their languages, and text that nobody reads."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history.readability import LEAST_WORDS, Counts, _flesch_ease, _flesch_kincaid, _lix, _smog, readability
from pipelines.model import Block, BlockKind

EASY = "We keep your name and your mail. We do not sell it. You can ask us to stop at any time. "
HARD = (
    "Notwithstanding applicable contractual considerations, organisational representatives responsible for the "
    "administration of personalised communications may disseminate identifying information internationally. "
)


def of(text, language="en", kind=BlockKind.PARAGRAPH):
    return readability([Block(kind, 0, text)], language)


def test_the_formulas():
    counts = Counts(words=100, sentences=5, long=30, syllables=150, hard=10)
    assert _flesch_ease(counts) == pytest.approx(206.835 - 1.015 * 20 - 84.6 * 1.5)
    assert _flesch_kincaid(counts) == pytest.approx(0.39 * 20 + 11.8 * 1.5 - 15.59)
    assert _smog(counts) == pytest.approx(3.1291 + 1.043 * math.sqrt(60))
    assert _lix(counts) == 50


def test_hard_text_scores_harder_by_every_formula():
    easy, hard = of(EASY * 10).scores, of(HARD * 10).scores
    assert easy["flesch_ease"] > 80 > 10 > hard["flesch_ease"]
    assert all(easy[name] + 10 < hard[name] for name in ("flesch_kincaid", "smog", "lix"))


def test_counts():
    counts = of(EASY * 10).counts
    assert (counts.words, counts.sentences, counts.long, counts.hard) == (210, 30, 0, 0)
    assert counts.syllables == 220  # a-ny


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en-GB", {"flesch_ease", "flesch_kincaid", "smog", "lix"}),
        ("de", {"lix"}),
        ("pt-BR", {"lix"}),
        ("pl", set()),
        ("ja", set()),
        ("", set()),
    ],
)
def test_only_languages_that_a_formula_is_made_for(language, names):
    score = of(EASY * 10, language)
    assert set(score.scores) == names
    assert bool(score.why_none) == (not names)


def test_why_there_is_none():
    assert of(EASY * 10, "ja").why_none == "no formula for ja"
    assert of(EASY * 10, "").why_none == "the language is not known"
    assert of(EASY, "en").why_none == f"fewer than {LEAST_WORDS} words of prose"


def test_headings_and_rows_are_no_prose():
    assert of(EASY * 10, kind=BlockKind.HEADING).counts.words == 0
    assert of(EASY * 10, kind=BlockKind.ROW).counts.words == 0


@given(st.text(max_size=400) | st.text("ab-'’. <br>*\\", max_size=400), st.sampled_from(["en", "sv", "zh", "xx", ""]))
def test_any_text_is_counted(text, language):
    score = of(text, language)
    assert score.counts.sentences <= score.counts.words
    assert score.counts.hard <= score.counts.words
    assert bool(score.scores) != bool(score.why_none)


def test_long_chains_of_hyphens_and_letters():
    assert of("a-" * 20000 + " " + "x" * 20000).counts.words > 20000
