"""Over HTTP: a Wayback-dialect server with faults, and pywb, the real archive server, on loopback."""

import random
import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from scrapy.settings import Settings

from crawler import __version__
from crawler.archives.errors import ConfigError
from crawler.archives.files.warc import Answered
from crawler.reach import reach
from tests import programs
from tests.crawling import ROOT, crawl, environment, history, outcomes, rows
from tests.sample_archive.truth import TRUTH
from tests.servers.pywb_server import pywb_server
from tests.servers.wayback_server import EXCLUDED, FLOODS, WaybackServer

SAMPLE = ROOT / "data" / "sample"
URLS = ",".join(truth.policy_urls[0] for truth in TRUTH.values())
RADIO = "http://tinroofradio.example/privacy.html"
KART = "http://lumenkart.example/privacy"  # each page has a nonce, and a digest of its own


@pytest.fixture(scope="module")
def from_files(tmp_path_factory):
    """The history read from the WARC files directly: what every server must give too."""
    database = tmp_path_factory.mktemp("files") / "files.db"
    assert crawl(database, SAMPLE, url=URLS).code == 0
    return history(database)


@pytest.fixture(scope="module")
def pywb(tmp_path_factory):
    """pywb with the sample as its collection; yields the value of POLICYLAPSE_ARCHIVE."""
    with pywb_server(tmp_path_factory.mktemp("pywb"), SAMPLE / "sample.warc.gz") as archive:
        yield archive


def test_pywb_gives_the_same_history_as_its_warc_files(pywb, from_files, tmp_path):
    run = crawl(tmp_path / "pywb.db", pywb, url=URLS)
    assert run.code == 0, run.err
    assert history(tmp_path / "pywb.db") == from_files


def test_pywb_with_strategy_all(pywb, from_files, tmp_path):
    run = crawl(tmp_path / "pywb.db", pywb, url=URLS, strategy="all")
    assert run.code == 0, run.err
    assert history(tmp_path / "pywb.db") == from_files


def test_pywb_has_never_archived_it(pywb, tmp_path):
    run = crawl(tmp_path / "pywb.db", pywb, url="http://never.example/privacy")
    assert run.code == 1
    assert "not_archived" in run.out


def test_a_wayback_server_gives_the_same_history_as_its_warc_files(from_files, tmp_path):
    with WaybackServer(SAMPLE) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=URLS)
        assert run.code == 0, run.err
        assert history(tmp_path / "x.db") == from_files
        asked = Counter(server.asked)
        assert max(asked.values()) == 1  # nothing is asked twice
        again = crawl(tmp_path / "x.db", server.archive, url=URLS)
        assert "Nothing new" in again.out
        new = server.asked - asked
        assert all(path.startswith("/cdx/") for path in new)


def test_it_says_who_asks(tmp_path):
    with WaybackServer(SAMPLE) as server:
        crawl(tmp_path / "x.db", server.archive, url=RADIO, scrapy_settings={"POLICYLAPSE_CONTACT": "me@example.org"})
    assert server.agents == {f"policylapse/{__version__} (time-lapse of privacy policies) me@example.org"}


def test_failures_in_passing_are_tried_again(from_files, tmp_path):
    unavailable = [Answered(503, {}, b"busy"), Answered(504, {}, b"late")]
    with WaybackServer(SAMPLE, {"/web/2005": list(unavailable), "/cdx/": list(unavailable)}) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=RADIO)
    assert run.code == 0, run.err
    assert history(tmp_path / "x.db") == [row for row in from_files if row[0] == "tinroofradio.example"]


def test_what_fails_is_asked_for_once_more_at_the_end_of_the_run(from_files, tmp_path):
    busy = [Answered(503, {}, b"busy")] * 4  # the first pass and its retries
    with WaybackServer(SAMPLE, {"/web/20050812": busy}) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=RADIO)
        asked = [path for path in server.asked if path.startswith("/web/")]
    assert run.code == 0, run.err
    assert history(tmp_path / "x.db") == [row for row in from_files if row[0] == "tinroofradio.example"]
    assert sum(path.startswith("/web/20050812") for path in asked) == len(busy) + 1


