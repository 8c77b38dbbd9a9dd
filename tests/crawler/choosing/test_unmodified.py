"""Last-Modified headers: where they are right they save requests, where they lie they cost little and hide nothing."""

from datetime import timedelta
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.timestamps import format_timestamp
from crawler.choosing.survey import Options
from crawler.choosing.unmodified import DAY, Dated, agreement, moment, telling
from tests.builders import make_listed, utc
from tests.crawler.choosing.test_changes_strategy import left_between
from tests.servers.answers import FAILS, Search

START = int(utc(2010, 1, 1).timestamp())
MAX_GAP = Options().max_gap.total_seconds()


def visited(truths, days=5, urls=1):
    """Captures of a page (of several URLs in turn), one every so many days, and when each was made."""
    listed, truth, times = [], {}, {}
    for number, wording in enumerate(truths, start=1):
        times[number] = START + number * days * DAY
        at = format_timestamp(utc(2010, 1, 1) + timedelta(days=number * days))
        url = f"https://a.example/{number % urls}"
        listed.append(make_listed(number, timestamp=at, digest=f"D{number}", length="-", original=url, urlkey=url))
        truth[number] = wording
    return listed, truth, times


def honest(truth, times, touched=()):
    """The Last-Modified of a page whose server says when its file was changed: with each wording, and when touched."""
    modified, last, before = {}, START, None
    for number, wording in truth.items():
        if wording != before or number in touched:
            last = times[number] - DAY - 1
        modified[number], before = last, wording
    return modified


def runs_of(truth):
    return [(word, [number for number, _ in run]) for word, run in groupby(truth.items(), key=lambda item: item[1])]


stays = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 80)), min_size=1, max_size=9)


def wordings_of(some):
    return [wording for wording, count in some for _ in range(count)]


@given(stays, st.sets(st.integers(1, 300), max_size=5))
def test_what_an_honest_page_says_hides_no_stay(some, touched):
    """Whatever came between the ends of a gap and stayed for longer than the max gap is found; and so is every edge."""
    listed, truth, times = visited(wordings_of(some))
    search = Search(listed, truth, modified=honest(truth, times, touched)).run()
    for _word, numbers in runs_of(truth):
        if times[numbers[-1]] - times[numbers[0]] > MAX_GAP:
            assert search.wordings.keys() & set(numbers)
    for (one, word), (other, next_word) in pairwise(search.claims()):
        if word != next_word:
            assert other == one + 1  # neighbours


def test_a_page_that_told_of_two_changes_is_not_asked_once_per_max_gap():
    truths = ["A"] * 100 + ["B"] * 100 + ["C"] * 1000
    listed, truth, times = visited(truths)
    plain = Search(listed, truth).run()
    told = Search(listed, truth, modified=honest(truth, times)).run()
    assert told.changes() == plain.changes() == 2
    assert len(told.fetched) <= 12 < 35 < len(plain.fetched)


def test_where_it_was_modified_is_looked_first():
    listed, truth, times = visited(["A"] * 17 + ["B"] * 17)
    search = Search(listed, truth, modified=honest(truth, times)).run()
    assert len(search.fetched) <= 4  # the ends, and both sides


LIES = {
    "made when it is asked for": lambda at, _number: at - 30,
    "in the future": lambda at, _number: at + 9 * DAY,
    "long ago": lambda _at, _number: START - 400 * DAY,
}


@given(stays, st.sampled_from(sorted(LIES)))
def test_what_tells_nothing_or_is_older_than_every_change_costs_nothing(some, lie):
    listed, truth, times = visited(wordings_of(some))
    modified = {number: LIES[lie](at, number) for number, at in times.items()}
    assert Search(listed, truth, modified=modified).run().fetched == Search(listed, truth).run().fetched


def well_earned(search, times, lines, one, other):
    """Gone through one by one: the later of two says that the page was not modified since the earlier; two changes of it
    were told, and no two captures that were read contradict what a header says.
    """
    read = [number for number, _ in search.claims()]
    words = search.wordings
    said = {n: m for n in search.fetched if n in words and (m := telling(search.modified.get(n), times[n])) is not None}
    lies = [
        (x, y)
        for y, m in said.items()
        for x in read
        if x < y and lines[x] == lines[y] and ((words[x] != words[y] and m <= times[x]) or said.get(x, 0) > m)
    ]
    told = 0
    for line in set(lines.values()):
        of_line = [n for n in read if lines[n] == line]
        told += sum(words[x] != words[y] and y in said and said[y] > times[x] for x, y in pairwise(of_line))
    one_url = len({lines[number] for number in range(one, other + 1)}) == 1
    return one_url and not lies and told >= 2 and said.get(other, times[other]) <= times[one]


@given(stays, st.integers(1, 2), st.data())
def test_nothing_is_taken_for_unchanged_without_an_honest_basis(some, urls, data):
    """Any headers, true and false: what was not asked although the max gap is over, a page has vouched for that told of
    two changes and was never caught.
    """
    truths = [data.draw(st.sampled_from([word] * 9 + [None, FAILS])) for word in wordings_of(some)]
    listed, truth, times = visited(truths, days=10, urls=urls)
    right = honest(truth, times)
    lie = st.one_of(st.none(), st.integers(-30, 4000).map(lambda day: START + day * DAY))
    modified = {n: data.draw(lie) if data.draw(st.integers(0, 9)) == 0 else right[n] for n in truth}
    modified = {number: at for number, at in modified.items() if at is not None}
    search = Search(listed, truth, options=Options(), modified=modified).run()
    assert search.batch().done
    lines = {number: number % urls for number in truth}
    for (one, word), (other, next_word) in pairwise(search.claims()):
        if word == next_word and times[other] - times[one] > MAX_GAP and left_between(search, one, other):
            assert well_earned(search, times, lines, one, other)


# agreement


@pytest.mark.parametrize(
    ("captures", "told"),
    [
        ([(0, "A", None), (10, "B", 5), (20, "C", 15)], 2),
        ([(0, "A", None), (10, "A", 5)], 0),
        ([(0, "A", None), (10, "B", None), (20, "C", 15)], 1),
        ([(5, "A", None), (10, "B", 5)], None),  # it says that it had not changed since the first
        ([(5, "A", None), (10, "B", None), (20, "B", 3)], None),  # likewise, though its neighbour is the same
        ([(5, "A", 4), (10, "A", 3)], None),  # back in time
        ([], 0),
    ],
)
def test_agreement(captures, told):
    assert agreement(Dated(at, 0, word, modified) for at, word, modified in captures) == told


def test_each_url_speaks_for_itself():
    captures = [Dated(10, 0, "A"), Dated(15, 1, "B", 5), Dated(20, 0, "A", 7), Dated(22, 1, "B", 5)]
    assert agreement(captures) == 0


@given(st.text(max_size=40))
def test_any_header_is_a_moment_or_none(header):
    at = moment(header)
    assert at is None or at > 0


def test_less_than_a_day_tells_nothing():
    assert [telling(at, 10 * DAY) for at in (9 * DAY, 9 * DAY + 1, 10 * DAY, 99 * DAY, None)] == [9 * DAY, *[None] * 4]
