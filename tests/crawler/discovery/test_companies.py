"""Where a policy has moved."""

import pytest

from crawler.discovery.companies import lineage_target, one_line_of_urls

OLD = "http://a.example/privacy.html"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("http://a.example/legal/privacy", "http://a.example/legal/privacy"),
        ("https://legal.b.example/privacy#top", "https://legal.b.example/privacy"),
        ("http://a.example/?page_id=3", "http://a.example/?page_id=3"),
        ("http://a.example/privacy.html?lang=en", "http://a.example/privacy.html?lang=en"),
    ],
)
def test_moves_are_followed(location, target):
    assert lineage_target(OLD, location) == (target, "")


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("https://a.example/privacy.html", "to the same page"),
        ("https://www.a.example/Privacy.html", "to the same page"),
        ("http://a.example:80/privacy.html#x", "to the same page"),
        ("http://a.example/", "to the home page http://a.example/: not followed"),
        ("https://b.example", "to the home page https://b.example/: not followed"),
        ("mailto:privacy@a.example", "to no web page: 'mailto:privacy@a.example'"),
        ("mailto:privacy@a.example?subject=privacy", "to no web page"),
        ("http://mailto:ucmr@a.example/x", "to no web page"),
        ("javascript:void(0)", "to no web page"),
        ("ftp://a.example/privacy.txt", "to no web page"),
        ("/legal/privacy", "to no web page"),
        ("http://[bad", "to no web page"),
        ("", "to no web page: ''"),
    ],
)
def test_what_is_not_followed_says_why(location, why):
    target, reason = lineage_target(OLD, location)
    assert target == ""
    assert reason.startswith(why)


def test_one_url_of_each_key_the_first_named():
    urls = ["http://a.example/p", "https://www.a.example/p/", "http://a.example/q", "http://A.example/q"]
    assert one_line_of_urls(urls) == ["http://a.example/p", "http://a.example/q"]
