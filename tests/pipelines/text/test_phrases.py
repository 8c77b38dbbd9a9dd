"""Packed texts: whatever is packed is put together again, letter by letter, and takes less."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.text.phrases import CODE_BYTES, Packer, learn, numbered

SENTENCES = [
    "We collect personal data that you give us.",
    "We share personal data with partners that you choose.",
    "Nous partageons vos données personnelles avec nos partenaires.",
    "个人信息的收集和使用 — 我们如何使用您的个人信息。",
    "| **Cookie** | `_ga`\u00a0| 2 years |",
]


def unpacked(codes, phrases):
    words = {code: phrase for phrase, code in phrases.items()}
    return "".join(words[codes[at : at + CODE_BYTES]] for at in range(0, len(codes), CODE_BYTES))


@given(st.lists(st.text(max_size=60) | st.sampled_from(SENTENCES), max_size=30))
def test_a_text_that_was_learned_from_is_put_together_again(texts):
    phrases = numbered(learn(texts))
    packer = Packer(phrases)
    assert [unpacked(packer.pack(text), phrases) for text in texts] == texts


@given(st.text(max_size=80))
def test_another_text_is_put_together_again_or_refused(text):
    phrases = numbered(learn(SENTENCES * 3))
    codes = Packer(phrases).pack(text)
    assert (codes is None) == bool(set(text) - set("".join(SENTENCES)))
    assert codes is None or unpacked(codes, phrases) == text


def test_what_returns_takes_less():
    texts = [f"{one} {other}" for one in SENTENCES for other in SENTENCES] * 4
    phrases = numbered(learn(texts))
    packer = Packer(phrases)
    assert sum(len(packer.pack(text)) for text in texts) < sum(len(text.encode()) for text in texts) / 8
    assert max(map(len, phrases)) > 20  # phrases, not words


def test_phrases_are_each_there_once_and_those_that_are_used_most_come_first():
    phrases = learn(SENTENCES * 9)
    assert len(set(phrases)) == len(phrases)
    assert learn([]) == []
    assert learn(["aaaa", "b"] * 8)[0] in ("aaaa", "b")


@pytest.fixture
def short_codes(monkeypatch):
    """One byte a phrase: what 65,535 phrases do with two bytes."""
    monkeypatch.setattr("pipelines.text.phrases.CODE_BYTES", 1)
    monkeypatch.setattr("pipelines.text.phrases.MOST_PHRASES", 255)


@pytest.mark.usefixtures("short_codes")
def test_there_are_never_more_phrases_than_codes():
    shuffled = random.Random(1)
    words = ["".join(shuffled.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _word in range(400)]
    texts = [" ".join(shuffled.choices(words, k=60)) for _text in range(200)]
    phrases = learn(texts)
    assert 100 < len(phrases) <= 255
    packer = Packer(numbered(phrases))
    assert all(packer.pack(text) for text in texts)


@pytest.mark.usefixtures("short_codes")
def test_letters_that_have_no_code_are_the_rarest():
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 300)))
    packer = Packer(numbered(learn([many, *["aaaabbbb"] * 5])))
    assert packer.pack(many) is None
    assert packer.pack("aaaabbbb")
