"""Every command on a narrow and on a wide terminal: it fits, says the same, and leaves nothing beside the database.

A new command fails here until it stands in CALLS. Those that start a server or ask a service stand in ELSEWHERE.
"""

import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from warcio.archiveiterator import ArchiveIterator

from cli.commands import COMMANDS
from cli.main import main
from crawler.archives.dialects import SAMPLE, SAMPLE_SITES
from tests import programs
from tests.crawling import environment
from tests.databases.imported import sample_pages
from tests.generators.git_collections import corpus_commit, make_repository, snapshot

NARROW, WIDE = 60, 200
SITE = "lumenkart.example"
PAGE = "<html><title>Privacy Policy</title><h1>Privacy Policy</h1><p>We keep your data for a year, and then we delete it.</p>"
# The command line, and what it leaves in the folder beside the database.
CALLS = (
    ("crawl --archive sample", ""),
    ("crawl --archive sample --sites {inputs}/list.txt --db fresh.db", "fresh.db"),
    ("plan --archive sample", ""),
    ("plan --archive sample --db fresh.db", "fresh.db"),
    (f"discover {SITE} --archive sample", ""),
    ("import-warc {inputs}/sample.warc.gz", ""),
    ("import-ota {inputs}/contrib-snapshots.git", ""),
    ("import-corpus {inputs}/privacy-policy-historical", ""),
    ("import-cc-index {inputs}/rows.csv", ""),
    ("save --older-than 30d --dry-run", ""),
    ("archives", ""),
    ("limits", ""),
    ("status", ""),
    ("sites", ""),
    ("sites --missing", ""),
    (f"timeline {SITE} --all", ""),
    ("timeline grunwaldfrere.example", ""),
    ("coverage", ""),
    (f"coverage {SITE}", ""),
    (f"show {SITE}", ""),
    (f"diff {SITE} 4 5", ""),
    (f"diff {SITE} 4 5 --side-by-side", ""),
    ("search email --limit 100", ""),
    ("search email --first", ""),
    ("changes", ""),
    (f"changes --site {SITE} --limit 3", ""),
    ("trends gdpr email", ""),
    (f"claims {SITE}", ""),
    ("claims --changed", ""),
    (f"annotations blocks {SITE}", ""),
    (f"annotations list {SITE}", ""),
    ("annotations import {inputs}/labels.jsonl", ""),
    ("compare --around 2018-05-25", ""),
    (f"readability {SITE}", ""),
    (f"blame {SITE} --removed", ""),
    (f"blame {SITE}", ""),
    ("extract {inputs}/privacy.html", ""),
    ("export --format jsonl --out x.jsonl", "x.jsonl x.jsonl.manifest.json"),
    ("feed", ""),
    ("notify --config {inputs}/notify.toml", ""),
    ("re-extract --processes 1", ""),
    ("compact", ""),
    ("fsck", ""),
    ("fsck --repair", ""),
    ("shard out --into job", ""),
    ("merge x.db --into all.db", "all.db"),
    ("forget harborline.example --yes --reason test", ""),
)
PROCESSES = {"crawl", "plan", "discover", "import-warc"}  # a reactor runs once
WITHOUT_DB = {"archives", "limits", "extract", "merge"}
ELSEWHERE = {"web", "cluster"}
DOCUMENTS = (
    "show",
    "feed",
    "extract",
    "annotations blocks",
)  # what they print is a document, for people and programs: its lines are its own
LOCKING = {"crawl", "plan", "import-warc", "import-ota", "import-corpus", "re-extract", "compact", "shard", "forget"}
READERS = {"x.db-wal", "x.db-shm"}  # SQLite's own beside a file that was only read; the next writer removes them
WHOLE = re.compile(  # what must stay one piece: a URL, a path, a citation, a command
    r"Next: policylapse .*|[^ `]*`policylapse [^`]*`\S*|\S*(?:https?|sample)[:/]\S+|\S*/\S+/\S+|\S+@\d{4}-\d\d-\d\d\S*"
)
LOGGED = re.compile(r"\d{4}-\d\d-\d\dT\S+ (INFO|WARNING|ERROR) ")  # lines of a log are whole, for grep
FAULTS = re.compile(r"Traceback|Error:|Exception")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    head, *sites = SAMPLE_SITES.read_text().splitlines()
    (folder / "list.txt").write_text("\n".join([head, *sites[:2], next(one for one in sites if one.startswith(SITE))]))
    (folder / "sample.warc.gz").write_bytes(first_sites(SAMPLE / "sample.warc.gz", 2))
    (folder / "labels.jsonl").write_text(
        json.dumps({"block": "0" * 64, "label": "sale", "author": "A. Reader", "time": "2026-11-02"})
    )
    (folder / "privacy.html").write_text(PAGE)
    (folder / "notify.toml").write_text('[channels.here]\ncommand = ["true"]\n\n[watches.all]\nchannels = ["here"]\n')
    row = ("https://a.example/privacy", "2015-02-01 10:00:00.000", 200, "text/html", "crawl-data/a.warc.gz", 10, 20)
    head = "url,fetch_time,fetch_status,content_mime_type,warc_filename,warc_record_offset,warc_record_length"
    (folder / "rows.csv").write_text(f"{head}\n{','.join(map(str, row))}\n")
    page = next(body for _at, body in sample_pages())
    url, at = "https://quillledger.example/privacy", datetime(2012, 5, 10, 13, 44, 28, tzinfo=UTC)
    make_repository(
        folder / "contrib-snapshots.git", [snapshot("Quill", "Privacy Policy", at, page, url=url, first=True)]
    )
    (folder / "contrib-declarations").mkdir()
    declared = {"name": "Quill", "terms": {"Privacy Policy": {"fetch": url}}}
    (folder / "contrib-declarations" / "Quill.json").write_text(json.dumps(declared))
    make_repository(
        folder / "privacy-policy-historical",
        [corpus_commit("quillledger.example", at, url, page, "We keep it.")],
    )
    return folder


