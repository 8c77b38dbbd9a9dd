"""Common Crawl fills holes: only crawls that meet one, one range a record, what was cut off never a version."""

import csv
import random
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from cli.main import main
from crawler.archives.errors import ConfigError
from crawler.lock import CrawlLock
from pipelines.store.shelves.captures import CaptureShelf
from tests.crawling import crawl, history, rows
from tests.generators import two_archives
from tests.generators.two_archives import POLICY, write
from tests.servers.common_crawl import CommonCrawl
from tests.servers.wayback_server import WaybackServer

CHANGES = {"POLICYLAPSE_STRATEGY": "changes"}
OTHERS = "http://other.example/privacy"


@pytest.fixture
def world(tmp_path):
    """Ten visits, of which the archive lacks the fifth and the sixth; a crawl in that hole, others outside of it."""
    visits = two_archives.history(random.Random(17), 10)
    kept, lost = [*visits[:4], *visits[6:]], visits[4:6]
    with ExitStack() as stack:
        first = stack.enter_context(WaybackServer(write(tmp_path / "a", kept)))
        second = stack.enter_context(CommonCrawl(tmp_path / "cc"))
        second.crawl("CC-MAIN-2008-2009", kept[:2])
        second.crawl("CC-MAIN-2012", kept[-2:])
        yield visits, lost, first, second


def fallen_back(tmp_path, first, second, **arguments):
    standins = {"commoncrawl": second.row}
    arguments = {"url": POLICY, "fallback": "commoncrawl"} | arguments
    return crawl(tmp_path / "x.db", first.archive, settings=CHANGES, standins=standins, **arguments)


def wordings(database):
    return [(row[3], row[4], row[-1]) for row in history(database)]


def test_what_pywb_says_of_a_crawls_file_is_understood_and_leads_to_its_records(world, tmp_path):
    _visits, lost, first, second = world
    second.crawl("CC-MAIN-2010-05", lost)
    ours = second.rows("CC-MAIN-2010-05")
    second.index_by_pywb("CC-MAIN-2010-05")
    theirs = second.rows("CC-MAIN-2010-05")
    told = ("urlkey", "timestamp", "url", "mime", "status", "digest", "offset", "length", "filename")
    assert [[row[name] for name in told] for row in theirs] == [[row[name] for name in told] for row in ours]
    run = fallen_back(tmp_path, first, second)
    assert run.code == 0, run.err
    found = rows(tmp_path / "x.db", "SELECT timestamp, outcome FROM captures WHERE archive = 'commoncrawl'")
    assert sorted(found) == [(one.timestamp, "fetched") for one in lost]
    assert len(second.ranges) == len(lost)


def test_only_crawls_that_meet_a_hole_are_asked_and_each_once_for_ever(world, tmp_path):
    visits, lost, first, second = world
    second.crawl("CC-MAIN-2010-05", lost)
    second.crawl("CC-MAIN-2010-09", [lost[1]], url=OTHERS)  # it met the hole, and has nothing of the policy
    assert crawl(tmp_path / "full.db", write(tmp_path / "full", visits), settings=CHANGES, url=POLICY).code == 0
    run = fallen_back(tmp_path, first, second)
    assert run.code == 0, run.err
    assert wordings(tmp_path / "x.db") == wordings(tmp_path / "full.db")
    assert second.indexes() == {"CC-MAIN-2010-05", "CC-MAIN-2010-09"}
    assert set(second.asked.values()) <= {1, 2}
    assert second.asked["/collinfo.json"] == 1
    assert len(second.ranges) == len(set(second.ranges)) == 2
    asked = second.asked.total()
    assert fallen_back(tmp_path, first, second).code == 0
    assert second.asked.total() == asked
    found = rows(
        tmp_path / "x.db",
        "SELECT timestamp, outcome, digest_verdict, citation_url, memento_url FROM captures WHERE archive = 'commoncrawl'",
    )
    assert [row[:3] for row in found] == [(one.timestamp, "fetched", "match") for one in lost]
    file = "crawl-data/CC-MAIN-2010-05/segments/1/warc/CC-MAIN-2010-05.warc.gz"
    for (_, _, _, cited, played), wanted in zip(found, sorted(second.ranges), strict=True):
        start, end = map(int, wanted.removeprefix("bytes=").split("-"))
        assert cited.startswith(
            "https://index.commoncrawl.org/CC-MAIN-2010-05-index?url=http%3A%2F%2Fgap.example%2Fprivacy"
        )
        assert cited.endswith(f"#{file}:{start}:{end - start + 1}")
        assert played == f"{second.origin}/{file}#{wanted}"


@pytest.mark.parametrize(("cut", "said", "fetched"), [("length", "", 2), ("", "length", 0)])
def test_what_was_cut_off_is_never_a_version(world, tmp_path, cut, said, fetched):
    """Marked in the record, or in the index, which costs no request."""
    _visits, lost, first, second = world
    second.crawl("CC-MAIN-2010-05", lost, cut=cut, said=said)
    run = fallen_back(tmp_path, first, second)
    assert run.code == 0, run.err
    assert len(second.ranges) == fetched
    assert rows(tmp_path / "x.db", "SELECT DISTINCT outcome FROM captures WHERE archive = 'commoncrawl'") == [
        ("undecodable",)
    ]
    assert not {one.timestamp for one in lost} & {
        row[0]
        for row in rows(tmp_path / "x.db", "SELECT k.timestamp FROM readings r JOIN captures k ON k.id = r.capture_id")
    }


