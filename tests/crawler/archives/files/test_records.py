"""Records of broken, foreign and oddly packed archive files: whatever frame is whole is read, every other one is told."""

import gzip
import importlib.metadata
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.files.archive_files import unread_files, warc_files
from crawler.archives.files.digests import plain_digest
from crawler.archives.files.warc import WarcArchive
from crawler.archives.timestamps import parse_http_date, parse_warc_date
from tests.crawling import SHARED
from tests.generators.broken_archives import (
    BAD_DATES,
    BAD_LENGTHS,
    BAD_STATUS,
    BAD_URLS,
    BAD_VERSIONS,
    broken_archive,
    lost,
)

CASES = SHARED / "cases"
URL = "http://a.example/privacy"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not here")


def record(body=b"<p>text", *, status="HTTP/1.1 200 OK", http="", version="WARC/1.1", length=None, **fields):
    block = f"{status}\r\nContent-Type: text/html\r\n{http}\r\n".encode() + body if status else body
    head = {"WARC-Type": "response", "WARC-Target-URI": URL, "WARC-Date": "2020-01-01T00:00:00Z"}
    head |= {name.replace("_", "-"): value for name, value in fields.items()}
    head["Content-Length"] = len(block) if length is None else length
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"{version}\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def revisit(date, **fields):
    return record(b"", status="", WARC_Type="revisit", WARC_Date=date, **fields)


LAST = record(b"<p>last", WARC_Date="2021-01-01T00:00:00Z")
FIRST = record(b"<p>first", WARC_Date="2019-01-01T00:00:00Z")


def archive_of(tmp_path, *parts, name="a.warc.gz"):
    pack = gzip.compress if name.endswith(".gz") else bytes
    (tmp_path / name).write_bytes(b"".join(map(pack, parts)))
    return WarcArchive(tmp_path / name)


def bodies(archive):
    """Every capture's timestamp and what it plays back."""
    return {
        record.capture.timestamp: archive.playback(
            record.capture.timestamp, record.capture.original, record.capture.digest
        ).body
        for record in archive.records()
    }


# broken


@pytest.mark.parametrize("seed", range(150))
def test_no_good_record_is_lost_beside_a_bad_one(tmp_path, seed):
    """All 3,000: make fuzz."""
    broken = broken_archive(seed)
    assert lost(broken, tmp_path) == [], broken.what


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
@pytest.mark.parametrize(
    "bad",
    [
        *(record(WARC_Date=date) for date in BAD_DATES),
        *(record(status=status) for status in BAD_STATUS),
        *(record(WARC_Target_URI=url) for url in BAD_URLS[:5]),
        *(record(version=version) for version in BAD_VERSIONS),
        *(record(length=length) for length in BAD_LENGTHS),
        b"WARC/1.0\r\nWARC-Type: response\r\n",
        b"\x00" * 600,
        record(WARC_Segment_Number="1"),
    ],
)
def test_a_bad_record_is_told_once_and_hides_nothing(tmp_path, name, bad):
    archive = archive_of(tmp_path, FIRST, bad, LAST, name=name)
    found = bodies(archive)
    assert (found["20190101000000"], found["20210101000000"]) == (b"<p>first", b"<p>last")
    assert len(archive.damages) == 1
    assert archive.damages[0].startswith(f"{name}: at byte ")
    assert found.get("20200101000000", b"<p>text") == b"<p>text"  # whole, or not at all


def test_a_short_or_unreadable_length_does_no_harm_in_a_member_of_its_own(tmp_path):
    for length in ("abc", "3", ""):
        archive = archive_of(tmp_path, FIRST, record(length=length), LAST)
        assert bodies(archive)["20200101000000"] == b"<p>text"
        assert "frame of its own" in archive.damages[0]


def test_a_page_cut_off_before_it_was_packed_is_not_shown(tmp_path):
    archive = archive_of(tmp_path, FIRST, record(length=4_000), LAST)
    assert list(bodies(archive)) == ["20190101000000", "20210101000000"]
    assert "length is wrong (4,000 bytes)" in archive.damages[0]


