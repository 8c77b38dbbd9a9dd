"""Index answers: what is a row stays one, what is no listing raises, nothing is lost between."""

import json
from datetime import UTC
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from waybackpy.cdx_snapshot import CDXSnapshot

from crawler.archives.cdx import FIELDS, CdxPage, about, read_pywb, read_wayback, says_no_captures
from crawler.archives.errors import UnexpectedArchiveResponse
from crawler.archives.timestamps import format_timestamp
from tests.builders import cdx_line, make_capture, utc
from tests.servers.recorded import FOLDER, body_of, needs_recordings, recorded

ROW = cdx_line(make_capture())
NEXT = cdx_line(make_capture(timestamp="20200102000000"))


def listed(*lines):
    return read_wayback("\n".join(lines).encode())


# recorded answers


@pytest.mark.parametrize("answer", recorded("cdx-page"))
def test_recorded_pages(answer):
    body = body_of(answer)
    rows, _blank, key = body.decode().partition("\n\n")
    page = read_wayback(body)
    assert [cdx_line(capture) for capture in page.captures] == list(dict.fromkeys(rows.splitlines()))
    assert page.resume_key == key.strip()
    assert page.broken == ()


@pytest.mark.parametrize("answer", recorded("cdx-page"))
def test_recorded_rows_read_as_waybackpy_reads_them(answer):
    for capture in read_wayback(body_of(answer)).captures:
        row = dict(zip(FIELDS, cdx_line(capture).split(" "), strict=True))
        assert capture.captured_at == CDXSnapshot(row).datetime_timestamp.replace(tzinfo=capture.captured_at.tzinfo)
        assert str(CDXSnapshot(row)) == cdx_line(capture)


@pytest.mark.parametrize("answer", recorded("cdx-excluded"))
def test_a_recorded_exclusion_is_no_listing(answer):
    with pytest.raises(UnexpectedArchiveResponse, match="AdministrativeAccessControlException"):
        read_wayback(body_of(answer))


@pytest.mark.shared
@needs_recordings
def test_recorded_pages_are_those_that_we_count_on():
    answers = [parameter.values[0] for parameter in recorded("cdx-page")]
    nasa = read_wayback(body_of(answers[0]))
    assert "url=nasa.gov" in answers[0]["url"]
    assert body_of(answers[0]).count(b"gov,nasa)/ ") == 1000
    assert len(nasa.captures) == 1000 - 512  # exact repeats of the row before
    assert nasa.resume_key == "eJxLzy_TyUssTtTUVzAyMDAxsDQwNTA3NTe0BABfMwZl"
    assert sum(len(body_of(a)) <= 1 for a in answers) == 1  # an empty page is one
    assert sum(read_wayback(body_of(a)).captures == () for a in answers) == 1


@pytest.mark.shared
@needs_recordings
def test_recorded_resume_keys_are_sent_back_as_recorded():
    """The next request of the recording client carries the key that we read, percent-encoded once."""
    answers = [parameter.values[0] for parameter in recorded("cdx-page")]
    keys = {quote(read_wayback(body_of(answer)).resume_key, safe="") for answer in answers}
    sent = [answer["url"].partition("resumeKey=")[2] for answer in answers if "resumeKey=" in answer["url"]]
    assert len(sent) >= 15
    assert set(sent) <= keys


@pytest.mark.shared
@needs_recordings
@pytest.mark.parametrize(
    ("name", "rows", "odd"),
    [("bad_timestamp_cdx.txt", 5, 2), ("malformed_cdx.txt", None, None), ("zero_length_cdx.txt", 5, 1)],
)
def test_recorded_defects_are_kept_and_said(name, rows, odd):
    body = (FOLDER / name).read_bytes()
    page = read_wayback(body)
    lines = list(dict.fromkeys(line for line in body.decode().splitlines() if line))
    assert len(page.captures) + len(page.broken) == len(lines)
    assert [cdx_line(capture) for capture in page.captures] == [
        line for line in lines if line[:1000] not in page.broken
    ]
    if rows is not None:
        assert (len(page.captures), sum(bool(c.oddity) for c in page.captures)) == (rows, odd)


@pytest.mark.shared
@needs_recordings
def test_what_is_said_of_recorded_defects():
    repaired = {c.timestamp: c for c in read_wayback((FOLDER / "bad_timestamp_cdx.txt").read_bytes()).captures}
    assert repaired["20000012170449"].captured_at == utc(2000, 12, 17, 4, 49)
    assert repaired["20000800241623"].captured_at == utc(2000, 8, 24, 16, 23)
    assert repaired["20000800241623"].oddity == "broken timestamp, read as 2000-08-24 16:23"
    assert [
        c.oddity for c in read_wayback((FOLDER / "zero_length_cdx.txt").read_bytes()).captures if c.length == "-"
    ] == ["no record length"]
    malformed = read_wayback((FOLDER / "malformed_cdx.txt").read_bytes()).captures
    assert any("mailto:" in c.original and "no URL of a page" in c.oddity for c in malformed)


