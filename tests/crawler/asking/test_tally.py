"""A tally is a Counter, up to the most."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.asking.playback import MAX_A_CAPTURE
from crawler.asking.tally import Tally

IDS = st.one_of(st.integers(0, 2100), st.integers(0, 2**62))


@given(st.lists(IDS), st.integers(1, 300), st.lists(IDS))
def test_it_counts_up_to_the_most(numbers, most, others):
    counts, plain = Tally(most), Counter()
    for number in numbers:
        plain[number] += 1
        assert counts.add(number) == min(plain[number], most)
    for number in [*numbers, *others]:
        assert counts[number] == min(plain[number], most)


@pytest.mark.parametrize("most", [1, 255, 256, 250_001])
def test_the_highest_count_stays(most):
    counts = Tally(most)
    for _ in range(most + 2):
        last = counts.add(5)
    assert last == counts[5] == most
    assert counts[4] == counts[6] == 0


def test_a_capture_takes_one_byte():
    assert MAX_A_CAPTURE + 1 < 256
