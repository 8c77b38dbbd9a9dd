"""The quick way through a head agrees with warcio's."""

from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeadersParser

from crawler.archives.files.fields import _PLAIN, parse_fields

NAMES = st.sampled_from([b"WARC-Type", b"warc-type", b"Content-Length", b"X", b"X-A b", b"X\xc3\xa9", b"", b":"])
VALUES = st.sampled_from(
    [b"a", b"", b" spaced ", b"a: b", b"\xc3\xa9", b"\xe9", b"\t", b"1\x0b", b"a\rb", b"=?utf-8?q?x?="]
)
LINES = st.builds(
    lambda name, mark, value, end: name + mark + value + end,
    NAMES,
    st.sampled_from([b":", b": ", b" :", b""]),
    VALUES,
    st.sampled_from([b"\r\n", b"\n"]),
)
CONTINUED = st.builds(lambda line: b" " + line, LINES)


@given(st.lists(st.one_of(LINES, LINES, CONTINUED), max_size=6), st.sampled_from([b"", b"\r\n", b"\n", b" \r\n"]))
def test_fields_are_those_that_warcio_reads(lines, blank):
    head = b"".join([b"WARC/1.0\r\n", *lines, blank])
    theirs = StatusAndHeadersParser([], verify=False).parse(BytesIO(head))
    ours = parse_fields(head)
    assert [(name, value.strip()) for name, value in ours.pairs] == [(n, v.strip()) for n, v in theirs.headers]
    assert all(ours.get(name.upper()) == (theirs.get_header(name) or "").strip() for name, _value in theirs.headers)


def test_a_usual_head_is_read_the_quick_way():
    head = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/b?c=d:e\r\nContent-Length: 12\r\n\r\n"
    )
    assert _PLAIN.fullmatch(head)
    assert parse_fields(head).pairs == (
        ("WARC-Type", "response"),
        ("WARC-Target-URI", "https://a.example/b?c=d:e"),
        ("Content-Length", "12"),
    )