@pytest.mark.parametrize("status", [403, 429, 503])
@pytest.mark.parametrize("where", ["/collinfo.json", "/CC-MAIN-2010-05-index"])
def test_its_first_refusal_ends_it_and_the_history_is_there(world, tmp_path, status, where):
    _visits, lost, first, second = world
    second.crawl("CC-MAIN-2010-05", lost)
    second.crawl("CC-MAIN-2010-09", lost[1:])
    second.faults[where] = [status] * 9
    run = fallen_back(tmp_path, first, second)
    assert run.code == 3, run.err
    assert second.asked[where] == 1
    assert second.log[-1] == where  # and nothing after it
    assert rows(tmp_path / "x.db", "SELECT count(*) FROM captures WHERE outcome = 'fetched'") == [(8,)]
    again = fallen_back(tmp_path, first, second)
    assert (again.code, second.asked[where]) == (3, 1)


def columns(server, name):
    """The rows of a crawl's index as the columnar index names them (commoncrawl/cc-index-table)."""
    for row in server.rows(name):
        moment = datetime.strptime(row["timestamp"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        yield {
            "url": row["url"],
            "fetch_time": moment,
            "fetch_status": int(row["status"]),
            "content_digest": row["digest"],
            "content_mime_type": row["mime"],
            "content_truncated": None,
            "warc_filename": row["filename"],
            "warc_record_offset": int(row["offset"]),
            "warc_record_length": int(row["length"]),
        }


def write_csv(path, found):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, found[0].keys())
        writer.writeheader()
        writer.writerows([row | {"fetch_time": f"{row['fetch_time']:%Y-%m-%d %H:%M:%S.000}"} for row in found])


def write_parquet(path, found):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    table = pytest.importorskip("pyarrow").Table.from_pylist(found)
    parquet.write_table(table, path)


@pytest.mark.parametrize(("name", "written"), [("rows.csv", write_csv), ("rows.parquet", write_parquet)])
def test_rows_of_the_columnar_index_become_captures_that_a_crawl_fetches(world, tmp_path, name, written):
    visits, lost, _first, second = world
    second.crawl("CC-MAIN-2010-05", lost)
    second.crawl("CC-MAIN-2010-09", visits[:1], url="http://gap.example/shoes")
    written(tmp_path / name, [*columns(second, "CC-MAIN-2010-05"), *columns(second, "CC-MAIN-2010-09")])
    command = ["import-cc-index", str(tmp_path / name), "--db", str(tmp_path / "x.db")]
    for _ in range(2):  # the second time, nothing is new
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.output
        assert "2 captures of 1 policy taken" in done.output
        assert rows(tmp_path / "x.db", "SELECT timestamp, outcome FROM captures") == [
            (one.timestamp, "pending") for one in lost
        ]
    run = crawl(tmp_path / "x.db", "commoncrawl", url=POLICY, standins={"commoncrawl": second.row})
    assert run.code == 0, run.err
    assert second.indexes() == set()
    assert len(second.ranges) == 2
    assert len(wordings(tmp_path / "x.db")) == len({one.edition for one in lost})


def test_a_file_without_the_columns_is_an_error_that_names_them(tmp_path):
    (tmp_path / "x.csv").write_text("url,status\nhttp://a.example/privacy,200\n")
    done = CliRunner().invoke(main, ["import-cc-index", str(tmp_path / "x.csv"), "--db", str(tmp_path / "x.db")])
    assert isinstance(done.exception, ConfigError | SystemExit)
    assert "warc_filename" in done.output + str(done.exception)


def index_file(path, policies, captures):
    """The columnar index's rows of captures of some policies, one after the other."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["url", "fetch_time", "fetch_status", "content_mime_type", *(f"warc_{name}" for name in _PLACE)]
        )
        for number in range(captures):
            day = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(days=number)
            url = f"http://s{number % policies}.example/privacy"
            writer.writerow(
                [url, f"{day:%Y-%m-%d %H:%M:%S}", 200, "text/html", f"crawl-data/CC-MAIN-2010-05/{number}.gz", 0, 100]
            )


_PLACE = ("filename", "record_offset", "record_length")


@pytest.mark.parametrize("captures", [1, 999, 1000, 1001, 2001])
def test_an_index_file_is_stored_in_transactions_of_a_thousand_rows(tmp_path, monkeypatch, captures):
    index_file(tmp_path / "x.csv", 3, captures)
    begun = []
    add = CaptureShelf.add
    monkeypatch.setattr(CaptureShelf, "add", lambda *told: begun.append(len(told[2])) or add(*told))
    done = CliRunner().invoke(main, ["import-cc-index", str(tmp_path / "x.csv"), "--db", str(tmp_path / "x.db")])
    assert done.exit_code == 0, done.output
    assert begun == [1000] * (captures // 1000) + [captures % 1000] * bool(captures % 1000)
    assert rows(tmp_path / "x.db", "SELECT count(*), count(DISTINCT urlkey) FROM captures") == [
        (captures, min(captures, 3))
    ]


def test_an_index_file_waits_for_no_other_writer(tmp_path):
    index_file(tmp_path / "x.csv", 1, 1)
    with CrawlLock(tmp_path / "x.db"):
        done = CliRunner().invoke(main, ["import-cc-index", str(tmp_path / "x.csv"), "--db", str(tmp_path / "x.db")])
    assert done.exit_code == 2
    assert "another crawl writes into" in done.output
    assert not (tmp_path / "x.db").exists()
