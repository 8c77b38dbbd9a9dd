"""Our manners in other people's spiders: what goes to the archive passes the gate, and nothing else is touched."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from crawler.addon import PoliteArchive
from crawler.archives.dialects import SAMPLE, WAYBACK, parse_archive
from crawler.archives.errors import ConfigError
from crawler.archives.files.warc import Answered
from crawler.asking.guest import OTHER, GuestPlayback, endpoint_of
from crawler.asking.playback import MAX_A_CAPTURE
from tests.programs import ROOT, run
from tests.servers.wayback_server import WaybackServer

SPIDER = """
import json, sys
import scrapy

class Others(scrapy.Spider):
    name = "others"
    custom_settings = {"ADDONS": {"crawler.addon.PoliteArchive": 500}}

    async def start(self):
        for url in json.loads(self.urls):
            yield scrapy.Request(url, errback=self.failed)

    def parse(self, response):
        playback = response.meta.get("playback")
        title = response.css("title::text").get("") if hasattr(response, "text") else ""
        yield {
            "url": response.url, "status": response.status, "answer": playback and playback.answer.name,
            "at": playback and playback.memento_at and playback.memento_at.isoformat(),
            "title": title.strip(), "agent": response.request.headers["User-Agent"].decode(),
        }

    def failed(self, failure):
        yield {"url": failure.request.url, "failed": type(failure.value).__name__, "why": str(failure.value)}
