"""Whatever an index said and whatever playback answers: a capture is requested once a run, besides counted retries.

The table of (index status × playback answer), one URL each, in one crawl for each strategy and dialect; a crawl takes a
third of it in turn, so that each cell is crawled. The rules
of choosing alone, over the same table: tests/crawler/spiders/test_never_named_again.py.
"""

import asyncio
from collections import Counter
from itertools import product
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import scrapy.exceptions
import twisted.internet.error

from crawler.archives.capture import Outcome
from crawler.asking.playback import MAX_HOPS, RETRIES
from crawler.spiders.advancing import Advancer
from crawler.spiders.asking import outcome_of
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.waits import Waits
from tests.crawling import SHARED, crawl, outcomes, rows
from tests.generators import faults
from tests.ranges import ALL, one_in
from tests.servers.odd_archive import ANSWERS, CAPTURES, STATUSES, OddArchive

QUICK = {"POLICYLAPSE_READER": "tests.quick_reader.QuickReader"}
STRATEGIES = ("changes", "all", "distinct", "latest", "every:6mo", "at:2015-06-01")
# A crawl of the whole table takes eight seconds of CPU: twelve of them with POLICYLAPSE_TEST_ALL=1; in `make test` four
# crawls of a third each, that is of each cell in one of them at least.
CRAWLS = (
    list(product(STRATEGIES, ("wayback", "pywb")))
    if ALL
    else [("changes", "wayback"), ("all", "wayback"), ("latest", "wayback"), ("distinct", "pywb")]
)
PARTS = 3
TABLE = [f"{status}-{answer}" for status, answer in product(STATUSES, ANSWERS)]
# Counted retries: what fails in passing is asked for in two rounds; the archive's own redirects are hops.
RETRIED = {"transient": 2 * (1 + RETRIES), "no-memento": 2, "teapot": 2, "moved-to-itself": 1 + MAX_HOPS}


def most(path):
    """How often a path may be requested."""
    host = urlsplit(path.partition("id_/")[2]).hostname.removesuffix(".example")
    return RETRIED.get(host.partition("-")[2], 1)


def quickly(database, archive, strategy="changes", **more):
    settings = {"POLICYLAPSE_STRATEGY": strategy}
    return crawl(database, archive, settings=settings, scrapy_settings=QUICK, **more)


def urls_of(names):
    return ",".join(f"http://{name}.example/privacy" for name in names)


@pytest.mark.parametrize(("turn", "strategy", "dialect"), [(turn, *one) for turn, one in enumerate(CRAWLS)])
def test_no_capture_is_requested_twice(tmp_path, turn, strategy, dialect):
    table = one_in(PARTS, TABLE, turn % PARTS)
    with OddArchive() as server:
        run = quickly(tmp_path / "x.db", getattr(server, dialect), strategy, url=urls_of(table))
    assert run.code == 1, run.err[-2000:]
    asked = {path: times for path, times in server.asked.items() if "id_/" in path}
    assert not {path: times for path, times in asked.items() if times > most(path)}
    assert len(asked) >= len(table)
    listings = Counter({path: times for path, times in server.asked.items() if "cdx" in path})
    assert max(listings.values()) == 1
    assert len(listings) < 3 * len(table)
    if strategy == "all":  # nothing is left open
        left = rows(tmp_path / "x.db", "SELECT original FROM captures WHERE outcome = 'pending'")
        assert not [url for (url,) in left if "explode" not in url]
        counted = outcomes(tmp_path / "x.db")
        assert counted["redirect"] > 5 * CAPTURES * len(table) / len(ANSWERS)
        assert counted["fetched"] > 2 * CAPTURES * len(table) / len(ANSWERS)


@pytest.mark.parametrize(
    ("name", "said", "pages"),
    [("endless-same", "without a new row", 2), ("endless-turning", "without a new row", 4)],
)
def test_an_index_that_never_ends_is_left(tmp_path, name, said, pages):
    with OddArchive() as server:
        run = quickly(tmp_path / "x.db", server.wayback, "latest", url=urls_of([name]))
    assert sum(times for path, times in server.asked.items() if "cdx" in path) == pages
    assert run.code == 1
    ((outcome, detail),) = rows(tmp_path / "x.db", "SELECT outcome, detail FROM outcomes")
    assert outcome == "listing_failed"
    assert said in detail


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "cases").is_dir(), reason=f"the cases are not at {SHARED / 'cases'}")
@pytest.mark.parametrize("strategy", ["changes", "all"])
@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("h-revisits-of-own-301", {"redirect": 3, "fetched": 1}),
        ("m-one-revisit-home", {"unplayable": 1, "fetched": 1}),  # it does not say what it is a revisit of
    ],
)
def test_revisits_of_redirects_in_files(tmp_path, case, expected, strategy):
    archive, database = SHARED / "cases" / f"{case}.warc.gz", tmp_path / "x.db"
    run = quickly(database, archive, strategy, url="http://marrowby.example/privacy")
    assert run.code == 0, run.err
    assert outcomes(database) == expected
    assert f"{sum(expected.values()) - expected.get('unplayable', 0)} fetched, 0 reused" in run.out


