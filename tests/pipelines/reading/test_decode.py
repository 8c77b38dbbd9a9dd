"""Payload bytes to text: what servers claim and what is there."""

import gzip
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.errors import DecodeError
from pipelines.reading.decode import MAX_DECODED_BYTES, decode_payload

HTML = {"content-type": "text/html; charset=utf-8"}
PAGE = "<p>We collect your name – and “nothing” else.</p>".encode()


def with_coding(name):
    return {**HTML, "content-encoding": name}


def raw_deflate(data):
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (PAGE, HTML),
        (gzip.compress(PAGE, mtime=0), with_coding("gzip")),
        (gzip.compress(PAGE, mtime=0), with_coding("x-gzip")),
        (zlib.compress(PAGE), with_coding("deflate")),
        (raw_deflate(PAGE), with_coding("deflate")),
        (zstandard.compress(PAGE), with_coding("zstd")),
        (gzip.compress(zstandard.compress(PAGE), mtime=0), with_coding("zstd, gzip")),
        (PAGE, with_coding("identity")),
    ],
)
def test_declared_codings_come_off_without_a_note(body, headers):
    page = decode_payload(body, headers)
    assert page.text == PAGE.decode()
    assert page.notes == ()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "nonsense"])
def test_false_claim_of_a_coding_is_noted(coding):
    page = decode_payload(PAGE, with_coding(coding))
    assert page.text == PAGE.decode()
    assert coding in page.notes[0]


def test_gzip_without_a_header_is_inflated():
    assert decode_payload(gzip.compress(PAGE, mtime=0), HTML).text == PAGE.decode()


def test_doubled_gzip_is_inflated_twice():
    assert (
        decode_payload(gzip.compress(gzip.compress(PAGE, mtime=0), mtime=0), with_coding("gzip")).text == PAGE.decode()
    )


def test_cut_off_gzip_gives_what_there_is():
    body = gzip.compress(b"<p>" + b"policy " * 5000, compresslevel=0)
    assert decode_payload(body[:9000], with_coding("gzip")).text.startswith("<p>policy")


def test_broken_hidden_gzip_is_a_decode_error():
    with pytest.raises(DecodeError, match="binary"):
        decode_payload(b"\x1f\x8b\x08" + b"\xff" * 40, HTML)


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_inflation_is_bounded(compress):
    with pytest.raises(DecodeError, match="inflates to over 32 MiB"):
        decode_payload(compress(b"a" * (MAX_DECODED_BYTES + 1)), HTML)


def test_fifty_megabytes_are_refused():
    with pytest.raises(DecodeError, match="32 MiB"):
        decode_payload(b"a" * 50_000_000, HTML)


@pytest.mark.parametrize(
    ("body", "content_type", "charset", "source"),
    [
        (b"\xef\xbb\xbf<p>\xc3\xa9", "text/html; charset=iso-8859-1", "utf-8", "bom"),
        ("\ufeff<p>é".encode("utf-16-le"), "text/html", "utf-16-le", "bom"),
        (b"<meta charset=utf-8><p>\xe9", "text/html; charset=iso-8859-1", "cp1252", "header"),
        (b"<meta charset=iso-8859-1><p>\xe9", "text/html", "cp1252", "meta"),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=us-ascii"><p>\xe9',
            "text/html",
            "cp1252",
            "meta",
        ),
        (b'<?xml version="1.0" encoding="latin1"?><p>\xe9', "application/xhtml+xml", "cp1252", "meta"),
        (b"<meta charset=utf-16><p>\xc3\xa9", "text/html", "utf-8", "meta"),
        (b"<p>\xc3\xa9", "text/html", "utf-8", "detected"),
        (b"<p>\xe9", "text/html", "cp1252", "default"),
        (b"<p>\xe9", "text/html; charset=no-such-thing", "cp1252", "default"),
    ],
)
def test_charset_is_found_as_browsers_find_it(body, content_type, charset, source):
    page = decode_payload(body, {"content-type": content_type})
    assert (page.charset, page.charset_source) == (charset, source)
    assert page.text.endswith("é")


def test_utf8_that_is_windows_1252():
    page = decode_payload("<p>We don’t sell “data” – ever: café".encode("cp1252"), HTML)
    assert page.text.endswith("We don’t sell “data” – ever: café")
    assert "windows-1252" in page.notes[0]


def test_one_broken_character_does_not_spoil_utf8():
    page = decode_payload("äöü éèê".encode() + b"\xff", HTML)
    assert page.charset == "utf-8"
    assert "1 character" in page.notes[0]


@pytest.mark.parametrize(
    "body",
    [
        b"\x89PNG\r\n\x1a\n" + b"a" * 40,
        b"\xff\xd8\xff\xe0JFIF",
        b"PK\x03\x04word/document.xml",
        bytes(range(256)) * 4,
        b"a\x00" * 99,
    ],
)
def test_binary_called_html_is_a_decode_error(body):
    with pytest.raises(DecodeError):
        decode_payload(body, HTML)


@pytest.mark.parametrize("body", [b"%PDF-1.4 ...", b"\r\n\x00junk%PDF-1.7\n", gzip.compress(b"%PDF-1.4 ...", mtime=0)])
@pytest.mark.parametrize("headers", [HTML, {}, {"content-type": "application/pdf"}])
def test_a_pdf_keeps_its_bytes_whatever_the_header_says(body, headers):
    page = decode_payload(body, headers)
    assert (page.media_type, page.charset_source, page.text) == ("application/pdf", "none", "")
    assert b"%PDF-1." in page.body


def test_a_page_that_mentions_pdf_is_none():
    page = decode_payload(b"<html><p>A file begins with %PDF-1.4", HTML)
    assert page.media_type == "text/html"


@pytest.mark.parametrize(
    ("body", "headers", "media_type"),
    [
        (b"<!DOCTYPE html><p>x", {}, "text/html"),
        (b"Privacy\n\nWe keep nothing.", {}, "text/plain"),
        (b"<html>", {"content-type": "application/octet-stream"}, "text/html"),
        (b"<html>", {"content-type": "Application/XHTML+XML; charset=utf-8"}, "application/xhtml+xml"),
        (b"", {}, "text/plain"),
    ],
)
def test_media_type(body, headers, media_type):
    assert decode_payload(body, headers).media_type == media_type


@given(st.binary(max_size=300), st.sampled_from(["", "gzip", "deflate", "zstd", "br", "gzip, gzip"]))
def test_any_bytes_decode_or_raise_a_decode_error(body, coding):
    try:
        page = decode_payload(body, {"content-encoding": coding, "content-type": "text/html"})
    except DecodeError:
        return
    assert isinstance(page.text, str)


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs")), max_size=200))
def test_utf8_text_comes_back(text):
    assert decode_payload(f"<p>{text}".encode(), HTML).text == f"<p>{text}"


@given(
    st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)),
    st.sampled_from(["", "\ufeff", "<meta charset=l1>"]),
)
def test_what_is_taken_as_it_is_is_the_text_in_utf8(body, start):
    try:
        page = decode_payload(start.encode() + b"<p>" + body, {"content-type": "text/html"})
    except DecodeError:
        return
    assert page.utf8 in (b"", page.text.encode())


@pytest.mark.parametrize(("body", "kept"), [(PAGE, True), (b"\xef\xbb\xbf" + PAGE, True), (PAGE + b"\xe4 \xf6", False)])
def test_only_what_is_strictly_utf8_is_taken_as_it_is(body, kept):
    assert bool(decode_payload(body, HTML).utf8) is kept