def test_what_cannot_be_played_back_is_recorded_and_left_in_peace_for_a_while(from_files, tmp_path):
    database = tmp_path / "x.db"
    with WaybackServer(SAMPLE, {"/web/20180817": [Answered(503, {}, b"busy")] * 200}) as server:
        run = crawl(database, server.archive, url=KART)
        assert run.code == 1
        failed = outcomes(database)["playback_failed"]
        assert failed >= 1
        assert "run the same crawl again" in run.out
        asked = server.asked.total()
        server.faults.clear()
        assert crawl(database, server.archive, url=KART).code == 0  # reported before, and not asked for
        assert server.asked.total() == asked + 1  # the index
        with closing(sqlite3.connect(database)) as db:  # six hours later
            db.execute(
                "UPDATE capture_rows SET unusual = json_set(unusual, '$.not_before', '2001-01-01T00:00:00Z') "
                "WHERE json_extract(unusual, '$.not_before') IS NOT NULL"
            )
            db.commit()
        assert crawl(database, server.archive, url=KART).code == 0
    assert history(database) == [row for row in from_files if row[0] == "lumenkart.example"]


def test_a_later_run_asks_only_for_what_is_newer(tmp_path):
    with WaybackServer(SAMPLE) as server:
        crawl(tmp_path / "x.db", server.archive, url=RADIO)
        first = set(server.asked)
        crawl(tmp_path / "x.db", server.archive, url=RADIO)
        (index,) = set(server.asked) - first
    assert "from=20210915195903" in index  # its newest capture
    listed = rows(tmp_path / "x.db", "SELECT row_count, asked_from FROM listings ORDER BY id")
    assert listed == [(20, None), (1, "2021-09-15T19:59:03Z")]


def test_an_interrupted_listing_goes_on_at_its_resume_key(from_files, tmp_path):
    """The index gives pages of five rows; the third is refused to the first run."""
    database = tmp_path / "x.db"
    with WaybackServer(SAMPLE, {"&resumeKey=10": [Answered(503, {}, b"busy")] * 4}, page_rows=5) as server:
        assert crawl(database, server.archive, url=RADIO).code == 1
        before = set(server.asked)
        assert crawl(database, server.archive, url=RADIO).code == 0
        new = [path for path in server.asked if path not in before and path.startswith("/cdx/")]
    assert all("resumeKey=1" in path for path in new)  # 10 (asked for in vain before) and 15
    assert history(database) == [row for row in from_files if row[0] == "tinroofradio.example"]


def test_an_index_that_repeats_its_resume_key_ends(tmp_path):
    line = b"example,tinroofradio)/privacy.html 20050812211409 http://tinroofradio.example/privacy.html text/html 200 A 1\n\nk\n"
    with WaybackServer(SAMPLE, {"/cdx/": [Answered(200, {}, line)] * 50}) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=RADIO)
        assert sum(path.startswith("/cdx/") for path in server.asked.elements()) == 2
    assert run.code == 1
    assert "a page without a new row" in run.err


@pytest.mark.parametrize("path", ["/cdx/", "/web/"])
def test_429_ends_a_run_that_does_not_wait_and_the_next_one_asks_nothing(tmp_path, path):
    with WaybackServer(SAMPLE, {path: [Answered(429, {"retry-after": "120"}, b"slow down")] * 100}) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=RADIO)
        asked = Counter(server.asked)
        again = crawl(tmp_path / "x.db", server.archive, url=RADIO)
        assert server.asked == asked  # not one request inside the pause
    assert run.code == again.code == 3
    assert "(in 2 minutes)" in run.err
    assert "Nothing was asked" in again.err
    assert sum(count for path_, count in asked.items() if path_.startswith(path)) <= 8  # those under way


