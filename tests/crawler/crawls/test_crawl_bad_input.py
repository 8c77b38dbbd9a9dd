"""Bad input ends in a clear message or a recorded outcome; nothing is lost and the rest of the crawl goes on."""

import gzip
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.warcwriter import WARCWriter

from crawler.archives import dialects
from crawler.archives.errors import ConfigError
from crawler.targets.targets import Target, read_targets
from tests import programs
from tests.crawling import ROOT, crawl, environment, outcomes, rows
from tests.generators.warc_files import put_response

SAMPLE = ROOT / "data" / "sample" / "sample.warc.gz"
GOOD = "http://tinroofradio.example/privacy.html"
POLICY = "<html><title>Privacy Policy</title><body><h1>Privacy Policy</h1>" + "".join(
    f"<p>We collect your name, e-mail address and order number {n} so that we can deliver what you ordered, and we keep "
    "this personal information for as long as the law asks us to. You may ask us to delete it at any time.</p>"
    for n in "abc"
)


def write_warc(
    path: Path, pages: list[tuple[str, bytes, dict[str, str]]], url: str = "http://hostile.example/privacy"
) -> Path:
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for number, (content_type, body, headers) in enumerate(pages):
            date = (datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
            put_response(writer, date, url, body, [("Content-Type", content_type), *headers.items()])
    return path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"url": "not a url"}, "'not a url' is not a URL"),
        ({"url": "ftp://example.com/privacy"}, "must begin with http"),
        ({}, "name whose policy to crawl"),
        ({"url": GOOD, "strategy": "every:6"}, "write every:6mo"),
        ({"url": GOOD, "strategy": "some"}, "there is no strategy 'some'"),
        ({"url": GOOD, "since": "yesterday"}, "'yesterday' is not a date"),
        ({"url": GOOD, "since": "2020", "until": "2015"}, "later than until"),
        ({"sites": "/nowhere/list.txt"}, "cannot read the list /nowhere/list.txt"),
        ({"url": GOOD, "colour": "blue"}, "there is no argument 'colour'"),
    ],
)
def test_what_is_wrong_is_said_before_the_first_request(tmp_path, arguments, message):
    run = crawl(tmp_path / "x.db", SAMPLE, **arguments)
    assert run.code == 2
    assert message in run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        ("/nowhere/at/all", "there is no archive '/nowhere/at/all'"),
        ("wayback", "POLICYLAPSE_CONTACT"),
    ],
)
def test_an_archive_that_cannot_be_asked(tmp_path, archive, message):
    run = crawl(tmp_path / "x.db", archive, url=GOOD)
    assert run.code == 2
    assert message in run.err


def test_an_archive_where_nobody_listens_is_not_running(tmp_path):
    for _ in range(2):  # no pause was stored: it is tried again at once
        run = crawl(tmp_path / "x.db", "wayback+http://127.0.0.1:9", url=GOOD)
        assert run.code == 2
        assert "Error: cannot connect to 127.0.0.1:9: is it running?" in run.err
        assert "Traceback" not in run.err
        assert not (tmp_path / "x.db").exists()


def test_a_sample_that_is_not_installed_is_no_empty_archive(monkeypatch, tmp_path):
    monkeypatch.setattr(dialects, "SAMPLE", tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="the bundled sample archive is not installed: there is no "):
        dialects.parse_archive("sample")


@pytest.mark.parametrize("site", ["co.uk", "com.au", "gov.uk", "k12.ca.us", "github.io", "blogspot.com"])
def test_a_public_suffix_is_no_site(site):
    """0 requests, since a list's line becomes a BadLine and a named one ends the run."""
    with pytest.raises(ConfigError, match=f"under {site}; name"):
        list(read_targets(sites=[site]))


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("www.gov.uk", "www.gov.uk"),
        ("www.example.com", "example.com"),
        ("shop.example", "shop.example"),
        ("bbc.co.uk", "bbc.co.uk"),
    ],
)
def test_what_is_under_a_public_suffix_is_a_site(text, site):
    assert list(read_targets(sites=[text])) == [Target(site)]


def test_a_site_that_was_never_archived(tmp_path):
    run = crawl(tmp_path / "x.db", "sample", url=f"http://never.example/privacy,{GOOD}")
    assert run.code == 1
    assert "not_archived" in run.out
    assert "http://never.example/privacy" in run.err
    assert rows(tmp_path / "x.db", "SELECT count(*) FROM timeline") == [(3,)]


