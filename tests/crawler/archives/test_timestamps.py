"""Timestamps: 14 digits outside, UTC inside, and the broken ones of the year 2000."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import (
    format_iso,
    format_timestamp,
    parse_date,
    parse_http_date,
    parse_iso,
    parse_timestamp,
    repair_timestamp,
)
from tests.builders import utc

moments = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))


@given(moments)
def test_format_and_parse_are_inverse(moment):
    assert parse_timestamp(format_timestamp(moment)) == moment
    assert parse_iso(format_iso(moment)) == moment


@given(moments)
def test_what_is_formatted_sorts_as_time_does(moment):
    later = min(moment, utc(9999, 1, 1)) + timedelta(seconds=1)
    assert format_timestamp(min(moment, utc(9999, 1, 1))) < format_timestamp(later)


def test_other_time_zones_are_written_as_utc():
    moment = datetime(2020, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert format_timestamp(moment) == "20191231230000"
    assert format_iso(moment) == "2019-12-31T23:00:00Z"


@pytest.mark.parametrize(
    "text", ["", "2020", "2020010100000", "202001010000000", "2020010100000x", "20201301000000", "２0200101000000"]
)
def test_no_timestamp(text):
    with pytest.raises(ValueError, match="not a timestamp"):
        parse_timestamp(text)


@given(st.text())
def test_parsing_raises_nothing_but_value_error(text):
    for parse in (parse_timestamp, repair_timestamp):
        with suppress(ValueError):
            assert parse(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("20000012170449", utc(2000, 12, 17, 4, 49)),
        ("20000800241623", utc(2000, 8, 24, 16, 23)),
        ("20000008241731", utc(2000, 8, 24, 17, 31)),
    ],
)
def test_real_broken_timestamps_are_repaired(broken, meant):
    with pytest.raises(ValueError):
        parse_timestamp(broken)
    assert repair_timestamp(broken) == meant


@pytest.mark.parametrize("broken", ["20009912170449", "00000000000000", "2000", "notatimestamp!"])
def test_what_cannot_be_repaired(broken):
    with pytest.raises(ValueError):
        repair_timestamp(broken)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2015", utc(2015, 1, 1), utc(2015, 12, 31, 23, 59, 59)),
        ("2015-03", utc(2015, 3, 1), utc(2015, 3, 31, 23, 59, 59)),
        ("201503", utc(2015, 3, 1), utc(2015, 3, 31, 23, 59, 59)),
        ("2015-02", utc(2015, 2, 1), utc(2015, 2, 28, 23, 59, 59)),
        ("2016-02", utc(2016, 2, 1), utc(2016, 2, 29, 23, 59, 59)),
        ("2000-02", utc(2000, 2, 1), utc(2000, 2, 29, 23, 59, 59)),
        ("1900-02", utc(1900, 2, 1), utc(1900, 2, 28, 23, 59, 59)),
        ("2015-03-01", utc(2015, 3, 1), utc(2015, 3, 1, 23, 59, 59)),
        (" 2015-03-01 ", utc(2015, 3, 1), utc(2015, 3, 1, 23, 59, 59)),
        ("2015-03-01T10:20", utc(2015, 3, 1, 10, 20), utc(2015, 3, 1, 10, 20, 59)),
        ("2015-03-01T10:20:30Z", utc(2015, 3, 1, 10, 20, 30), utc(2015, 3, 1, 10, 20, 30)),
        ("20150301102030", utc(2015, 3, 1, 10, 20, 30), utc(2015, 3, 1, 10, 20, 30)),
    ],
)
def test_dates_that_people_write(text, first, last):
    assert parse_date(text) == first
    assert parse_date(text, end=True) == last


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "15-03-01",
        "2015-3",
        "2015-13",
        "2015-00",
        "2015-02-30",
        "2015-03-01T25:00",
        "0000",
        "01.03.2015",
        "２０１５",
    ],
)
@pytest.mark.parametrize("end", [False, True])
def test_bad_dates_are_named(text, end):
    with pytest.raises(ConfigError) as caught:
        parse_date(text, end=end)
    assert f"{text!r} is not a date" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 24 Nov 2017 15:13:15 GMT", utc(2017, 11, 24, 15, 13, 15)),
        ("Fri, 24 Nov 2017 15:13:15", utc(2017, 11, 24, 15, 13, 15)),
        ("Fri, 24 Nov 2017 15:13:15 +0200", utc(2017, 11, 24, 13, 13, 15)),
        ("", None),
        ("120", None),
        ("tomorrow", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
    ],
)
def test_http_dates(text, moment):
    assert parse_http_date(text) == moment


@given(st.text() | st.from_regex(r"Mon, \d{1,3} Jan \d{1,30} \d+:\d+:\d+ [+-]\d{1,30}", fullmatch=True))
def test_no_http_date_raises(text):
    moment = parse_http_date(text)
    assert moment is None or moment.tzinfo is UTC
