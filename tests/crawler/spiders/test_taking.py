"""Targets are taken as it becomes known what there is for those before: a long list is never in memory as requests."""

import asyncio
from collections import deque
from types import SimpleNamespace

import pytest

from crawler.archives.errors import StoreError
from crawler.spiders.taking import AHEAD, Taker
from crawler.targets.lists import BadLine
from crawler.targets.targets import Target


class Run(SimpleNamespace):
    ending = False

    def record(self, *what):
        self.told.append(what)

    def program_error(self, *what):
        self.told.append(what)


class Discoverer:
    """A search of a site is under way from when it is begun until somebody ends it; some fail."""

    def __init__(self):
        self.under_way, self.most, self.begun = deque(), 0, []

    async def discover_site(self, site, *_takes):
        if site.startswith("fails"):
            raise ZeroDivisionError
        if site.startswith("store"):
            raise StoreError("the disk is full")
        self.begun.append(site)
        self.under_way.append(site)
        self.most = max(self.most, len(self.under_way))
        yield site


def taker(discoverer, run):
    return Taker(run, None, discoverer, None, None, None, discoverer.under_way)


def taken(targets, run, discoverer, answers):
    """What comes of targets while every so often the archive answers for some of them."""
    took = taker(discoverer, run)

    async def answer():
        while True:
            await asyncio.sleep(0)
            for _ in range(min(answers, len(discoverer.under_way))):
                discoverer.under_way.popleft()

    async def take():
        archive = asyncio.ensure_future(answer())
        assert not took.taking
        found = []
        async for one in took.take_all(iter(targets)):
            assert took.taking
            found.append(one)
        archive.cancel()
        return found

    try:
        return asyncio.run(take())
    finally:
        assert not took.taking


@pytest.mark.parametrize("answers", [1, 7, 3 * AHEAD])
@pytest.mark.parametrize("number", [0, 1, AHEAD, AHEAD + 1, 3 * AHEAD])
def test_no_more_targets_are_taken_than_are_under_way_at_most(number, answers):
    discoverer, run = Discoverer(), Run(told=[])
    sites = [f"s{one}.example" for one in range(number)]
    assert taken(map(Target, sites), run, discoverer, answers) == sites
    assert discoverer.begun == sites
    assert discoverer.most <= AHEAD


def test_what_fails_or_is_none_holds_nobody_up():
    discoverer, run = Discoverer(), Run(told=[])
    targets = [Target("fails.example"), BadLine("list.txt:2", "no site"), Target("s.example")]
    assert taken(targets, run, discoverer, 1) == ["s.example"]
    assert len(run.told) == 2


def test_a_run_that_is_ending_waits_for_nothing():
    discoverer, run = Discoverer(), Run(told=[], ending=True)
    sites = [f"s{one}.example" for one in range(2 * AHEAD)]
    assert taken(map(Target, sites), run, discoverer, 0) == sites


def test_a_fault_of_this_machine_ends_the_taking():
    with pytest.raises(StoreError):
        taken([Target("store.example"), Target("s.example")], Run(told=[]), Discoverer(), 1)