def test_an_exception_is_the_outcome_of_its_capture_and_the_others_go_on(tmp_path):
    database = tmp_path / "x.db"
    with OddArchive() as server:
        run = quickly(database, server.wayback, "all", url=urls_of(["page-explode", "page-page"]))
    assert run.code == 1
    told = rows(database, "SELECT subject, detail FROM outcomes WHERE outcome = 'program_error'")
    assert len(told) == CAPTURES
    assert {detail for _subject, detail in told} == {"ZeroDivisionError: a fault"}
    assert "Traceback" in run.err
    pages = rows(database, "SELECT count(*) FROM timeline WHERE site = 'page-page.example'")
    assert pages == [(CAPTURES,)]


@pytest.mark.parametrize(
    "place",
    [
        "crawler.asking.playback:PlaybackMiddleware.process_response",
        "crawler.spiders.listing:Lister._conclude",
        "crawler.spiders.state.shared_listing:SharedListing.take",
        "crawler.spiders.state.policy_search:Search.answered",
        "pipelines.stages:VersionStage.process_item",
    ],
)
def test_a_fault_of_ours_wherever_it_is_is_told_as_ours(tmp_path, place):
    """Never as the archive's, never by silence."""
    database = tmp_path / "x.db"
    with OddArchive() as server:
        run = crawl(
            database,
            server.wayback,
            scrapy_settings=QUICK | faults.SETTINGS | {"POLICYLAPSE_FAULT": place},
            url="http://page-redirect-on.example/privacy,http://page-redirect-on.example/new",
        )
    assert run.code == 1, run.err
    told = rows(database, "SELECT DISTINCT outcome, detail FROM outcomes")
    assert told == [("program_error", "ZeroDivisionError: a fault")]
    assert "program_error" in run.out
    assert "Traceback" in run.err
    assert not {"playback_failed", "listing_failed"} & outcomes(database).keys()


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (scrapy.exceptions.DownloadFailedError(), Outcome.PLAYBACK_FAILED),
        (scrapy.exceptions.DownloadTimeoutError(), Outcome.PLAYBACK_FAILED),
        (scrapy.exceptions.ResponseDataLossError(), Outcome.PLAYBACK_FAILED),
        (scrapy.exceptions.CannotResolveHostError(), Outcome.PLAYBACK_FAILED),
        (scrapy.exceptions.UnsupportedURLSchemeError(), Outcome.PLAYBACK_FAILED),
        (scrapy.exceptions.DownloadCancelledError(), Outcome.TOO_LARGE),
        (twisted.internet.error.ConnectionLost(), Outcome.PLAYBACK_FAILED),
        (twisted.internet.error.ConnectError(), Outcome.PLAYBACK_FAILED),
        (twisted.internet.error.TimeoutError(), Outcome.PLAYBACK_FAILED),
        (OSError("a file of an archive is gone"), Outcome.PLAYBACK_FAILED),
        (KeyError("a fault"), Outcome.PROGRAM_ERROR),
        (AssertionError(), Outcome.PROGRAM_ERROR),
        (TypeError("a fault"), Outcome.PROGRAM_ERROR),
        (RecursionError(), Outcome.PROGRAM_ERROR),
    ],
)
def test_only_what_a_download_can_fail_by_is_the_archives(error, outcome):
    assert outcome_of(error)[0] is outcome


def test_two_policies_that_share_captures_request_each_once(tmp_path):
    database = tmp_path / "x.db"
    urls = "http://page-redirect-on.example/privacy,http://page-redirect-on.example/new"
    with OddArchive() as server:
        run = quickly(database, server.wayback, "changes", url=urls)
        first = dict(server.asked)
        again = quickly(database, server.wayback, "changes", url=urls)
    assert run.code == again.code == 0, run.err
    assert set(first.values()) == {1}
    assert len(first) <= 2 + 2 * CAPTURES
    assert not [path for path in server.asked - Counter(first) if "id_/" in path]
    versions = dict(rows(database, "SELECT policy_url, count(*) FROM timeline GROUP BY 1"))
    assert versions == dict.fromkeys(urls.split(","), CAPTURES)


def test_a_search_that_never_ends_lets_a_signal_end_it():
    """A loop that makes no request: it lets the reactor run, and looks whether the run is ending."""

    class Endless:
        wants_wordings = False

        def resume(self, *, ended):
            pass

        def step(self):
            return None

    class Run:
        ending = False

    async def crawl_until_a_signal():
        run = Run()
        asyncio.get_running_loop().call_later(0, setattr, run, "ending", True)
        advancer = Advancer(
            run, Waits(), None, None, SimpleNamespace(at_once=1), "", None, None, None, None, lambda: False
        )
        return [found async for found in advancer._fill_window(PolicyWork(None, lambda _work: Endless(), None))]

    assert asyncio.run(crawl_until_a_signal()) == []
