"""What every form of export keeps to: whole, the same every time, resumed after a kill, and told of in a manifest."""

import csv
import gzip
import hashlib
import json
import re
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.giving.export import policies_of
from crawler.archives.errors import ConfigError, NotFound, StoreError
from history.database import open_database
from history.export import parquet, version_table
from history.export.corpus import corpus_path
from history.export.formats import FORMATS, Job, Shape, run_export
from history.export.writing import records
from history.export.writing.manifest import NAME, beside
from history.export.writing.records import COLUMNS, read_records
from history.names import policy_names, safe_name, site_name
from history.sites import PolicyRow
from pipelines.store.load import text_blocks
from pipelines.text.markdown import render_markdown
from tests import programs
from tests.crawling import environment, rows
from tests.ranges import examples

ALL = [name for name, form in FORMATS.items() if not form.one]
ENDINGS = {name: form.endings[0] if form.endings else "" for name, form in FORMATS.items()}


FEW = {"site": ("lumenkart.example",)}  # a hundred pages and an index of all sites take seconds each time


def export(name, database, out, *sites, **more):
    if name == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is an extra")
    with closing(open_database(database)) as db:
        return run_export(FORMATS[name], Job(db, policies_of(db, sites), out, "test/1", **more))


def files(folder):
    """{path: bytes} of all that is in a folder but git's own."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }


def head(repository):
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout


# all forms


@pytest.mark.parametrize("name", ALL)
def test_the_same_database_gives_the_same_bytes(name, sample_db, tmp_path):
    found = []
    for folder in ("a", "b"):
        out = tmp_path / folder / f"x{ENDINGS[name]}"
        export(name, sample_db, out, *FEW.get(name, ()))
        found.append(files(out.parent))
    export(name, sample_db, tmp_path / "a" / f"x{ENDINGS[name]}", *FEW.get(name, ()))  # over itself
    assert found[0] == found[1] == files(tmp_path / "a")
    assert len(found[0]) >= 2
    assert not [path for path in found[0] if path.endswith((".part", ".list"))]
    if name == "git":
        assert head(tmp_path / "a" / "x") == head(tmp_path / "b" / "x")


@pytest.mark.parametrize("name", ALL)
def test_the_manifest_has_every_file_with_its_digest(name, sample_db, tmp_path):
    out = tmp_path / f"x{ENDINGS[name]}"
    done = export(name, sample_db, out)
    manifest = json.loads(done.manifest_path.read_text("utf-8"))
    root = out.parent if out.is_file() else out
    listed = {file["path"]: (file["bytes"], file["sha256"]) for file in manifest["files"]}
    written = {
        path: (len(content), hashlib.sha256(content).hexdigest())
        for path, content in files(root).items()
        if not path.endswith(NAME)
    }
    assert listed == written
    assert manifest["format"] == name
    assert manifest["program"] == "test/1"
    assert all(manifest["counts"].values())
    assert manifest["extractors"]
    silent = rows(sample_db, "SELECT count(*) FROM captures WHERE outcome NOT IN ('fetched', 'revisit')")[0][0]
    assert sum(manifest["left_out"]["captures_without_a_text"].values()) == silent > 0


KILLED = """
import os, signal, sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from cli.giving.export import policies_of
from history.database import open_database
from history.export.writing import files, records
from history.export.formats import FORMATS, Job, run_export
name, database, out, what, at = sys.argv[1:]
calls = 0
def deadly(function):
    def call(*arguments, **named):
        global calls
        calls += 1
        if calls == int(at):
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **named)
    return call
if what == "record":
    records.Records._record = deadly(records.Records._record)
else:
    Path.replace = deadly(Path.replace)
with closing(open_database(database)) as db:
    run_export(FORMATS[name], Job(db, policies_of(db, ()), Path(out), "test/1"))
