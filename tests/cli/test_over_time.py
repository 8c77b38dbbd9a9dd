"""search, changes, trends, readability and the timeline's options, as a person and as a program see them."""

import csv
import json
import re

import pytest
from click.testing import CliRunner

from cli.main import main

ANSI = re.compile(r"\x1b\[[\d;]*m")
URL = "https://a.example/privacy"


@pytest.fixture
def run(monkeypatch, sample_db):
    """Run a command on the sample; return what it prints."""
    for name, value in {"COLUMNS": "80", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    for name in ("FORCE_COLOR", "NO_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)

    def invoke(*arguments, db=sample_db, code=0):
        result = CliRunner().invoke(main, [*map(str, arguments), "--db", str(db)])
        assert result.exit_code == code, result.output
        return result.stdout if code == 0 else result.stderr

    return invoke


@pytest.mark.parametrize(
    "command",
    [
        ("search", "personal", "information"),
        ("search", "retention", "--full"),
        ("search", "data", "--first"),
        ("changes", "--passages"),
        ("changes", "--apart"),
        ("trends", "cookie*", "gdpr"),
        ("trends", "data", "--passages"),
        ("trends", *"abcdefgh"),
        ("readability", "lumenkart.example", "waldkiste.example"),
        ("timeline", "grunwaldfrere.example", "--all"),
        ("timeline", "lumenkart.example", "--since", "2021"),
    ],
)
def test_it_fits_80_columns_and_asks_nothing_of_a_pipe(run, command):
    shown = run(*command, "--color", "always")
    lines = [ANSI.sub("", line) for line in shown.splitlines()]
    assert max(len(line) for line in lines if not line.startswith("Next: ")) <= 80  # a command is copied from one line
    plain = run(*command)
    assert "\x1b" not in plain
    assert plain.strip()


def test_search(run):
    shown = run("search", '"personal information" (sell OR share) NOT child*')
    assert "[personal information]" in shown
    assert "lumenkart.example  added 2021-12-25 – 2022-09-13, still there in the last, 2025-02-09" in shown
    assert run("search", "unheardof") == run("search", "unheardof", "--claims") == "no matching passage\n"
    assert "`policylapse claims`" in run("search", "unheardof", "--claim", "sale")
    assert run("search", "a AND", code=2).startswith("Error: after AND at character 3 something is missing")
    assert "holds no policy of 'b.example'" in run("search", "data", "--site", "b.example", code=2)


def test_search_as_json(run):
    data = json.loads(run("search", "sell", "personal", "information", "--site", "nestwell.example", "--json"))
    (passage,) = data["passages"]
    assert (data["query"], data["total"], data["complete"]) == ("sell personal information", 1, True)
    assert [passage["markdown"][start:end] for start, end in passage["spans"]] == ["sell", "personal", "information"]
    assert passage["owners"][0] | {"last_seen": ""} == {
        "site": "nestwell.example",
        "policy_url": passage["owners"][0]["policy_url"],
        "not_before": None,
        "first_seen": passage["owners"][0]["first_seen"],
        "last_seen": "",
        "gone_by": None,
        "versions": 6,
        "citation": passage["owners"][0]["citation"],
        "archive_url": passage["owners"][0]["archive_url"],
        "replay_url": passage["owners"][0]["replay_url"],
    }


def test_changes_never_cuts_in_silence(run):
    everything = json.loads(run("changes", "--json"))
    assert everything["total"] == len(everything["events"]) > 20
    assert f"\n20 of {everything['total']} changes; --limit shows more\n" in run("changes")
    assert json.loads(run("changes", "--json", "--limit", "3"))["total"] == everything["total"]
    assert len(json.loads(run("changes", "--json", "--limit", "3"))["events"]) == 3
    assert f"\n{everything['total']} changes\n" in run("changes", "--limit", "999")


def test_changes(run):
    shown = run(
        "changes", "--class", "substantive", "--site", "lumenkart.example", "--since", "2022", "--until", "2022-12"
    )
    assert re.search(r"^2021-12-25 – 2022-09-13  lumenkart\.example  substantive  \+68 −23$", shown, re.MULTILINE)
    assert "     lumenkart.example@2022-09-13.246c634a\n" in shown
    assert run("changes", "--min-words", "100000") == "no matching changes\n"
    (event, *_) = json.loads(run("changes", "--removed", '"never will"', "--json"))["events"]
    (change,) = event["changes"]
    assert (change["site"], change["to_version"], change["citation"]) == (
        "lumenkart.example",
        5,
        "lumenkart.example@2022-09-13.246c634a",
    )
    assert any("partners" in passage for passage in change["added"])
    assert change["before_archive_url"] == "sample:20211225145014id_/https://lumenkart.example/privacy"
    assert change["archive_url"] == "sample:20220913065128id_/https://lumenkart.example/privacy"


def test_the_same_edit_of_two_sites(run, history_db):
    clause = "We may share usage data with our analytics vendor under the standard clauses."
    for site in ("a", "b"):
        shown = [
            history_db.shown("2018-01-01", "We keep it."),
            history_db.shown("2018-02-01", f"We keep it.\n\n{clause}"),
        ]
        path = history_db.policy(f"https://{site}.example/p", *shown)
    assert "the same edit on 2 sites\n     a.example@" in run("changes", db=path)
    assert json.loads(run("changes", "--json", db=path))["total"] == 1
    assert len(json.loads(run("changes", "--apart", "--json", db=path))["events"]) == 2


def test_trends(run):
    (one,) = json.loads(run("trends", "cookie*", "--json", "--passages"))["terms"]
    point = next(point for point in one["points"] if point["half_year"] == "2018-H1")
    assert (point["covered"], point["having"], len(point["sites"])) == (7, 3, 3)
    assert point["share"] == pytest.approx(3 / 7)
    assert all("cookie" in passage["markdown"].lower() for passage in point["passages"])
    rows = list(csv.DictReader(run("trends", "cookie*", "gdpr", "--csv").splitlines()))
    assert {row["term"] for row in rows} == {"cookie*", "gdpr"}
    assert next(row for row in rows if row["half_year"] == "2018-H1")["share"] == "0.4286"
    assert [
        p["half_year"]
        for p in json.loads(run("trends", "x", "--since", "2020", "--until", "2020-12", "--json"))["terms"][0]["points"]
    ] == ["2020-H1", "2020-H2"]


def test_readability(run):
    english, german = json.loads(run("readability", "lumenkart.example", "waldkiste.example", "--json"))["policies"]
    assert all(version["flesch_ease"] and version["lix"] for version in english["versions"])
    assert all(version["flesch_ease"] is None and version["lix"] for version in german["versions"])


def test_readability_of_all_sites_is_a_table_of_all_versions(run, tmp_path):
    rows = list(csv.DictReader(run("readability", "--csv").splitlines()))
    every = {
        (site["site"], version["version"])
        for site in json.loads(run("readability", "--json"))["policies"]
        for version in site["versions"]
    }
    assert {(row["site"], int(row["version"])) for row in rows} == every
    assert len({site for site, _version in every}) == 8
    english = [row for row in rows if row["language"] == "en"]
    assert all(float(row["vague_per_1000"]) >= 0 and float(row["passive_share"]) <= 1 for row in english)
    assert all(row["vague_per_1000"] == "" and row["lix"] for row in rows if row["language"] == "de")


def test_a_doubtful_date_is_flagged(run, history_db):
    text = "Last updated: 1 January 2016\n\nWe {} your data for as long as you have an account with us."
    path = history_db.policy(
        URL, history_db.shown("2016-02-01", text.format("keep")), history_db.shown("2017-02-01", text.format("sell"))
    )
    for (text_id,) in history_db.db.execute("SELECT id FROM texts").fetchall():
        history_db.db["text_dates"].insert(
            {
                "text_id": text_id,
                "position": 0,
                "kind": "updated",
                "date": "2016-01-01",
                "ambiguous": 0,
                "month_only": 0,
                "phrase": "Last updated: 1 January 2016",
            }
        )
    history_db.db.conn.commit()
    assert "     ! says 2016-01-01, as before, although its words changed\n" in run("timeline", URL, db=path)
    first, second = json.loads(run("timeline", URL, "--json", db=path))["policies"][0]["versions"]
    assert (first["says_updated"], first["date_doubts"]) == ("2016-01-01", [])
    assert (second["says_updated"], second["date_doubts"]) == ("2016-01-01", ["not_renewed"])
    assert second["dates_in_text"][0] == {
        "kind": "updated",
        "from": "2016-01-01",
        "to": "2016-01-01",
        "certain": True,
        "phrase": "Last updated: 1 January 2016",
    }


def test_the_timeline_of_a_period(run):
    shown = run("timeline", "lumenkart.example", "--since", "2021-06", "--until", "2022-12")
    assert "\n2 of 7 versions in " in shown
    assert re.search(r"^length █+ 559 → 604 words$|^length [▁-█ ]+ 559 → 604 words$", shown, re.MULTILINE)
    assert re.search(r"^  5  2021-12-25", shown, re.MULTILINE)
    assert not re.search(r"^  6  ", shown, re.MULTILINE)
    assert "no version in that time" in run("timeline", "lumenkart.example", "--until", "2000")


def test_alternations_are_one_row_unless_all_is_asked_for(run, history_db):
    texts = ["We keep your data as long as you have an account.", "We sell what we know of you to anybody who asks."]
    shown = [
        history_db.shown(f"2016-{1 + number // 2:02}-{1 + 14 * (number % 2):02}", texts[number % 2])
        for number in range(8)
    ]
    path = history_db.policy(URL, *shown)
    versions = len(json.loads(run("timeline", URL, "--json", db=path))["policies"][0]["versions"])
    assert versions > 4
    assert "1 and 2 alternate, to version" in run("timeline", URL, db=path)
    everything = run("timeline", URL, "--all", db=path)
    assert "alternate" not in everything
    assert len(re.findall(r"^ +\d+  (?:first seen )?2016", everything, re.MULTILINE)) == versions


def test_nothing_of_a_page_steers_the_terminal(run, history_db):
    hostile = "We keep \x1b[31mred\x07 data\u202e for [bold]you[/bold] and everybody else who asks."
    path = history_db.policy(
        URL, history_db.shown("2016-01-01", "Old words."), history_db.shown("2017-01-01", f"## \x1b]0;x\n\n{hostile}")
    )
    for command in (("search", "data"), ("changes", "--passages"), ("trends", "data", "--passages"), ("timeline", URL)):
        shown = run(*command, db=path) + run(*command, "--json", db=path)
        assert not set(shown) & {"\x1b", "\x07", "\u202e"}
        assert "[bold]" in shown or command[0] == "timeline"


def test_metrics_that_do_not_fit_beside_one_another_have_tables_of_their_own(run):
    names = ["words", "sentences", "flesch_ease", "flesch_kincaid", "reading_minutes", "passive_share"]
    lines = run("trends", *(part for name in names for part in ("--metric", name)), "--since", 2020).splitlines()
    heads = [ANSI.sub("", line).split()[2:] for line in lines if "half-year" in line]
    assert heads == [names[:3], names[3:]]
    assert max(map(len, lines)) <= 80