def test_a_hundred_damages_are_told_one_by_one_and_the_rest_counted(tmp_path):
    archive = archive_of(tmp_path, *[record(WARC_Date="never")] * 130, LAST)
    assert len(archive.damages) == 130
    header = archive.listing(URL, "", "", 10, "").headers["x-archive-damage"]
    assert header.count("never") == 100
    assert "and 30 more" in header


# dates

DATES = {
    "2016": "20160101000000",
    "2016-05": "20160501000000",
    "2016-05-25": "20160525000000",
    "2016-05-25T10:11Z": "20160525101100",
    "2016-05-25T10:11:12.5Z": "20160525101112",
    "2016-06-25T10:11:12.123456789Z": "20160625101112",
    "2016-07-25T10:11:12+02:00": "20160725081112",
    "2016-07-25T10:11:12-0800": "20160725181112",
    "2016-08-25T10:11": "20160825101100",
    "20160925101112": "20160925101112",
    "Wed, 05 Oct 2016 10:00:00 GMT": "20161005100000",
    "Wed, 05 Oct 2016 12:00:00 +0200": "20161005100000",
    "2016-12-31T23:59:60Z": "20161231235959",
    "2016-12-31T23:30:00-01:00": "20170101003000",
    "2016-05-25 10:11:12": "20160525101112",
}


@pytest.mark.parametrize(("written", "timestamp"), DATES.items())
def test_a_date_is_read_and_played_back_in_utc(tmp_path, written, timestamp):
    archive = archive_of(tmp_path, record(WARC_Date=written), LAST)
    answered = archive.playback(timestamp, URL)
    assert (answered.status, answered.body, archive.damages) == (200, b"<p>text", [])
    assert f"{parse_http_date(answered.headers['memento-datetime']):%Y%m%d%H%M%S}" == timestamp


@pytest.mark.parametrize("written", BAD_DATES)
def test_the_http_date_stands_in_for_a_date_that_cannot_be_read_and_says_so(tmp_path, written):
    archive = archive_of(tmp_path, record(WARC_Date=written, http="Date: Wed, 05 Oct 2016 10:00:00 GMT\r\n"), LAST)
    assert bodies(archive)["20161005100000"] == b"<p>text"
    assert len(archive.damages) == 1
    assert "HTTP header Date stands in: 20161005100000" in archive.damages[0]


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
    st.integers(0, 9),
)
def test_every_moment_survives_its_offset_and_fraction(moment, minutes, digits):
    written = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    fraction = f".{written.microsecond:06}000"[: digits + 1] if digits else ""
    text = f"{written:%Y-%m-%dT%H:%M:%S}{fraction}{written:%z}"
    assert parse_warc_date(text) == written.replace(microsecond=0).astimezone(UTC)


@given(
    st.text(max_size=40) | st.from_regex(r"[0-9]{1,5}(-[0-9]{1,3}){0,3}T?[0-9:]{0,9}[Z+-]?[0-9:]{0,5}", fullmatch=True)
)
def test_a_date_is_read_in_utc_or_refused(text):
    with suppress(ValueError):
        assert parse_warc_date(text).tzinfo == UTC


# revisits

SAID = {
    "milliseconds": {"WARC-Refers-To-Target-URI": URL, "WARC-Refers-To-Date": "2019-01-01T00:00:00.620Z"},
    "another digest": {
        "WARC-Refers-To-Target-URI": URL,
        "WARC-Refers-To-Date": "2019-01-01T00:00:00Z",
        "WARC-Payload-Digest": "sha-256:ab",
    },
    "the record's id": {"WARC-Refers-To": "<urn:uuid:1>", "WARC-Payload-Digest": "md5:00"},
    "sha-256": {"WARC-Payload-Digest": "sha-256:" + "AB" * 32},
    "not modified": {
        "WARC-Profile": "http://netpreserve.org/warc/1.0/revisit/server-not-modified",
        "WARC-Payload-Digest": "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
    },
    "nothing": {},
}