def test_a_broken_line_of_a_list_is_named_and_the_rest_goes_on(tmp_path):
    sites = tmp_path / "sites.txt"
    sites.write_text(f"{GOOD}\nht!tp://???\n", encoding="utf-8")
    run = crawl(tmp_path / "x.db", "sample", sites=str(sites))
    assert run.code == 1
    assert f"{sites}:2" in run.err
    assert rows(tmp_path / "x.db", "SELECT subject, outcome FROM outcomes") == [(f"{sites}:2", "bad_input")]
    assert rows(tmp_path / "x.db", "SELECT count(*) FROM timeline") == [(3,)]


def test_a_list_on_standard_input(tmp_path):
    run = crawl(tmp_path / "x.db", "sample", sites="-", stdin=f"rank,url\n1,{GOOD}\n")
    assert run.code == 0, run.err
    assert rows(tmp_path / "x.db", "SELECT count(*) FROM timeline") == [(3,)]


def test_a_database_of_another_program_is_left_alone(tmp_path):
    database = tmp_path / "x.db"
    with closing(sqlite3.connect(database)) as db:
        db.execute("CREATE TABLE theirs (id)")
        db.commit()
    before = database.read_bytes()
    run = crawl(database, "sample", url=GOOD)
    assert run.code == 2
    assert "another program" in run.err
    assert database.read_bytes() == before


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "x.db").write_text("Dear diary, today nothing was archived.\n" * 20, encoding="utf-8")
    run = crawl(tmp_path / "x.db", "sample", url=GOOD)
    assert run.code == 2
    assert "not a SQLite database" in run.err


@pytest.mark.parametrize("pages", [2, 6, 9])
def test_a_full_disk_ends_the_run_and_keeps_what_was_stored(tmp_path, pages):
    """SQLite says that the disk is full where a file may not have more pages (the whole crawl takes 11 more)."""
    database = tmp_path / "x.db"
    first = crawl(database, "sample", url=GOOD)
    assert first.code == 0
    before = rows(database, "SELECT count(*) FROM timeline")
    most = rows(database, "PRAGMA page_count")[0][0] + pages
    limited = f"""
import sqlite3
connect = sqlite3.connect
def limited(path, *arguments, **named):
    connection = connect(path, *arguments, **named)
    if str(path).endswith("x.db"):
        connection.execute("PRAGMA max_page_count = {most}")
    return connection
sqlite3.connect = limited
"""
    run = crawl_after(limited, database)
    assert run.returncode == 2
    assert run.stdout.count("cannot write") == 1
    assert "Stopped: cannot write" in run.stdout
    assert "disk is full" in run.stdout
    assert "Traceback" not in run.stderr
    assert "What was stored before is safe" in run.stdout
    assert rows(database, "SELECT count(*) FROM timeline WHERE site = 'tinroofradio.example'") == before


@pytest.mark.parametrize("limit", [0, 10, 5_000, 60_000])
def test_a_disk_that_is_full_before_the_first_request(tmp_path, limit):
    limited = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    )
    run = crawl_after(limited, tmp_path / "x.db")
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert "cannot " in run.stderr + run.stdout


def crawl_after(code: str, database: Path):
    command = ["-c", f"{code}\nimport sys\nfrom scrapy.cmdline import execute\nexecute(['scrapy', *sys.argv[1:]])"]
    command += ["crawl", "policies", "-a", "url=https://lumenkart.example/privacy", "-a", "strategy=all"]
    command += ["-s", "POLICYLAPSE_ARCHIVE=sample", "-s", f"POLICYLAPSE_DB={database}"]
    return programs.run(*command, env=environment())


