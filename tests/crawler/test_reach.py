"""Whether what answers at an address is the archive that was named: every kind of answer to the probe."""

import json

import pytest
from scrapy.settings import Settings

from crawler.archives.dialects import WAYBACK, parse_archive
from crawler.archives.errors import ConfigError, NotRunning
from crawler.reach import Reply, check_archive, is_named, reach

ROOT = "http://127.0.0.1:8080"
IA, PYWB = parse_archive(f"wayback+{ROOT}"), parse_archive(f"pywb+{ROOT}/hist")
HTML = Reply(200, b"<html>It works!</html>")
ROW = b"com,example)/ 20200101000000 http://example.com/ text/html 200 AAAA 100\n"
COLLECTIONS = Reply(200, json.dumps({"fixed": ["all"], "dynamic": ["hist", "b"]}).encode())
NONE_FOUND = b'{"message": "No Captures found for: http://policylapse.invalid/"}'


def server(index, **others):
    """Answers to the index, and to paths of the server that are called as `others`; 404 to all else."""
    asked = []

    def ask(url):
        asked.append(url)
        if "policylapse.invalid" in url:
            return index
        return next((reply for path, reply in others.items() if url == f"{ROOT}/{path}"), Reply(404))

    ask.asked = asked
    return ask


@pytest.mark.parametrize(
    ("archive", "index"),
    [
        (IA, Reply(200)),
        (IA, Reply(200, b"[]")),
        (IA, Reply(200, ROW)),
        (IA, Reply(403, b"org.archive.wayback.exception.RobotAccessControlException: Blocked")),
        (PYWB, Reply(200)),
        (PYWB, Reply(404, NONE_FOUND)),
    ],
)
def test_what_is_an_archive_is_asked_one_thing(archive, index):
    ask = server(index)
    check_archive(archive, ask)
    assert len(ask.asked) == (2 if archive.pywb else 1)


@pytest.mark.parametrize("status", [0, 429, 500, 502, 503, 504, 408])
@pytest.mark.parametrize("archive", [IA, PYWB])
def test_what_passes_tells_nothing(archive, status):
    check_archive(archive, server(Reply(status, b"<html>busy</html>")))


@pytest.mark.parametrize("archive", [IA, PYWB])
@pytest.mark.parametrize("index", [HTML, Reply(404), Reply(400), Reply(301), Reply(307), Reply(401), Reply(405)])
def test_what_is_no_archive_is_told(archive, index):
    with pytest.raises(ConfigError, match=r"is no archive that can be read .*; check the address: wayback\+http"):
        check_archive(archive, server(index))


def test_an_index_may_say_404_of_what_it_does_not_have():
    check_archive(IA, server(Reply(404), **{"cdx/search/cdx": Reply(400, b"url is missing")}))


def test_a_collection_that_does_not_exist():
    check_archive(PYWB, server(Reply(200), **{"collinfo.json": COLLECTIONS}))
    check_archive(parse_archive(f"pywb+{ROOT}/all"), server(Reply(200), **{"collinfo.json": COLLECTIONS}))
    with pytest.raises(ConfigError, match=rf"collections are: pywb.{ROOT}/all, pywb.{ROOT}/b, pywb.{ROOT}/hist$"):
        check_archive(parse_archive(f"pywb+{ROOT}/nope"), server(Reply(200), **{"collinfo.json": COLLECTIONS}))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b'{"dynamic": 3}', b"[" * 100_000, b"null", b"\xff"])
def test_a_list_of_collections_that_is_none_refutes_nothing(body):
    check_archive(PYWB, server(Reply(200), **{"collinfo.json": Reply(200, body)}))


def test_only_an_address_that_was_typed_is_asked(tmp_path):
    (tmp_path / "a.warc").write_bytes(b"")
    assert [is_named(one) for one in (WAYBACK, parse_archive(str(tmp_path)), IA, PYWB)] == [False, False, True, True]


def test_a_server_that_is_not_running(tmp_path):
    settings = {
        "POLICYLAPSE_ARCHIVE": "pywb+http://127.0.0.1:9/hist",
        "POLICYLAPSE_STATE": str(tmp_path),
        "POLICYLAPSE_BUDGET": "",
        "POLICYLAPSE_WAIT": 0,
        "POLICYLAPSE_CONTACT": "",
    }
    for _ in range(2):  # nothing was stored
        with pytest.raises(NotRunning, match=r"^cannot connect to 127.0.0.1:9: is it running[?]"):
            reach(Settings(settings))