def first_sites(path, count):
    """The records of the first sites of a WARC file that has them one after the other."""
    seen = []
    with path.open("rb") as stream:
        records = ArchiveIterator(stream)
        for record in records:
            host = urlsplit(record.rec_headers["WARC-Target-URI"] or "").hostname
            if host not in (None, *seen):
                if len(seen) == count:
                    return path.read_bytes()[: records.get_record_offset()]
                seen.append(host)
    raise ValueError(f"{path} has no more than {count} sites")


@dataclass
class Done:
    code: int
    out: str
    err: str
    left: set


def run(call, width, folder, sample_db, inputs):
    """Run a command in a folder that holds nothing but the database, as on a terminal of that width."""
    shutil.copy(sample_db, folder / "x.db")
    words = call.format(inputs=inputs).split()
    name = words[0]
    words += [] if name in WITHOUT_DB or "--db" in words else ["--db", "x.db"]
    terminal = {"COLUMNS": str(width), "TTY_COMPATIBLE": "1", "TERM": "xterm", "NO_COLOR": "1"}
    terminal["POLICYLAPSE_STATE"] = str(folder.parent / "state")
    if name in PROCESSES:
        env = {k: v for k, v in environment(**terminal).items() if k != "FORCE_COLOR"}
        done = programs.run("-m", "cli.main", *words, cwd=folder, env=env)
        code, out, err = done.returncode, done.stdout, done.stderr
    else:
        before = Path.cwd()
        os.chdir(folder)
        try:
            result = CliRunner().invoke(main, words, env=terminal)
        finally:
            os.chdir(before)
        assert result.exception is None or isinstance(result.exception, SystemExit), (call, result.exc_info)
        code, out, err = result.exit_code, result.stdout, result.stderr
    return Done(code, plain(out), plain(err), {one.name for one in folder.iterdir()})


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\", "", text)


def too_wide(text, width):
    """Lines that do not fit, but for those that are one piece that must stay whole."""
    for line in re.split(r"[\r\n]", text):
        if cell_len(line.rstrip()) > width and not LOGGED.match(line) and not WHOLE.fullmatch(line.strip()):
            yield line


def content(text):
    """What is said, wherever lines are broken: its words of letters, without what draws (bars, rules, time)."""
    return set(re.findall(r"[^\W\d_]{3,}", text))


def test_every_command_is_walked_over():
    assert {call.split()[0] for call, _left in CALLS} == set(COMMANDS) - ELSEWHERE


@pytest.mark.parametrize(("call", "left"), CALLS, ids=[call for call, _left in CALLS])
def test_it_fits_and_says_the_same_and_leaves_nothing(call, left, tmp_path, sample_db, inputs):
    done = {}
    for width in (NARROW, WIDE):
        folder = tmp_path / str(width) / "here"
        folder.mkdir(parents=True)
        done[width] = run(call, width, folder, sample_db, inputs)
    name = call.split()[0]
    for width, one in done.items():
        assert one.code in (0, 1), one.err
        assert not FAULTS.search(one.err), one.err
        allowed = {"x.db", *left.split(), *(READERS if name not in LOCKING else ())}
        assert {"x.db", *left.split()} <= one.left <= allowed
        assert list(too_wide(one.err, width)) == []
        if not call.startswith(DOCUMENTS):
            assert list(too_wide(one.out, width)) == []
    assert content(done[WIDE].out) - content(done[NARROW].out) == set(), "cut off on a narrow terminal"


def test_a_plan_after_a_finished_crawl_counts_what_the_crawl_counted(tmp_path, sample_db, inputs):
    said = [
        json.loads(
            run(
                f"{name} --archive sample --sites {{inputs}}/list.txt --json --db fresh.db",
                WIDE,
                tmp_path,
                sample_db,
                inputs,
            ).out
        )["outcomes"]
        for name in ("crawl", "plan")
    ]
    counts, planned = ({name: one["count"] for name, one in outcomes.items()} for outcomes in said)
    assert counts == planned
    assert counts["not_needed"] > 0
    assert "pending" not in counts


# Only what gets captures, and `merge`, makes a database.
@pytest.mark.parametrize(
    "call",
    [
        "status",
        "sites",
        f"timeline {SITE}",
        "save --dry-run",
        "notify --config {inputs}/notify.toml",
        "re-extract",
        "compact",
        "fsck",
        "fsck --repair",
        "shard out --into job",
        "shard in job",
        "cluster",
        "forget a.example --yes --reason test",
        "export --format jsonl --out x.jsonl",
        "feed",
    ],
)
def test_no_database_is_made_where_there_is_none(call, tmp_path, inputs, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, [*call.format(inputs=inputs).split(), "--db", "x.db"])
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: no database at x.db")
    assert list(tmp_path.iterdir()) == []
