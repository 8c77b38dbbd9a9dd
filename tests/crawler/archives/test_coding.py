"""Content codings: whatever the header says, the bytes come out."""

import gzip
import importlib.util
import time
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.coding import MAX_INFLATED, undo_content_encoding
from crawler.archives.errors import DecodeError
from tests.servers.recorded import FOLDER, headers_of, recorded

TEXT = b"".join(b"<p>We collect your data number %d.</p>\n" % number for number in range(3000))


def gz(body: bytes) -> bytes:
    """Compressed to the same bytes whenever it is: some of them stand in tests' names."""
    return gzip.compress(body, mtime=0)


GZIPPED = gz(TEXT)
RAW_DEFLATE = zlib.compress(TEXT, wbits=-zlib.MAX_WBITS)
ZSTD = zstandard.ZstdCompressor().compress(TEXT)
NAMES = ["gzip", "deflate", "br", "zstd"]
needs_brotli = pytest.mark.skipif(importlib.util.find_spec("brotli") is None, reason="brotli cannot be imported")


def undo(body, coding="", **options):
    return undo_content_encoding(body, {"content-encoding": coding} if coding else {}, **options)


def brotli(body):
    import brotli  # noqa: PLC0415 - may be missing

    return brotli.compress(body, quality=1)


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        pytest.param(GZIPPED, "gzip", id="gzip"),
        pytest.param(GZIPPED, "x-gzip", id="its old name"),
        pytest.param(GZIPPED, "", id="unannounced"),
        pytest.param(GZIPPED, ", gzip", id="doubled header, one blank"),
        pytest.param(GZIPPED, "gzip, gzip", id="doubled header"),
        pytest.param(GZIPPED, "GZip", id="upper case"),
        pytest.param(GZIPPED, "identity", id="denied"),
        pytest.param(gz(GZIPPED), "gzip, gzip", id="nested"),
        pytest.param(gz(GZIPPED), "gzip", id="nested, announced once"),
        pytest.param(gz(ZSTD), "zstd, gzip", id="zstd in gzip"),
        pytest.param(gz(TEXT[:50]) + gz(TEXT[50:]), "gzip", id="two members"),
        pytest.param(GZIPPED + b"\0\0\0", "gzip", id="padded"),
        pytest.param(zlib.compress(TEXT), "deflate", id="deflate as it should be"),
        pytest.param(RAW_DEFLATE, "deflate", id="raw deflate"),
        pytest.param(ZSTD, "zstd", id="zstd"),
        pytest.param(ZSTD, "", id="zstd unannounced"),
        pytest.param(TEXT, "", id="none"),
        pytest.param(TEXT, "identity", id="identity"),
    ],
)
def test_what_comes_out(body, coding):
    assert undo(body, coding) == (TEXT, ())


@needs_brotli
def test_brotli():
    assert undo(brotli(TEXT), "br") == (TEXT, ())


@pytest.mark.parametrize("small", [b"", b"x", b"<p>"])
def test_small_pages(small):
    for body, coding in (
        (gz(small), "gzip"),
        (zlib.compress(small), "deflate"),
        (zlib.compress(small, wbits=-15), "deflate"),
    ):
        assert undo(body, coding) == (small, ())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "body", [TEXT, b"", b'{"a": 1}', b"Privacy Policy", b"%PDF-1.4 abc", b"\n\n<html>", b"{{ title }}" * 500]
)
def test_a_false_header_changes_nothing(name, body):
    assert undo(body, name) == (body, (f"Content-Encoding says {name}, the body is not",))


def test_every_false_header_is_named():
    assert undo(GZIPPED, "br, gzip") == (TEXT, ("Content-Encoding says br, the body is not",))