"""


@pytest.mark.parametrize(
    ("name", "what", "at"),
    [
        ("jsonl", "record", 20),
        ("jsonl", "rename", 1),
        ("jsonl", "rename", 2),
        ("csv", "record", 20),
        ("parquet", "record", 20),
        ("git", "record", 20),
        ("git", "record", 60),
        ("git", "rename", 1),
        ("ota", "record", 20),
        ("ota", "rename", 30),
        ("ota", "rename", 46),
        ("corpus", "rename", 4),
        ("timemap", "rename", 7),
    ],
)
def test_killed_anywhere_it_is_run_again(name, what, at, sample_db, tmp_path):
    if name == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is an extra")
    whole, out = tmp_path / "whole" / f"x{ENDINGS[name]}", tmp_path / "killed" / f"x{ENDINGS[name]}"
    export(name, sample_db, whole)
    done = programs.run("-c", KILLED, name, sample_db, out, what, at, env=environment())
    assert done.returncode == -signal.SIGKILL, done.stderr
    wanted = files(whole.parent)
    for path, content in files(out.parent).items():
        if not any(part.endswith((".part", ".list")) for part in Path(path).parts):
            assert wanted[path] == content, "under its final name a file is whole"
    manifest = out / NAME if FORMATS[name].shape is Shape.FOLDER else beside(out)
    assert not manifest.exists(), "nothing says that the export is complete"
    export(name, sample_db, out)
    assert files(out.parent) == wanted


def test_a_folder_forgets_what_an_earlier_export_wrote_and_no_more(sample_db, tmp_path):
    out = tmp_path / "ota"
    export("ota", sample_db, out)
    (out / "mine.txt").write_text("not of the export")
    changed = next(out.glob("waldkiste.example/*/*.md"))
    changed.write_text("not any more")
    export("ota", sample_db, out, "lumenkart.example")
    left = files(out)
    assert {path.split("/")[0] for path in left} == {
        "README.md",
        "lumenkart.example",
        NAME,
        "metadata.jsonl",
        "mine.txt",
        "waldkiste.example",
    }
    assert [path for path in left if path.startswith("waldkiste")] == [str(changed.relative_to(out))]
    assert {file["path"] for file in json.loads(left[NAME])["files"]} == set(left) - {
        NAME,
        "mine.txt",
        str(changed.relative_to(out)),
    }


def test_a_manifest_of_somebody_elses_removes_nothing_outside(sample_db, tmp_path):
    (tmp_path / "precious").write_text("kept")
    out = tmp_path / "corpus"
    out.mkdir()
    digest = hashlib.sha256(b"kept").hexdigest()
    lines = [
        json.dumps({"path": path, "bytes": 4, "sha256": digest})
        for path in ("../precious", str(tmp_path / "precious"), "")
    ]
    (out / NAME).write_text("\n".join([*lines, '{"path": nonsense', '{"path": "x"}']))
    export("corpus", sample_db, out)
    assert (tmp_path / "precious").read_text() == "kept"


def test_what_was_left_out_is_named(history_db, tmp_path):
    shown = history_db.shown
    history_db.policy(
        "http://a.example/privacy", shown("2018-01-01", "We keep data."), shown("2018-02-01", "We sell it.")
    )
    history_db.policy("http://b.example/privacy", shown("2018-01-01", outcome="excluded"))
    left = export("corpus", history_db.path, tmp_path / "x").manifest["left_out"]
    assert left["policies_without_a_version"] == ["http://b.example/privacy"]
    assert left["captures_without_a_text"] == {"excluded": 1}
    assert left["earlier_versions"] == 1


@pytest.mark.parametrize("name", ALL)
def test_of_nothing_nothing_is_left(name, history_db, tmp_path):
    database = history_db.policy("http://a.example/privacy")
    out = tmp_path / "new" / f"x{ENDINGS[name]}"
    with pytest.raises(NotFound, match=f"nothing to export as {name}"):
        export(name, database, out)
    assert not [path for path in out.parent.glob("*") if path.exists()]


@pytest.mark.parametrize("name", [name for name in ALL if FORMATS[name].shape is Shape.FOLDER])
def test_a_folder_is_no_file(name, sample_db, tmp_path):
    (tmp_path / "x").touch()
    with pytest.raises(ConfigError, match="is a file"):
        export(name, sample_db, tmp_path / "x")
    (tmp_path / "y").touch()
    with pytest.raises(StoreError, match="cannot write"):
        export(name, sample_db, tmp_path / "y" / "z")


def test_one_state_of_the_database_is_read_while_a_crawl_writes(history_db, tmp_path, monkeypatch):
    shown = history_db.shown
    for site in "ab":
        history_db.policy(f"http://{site}.example/p", shown("2018-01-01", "We keep data."))
    history_db.db.conn.execute("PRAGMA journal_mode = WAL")

    def meddled(db, policies):
        for record in read_records(db, policies):
            yield record
            with closing(sqlite3.connect(history_db.path)) as crawl:
                crawl.execute("DELETE FROM versions")
                crawl.commit()

    monkeypatch.setattr(version_table, "read_records", meddled)
    assert export("jsonl", history_db.path, tmp_path / "x.jsonl").manifest["counts"] == {"versions": 2}


def test_the_versions_of_one_policy_are_read_without_the_captures_of_all(sample_db):
    """A view that SQLite builds whole for each policy made an export of many policies take hours."""
    plan = rows(sample_db, f"EXPLAIN QUERY PLAN {records._VERSIONS} WHERE v.policy_id = 1 ORDER BY v.version")
    of_a_list = ("SCAN e VIRTUAL TABLE", "SCAN (subquery-")  # the few sections of one change
    steps = [step for *_, step in plan if not step.startswith(of_a_list)]
    assert [step for step in steps if step.startswith(("MATERIALIZE", "SCAN")) or "AUTOMATIC" in step] == []


# names


def test_names_of_policies():
    def named(*urls, site="a.example"):
        found = policy_names([PolicyRow(n, site, url, (url,), 1) for n, url in enumerate(urls)])
        return [found[n] for n in range(len(urls))]

    assert named("https://www.a.example/privacy/", "http://b.example:80/de/privacy", "https://a.example/") == [
        "privacy",
        "b.example_de_privacy",
        "index",
    ]
    upper, lower, other = named("http://a.example/Privacy", "http://a.example/privacy", "http://a.example/p")
    assert upper.startswith("Privacy-")
    assert lower.startswith("privacy-")
    assert len({upper.casefold(), lower.casefold(), other}) == 3


NAMES = [
    "CON",
    "con",
    "Con.example",
    "aux",
    "nul.txt",
    "COM1",
    "lpt9.example",
    "com10",
    "manifest.json",
    "Manifest.JSON",
    "manifest.json.list",
    "README.md",
    "readme.md",
    "metadata.jsonl",
    "x.part",
    ".git",
    "..",
    ".",
    "",
    "~",
    "a.",
    "a..",
    "a ",
    " a",
    "a/b",
    "a\\b",
    "a:b",
    "a*b",
    "a?b",
    "a|b",
    "<a>",
    'a"b',
    "a\nb",
    "a\x00b",
    "\x1b[31m",
    "m\u00fcller.example",
    "M\u00dcLLER.example",
    "a_b-8b1fdc44",
    "host-2",
    "host",
    "\u202egpj.exe",
    "x" * 300,
    "X" * 300,
    "\u96b1" * 200,
    "a.example",
    "A.example",
    "\ud800",
]
ANY_NAME = st.sampled_from(NAMES) | st.text(max_size=300) | st.text("aA.-_/ ", max_size=4)
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


def assert_safe(name):
    """Linux, macOS and Windows take it, with any ending, and show it as what it is."""
    assert 0 < len(name.encode("ascii")) <= 100
    assert not set(name) & set('/\\:*?"<>|~ ')
    assert name.isprintable()
    assert not name.startswith(".")
    assert not name.endswith(".")
    assert name.partition(".")[0].lower() not in DEVICES


@given(ANY_NAME, ANY_NAME)
def test_no_two_sites_have_one_folder_on_any_system(one, other):
    assert (site_name(one).lower() == site_name(other).lower()) == (one == other)
    assert_safe(site_name(one))
    assert not re.fullmatch(
        r"(?i)manifest\.json.*|readme\.md|metadata\.jsonl|.*\.part", site_name(one)
    ) or "-" in site_name(one)
    path = corpus_path(one)
    assert_safe(path.stem)
    assert not DEVICES & set(path.parts)
    assert (str(path).lower() == str(corpus_path(other)).lower()) == (one == other)
    assert str(corpus_path(one, 2)).lower() != str(corpus_path(other)).lower()


@given(ANY_NAME)
def test_a_safe_name_is_one(text):
    assert_safe(safe_name(text))


@given(
    st.lists(
        st.sampled_from(["http://a.example/", "http://[", "https://u:p@b.example:8/"]).flatmap(
            lambda host: ANY_NAME.map(lambda name: host + name)
        ),
        min_size=1,
        max_size=6,
        unique=True,
    )
)
def test_no_two_policies_of_a_site_have_one_file(urls):
    names = policy_names([PolicyRow(n, "a.example", url, (url,), 1) for n, url in enumerate(urls)])
    assert len({name.lower() for name in names.values()}) == len(urls)
    for name in names.values():
        assert_safe(name)


def test_a_name_made_to_look_like_another_s_digest_is_told_apart():
    twins = ["http://a.example/Privacy", "http://a.example/privacy"]
    taken = policy_names([PolicyRow(n, "a.example", url, (url,), 1) for n, url in enumerate(twins)])
    urls = [*twins, f"http://a.example/{taken[0]}"]
    names = policy_names([PolicyRow(n, "a.example", url, (url,), 1) for n, url in enumerate(urls)])
    assert len({name.lower() for name in names.values()}) == 3


@pytest.mark.parametrize("name", ["ota", "corpus", "timemap"])
def test_no_link_in_an_export_s_folder_is_followed(history_db, tmp_path, name):
    history_db.policy("http://a.example/p", history_db.shown("2018-01-01", "We keep."))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    out = tmp_path / name
    export(name, history_db.path, out)
    (file,) = [path for path in out.rglob("*") if path.suffix in (".md", ".json", ".link") and path.parent != out][:1]
    victim = elsewhere / "kept.txt"
    victim.write_text("kept")
    for link in (file, file.with_name(f"{file.name}.part"), out / "manifest.json", out / "manifest.json.list.part"):
        link.unlink(missing_ok=True)
        link.symlink_to(victim)
    export(name, history_db.path, out)  # a link at a file's place is replaced by the file
    assert victim.read_text() == "kept"
    assert not file.is_symlink()
    top = out / file.relative_to(out).parts[0]
    shutil.move(top, elsewhere / "moved")
    top.symlink_to(elsewhere / "moved", target_is_directory=True)
    before = {path: path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()}
    with pytest.raises(StoreError, match="is a link"):
        export(name, history_db.path, out)
    assert {path: path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()} == before


def test_sites_whose_names_no_file_can_have_stay_apart(history_db, tmp_path):
    for number, site in enumerate(("m\u00fcller.example", "m\u00f6ller.example", "../../etc")):
        history_db.policy(f"http://{number}.example/p", history_db.shown("2018-01-01", "We keep."), site=site)
    for name in ("git", "ota", "timemap"):
        export(name, history_db.path, tmp_path / name)
        folders = [path.name for path in (tmp_path / name).iterdir() if path.is_dir() and path.name != ".git"]
        assert len(folders) == 3
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["git", "ota", "timemap"]


# tables

HOSTILE = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(str.strip), min_size=1, max_size=4
)


def records_of(database):
    with closing(open_database(database)) as db:
        return [
            {
                "version": record.version,
                "text": render_markdown(text_blocks(db, text_id)),
            }
            for record in read_records(db, policies_of(db, ()))
            for (text_id,) in db.execute("SELECT text_id FROM versions WHERE id = ?", [record.version_id])
        ]


def read_jsonl(path):
    return [json.loads(line) for line in path.read_bytes().decode().split("\n")[:-1]]


def test_every_version_is_in_every_table_with_all_its_fields(sample_db, tmp_path):
    for name in ("jsonl", "csv", "parquet"):
        export(name, sample_db, tmp_path / f"x{ENDINGS[name]}")
    data = read_jsonl(tmp_path / "x.jsonl")
    wanted = rows(
        sample_db,
        "SELECT site, version, first_seen, last_seen, previous_last_seen, captures, words, wording, change_class, words_added, "
        "words_removed, title, first_capture_url, last_capture_url FROM timeline ORDER BY site, policy_id, version",
    )
    names = (
        "site",
        "version",
        "first_seen",
        "last_seen",
        "not_before",
        "captures",
        "words",
        "wording",
        "change_class",
        "words_added",
        "words_removed",
        "title",
        "archive_url",
        "last_archive_url",
    )
    assert [tuple(one[name] for name in names) for one in data] == wanted
    assert all(list(one) == [name for name, *_ in COLUMNS] for one in data)
    assert [one["text"] for one in data] == [one["text"] for one in records_of(sample_db)]
    for one in data:
        assert hashlib.sha256(one["text"].encode()).hexdigest() == one["text_sha256"]
        assert len(one["payload_sha256"]) == 64
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert [{k: str(v if v is not None else "") for k, v in one.items() if k != "sections"} for one in data] == [
        {k: v for k, v in one.items() if k != "sections"} for one in table
    ]
    assert [json.loads(one["sections"]) for one in table] == [one["sections"] for one in data]
    pyarrow = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    moments = ("not_before", "first_seen", "last_seen")
    assert [
        {k: f"{v:%Y-%m-%dT%H:%M:%SZ}" if k in moments and v else v for k, v in one.items()}
        for one in pyarrow.read_table(tmp_path / "x.parquet").to_pylist()
    ] == data


def test_the_bracket_names_both_its_captures(sample_db, tmp_path):
    export("jsonl", sample_db, tmp_path / "x.jsonl", "lumenkart.example")
    data = read_jsonl(tmp_path / "x.jsonl")
    assert data[0]["before_archive_url"] is None
    for before, after in pairwise(data):
        assert after["before_archive_url"] == before["last_archive_url"]
        assert after["not_before"] == before["last_seen"]


def test_compressed_it_is_the_same(sample_db, tmp_path):
    for name in ("x.jsonl", "x.jsonl.gz"):
        export("jsonl", sample_db, tmp_path / name)
    assert gzip.decompress((tmp_path / "x.jsonl.gz").read_bytes()) == (tmp_path / "x.jsonl").read_bytes()


@settings(max_examples=examples(8, 25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE)
def test_any_text_comes_back_from_jsonl_and_csv(history_db, tmp_path, paragraphs):
    url = f"http://h{hashlib.sha256(repr(paragraphs).encode()).hexdigest()[:12]}.example/p"
    history_db.policy(url, history_db.shown("2018-01-01", "\n\n".join(paragraphs), title=paragraphs[0]))
    for name in ("jsonl", "csv"):
        export(name, history_db.path, tmp_path / f"x.{name}", url)
    (data,) = read_jsonl(tmp_path / "x.jsonl")
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as stream:
        (table,) = csv.DictReader(stream)
    assert data["title"] == paragraphs[0]
    for field in ("title", "text"):
        assert table[field].removeprefix("'") == data[field].removeprefix("'")
        assert not table[field].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_without_pyarrow_it_says_what_to_install(sample_db, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "pa", None)
    with closing(open_database(sample_db)) as db, pytest.raises(ConfigError, match="pip install pyarrow"):
        run_export(FORMATS["parquet"], Job(db, policies_of(db, ()), tmp_path / "x.parquet", "test/1"))
    assert not list(tmp_path.iterdir())
