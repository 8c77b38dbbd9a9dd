"""One policy through time: what is known, and as plainly what is not."""

from datetime import UTC, datetime

import pytest

from crawler.archives.capture import Outcome
from crawler.archives.timestamps import parse_date
from history.database import open_database
from history.sites import find_policies
from history.timeline.timeline import Standing, change_between, read_timeline, read_versions, version_at

URL = "https://a.example/privacy"
KEEP, SELL, RENT = (
    f"We {what} your data for as long as you have an account with us." for what in ("keep", "sell", "rent")
)


@pytest.fixture
def timeline_of(history_db):
    """Write captures of one policy; return its timeline."""
    connections = []

    def read(*captures, moves=()):
        history_db.policy(URL, *(history_db.shown(*c) if isinstance(c, tuple) else c for c in captures))
        for to, at in moves:
            history_db.move(URL, to, at)
        history_db.db.conn.commit()
        connections.append(open_database(history_db.path))
        return read_timeline(connections[-1], find_policies(connections[-1], URL)[0])

    yield read
    for connection in connections:
        connection.close()


def at(date):
    return parse_date(date, end=True)


def days(*moments):
    return [f"{moment:%Y-%m-%d}" for moment in moments]


def test_versions_with_their_brackets(timeline_of):
    first, second = timeline_of(("2018-01-01", KEEP), ("2018-02-01", KEEP), ("2018-03-01", SELL)).versions
    assert (first.version, first.captures, first.previous_last_seen, first.change) == (1, 2, None, None)
    assert days(second.previous_last_seen, second.first_seen) == ["2018-02-01", "2018-03-01"]
    assert (second.change.change_class, second.change.words_added, second.change.words_removed) == ("substantive", 1, 1)
    assert second.first_capture_url == "https://web.archive.org/web/20180301120000id_/https://a.example/privacy"


def test_gaps_are_longer_than_400_days_between_usable_captures(timeline_of):
    timeline = timeline_of(
        ("2018-01-01", KEEP),
        ("2018-06-01", "", "archived_error"),
        ("2018-09-01", "", "not_a_policy"),
        ("2019-02-06", KEEP),
        ("2020-03-12", KEEP),
        ("2021-01-01", SELL),
    )
    (gap, *others) = timeline.gaps
    assert days(gap.after, gap.before) == ["2018-01-01", "2019-02-06"]
    assert gap.days == 401
    assert gap.captures == {Outcome.ARCHIVED_ERROR: 1, Outcome.NOT_A_POLICY: 1}
    assert others == []


def test_captures_without_a_text(timeline_of):
    timeline = timeline_of(
        ("2018-01-01", KEEP),
        ("2018-06-01", "", "excluded"),
        ("2018-07-01", "", "pending"),
        ("2018-08-01", "", "pending"),
    )
    assert [(silent.outcome, len(silent.dates)) for silent in timeline.silent] == [
        (Outcome.PENDING, 2),
        (Outcome.EXCLUDED, 1),
    ]


def test_a_policy_without_a_version(timeline_of):
    timeline = timeline_of(("2018-06-01", "", "not_archived"))
    assert timeline.versions == ()
    assert timeline.gaps == ()
    assert [silent.outcome for silent in timeline.silent] == [Outcome.NOT_ARCHIVED]


def test_moves_and_titles(timeline_of, history_db):
    shown = history_db.shown
    timeline = timeline_of(
        shown("2018-01-01", KEEP, title="Privacy"),
        shown("2018-02-01", KEEP, title="Your privacy"),
        moves=[("https://a.example/legal", "2018-03-01")],
    )
    assert [(move.url, move.evidence) for move in timeline.moves] == [("https://a.example/legal", "archived redirect")]
    (change,) = timeline.titles
    assert (change.from_title, change.to_title) == ("Privacy", "Your privacy")
    assert len(timeline.versions) == 1


def test_two_variants_that_alternate(timeline_of):
    turns = [(f"2018-{month:02}-01", (SELL, RENT)[month % 2]) for month in range(2, 10)]
    (run,) = timeline_of(("2018-01-01", KEEP), *turns, ("2019-01-01", KEEP)).alternations
    assert (run.first, run.last) == (2, 9)