@pytest.mark.parametrize(
    ("whole", "name"),
    [(GZIPPED, "gzip"), (zlib.compress(TEXT), "deflate"), (RAW_DEFLATE, "deflate"), (GZIPPED[:-1], "gzip")],
)
def test_what_can_be_had_of_a_broken_off_stream(whole, name):
    body, notes = undo(whole[: len(whole) // 2], name)
    assert len(TEXT) / 4 < len(body) < len(TEXT)
    assert TEXT.startswith(body)
    assert notes == (f"the {name} stream breaks off after {len(body)} bytes",)


def test_a_stream_damaged_in_the_middle_gives_what_stands_before():
    damaged = bytearray(GZIPPED)
    damaged[len(damaged) // 2 :] = b"\xff" * (len(damaged) - len(damaged) // 2)
    body, notes = undo(bytes(damaged), "gzip")
    assert TEXT.startswith(body[:10_000])
    assert "breaks off" in notes[0]


def test_a_second_member_that_breaks_off_is_noted():
    body, notes = undo(gz(b"one ") + GZIPPED[: len(GZIPPED) // 2], "gzip")
    assert body.startswith(b"one <p>")
    assert notes == (f"the gzip stream breaks off after {len(body)} bytes",)


def test_a_broken_off_zstd_stream_is_noted():
    text = bytes(range(256)) * 4096  # several blocks
    whole = zstandard.ZstdCompressor(level=1).compress(text)
    body, notes = undo(whole[: len(whole) - 3], "zstd")
    assert body == whole[: len(whole) - 3] or text.startswith(body)
    assert "the zstd stream breaks off" in notes[0]


@pytest.mark.parametrize("body", [b"\x1f\x8b", b"\x1f\x8bno gzip at all", b"\x28\xb5\x2f\xfdno zstd at all"])
def test_bytes_of_which_nothing_can_be_had_stay(body):
    assert undo(body)[0] == body
    assert "breaks off after 0 bytes" in undo(body)[1][0]


@pytest.mark.parametrize(
    ("bomb", "name"),
    [
        (gz(bytes(10**6)), "gzip"),
        (zlib.compress(bytes(10**6)), "deflate"),
        (zlib.compress(bytes(10**6), wbits=-15), "deflate"),
        (zstandard.ZstdCompressor().compress(bytes(10**6)), "zstd"),
        (gz(gz(bytes(10**6))), "gzip"),
        (gz(bytes(6000)) + gz(bytes(6000)), "gzip"),
    ],
)
def test_bombs(bomb, name):
    with pytest.raises(DecodeError, match="inflates to over"):
        undo(bomb, name, limit=10_000)


@needs_brotli
def test_a_brotli_bomb():
    with pytest.raises(DecodeError, match="inflates to over"):
        undo(brotli(bytes(2 * MAX_INFLATED)), "br")


def test_the_limit_itself_is_allowed():
    assert undo(gz(bytes(10_000)), limit=10_000) == (bytes(10_000), ())
    with pytest.raises(DecodeError):
        undo(gz(bytes(10_001)), limit=10_000)


plain = st.binary().filter(lambda body: not body.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")))


@given(plain)
def test_plain_bytes_come_back_unchanged(body):
    assert undo(body) == (body, ())


@given(plain, st.sampled_from(["gzip", "zstd", "identity", "unknown"]))
def test_plain_bytes_come_back_unchanged_under_a_false_header(body, name):
    assert undo(body, name)[0] == body


@given(st.binary(), st.sampled_from(["", *NAMES]))
def test_no_bytes_raise(body, name):
    assert isinstance(undo(body, name)[0], bytes)


@given(plain.filter(lambda body: len(body) > 0), st.integers(1, 3))
def test_layers_of_gzip(body, layers):
    packed = body
    for _layer in range(layers):
        packed = gz(packed)
    assert undo(packed, "gzip") == (body, ())


@pytest.mark.parametrize("answer", recorded("memento", "archived-error", "cdx-page"))
def test_recorded_bodies_are_text(answer):
    """The recording client kept them inflated, but left the headers as they came."""
    body, notes = undo_content_encoding((FOLDER / answer["body"]).read_bytes(), headers_of(answer))
    assert not body.startswith(b"\x1f\x8b")
    assert not any("breaks off" in note for note in notes)


def test_members_of_one_byte_each_are_not_quadratic():
    def cpu(count):
        body = gzip.compress(b"x", mtime=0) * count
        began = time.process_time()
        assert undo_content_encoding(body, {"content-encoding": "gzip"}) == (b"x" * count, ())
        return time.process_time() - began

    assert cpu(40_000) < 16 * max(cpu(10_000), 0.01)
