"""Shares of covered sites by half-year, and what coverage is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history.database import open_database
from history.search.trends import Stretch, Stretches, passages, read_stretches, texts_having, trend
from history.timeline.coverage import half_label, half_of

PLAIN, FACE = "We keep your data for as long as you have an account.", "We read the template of your face in pictures."


def stretch(site, text_id, first, last):
    return Stretch(site, text_id, *(half_of(datetime.fromisoformat(day).replace(tzinfo=UTC)) for day in (first, last)))


def told(points):
    return [(point.half // 2, point.half % 2 + 1, point.covered, len(point.having)) for point in points]


def test_shares_of_covered_sites():
    points = trend(
        Stretches(
            [
                stretch("a", 1, "2016-01-01", "2016-08-01"),
                stretch("a", 2, "2016-09-01", "2017-01-05"),
                stretch("b", 3, "2016-06-30", "2016-07-01"),
                stretch("b", 3, "2017-07-01", "2017-07-01"),
            ]
        ),
        {2, 3},
    )
    assert told(points) == [(2016, 1, 2, 1), (2016, 2, 2, 2), (2017, 1, 1, 1), (2017, 2, 1, 1)]
    assert points[1].having == ("a", "b")
    assert points[0].share == 0.5


def test_a_half_year_without_coverage_has_no_share():
    points = trend(
        Stretches([stretch("a", 1, "2016-01-01", "2016-02-01"), stretch("a", 1, "2017-01-01", "2017-02-01")]), {1}
    )
    assert [point.share for point in points] == [1.0, None, 1.0]
    assert trend(Stretches([]), {1}) == ()


def test_two_policies_of_a_site_are_one_site():
    assert told(
        trend(
            Stretches([stretch("a", 1, "2016-01-01", "2016-02-01"), stretch("a", 2, "2016-01-01", "2016-02-01")]), {2}
        )
    ) == [(2016, 1, 1, 1)]


@pytest.fixture
def db(history_db):
    history_db.policy(
        "https://a.example/p",
        history_db.shown("2014-01-01", PLAIN),
        history_db.shown("2015-01-01", PLAIN),
        history_db.shown("2018-01-01", PLAIN),
        history_db.shown("2019-01-01", f"{PLAIN}\n\n{FACE}"),
    )
    history_db.policy("https://b.example/p", history_db.shown("2018-06-01", FACE))
    connection = open_database(history_db.path)
    yield connection
    connection.close()


def test_a_gap_and_the_time_between_two_wordings_are_no_coverage(db):
    spans = sorted((one.site[0], half_label(one.first), half_label(one.last)) for one in read_stretches(db))
    assert spans == [
        ("a", "2014-H1", "2015-H1"),
        ("a", "2018-H1", "2018-H1"),
        ("a", "2019-H1", "2019-H1"),
        ("b", "2018-H1", "2018-H1"),
    ]
    assert [one.site for one in read_stretches(db, [2])] == ["b.example"]


def test_the_passages_behind_a_point(db):
    having = texts_having(db, '"your face"')
    stretches = read_stretches(db)
    points = trend(stretches, having.keys())
    assert told(points)[-3:] == [(2018, 1, 2, 1), (2018, 2, 0, 0), (2019, 1, 1, 1)]
    ((block, sites),) = passages(stretches, points[-1].half, having)
    assert sites == 1
    assert db.execute("SELECT markdown FROM blocks WHERE id = ?", [block]).fetchone()[0] == FACE


STRETCHES = st.lists(
    st.builds(
        lambda site, text, first, days: (f"s{site}", text, first, first + timedelta(days=days)),
        st.integers(0, 3),
        st.integers(1, 4),
        st.integers(0, 1100).map(lambda day: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=day)),
        st.integers(0, 500),
    ),
    max_size=12,
)


@given(STRETCHES, st.sets(st.integers(1, 4)), st.randoms())
def test_every_point_says_what_a_look_at_each_day_says(spans, having, chance):
    stretches = [Stretch(site, text, half_of(first), half_of(last)) for site, text, first, last in spans]
    points = trend(Stretches(stretches), having)
    shuffled = sorted(stretches, key=lambda _one: chance.random())
    assert trend(Stretches(shuffled), having) == points
    for point in points:
        year, part = point.half // 2, point.half % 2 + 1
        begin = datetime(year, 1 if part == 1 else 7, 1, tzinfo=UTC)
        end = datetime(year + part - 1, 7 if part == 1 else 1, 1, tzinfo=UTC)
        standing = [(site, text) for site, text, first, last in spans if first < end and last >= begin]
        assert point.covered == len({site for site, _text in standing})
        assert list(point.having) == sorted({site for site, text in standing if text in having})
    halves = [point.half for point in points]
    assert halves == sorted(set(halves))
    assert len(halves) == (0 if not halves else halves[-1] - halves[0] + 1)
