"""Holes: where another archive is worth asking. Properties that hold for any history, and the rules one by one."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.capture import Period
from crawler.choosing.holes import Holes, holes_of, span_of
from crawler.choosing.rows import rows_of
from crawler.choosing.survey import Knowledge, Options
from tests.builders import make_listed, utc

START, GAP = utc(2010, 1, 1), timedelta(days=180)


def listed(days, **fields):
    return [
        make_listed(number, timestamp=f"{START + timedelta(days=day):%Y%m%d%H%M%S}", digest=f"D{number}", **fields)
        for number, day in enumerate(days)
    ]


def holes(days, known=None, period=None, **rest):
    known = range(len(days)) if known is None else known
    knowledge = Knowledge(
        wordings=dict.fromkeys(known, "w"), failed=[*rest.get("lost", ()), *rest.get("kept_from_us", ())]
    )
    return holes_of(rows_of(listed(days)), knowledge, Options(GAP), period or Period(), **rest)


def day(number):
    return START + timedelta(days=number)


@given(st.lists(st.integers(0, 4000), min_size=1, unique=True).map(sorted))
def test_a_hole_is_every_gap_that_is_too_wide_and_nothing_else(days):
    """Each is right between two captures; without one, nobody else is asked, whatever the ends."""
    wide = [(one, other) for one, other in pairwise(days) if other - one > 180]
    found = holes(days)
    assert [(one.since, one.until) for one in found.inside] == [
        (day(left) + timedelta(seconds=1), day(right) - timedelta(seconds=1)) for left, right in wide
    ]
    assert bool(found) == bool(found.all) == bool(wide)
    for hole in found.all:
        assert not any(day(one) in hole for one in days)


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=30, unique=True).map(sorted), st.data())
def test_what_an_owner_keeps_from_us_is_no_hole(days, data):
    kept = data.draw(st.sets(st.integers(0, len(days) - 1), min_size=1))
    known = set(range(len(days))) - kept
    for hole in holes(days, known, kept_from_us=kept).all:
        assert not any(day(days[one]) in hole for one in kept)


def test_nothing_at_all_is_one_hole():
    assert holes([]).all == (Period(),)
    assert holes([], period=Period(day(0), day(9))).all == (Period(day(0), day(9)),)


def test_a_capture_that_could_not_be_had_makes_a_hole_of_any_width():
    found = holes([0, 10, 20], known=[0, 2], lost=[1])
    assert [(one.since, one.until) for one in found.inside] == [
        (day(0) + timedelta(seconds=1), day(20) - timedelta(seconds=1))
    ]


def test_what_can_still_be_asked_here_is_no_hole():
    assert not holes([0, 170, 340], known=[0, 2])


def test_an_end_is_a_hole_where_the_period_says_so():
    named = Period(day(-400), day(400))
    found = holes([0, 100], period=named)
    assert found.inside == (
        Period(named.since, day(0) - timedelta(seconds=1)),
        Period(day(100) + timedelta(seconds=1), named.until),
    )
    assert not holes([0, 100], period=Period(day(-100), day(200)))


def test_an_end_is_a_hole_where_the_archive_went_on_and_got_nothing_usable():
    """A publisher that blocks the archive: its robots come, and get a bot check."""
    rows = rows_of(listed([0, 100, 130, 160]))
    found = holes_of(rows, Knowledge(wordings={0: "w", 1: "w"}, no_policy={2, 3}), Options(GAP), Period())
    assert found.inside == (Period(day(100) + timedelta(seconds=1), None),)


def test_redirects_say_that_the_archive_was_there():
    redirect = make_listed(9, timestamp=f"{day(170):%Y%m%d%H%M%S}", statuscode="301", digest="R")
    rows = rows_of([*listed([0, 340]), redirect])
    assert not holes_of(rows, Knowledge(wordings={0: "w", 1: "w"}), Options(GAP), Period())


def test_one_span_holds_all_holes():
    some = (Period(None, day(3)), Period(day(5), day(9)))
    assert span_of(some) == Period(None, day(9))
    assert span_of(some[1:]) == some[1]
    assert Holes(ends=some).all == ()
