"""No regular expression of the program costs more than its text is long: 4 times the text, 4 times the time."""

import re
from functools import cache

import pytest

from tests.generators.regexes import Found, patterns, rooms, slow

found_patterns = cache(patterns)  # not when tests are collected: it parses the whole program


def test_the_walk_finds_them():
    places = {found.place for found in found_patterns()}
    assert {
        "crawler.targets.lists._RANKED_AFTER",
        "pipelines.reading.pdf.blocks._CUT",
        "pipelines.reading.titles._SEPARATORS",
        "pipelines.text.wording._NUMBERING",
        "pipelines.reading.dates.written_dates.forms_of_dates",
        "pipelines.reading.html.vocabulary.JUMP",
    } <= places | {f"pipelines.reading.html.vocabulary.{place.rpartition('.')[2]}" for place in places}
    assert len(places) > 150
    assert {found.room for found in found_patterns()} <= set(rooms())


@pytest.mark.parametrize("room", rooms())
def test_no_pattern_takes_longer_than_its_text_is_long(room):
    taken = {found: slow(found) for found in found_patterns() if found.room == room}
    assert {found.place: (found.pattern.pattern, text[:80]) for found, text in taken.items() if text is not None} == {}


@pytest.mark.parametrize("pattern", [r"(?:\w+\s*)*$", r"\s+$", r"a([,;]\s*[\d.]*\s*)+z", r"<!--.*?-->", r"(\d+\.)+x"])
def test_the_test_finds_what_is_slow(pattern):
    assert slow(Found("", re.compile(pattern), frozenset())) is not None