# the Wayback dialect


def test_repeats_are_dropped_and_the_order_is_kept():
    assert [cdx_line(c) for c in listed(NEXT, ROW, ROW, NEXT, "").captures] == [NEXT, ROW]


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_the_last_page_has_no_resume_key(end):
    page = read_wayback(f"{ROW}\n{NEXT}{end}".encode())
    assert (len(page.captures), page.resume_key) == (2, "")


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("key", ["eJxLzy_T", "com%2Ccnn%29%2F+2001041400593%3A", "gov,nasa)/", "5"])
def test_the_resume_key_stands_behind_a_blank_line(key, end):
    page = read_wayback(f"{ROW}\n\n{key}{end}".encode())
    assert (len(page.captures), page.resume_key) == (1, key)


@pytest.mark.parametrize("body", [b"", b"\n", b"  \n", b"[]", b" [ ]\n"])
def test_no_captures(body):
    page = read_wayback(body)
    assert (page.captures, page.resume_key, page.broken) == ((), "", ())


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>502 Bad Gateway</body></html>",
        b"\n\n <!DOCTYPE html>",
        b'{"message": "No Captures found"}',
        b"[1, 2]",
        b'["error"]',
        b"[[}",
        b'[["error", "try later"]]',
        b'[[], ["Error"]]',
        b"[" * 100_000,
        b"java.lang.IllegalArgumentException: fromKey > toKey",
        b"Error",
        b"\n\nError\n",
        b"\x00\xff\xfe\x80",
        b"com,a)/ 20200101000000 http://a.com/ text/html 200",
        b"com,a)/ notatimestamp! http://a.com/ text/html 200 X 1",
    ],
)
def test_what_is_no_listing_is_never_no_captures(body):
    with pytest.raises(UnexpectedArchiveResponse, match="the index answered"):
        read_wayback(body)


def test_a_broken_row_among_good_ones_is_recorded():
    page = listed(ROW, "com,a)/ 2020 truncated", NEXT)
    assert (len(page.captures), page.broken) == (2, ("com,a)/ 2020 truncated",))


def test_json_rows():
    rows = [list(FIELDS), ROW.split(" "), NEXT.split(" ")]
    page = read_wayback(json.dumps(rows).encode())
    assert [cdx_line(c) for c in page.captures] == [ROW, NEXT]
    assert page.resume_key == ""
    page = read_wayback(json.dumps([*rows, [], ["a%2Bkey"]]).encode())
    assert (len(page.captures), page.resume_key) == (2, "a%2Bkey")
    assert read_wayback(json.dumps(rows[:1]).encode()).captures == ()


# pywb


def test_pywb_rows():
    row = {
        "urlkey": "com,a)/",
        "timestamp": "20200101000000",
        "url": "http://a.com/\u2028x",
        "mime": "text/html",
        "status": "200",
        "digest": "D",
        "length": "9",
        "offset": "1",
        "filename": "x.warc.gz",
    }
    revisit = {
        "urlkey": "com,a)/",
        "timestamp": "20200102000000",
        "url": "http://a.com/",
        "mime": "warc/revisit",
        "digest": "D",
    }
    body = "\n".join(json.dumps(r, ensure_ascii=False) for r in (row, row, revisit)) + "\n"
    first, second = read_pywb(body.encode()).captures
    assert cdx_line(first) == "com,a)/ 20200101000000 http://a.com/\u2028x text/html 200 D 9"
    assert (first.status, first.oddity) == (200, "")
    assert (second.mimetype, second.status, second.length) == ("warc/revisit", None, "-")


@pytest.mark.parametrize("body", [b"", b"\n"])
def test_pywb_without_captures(body):
    assert read_pywb(body).captures == ()


@pytest.mark.parametrize(
    "body",
    [
        b'{"message": "The url param is required"}',
        b"<html>",
        b"com,a)/ 20200101000000 {}",
        b"[]",
        b'"text"',
        b"{}",
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_pywb_listing(body):
    with pytest.raises(UnexpectedArchiveResponse, match="the index answered"):
        read_pywb(body)


# properties

words = st.from_regex(r"[!-~]{1,12}", fullmatch=True).filter(lambda word: not word.startswith(("<", "[")))
captures = st.builds(
    make_capture,
    urlkey=words,
    timestamp=st.datetimes().map(lambda moment: format_timestamp(moment.replace(tzinfo=UTC))),
    original=words.map("http://a.example/".__add__),
    mimetype=words,
    statuscode=st.sampled_from(["200", "301", "-", "404"]),
    digest=words,
    length=st.integers(0, 10**9).map(str),
)


@given(st.lists(captures), st.sampled_from(["", "key%2B="]))
def test_rows_written_as_lines_come_back(rows, key):
    tail = ["", key] if key and rows else []
    page = listed(*map(cdx_line, rows), *tail, "")
    assert list(page.captures) == list(dict.fromkeys(rows))
    assert page.resume_key == (key if rows else "")


@given(st.lists(captures).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows + rows))))
def test_shuffled_and_doubled_rows_are_the_same_set(rows_and_shuffled):
    rows, shuffled = rows_and_shuffled
    assert set(listed(*map(cdx_line, shuffled)).captures) == set(rows)