def crawl_with_short_pauses(database, archive, url, strategy):
    """A crawl whose pauses are over in the moment they begin: their length is tested with a clock, in test_gate.py."""
    code = (
        "import crawler.asking.limits as limits; limits.SHORTEST_PAUSE = limits.LONGEST_PAUSE = 0.01;"
        "import crawler.asking.playback as playback; playback.MAX_THROTTLED = 50;"
        "from scrapy.cmdline import execute; import sys; execute(['scrapy', *sys.argv[1:]])"
    )
    command = ["-c", code, "crawl", "policies", "-a", f"url={url}", "-a", f"strategy={strategy}"]
    command += ["-s", f"POLICYLAPSE_ARCHIVE={archive}", "-s", f"POLICYLAPSE_DB={database}"]
    state = environment(POLICYLAPSE_STATE=str(database.parent / "state"), POLICYLAPSE_RETRY_DELAY="0.001")
    return programs.run(*command, env=state)


def test_429_is_waited_for_and_the_crawl_goes_on(tmp_path, from_files):
    with WaybackServer(SAMPLE, {"/web/2005": [Answered(429, {}, b"slow down")]}) as server:
        done = crawl_with_short_pauses(tmp_path / "x.db", server.archive, RADIO, "distinct")
    assert done.returncode == 0, done.stderr
    assert history(tmp_path / "x.db") == [row for row in from_files if row[0] == "tinroofradio.example"]


def test_nothing_is_lost_in_bad_weather(from_files, tmp_path):
    """5 % 503, 2 % broken off in mid-body, 1 % 429, over all sites and every capture."""
    chance = random.Random(2026)

    def weather():
        dice = chance.random()
        if dice < 0.05:
            return Answered(503, {}, b"busy")
        return "drop" if dice < 0.07 else Answered(429, {}, b"slow down") if dice < 0.08 else None

    with WaybackServer(SAMPLE, weather=weather) as server:
        run = crawl_with_short_pauses(tmp_path / "x.db", server.archive, URLS, "all")
    assert run.returncode == 0, run.stdout
    assert history(tmp_path / "x.db") == from_files
    assert not {"playback_failed", "pending", "rate_limited"} & set(outcomes(tmp_path / "x.db"))


def test_answers_that_do_not_come_are_asked_for_again(from_files, tmp_path):
    hanging = iter([None, "hang", None, "hang", "hang"])  # the index comes, then some captures do not at first
    with WaybackServer(SAMPLE, weather=lambda: next(hanging, None)) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=RADIO, scrapy_settings={"DOWNLOAD_TIMEOUT": "1"})
    assert run.code == 0, run.err
    assert history(tmp_path / "x.db") == [row for row in from_files if row[0] == "tinroofradio.example"]


def test_a_capture_that_fails_has_its_payload_from_a_neighbour_with_its_digest(tmp_path):
    twins = "SELECT digest FROM captures WHERE payload_id IS NOT NULL GROUP BY digest HAVING count(*) > 1"
    with WaybackServer(SAMPLE, {"/web/20050812": [Answered(503, {}, b"busy")] * 50}) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=RADIO)
    assert run.code == 0, run.out
    (found,) = rows(
        tmp_path / "x.db",
        f"SELECT outcome, detail FROM captures WHERE timestamp LIKE '20050812%' AND digest IN ({twins})",
    )
    assert found[0] == "revisit"
    assert found[1].startswith("same digest as the capture of")


def test_an_excluded_site_is_not_one_that_was_never_archived(tmp_path):
    excluded = Answered(403, {"x-archive-wayback-runtime-error": EXCLUDED.decode()}, EXCLUDED)
    with WaybackServer(SAMPLE, {"/cdx/": [excluded]}) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=RADIO)
        assert run.code == 1
        assert rows(tmp_path / "x.db", "SELECT outcome FROM outcomes") == [("excluded",)]
        assert "not_archived" not in run.out
        again = crawl(tmp_path / "x.db", server.archive, url=RADIO)
        assert server.asked.total() == 1  # known for a week
    assert again.code == 0  # that was reported
    assert "to be asked again from" in again.err


@pytest.mark.parametrize("body", [b"<html>It works!</html>", b'{"message": "no"}', b"[1, 2]", b"what listing?"])
def test_an_answer_that_is_no_listing_is_an_error_never_an_empty_history(tmp_path, body):
    with WaybackServer(SAMPLE, {"/cdx/": [Answered(200, {}, body)]}) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=RADIO)
    assert run.code == 1
    assert rows(tmp_path / "x.db", "SELECT outcome FROM outcomes") == [("listing_failed",)]