def test_a_change_that_was_taken_back_is_no_alternation(timeline_of):
    assert timeline_of(("2018-01-01", KEEP), ("2018-02-01", SELL), ("2018-03-01", KEEP)).alternations == ()


def test_slow_turns_are_no_alternation(timeline_of):
    turns = [(f"{year}-01-01", (SELL, RENT)[year % 2]) for year in range(2010, 2018)]
    assert timeline_of(*turns).alternations == ()


@pytest.mark.parametrize(
    ("date", "certainty", "version", "following"),
    [
        ("2017-12-31", Standing.BEFORE_FIRST, 1, None),
        ("2018-01-01", Standing.IN_FORCE, 1, None),
        ("2018-01-15", Standing.IN_FORCE, 1, None),
        ("2018-02-15", Standing.BETWEEN, 1, 2),
        ("2018-03-01", Standing.BETWEEN, 2, 3),
        ("2018-03", Standing.BETWEEN, 2, 3),
        ("2018-04-01", Standing.AFTER_LAST, 3, None),
        ("2019", Standing.AFTER_LAST, 3, None),
    ],
)
def test_version_at(timeline_of, date, certainty, version, following):
    versions = timeline_of(
        ("2018-01-01", KEEP), ("2018-02-01", KEEP), ("2018-03-01", SELL), ("2018-04-01", RENT)
    ).versions
    answer = version_at(versions, at(date))
    assert (answer.certainty, answer.version.version) == (certainty, version)
    assert (answer.following and answer.following.version) == following


def test_change_between_versions_that_are_no_neighbours(timeline_of, history_db):
    versions = timeline_of(
        ("2018-01-01", KEEP), ("2018-02-01", SELL), ("2018-03-01", RENT), ("2018-04-01", KEEP)
    ).versions
    connection = open_database(history_db.path)
    assert change_between(connection, versions, versions[0], versions[2]).words_added == 1
    assert change_between(connection, versions, versions[0], versions[3]) is None
    assert change_between(connection, versions, versions[2], versions[3]).change_class == "return"
    connection.close()


def test_the_sample_says_of_every_site_what_its_plan_says(sample_db):
    connection = open_database(sample_db)
    (policy,) = find_policies(connection, "grunwaldfrere.example")
    timeline = read_timeline(connection, policy)
    assert [gap.days for gap in timeline.gaps] == [406, 674, 885]
    assert [silent.outcome for silent in timeline.silent] == [Outcome.ARCHIVED_ERROR]
    (harborline,) = find_policies(connection, "harborline.example")
    assert [move.url for move in read_timeline(connection, harborline).moves] == [
        "http://www.harborline.example/legal/privacy"
    ]
    (lumenkart,) = find_policies(connection, "lumenkart.example")
    versions = read_versions(connection, lumenkart)
    assert version_at(versions, datetime(2020, 6, 1, tzinfo=UTC)).certainty is Standing.IN_FORCE
    connection.close()


def test_captures_of_another_document_are_told_and_are_no_version(timeline_of):
    home = "Shoes for everybody and boots at half the price until Sunday evening."
    timeline = timeline_of(("2018-01-01", KEEP), ("2018-01-05", KEEP), ("2018-01-09", home), ("2018-02-01", KEEP))
    assert [version.captures for version in timeline.versions] == [3]
    (aside,) = timeline.aside
    assert (days(aside.first_seen, aside.last_seen), aside.captures) == (["2018-01-09", "2018-01-09"], 1)
    assert (aside.reason, aside.title) == ("another page", "Privacy")
    assert aside.capture_url.endswith("20180109120000id_/https://a.example/privacy")
    assert not timeline.titles


def test_lines_that_come_and_go_by_themselves_are_told_and_make_no_version(timeline_of):
    captures = [(f"2018-01-{n + 1:02}", f"{KEEP}\n\n{SELL}\n\nServed to visitor {n * n} today") for n in range(9)]
    timeline = timeline_of(*captures)
    (version,) = timeline.versions
    (left_out,) = timeline.left_out
    assert version.words == len(f"{KEEP} {SELL}".split())
    assert (left_out.kind, left_out.times, left_out.example) == ("counter", 8, "Served to visitor 0 today")
