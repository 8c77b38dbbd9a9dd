"""Languages of texts and blocks: the page's word for it is only a hint."""

import subprocess
import sys
from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import Block, BlockKind, LanguageSource
from pipelines.reading.judging.languages import language_code, text_languages
from tests.generators.judge_pages import SENTENCES

ROOT = Path(__file__).resolve().parents[4]
EU = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()


def paragraphs(*texts):
    return tuple(Block(BlockKind.PARAGRAPH, 0, text) for text in texts)


def test_all_languages_of_the_union_and_ten_more_are_tried():
    assert len(EU) == 24
    assert set(SENTENCES) >= {*EU, "no", "tr", "uk", "ru", "ar", "he", "hi", "zh", "ja", "ko"}


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("declared", ["", "en"])
def test_a_single_sentence_is_enough(language, declared):
    for sentence in SENTENCES[language]:
        found = text_languages(paragraphs(sentence), declared)
        assert found.language == language, found
        assert found.source is LanguageSource.TEXT
        assert found.blocks == (language,)


@pytest.mark.parametrize("language", sorted(set(SENTENCES) - {"en"}))
def test_two_languages_on_one_page_are_recognised_and_each_block_has_its_own(language):
    first, second = paragraphs(*SENTENCES[language] * 6), paragraphs(*SENTENCES["en"] * 6)
    found = text_languages(first + second)
    assert {code for code, _ in found.shares} == {language, "en"}, found.shares
    assert sum(share for _, share in found.shares) == pytest.approx(1, abs=0.002)
    assert found.blocks == (language,) * len(first) + ("en",) * len(second)


@pytest.mark.parametrize("share", [0.12, 0.3, 0.5])
def test_a_stretch_of_a_second_language_is_found_wherever_it_stands(share):
    total = 300
    size = int(total * share)
    for start in (0, 40, 111, total - size):
        texts = [SENTENCES["de"][0]] * total
        texts[start : start + size] = [SENTENCES["en"][0]] * size
        found = text_languages(paragraphs(*texts))
        assert {code for code, _ in found.shares} == {"de", "en"}, (start, found.shares)
        assert found.blocks[start : start + size] == ("en",) * size


def test_paragraphs_that_alternate_are_two_languages():
    long = {code: " ".join(SENTENCES[code] * 3) for code in ("en", "fr")}
    found = text_languages(paragraphs(*chain.from_iterable(repeat((long["en"], long["fr"]), 4))))
    assert {code for code, _ in found.shares} == {"en", "fr"}
    assert found.blocks == ("en", "fr") * 4


def test_names_numbers_and_addresses_have_the_language_of_their_surroundings():
    german, english = SENTENCES["de"][0], SENTENCES["en"][0]
    names = ("Google", "Gordon House, Barrow Street", "+49 30 123456", "https://example.org/the/privacy/of/your/data")
    found = text_languages(paragraphs("Cookies", german, *names, german, english, "Contact"))
    assert found.blocks == ("de",) * 7 + ("en", "en")


def test_a_few_foreign_words_make_no_second_language():
    texts = [SENTENCES["fr"][0]] * 30 + [SENTENCES["en"][0]]
    found = text_languages(paragraphs(*texts))
    assert [code for code, _ in found.shares] == ["fr"]


@pytest.mark.parametrize(
    ("text", "declared", "language", "source"),
    [
        ("Kontakt", "de-AT", "de", LanguageSource.DECLARED),
        ("Kontakt", "", "", LanguageSource.UNKNOWN),
        ("Kontakt", "klingon", "", LanguageSource.UNKNOWN),
        ("", "fr", "fr", LanguageSource.DECLARED),
        (SENTENCES["de"][0], "en", "de", LanguageSource.TEXT),  # templates say "en"
        (SENTENCES["hr"][0], "bs", "bs", LanguageSource.DECLARED),  # as likely
        (SENTENCES["hr"][0], "hr", "hr", LanguageSource.TEXT),
        (SENTENCES["no"][0], "nb-NO", "no", LanguageSource.TEXT),
    ],
)
def test_the_declared_language_is_a_hint(text, declared, language, source):
    found = text_languages(paragraphs(text), declared)
    assert (found.language, found.source) == (language, source)


def test_no_blocks_have_no_language():
    assert text_languages(()).blocks == ()
    assert text_languages(()).source is LanguageSource.UNKNOWN


@pytest.mark.parametrize(
    ("tag", "code"), [("zh-Hant-TW", "zh"), ("iw", "he"), ("EN_us", "en"), ("", ""), (" fr ", "fr"), ("mul", "")]
)
def test_codes(tag, code):
    assert language_code(tag) == code


@given(
    st.lists(st.sampled_from([s for pair in SENTENCES.values() for s in pair]) | st.text(max_size=300), max_size=30),
    st.text(max_size=8),
)
def test_any_text_gets_one_code_a_block_and_always_the_same(texts, declared):
    blocks = paragraphs(*texts)
    found = text_languages(blocks, declared)
    assert found == text_languages(blocks, declared)
    assert len(found.blocks) == len(blocks)
    assert bool(found.language) == (found.source is not LanguageSource.UNKNOWN)
    assert all(0.1 <= share <= 1 for _, share in found.shares)


def test_another_process_says_the_same():
    code = (
        "from pipelines.reading.judging.languages import text_languages; from pipelines.model import Block, BlockKind;"
        "from tests.generators.judge_pages import SENTENCES;"
        "print(text_languages([Block(BlockKind.PARAGRAPH, 0, s) for pair in SENTENCES.values() for s in pair]))"
    )
    here = text_languages(paragraphs(*(s for pair in SENTENCES.values() for s in pair)))
    there = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert there.strip() == str(here)
