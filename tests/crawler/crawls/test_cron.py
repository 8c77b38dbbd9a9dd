"""What cron needs: no overlap, limits that leave the rest for the next run, a plan beforehand, clean ends."""

import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from crawler.archives.errors import ConfigError
from crawler.lock import CrawlLock
from tests import programs
from tests.crawling import ROOT, crawl, environment, history, outcomes, rows
from tests.servers.wayback_server import WaybackServer

SAMPLE = ROOT / "data" / "sample"
RADIO = "http://tinroofradio.example/privacy.html"
KART = "http://lumenkart.example/privacy"
LEDGER = "https://quillledger.example/privacy"  # without redirects, which may take a request more


def test_a_second_crawl_into_one_database_is_refused_and_told_who_holds_it(tmp_path):
    begun = datetime.now(UTC) - timedelta(minutes=14)
    lock = CrawlLock(tmp_path / "x.db", begun)
    run = crawl(tmp_path / "x.db", "sample", url=RADIO)
    assert run.code == 2
    assert f"(process {os.getpid()}, for 14 minutes)" in run.err
    lock.release()
    assert crawl(tmp_path / "x.db", "sample", url=RADIO).code == 0


def test_the_lock_of_a_dead_process_holds_nobody(tmp_path):
    code = f"import os; from crawler.lock import CrawlLock; from pathlib import Path; CrawlLock(Path({str(tmp_path / 'x.db')!r})); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment(), check=False)
    assert (tmp_path / "x.db-owner").exists()
    CrawlLock(tmp_path / "x.db").release()


def test_a_file_that_cannot_be_locked_names_the_option(tmp_path):
    with pytest.raises(ConfigError, match="--db"):
        CrawlLock(tmp_path / ("x" * 300))


def test_max_requests_ends_the_run_and_the_next_goes_on(tmp_path):
    whole = tmp_path / "whole.db"
    with WaybackServer(SAMPLE) as server:
        crawl(whole, server.archive, url=KART)
        before = server.asked.total()
        run = crawl(tmp_path / "x.db", server.archive, url=KART, settings={"POLICYLAPSE_MAX_REQUESTS": "10"})
        assert server.asked.total() - before == 10
        assert run.code == 1
        assert "limit of 10 requests is reached. The same crawl goes on" in run.out
        assert outcomes(tmp_path / "x.db")["pending"] > 10
        assert crawl(tmp_path / "x.db", server.archive, url=KART).code == 0
    assert history(tmp_path / "x.db") == history(whole)


def test_a_plan_fetches_nothing_and_its_listing_serves_the_crawl(tmp_path):
    database = tmp_path / "x.db"
    with WaybackServer(SAMPLE) as server:
        command = ["-m", "cli.main", "plan", "--url", LEDGER, "--url", RADIO, "--archive", server.archive]
        state = environment(POLICYLAPSE_STATE=str(tmp_path / "state"), POLICYLAPSE_BUDGET="playback=30/min")
        done = programs.run(*command, "--db", database, "--json", env=state)
        assert done.returncode == 0, done.stderr
        planned = json.loads(done.stdout)["plan"]
        assert all(path.startswith("/cdx/") for path in server.asked)
        assert rows(database, "SELECT count(*) FROM captures WHERE fetched_at IS NOT NULL") == [(0,)]
        crawl(database, server.archive, url=f"{LEDGER},{RADIO}", strategy="changes")
        fetched = sum(count for path, count in server.asked.items() if path.startswith("/web/"))
    assert 0 < planned["low"] <= fetched <= planned["high"]
    assert planned["interval"] == 2.0


def test_sigterm_ends_a_crawl_cleanly(tmp_path):
    database = tmp_path / "x.db"
    sites = ROOT / "data" / "sites" / "sample.csv"
    command = ["-m", "scrapy", "crawl", "policies", "-a", f"sites={sites}", "-a", "strategy=all"]
    with WaybackServer(SAMPLE) as server:
        server.hold(30)
        command += ["-s", f"POLICYLAPSE_ARCHIVE={server.archive}", "-s", f"POLICYLAPSE_DB={database}"]
        state = environment(POLICYLAPSE_STATE=str(tmp_path / "state"))
        with programs.Program(*command, env=state) as process:
            assert server.holds(), process.err
            process.send_signal(signal.SIGTERM)
            server.release()
            assert process.wait() == 1, process.err
            assert "captures listed" in process.out
    assert rows(database, "SELECT count(*) FROM captures WHERE fetched_at IS NOT NULL") < [(60,)]
    assert not (tmp_path / "x.db-owner").exists()
    ((finished,),) = (rows(database, "SELECT count(*) FROM runs WHERE finished_at IS NOT NULL"),)
    assert finished == (1,)
    unread = "SELECT count(*) FROM captures k WHERE k.payload_id IS NOT NULL AND k.outcome = 'fetched' AND NOT EXISTS (SELECT 1 FROM extractions e WHERE e.payload_id = k.payload_id)"
    assert rows(database, unread) == [(0,)]  # what was in flight was read too


def test_every_archive_may_be_given_a_budget_of_its_own(tmp_path):
    with WaybackServer(SAMPLE) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=RADIO, settings={"POLICYLAPSE_BUDGET": "cdx=1/fortnight"})
        assert run.code == 2
        assert "POLICYLAPSE_BUDGET" in run.err
        assert not server.asked


def test_the_commands_of_cron_and_systemd_work_as_written(tmp_path):
    """Without the wait of --jitter, and in a folder of the test's."""
    files = [ROOT / "contrib" / name for name in ("crontab", "systemd/policylapse@.service")]
    texts = [path.read_text(encoding="utf-8") for path in files]
    written = [found for text in texts for found in re.findall(r"policylapse (crawl --sites [^;\n]*)", text)]
    assert len(written) == 2
    (tmp_path / "sites.csv").write_text(
        "site,url\nlumenkart.example,http://lumenkart.example/privacy\n", encoding="utf-8"
    )
    state = environment(
        POLICYLAPSE_ARCHIVE="sample", POLICYLAPSE_DB=str(tmp_path / "p.db"), POLICYLAPSE_STATE=str(tmp_path / "s")
    )
    for arguments in written:
        here = arguments.replace("/etc/policylapse/%i", str(tmp_path)).replace("--jitter 30m", "--jitter 0").split()
        done = programs.run("-m", "cli.main", *here, cwd=tmp_path, env=state)
        assert (done.returncode, done.stdout) == (0, ""), (arguments, done.stderr)