def test_a_truncated_warc_gives_what_it_holds_and_says_so(tmp_path):
    whole = SAMPLE.read_bytes()
    (tmp_path / "cut.warc.gz").write_bytes(whole[: len(whole) // 2])
    run = crawl(tmp_path / "x.db", tmp_path / "cut.warc.gz", url="http://www.grunwaldfrere.example/privacy.htm")
    assert run.code == 1
    assert re.search(r"cut\.warc\.gz: at byte [\d,]{7}: it breaks off", run.err)
    assert "damaged_archive" in run.out
    assert rows(tmp_path / "x.db", "SELECT count(*) > 0 FROM timeline") == [(1,)]


def test_hostile_pages_are_outcomes_and_the_good_ones_are_read(tmp_path):
    good = POLICY.encode()
    pages = [
        ("text/html", good, {}),
        ("text/html", good.replace(b"e-mail", b"E-Mail"), {"Content-Encoding": "gzip"}),  # says gzip and is not
        ("text/html", b"<p>" + b"word " * 10_000_000, {}),  # 50 MB
        ("text/html", b"<div>" * 200_000 + b"deep" + b"</div>" * 200_000, {}),
        ("text/html", bytes(range(256)) * 400, {}),  # binary garbage
        ("text/html", b"", {}),
        ("text/html; charset=utf-8", good.replace(b"name", b"n\xffame"), {}),
        ("image/png", b"\x89PNG\r\n\x1a\n" + b"0" * 100, {}),
        ("text/html", good, {}),
    ]
    archive = write_warc(tmp_path / "hostile.warc.gz", pages)
    database = tmp_path / "x.db"
    run = crawl(database, archive, url="http://hostile.example/privacy", strategy="all")
    assert "Traceback" not in run.err, run.err
    assert run.code == 0, run.out
    found = [outcome for (outcome,) in rows(database, "SELECT outcome FROM captures ORDER BY captured_at")]
    assert found[0] == found[1] == found[-1] == "fetched"
    assert found[2] in ("undecodable", "extract_failed")
    assert found[3] in ("extract_failed", "not_a_policy")
    assert found[4] == "undecodable"
    assert found[5] == "not_a_policy"
    assert found[7] == "not_a_document"
    kept = rows(database, "SELECT count(*) FROM captures WHERE payload_id IS NOT NULL")
    assert kept == [(7,)]  # all but the empty one and the image: kept, whatever became of them
    assert set(outcomes(database)) <= {"fetched", "undecodable", "extract_failed", "not_a_policy", "not_a_document"}


def test_nothing_that_an_archive_says_steers_the_terminal(tmp_path):
    """In a URL, a date, a header, a body's name for its charset; in what our log and warcio's own messages say of it."""
    evil = "\x1b[31m\x07\u202e\x9b31m"
    path = write_warc(
        tmp_path / "evil.warc.gz",
        [
            ("text/html", POLICY.encode(), {}),
            ("text/html", b"\x1b[31m\x00\xff" * 400, {"Content-Encoding": "x-\x1b[31m"}),
            ("text/html; charset=\x1b[31m", POLICY.replace("Privacy", evil).encode(), {"Location": evil}),
            ("application/\x1b[31m", b"%PDF-1.4 " + evil.encode(), {}),
        ],
        url="http://hostile.example/privacy",
    )
    with path.open("ab") as stream:
        stream.write(
            gzip.compress(f"WARC/1.0\r\nWARC-Type: {evil}\r\nContent-Length: 3\r\n\r\n{evil}{evil}\r\n".encode())
        )
        stream.write(b"\x1b[31m not gzip")
    run = crawl(
        tmp_path / "x.db", path, url="http://hostile.example/privacy", settings={"POLICYLAPSE_LOG_LEVEL": "DEBUG"}
    )
    assert "hostile.example" in run.err
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", run.err + run.out)


def test_redirects_in_a_ring_come_to_an_end_and_none_leaves_the_archive(tmp_path):
    old, new = "http://ring.example/privacy", "http://ring.example/legal/privacy"
    records = [
        ("2010-01-01", old, "200 OK", ""),
        ("2012-01-01", old, "301 Moved", new),
        ("2012-01-02", new, "200 OK", ""),
        ("2014-01-01", new, "302 Found", old),
        ("2015-01-01", old, "302 Found", "http://127.0.0.1:9/live"),
        ("2016-01-01", old, "302 Found", "/"),
        ("2017-01-01", old, "302 Found", "javascript:alert(1)"),
    ]
    with (tmp_path / "ring.warc.gz").open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for date, url, status, location in records:
            headers = [("Content-Type", "text/html")] + ([("Location", location)] if location else [])
            body = b"" if location else POLICY.encode()
            put_response(writer, f"{date}T00:00:00Z", url, body, headers, status)
    run = crawl(tmp_path / "x.db", tmp_path / "ring.warc.gz", url=old)
    assert run.code == 0, run.err
    assert "Traceback" not in run.err
    assert rows(tmp_path / "x.db", "SELECT version, captures FROM timeline") == [(1, 2)]
    assert outcomes(tmp_path / "x.db") == {"fetched": 1, "revisit": 1, "redirect": 5}
    urls = rows(tmp_path / "x.db", "SELECT url, valid_from FROM policy_urls ORDER BY url")
    # http://127.0.0.1:9/live is looked up in the archive's index and nowhere else; nothing says that it is the company's
    assert urls == [(new, "2012-01-01T00:00:00Z"), (old, None)]
