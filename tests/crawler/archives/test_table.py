"""The rows of the table of archives, as requests: each with the right address, a budget with its source, off by default."""

import re

import pytest

from crawler.archives.cdx import read_pywb, read_wayback
from crawler.archives.dialects import parse_archive
from crawler.archives.errors import ConfigError
from crawler.archives.memento import replay_url
from crawler.archives.table import CDX, LEFT_ALONE, PLAYBACK, ROWS
from crawler.options import RunOptions
from tests.builders import make_capture

CAPTURE = make_capture(timestamp="20150101120000", original="http://a.example/privacy")
# (index, bytes, page for people), written by hand from docs/archives.md
ADDRESSES = {
    "wayback": (
        "https://web.archive.org/cdx/search/cdx",
        "https://web.archive.org/web/",
        "https://web.archive.org/web/",
    ),
    "arquivo": ("https://arquivo.pt/wayback/cdx", "https://arquivo.pt/noFrame/replay/", "https://arquivo.pt/wayback/"),
    "awa": ("https://web.archive.org.au/awa/cdx", *["https://web.archive.org.au/awa/"] * 2),
    "vefsafn": ("https://vefsafn.is/is/cdx", *["https://vefsafn.is/is/"] * 2),
    "ukwa": (
        "https://www.webarchive.org.uk/wayback/archive/cdx",
        *["https://www.webarchive.org.uk/wayback/archive/"] * 2,
    ),
    "nlnz": (
        "https://ndhadeliver.natlib.govt.nz/webarchive/cdx",
        *["https://ndhadeliver.natlib.govt.nz/webarchive/"] * 2,
    ),
    "gcwa": (
        "https://webarchiveweb.wayback.bac-lac.canada.ca/web/timemap/cdx",
        *["https://webarchiveweb.wayback.bac-lac.canada.ca/web/"] * 2,
    ),
    "archive-it": (
        "https://wayback.archive-it.org/all/timemap/cdx",
        *["https://wayback.archive-it.org/all/"] * 2,
    ),
}


def test_every_row_with_captures_under_timestamps_is_checked():
    assert {row.name for row in ROWS if row.dialect != "common crawl"} == set(ADDRESSES)


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_row_asks_at_its_addresses(name):
    archive, (index, played, shown) = parse_archive(name), ADDRESSES[name]
    assert archive.listing_url(CAPTURE.original, since=None, until=None).partition("?")[0] == index
    assert archive.memento_url(CAPTURE) == f"{played}20150101120000id_/http://a.example/privacy"
    assert archive.owns(archive.memento_url(CAPTURE))
    cited = archive.citation_of(CAPTURE)
    assert (cited, replay_url(cited)) == (
        f"{shown}20150101120000id_/http://a.example/privacy",
        f"{shown}20150101120000/http://a.example/privacy",
    )
    assert archive.read_listing is (read_pywb if archive.pywb else read_wayback)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_polite_and_says_why(row):
    archive = parse_archive(row.name)
    assert archive.public
    assert archive.name == archive.argument == row.name
    assert 1 <= archive.concurrency <= 2
    assert archive.budgets.keys() >= {CDX, PLAYBACK}
    assert all(budget.source and budget.interval >= 0.125 for budget in archive.budgets.values())
    assert row.holds
    assert row.source
    assert re.fullmatch(r"[a-z-]+", row.name)


def test_arquivo_is_asked_at_half_of_what_it_bears_and_never_after_a_429():
    archive = parse_archive("arquivo")
    assert {name: budget.interval for name, budget in archive.budgets.items()} == {CDX: 0.5, PLAYBACK: 0.5}
    assert not archive.forgives


def test_only_the_wayback_machine_is_on():
    assert RunOptions().archive.name == "wayback"


@pytest.mark.parametrize("one", LEFT_ALONE, ids=lambda one: one.name)
def test_who_asks_to_be_left_alone_cannot_be_named(one):
    with pytest.raises(ConfigError, match=re.escape(f"{one.label} is not asked: {one.why}")):
        parse_archive(one.name)
