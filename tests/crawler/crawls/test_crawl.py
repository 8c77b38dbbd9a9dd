"""The main job, end to end, in processes of their own: the bundled sample against its written truth."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing

import pytest

from crawler.settings import CONCURRENT_REQUESTS
from tests import programs
from tests.crawling import ROOT, SHARED, crawl, environment, group_ends, history, outcomes, rows
from tests.databases.crawled import crawled_sample
from tests.sample_archive.truth import TRUTH
from tests.servers.wayback_server import WaybackServer


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    sample = crawled_sample(tmp_path_factory)
    return sample.database, sample.run


@pytest.fixture(scope="module")
def sites_file(tmp_path_factory):
    return crawled_sample(tmp_path_factory).sites_file


@pytest.mark.parametrize("site", TRUTH)
def test_finds_every_version_of_the_sample_and_no_other(crawled, site):
    database, run = crawled
    assert run.code == 0, run.err
    found = rows(
        database, "SELECT first_seen, captures, change_class FROM timeline WHERE site = ? ORDER BY version", site
    )
    digits = [(first.translate(str.maketrans("", "", "-:TZ")), captures, kind) for first, captures, kind in found]
    assert digits == [(v.first_seen, v.captures, v.change) for v in TRUTH[site].versions]


def test_every_capture_has_the_outcome_that_the_truth_names(crawled):
    database, _ = crawled
    found = dict(rows(database, "SELECT timestamp || original, outcome FROM captures"))
    special = {
        f"{c.timestamp}{c.url}": c.outcome
        for truth in TRUTH.values()
        for c in truth.captures
        if f"{c.timestamp}{c.url}" in found
    }
    # one fetch a digest: what the truth calls fetched may have come with an equal payload
    wrong = {
        key: (found[key], outcome)
        for key, outcome in special.items()
        if found[key] != outcome and (found[key], outcome) != ("revisit", "fetched")
    }
    assert not wrong
    assert len(special) == len(found)


def test_a_bot_check_between_two_captures_splits_no_version(crawled):
    database, _ = crawled
    assert outcomes(database)["not_a_policy"] == 2
    assert rows(database, "SELECT count(*) FROM timeline WHERE words < 100") == [(0,)]


def test_the_second_run_fetches_nothing_and_says_so(crawled, sites_file, tmp_path):
    database = tmp_path / "again.db"
    shutil.copyfile(crawled[0], database)
    before = history(database), outcomes(database)
    again = crawl(database, "sample", sites=str(sites_file))
    assert again.code == 0
    assert "0 fetched" in again.out
    assert "Nothing new" in again.out
    assert (history(database), outcomes(database)) == before


def test_all_and_distinct_agree(crawled, tmp_path, sites_file):
    run = crawl(tmp_path / "all.db", "sample", sites=str(sites_file), strategy="all")
    assert run.code == 0, run.err
    assert history(tmp_path / "all.db") == history(crawled[0])
    fetched = "SELECT count(*) FROM captures WHERE fetched_at IS NOT NULL"
    assert rows(tmp_path / "all.db", fetched) > rows(crawled[0], fetched)


def test_since_and_until_bound_what_is_listed(tmp_path):
    database = tmp_path / "period.db"
    run = crawl(database, "sample", url="https://lumenkart.example/privacy", since="2020", until="2021-03")
    assert run.code == 0, run.err
    ((first, last),) = rows(database, "SELECT min(timestamp), max(timestamp) FROM captures")
    assert first.startswith("2020")
    assert last <= "20210331235959"


def test_site_finds_the_policy_and_follows_its_move(tmp_path):
    database = tmp_path / "site.db"
    run = crawl(database, "sample", site="harborline.example,lumenkart.example")
    assert run.code == 0, run.err
    urls = {url for (url,) in rows(database, "SELECT policy_url FROM policies")}
    assert urls == {"http://www.harborline.example/legal/privacy", "https://lumenkart.example/privacy"}


FETCH_TIMES = "SELECT id, fetched_at FROM captures WHERE fetched_at IS NOT NULL"


def test_a_killed_crawl_goes_on_where_it_stopped(crawled, tmp_path, sites_file):
    database = tmp_path / "killed.db"
    command = ["-m", "scrapy", "crawl", "policies", "-a", f"sites={sites_file}"]
    with WaybackServer(ROOT / "data" / "sample") as server:
        server.hold(40)
        command += ["-s", f"POLICYLAPSE_ARCHIVE={server.archive}", "-s", f"POLICYLAPSE_DB={database}"]
        with programs.Program(*command, env=environment(), session=True) as process:
            assert server.holds(), process.err
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL, process.err
            server.release()
            assert group_ends(process.pid), "workers outlive a crawl that was killed"
        with closing(sqlite3.connect(database)) as db:  # writable: what it left in the log is taken over
            kept = set(db.execute(FETCH_TIMES))
        assert 40 - CONCURRENT_REQUESTS <= len(kept) < 40
        run = crawl(database, server.archive, sites=str(sites_file))
    assert run.code == 0, run.err
    assert history(database) == history(crawled[0])
    assert kept <= set(rows(database, FETCH_TIMES))  # nothing was fetched a second time


def test_the_summary_as_json(tmp_path):
    """Started as a person starts it: what a warm program (tests/programs.py) would not show is seen here."""
    command = [
        sys.executable,
        "-m",
        "scrapy",
        "crawl",
        "policies",
        "-a",
        "url=http://tinroofradio.example/privacy.html",
    ]
    command += ["-s", "POLICYLAPSE_ARCHIVE=sample", "-s", f"POLICYLAPSE_DB={tmp_path / 'x.db'}"]
    command += ["-s", "POLICYLAPSE_SUMMARY=json"]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    summary = json.loads(done.stdout)
    assert summary["exit_code"] == 0
    assert summary["listed"] == 20
    assert summary["versions"] == 3


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not here")
def test_the_three_seeds_have_no_change_between_their_captures(tmp_path):
    database = tmp_path / "seeds.db"
    urls = "http://www.sourcingmap.com/privacy_notice.html,http://www.fulfillmen.com/pp.html,https://interfulfillment.com/privacy-policy"
    run = crawl(database, SHARED / "seeds", url=urls, strategy="all")
    assert run.code == 0, run.err
    assert [(row[0], row[2], row[6]) for row in history(database)] == [
        ("fulfillmen.com", 1, 2),
        ("interfulfillment.com", 1, 2),
        ("sourcingmap.com", 1, 2),
    ]
    titles = rows(database, "SELECT site, from_title, to_title FROM title_changes")
    assert [site for site, *_ in titles] == ["fulfillmen.com"]
    assert Counter(rows(database, "SELECT digest_verdict FROM captures")) == {("match",): 6}
