"""A list that is longer than there are places: the same histories, nothing asked twice, whatever the number of places."""

import pytest

from benchmarks.many_sites import build, by_order
from crawler.archives.files.warc import Answered
from tests.crawling import ROOT, crawl, history, outcomes
from tests.servers.wayback_server import WaybackServer

SAMPLE = ROOT / "data" / "sample"
SITES, CAPTURES = 7, 12


def crawled(folder, archive, at_once, **arguments):
    database = folder / f"{at_once}.db"
    done = crawl(database, archive, settings={"POLICYLAPSE_AT_ONCE": str(at_once)}, **arguments)
    assert done.code == 0, done.err
    return history(database), outcomes(database)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    build(folder, SITES, CAPTURES)
    return folder


@pytest.mark.parametrize("strategy", ["changes", "all"])
def test_policies_that_take_turns_have_the_same_histories(folder, tmp_path, strategy):
    results = []
    for at_once in (1, 3, SITES):
        with WaybackServer(folder / "warcs") as server:
            results.append(
                crawled(tmp_path, server.archive, at_once, sites=str(folder / "list.txt"), strategy=strategy)
            )
            asked = [[str(number), path] for path, number in server.asked.items()]
        found = by_order(asked)
        assert found["sites"] == SITES
        assert found["asked"] == found["pages"], "nothing is asked twice"
    assert results[0][0] == results[1][0] == results[2][0]
    if strategy == "all":
        assert results[0] == results[1] == results[2]


def test_redirects_and_failures_are_the_same_where_policies_take_turns(tmp_path):
    """The sample: its sites move, fail, and share captures."""
    together, apart = (crawled(tmp_path, "sample", at_once) for at_once in (500, 1))
    assert together == apart


def test_a_night_without_news_asks_for_nothing(folder, tmp_path):
    with WaybackServer(folder / "warcs") as server:
        first = crawled(tmp_path, server.archive, 2, sites=str(folder / "list.txt"), strategy="changes")
        server.asked.clear()
        again = crawled(tmp_path, server.archive, 2, sites=str(folder / "list.txt"), strategy="changes")
        assert again == first
        assert not [path for path in server.asked if not path.startswith("/cdx")]


def test_a_policy_that_ends_before_the_others_are_found_leaves_its_place(tmp_path):
    """What fails is asked for once more at the end, whoever had the places before there were too many policies."""
    database, settings = tmp_path / "x.db", {"POLICYLAPSE_AT_ONCE": "1"}
    with WaybackServer(SAMPLE) as server:
        assert crawl(database, server.archive, settings=settings, site="lumenkart.example").code == 0
        server.faults["/web/20050812211409"] = [
            Answered(503, {}, b"busy")
        ] * 4  # the first pass of a capture and its retries
        run = crawl(database, server.archive, settings=settings, site="lumenkart.example,tinroofradio.example")
    assert run.code == 0, run.out
    assert "playback_failed" not in outcomes(database)
