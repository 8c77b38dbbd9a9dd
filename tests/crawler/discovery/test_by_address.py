"""Which addresses are taken for privacy policies where nobody names one."""

import pytest

from crawler.discovery.by_address import find_policy_urls, looks_like_policy
from tests.builders import make_capture


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/privacy",
        "http://a.example/Legal/Privacy-Policy.aspx",
        "http://a.example/?page=privacy_policy",
        "http://a.example/datenschutz.html",
        "http://a.example/politique-de-confidentialite",
        "http://a.example/politique-de-confidentialit%C3%A9",
        "http://a.example/vie-priv\u00e9e",
        "http://a.example/aviso-de-privacidad",
        "http://a.example/privacybeleid",
        "http://a.example/integritetspolicy",
        "http://a.example/polityka-prywatno%C5%9Bci",
        "http://a.example/%E9%9A%90%E7%A7%81%E6%94%BF%E7%AD%96",
        "http://a.example/\u30d7\u30e9\u30a4\u30d0\u30b7\u30fc",
        "http://a.example/data_protection.php",
    ],
)
def test_taken(url):
    assert looks_like_policy(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/",
        "http://privacy.example/news",
        "http://a.example/terms",
        "http://[a/privacy",
        "http://a.example/%FF",
    ],
)
def test_left(url):
    assert not looks_like_policy(url)


def test_one_address_for_each_page_and_pages_only():
    def at(year, url, **fields):
        return make_capture(timestamp=f"{year}0101000000", original=url, **fields)

    found = find_policy_urls(
        [
            at(2015, "http://www.a.example/privacy"),
            at(2019, "https://a.example/privacy/"),
            at(2016, "http://a.example/privacy", statuscode="404"),
            at(2017, "http://a.example/privacy", mimetype="warc/revisit", statuscode="-"),
            at(2015, "http://a.example/privacy.png", mimetype="image/png"),
            at(2017, "http://a.example/privacy.png", mimetype="warc/revisit", statuscode="-"),
            at(2015, "http://a.example/old-privacy", statuscode="301"),
            at(2015, "http://b.example/privacy", mimetype="warc/revisit", statuscode="-"),
            at(2015, "http://user@c.example/privacy"),
            at(2015, "http://c.example/privacy?or=1,http://d.example/"),
            at(2015, "http://e.example/about"),
        ]
    )
    assert found.taken == {"https://a.example/privacy/": 3, "http://b.example/privacy": 1}
    assert len(found.unusable) == 2
