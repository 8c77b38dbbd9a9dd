"""One contract for every kind of archive: WARC files, a server in the Wayback dialect, and pywb."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archives.table import ROWS
from tests.crawling import Crawled, crawl, environment, history, outcomes, rows
from tests.generators.many_captures import page, sha1
from tests.generators.warc_files import put_response
from tests.servers.pywb_server import pywb_server
from tests.servers.wayback_server import WaybackServer

POLICY, MOVED = "http://contract.example/privacy", "http://contract.example/legal/privacy"
GONE, NEVER = "http://gone.example/privacy", "http://never.example/privacy"
BLOCKED, HIDDEN = "http://blocked.example/privacy", "http://hidden.example/privacy"
DIALECTS = ("wayback", "pywb")  # captures under timestamps; for Common Crawl: test_common_crawl.py
ERROR = b"<html><title>No</title><body>Service unavailable</body></html>"


@dataclass(frozen=True)
class Captured:
    """One capture: status "-" is a revisit of the page with that body; location is where a redirect leads."""

    timestamp: str
    url: str
    status: str
    body: bytes
    location: str = ""

    @property
    def row(self) -> tuple[str, ...]:
        """(timestamp, original, statuscode, mimetype, digest) as an index lists it."""
        mimetype = "warc/revisit" if self.status == "-" else "text/html"
        return (self.timestamp, self.url, self.status, mimetype, sha1(self.body))


FIRST, SECOND = page(2, "first"), page(2, "second")
CAPTURES = (
    Captured("20150101120000", POLICY, "200", FIRST),
    Captured("20150601120000", POLICY, "200", SECOND),
    Captured("20150901120000", POLICY, "-", SECOND),
    Captured("20160101120000", POLICY, "503", ERROR),
    Captured("20170101120000", POLICY, "200", page(5, "third")),
    Captured("20170601120000", POLICY, "404", ERROR),
    Captured("20180101120000", POLICY, "301", b"", MOVED),
    Captured("20180601120000", POLICY, "302", b"", MOVED),
    Captured("20180102120000", MOVED, "200", page(5, "fourth")),
    Captured("20190101120000", MOVED, "200", page(2, "fifth")),
    Captured("20140101120000", GONE, "404", ERROR),
    Captured("20150101120000", GONE, "410", ERROR),
    Captured("20160101120000", GONE, "404", ERROR),
    Captured("20150101120000", BLOCKED, "200", page(3, "blocked")),
    Captured("20150101120000", HIDDEN, "200", page(4, "hidden")),
)
EXPECTED = {
    ("20150101120000", POLICY): "fetched",
    ("20150601120000", POLICY): "fetched",
    ("20150901120000", POLICY): "revisit",
    ("20160101120000", POLICY): "archived_error",
    ("20170101120000", POLICY): "fetched",
    ("20170601120000", POLICY): "archived_error",
    ("20180101120000", POLICY): "redirect",
    ("20180601120000", POLICY): "redirect",
    ("20180102120000", MOVED): "fetched",
    ("20190101120000", MOVED): "fetched",
    ("20140101120000", GONE): "archived_error",
    ("20150101120000", GONE): "archived_error",
    ("20160101120000", GONE): "archived_error",
}


def write_warc(path: Path) -> None:
    by_body = {}
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for captured in sorted(CAPTURES, key=lambda c: c.timestamp):
            date = f"{datetime.strptime(captured.timestamp, '%Y%m%d%H%M%S').replace(tzinfo=UTC):%Y-%m-%dT%H:%M:%SZ}"
            headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(captured.body)))]
            headers += [("Location", captured.location)] * bool(captured.location)
            if captured.status == "-":
                http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
                digest, (url, first) = f"sha1:{sha1(captured.body)}", by_body[captured.body]
                record = writer.create_revisit_record(
                    captured.url, digest, url, first, http_headers=http, warc_headers_dict={"WARC-Date": date}
                )
                writer.write_record(record)
            else:
                by_body[captured.body] = captured.url, date
                put_response(writer, date, captured.url, captured.body, headers, f"{captured.status} Whatever")


@pytest.fixture(scope="module")
def warcs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warcs")
    write_warc(folder / "contract.warc.gz")
    return folder


@pytest.fixture(scope="module")
def pywb_root(tmp_path_factory):
    return tmp_path_factory.mktemp("pywb")


@pytest.fixture(scope="module")
def pywb(pywb_root, warcs):
    with pywb_server(pywb_root, warcs / "contract.warc.gz") as archive:
        yield archive


@pytest.fixture(scope="module", params=["WARC files", "Wayback dialect", "pywb"])
def archive(request, warcs):
    """Each kind of archive over the same captures, as a value of POLICYLAPSE_ARCHIVE."""
    if request.param == "WARC files":
        yield str(warcs)
    elif request.param == "Wayback dialect":
        with WaybackServer(warcs, page_rows=3) as server:
            yield server.archive
    else:
        yield request.getfixturevalue("pywb")


@dataclass(frozen=True)
class Contract:
    database: Path
    run: Crawled


@pytest.fixture(scope="module")
def crawled(archive, tmp_path_factory):
    database = tmp_path_factory.mktemp("crawled") / "contract.db"
    return Contract(database, crawl(database, archive, url=f"{POLICY},{GONE}"))


def test_the_same_rows_are_listed(crawled):
    listed = rows(crawled.database, "SELECT timestamp, original, statuscode, mimetype, digest FROM captures")
    assert sorted(listed) == sorted(c.row for c in CAPTURES if c.url not in (BLOCKED, HIDDEN))


def test_each_capture_has_the_same_outcome(crawled):
    assert crawled.run.code == 0, crawled.run.err
    found = rows(crawled.database, "SELECT timestamp, original, outcome FROM captures")
    assert {(timestamp, original): outcome for timestamp, original, outcome in found} == EXPECTED


def test_the_same_history(crawled):
    found = [(row[0], row[2], row[3], row[4], row[6], row[8]) for row in history(crawled.database)]
    assert found == [
        ("contract.example", 1, "2015-01-01T12:00:00Z", "2015-09-01T12:00:00Z", 3, None),
        ("contract.example", 2, "2017-01-01T12:00:00Z", "2018-01-02T12:00:00Z", 2, "substantive"),
        ("contract.example", 3, "2019-01-01T12:00:00Z", "2019-01-01T12:00:00Z", 1, "return"),
    ]


def test_payloads_are_the_archived_bytes(crawled):
    found = rows(crawled.database, "SELECT timestamp, digest_verdict FROM captures WHERE outcome = 'fetched'")
    assert sorted(found) == [
        (timestamp, "match") for (timestamp, _), outcome in sorted(EXPECTED.items()) if outcome == "fetched"
    ]


@pytest.mark.parametrize("row", [row for row in ROWS if row.dialect in DIALECTS], ids=lambda row: row.name)
def test_a_row_of_the_table_keeps_the_contract(row, warcs, pywb, tmp_path):
    """Its dialect is spoken at loopback; what is stored names the archive, and cites its own pages."""
    with WaybackServer(warcs) as server:
        base = pywb.removeprefix("pywb+")
        own = {"index": f"{server.origin}/cdx/search/cdx", "playback": f"{server.origin}/web/"}
        standin = {"index": f"{base}/cdx", "playback": f"{base}/"} if row.dialect == "pywb" else own
        run = crawl(tmp_path / "x.db", row.name, url=f"{POLICY},{GONE}", standins={row.name: standin})
    assert run.code == 0, run.err
    found = rows(tmp_path / "x.db", "SELECT timestamp, original, outcome FROM captures WHERE archive = ?", row.name)
    assert {(timestamp, original): outcome for timestamp, original, outcome in found} == EXPECTED
    cited = rows(tmp_path / "x.db", "SELECT timestamp, original, citation_url FROM captures")
    assert {link for *_, link in cited} == {f"{row.citation}{at}id_/{url}" for at, url, _ in cited}


def test_what_answered_only_errors_is_no_version(crawled):
    of_gone = "SELECT outcome, count(*) FROM captures WHERE original = ? GROUP BY outcome"
    assert rows(crawled.database, of_gone, GONE) == [("archived_error", 3)]
    assert rows(crawled.database, "SELECT count(*) FROM timeline WHERE policy_url = ?", GONE) == [(0,)]


def test_never_archived(archive, tmp_path):
    run = crawl(tmp_path / "x.db", archive, url=NEVER)
    assert run.code == 1
    assert rows(tmp_path / "x.db", "SELECT subject, outcome FROM outcomes") == [(NEVER, "not_archived")]
    assert "not_archived" in run.out


def test_since_and_until_bound_what_is_listed(archive, tmp_path):
    """Both ends count: the day of `since` from its first second, the day of `until` to its last."""
    run = crawl(tmp_path / "x.db", archive, url=POLICY, since="2015-06-01", until="2017-01-01")
    assert run.code == 0, run.err
    listed = rows(tmp_path / "x.db", "SELECT timestamp FROM captures ORDER BY 1")
    assert listed == [("20150601120000",), ("20150901120000",), ("20160101120000",), ("20170101120000",)]


def test_pywb_access_control_is_an_outcome(pywb, pywb_root, tmp_path):
    """`block` answers a playback with 451, `exclude` hides a capture from the index."""
    wb_manager = shutil.which("wb-manager", path=f"{sys.prefix}/bin")
    for url, access in ((BLOCKED, "block"), (HIDDEN, "exclude")):
        command = [wb_manager, "acl", "add", "sample", url, access]
        subprocess.run(command, cwd=pywb_root, env=environment(), check=True, capture_output=True)
    run = crawl(tmp_path / "x.db", pywb, url=f"{POLICY},{BLOCKED},{HIDDEN}")
    assert run.code == 1, run.err
    assert rows(tmp_path / "x.db", "SELECT outcome FROM captures WHERE original = ?", BLOCKED) == [("excluded",)]
    assert rows(tmp_path / "x.db", "SELECT outcome FROM outcomes WHERE subject = ?", HIDDEN) == [("not_archived",)]
    assert {row[0] for row in history(tmp_path / "x.db")} == {"contract.example"}
    assert outcomes(tmp_path / "x.db")["fetched"] == 5
