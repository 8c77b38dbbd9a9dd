"""Coverage: each half-year in exactly one state, and none that looks like "unchanged"."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.capture import Outcome
from history.database import open_database
from history.sites import find_policies
from history.timeline.coverage import (
    Asked,
    State,
    Subject,
    cover,
    covered_sites,
    half_label,
    half_of,
    half_span,
    halves_of,
    totals,
)
from history.timeline.coverage_read import read_subjects
from tests.databases.stored import FIRST, NOW, Seen, write

URL = "http://a.example/privacy"
YEARS = st.integers(2010, 2016)
HALVES = st.integers(2 * 2010, 2 * 2016 + 1)
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2017, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
COUNTS = st.dictionaries(HALVES, st.integers(1, 5), max_size=4)
CAPTURE_OUTCOMES = st.sampled_from([o for o in Outcome if o not in (Outcome.FETCHED, Outcome.REVISIT)])
ASKED = st.builds(
    Asked,
    st.sampled_from(["one", "two"]),
    st.sampled_from([URL, f"{URL}2"]),
    MOMENTS,
    st.sampled_from([Outcome.FETCHED, Outcome.EMPTY, Outcome.NOT_ARCHIVED, Outcome.EXCLUDED, Outcome.LISTING_FAILED]),
    st.none() | MOMENTS,
    st.none() | MOMENTS,
)
SUBJECTS = st.builds(
    Subject,
    st.just("a.example"),
    st.just(URL),
    COUNTS,
    COUNTS,
    COUNTS,
    st.dictionaries(HALVES, st.dictionaries(CAPTURE_OUTCOMES, st.integers(1, 3), min_size=1, max_size=3), max_size=6),
    st.lists(ASKED, max_size=5).map(tuple),
)


@given(SUBJECTS, st.randoms(use_true_random=False))
def test_each_half_year_has_one_state_whatever_the_order(subject, shuffle: random.Random):
    halves = range(2 * 2010, 2 * 2017)
    one = cover(subject, halves)
    assert [cell.half for cell in one.cells] == list(halves)
    asked = list(subject.asked)
    shuffle.shuffle(asked)
    outcomes = {
        half: dict(sorted(counts.items(), key=lambda item: item[0].value, reverse=True))
        for half, counts in reversed(subject.outcomes.items())
    }
    again = Subject(subject.site, subject.policy_url, subject.found, subject.other, subject.unread, outcomes, asked)
    assert cover(again, halves) == one
    assert sum(totals([one]).values()) == len(halves)


@given(SUBJECTS)
def test_nothing_is_said_that_is_not_known(subject):
    for cell in cover(subject, range(2 * 2010, 2 * 2017)).cells:
        captured = any(cell.half in counts for counts in (subject.other, subject.unread, subject.outcomes))
        assert (cell.state is State.FOUND) == (cell.half in subject.found)
        assert cell.state is not State.NO_CAPTURE or not captured
        assert cell.reason
        assert cell.next_step or cell.state in (State.FOUND, State.BLOCKED, State.FAILED)
        if cell.state is State.NO_CAPTURE:
            begin, _end = half_span(cell.half)
            assert any(a.at > begin and (a.since is None or a.since <= begin) for a in subject.asked)


@given(MOMENTS)
def test_a_moment_lies_in_its_half_year(moment):
    begin, end = half_span(half_of(moment))
    assert begin <= moment < end
    assert half_label(half_of(moment)) == f"{moment:%Y}-H{1 if moment.month <= 6 else 2}"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def state(subject, half="2018-H1"):
    year, number = half.split("-H")
    (cell,) = cover(subject, range(2 * int(year) + int(number) - 1, 2 * int(year) + int(number))).cells
    return cell


H1 = half_of(at("2018-05-01"))


@pytest.mark.parametrize(
    ("counts", "expected", "step"),
    [
        ({Outcome.ARCHIVED_ERROR: 2, Outcome.REDIRECT: 1}, "no_policy: 2 archived_error, 1 redirect", "--url"),
        ({Outcome.ARCHIVED_ERROR: 2, Outcome.PENDING: 1}, "not_asked: 1 capture listed, none read", "every:6mo"),
        ({Outcome.PENDING: 2, Outcome.PLAYBACK_FAILED: 1}, "failed: 1 playback_failed", "again"),
        ({Outcome.EXCLUDED: 1}, "blocked: 1 excluded", "--archive"),
        ({Outcome.FORGOTTEN: 1}, "blocked: 1 forgotten", ""),
    ],
)
def test_captures_that_do_not_show_the_policy(counts, expected, step):
    cell = state(Subject("a.example", URL, outcomes={H1: counts}))
    assert f"{cell.state}: {cell.reason}" == expected
    assert step in cell.next_step


def test_a_half_year_in_which_captures_were_not_read_is_not_unchanged():
    same = Subject("a.example", URL, found={H1 - 1: 3, H1 + 1: 3}, outcomes={H1: {Outcome.PENDING: 7}})
    cell = state(same)
    assert cell.state is State.NOT_ASKED
    assert cell.next_step == f"`policylapse crawl --url {URL} --since 2018-01 --until 2018-06 --strategy every:6mo`"


@pytest.mark.parametrize(
    ("since", "until", "on", "expected"),
    [
        (None, None, "2020-01-01", State.NO_CAPTURE),
        (None, None, "2018-03-01", State.NO_CAPTURE),  # as far as it was over
        (None, None, "2017-12-31", State.NOT_ASKED),
        ("2018-01-01", "2018-06-30T23:59:59", "2020-01-01", State.NO_CAPTURE),
        ("2018-02-01", None, "2020-01-01", State.NOT_ASKED),
        (None, "2018-04-30", "2020-01-01", State.NOT_ASKED),
    ],
)
def test_no_capture_is_said_of_what_was_asked_only(since, until, on, expected):
    asked = Asked("w", URL, at(on), Outcome.FETCHED, at(since) if since else None, at(until) if until else None)
    assert state(Subject("a.example", URL, asked=[asked])).state is expected


def test_the_last_answer_of_an_archive_counts():
    first, then = (
        Asked("w", URL, at(f"202{n}-01-01"), o) for n, o in enumerate((Outcome.LISTING_FAILED, Outcome.EXCLUDED))
    )
    assert state(Subject("a.example", URL, asked=[first])).state is State.FAILED
    assert state(Subject("a.example", URL, asked=[then, first])).state is State.BLOCKED
    other = Asked("v", URL, at("2019-01-01"), Outcome.EMPTY)
    assert state(Subject("a.example", URL, asked=[then, other])).state is State.NO_CAPTURE


def test_a_site_whose_policy_is_not_known():
    cell = state(Subject("a.example"))
    assert (cell.state, cell.reason) == (State.NOT_ASKED, "no URL of its policy is known")


def test_the_span_goes_from_the_first_capture_to_the_last_answer():
    asked = [Asked("w", URL, at("2020-08-01"), Outcome.FETCHED)]
    one = Subject("a.example", URL, found={H1: 1}, asked=asked)
    assert [half_label(half) for half in halves_of([one, Subject("b.example")])][:: len(halves_of([one])) - 1] == [
        "2018-H1",
        "2020-H2",
    ]
    assert len(halves_of([])) == 0


def test_what_a_database_knows(tmp_path):
    """Read by half-year: shown, of another document, bot check, pending, failed, kept but unread, never captured."""
    per_half = [("fetched", 0), ("bot", 181), ("pending", 366), ("failed", 547), ("unread", 731), ("fetched", 1096)]
    seen = [Seen(day + n, state=state) for state, day in per_half for n in range(2)]
    path = write(tmp_path / "x.db", [*seen, Seen(3, site="b.example", url="http://b.example/privacy")])
    db = open_database(path)
    first = half_of(FIRST)
    subjects = read_subjects(db)
    found = [cover(one, range(first, first + 8)) for one in subjects]
    assert [one.site for one in found] == ["b.example", "shop.example"]
    assert [cell.state.value for cell in found[1].cells] == [
        "found",
        "no_policy",
        "not_asked",
        "failed",
        "not_asked",
        "no_capture",
        "found",
        "no_capture",
    ]
    assert found[1].cells[4].next_step == "`policylapse re-extract`"
    assert covered_sites(found, first) == {"b.example", "shop.example"}
    assert covered_sites(found, first + 1) == frozenset()
    only = read_subjects(db, find_policies(db, "b.example"))
    assert [one.site for one in only] == ["b.example"]
    assert timedelta(days=1096) < NOW - FIRST
    db.close()


def test_captures_of_another_document_are_no_policy(history_db):
    shown = history_db.shown
    keep, home = (
        "We keep your data for as long as you have an account with us.",
        "Shoes for all and boots at half price.",
    )
    path = history_db.policy(
        URL, shown("2018-06-28", keep), shown("2018-06-30", keep), shown("2018-07-02", home), shown("2018-07-20", keep)
    )
    db = open_database(path)
    (subject,) = read_subjects(db)
    assert (dict(subject.found), dict(subject.other)) == ({H1: 2, H1 + 1: 1}, {H1 + 1: 1})
    db.close()


def test_only_captures_of_another_document_are_no_policy():
    cell = state(Subject("a.example", URL, other={H1: 2}, outcomes={H1: {Outcome.REDIRECT: 1}}))
    assert f"{cell.state}: {cell.reason}" == "no_policy: 1 redirect, 2 of another document"
