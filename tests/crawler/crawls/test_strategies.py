"""Strategies end to end: the same history with fewer requests, whatever interrupts it."""

import json
import re

import pytest

from tests.crawling import crawl, history, outcomes, rows
from tests.generators.many_captures import URL, build
from tests.sample_archive.truth import TRUTH
from tests.servers.wayback_server import WaybackServer

SITES = ",".join(truth.policy_urls[0] for truth in TRUTH.values())
BRACKETS = "SELECT site, previous_last_seen, first_seen, wording FROM timeline WHERE version > 1 ORDER BY 1, 3"
CAPTURES = 1_000


def fetched(run):
    return int(re.search(r"([\d,]+) fetched", run.out)[1].replace(",", ""))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A thousand captures of one page, no two of the same bytes, behind a server; and how the history must look."""
    folder = tmp_path_factory.mktemp("many")
    runs = build(folder, CAPTURES, nonces=True)
    with WaybackServer(folder) as server:
        yield server, runs


@pytest.fixture(scope="module")
def searched(many, tmp_path_factory):
    """(database, what the crawl said): the thousand captures, searched for changes in one run."""
    server, _runs = many
    database = tmp_path_factory.mktemp("searched") / "x.db"
    run = crawl(database, server.archive, url=URL, strategy="changes")
    assert run.code == 0, run.err
    return database, run


def test_the_default_finds_what_all_finds_in_the_sample(tmp_path, sample_db):
    """`sample_db` has each capture that has a digest of its own, and so what `all` finds."""
    run = crawl(tmp_path / "changes.db", "sample", url=SITES, strategy="changes")
    assert run.code == 0, run.err
    assert rows(tmp_path / "changes.db", BRACKETS) == rows(sample_db, BRACKETS)
    assert outcomes(tmp_path / "changes.db")["not_needed"] > 10  # that many were not asked for
    assert "not_needed" in run.out
    assert "confidence: " in run.out
    again = crawl(tmp_path / "changes.db", "sample", url=SITES, strategy="changes")
    assert (again.code, fetched(again)) == (0, 0)


def test_a_thousand_captures_take_few_requests(many, searched):
    _server, runs = many
    database, run = searched
    found = rows(database, "SELECT first_seen FROM timeline ORDER BY version")
    assert [first for (first,) in found] == [run.first_seen for run in runs]
    assert fetched(run) < 10 * len(runs)
    (sure,) = rows(database, "SELECT listed, fetched + inferred + undecided, longest_inferred_days FROM certainty")
    assert sure[0] == sure[1] > 0
    assert sure[2] <= 180


def test_a_search_cut_short_again_and_again_ends_where_one_run_ends(many, searched, tmp_path):
    server, _runs = many
    one_run, whole = searched
    most = max(12, fetched(whole) // 5)  # requests of a run
    total = 0
    for _ in range(40):
        run = crawl(
            tmp_path / "x.db",
            server.archive,
            url=URL,
            strategy="changes",
            scrapy_settings={"POLICYLAPSE_MAX_REQUESTS": str(most)},
        )
        total += fetched(run)
        if run.code == 0:
            break
        assert "pending" in run.out
    assert run.code == 0, run.out
    assert rows(tmp_path / "x.db", BRACKETS) == rows(one_run, BRACKETS)
    assert total <= 1.2 * fetched(whole)
    (twice,) = rows(tmp_path / "x.db", "SELECT count(*) FROM captures WHERE outcome = 'fetched'")
    assert twice == (total,)


def test_a_nightly_run_asks_for_what_is_new(tmp_path):
    (tmp_path / "files").mkdir()
    build(tmp_path / "files", 300, nonces=True)
    with WaybackServer(tmp_path / "files") as server:
        timestamps = sorted(
            line.split()[1] for path in (tmp_path / "files").glob("*.cdxj") for line in path.read_text().splitlines()
        )
        before_last = timestamps[-4]
        first = crawl(tmp_path / "x.db", server.archive, url=URL, strategy="changes", until=before_last)
        assert first.code == 0, first.err
        asked = server.asked.total()
        night = crawl(tmp_path / "x.db", server.archive, url=URL, strategy="changes")
        assert night.code == 0, night.err
        assert fetched(night) <= 2
        assert server.asked.total() - asked <= 3  # and the index, once
        assert history(tmp_path / "x.db")


@pytest.mark.parametrize(("strategy", "most"), [("latest", 1), ("at:2010-01-01", 2), ("every:2y", 10)])
def test_samples_ask_for_what_they_name(many, tmp_path, strategy, most):
    server, _runs = many
    run = crawl(tmp_path / "x.db", server.archive, url=URL, strategy=strategy)
    assert run.code == 0, run.err
    assert 1 <= fetched(run) <= most
    assert crawl(tmp_path / "x.db", server.archive, url=URL, strategy=strategy).code == 0


def test_a_run_cut_short_has_the_first_versions_of_every_site(tmp_path):
    run = crawl(
        tmp_path / "x.db", "sample", url=SITES, strategy="changes", scrapy_settings={"POLICYLAPSE_MAX_REQUESTS": "60"}
    )
    assert run.code == 1
    (sites,) = rows(tmp_path / "x.db", "SELECT count(DISTINCT site) FROM timeline")[0]
    assert sites == len(TRUTH)


def test_resolution_saves_requests_and_brackets_say_so(many, searched, tmp_path):
    server, runs = many
    _database, fine = searched
    coarse = crawl(
        tmp_path / "coarse.db",
        server.archive,
        url=URL,
        strategy="changes",
        scrapy_settings={"POLICYLAPSE_RESOLUTION": "60"},
    )
    assert coarse.code == 0, coarse.err
    assert fetched(coarse) < fetched(fine)
    spans = rows(
        tmp_path / "coarse.db",
        "SELECT julianday(first_seen) - julianday(previous_last_seen) FROM timeline WHERE version > 1",
    )
    assert len(spans) == len(runs) - 1
    assert all(days <= 60 for (days,) in spans)


@pytest.mark.parametrize(("name", "value"), [("POLICYLAPSE_MAX_GAP", "soon"), ("POLICYLAPSE_RESOLUTION", "-1")])
def test_a_wrong_number_of_days_is_told(tmp_path, name, value):
    run = crawl(tmp_path / "x.db", "sample", url=SITES, scrapy_settings={name: value})
    assert run.code == 2
    assert "write a number of days" in run.err


def test_a_plan_is_kept_by_the_crawl(many, searched, tmp_path):
    server, _runs = many
    _database, run = searched
    options = {"url": URL, "strategy": "changes"}
    settings = {"POLICYLAPSE_MODE": "plan", "POLICYLAPSE_SUMMARY": "json"}
    planned = json.loads(crawl(tmp_path / "x.db", server.archive, scrapy_settings=settings, **options).out)["plan"]
    assert planned["low"] <= fetched(run) <= planned["high"]
