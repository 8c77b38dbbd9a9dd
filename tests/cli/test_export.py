"""`policylapse export` and `policylapse feed`: what they say, refuse, and print."""

import csv
import json
import re
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from cli.main import main
from history.export.formats import FORMATS, TABLES
from history.export.version_table import FIELDS, METRICS

SITE = "lumenkart.example"


@pytest.fixture
def run(sample_db, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments):
        return CliRunner().invoke(main, [*map(str, arguments), "--db", str(sample_db)])

    return run


@pytest.mark.parametrize(
    ("form", "out", "said"),
    [
        ("jsonl", "x.jsonl", "43 versions written to {}"),
        ("csv", "x.csv.gz", "43 versions written to {}"),
        ("git", "x", "43 commits written to {} (8 files)"),
        ("ota", "x", "43 versions written to {}"),
        ("timemap", "x", "9 timemaps written to {} (247 mementos)"),
        ("corpus", "x", "8 policies written to {}"),
    ],
)
def test_what_was_written_is_said_in_a_line(run, tmp_path, form, out, said):
    result = run("export", "--format", form, "--out", tmp_path / out)
    assert (result.exit_code, result.stdout) == (0, ""), result.output
    written, manifest, then = result.stderr.splitlines()
    assert re.fullmatch(re.escape(said.format(tmp_path / out)) + r"; \d+ captures without a text", written)
    assert Path(re.fullmatch(r"The manifest (.*) lists what was left out, and .*", manifest)[1]).is_file()
    assert then.startswith("Next: ")
    assert str(tmp_path / out) in then


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_without_text_each_line_is_short_and_all_else_is_the_same(run, tmp_path, form):
    read = csv.DictReader if form == "csv" else lambda file: map(json.loads, file)
    tables = []
    for name, options in (("with", []), ("without", ["--no-text"])):
        out = tmp_path / f"{name}.{form}"
        assert run("export", "--format", form, "--out", out, *options).exit_code == 0
        with out.open(encoding="utf-8", newline="") as file:
            tables.append(list(read(file)))
    assert len(tables[0]) == 43
    assert all(line.pop("text") for line in tables[0])
    assert tables[0] == tables[1]


def test_metrics_are_the_numbers_of_readability_in_each_table(run, tmp_path):
    """The English and the German policies of the sample: a value, none, a list, in the type of the column."""
    names = [field.name for field in METRICS]
    wanted = [
        {name: version[name] for name in names}
        for policy in sorted(
            json.loads(run("readability", "--json").stdout)["policies"], key=itemgetter("site", "policy_url")
        )
        for version in policy["versions"]
    ]
    assert {one["flesch_ease"] is None for one in wanted} == {True, False}
    for form in TABLES:
        out = tmp_path / f"x.{form}"
        if form != "parquet" or find_spec("pyarrow"):
            assert run("export", "--format", form, "--out", out, "--metrics", "--no-text").exit_code == 0
    lines = [json.loads(text) for text in (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [{name: one[name] for name in names} for one in lines] == wanted
    assert list(lines[0]) == [*(field.name for field in FIELDS[:-1]), *names]
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        table = [{name: one[name] for name in names} for one in csv.DictReader(file)]
    assert table == [
        {
            name: "" if value is None else json.dumps(value) if isinstance(value, list) else str(value)
            for name, value in one.items()
        }
        for one in wanted
    ]
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    assert parquet.read_table(tmp_path / "x.parquet", columns=names).to_pylist() == wanted
    kinds = {"number": "int64", "decimal": "double", "texts": "list<element: string>"}
    schema = parquet.read_schema(tmp_path / "x.parquet")
    assert {name: str(schema.field(name).type) for name in names} == {one.name: kinds[one.kind] for one in METRICS}


def test_as_json_it_is_the_manifest_without_its_files(run, tmp_path):
    result = run("export", "--format", "jsonl", "--out", tmp_path / "x.jsonl", "--json", SITE)
    data = json.loads(result.stdout)
    manifest = json.loads((tmp_path / "x.jsonl.manifest.json").read_text())
    assert data.pop("manifest") == str(tmp_path / "x.jsonl.manifest.json")
    assert data.pop("out") == str(tmp_path / "x.jsonl")
    files = manifest.pop("files")
    assert [file["path"] for file in files] == ["x.jsonl"]
    assert data == manifest
    assert (data["sites"], data["policies"]) == (1, 1)


def test_a_policy_that_is_named_twice_is_written_once(run, tmp_path):
    run("export", "--format", "jsonl", "--out", tmp_path / "x.jsonl", SITE, f"http://{SITE}/privacy")
    assert len((tmp_path / "x.jsonl").read_text("utf-8").splitlines()) == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--format", "jsonl", "--out", "x.json"),
            "is no name of a JSONL file: name one that ends with .jsonl or .jsonl.gz",
        ),
        (("--format", "bundle", "--out", "x.tar", "--change", "2", SITE), "is no name of a ZIP file"),
        (("--format", "jsonl", "--out", "x.jsonl", "--change", "2"), "are for --format bundle"),
        (("--format", "jsonl", "--out", "x.jsonl", "nobody.example"), "holds no policy of 'nobody.example'"),
        (("--format", "git", "--out", "x", "--no-text"), "--no-text is for --format csv, jsonl, parquet"),
        (("--format", "git", "--out", "x", "--metrics"), "--metrics is for --format csv, jsonl, parquet"),
        (("--format", "docx", "--out", "x"), "'docx' is not one of"),
        (("--format", "csv"), "Missing option '--out'"),
    ],
)
def test_what_cannot_be_done(run, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    result = run("export", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not list(tmp_path.iterdir())


def test_every_format_is_in_the_help(run):
    shown = CliRunner().invoke(main, ["export", "--help"]).stdout
    for form in FORMATS.values():
        assert f"{form.name:8} {form.about}" in shown


# feed


def test_a_feed_is_printed(run):
    result = run("feed", SITE, "--limit", "2")
    assert result.exit_code == 0, result.output
    root = ET.fromstring(result.stdout_bytes)
    assert root.findtext("{http://www.w3.org/2005/Atom}title").endswith(SITE)
    assert len(list(root.iter("{http://www.w3.org/2005/Atom}entry"))) == 2
    assert len(json.loads(run("feed", "--json").stdout)["items"]) == 35


def test_feeds_of_all_and_of_each_site(run, tmp_path):
    command = ("feed", "--out", tmp_path / "f", "--base-url", "https://feeds.example/")
    result = run(*command)
    assert result.stderr == f"9 feeds written to {tmp_path / 'f'}: 35 changes in changes.atom\n"
    assert sorted(path.name for path in (tmp_path / "f").iterdir()) == ["changes.atom", "sites"]
    own = (tmp_path / "f" / "sites" / f"{SITE}.atom").read_bytes()
    assert f'href="https://feeds.example/sites/{SITE}.atom"'.encode() in own
    assert json.loads(run(*command, "--json").stdout)["feeds"][0] == {"site": "", "entries": 35}
    assert (tmp_path / "f" / "sites" / f"{SITE}.atom").read_bytes() == own
    (tmp_path / "file").touch()
    assert "is a file" in run("feed", "--out", tmp_path / "file").stderr
