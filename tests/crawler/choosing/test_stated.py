"""Days that texts state weigh the steps of a gap: more at the day, none away, none lost."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.choosing.stated import DAY, beginning, weigh

some_times = st.lists(st.integers(0, 400 * DAY), min_size=2, max_size=12).map(sorted)
some_days = st.lists(st.integers(-100, 500).map(lambda day: day * DAY), max_size=4)


@pytest.mark.parametrize(
    ("day", "likeliest"),
    [
        (3, 2),  # between the captures of day 2 and day 4
        (0, 0),
        (8, 4),  # between those of day 7 and day 9
        (50, 4),  # after all of them: the nearest
        (-50, 0),
    ],
)
def test_the_likeliest_step_is_the_one_that_holds_the_day(day, likeliest):
    times = [at * DAY + DAY // 2 for at in (0, 1, 2, 4, 7, 9)]
    odds = weigh([1.0] * 5, times, [day * DAY])
    assert odds.index(max(odds)) == likeliest


@given(some_times, some_days, st.data())
def test_no_step_is_ruled_out_and_none_of_no_odds_gets_some(times, days, data):
    steps = len(times) - 1
    odds = data.draw(st.lists(st.sampled_from([0.0, 0.3, 1.0, 1000.0]), min_size=steps, max_size=steps))
    assert [one > 0 for one in weigh(odds, times, days)] == [one > 0 for one in odds]


@given(some_times, some_days)
def test_a_day_that_is_told_twice_or_in_another_order_is_the_same_day(times, days):
    odds = [1.0] * (len(times) - 1)
    assert weigh(odds, times, [*reversed(days), *days]) == weigh(odds, times, days)


def test_without_a_day_the_odds_stay():
    assert weigh([1.0, 0.0, 3.0], [0, 1, 2, 3], []) == [1.0, 0.0, 3.0]


def test_a_day_begins_in_utc_whatever_the_century():
    assert [beginning(date(1969, 12, 31)), beginning(date(2018, 5, 25))] == [-DAY, 1527206400]
