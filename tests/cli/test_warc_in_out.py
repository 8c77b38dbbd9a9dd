"""WARC in and out: what is exported is valid, read by other archives' tools, and taken in again it is the same history."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from cli.getting.imports import warc as command
from cli.main import main
from crawler.archives.capture import Period
from crawler.archives.dialects import parse_archive
from crawler.choosing.strategies import ALL
from crawler.options import RunOptions
from tests import programs
from tests.builders import utc
from tests.crawling import ROOT, crawl, environment, history, outcomes, rows
from tests.sample_archive.truth import TRUTH
from tests.servers.pywb_server import pywb_server

SAMPLE = ROOT / "data" / "sample" / "sample.warc.gz"
URLS = [truth.policy_urls[0] for truth in TRUTH.values()]
RADIO = "http://tinroofradio.example/privacy.html"
SOME = {"tinroofradio.example", "harborline.example"}  # the other has a policy that moved
SOME_URLS = [TRUTH[site].policy_urls[0] for site in SOME]


def policylapse(*arguments, cwd, **extra):
    """The command in a process of its own (a reactor runs once)."""
    return programs.run("-m", "cli.main", *arguments, cwd=cwd, env=environment(**extra))


def some_history(database):
    return [row for row in history(database) if row[0] in SOME]


def named(urls):
    return [part for url in urls for part in ("--url", url)]


@pytest.fixture(scope="module")
def exported(sample_db, tmp_path_factory):
    """The sample's database as a WARC file."""
    path = tmp_path_factory.mktemp("warc") / "sample.warc.gz"
    result = CliRunner().invoke(main, ["export", "--format", "warc", "--out", str(path), "--db", str(sample_db)])
    assert result.exit_code == 0, result.output
    (captures,) = rows(sample_db, "SELECT count(*) FROM captures WHERE http_status IS NOT NULL")[0]
    assert f"{captures} captures written to {path}" in result.stderr
    return path