@pytest.mark.parametrize("said", SAID)
def test_a_revisit_plays_back_its_original(tmp_path, said):
    first = record(
        b"<p>first",
        WARC_Date="2019-01-01T00:00:00.250Z",
        WARC_Record_ID="<urn:uuid:1>",
        WARC_Payload_Digest="sha256:" + "ab" * 32,
    )
    gone = record(b"", status="HTTP/1.1 404 Not Found", WARC_Date="2019-06-01T00:00:00Z")
    again = revisit("2020-05-05T00:00:00Z", **SAID[said])
    archive = archive_of(tmp_path, again, first, gone, LAST)
    answered = archive.playback("20200505000000", URL)
    assert (answered.status, answered.body) == (200, b"<p>first")
    assert answered.headers["memento-datetime"] == "Tue, 05 May 2020 00:00:00 GMT"


def test_a_304_shows_the_page_and_not_the_crawlers_question(tmp_path):
    not_modified = record(
        b"",
        status="HTTP/1.1 304 Not Modified",
        WARC_Type="revisit",
        WARC_Profile="x/server-not-modified",
        WARC_Date="2020-05-05T00:00:00Z",
    )
    answered = archive_of(tmp_path, FIRST, not_modified).playback("20200505000000", URL)
    assert (answered.status, answered.body) == (200, b"<p>first")


def test_an_empty_body_tells_nothing_of_another_url(tmp_path):
    """Every redirect has the digest of no bytes: a revisit of one is never another page's redirect."""
    other = record(b"", status="HTTP/1.1 301 Moved", WARC_Target_URI="http://b.example/")
    again = revisit("2021-01-01T00:00:00Z", WARC_Payload_Digest="sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ")
    assert archive_of(tmp_path, other, again).playback("20210101000000", URL).status == 404


def test_a_revisit_of_a_revisit_and_a_circle_of_them(tmp_path):
    one = revisit("2020-02-01T00:00:00Z", WARC_Refers_To_Target_URI=URL, WARC_Refers_To_Date="2019-01-01T00:00:00Z")
    two = revisit("2020-03-01T00:00:00Z", WARC_Refers_To_Target_URI=URL, WARC_Refers_To_Date="2020-02-01T00:00:00Z")
    assert archive_of(tmp_path, FIRST, one, two).playback("20200301000000", URL).body == b"<p>first"
    ids = {"WARC-Record-ID": "<a>", "WARC-Refers-To": "<b>"}
    back = {"WARC-Record-ID": "<b>", "WARC-Refers-To": "<a>"}
    circle = archive_of(tmp_path, revisit("2020-02-01", **ids), revisit("2020-03-01", **back))
    assert circle.playback("20200301000000", URL).status == 404


def test_two_records_of_one_url_in_one_second_each_play_their_own(tmp_path):
    archive = archive_of(tmp_path, record(b"<p>shell"), record(b"<p>page"))
    digests = [r.capture.digest for r in archive.records()]
    assert [archive.playback("20200101000000", URL, digest).body for digest in digests] == [b"<p>shell", b"<p>page"]


@given(st.binary(min_size=20, max_size=20))
def test_a_digest_is_the_same_however_it_is_written(raw):
    from base64 import b32encode  # noqa: PLC0415

    base32 = b32encode(raw).decode()
    written = {f"sha1:{base32}", f"SHA-1:{base32.lower()}", f"sha1:{raw.hex()}", f"sha1:{raw.hex().upper()}"}
    assert {plain_digest(text) for text in written} == {base32}


# how files are packed

ENDING = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor(write_content_size=False).compress}


@pytest.mark.parametrize("size", [1, 7, 64, 10**6])
@pytest.mark.parametrize("ending", ENDING)
def test_members_may_be_cut_anywhere(tmp_path, ending, size):
    """Concatenated members are one stream: packed as a whole, in blocks, byte by byte."""
    content = FIRST + record() + LAST
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    (tmp_path / f"a.warc.{ending}").write_bytes(b"".join(map(ENDING[ending], pieces)))
    archive = WarcArchive(tmp_path)
    assert archive.damages == []
    assert list(bodies(archive).values()) == [b"<p>first", b"<p>text", b"<p>last"]


