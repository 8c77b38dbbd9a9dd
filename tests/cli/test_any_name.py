"""Whatever name a file holds, of a site, a URL, a title, a language: each command that reads answers, or says why not."""

import re
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from cli.main import main
from tests.databases.written import HistoryWriter
from tests.ranges import one_in

STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
NAMES = [
    "http://[",
    "http://[::1",
    "//",
    "",
    " ",
    "\x1b[31m",
    "a\nb",
    "a\x00b",
    "-x",
    "--db",
    "@2018-01-01.00000000",
    "x@latest",
    "..",
    "../../etc",
    "a b",
    "[red]x[/]",
    "\u202egpj.exe",
    "m\u00fcller.example",
    "a" * 300,
    "http://a.example:99999/p",
    "%zz",
    "http://\ufffd/",
    "javascript:alert(1)",
    "http://a.example/\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "CON",
    "1",
    "2018-05-25",
]
COMMANDS = [
    ["sites"],
    ["timeline", "{}"],
    ["show", "{}"],
    ["show", "{}", "--at", "2018-02-01"],
    ["show", "{}", "first"],
    ["diff", "{}"],
    ["diff", "{}", "1", "2"],
    ["diff", "{}", "1", "2", "--format", "html"],
    ["diff", "{}", "1", "2", "--links"],
    ["diff", "{}", "1", "2", "--format", "markdown"],
    ["diff", "{}", "1", "2", "--format", "unified"],
    ["blame", "{}"],
    ["blame", "{}", "--removed"],
    ["changes"],
    ["changes", "--site", "{}"],
    ["search", "keep"],
    ["search", "keep", "--site", "{}"],
    ["search", "{}"],
    ["feed"],
    ["feed", "{}"],
    ["feed", "--out", "OUT"],
    ["coverage"],
    ["coverage", "{}"],
    ["readability", "{}"],
    ["trends", "keep"],
    ["trends", "{}"],
    ["fsck"],
    ["export", "--format", "corpus", "--out", "OUT"],
    ["export", "--format", "ota", "--out", "OUT"],
    ["export", "--format", "git", "--out", "OUT"],
    ["export", "--format", "timemap", "--out", "OUT"],
    ["export", "--format", "jsonl", "--out", "OUT.jsonl"],
    ["export", "--format", "csv", "--out", "OUT.csv"],
    ["export", "--format", "bundle", "{}", "--change", "2", "--out", "OUT.zip"],
    ["export", "--format", "warc", "--out", "OUT.warc"],
]
JSON = {"sites", "timeline", "show", "diff", "blame", "changes", "search", "feed", "coverage", "readability", "trends"}


@pytest.fixture(scope="module")
def hostile_db(tmp_path_factory):
    """A sound history whose names were then made hostile, one policy a name."""
    history_db = HistoryWriter(tmp_path_factory.mktemp("hostile") / "x.db")
    shown = history_db.shown
    for number, name in enumerate(NAMES):
        texts = ("We keep your data, all of it.", "We sell your data, all of it.")
        dates = ("2018-01-01", "2018-06-01")
        url = f"http://host{number}.example/privacy"
        history_db.policy(url, *[shown(at, text, title=name) for at, text in zip(dates, texts, strict=True)])
        if number % 3:
            history_db.move(url, f"http://host{number}.example/legal", "2018-03-01")
    db = history_db.db.conn
    for number, name in enumerate(NAMES):
        url = f"http://host{number}.example/privacy"
        db.execute("UPDATE sites SET site = ? WHERE site = ?", [name, f"host{number}.example"])
        db.execute("UPDATE policies SET policy_url = ? WHERE policy_url = ?", [name, url])
        db.execute("UPDATE policy_urls SET url = ?, evidence = ? WHERE url = ?", [name, name, url])
        db.execute(
            "UPDATE addresses SET original = ?, archive = ?, citation_prefix = ? WHERE original = ?",
            [name, name, name, url],
        )
    db.execute("UPDATE texts SET language = ? WHERE id % 2", ["\x1b[31m"])
    db.commit()
    return history_db.path


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_name_ends_a_command_in_a_traceback_or_steers_the_terminal(hostile_db, tmp_path, command):
    """With POLICYLAPSE_TEST_ALL=1 each command is asked for each name, else for one in four, another four each time."""
    names = one_in(4, NAMES, COMMANDS.index(command)) if any("{}" in part for part in command) else [""]
    for number, name in enumerate(names):
        for as_json in {False, command[0] in JSON}:
            arguments = [part.replace("{}", name).replace("OUT", str(tmp_path / f"out{number}")) for part in command]
            result = CliRunner().invoke(main, [*arguments, *["--json"] * as_json, "--db", str(hostile_db)])
            told = (arguments, result.output[-500:])
            assert result.exception is None or isinstance(result.exception, SystemExit), (told, result.exc_info)
            assert result.exit_code in (0, 1, 2), told
            assert "Traceback" not in result.output, told
            if "--format" not in arguments or "html" not in arguments:
                assert not STEERS.search(result.output), told


def test_the_hostile_file_is_what_is_asked(hostile_db):
    with closing(sqlite3.connect(hostile_db)) as db:
        assert db.execute("SELECT count(*) FROM timeline").fetchone() == (2 * len(NAMES),)