def wacz(path, members):
    """A WACZ of {name: bytes or file}."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datapackage.json", json.dumps({"profile": "data-package", "wacz_version": "1.1.1"}))
        for name, content in members.items():
            archive.writestr(name, content.read_bytes() if isinstance(content, Path) else content)
    return path


# out


def test_it_passes_warcio_check(exported):
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(exported)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("digest pass") > 100


def test_its_records(exported, sample_db):
    with exported.open("rb") as stream:
        records = [
            (r.rec_type, r.rec_headers, r.http_headers, r.content_stream().read()) for r in ArchiveIterator(stream)
        ]
    assert [kind for kind, *_ in records].count("warcinfo") == 1
    assert records[0][0] == "warcinfo"
    assert b"software: policylapse/" in records[0][3]
    assert sample_db.name.encode() in records[0][3]
    written = {}
    for kind, headers, http, body in records[1:]:
        key = (headers["WARC-Target-URI"], headers["WARC-Date"])
        if kind == "revisit":
            before = written[headers["WARC-Refers-To-Target-URI"], headers["WARC-Refers-To-Date"]]
            assert (headers["WARC-Payload-Digest"], headers["WARC-Refers-To"]) == before
        else:
            assert http["Content-Length"] == str(len(body))
            written[key] = headers["WARC-Payload-Digest"], headers["WARC-Record-ID"]
        assert not {"content-encoding", "transfer-encoding"} & {name.lower() for name, _value in http.headers}
        assert headers["WARC-Warcinfo-ID"] == records[0][1]["WARC-Record-ID"]
    redirects = [http for _kind, _headers, http, _body in records[1:] if http.get_statuscode().startswith("3")]
    assert redirects
    assert all("/web/" not in http["Location"] and "://" in http["Location"] for http in redirects)
    kinds = [kind for kind, *_ in records]
    assert (
        kinds.count("revisit")
        == rows(sample_db, "SELECT count(*) FROM captures WHERE digest_verdict = 'same digest'")[0][0]
    )
    ids = [headers["WARC-Record-ID"] for _kind, headers, *_ in records]
    assert len(set(ids)) == len(ids)


def test_the_same_database_gives_the_same_bytes(exported, sample_db, tmp_path):
    again = tmp_path / "again.warc.gz"
    for _time in range(2):
        result = CliRunner().invoke(main, ["export", "--format", "warc", "--out", str(again), "--db", str(sample_db)])
        assert result.exit_code == 0
        assert again.read_bytes() == exported.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"again.warc.gz", "again.warc.gz.manifest.json"}


def test_pywbs_indexer_reads_it(exported, tmp_path):
    indexer = shutil.which("cdx-indexer", path=f"{sys.prefix}/bin")
    if not indexer:
        pytest.fail("pywb is not installed: make test installs it")
    done = subprocess.run([indexer, "-j", str(exported)], capture_output=True, text=True, check=True)
    lines = [json.loads(line.split(" ", 2)[2]) for line in done.stdout.splitlines() if line.startswith("example,")]
    assert sum(line["mime"] == "warc/revisit" for line in lines) > 20
    assert sum(line.get("status") == "200" for line in lines) > 100
    assert {line["url"] for line in lines} >= {RADIO}


def test_pywb_plays_the_same_history_back(exported, sample_db, tmp_path):
    (tmp_path / "pywb").mkdir()
    with pywb_server(tmp_path / "pywb", exported) as archive:
        run = crawl(tmp_path / "x.db", archive, url=",".join(SOME_URLS), strategy="all")
    assert run.code == 0, run.err
    assert history(tmp_path / "x.db") == some_history(sample_db)


def test_one_site_and_a_file_that_is_not_compressed(exported, sample_db, tmp_path):
    path = tmp_path / "new" / "radio.warc"
    result = CliRunner().invoke(
        main, ["export", "--format", "warc", "--out", str(path), "--db", str(sample_db), "tinroofradio.example"]
    )
    assert result.exit_code == 0, result.output
    with path.open("rb") as stream:
        urls = {record.rec_headers.get_header("WARC-Target-URI") for record in ArchiveIterator(stream)} - {None}
    assert all("tinroofradio.example" in url for url in urls)
    assert path.read_bytes().startswith(b"WARC/1.1\r\n")


@pytest.mark.parametrize(
    ("out", "message"),
    [("x.zip", "is no name of a WARC file"), (".", "is a folder"), ("file/x.warc.gz", "cannot write")],
)
def test_files_that_cannot_be_written(sample_db, tmp_path, monkeypatch, out, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    result = CliRunner().invoke(main, ["export", "--format", "warc", "--out", out, "--db", str(sample_db)])
    assert result.exit_code == 2
    assert message in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_nothing_to_export_leaves_an_earlier_file(history_db, tmp_path):
    (tmp_path / "x.warc.gz").write_bytes(b"before")
    database = history_db.policy("http://a.example/p")
    result = CliRunner().invoke(
        main, ["export", "--format", "warc", "--out", str(tmp_path / "x.warc.gz"), "--db", str(database)]
    )
    assert result.exit_code == 2
    assert "nothing to export as warc" in result.stderr
    assert (tmp_path / "x.warc.gz").read_bytes() == b"before"


# in


def test_taken_in_again_it_is_the_same_history(exported, sample_db, tmp_path):
    result = policylapse("import-warc", exported, *named(URLS), "--db", "x.db", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert history(tmp_path / "x.db") == history(sample_db)
    assert rows(tmp_path / "x.db", "SELECT DISTINCT archive FROM captures") == [(f"warc:{exported}",)]
    assert rows(tmp_path / "x.db", "SELECT strategy FROM runs") == [("all",)]
    again = policylapse("import-warc", exported, *named(URLS), "--db", "x.db", cwd=tmp_path)
    assert "Nothing new" in again.stdout
    out = tmp_path / "again.warc.gz"
    result = CliRunner().invoke(main, ["export", "--format", "warc", "--out", str(out), "--db", str(tmp_path / "x.db")])
    assert result.exit_code == 0, result.output
    assert payloads(out) == payloads(exported)


def payloads(path):
    with path.open("rb") as stream:
        return [
            (
                r.rec_type,
                r.rec_headers["WARC-Target-URI"],
                r.rec_headers["WARC-Date"],
                r.rec_headers["WARC-Payload-Digest"],
                r.http_headers.statusline,
                r.http_headers.headers,
            )
            for r in ArchiveIterator(stream)
            if r.rec_type != "warcinfo"
        ]


def test_without_names_it_takes_what_looks_like_a_policy_and_says_so(exported, sample_db, tmp_path):
    result = policylapse("import-warc", exported, "--db", "x.db", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    taken = [row[0] for row in rows(tmp_path / "x.db", "SELECT policy_url FROM policies")]
    assert f"{len(taken)} addresses in {exported} to take; others can be named with --url" in result.stderr
    assert all(f"  {url}  " in result.stderr for url in taken)
    assert json.loads(result.stdout)["policies"] == len(taken)
    sites = {row[0] for row in history(sample_db)}
    assert {row[0] for row in history(tmp_path / "x.db")} == sites


def test_a_wacz_is_an_archive_named_after_itself(exported, sample_db, tmp_path):
    path = wacz(tmp_path / "x.wacz", {"archive/data.warc.gz": exported, "pages/pages.jsonl": b"{}"})
    (tmp_path / "tmp").mkdir()
    names = named(SOME_URLS)
    result = policylapse("import-warc", path, *names, "--db", "x.db", cwd=tmp_path, TMPDIR=str(tmp_path / "tmp"))
    assert result.returncode == 0, result.stderr
    assert history(tmp_path / "x.db") == some_history(sample_db)
    assert rows(tmp_path / "x.db", "SELECT DISTINCT archive FROM captures") == [(f"warc:{path}",)]
    assert list((tmp_path / "tmp").iterdir()) == []  # what was unpacked is gone
    assert crawl(tmp_path / "y.db", path, url=RADIO).code == 0  # `--archive x.wacz` is the same


def test_several_paths_are_taken_in_one_after_the_other(exported, tmp_path):
    """Each in a process of its own, which starts cold: all but one are empty, and read nothing."""
    folder = tmp_path / "folder"
    folder.mkdir()
    wacz(folder / "b.wacz", {"archive/data.warc.gz": b""})
    shutil.copy(exported, folder / "a.warc.gz")
    (tmp_path / "none.warc.gz").write_bytes(b"")
    result = policylapse(
        "import-warc",
        tmp_path / "none.warc.gz",
        folder,
        folder,
        "--url",
        TRUTH["kettleandloom.example"].policy_urls[0],
        "--db",
        "x.db",
        cwd=tmp_path,
    )
    assert result.returncode == 1, result.stderr  # empty files have none
    archives = rows(tmp_path / "x.db", "SELECT archive, exit_code FROM runs ORDER BY id")
    assert archives == [
        (f"warc:{tmp_path / 'none.warc.gz'}", 1),
        (f"warc:{folder}", 0),
        (f"warc:{folder / 'b.wacz'}", 1),
    ]


def test_a_truncated_warc_is_damage_and_the_rest_is_taken(tmp_path):
    whole = SAMPLE.read_bytes()
    path = wacz(tmp_path / "x.wacz", {"archive/cut.warc.gz": whole[: len(whole) // 2], "archive/whole.warc.gz": SAMPLE})
    result = policylapse("import-warc", path, "--url", RADIO, "--db", "x.db", cwd=tmp_path)
    assert result.returncode == 1
    assert re.search(r"cut\.warc\.gz: at byte [\d,]+: it breaks off", result.stderr)
    assert "damaged_archive" in result.stdout
    assert rows(tmp_path / "x.db", "SELECT count(*) FROM timeline") == [(3,)]
    assert outcomes(tmp_path / "x.db")["fetched"] > 0


def test_no_policy_in_it(tmp_path):
    (tmp_path / "x.warc.gz").write_bytes(SAMPLE.read_bytes()[:300])
    result = CliRunner().invoke(main, ["import-warc", str(tmp_path / "x.warc.gz")])
    assert result.exit_code == 2
    assert "no address in" in result.stderr
    assert "x.warc.gz: at byte 0: it breaks off" in result.stderr
    assert "--url" in result.stderr


@pytest.mark.parametrize("members", [{"archive/../../x.warc.gz": b"x"}, {"archive/a.warc.gz": b"x", "/etc/x": b""}])
def test_a_wacz_that_leads_out_of_its_folder_is_refused(tmp_path, members):
    path = wacz(tmp_path / "x.wacz", members)
    result = CliRunner().invoke(main, ["import-warc", str(path), "--url", RADIO, "--db", str(tmp_path / "x.db")])
    assert result.exit_code == 2
    assert "is refused: its member" in result.stderr
    run = crawl(tmp_path / "x.db", path, url=RADIO)
    assert run.code == 2
    assert "Traceback" not in run.err
    assert not (tmp_path / "x.db").exists()


def test_a_wacz_that_would_fill_the_disk_is_refused(tmp_path):
    path = wacz(tmp_path / "x.wacz", {"archive/a.warc.gz": bytes(80 * 2**20)})
    assert path.stat().st_size < 2**20
    result = CliRunner().invoke(main, ["import-warc", str(path), "--url", RADIO, "--db", str(tmp_path / "x.db")])
    assert result.exit_code == 2
    assert "it would unpack to 80 MiB" in result.stderr


def test_options_become_one_record(monkeypatch):
    asked = []
    monkeypatch.setattr(command, "run", lambda options: asked.append(options) or 3)
    monkeypatch.setenv("POLICYLAPSE_STRATEGY", "distinct")
    result = CliRunner().invoke(
        main,
        ["import-warc", str(SAMPLE), "--url", "a.example/x", "--site", "c.example", "--since", "2018", "--db", "x.db"],
    )
    assert result.exit_code == 3
    assert asked == [
        RunOptions(
            archive=parse_archive(str(SAMPLE)),
            database=Path("x.db"),
            strategy=ALL,
            wacz_apart=True,
            urls=("http://a.example/x",),
            sites=("c.example",),
            period=Period(since=utc(2018, 1, 1)),
            state=asked[0].state,
        )
    ]


def test_a_page_that_only_its_title_calls_a_policy_is_named_and_taken_with_a_flag(tmp_path):
    page = (
        b"<title>Shop - Privacy Policy</title><h1>Privacy Policy</h1>"
        + b"<p>We collect personal data of you when you use our shop.</p>" * 40
    )
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/pp.html\r\n"
        f"WARC-Date: 2019-01-01T00:00:00Z\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    path = tmp_path / "a.warc"
    path.write_bytes(head.encode() + block + b"\r\n\r\n")
    without = policylapse("import-warc", path, "--db", tmp_path / "x.db", cwd=tmp_path)
    assert without.returncode == 2
    assert "1 page is titled like a privacy policy and not taken; take them with --by-title" in without.stderr
    assert "http://a.example/pp.html  1 capture" in without.stderr
    taken = policylapse("import-warc", path, "--by-title", "--db", tmp_path / "x.db", cwd=tmp_path)
    assert taken.returncode == 0, taken.stderr
    assert rows(tmp_path / "x.db", "SELECT outcome FROM captures") == [("fetched",)]
