"""Parts of a timeline, its length over time, and what is technical."""

import pytest

from crawler.archives.timestamps import parse_date
from history.database import open_database
from history.sites import find_policies
from history.timeline.periods import during, lengths
from history.timeline.technical import read_technical
from history.timeline.timeline import read_timeline

REST = "\n\nYou can write to us at any time, and we answer within a month."  # so that they are one document
KEEP, SELL = (f"We keep your data for as long as you have an account.{REST}", f"We sell your data, all of it.{REST}")


@pytest.fixture
def db(history_db):
    history_db.policy(
        "https://a.example/p",
        history_db.shown("2014-01-01", KEEP),
        history_db.shown("2015-01-01", KEEP.replace("keep", "*keep*")),
        history_db.shown("2015-06-01", SELL),
        history_db.shown("2018-01-01", KEEP),
        history_db.shown("2018-06-01", "", "archived_error"),
    )
    connection = open_database(history_db.path)
    yield connection
    connection.close()


@pytest.fixture
def timeline(db):
    return read_timeline(db, find_policies(db, "a.example")[0])


@pytest.mark.parametrize(
    ("since", "until", "versions", "gaps", "silent"),
    [
        (None, None, [1, 2, 3], 1, 1),
        ("2015-02", None, [2, 3], 1, 1),
        (None, "2014-12", [1], 0, 0),
        ("2015-07", "2016", [3], 1, 0),
        ("2015-02", "2015-03", [2], 0, 0),
        ("2019", None, [], 0, 0),
    ],
)
def test_what_touches_a_period(timeline, since, until, versions, gaps, silent):
    part = during(timeline, parse_date(since) if since else None, parse_date(until, end=True) if until else None)
    assert [version.version for version in part.versions] == versions
    assert len(part.gaps) == gaps
    assert len(part.silent) == silent


def test_length_over_time(timeline):
    keep = timeline.versions[0].words
    assert lengths(timeline.versions, 5) == (keep, keep, None, None, keep)
    assert lengths(timeline.versions[:1], 1) == (keep,)


def test_the_same_words_written_otherwise_are_technical(db):
    technical = read_technical(db, find_policies(db, "a.example")[0])
    assert [(one.not_before.year, one.not_after.year) for one in technical.rewritten] == [(2014, 2015)]
    assert technical.readers == ()
