"""`diff` in its formats, and `blame`, as a person and as a program see them."""

import json
import re
import shutil
import subprocess

import pytest
from click.testing import CliRunner

from cli.main import main
from history.diff.patch import apply
from pipelines.model import Block, BlockKind

SITE = "lumenkart.example"
CITED = "lumenkart.example@2021-03-02.c2e63877"  # version 4
URL = "https://a.example/privacy"


@pytest.fixture
def run(monkeypatch):
    """Run a command that succeeds; return what it prints."""
    for name, value in {"COLUMNS": "100", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    for name in ("FORCE_COLOR", "NO_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments, db, code=0):
        result = CliRunner().invoke(main, [*map(str, arguments), "--db", str(db)])
        assert result.exit_code == code, result.output
        return result.stdout if code == 0 else result.stderr

    return call


def test_a_citation_stands_for_the_site(run, sample_db):
    assert run("diff", CITED, db=sample_db).startswith(f"{SITE}  version 3 → 4: ")
    assert run("diff", CITED, "latest", db=sample_db).startswith(f"{SITE}  version 4 → 7: ")
    assert run("show", CITED, db=sample_db) == run("show", SITE, "--version", 4, db=sample_db)
    assert run("show", SITE, "2021-06-01", db=sample_db) == run("show", SITE, 4, db=sample_db)
    assert json.loads(run("show", SITE, "v4", "--json", db=sample_db))["citation"] == CITED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["diff", CITED, "1", "2"], "a citation in SITE's place is A already"),
        (["show", SITE, "3", "--at", "2020"], "VERSION, --at and --version exclude each other"),
        (["show", CITED, "--version", "3"], "VERSION, --at and --version exclude each other"),
        (["blame", CITED, "--at", "3"], "a citation in SITE's place and --at exclude each other"),
        (["diff", SITE, "--json", "--format", "html"], "--json and --format html exclude each other"),
        (["diff", SITE, "--side-by-side", "--format", "unified"], "--side-by-side is for --format terminal and html"),
        (["diff", "nestwell.example", CITED], "is of http://lumenkart.example/privacy, not of"),
    ],
)
def test_errors_say_what_to_do(run, sample_db, arguments, message):
    assert message in run(*arguments, db=sample_db, code=2)


def test_the_patch_makes_the_one_version_of_the_other(run, sample_db, tmp_path):
    if shutil.which("patch") is None:
        pytest.skip("patch is not installed")
    for a, b in ((4, 5), (5, 4), (1, 7), (3, 4)):
        file = tmp_path / "lumenkart.example.md"
        file.write_text(run("show", SITE, a, db=sample_db), encoding="utf-8")
        patch = run("diff", SITE, a, b, "--format", "unified", db=sample_db)
        subprocess.run(["patch", "-s", "-p1"], cwd=tmp_path, input=patch.encode(), check=True, capture_output=True)
        assert file.read_text(encoding="utf-8") == run("show", SITE, b, db=sample_db)


def test_context_of_a_patch_is_lines(run, sample_db):
    def patch(*options):
        return run("diff", SITE, 4, 5, "--format", "unified", *options, db=sample_db).splitlines()

    assert not [line for line in patch("--context", 0) if line.startswith(" ")]
    assert len([line for line in patch("--full") if line.startswith("@@")]) == 1


def test_the_data_can_be_applied(run, history_db):
    shown = history_db.shown
    old, new = "# Privacy\n\n## Use\n\nWe keep it.\n\n* one", "# Policy\n\n* one\n\n## Use\n\nWe do not keep it."
    db = history_db.policy(URL, shown("2018-01-01", old), shown("2018-02-01", new))
    data = json.loads(run("diff", "a.example", "--json", db=db))
    assert data == json.loads(run("diff", "a.example", "--format", "json", db=db))
    title, heading, item = (
        Block(BlockKind.TITLE, 0, "Privacy"),
        Block(BlockKind.HEADING, 2, "Use"),
        Block(BlockKind.ITEM, 1, "one"),
    )
    before = [title, heading, Block(BlockKind.PARAGRAPH, 0, "We keep it."), item]
    after = (Block(BlockKind.TITLE, 0, "Policy"), item, heading, Block(BlockKind.PARAGRAPH, 0, "We do not keep it."))
    assert apply(before, data) == after


