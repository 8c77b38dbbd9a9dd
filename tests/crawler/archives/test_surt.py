"""What an index folds together, what is a URL, and whose it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.errors import ConfigError
from crawler.archives.surt import MAX_URL, check_url, site_of, surt


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/privacy",
        "https://a.example/privacy",
        "http://www.a.example/privacy",
        "http://www2.a.example/privacy",
        "http://a.example:80/privacy",
        "https://a.example:443/privacy",
        "HTTP://A.Example/Privacy",
        "http://a.example/privacy/",
        "http://a.example/privacy?",
    ],
)
def test_what_folds_to_one_key(url):
    assert surt(url) == "example,a)/privacy"


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/privacy.html",
        "http://a.example/privacy?page=1",
        "http://b.a.example/privacy",
        "http://a.example:8080/privacy",
    ],
)
def test_what_does_not(url):
    assert surt(url) != "example,a)/privacy"


def test_the_order_of_a_query_folds():
    assert surt("http://a.example/p?b=1&a=2") == surt("http://a.example/p?a=2&b=1") == "example,a)/p?a=2&b=1"


def test_a_name_in_unicode_and_in_punycode_is_one():
    assert surt("http://münchen.example/x") == surt("http://xn--mnchen-3ya.example/x") == "example,xn--mnchen-3ya)/x"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("example.com/privacy", "http://example.com/privacy"),
        ("example.com", "http://example.com/"),
        (" https://example.com/a#section ", "https://example.com/a"),
        ("example.com:8080/p", "http://example.com:8080/p"),
        ("http://192.0.2.1/p", "http://192.0.2.1/p"),
        ("localhost:8000/p", "http://localhost:8000/p"),
        ("http://münchen.example/ä", "http://xn--mnchen-3ya.example/ä"),
        ("http://a.example/p?x=1,2", "http://a.example/p?x=1,2"),
        ("https://medium.example/@someone/privacy", "https://medium.example/@someone/privacy"),
    ],
)
def test_urls_that_people_write(text, url):
    assert check_url(text) == url


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "is no host name"),
        ("privacy", "'privacy' is no host name"),
        ("/privacy", "is no host name"),
        ("http://", "is no host name"),
        ("http://a..example/", "'a..example' is no host name"),
        ("http://exa mple.com/", "'exa mple.com' is no host name"),
        ("http://exam*ple.com/", "is no host name"),
        ("http://a.example:99999/", "Port out of range"),
        ("http://a.example:x/", "Port could not be cast"),
        ("http://[bad/", "Invalid IPv6 URL"),
        ("http://[::1]/", "'::1' is no host name"),
        ("ftp://a.example/p", "must begin with http:// or https://"),
        ("javascript:history.back()", "is not a URL"),
        ("mailto:privacy@a.example", "mail address"),
        ("mailto:privacy@a.example?subject=hello", "mail address"),
        ("http://user:secret@a.example/p", "names a user"),
        ("http://a.example/my privacy", "white space"),
        ("http://a.example/\x00", "white space"),
        ("http://a.example/" + "x" * MAX_URL, f"over {MAX_URL} characters"),
    ],
)
def test_what_is_no_url_is_said(text, wrong):
    with pytest.raises(ConfigError) as caught:
        check_url(text)
    assert wrong in str(caught.value)
    assert repr(text)[1:20] in str(caught.value)


@given(st.text() | st.from_regex(r"(https?://)?[a-zß-ÿ.@:0-9\[\]-]{1,80}(/[ -~]*)?", fullmatch=True))
def test_what_passes_has_a_key_and_a_site(text):
    try:
        url = check_url(text)
    except ConfigError:
        return
    assert check_url(url) == url
    assert ")/" in surt(url)
    assert site_of(url)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("http://www.example.com/x", "example.com"),
        ("http://www.bbc.co.uk/privacy", "bbc.co.uk"),
        ("http://shop.blogspot.com/privacy", "shop.blogspot.com"),
        ("http://www.shop.blogspot.com/privacy", "shop.blogspot.com"),
        ("http://co.uk/", "co.uk"),
        ("http://shop.example/p", "shop.example"),
        ("http://www.shop.example/p", "shop.example"),
        ("http://192.0.2.1/p", "192.0.2.1"),
        ("http://localhost:8000/p", "localhost"),
        ("http://Legal.Example.COM:8080/p", "example.com"),
        ("http://www.münchen.de/p", "münchen.de"),
    ],
)
def test_whose_a_url_is(url, site):
    assert site_of(url) == site
