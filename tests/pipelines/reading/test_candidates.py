"""Home pages, sitemaps and candidates, as discovery reads them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.targets.fetched import Fetched
from pipelines.reading.candidates import MOST_LINKS, names, read_candidate, read_links

HTML = {"content-type": "text/html; charset=utf-8"}
TEXT = "We collect personal data, and this privacy policy tells what Ringtone uses your personal information for. " * 8
POLICY = f"<html><title>Privacy Policy</title><body><h1>Privacy Policy</h1><p>{TEXT}</p></body></html>".encode()


def judged(body, site="ringtone.example", url="http://other.test/privacy"):
    return read_candidate(Fetched(body, HTML, url), site)[0]


def test_a_home_page_s_links_best_first():
    body = b'<footer><a href="/terms">Terms</a> <a href="/privacy">Privacy Policy</a></footer>'
    assert read_links(Fetched(body, HTML, "http://a.example/"))[0].url == "http://a.example/privacy"


def test_a_sitemap_s_addresses_that_look_like_a_policy_s():
    urls = [f"http://a.example/shop/{n}" for n in range(100)] + [
        "http://a.example/legal/privacy?a=1&amp;b=2",
        "ftp://x/privacy",
    ]
    body = "".join(
        ["<?xml version='1.0'?><urlset xmlns='x'>", *(f"<url><loc>\n{url}</loc></url>" for url in urls), "</urlset>"]
    )
    (found,) = read_links(Fetched(body.encode(), {"content-type": "application/xml"}, "http://a.example/sitemap.xml"))
    assert found.url == "http://a.example/legal/privacy?a=1&b=2"


def test_a_policy_that_names_the_site():
    verdict = judged(POLICY)
    assert (verdict.privacy, verdict.names_site, verdict.title) == (True, True, "Privacy Policy")
    assert not judged(POLICY, "tinroofradio.example").names_site
    assert judged(POLICY, "tinroofradio.example", "http://www.tinroofradio.example/p").names_site


def test_what_is_no_policy_says_what_it_is():
    verdict = judged(b"<html><title>Just a moment...</title><body>Checking your browser</body></html>")
    assert not verdict.privacy
    assert verdict.kind


@pytest.mark.parametrize(
    ("text", "site", "named"),
    [
        ("We at Tin Roof Radio", "tinroofradio.example", True),
        ("visit abc.example", "abc.example", True),
        ("ABC Ltd", "abc.example", True),
        ("alphabetical abcde", "abc.example", False),
        ("Grünwald & Frère", "grunwaldfrere.example", True),
        ("", "a.example", False),
    ],
)
def test_a_text_names_a_site(text, site, named):
    assert names(text, site) is named


@settings(max_examples=50)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"<urlset><loc>{text}".encode()))
def test_no_page_is_too_strange(body):
    assert len(read_links(Fetched(body, HTML, "http://a.example/"))) <= MOST_LINKS
