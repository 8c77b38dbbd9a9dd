"""What discovery asks an index: in both dialects, and as a server answers it."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.archives.dialects import parse_archive
from crawler.archives.index_query import IndexQuery, select_rows
from crawler.archives.surt import surt
from crawler.discovery.asks import AskKind
from crawler.discovery.index_queries import LIKELY, index_query
from tests.builders import make_capture

INDEX = index_query(AskKind.INDEX, "a.example")


def params(archive, query):
    return parse_qs(urlsplit(parse_archive(archive).query_url(query)).query)


def test_the_wayback_dialect():
    asked = params("wayback", INDEX)
    assert asked["matchType"] == ["domain"]
    assert asked["collapse"] == ["urlkey"]
    assert asked["filter"][:2] == [f"urlkey:{LIKELY}", "!statuscode:[345].."]
    assert len(parse_archive("wayback").query_url(INDEX)) < 4_000


def test_the_pywb_dialect():
    asked = params("pywb+http://127.0.0.1:1/c", index_query(AskKind.HOMES, "http://a.example/"))
    assert asked["collapseTime"] == ["6"]
    assert asked["matchType"] == ["exact"]
    assert asked["filter"][0] == "!~status:[345].."  # revisits ("-") come


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/privacy",
        "http://a.example/PrivacyPolicy.asp",
        "http://a.example/index.php?page=privacy",
        "http://a.example/de/datenschutz",
        "http://a.example/politique-de-confidentialit%C3%A9",
        "http://a.example/vie-privee",
        "http://a.example/legal",
        "http://a.example/politica-de-privacidad",
        "http://privacy.a.example/",
        "http://a.example/pp.html",
        "http://a.example/polityka-prywatnosci",
        "http://a.example/gizlilik",
        "http://legal.a.example/x",
        "http://a.example/tietosuoja",
        "http://a.example/konfidencialnost/konfidencialnost",
        "http://a.example/gdpr",
    ],
)
def test_likely_addresses(url):
    assert re.fullmatch(LIKELY, surt(url))


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/",
        "http://a.example/about",
        "http://privacyinternational.org/news",
        "http://a.example/terms",
        "http://a.example/cookies",
    ],
)
def test_unlikely_addresses(url):
    assert not re.fullmatch(LIKELY, surt(url))


def test_a_server_s_filters_and_collapsing():
    rows = [
        make_capture(timestamp="20100101000000"),
        make_capture(timestamp="20100105000000", statuscode="404"),
        make_capture(timestamp="20100109000000", statuscode="-", mimetype="warc/revisit"),
        make_capture(timestamp="20100201000000"),
        make_capture(timestamp="20100301000000", mimetype="image/png"),
    ]
    asked = params("wayback", IndexQuery("http://a.example/", pages=True, one_per="month"))
    assert [row.timestamp[:8] for row in select_rows(rows, asked)] == ["20100101", "20100201"]
    asked = params("wayback", IndexQuery("http://a.example/", pages=True))
    assert [row.timestamp[:8] for row in select_rows(rows, asked)] == ["20100101", "20100109", "20100201"]


def test_a_filter_that_is_never_sent_is_refused():
    with pytest.raises(ValueError, match="no such filter"):
        list(select_rows([make_capture()], {"filter": ["digest:.*"]}))