@pytest.mark.parametrize("is_packed", [False, True])
def test_zstd_with_a_dictionary_before_the_records(tmp_path, is_packed):
    samples = [record(b"<p>some text of page %d" % number) for number in range(2000)]
    dictionary = zstandard.train_dictionary(4096, samples)
    data = dictionary.as_bytes()
    data = zstandard.ZstdCompressor().compress(data) if is_packed else data
    frame = b"\x5d\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data
    packer = zstandard.ZstdCompressor(dict_data=dictionary)
    extension = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    content = frame + packer.compress(FIRST) + extension + packer.compress(LAST)
    (tmp_path / "a.warc.zst").write_bytes(content)
    archive = WarcArchive(tmp_path / "a.warc.zst")
    assert (archive.damages, list(bodies(archive).values())) == ([], [b"<p>first", b"<p>last"])


def cpu(work):
    began = time.process_time()
    work()
    return time.process_time() - began


def test_members_of_one_byte_each_are_not_quadratic(tmp_path):
    def members(count):
        body = b"x" * count
        path = tmp_path / f"{count}.warc.gz"
        path.write_bytes(b"".join(gzip.compress(bytes([byte]), mtime=0) for byte in record(body)))
        archive = WarcArchive(path)
        assert [len(r) for r in bodies(archive).values()] == [count]

    cpu(lambda: members(200))
    assert cpu(lambda: members(8_000)) < 16 * max(cpu(lambda: members(2_000)), 0.02)


@pytest.mark.parametrize(
    "hostile",
    [gzip.compress(b"WARC/1.0\r\n" + b"x" * 60_000, mtime=0)[:-40], b"\x1f\x8b\x08\x00", b"WARC/1.0\r\n"],
    ids=["a member cut off", "the start of a member", "the start of a record"],
)
def test_a_file_of_nothing_but_beginnings_is_not_quadratic(tmp_path, hostile):
    def read(count):
        path = tmp_path / f"{count}.warc.gz"
        path.write_bytes(hostile * count)
        assert list(WarcArchive(path).records()) == []

    assert cpu(lambda: read(4_000)) < 16 * max(cpu(lambda: read(1_000)), 0.05)


# formats

ARC = b"filedesc://a.arc 0.0.0.0 20080430204825 text/plain %d\n%s\n"
VERSIONS = {
    1: (b"1 0 Us\nURL IP-address Archive-date Content-type Archive-length\n", b""),
    2: (
        b"2 0 Us\nURL IP-address Archive-date Content-type Result-code Checksum Location Offset Filename Archive-length\n",
        b" 200 abc - 1234 a.arc",
    ),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["a.arc", "a.arc.gz"])
def test_arc_files_of_both_versions(tmp_path, name, version):
    spec, more = VERSIONS[version]
    parts = [ARC % (len(spec) + 1, spec)]
    for date, block in (
        (b"20080430204830", b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>one"),
        (b"20090430204830", b"<p>before HTTP/1.0"),
        (b"20081130999999", b"HTTP/1.0 200 OK\r\n\r\nno such date"),
        (b"20100430204830", b"HTTP/1.0 301 Moved\r\nLocation: /new\r\n\r\n"),
    ):
        parts.append(b"%s 192.0.2.1 %s text/html%s %d\n%s\n" % (URL.encode(), date, more, len(block), block))
    archive = archive_of(tmp_path, *parts, name=name)
    assert bodies(archive) == {
        "20080430204830": b"<p>one",
        "20090430204830": b"<p>before HTTP/1.0",
        "20100430204830": b"",
    }
    assert archive.playback("20100430204830", URL).status == 301
    assert len(archive.damages) == 1
    assert "'20081130999999' cannot be read" in archive.damages[0]


def test_every_file_of_a_folder_is_read_or_named(tmp_path):
    for name in ("a.WARC.GZ", "b.warc", "c.Warc.Zst", "d.ARC"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in warc_files(tmp_path)] == ["a.WARC.GZ", "b.warc", "c.Warc.Zst", "d.ARC"]
    unread = ["e.warc.gz.open", "f.warc.bz2", "g.wacz", "h.warc.gz.part"]
    for name in unread:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "no-ending").write_bytes(FIRST)
    (tmp_path / "no-ending-either").write_bytes(gzip.compress(FIRST))
    for name in ("b.warc.manifest.json", "b.warc.md5", "notes.txt", "page.html", "b.cdxj"):
        (tmp_path / name).write_bytes(b"text")
    assert [text.split(":")[0] for text in unread_files(tmp_path)] == [*unread, "no-ending", "no-ending-either"]
    assert {damage.split(":")[0] for damage in WarcArchive(tmp_path).damages} >= {*unread, "no-ending"}


