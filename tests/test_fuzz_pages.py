"""A small part of benchmarks/fuzz_pages.py (`make fuzz` is the whole): hostile pages through the reader and a crawl."""

import asyncio

import pytest

from benchmarks.fuzz_pages import MOST_BYTES, crawled, mutated, read_all, seeds
from crawler.archives.capture import Outcome

PAGES = seeds(shared=False)


def test_a_number_names_a_page():
    assert mutated(PAGES, 7) == mutated(PAGES, 7)
    assert len({mutated(PAGES, number)[0] for number in range(50)}) == 50


def test_every_hostile_page_has_an_outcome():
    outcomes, faults, largest = asyncio.run(read_all(PAGES, range(60), workers=2))
    assert faults == []
    assert sum(outcomes.values()) == 60
    assert {Outcome.FETCHED, Outcome.UNDECODABLE} <= set(outcomes)
    assert largest < MOST_BYTES


@pytest.mark.parametrize("first", [100])
def test_no_hostile_page_stops_its_policy(first, tmp_path):
    code, found = crawled(PAGES, range(first, first + 12), tmp_path)
    assert code in (0, 1)
    assert sum(found.values()) == 24
    assert found["fetched"] >= 12  # the sound page behind each
    assert "pending" not in found
