"""Columns of captures, what lengths tell, and how sure a history is."""

import random
import sys
from datetime import timedelta

import pytest

from crawler.archives.capture import EMPTY_DIGEST, Outcome
from crawler.choosing.certainty import Certainty, Forecast, certainty, forecast
from crawler.choosing.lengths import UNKNOWN, study
from crawler.choosing.rows import digest_key, index_verdict, rows_of
from crawler.choosing.strategies import parse_strategy
from crawler.choosing.survey import Knowledge, Options
from tests.builders import make_capture, make_listed
from tests.servers.answers import Search


def days(count, first=1, **fields):
    return [
        make_listed(at, timestamp=f"2020{at // 28 + 1:02}{at % 28 + 1:02}000000", digest=f"D{at}", **fields)
        for at in range(first, first + count)
    ]


# rows


def test_rows_are_by_time_then_id_and_pages_and_redirects_apart():
    listed = [
        make_listed(5, timestamp="20200103000000"),
        make_listed(4, timestamp="20200101000000"),
        make_listed(3, timestamp="20200101000000"),
        make_listed(2, timestamp="20200102000000", statuscode="301"),
        make_listed(1, timestamp="20200104000000", statuscode="404"),
    ]
    captures = rows_of(iter(listed))
    assert list(captures.pages.ids) == [3, 4, 5]
    assert list(captures.redirects.ids) == [2]
    assert list(captures.pages.positions([5, 3, 99, 1, -7])) == [2, 0]


@pytest.mark.parametrize(
    ("fields", "length"),
    [
        ({"length": "1234"}, 1234),
        ({"length": "0"}, UNKNOWN),
        ({"length": "-"}, UNKNOWN),
        ({"length": ""}, UNKNOWN),
        ({"length": "-5"}, UNKNOWN),
        ({"length": "१"}, UNKNOWN),
        ({"length": "9" * 10}, 2**31 - 1),
        ({"length": "9" * 99}, UNKNOWN),
        ({"length": "500", "mimetype": "warc/revisit", "statuscode": "-"}, UNKNOWN),
    ],
)
def test_lengths(fields, length):
    assert list(rows_of([make_listed(**fields)]).pages.lengths) == [length]


def test_digests_that_tell_nothing():
    assert {digest_key(text) for text in ("-", "", EMPTY_DIGEST)} == {0}
    keys = {digest_key(f"D{at}") for at in range(10_000)}
    assert len(keys) == 10_000
    assert 0 not in keys


def test_a_capture_takes_less_than_a_hundred_bytes():
    rows = rows_of(days(300)).pages
    rows.evidence, list(rows.positions([1]))
    columns = [value for value in vars(rows).values() if hasattr(value, "itemsize")] + [rows.evidence.odds]
    assert sum(map(sys.getsizeof, columns)) / len(rows) < 60


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"statuscode": "404"}, Outcome.ARCHIVED_ERROR),
        ({"mimetype": "image/gif"}, Outcome.NOT_A_DOCUMENT),
        ({"original": "mailto:a@b.example", "urlkey": "x"}, Outcome.NOT_A_DOCUMENT),
        ({"digest": EMPTY_DIGEST}, Outcome.NOT_A_POLICY),
    ],
)
def test_what_the_index_settles(fields, outcome):
    assert index_verdict(make_capture(**fields))[0] is outcome
    assert len(rows_of([make_listed(**fields)]).pages) == 0


# lengths


def test_the_step_of_a_new_wording_has_by_far_the_best_odds():
    noise = random.Random(1)
    lengths = [9000 + noise.randint(-3, 3) for _ in range(50)] + [9100 + noise.randint(-3, 3) for _ in range(50)]
    odds = study(lengths).odds
    assert max(range(99), key=odds.__getitem__) == 49
    assert odds[49] > 5 * sum(odds[:49]) / 49 * 5


def test_one_odd_capture_is_no_step():
    lengths = [9000, 9001, 9002] * 10
    lengths[15] = 300
    odds = study(lengths).odds
    assert max(odds[14:16]) <= max(odds[:14])