def foreign_files():
    """The archive files of the packages that the tests install."""
    for package in ("warcio", "pywb"):
        for file in importlib.metadata.files(package) or []:
            if {".warc", ".arc"} & {suffix.lower() for suffix in file.suffixes} and file.suffix != ".py":
                yield Path(file.locate())


# (captures, of them answers of 200 or revisits that can be resolved in the file, damages) by file name
FOREIGN = {
    "bad.arc": (1, 3),
    "dupes.warc.gz": (12, 0),
    "example-bad.warc.gz.bad": (3, 0),
    "example-extra.warc": (3, 1),
    "example-url-agnostic-orig.warc.gz": (1, 0),
    "example-url-agnostic-revisit.warc.gz": (1, 0),
    "example-wget-1-14.warc.gz": (1, 0),
    "example-wpull.warc.gz": (1, 0),
    "example.arc": (1, 0),
    "example.arc.gz": (1, 0),
    "example.warc": (3, 1),
    "example.warc.gz": (3, 0),
    "example2.warc.gz": (1, 0),
    "httpbin-resource.warc.gz": (1, 0),
    "iana.warc.gz": (171, 0),
    "missing-status-text.warc": (1, 0),
    "post-test.warc.gz": (3, 0),
}


def test_the_archive_files_of_other_packages():
    found = {}
    for path in foreign_files():
        archive = WarcArchive(path)
        found[path.name] = len(list(archive.records())), len(archive.damages)
    if not found:
        pytest.skip("pywb's sample archive is not installed")
    assert {name: counts for name, counts in found.items() if name in FOREIGN} == FOREIGN
    assert all(captures or damages for captures, damages in found.values())


SOUND = {
    "whole.arc": 1,
    "whole.arc.gz": 1,
    "whole.warc.zst": 1,
    "warc-date-offset.warc.gz": 1,
    "widget-moves.warc.gz": 12,
    "revisit-fraction-of-second.warc.gz": 2,
    "server-not-modified.warc.gz": 3,
    "same-second-shell-then-page.warc.gz": 2,
}


@needs_cases
@pytest.mark.shared
@pytest.mark.parametrize("name", SOUND)
def test_the_cases_are_read_whole(name):
    archive = WarcArchive(CASES / name)
    assert archive.damages == []
    played = [archive.playback(r.capture.timestamp, r.capture.original, r.capture.digest) for r in archive.records()]
    assert [answered.status for answered in played] == [200] * SOUND[name]
    if not name.startswith("same-second"):
        assert all(b"Privacy Policy" in answered.body for answered in played)


@needs_cases
@pytest.mark.shared
def test_odd_dates_hide_no_record():
    archive = WarcArchive(CASES / "warc-dates.warc.gz")
    timestamps = sorted(r.capture.timestamp for r in archive.records())
    assert (len(timestamps), timestamps[0], timestamps[-1]) == (11, "20160101000000", "20161201100000")
    assert ["2016-11-31T10:00:00Z" in damage for damage in archive.damages] == [True]


def test_a_bomb_is_a_damage(tmp_path, monkeypatch):
    monkeypatch.setattr("crawler.archives.files.containers._ALWAYS_ALLOWED", 2**20)
    bomb = zstandard.ZstdCompressor().compress(record(b"\0" * 200 * 2**20))
    (tmp_path / "a.warc.zst").write_bytes(bomb + zstandard.ZstdCompressor().compress(LAST))
    archive = WarcArchive(tmp_path)
    assert list(bodies(archive).values()) == [b"<p>last"]
    assert "inflates to over" in archive.damages[0]