@given(st.lists(captures))
def test_both_dialects_read_the_same(rows):
    names = ("urlkey", "timestamp", "url", "mime", "status", "digest", "length")
    body = "\n".join(json.dumps(dict(zip(names, cdx_line(row).split(" "), strict=True))) for row in rows)
    table = json.dumps([list(FIELDS), *(cdx_line(row).split(" ") for row in rows)])
    assert read_pywb(body.encode()) == read_wayback(table.encode()) == listed(*map(cdx_line, rows))


@given(
    st.binary() | st.text().map(str.encode) | st.from_regex(r"[\[\]{}\",: 0-9a-z\n]*", fullmatch=True).map(str.encode)
)
@example(f"{ROW.replace(' 200 ', ' ' + '9' * 5000 + ' ')}\n".encode())
@example(b'[["' + b'","'.join([b"1"] * 7) + b'"]]')
def test_any_bytes_raise_nothing_else(body):
    for read in (read_wayback, read_pywb):
        try:
            page = read(body)
        except UnexpectedArchiveResponse:
            continue
        assert all(c.status is None or c.status < 1000 for c in page.captures)
        assert page.captures or not body.decode("utf-8", "replace").strip(" \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028[]")


def test_the_recordings_lie_beside_the_repository():
    """Skipping must be for want of the files, not for a wrong path."""
    assert FOLDER.parent.parent == Path(__file__).resolve().parents[4]


# of which URL

ASKED = "http://www.example.com/privacy"
OTHERS = (
    "http://example.com/privacy?x=1",
    "http://example.com/privac",
    "http://shop.example.com/privacy",
    "http://example.com.evil.example/privacy",
    "http://example.co/privacy",
    "https://example.com/",
    "http://example.com:99999/privacy",
    "http://[/privacy",
)
SAME = ("http://example.com/privacy", "https://www.example.com:443/privacy/", "HTTP://EXAMPLE.COM/Privacy")


@given(st.lists(st.sampled_from(SAME + OTHERS), max_size=12, unique=True))
def test_rows_of_another_url_are_none_of_the_asked_one(originals):
    page = CdxPage(tuple(make_capture(original=one, urlkey="k") for one in originals), "key", ("odd",))
    wanted = [one for one in originals if one in SAME]
    if originals and not wanted:
        with pytest.raises(UnexpectedArchiveResponse, match="captures of another URL"):
            about(page, ASKED)
        return
    found = about(page, ASKED)
    assert [capture.original for capture in found.captures] == wanted
    assert found.resume_key == "key"
    assert len(found.broken) == 1 + len(originals) - len(wanted)  # for the record


def test_of_a_domain_all_hosts_are_meant():
    page = CdxPage(tuple(make_capture(original=one, urlkey="k") for one in OTHERS))
    found = [capture.original for capture in about(page, ASKED, domain=True).captures]
    assert found == [OTHERS[0], OTHERS[1], OTHERS[2], OTHERS[5]]


def test_a_row_whose_original_is_no_url_is_kept():
    assert about(CdxPage((make_capture(original="some/thing", urlkey="k"),)), ASKED).captures


def pywb_line(url, **fields):
    row = {
        "urlkey": "com,example)/privacy",
        "timestamp": "20200101000000",
        "url": url,
        "mime": "text/html",
        "status": "200",
        "digest": "A",
        "length": "1",
    } | fields
    return json.dumps(row).encode()


@pytest.mark.parametrize(
    ("mark", "kept"),
    [
        ({}, 1),
        ({"is_fuzzy": "0"}, 1),
        ({"is_fuzzy": "1"}, 0),
        ({"is_fuzzy": True}, 0),
        ({"is_fuzzy": "true"}, 0),
        ({"is_fuzzy": 1}, 0),
    ],
)
def test_fuzzy_rows_are_no_captures(mark, kept):
    """Also where the likeness goes so far that the SURT is the same."""
    assert len(read_pywb(pywb_line(ASKED, **mark)).captures) == kept


@pytest.mark.parametrize(
    ("body", "empty"),
    [
        (b'{"message": "No Captures found for: http://a.example/"}', True),
        (b'{"message": "no captures found"}\n', True),
        (b'{"message": "Index not available"}', False),
        (b"", False),
        (b"<html>404</html>", False),
        (b"not found", False),
        (pywb_line(ASKED), False),
    ],
)
def test_no_captures_found_is_empty_and_nothing_else_is(body, empty):
    assert says_no_captures(body) == empty
    if empty:
        assert read_pywb(body) == CdxPage()
