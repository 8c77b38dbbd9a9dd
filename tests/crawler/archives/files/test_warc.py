"""WARC files as an archive: what it answers, and what it makes of damage."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from crawler.archives.capture import EMPTY_DIGEST, sha1_base32
from crawler.archives.cdx import read_wayback
from crawler.archives.coding import undo_content_encoding
from crawler.archives.dialects import LOCAL_ORIGIN
from crawler.archives.files.beside import write_index
from crawler.archives.files.warc import DAMAGE_HEADER, WarcArchive
from crawler.archives.memento import PlaybackAnswer, classify_playback, split_memento_url
from crawler.archives.timestamps import parse_http_date

SAMPLE = Path(__file__).resolve().parents[4] / "data" / "sample"
URL = "http://a.example/privacy"
HTML = (("Content-Type", "text/html; charset=utf-8"),)


@pytest.fixture(scope="module")
def sample():
    return WarcArchive(SAMPLE)


def write(path, *records):
    """Write (url, date, status line, headers, body) as responses; a status line of None makes a resource record."""
    with path.open("wb") as file:
        for url, date, status, headers, body in records:
            http = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *(f"{n}: {v}" for n, v in headers), ""))
            block = (http.encode() if status else b"") + body
            fields = {
                "WARC-Type": "response" if status else "resource",
                "WARC-Target-URI": url,
                "WARC-Date": date,
                "Content-Type": "application/http; msgtype=response" if status else "text/html",
                "Content-Length": len(block),
            }
            head = "WARC/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            record = f"{head}\r\n".encode() + block + b"\r\n\r\n"
            file.write(gzip.compress(record) if path.suffix == ".gz" else record)
    return path


def pages(count=3):
    return [
        (URL, f"20{year:02}-01-01T00:00:00Z", "200 OK", HTML, b"<p>version %d" % year) for year in range(10, 10 + count)
    ]


def timestamps(archive):
    return [record.capture.timestamp for record in archive.records()]


def listed(archive, url, *, since="", until="", limit=1000):
    """Every capture that paging gives."""
    captures, key = [], ""
    while True:
        page = read_wayback(archive.listing(url, since, until, limit, key).body)
        captures += page.captures
        key = page.resume_key
        if not key:
            return captures


# the sample


def test_the_index_says_what_reading_through_says(sample, tmp_path):
    shutil.copy(SAMPLE / "sample.warc.gz", tmp_path)
    scanned = WarcArchive(tmp_path)

    def plain(archive):
        return [(r.capture, r.place, r.refers.url, r.refers.date) for r in archive.records()]

    assert plain(scanned) == plain(sample)
    assert len(plain(scanned)) == 259
    assert scanned.damages == sample.damages == []
    assert write_index(scanned.records(), tmp_path / "new.cdxj") == 259
    assert (tmp_path / "new.cdxj").read_bytes() == (SAMPLE / "sample.cdxj").read_bytes()


@pytest.mark.parametrize("limit", [1, 2, 7, 1000])
def test_paging_gives_every_row_once(sample, limit):
    keys = {record.capture.urlkey: record.capture.original for record in sample.records()}
    rows = [capture for url in keys.values() for capture in listed(sample, url, limit=limit)]
    assert rows == [record.capture for record in sample.records()]
    assert len(rows) == len(set(rows)) == 259


def test_listing_is_bounded_on_both_ends_inclusively(tmp_path):
    archive = WarcArchive(write(tmp_path / "a.warc.gz", *pages()))
    rows = listed(archive, URL, since="20110101000000", until="20120101000000")
    assert [capture.timestamp for capture in rows] == ["20110101000000", "20120101000000"]
    assert [c.timestamp for c in listed(archive, URL, since="20110101000001")] == ["20120101000000"]
    assert listed(archive, "http://a.example/other") == []


def test_every_capture_plays_back_as_listed(sample):
    for record in sample.records():
        capture = record.capture
        answered = sample.playback(capture.timestamp, capture.original)
        playback = classify_playback(
            answered.status,
            answered.headers,
            answered.body,
            f"{LOCAL_ORIGIN}/web/{capture.timestamp}id_/{capture.original}",
        )
        assert playback.memento_at == capture.captured_at
        expected = {
            2: PlaybackAnswer.MEMENTO,
            3: PlaybackAnswer.REDIRECT,
            4: PlaybackAnswer.ARCHIVED_ERROR,
            5: PlaybackAnswer.ARCHIVED_ERROR,
        }
        assert capture.status is None or playback.answer is expected[capture.status // 100]
        assert sha1_base32(answered.body) == capture.digest  # of the body as sent
        assert (playback.location.startswith("http") and "/web/" not in playback.location) == (
            playback.answer is PlaybackAnswer.REDIRECT
        )


def test_a_revisit_plays_back_the_body_of_its_original_under_its_own_date(sample):
    revisits = [record for record in sample.records() if record.capture.mimetype == "warc/revisit"]
    assert len(revisits) == 49
    for record in revisits:
        capture = record.capture
        original = next(
            r.capture for r in sample.records() if r.capture.digest == capture.digest and r.capture.status == 200
        )
        assert original.captured_at < capture.captured_at
        answered = sample.playback(capture.timestamp, capture.original)
        assert answered.body == sample.playback(original.timestamp, original.original).body != b""
        assert parse_http_date(answered.headers["memento-datetime"]) == capture.captured_at


def test_a_date_between_two_captures_redirects_to_the_nearest(tmp_path):
    archive = WarcArchive(write(tmp_path / "a.warc.gz", *pages()))
    for asked, nearest in (
        ("20100301000000", "20100101000000"),
        ("20101101000000", "20110101000000"),
        ("19990101000000", "20100101000000"),
        ("20300101000000", "20120101000000"),
    ):
        answered = archive.playback(asked, URL)
        assert (answered.status, answered.body) == (302, b"")
        assert "memento-datetime" not in answered.headers
        assert split_memento_url(answered.headers["location"]) == (nearest, URL)
    assert archive.playback(nearest, URL).status == 200


def test_what_is_not_there_is_404(sample):
    answered = sample.playback("20200101000000", "http://nowhere.example/")
    assert answered.status == 404
    assert classify_playback(404, answered.headers, answered.body, "").answer is PlaybackAnswer.NOT_ARCHIVED


# records of other makers


def test_headers_are_named_as_the_wayback_machine_names_them(tmp_path):
    headers = [*HTML, ("Server", "x"), ("Content-Length", "3"), ("Connection", "close"), ("Location", "/new")]
    archive = WarcArchive(write(tmp_path / "a.warc", (URL, "2020-01-01T00:00:00Z", "301 Moved", headers, b"abc")))
    answered = archive.playback("20200101000000", URL)
    assert answered.status == 301
    assert answered.headers == {
        "memento-datetime": "Wed, 01 Jan 2020 00:00:00 GMT",
        "link": f'<{URL}>; rel="original"',
        "content-type": "text/html; charset=utf-8",
        "x-archive-orig-server": "x",
        "location": f"{LOCAL_ORIGIN}/web/20200101000000id_/http://a.example/new",
    }


def test_a_location_that_is_no_url_stays(tmp_path):
    archive = WarcArchive(
        write(tmp_path / "a.warc", (URL, "2020-01-01T00:00:00Z", "302 Found", [("Location", "http://[bad")], b""))
    )
    assert archive.playback("20200101000000", URL).headers["location"].endswith("http://[bad")
    assert next(archive.records()).capture.digest == EMPTY_DIGEST


def test_chunked_bodies_come_whole(tmp_path):
    chunked = [*HTML, ("Transfer-Encoding", "chunked")]
    archive = WarcArchive(
        write(
            tmp_path / "a.warc.gz",
            (URL, "2020-01-01T00:00:00Z", "200 OK", chunked, b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
        )
    )
    answered = archive.playback("20200101000000", URL)
    assert undo_content_encoding(answered.body, answered.headers) == (b"abcde", ())
    assert "x-archive-orig-transfer-encoding" not in answered.headers


def test_a_resource_record_is_a_page(tmp_path):
    archive = WarcArchive(write(tmp_path / "a.warc.gz", (URL, "2020-01-01T00:00:00Z", None, (), b"<p>text")))
    answered = archive.playback("20200101000000", URL)
    assert (answered.status, answered.headers["content-type"], answered.body) == (200, "text/html", b"<p>text")


def test_dates_with_fractions_and_without_zone(tmp_path):
    records = [
        (URL, "2020-01-01T00:00:00.123456Z", "200 OK", HTML, b"a"),
        (URL, "2020-01-02T00:00:00", "200 OK", HTML, b"b"),
    ]
    assert timestamps(WarcArchive(write(tmp_path / "a.warc.gz", *records))) == ["20200101000000", "20200102000000"]


def test_records_that_are_no_web_pages_are_left_out(tmp_path):
    records = [("dns:a.example", "2020-01-01T00:00:00Z", "200 OK", HTML, b"x"), *pages(1)]
    assert len(timestamps(WarcArchive(write(tmp_path / "a.warc.gz", *records)))) == 1


def test_a_folder_of_several_files_is_one_archive_in_time_order(tmp_path):
    first, second, third = pages(3)
    (tmp_path / "sub").mkdir()
    write(tmp_path / "b.warc.gz", first, third)
    write(tmp_path / "sub" / "a.warc", second)
    archive = WarcArchive(tmp_path)
    assert timestamps(archive) == ["20100101000000", "20110101000000", "20120101000000"]
    assert archive.playback("20110101000000", URL).body == b"<p>version 11"


# damage


def test_an_empty_folder_holds_nothing(tmp_path):
    archive = WarcArchive(tmp_path)
    assert (list(archive.records()), archive.damages) == ([], [])
    assert archive.listing(URL, "", "", 10, "").body == b""


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_file_cut_off_anywhere_gives_the_records_before_and_says_so(tmp_path, name):
    whole = write(tmp_path / name, *pages()).read_bytes()
    starts = [record.place.offset for record in WarcArchive(tmp_path / name).records()]
    assert len(starts) == 3
    cut_file = tmp_path / f"cut-{name}"
    for cut in range(starts[1] + 8, starts[2] - 40, 5):
        cut_file.write_bytes(whole[:cut])
        archive = WarcArchive(cut_file)
        assert timestamps(archive)[0] == "20100101000000"
        assert "20120101000000" not in timestamps(archive)
        if len(timestamps(archive)) == 1:
            assert len(archive.damages) == 1, cut
            assert archive.damages[0].startswith(f"{cut_file.name}: "), cut
    half = (starts[1] + starts[2]) // 2
    cut_file.write_bytes(whole[:half])
    archive = WarcArchive(cut_file)
    assert timestamps(archive) == ["20100101000000"]
    assert "breaks off" in archive.listing(URL, "", "", 10, "").headers[DAMAGE_HEADER]


@pytest.mark.parametrize(
    "garbage", [b"no WARC at all\n" * 50, b"\x1f\x8bno gzip" * 50, b"\x00" * 500, b"<html></html>", b"WARC/1.0\r\n\r\n"]
)
def test_a_file_of_garbage_is_damage_and_the_others_serve(tmp_path, garbage):
    (tmp_path / "a.warc.gz").write_bytes(garbage)
    write(tmp_path / "b.warc.gz", *pages(1))
    archive = WarcArchive(tmp_path)
    assert timestamps(archive) == ["20100101000000"]
    assert [damage.split(":")[0] for damage in archive.damages] == ["a.warc.gz"]


@pytest.mark.parametrize("header", [b"WARC-Type", b"WARC-Date", b"Content-Length", b"WARC-Target-URI"])
def test_a_record_without_a_header_it_must_have_is_no_crash(tmp_path, header):
    whole = write(tmp_path / "a.warc", *pages(2)).read_bytes()
    (tmp_path / "a.warc").write_bytes(whole.replace(header, b"X-Lost", 1))
    assert timestamps(WarcArchive(tmp_path)) in ([], ["20110101000000"])


@pytest.mark.parametrize(
    "index",
    [
        "no index",
        "example,a)/ 2020 {",
        'example,a)/ 20200101000000 {"url": "x"}',
        '!meta {"format": "cdxj"}',
        "a 20200101000000 []",
    ],
)
def test_an_index_that_cannot_be_read_is_passed_over(tmp_path, index):
    write(tmp_path / "a.warc.gz", *pages(2))
    (tmp_path / "a.cdxj").write_text(f"{index}\n", encoding="utf-8")
    assert len(timestamps(WarcArchive(tmp_path))) == 2


def test_an_index_that_does_not_cover_every_file_is_passed_over(tmp_path):
    write(tmp_path / "a.warc.gz", *pages(1))
    write_index(WarcArchive(tmp_path).records(), tmp_path / "a.cdxj")
    assert len(timestamps(WarcArchive(tmp_path))) == 1
    write(tmp_path / "b.warc.gz", *pages(3)[1:])
    assert len(timestamps(WarcArchive(tmp_path))) == 3


def test_an_index_that_points_behind_the_end_of_its_file_is_passed_over(tmp_path):
    whole = write(tmp_path / "a.warc.gz", *pages()).read_bytes()
    write_index(WarcArchive(tmp_path).records(), tmp_path / "a.cdxj")
    (tmp_path / "a.warc.gz").write_bytes(whole[:-60])
    archive = WarcArchive(tmp_path)
    assert len(timestamps(archive)) == 2
    assert len(archive.damages) == 1


@pytest.mark.parametrize("field", ["offset", "length", "position", "block"])
@pytest.mark.parametrize("value", [-1, "-5", -(2**40), "one", [1]])
def test_an_index_that_points_nowhere_is_passed_over(tmp_path, field, value):
    """A length below 0 would read all of the file into memory."""
    write(tmp_path / "a.warc.gz", *pages())
    index = tmp_path / "a.cdxj"
    write_index(WarcArchive(tmp_path).records(), index)
    rows = [line.split(" ", 2) for line in index.read_text().splitlines()]
    lies = [f"{key} {at} {json.dumps(json.loads(row) | {field: value})}" for key, at, row in rows]
    index.write_text("\n".join(lies) + "\n")
    archive = WarcArchive(tmp_path)
    assert len(timestamps(archive)) == 3
    for record in archive.records():
        assert archive.playback(record.capture.timestamp, record.capture.original).body
