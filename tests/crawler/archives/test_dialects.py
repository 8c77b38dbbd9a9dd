"""The archives that a setting can name, and the requests they are asked by."""

from datetime import datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives import cdx
from crawler.archives.dialects import LOCAL_ORIGIN, SAMPLE, WAYBACK, citation_url, parse_archive
from crawler.archives.errors import ConfigError
from crawler.archives.table import CDX, PLAYBACK
from tests.builders import make_capture, utc

PYWB = parse_archive("pywb+http://localhost:8080/coll/")
SERVER = parse_archive("wayback+https://archive.example/")


@pytest.mark.parametrize("text", ["", "wayback"])
def test_the_wayback_machine(text):
    archive = parse_archive(text)
    assert archive is WAYBACK
    assert archive.public
    assert archive.cdx_url == "https://web.archive.org/cdx/search/cdx"
    assert archive.budgets[CDX].interval >= 60 / 30 / 0.8
    assert archive.budgets[PLAYBACK].interval >= 60 / 600 / 0.8
    assert all(budget.source for budget in archive.budgets.values())


def test_servers():
    assert (SERVER.cdx_url, SERVER.playback_url) == (
        "https://archive.example/cdx/search/cdx",
        "https://archive.example/web/",
    )
    assert SERVER.read_listing is cdx.read_wayback
    assert (PYWB.cdx_url, PYWB.playback_url) == ("http://localhost:8080/coll/cdx", "http://localhost:8080/coll/")
    assert PYWB.read_listing is cdx.read_pywb
    assert not PYWB.public
    assert PYWB.name == parse_archive("pywb+http://localhost:8080/coll").name


def test_files(tmp_path):
    sample = parse_archive("sample")
    assert (sample.root, sample.budgets, sample.name) == (SAMPLE, {}, "sample")
    assert sample.cdx_url.startswith(LOCAL_ORIGIN)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.warc").write_bytes(b"")
    assert parse_archive(str(tmp_path)).root == tmp_path.resolve()
    assert parse_archive(str(tmp_path / "sub" / "a.warc")).root == (tmp_path / "sub" / "a.warc").resolve()


def test_a_folder_without_warc_files_is_said(tmp_path):
    with pytest.raises(ConfigError, match=r"no WARC or ARC file .*\.warc\.gz.* in"):
        parse_archive(str(tmp_path))


@pytest.mark.parametrize(
    "text", ["waybak", "https://web.archive.org", "pywb+localhost:8080", "wayback+", "/no/such/folder"]
)
def test_no_archive_of_that_name(text):
    with pytest.raises(ConfigError) as caught:
        parse_archive(text)
    for form in (
        repr(text),
        "`wayback`",
        "`sample`",
        "`wayback+http://HOST:PORT`",
        "`pywb+http://HOST:PORT/COLLECTION`",
        "WARC file",
    ):
        assert form in str(caught.value)


def query(url):
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


@pytest.mark.parametrize("archive", [WAYBACK, SERVER, PYWB, parse_archive("sample")], ids=lambda archive: archive.name)
def test_a_listing_asks_for_one_url_and_filters_nothing(archive):
    url = archive.listing_url("http://a.example/p?x=1&y=ä#z", since=utc(2015, 3, 1), until=utc(2016, 1, 1, 23, 59, 59))
    assert url.startswith(f"{archive.cdx_url}?")
    sent = query(url)
    assert sent["url"] == "http://a.example/p?x=1&y=ä#z"
    assert (sent["from"], sent["to"]) == ("20150301000000", "20160101235959")
    assert sent["matchType"] == "exact"
    assert set(sent) == {"url", "matchType", "from", "to", *archive.extra_params}
    assert not {"filter", "collapse", "gzip", "resolveRevisits"} & set(sent)
    assert set(query(archive.listing_url("http://a.example/", since=None, until=None))) == {
        "url",
        "matchType",
        *archive.extra_params,
    }


