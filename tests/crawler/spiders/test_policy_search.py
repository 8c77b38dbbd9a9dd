"""The search through a policy's captures: its cost grows with the captures, not with their square."""

from datetime import timedelta

from crawler.archives.capture import Outcome
from crawler.options import RunOptions
from crawler.spiders.policy_search import SLICE, Search
from tests.builders import make_listed, utc


class Store:
    """All captures have a digest that is held; `told` counts how often the whole history was read. Both shelves in one."""

    def __init__(self, captures):
        self.captures = self.versions = self
        self.rows = {
            n: make_listed(n, timestamp=f"{utc(2010, 1, 1) + n * timedelta(days=1):%Y%m%d%H%M%S}", digest="HELD")
            for n in range(1, captures + 1)
        }
        self.reused, self.told = [], 0

    def of(self, _policy, _archive, _period, after, limit):
        first = after.capture_id if after else 0
        return [self.rows[n] for n in range(first + 1, min(first + limit, len(self.rows)) + 1)]

    def held_digests(self, digests):
        return set(digests)

    def wordings(self, _policy, _extractor):
        self.told += 1
        return dict.fromkeys(self.reused, "one wording"), []

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