def test_side_by_side_keeps_to_its_columns(run, sample_db):
    lines = run("diff", SITE, 4, 5, "--side-by-side", db=sample_db).splitlines()
    assert max(len(line) for line in lines if "│" in line) <= 100
    rows = [line.partition("│") for line in lines if "│" in line]
    assert any("[-1 January 2020-]" in left and "{+12 September 2022+}" in right for left, _bar, right in rows)
    assert len({line.index("│") for line in lines if "│" in line}) == 1
    assert not any("{+" in left or "[-" in right for left, _bar, right in rows)


def test_html_and_markdown(run, sample_db):
    html = run("diff", SITE, 4, 5, "--format", "html", db=sample_db)
    assert html.startswith("<!doctype html>")
    assert CITED in html
    assert "<del>1 January 2020</del><ins>12 September 2022</ins>" in run(
        "diff", SITE, 4, 5, "--format", "markdown", db=sample_db
    )


def test_links(run, sample_db):
    assert "§ Links" not in run("diff", SITE, 4, 5, db=sample_db)
    assert "no link leads elsewhere" in run("diff", SITE, 4, 5, "--links", db=sample_db)
    assert json.loads(run("diff", SITE, 4, 5, "--links", "--json", db=sample_db))["links"] == []


def test_blame(run, sample_db):
    lines = run("blame", SITE, db=sample_db).splitlines()
    assert lines[:2] == [f"{SITE}  version 7 of 7: 67 sentences", "http://lumenkart.example/privacy"]
    at = lines.index("      • We look at your photographs to print them and to improve our products.")
    assert lines[at - 2 : at] == [
        "  v6 2023-06-03 – 2023-08-29",
        "      was We look at your photographs only to print them.",
    ]
    assert "§ In short  v1 first seen 2018-06-11" in lines


def test_blame_of_what_went(run, sample_db):
    shown = run("blame", SITE, "--removed", db=sample_db)
    dropped = re.findall(r"^dropped by version (\d)", shown, re.MULTILINE)
    assert dropped == sorted(dropped, reverse=True)
    part = shown.split("dropped by version 5, 2021-12-25 – 2022-09-13")[1].split("dropped by")[0]
    assert "• We do not sell your personal information, and we never will." in part
    assert "v1 first seen 2018-06-11" in part


def test_blame_as_json(run, sample_db):
    data = json.loads(run("blame", SITE, "--removed", "--json", db=sample_db))
    (sold,) = [one for one in data["sentences"] if one["text"].startswith("We do not sell")]
    assert sold == {
        "text": "We do not sell your personal information, and we never will.",
        "heading": "In short",
        "block": {"kind": "item", "level": 1},
        "stays": [
            {
                "from_version": 1,
                "to_version": 4,
                "not_before": None,
                "first_seen": "2018-06-11T08:02:14Z",
                "last_seen": "2021-12-25T14:50:14Z",
                "gone_by": "2022-09-13T06:51:28Z",
            }
        ],
        "brought_by_version": 1,
        "dropped_by_version": 5,
        "returns": 0,
        "before": None,
    }


def test_blame_at_an_earlier_version_knows_what_came_later(run, history_db):
    shown = history_db.shown
    keep, sell = "We keep your data for long.", "We sell what we have to whom we like."
    texts = [f"{keep} {sell}", keep, keep, f"{keep} {sell}", keep]
    db = history_db.policy(URL, *(shown(f"2018-0{n}-01", text) for n, text in enumerate(texts, start=1)))
    first = run("blame", "a.example", "--at", "1", db=db)
    assert "v1 first seen 2018-01-01, away in v2, dropped by v4 2018-04-01 – 2018-05-01\n      We sell" in first
    data = json.loads(run("blame", "a.example", "--at", "2", "--json", db=db))
    assert [one["returns"] for one in data["sentences"]] == [0]
    gone = json.loads(run("blame", "a.example", "--at", "2", "--removed", "--json", db=db))
    assert [(one["text"], one["returns"]) for one in gone["sentences"]] == [(sell, 1)]


def test_page_text_is_neither_markup_nor_orders_to_the_terminal(run, history_db):
    evil = "[bold red]We[/] \x1b[31mkeep\x1b]0;owned\x07 your\x9b2J data :smile: \u202eevil"
    shown = history_db.shown
    db = history_db.policy(URL, shown("2018-01-01", f"## {evil}\n\n{evil}"), shown("2018-02-01", f"{evil} more"))
    for command in (
        ["blame"],
        ["blame", "--removed"],
        ["diff", "--side-by-side"],
        ["diff", "--format", "unified"],
        ["diff", "--format", "markdown"],
        ["diff", "--format", "html"],
        ["blame", "--json"],
    ):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", run(*command, "a.example", db=db))