def test_a_star_in_a_url_is_no_wildcard():
    assert "url=http%3A%2F%2Fa.example%2F%252A" in WAYBACK.listing_url("http://a.example/*", since=None, until=None)


def test_the_wayback_listing_asks_for_a_resume_key():
    assert query(WAYBACK.listing_url("http://a.example/", since=None, until=None))["showResumeKey"] == "true"


@pytest.mark.parametrize("key", ["eJxLzy_TyUss-A==", "com%2Ccnn%29%2F+2001041400593%3A", "a%2Bb", "a&filter=b", "ü"])
def test_the_resume_key_is_encoded_once(key):
    url = WAYBACK.listing_url("http://a.example/", since=None, until=None, resume_key=key)
    assert parse_qs(urlsplit(url).query)["resumeKey"] == [key]


def test_the_resume_key_as_recorded():
    url = WAYBACK.listing_url("cnn.com", since=None, until=None, resume_key="com%2Ccnn%29%2F+2001041400593%3A")
    assert url.endswith("&resumeKey=com%252Ccnn%2529%252F%2B2001041400593%253A")


@given(
    st.text(min_size=1).filter(lambda text: text.isprintable() and text.strip()),
    st.text(min_size=1).filter(str.isprintable),
    st.datetimes(),
)
def test_values_arrive_as_they_are(url, key, since):
    sent = query(
        WAYBACK.listing_url(url, since=since.replace(tzinfo=utc(2000, 1, 1).tzinfo), until=None, resume_key=key)
    )
    typed = url.replace("*", "%2A").strip().replace(" ", "%20")  # what a URL may not hold is encoded, once
    assert (sent["url"], sent["resumeKey"]) == (typed, key)
    assert datetime.strptime(sent["from"], "%Y%m%d%H%M%S") == since.replace(microsecond=0)  # noqa: DTZ007
    assert len(sent["from"]) == 14


def test_mementos_are_asked_for_as_captured():
    capture = make_capture(
        timestamp="20000012170449", captured_at=utc(2000, 12, 17), original="http://a.example:80/p?x=1"
    )
    assert WAYBACK.memento_url(capture) == "https://web.archive.org/web/20000012170449id_/http://a.example:80/p?x=1"
    assert PYWB.memento_url(capture) == "http://localhost:8080/coll/20000012170449id_/http://a.example:80/p?x=1"
    assert (
        citation_url("20200101000000", "http://a.example/")
        == "https://web.archive.org/web/20200101000000id_/http://a.example/"
    )


@pytest.mark.parametrize(
    "url",
    ["https://web.archive.org/web/2020id_/http://a.example/", "http://web.archive.org/web/2020/http://a.example/"],
)
def test_what_is_the_archives(url):
    assert WAYBACK.owns(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/privacy",
        "https://web.archive.org/save/http://a.example/",
        "https://web.archive.org.evil.example/web/2020id_/http://a.example/",
        "https://evil.example/web/2020id_/http://a.example/",
        "https://evil.example/https://web.archive.org/web/2020id_/http://a.example/",
        "https://user@web.archive.org/web/2020id_/http://a.example/",
        "ftp://web.archive.org/web/2020id_/http://a.example/",
        "file:///web/2020",
        "//web.archive.org",
        "",
    ],
)
def test_what_is_not(url):
    assert not WAYBACK.owns(url)


def test_each_endpoint_has_a_slot():
    assert WAYBACK.slot(CDX) != WAYBACK.slot(PLAYBACK) != PYWB.slot(PLAYBACK)


def test_what_names_an_archive_is_read_as_that_archive(tmp_path):
    (tmp_path / "a.warc").write_bytes(b"")
    for text in ("wayback", "sample", "pywb+http://localhost:8080/coll", "wayback+http://127.0.0.1:9", str(tmp_path)):
        archive = parse_archive(text)
        assert archive.argument == text
        assert parse_archive(archive.argument) == archive
