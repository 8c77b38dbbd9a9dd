"""Names of strategies, and those that take captures at given moments."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import format_timestamp
from crawler.choosing.moments import Period
from crawler.choosing.strategies import parse_strategy
from tests.builders import make_listed, utc
from tests.servers.answers import FAILS, Search


def taken(text, days, become=None, lengths=None):
    """The captures that a strategy ends up fetching; `days` are those since 2010 at which there is one."""
    listed = [
        make_listed(
            at,
            timestamp=format_timestamp(utc(2010, 1, 1) + timedelta(days=day)),
            digest=f"D{at}",
            length=lengths[at] if lengths else "-",
        )
        for at, day in enumerate(days)
    ]
    truth = dict.fromkeys(range(len(days)), "A") | (become or {})
    return sorted(Search(listed, truth, parse_strategy(text)).run().fetched)


def test_every_half_year_takes_the_nearest_to_each_first_of_january_and_of_july():
    days = [0, 170, 175, 200, 300, 400, 540, 560]  # 1 July 2010 is day 181, 1 January 2011 day 365, 1 July day 546
    assert taken("every:6mo", days) == [0, 2, 5, 6]


def test_one_that_is_no_policy_gives_way_to_the_next_nearest():
    days = [0, 170, 175, 200, 300, 400, 540, 560]
    assert taken("every:6mo", days, {2: None, 5: FAILS}) == [0, 1, 2, 4, 5, 6]


def test_a_date_with_nothing_near_it_takes_nothing():
    assert taken("every:1y", [0, 10, 2000]) == [0, 2]


@given(st.lists(st.integers(0, 900), unique=True), st.integers(1, 200))
def test_of_every_n_days_each_date_has_the_nearest_capture(days, step):
    days.sort()
    first = int(utc(2010, 1, 1).timestamp()) // 86400
    dates = range(first // step * step, first + 1000 + step, step)
    nearest = {}
    for at, day in enumerate(days):
        off, date = min((abs(first + day - date), date) for date in dates)
        nearest[date] = min(nearest.get(date, (off, at)), (off, at))
    assert taken(f"every:{step}d", days) == sorted(at for _off, at in nearest.values())


def test_a_grid_does_not_depend_on_what_was_captured():
    grid = [datetime.fromtimestamp(at, UTC) for at in Period(months=6).dates(1262304001, 1300000000)]
    assert grid == [utc(2010, 1, 1), utc(2010, 7, 1), utc(2011, 1, 1), utc(2011, 7, 1)]
    assert next(Period(months=5).dates(1262304001, 1262304002)) < 1262304001


def test_a_grid_ends_with_the_calendar():
    last = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())
    assert len(list(Period(months=12 * 9999).dates(0, last))) <= 2
    assert list(Period(months=12).dates(last, last)) == [int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())]


@pytest.mark.parametrize(
    ("text", "become", "fetched"),
    [
        ("latest", {}, [4]),
        ("latest", {4: None, 3: FAILS}, [2, 3, 4]),
        ("latest", dict.fromkeys(range(5)), [0, 1, 2, 3, 4]),
        ("at:2010-01-31", {}, [2, 3]),  # the last at or before it, and the first after
        ("at:2010-01-31", {2: None}, [1, 2, 3]),
        ("at:2009", {}, [0]),
        ("at:2011", {}, [4]),
    ],
)
def test_latest_and_at(text, become, fetched):
    assert taken(text, [0, 10, 30, 31, 50], become) == fetched


def test_what_looks_like_a_stub_is_taken_if_there_is_nothing_else():
    lengths = ["9000", "9000", "9000", "9000", "200"]
    assert taken("latest", [0, 10, 30, 31, 50], lengths=lengths) == [3]
    assert taken("latest", [0, 10, 30, 31, 50], dict.fromkeys(range(4), FAILS), lengths=lengths) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("text", ["every:6mo", "latest", "at:2010", "changes", "all", "distinct"])
def test_nothing_listed_is_done(text):
    assert taken(text, []) == []


@pytest.mark.parametrize("text", ["changes", "all", "distinct", "latest"])
def test_strategies(text):
    assert parse_strategy(text).value == parse_strategy(text).name == text


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [("6mo", 6, 0), ("1y", 12, 0), ("2years", 24, 0), ("30d", 0, 30), ("2w", 0, 14), ("1day", 0, 1)],
)
def test_periods(text, months, days):
    strategy = parse_strategy(f"every:{text}")
    assert strategy.period == Period(months, days)
    assert strategy.value == f"every:{text}"


def test_a_date_means_its_end():
    assert parse_strategy("at:2018-05-25").date == utc(2018, 5, 25, 23, 59, 59)
    assert parse_strategy("at:2018").date == utc(2018, 12, 31, 23, 59, 59)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no strategy ''"),
        ("ALL", "use `changes`, `all`, `distinct`, `latest`, `every:6mo`"),
        ("all:1", "there is no strategy"),
        ("latest:", "there is no strategy"),
        ("at:", "there is no strategy 'at:'"),
        ("at:May", "'May' is not a date"),
        ("every", "write every:6mo, every:30d"),
        ("every:", "write every:6mo"),
        ("every:6", "write every:6mo"),
        ("every:0d", "write every:6mo"),
        ("every:99999d", "write every:6mo"),
        ("every:6 mo", "write every:6mo"),
        ("every:٦mo", "write every:6mo"),
    ],
)
def test_what_is_wrong_with_a_strategy_is_said(text, message):
    with pytest.raises(ConfigError) as caught:
        parse_strategy(text)
    assert message in str(caught.value)
