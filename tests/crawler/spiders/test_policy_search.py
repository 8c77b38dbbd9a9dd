"""The search through a policy's captures: its cost grows with the captures, not with their square."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.archives.capture import Outcome
from crawler.options import RunOptions
from crawler.spiders.state.policy_search import SLICE, Search
from tests.builders import make_listed, utc


class Store:
    """All captures have a digest that is held; `told` counts how often the whole history was read. Both shelves in one."""

    def __init__(self, captures):
        self.captures = self.versions = self
        self.rows = {
            n: make_listed(n, timestamp=f"{utc(2010, 1, 1) + n * timedelta(days=1):%Y%m%d%H%M%S}", digest="HELD")
            for n in range(1, captures + 1)
        }
        self.reused, self.told, self.days, self.headers = [], 0, {}, {}

    def of(self, _policy, _archive, _period, after, limit):
        first = after.capture_id if after else 0
        return [self.rows[n] for n in range(first + 1, min(first + limit, len(self.rows)) + 1)]

    def held_digests(self, digests):
        return set(digests)

    def wordings(self, _policy, _extractor):
        self.told += 1
        return dict.fromkeys(self.reused, "one wording"), []

    def stated(self, _policy, _extractor):
        return self.days

    def sent_header(self, name, numbers):
        assert name == "x-archive-orig-last-modified"
        return {number: self.headers[number] for number in numbers if number in self.headers}

    def listed(self, numbers):
        return [self.rows[n] for n in numbers]

    def reuse(self, listed):
        self.reused.append(listed.capture_id)
        return Outcome.REVISIT


def test_however_many_captures_are_reused_the_history_is_read_a_few_times():
    store = Store(5 * SLICE)
    options = RunOptions(max_gap=timedelta(0), resolution=timedelta(0))  # nothing is inferred, everything is reused
    search = Search(store, options, "x", None, 1, lambda: None)
    steps = 0
    while (wanted := search.step()) is None:
        steps += 1
        assert len(store.reused) <= SLICE * steps  # in slices, between which a signal is heard
    assert wanted == []
    assert sorted(store.reused) == list(store.rows)
    assert store.told <= 3


class OpenStore(Store):
    """No digest is held, and nothing was read before this run but what `read` says."""

    def __init__(self, captures, read=()):
        super().__init__(captures)
        self.read = dict(read)

    def held_digests(self, _digests):
        return set()

    def wordings(self, _policy, _extractor):
        return self.read, []


@pytest.mark.parametrize("before", [False, True])
def test_a_day_that_a_text_states_says_where_to_look_whichever_run_read_it(before):
    stated = int(utc(2010, 4, 11).timestamp()) + 3600  # day 100
    store = OpenStore(150, {1: "A", 150: "B"} if before else {})
    store.rows = {n: replace(one, capture=replace(one.capture, digest=f"D{n}")) for n, one in store.rows.items()}
    search = Search(store, RunOptions(), "x", None, 1, lambda: None)
    if before:
        store.days = {150: [stated]}
    else:
        assert [one.capture_id for one in search.step()] == [1, 150]
        search.answered(1, Outcome.FETCHED, "A")
        search.answered(150, Outcome.FETCHED, "B", stated=[stated])
    (wanted,) = search.step()
    assert wanted.capture_id in (100, 101)


def test_what_a_page_said_of_its_last_change_is_known_when_a_search_goes_on():
    """Read by an earlier run: the headers come out of the store, malformed ones and those of other years with them."""
    read = {1: "A", 100: "B", 300: "C", 900: "C"}
    store = OpenStore(900, read)
    store.rows = {n: replace(one, capture=replace(one.capture, digest=f"D{n}")) for n, one in store.rows.items()}
    store.headers = {1: "never", 900: "Mon, 01 Nov 2010 10:00:00 GMT"}  # day 304
    search = Search(store, RunOptions(), "x", None, 1, lambda: None)
    wanted = {one.capture_id for one in search.step()}
    assert wanted & set(range(301, 900))  # it told of no change yet
    store.headers |= {100: "Wed, 17 Mar 2010 10:00:00 GMT", 300: "Thu, 12 Aug 2010 10:00:00 GMT"}
    store.headers[900] = "Thu, 12 Aug 2010 10:00:00 GMT"
    again = Search(store, RunOptions(), "x", None, 1, lambda: None)
    wanted = {one.capture_id for one in again.step()}
    assert wanted
    assert not wanted & set(range(301, 900))
