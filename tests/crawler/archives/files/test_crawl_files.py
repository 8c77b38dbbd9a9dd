"""Files as a crawl writes them: read through once, what is cut off never whole, and what `look` saw."""

import gzip

import pytest

from cli.getting.imports.candidates import is_titled_policy
from crawler.archives.files.warc import TRUNCATED, WarcArchive
from tests.builders import utc
from tests.crawling import crawl, outcomes
from tests.generators.crawl_files import write

POLICY = b"<html><title>Privacy Policy</title><h1>Privacy</h1>" + b"<p>We collect your personal data.</p>" * 60
URL = "https://shop.example/privacy"


def one_record(tmp_path, body, fields="", kind="response"):
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {URL}\r\nWARC-Date: 2019-01-01T00:00:00Z\r\n{fields}"
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"))
    return path


def test_of_a_crawls_file_every_page_is_listed_and_those_that_are_titled_like_a_policy_are_noted(tmp_path):
    path = tmp_path / "CC-MAIN.warc.gz"
    pages = write(path, 400_000, policies=[("https://a.example/p1.html", POLICY), (URL, POLICY)])
    archive = WarcArchive(path, look=is_titled_policy)
    listed = [record.capture for record in archive.records()]
    assert len(listed) == pages
    assert archive.noted() == {"https://a.example/p1.html": 1, URL: 1}
    assert archive.damages == []
    (policy,) = [one for one in listed if one.original == URL]
    assert policy.captured_at.replace(second=0) == utc(2024, 2, 20, 21, 4)
    assert archive.playback(policy.timestamp, URL).body == POLICY
    assert WarcArchive(path).noted() == {}


@pytest.mark.parametrize(
    ("body", "fields", "said"),
    [
        (POLICY, "", None),
        (POLICY, "WARC-Truncated: length\r\n", "length"),
        (POLICY, "WARC-Truncated: disconnect\r\n", "disconnect"),
        (POLICY.ljust(2**20), "", "length"),
        (POLICY.ljust(500 * 1024), "", "length"),
        (POLICY.ljust(2**20 + 1), "", None),
    ],
    ids=["whole", "cut off", "broken off", "1 MiB", "500 KiB", "1 MiB and a byte"],
)
def test_a_record_that_is_cut_off_says_so(tmp_path, body, fields, said):
    archive = WarcArchive(one_record(tmp_path, body, fields))
    assert archive.playback("20190101000000", URL).headers.get(TRUNCATED) == said


def test_a_revisit_has_no_payload_of_its_own_and_says_cut_off_of_that(tmp_path):
    path = tmp_path / "a.warc"
    first = gzip.decompress(
        one_record(tmp_path, POLICY, "WARC-Payload-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n").read_bytes()
    )
    head = (
        f"WARC/1.0\r\nWARC-Type: revisit\r\nWARC-Target-URI: {URL}\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n"
        "WARC-Truncated: length\r\nWARC-Payload-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\nContent-Length: 0\r\n\r\n"
    )
    path.write_bytes(first + head.encode() + b"\r\n\r\n")
    answered = WarcArchive(path).playback("20200101000000", URL)
    assert (answered.body, answered.headers.get(TRUNCATED)) == (POLICY, None)


def test_a_page_that_is_cut_off_is_never_a_version(tmp_path):
    path = one_record(tmp_path, POLICY, "WARC-Truncated: length\r\n")
    crawl(tmp_path / "x.db", path, url=URL)
    assert outcomes(tmp_path / "x.db") == {"undecodable": 1}


@pytest.mark.parametrize(
    ("page", "titled"),
    [
        (b"<title>Shop - Privacy Policy</title>", True),
        (b"<TITLE lang=en>PRIVACY NOTICE</TITLE>", True),
        (b"<title>Shop</title><h1><img src=logo></h1><h1>Privacy policy</h1>", True),
        ("<title>Politique de confidentialité</title>".encode("latin-1"), True),
        (b"<title>Politique de confidentialit&eacute;</title>", True),
        ("<title>Datenschutzerklärung</title>".encode("utf-16"), True),
        (gzip.compress(b"<title>Privacy Policy</title>" + POLICY), True),
        ("<title>プライバシーポリシー</title>".encode("iso-2022-jp"), True),
        (b"<title>Boots for the mountains</title><h1>Boots</h1><p>Privacy policy</p>", False),
        (b"<h1 Privacy policy" * 5000, False),
        (b"", False),
        (b"\x1f\x8b\x08 no gzip", False),
    ],
)
def test_titles(page, titled):
    charset = "; charset=iso-2022-jp" if b"\x1b$" in page else ""
    assert is_titled_policy(page, {"content-type": f"text/html{charset}"}) is titled
