"""What is kept of a policy's captures is read once for it, whoever brought it; and only where something may be unread."""

import asyncio
from datetime import date
from types import SimpleNamespace

import pytest

from crawler.archives.capture import Outcome
from crawler.spiders.reading import PolicyReading
from crawler.spiders.state.policy_work import PolicyWork
from pipelines.model import DateKind, TextDate

DATE = (DateKind.UPDATED, (date(1970, 1, 3), date(1970, 3, 1)), "Updated 3/1/1970", 0)


class Store:
    """Captures of one policy, and of a part of its pages; all the shelves in one."""

    def __init__(self):
        self.readings = self.payloads = self.policies = self
        self.kept, self.asked = [1, 2], 0

    def unread(self, policy, _extractor):
        self.asked += policy.part == ""
        return [SimpleNamespace(capture_id=one) for one in self.kept]

    def get(self, number):
        return b""

    def part_of(self, _policy, kind):
        return SimpleNamespace(part=kind)


class Reader:
    extractor = "x"

    def __init__(self, others=()):
        self.others = others

    async def read_kept(self, kept, _load):
        for one in kept:
            yield (
                one,
                SimpleNamespace(outcome=Outcome.FETCHED, wording="w", other_kinds=self.others, dates=[TextDate(*DATE)]),
            )


def left(reading, work):
    async def read():
        return [(item.policy.part, item.capture_id) async for item in reading.read_left(work)]

    return asyncio.run(read())


def begun():
    search = SimpleNamespace(answered=lambda *_, **__: None, resume=lambda **_: None)
    return PolicyWork(SimpleNamespace(part=""), lambda _work: search, None)


@pytest.mark.parametrize("grow", [PolicyWork.grow, lambda work: setattr(work, "unread", True)])
def test_what_another_policy_brought_is_read_when_there_may_be_something(grow):
    store = Store()
    reading, work = PolicyReading(store, Reader(), all_policies=False), begun()
    assert left(reading, work) == [("", 1), ("", 2)]
    store.kept.append(3)
    assert left(reading, work) == []  # nothing has told that there may be more
    assert store.asked == 1
    grow(work)
    assert left(reading, work) == [("", 3)]  # the others were read in this run


def test_other_documents_of_its_pages_are_read_with_all_policies_alone():
    store, reader = Store(), Reader(others=("cookies",))
    assert left(PolicyReading(store, reader, all_policies=True), begun()) == [
        ("", 1),
        ("", 2),
        ("cookies", 1),
        ("cookies", 2),
    ]
    assert left(PolicyReading(store, reader, all_policies=False), begun()) == [("", 1), ("", 2)]


def test_the_search_is_told_the_days_that_a_text_states_in_seconds():
    told = {}
    search = SimpleNamespace(answered=lambda number, *_, stated: told.update({number: stated}), resume=lambda **_: None)
    work = PolicyWork(SimpleNamespace(part=""), lambda _work: search, None)
    left(PolicyReading(Store(), Reader(), all_policies=False), work)
    assert told == {1: [2 * 86400, 59 * 86400], 2: [2 * 86400, 59 * 86400]}