"""


def spend(folder, archive, urls, **settings):
    """Run the spider of a stranger, in a folder of its own."""
    (folder / "others.py").write_text(SPIDER)
    given = {
        "POLICYLAPSE_ARCHIVE": archive,
        "POLICYLAPSE_STATE": folder / "state",
        "POLICYLAPSE_WAIT": 0,
        "POLICYLAPSE_RETRY_DELAY": 0.001,
        "TELNETCONSOLE_ENABLED": 0,
        "LOG_LEVEL": "INFO",
    } | settings
    options = [part for name, value in given.items() for part in ("-s", f"{name}={value}")]
    done = run(
        "-m",
        "scrapy",
        "runspider",
        "others.py",
        "-a",
        f"urls={json.dumps(urls)}",
        "-O",
        "items.json",
        *options,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(folder)},
        cwd=folder,
    )
    text = (folder / "items.json").read_text() if (folder / "items.json").exists() else ""
    return done, {item["url"]: item for item in json.loads(text or "[]")}


@pytest.mark.parametrize("name", ["capture", "policy"])
@pytest.mark.parametrize("value", [7, "privacy", None, True, ("a", 1)])
def test_a_strangers_meta_may_have_our_names(name, value):
    middleware = GuestPlayback.from_crawler(get_crawler(settings_dict={"POLICYLAPSE_ARCHIVE": "wayback"}))
    for number in range(2 * MAX_A_CAPTURE):
        url = f"https://web.archive.org/web/20210302114416id_/https://a.example/{number}"
        assert middleware.process_request(Request(url, meta={name: value})) is None


def test_a_strangers_spider_gets_mementos_read_and_is_asked_to_wait(tmp_path):
    with WaybackServer(SAMPLE) as server:
        page = f"{server.origin}/web/20210302114416id_/https://lumenkart.example/privacy"
        server.faults[page.removeprefix(server.origin)] = [Answered(503, {}, b"busy")]
        live = f"{server.origin.replace('127.0.0.1', 'localhost')}/nothing-of-the-archive"
        done, items = spend(tmp_path, f"wayback+{server.origin}", [page, live], POLICYLAPSE_CONTACT="me@a.example")
        assert done.returncode == 0, done.stderr
        asked = dict(server.asked)
    assert items[page]["answer"] == "MEMENTO", (items, asked)
    assert items[page]["title"]
    assert items[page]["at"].startswith("2021-03-02T11:44:16")
    assert items[page]["agent"].endswith("me@a.example")
    assert asked[page.removeprefix(server.origin)] == 2, "a 503 of the archive itself is asked again"
    assert "answer" not in items[live], "Scrapy's own rule: a 404 is no answer"
    assert items[live]["failed"] == "HttpError"


def test_an_archived_error_is_a_capture_and_a_pause_ends_the_run(tmp_path):
    with WaybackServer(SAMPLE) as server:
        urls = [f"{server.origin}/web/20210302114416id_/https://lumenkart.example/{n}" for n in range(3)]
        gone = {"Memento-Datetime": "Tue, 02 Mar 2021 11:44:16 GMT"}
        server.faults[urls[0].removeprefix(server.origin)] = [Answered(404, gone, b"<title>Gone</title>")]
        server.faults[urls[1].removeprefix(server.origin)] = [Answered(429, {"Retry-After": "900"}, b"slow down")] * 9
        done, items = spend(tmp_path, f"wayback+{server.origin}", urls, CONCURRENT_REQUESTS=1)
        asked = dict(server.asked)
    assert items[urls[0]] | {"agent": ""} == {
        "url": urls[0],
        "status": 404,
        "answer": "ARCHIVED_ERROR",
        "at": "2021-03-02T11:44:16+00:00",
        "title": "Gone",
        "agent": "",
    }
    assert items[urls[1]]["answer"] == "RATE_LIMITED"
    assert asked[urls[1].removeprefix(server.origin)] == 1
    assert urls[2].removeprefix(server.origin) not in asked
    assert "'finish_reason': 'rate_limited'" in done.stderr


def test_files_are_an_archive_for_strangers_too(tmp_path):
    page = "warc://local/web/20210302114416id_/https://lumenkart.example/privacy"
    _done, items = spend(tmp_path, "sample", [page])
    assert items[page].get("answer") == "MEMENTO", items


def test_it_keeps_what_the_project_has_set_and_wins_where_both_speak():
    settings = Settings(
        {
            "DOWNLOADER_MIDDLEWARES": {"mine.Middleware": 10},
            "DOWNLOAD_HANDLERS": {"http": "mine.Handler", "ftp": None},
            "DOWNLOAD_SLOTS": {"a.example": {"delay": 3}},
            "POLICYLAPSE_CONTACT": "me@a.example",
        }
    )
    PoliteArchive().update_settings(settings)
    assert settings.getdict("DOWNLOADER_MIDDLEWARES")["mine.Middleware"] == 10
    assert settings.getdict("DOWNLOAD_HANDLERS")["http"] == "crawler.asking.guest.GuestHandler"
    assert settings.getdict("DOWNLOAD_HANDLERS")["ftp"] is None
    slots = settings.getdict("DOWNLOAD_SLOTS")
    assert slots["a.example"] == {"delay": 3}
    assert slots["web.archive.org"]["concurrency"] == 2


def test_nobody_asks_a_public_archive_without_saying_who_asks():
    with pytest.raises(ConfigError, match="POLICYLAPSE_CONTACT"):
        PoliteArchive().update_settings(Settings())


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://web.archive.org/web/2020id_/http://a.example/", "playback"),
        ("http://WEB.archive.org/web/20200101000000/http://a.example/", "playback"),
        ("https://web.archive.org/cdx/search/cdx?url=a.example", "cdx"),
        ("https://web.archive.org/robots.txt", OTHER),
        ("https://web.archive.org.evil.example/web/2020id_/http://a.example/", None),
        ("https://a.example/web/2020id_/http://a.example/", None),
        ("https://[a", None),
    ],
)
def test_the_url_alone_says_whose_a_request_is(url, endpoint):
    assert endpoint_of(WAYBACK, url) == endpoint


@given(st.text(), st.sampled_from(["https://a.example/", "http://web.archive.org@a.example/", "data:"]))
def test_nothing_of_another_host_is_the_archives(rest, start):
    assert endpoint_of(WAYBACK, start + rest) is None


def test_each_archive_has_its_endpoints():
    for name in ("sample", "wayback+http://127.0.0.1:9", "pywb+http://127.0.0.1:9/all"):
        archive = parse_archive(name)
        assert endpoint_of(archive, archive.cdx_url + "?url=x") == "cdx"
        assert endpoint_of(archive, f"{archive.playback_url}2020id_/http://a.example/") == "playback"
