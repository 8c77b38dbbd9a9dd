"""WARC records of captures that no sample has: codings, drift, two archives, hostile index rows, damage."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.archives.capture import Listing, Memento, Outcome, Period
from crawler.archives.errors import NotFound, StoreError
from history.database import open_database
from history.export.formats import FORMATS, Job, run_export
from history.sites import find_policies
from pipelines.store.store import Store
from tests.builders import URL, make_capture

AT = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def keep(tmp_path):
    """Keep one memento of a capture; `keep.path` is the database."""
    store = Store(tmp_path / "x.db", lambda: datetime(2026, 1, 1, tzinfo=UTC))

    def keep(body, headers=None, status=200, redirect_url="", archive="test", at=AT, **fields):
        run = store.runs.begin(program="test", archive=archive, strategy="all", arguments={})
        policy = store.policies.named("a.example", URL, "test")
        capture = make_capture(**fields)
        store.listings.put(run, Listing(policy, archive, URL, Period(), (capture,), ("https://archive.example/1",)))
        (listed,) = [c for c in store.captures.of(policy, archive, Period()) if c.capture == capture]
        outcome = Outcome.REDIRECT if redirect_url else Outcome.FETCHED
        memento = Memento(status, headers or {}, body, "https://archive.example/1", at)
        store.captures.keep(listed, memento, outcome, redirect_url=redirect_url)

    keep.path = tmp_path / "x.db"
    yield keep
    store.close()


def export(keep):
    """[(type, WARC headers, HTTP headers, body)] of all but the warcinfo."""
    out = keep.path.with_name("x.warc.gz")
    with closing(open_database(keep.path)) as db:
        run_export(FORMATS["warc"], Job(db, find_policies(db, "a.example"), out, "test/1"))
    with out.open("rb") as stream:
        found = [
            (r.rec_type, r.rec_headers, r.http_headers, r.content_stream().read()) for r in ArchiveIterator(stream)
        ]
    return found[1:]


def test_original_headers_without_what_is_undone(keep):
    keep(
        "p\xe4ge".encode(),
        {
            "content-type": "text/html; charset=utf-8",
            "x-archive-orig-server": "Apache",
            "x-archive-orig-content-encoding": "gzip",
            "x-archive-orig-transfer-encoding": "chunked",
            "x-archive-orig-content-length": "7",
            "x-archive-src": "x.warc.gz",
            "content-encoding": "br",
            "memento-datetime": "Wed, 01 Jan 2020 00:00:00 GMT",
            "link": "<x>",
        },
    )
    ((kind, headers, http, body),) = export(keep)
    assert (kind, body, http.statusline) == ("response", "p\xe4ge".encode(), "200 OK")
    assert http.headers == [("Content-Type", "text/html; charset=utf-8"), ("Server", "Apache"), ("Content-Length", "5")]
    assert headers["WARC-Date"] == "2020-01-01T00:00:00Z"
    assert headers["WARC-Source-URI"] == "https://archive.example/1"
    assert headers["WARC-Creation-Date"] == "2026-01-01T00:00:00Z"


def test_a_capture_that_played_back_another_date_is_of_that_date(keep):
    keep(b"page", at=AT + timedelta(hours=1))
    ((_kind, headers, _http, _body),) = export(keep)
    assert headers["WARC-Date"] == "2020-01-01T01:00:00Z"


def test_what_two_archives_gave_alike_is_written_once(keep):
    keep(b"page")
    keep(b"page", archive="other")
    keep(b"another page", archive="third")
    assert [body for *_, body in export(keep)] == [b"page", b"another page"]


def test_redirects_are_written_whole(keep):
    keep(b"moved", {"location": "https://archive/web/2020id_/x"}, 301, "http://a.example/new")
    keep(b"moved", {}, 302, "http://a.example/newer", timestamp="20210101000000", at=AT.replace(year=2021))
    keep(b"", {}, 301, "http://a.example/newest", timestamp="20220101000000", at=AT.replace(year=2022))
    found = export(keep)
    assert [(kind, http["Location"], body) for kind, _headers, http, body in found] == [
        ("response", "http://a.example/new", b"moved"),
        ("response", "http://a.example/newer", b"moved"),
        ("response", "http://a.example/newest", b""),
    ]


def test_an_index_cannot_write_headers_of_ours(keep):
    keep(
        b"page",
        {"x-archive-orig-x\r\nInjected": "1", "x-archive-orig-note": "a\r\nInjected: 1"},
        original=f"{URL}\r\nWARC-Type: x",
    )
    ((kind, headers, http, body),) = export(keep)
    assert (kind, body) == ("response", b"page")
    assert headers["WARC-Target-URI"] == f"{URL}%0D%0AWARC-Type:%20x"
    assert http.headers == [("Note", "a Injected: 1"), ("Content-Length", "4")]


def test_a_status_that_nobody_knows(keep):
    keep(b"page", {}, 299)
    assert export(keep)[0][2].statusline == "299 Unknown"


@pytest.mark.parametrize("damage", ["UPDATE payloads SET data = x'00'", "UPDATE payloads SET sha256 = x'00'"])
def test_a_damaged_payload_is_never_written(keep, damage):
    keep(b"page" * 100)
    with closing(sqlite3.connect(keep.path)) as db:
        db.execute(damage)
        db.commit()
    with pytest.raises(StoreError, match="the payload of https:"):
        export(keep)
    assert not list(keep.path.parent.glob("x.warc*"))


def test_of_no_policy(keep):
    with closing(open_database(keep.path)) as db, pytest.raises(NotFound):
        run_export(FORMATS["warc"], Job(db, [], keep.path.with_name("x.warc.gz"), "test/1"))