def test_an_archive_that_sends_to_the_live_web_is_not_followed(tmp_path):
    away = Answered(
        302, {"location": "http://127.0.0.1:9/web/20050812211409id_/http://tinroofradio.example/privacy.html"}, b""
    )
    with WaybackServer(SAMPLE, {"/web/2005": [away]}) as server:
        crawl(tmp_path / "x.db", server.archive, url=RADIO, until="2005")
    assert outcomes(tmp_path / "x.db") == {"drifted": 1}


@pytest.mark.parametrize("answers", [["interim"], [None, *FLOODS]], ids=["index", "playback"])
def test_headers_without_end_are_cut_off_and_the_rest_goes_on(tmp_path, answers):
    """As many bytes as the buffers on the way hold are taken, where the server had 64 MiB to give; once."""
    floods, weather = sum(answer is not None for answer in answers), iter(answers)
    with WaybackServer(SAMPLE, weather=lambda: next(weather, None)) as server:
        run = crawl(tmp_path / "x.db", server.archive, url=RADIO)
        assert server.flooded < floods * 16 * 2**20
        assert max(server.asked.values()) == 1
    assert "Traceback" not in run.err
    if answers == ["interim"]:
        assert rows(tmp_path / "x.db", "SELECT outcome FROM outcomes") == [("too_large",)]
    else:
        found = outcomes(tmp_path / "x.db")
        assert found["too_large"] == floods
        assert found["fetched"] > 1


WRONG = [
    ("pywb+{pywb}/nope", r"it has no collection 'nope'\); its collections are: pywb\+{pywb}/sample$"),
    ("pywb+{pywb}", r"answers HTTP 307\); its collections are: pywb\+{pywb}/sample$"),
    ("wayback+{pywb}/sample", r"answers HTTP 404\); its collections are: pywb\+{pywb}/sample$"),
    ("wayback+{pywb}", r"answers HTTP 404\); its collections are: pywb\+{pywb}/sample$"),
    ("pywb+{wayback}/web", r"HTTP 400\); its address is: wayback\+{wayback}$"),
    ("pywb+{wayback}", r"HTTP 400\); its address is: wayback\+{wayback}$"),
    ("wayback+{wayback}/web", r"HTTP 400\); check the address: wayback\+http://HOST:PORT, or pywb\+http"),
]


@pytest.fixture(scope="module")
def servers(pywb):
    with WaybackServer(SAMPLE) as server:
        yield {"pywb": pywb.removeprefix("pywb+").removesuffix("/sample"), "wayback": server.origin}


@pytest.mark.parametrize(("archive", "said"), WRONG)
def test_a_wrong_address_is_told_with_the_names_that_exist(servers, tmp_path, archive, said):
    settings = Settings(
        {
            "POLICYLAPSE_ARCHIVE": archive.format(**servers),
            "POLICYLAPSE_STATE": str(tmp_path),
            "POLICYLAPSE_BUDGET": "",
            "POLICYLAPSE_WAIT": 0,
            "POLICYLAPSE_CONTACT": "",
        }
    )
    with pytest.raises(ConfigError, match=said.format(**servers)):
        reach(settings)


def test_nothing_is_stored_of_a_wrong_address(servers, tmp_path):
    run = crawl(tmp_path / "x.db", f"pywb+{servers['pywb']}/nope", url=RADIO)
    assert run.code == 2
    assert "its collections are:" in run.err
    assert "Traceback" not in run.err
    assert not (tmp_path / "x.db").exists()


def test_the_right_addresses_pass_and_are_asked_once(servers, tmp_path):
    for archive in ("pywb+{pywb}/sample", "pywb+{pywb}/sample/", "wayback+{wayback}"):
        reach(
            Settings(
                {
                    "POLICYLAPSE_ARCHIVE": archive.format(**servers),
                    "POLICYLAPSE_STATE": str(tmp_path),
                    "POLICYLAPSE_BUDGET": "",
                    "POLICYLAPSE_WAIT": 0,
                    "POLICYLAPSE_CONTACT": "",
                }
            )
        )