@pytest.mark.parametrize("other_shape", [100, 300, 500])
@pytest.mark.parametrize("more", [60, 200, -80])
def test_a_page_that_is_served_in_two_shapes_hides_no_step(other_shape, more):
    """Both shapes were there before: a smaller step to a new length counts more than those between them."""
    noise = random.Random(1)
    shapes = [other_shape * (at // 4 % 2) + noise.randint(-3, 3) for at in range(100)]
    odds = study([20_000 + shape + (more if at >= 50 else 0) for at, shape in enumerate(shapes)]).odds
    steps = range(15, 85)
    assert max(steps, key=odds.__getitem__) in range(47, 52)


def test_captures_of_unknown_length_share_a_step():
    odds = study([9000, 9001, 9000, UNKNOWN, UNKNOWN, 9900, 9901, 9900, 9901]).odds
    assert odds[2] == odds[3] == odds[4] == max(odds)


def test_between_two_of_one_digest_there_is_no_step():
    assert study([9000, 9900, 9900], [1, 1, 2]).odds[0] == 0
    assert list(study([UNKNOWN] * 3, [0, 0, 2]).odds) == [1, 1]


@pytest.mark.parametrize("lengths", [[], [UNKNOWN], [5], [UNKNOWN, 5, UNKNOWN], [5, 5]])
def test_few_lengths(lengths):
    evidence = study(lengths)
    assert len(evidence.odds) == max(len(lengths) - 1, 0)
    assert evidence.typical == max(lengths, default=UNKNOWN)
    assert evidence.wobble == 1


# how sure


def test_how_sure_a_history_is():
    listed = days(30)
    wordings = {1: "A", 10: "A", 11: "B", 30: "B"}
    sure = certainty(rows_of(listed), Knowledge(wordings, no_policy={20}))
    assert sure == Certainty(30, 5, 25, 0, timedelta(days=22), 17)


def test_what_is_inside_a_bracket_or_beyond_the_ends_is_undecided():
    listed = days(30)
    sure = certainty(rows_of(listed), Knowledge({5: "A", 10: "A", 20: "B"}))
    assert (sure.inferred, sure.undecided) == (4, 4 + 9 + 10)


def test_a_digest_that_was_read_is_inferred_elsewhere():
    listed = [make_listed(at, timestamp=f"202001{at:02}000000", digest="X") for at in range(1, 6)]
    sure = certainty(rows_of(listed), Knowledge({3: "A"}))
    assert (sure.listed, sure.fetched, sure.inferred, sure.undecided) == (5, 1, 4, 0)


@pytest.mark.parametrize(
    ("strategy", "expected"), [("all", 30), ("distinct", 30), ("latest", 1), ("every:1y", 1), ("at:2020-01-10", 2)]
)
def test_what_other_strategies_take_is_exact(strategy, expected):
    plan = forecast(rows_of(days(30)), Knowledge(), parse_strategy(strategy))
    assert plan == Forecast(expected, expected, 0)


def test_what_changes_take_lies_between_two_numbers():
    listed = days(300)
    truth = {at: "A" if at < 100 else "B" for at in range(1, 301)}
    search = Search(listed, truth)
    plan = forecast(search.rows, Knowledge())
    assert plan.low <= len(search.run().fetched) <= plan.high < 40
    assert forecast(search.rows, search.knowledge()) == Forecast(0, 0, 0)


def test_digests_bound_what_changes_take():
    listed = [make_listed(at, timestamp=f"2020{at:02}01000000", digest="XY"[at > 6]) for at in range(1, 13)]
    assert forecast(rows_of(listed), Knowledge(), options=Options(timedelta(days=1))) == Forecast(2, 2, 0)


def test_redirects_are_counted_apart():
    redirects = [make_listed(at, timestamp=f"202003{at - 30:02}000000", statuscode="301") for at in range(40, 45)]
    plan = forecast(rows_of([*days(30), *redirects]), Knowledge(), parse_strategy("latest"))
    assert plan == Forecast(1, 1, 2)
