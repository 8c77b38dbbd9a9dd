"""Pauses of whole crawls: told, ended by a signal or a limit, and never booked as the archive's where the fault is ours."""

import contextlib
import shutil
import signal
import subprocess
import threading
import time
from contextlib import contextmanager

import pytest

from crawler.archives.files.warc import Answered
from crawler.asking.gate import GRACE
from tests import programs
from tests.crawling import ROOT, crawl, environment, outcomes, rows
from tests.servers.standin import StandIn, write_sites
from tests.servers.wayback_server import WaybackServer

SAMPLE = ROOT / "data" / "sample"
RADIO = "http://tinroofradio.example/privacy.html"
SLOW_DOWN = Answered(429, {"retry-after": "600"}, b"slow down")


def test_a_crawl_keeps_out_of_the_pauses_of_an_archive_with_limits(tmp_path):
    """What it is asked for is what it obeys; at full size: python -m benchmarks standin."""
    (tmp_path / "archive").mkdir()
    old, _new = write_sites(tmp_path / "archive", sites=1, captures=16)
    with StandIn(tmp_path / "archive") as server:
        server.windows["/web/"].allowed = 10
        run = crawl(tmp_path / "x.db", server.archive, url=old, strategy="all", settings={"POLICYLAPSE_WAIT": "600"})
    assert run.code == 0, run.err
    assert outcomes(tmp_path / "x.db") == {"fetched": 16, "redirect": 1}
    assert server.refused >= 1
    assert (server.in_pause, server.repeats) == (0, 0)
    assert "the crawl waits" in run.err


@contextmanager
def paused_crawl(database, archive, **settings):
    """A crawl that is willing to wait for ever, as soon as it says that it waits."""
    command = ["-m", "scrapy", "crawl", "policies", "-a", f"url={RADIO}", "-a", "strategy=all"]
    command += ["-s", f"POLICYLAPSE_ARCHIVE={archive}", "-s", f"POLICYLAPSE_DB={database}"]
    state = environment(POLICYLAPSE_STATE=str(database.parent / "state"), POLICYLAPSE_WAIT="inf", **settings)
    with programs.Program(*command, env=state) as process:
        until(lambda: "the crawl waits" in process.err, process)
        yield process


def until(reached, process):
    """Return once something is reached, or the process ended."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not reached():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
            return


@pytest.mark.parametrize("path", ["/cdx/", "/web/"])
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_wakes_a_crawl_that_waits_and_ends_it(tmp_path, path, sent):
    with (
        WaybackServer(SAMPLE, {path: [SLOW_DOWN] * 50}) as server,
        paused_crawl(tmp_path / "x.db", server.archive) as process,
    ):
        begun = time.monotonic()
        process.send_signal(sent)
        code = process.wait(60)
        took = time.monotonic() - begun
        assert server.asked.total() <= 9  # the index, and what was under way when the first 429 came
        out, said = process.out, process.err
    assert took < 30  # of the pause's 600
    assert code == 1, said
    assert said.count("no request before") == 1
    assert "(in 10 minutes); the crawl waits" in said
    assert "Ended: it was told to end (Ctrl-C or SIGTERM). The same crawl goes on where it stopped." in out
    assert "Traceback" not in said
    assert set(outcomes(tmp_path / "x.db")) <= {"pending", "fetched"}
    assert rows(tmp_path / "x.db", "SELECT outcome FROM outcomes") == []


def test_a_limit_of_time_ends_a_crawl_that_waits(tmp_path):
    with (
        WaybackServer(SAMPLE, {"/web/": [SLOW_DOWN] * 50}) as server,
        paused_crawl(tmp_path / "x.db", server.archive, POLICYLAPSE_MAX_MINUTES="0.1") as process,
    ):
        code = process.wait(90)
        out, err = process.out, process.err
    assert code == 1, err
    assert "Traceback" not in err
    assert "Ended: " in out
    assert set(outcomes(tmp_path / "x.db")) <= {"pending", "fetched"}


def test_a_signal_wakes_a_crawl_that_is_about_to_ask_again(tmp_path):
    """Between two tries there is a delay of a minute here."""
    with WaybackServer(SAMPLE, {"/web/": [Answered(503, {}, b"busy")] * 500}) as server:
        command = ["-m", "scrapy", "crawl", "policies", "-a", f"url={RADIO}"]
        command += ["-s", f"POLICYLAPSE_ARCHIVE={server.archive}", "-s", f"POLICYLAPSE_DB={tmp_path / 'x.db'}"]
        state = environment(POLICYLAPSE_STATE=str(tmp_path / "state"), POLICYLAPSE_RETRY_DELAY="600")
        with programs.Program(*command, env=state) as process:
            until(lambda: any(path.startswith("/web/") for path in server.asked.copy()), process)
            process.send_signal(signal.SIGTERM)
            code = process.wait(60)
            out, err = process.out, process.err
    assert code == 1, err
    assert "Ended: it was told to end" in out
    assert set(outcomes(tmp_path / "x.db")) == {"pending"}


@pytest.mark.parametrize("path", ["/cdx/", "/web/"])
def test_a_server_that_never_answers_does_not_hold_up_the_end(tmp_path, path):
    """Its downloads have two minutes; after a signal they have GRACE seconds."""
    hanging = threading.Event()

    def weather():
        if server.asked.total() > (path == "/web/"):
            hanging.set()
            return "hang"
        return None

    server = WaybackServer(SAMPLE, weather=weather)
    with server:
        command = ["-m", "scrapy", "crawl", "policies", "-a", f"url={RADIO}"]
        command += ["-s", f"POLICYLAPSE_ARCHIVE={server.archive}", "-s", f"POLICYLAPSE_DB={tmp_path / 'x.db'}"]
        state = environment(POLICYLAPSE_STATE=str(tmp_path / "state"))
        with programs.Program(*command, env=state) as process:
            assert hanging.wait(120)
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            code = process.wait(110)
            took = time.monotonic() - begun
            out, err = process.out, process.err
    assert code == 1, err
    assert took > GRACE
    assert "Ended: it was told to end" in out
    assert "Traceback" not in err
    assert "Unhandled" not in err
    assert set(outcomes(tmp_path / "x.db")) <= {"pending"}
    assert rows(tmp_path / "x.db", "SELECT outcome FROM outcomes") == []


@pytest.mark.parametrize("moment", [2, 6])
def test_a_state_that_is_lost_ends_the_run_and_books_nothing_on_the_archive(tmp_path, moment):
    """The folder is deleted while a request is answered: the first capture's, or a later one's."""
    asked = []

    def weather():
        asked.append(1)
        if len(asked) == moment:
            shutil.rmtree(tmp_path / "state")

    with WaybackServer(SAMPLE, weather=weather) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=RADIO, strategy="all")
        assert run.code == 2, run.err
        assert run.out.count("cannot keep the archives' limits in") == 1
        assert "Traceback" not in run.err
        assert set(outcomes(tmp_path / "x.db")) <= {"fetched", "pending"}
        assert rows(tmp_path / "x.db", "SELECT outcome FROM outcomes") == []
        again = crawl(tmp_path / "x.db", server.archive, url=RADIO, strategy="all")
    assert again.code == 0, again.err
