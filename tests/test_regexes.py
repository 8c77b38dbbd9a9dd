"""No regular expression of the program costs more than its text is long: 4 times the text, 4 times the time."""

import re

import pytest

from tests.generators.regexes import Found, patterns, seconds, strings

SHORT = (8, 12, 16, 18, 20)  # an exponential one shows here, before it takes for ever
N = 1000
# Four times the text takes a linear pattern 4 times as long and a quadratic one 16 times. What takes this long with the
# longest text is measured; what takes less is no danger.
RATIO, WORTH = 9.0, 0.01


def slow(found):
    """The string that costs a pattern more than its length, None if none does."""
    for size in SHORT:
        for text in strings(found.pattern, size):
            if seconds(found, text) > 0.1:
                return text
    for short, middle, long in zip(*(strings(found.pattern, n) for n in (N, 2 * N, 4 * N)), strict=True):
        first = seconds(found, short)
        if first > 0.2:
            return short
        if first < WORTH / 20:
            continue
        second = seconds(found, middle)
        if second > 0.4:
            return middle
        if second < 2.6 * first:  # twice the text, 4 times the time in a quadratic one
            continue
        if all(_ratio(found, short, long) > RATIO for _ in range(3)):
            return long
    return None


def _ratio(found, short, long):
    times = [min(seconds(found, text) for _ in range(2)) for text in (short, long)]
    return times[1] / max(times[0], 1e-9) if times[1] > WORTH else 0.0


PATTERNS = patterns()


def test_the_walk_finds_them():
    places = {found.place for found in PATTERNS}
    assert {
        "crawler.targets.lists._RANKED_AFTER",
        "pipelines.reading.pdf.blocks._CUT",
        "pipelines.reading.titles._SEPARATORS",
        "pipelines.text.wording._NUMBERING",
        "pipelines.reading.dates.written_dates._forms",
        "pipelines.reading.html.vocabulary.JUMP",
    } <= places | {f"pipelines.reading.html.vocabulary.{place.rpartition('.')[2]}" for place in places}
    assert len(PATTERNS) > 150


@pytest.mark.parametrize("found", PATTERNS, ids=lambda found: found.place)
def test_no_pattern_takes_longer_than_its_text_is_long(found):
    text = slow(found)
    assert text is None, (found.pattern.pattern, text[:80])


@pytest.mark.parametrize("pattern", [r"(?:\w+\s*)*$", r"\s+$", r"a([,;]\s*[\d.]*\s*)+z", r"<!--.*?-->", r"(\d+\.)+x"])
def test_the_test_finds_what_is_slow(pattern):
    assert slow(Found("", re.compile(pattern), frozenset())) is not None
