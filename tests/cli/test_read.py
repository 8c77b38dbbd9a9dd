"""The commands that read, as a person and as a program see them."""

import json
import re
import sqlite3

import pytest
from click.testing import CliRunner

from cli.commands import COMMANDS
from cli.main import main

KEEP, SELL = (
    "We keep your data for as long as you have an account.",
    "We sell your data for as long as you have an account.",
)
URL = "https://a.example/privacy"
UNSURE = (
    "note: the policy changed between 2020-12-27 and 2021-03-02: on 2021-01-01 either version 3 or 4 was in force; "
    "this is version 3"
)


@pytest.fixture
def run(monkeypatch):
    """Run a command; return its result."""
    for name, value in {"COLUMNS": "80", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    for name in ("FORCE_COLOR", "NO_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments, db=None: CliRunner().invoke(
        main, [str(argument) for argument in arguments] + (["--db", str(db)] if db else [])
    )


def ok(result):
    assert result.exit_code == 0, result.output
    return DB_OPTION.sub("", result.stdout)


DB_OPTION = re.compile(r" --db \S+?(?=[`\s]|$)")  # which every printed command has: tests/test_printed_commands.py


def failed(result):
    """The message of a command that could not do what was asked."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    return DB_OPTION.sub("", result.stderr.removeprefix("Error: ").rstrip("\n"))


def test_sites(run, sample_db):
    shown = ok(run("sites", db=sample_db))
    assert re.search(r"^lumenkart\.example +7  2018-06 – 2025-02  2024-02 substantive$", shown, re.MULTILINE)
    assert "8 sites, " in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_events_stand_in_the_timeline(run, sample_db):
    shown = ok(run("timeline", "grunwaldfrere.example", db=sample_db))
    (event,) = re.findall(r"^Events\n  (.*)$", shown, re.MULTILINE)
    assert event.startswith("2011-07-10 – 2012-03-09  deleted: the policy's page is gone")
    (data,) = json.loads(ok(run("timeline", "grunwaldfrere.example", "--json", db=sample_db)))["policies"]
    (event,) = data["events"]
    assert (event["kind"], event["not_before"][:10], event["not_after"][:10]) == ("deleted", "2011-07-10", "2012-03-09")


def test_sites_as_json(run, sample_db):
    (site,) = (
        s for s in json.loads(ok(run("sites", "--json", db=sample_db)))["sites"] if s["site"] == "quillledger.example"
    )
    assert site["captures"]["not_a_policy"] == 2
    assert site["last_change"]["change_class"] == "substantive"


def test_timeline_fits_80_columns(run, sample_db):
    for name in ("lumenkart.example", "grunwaldfrere.example", "harborline.example"):
        shown = ok(run("timeline", name, "--color", "always", db=sample_db))
        assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in shown.splitlines()) <= 80


def test_timeline(run, sample_db):
    shown = ok(run("timeline", "lumenkart.example", db=sample_db))
    assert "7 versions in 37 captures, 2018-06-11 to 2025-02-09\n" in shown
    assert re.search(r"^  1  first seen 2018-06-11 +6 +495$", shown, re.MULTILINE)
    assert re.search(r"^  5  2021-12-25 – 2022-09-13 +6 +604  substantive +\+68 +−23 █+▒+$", shown, re.MULTILINE)
    assert re.search(r"^     in In short", shown, re.MULTILINE)
    assert "  2021-12-25 – 2022-09-13  “Privacy Policy – Lumenkart” → “Privacy Policy | Lumenkart”\n" in shown
    assert "  3 redirect (2019-09-18, 2021-08-11, 2023-09-02): the site answered with a redirect" in shown
    assert shown.endswith("Next: policylapse diff lumenkart.example 5 6\n")
    assert "\x1b" not in shown


def test_timeline_shows_gaps_and_other_addresses(run, sample_db):
    assert "  nothing known between 2008-08-09 and 2011-01-12 (885 days, no captures)\n" in ok(
        run("timeline", "grunwaldfrere.example", db=sample_db)
    )
    assert "  from 2012-10-11  http://www.harborline.example/legal/privacy (archived redirect from " in ok(
        run("timeline", "harborline.example", db=sample_db)
    )


def test_timeline_as_json(run, sample_db):
    (policy,) = json.loads(ok(run("timeline", "http://lumenkart.example/privacy", "--json", db=sample_db)))["policies"]
    assert policy["site"] == "lumenkart.example"
    fifth = policy["versions"][4]
    assert (fifth["version"], fifth["change_class"], fifth["words_added"]) == (5, "substantive", 68)
    assert fifth["not_before"] == "2021-12-25T14:50:14Z"
    assert policy["without_text"][0]["captured_at"][0].startswith("2019-09-18T")


def test_two_variants_that_alternate_are_one_row(run, history_db):
    turns = [history_db.shown(f"2018-{month:02}-01", (KEEP, SELL)[month % 2]) for month in range(1, 11)]
    shown = ok(run("timeline", "a.example", db=history_db.policy(URL, *turns)))
    assert "  ⋮  2018-03-01 – 2018-10-01        8         1 and 2 alternate, to version 10\n" in shown
    assert "\n  3  " not in shown


def test_a_change_within_one_day_gives_the_hours(run, history_db):
    shown = history_db.shown
    db = history_db.policy(URL, shown("2018-05-25T08:00", KEEP), shown("2018-05-25T17:30", SELL))
    assert "  2  2018-05-25 08:00–17:30 " in ok(run("timeline", "a.example", db=db))


def test_what_is_probably_furniture_is_quoted(run, history_db):
    long = "\n\n".join(f"{KEEP} Section {number} says so." for number in range(9))
    db = history_db.policy(
        URL, history_db.shown("2018-05-25", long), history_db.shown("2019-05-25", f"{long}\n\nSee *all* details")
    )
    shown = ok(run("timeline", "a.example", db=db))
    assert "\n     probably furniture: “See all details”\n" in shown
    (policy,) = json.loads(ok(run("timeline", "a.example", "--json", db=db)))["policies"]
    assert [version["probably_furniture"] for version in policy["versions"]] == [[], ["See all details"]]


def test_a_policy_without_a_version(run, history_db):
    db = history_db.policy(URL, history_db.shown("2018-01-01", "", "excluded"))
    shown = ok(run("timeline", "a.example", db=db))
    assert "no version: no capture brought the policy's text" in shown
    assert (
        "  1 excluded (2018-01-01): the site's owner had it excluded; next: try another archive with --archive\n"
        in shown
    )
    assert failed(run("show", "a.example", db=db)).endswith("`policylapse timeline a.example` says what became of them")


@pytest.fixture
def two_policies(history_db):
    shown = history_db.shown
    history_db.policy(URL, shown("2018-01-01", KEEP), shown("2019-01-01", SELL))
    history_db.policy("https://a.example/asked-in-vain")
    return history_db.policy("https://a.example/cookies", shown("2020-01-01", "We bake cookies."))


def test_a_site_with_several_policies(run, two_policies):
    both = run("timeline", "a.example", db=two_policies)
    assert ok(both).count("\nhttps://a.example/") == 2
    assert "no version at https://a.example/asked-in-vain" in both.stderr
    assert failed(run("show", "a.example", db=two_policies)) == (
        "a.example has 2 policies: name one by its URL or with --policy N:\n"
        "  1  https://a.example/privacy  (2 versions)\n"
        "  2  https://a.example/cookies  (1 version)"
    )
    assert ok(run("show", "a.example", "--policy", 2, db=two_policies)) == "We bake cookies.\n"
    assert ok(run("show", "a.example/cookies", db=two_policies)) == "We bake cookies.\n"
    assert "there is no policy 4: name one" in failed(run("diff", "a.example", "--policy", 4, db=two_policies))


def test_show(run, sample_db):
    result = run("show", "lumenkart.example", "--version", 4, db=sample_db)
    assert ok(result).startswith("# Privacy Policy\n\nLast updated: 1 January 2020\n\n")
    assert "* We do not sell your personal information, and we never will.\n" in result.stdout
    assert result.stderr == (
        "lumenkart.example version 4 of 7, seen 2021-03-02 to 2021-12-25: "
        "sample:20210302114416/https://lumenkart.example/privacy\n"
        "559 words, 37 sentences, 2 minutes to read, Flesch reading ease 68, 10.6 vague words per 1,000, "
        "8% passive sentences, 0 other companies named, 1 purpose\n"
    )


@pytest.mark.parametrize(
    ("date", "version", "note"),
    [
        ("2020-06-01", 3, ""),
        (
            "2021-01-01",
            3,
            UNSURE,
        ),
        ("2026", 7, "note: version 7 was last seen 2025-02-09; nothing is known since"),
    ],
)
def test_show_at(run, sample_db, date, version, note):
    result = run("show", "lumenkart.example", "--at", date, db=sample_db)
    assert ok(result) == ok(run("show", "lumenkart.example", "--version", version, db=sample_db))
    assert "\n".join(result.stderr.splitlines()[2:]) == note


def test_show_as_json(run, sample_db):
    data = json.loads(ok(run("show", "lumenkart.example", "--at", "2021-01-01", "--json", db=sample_db)))
    assert data["version"] == 3
    assert data["answer"] == {"at": "2021-01-01T23:59:59Z", "certainty": "between", "following_version": 4}
    assert data["markdown"].startswith("# Privacy Policy\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["show", "lumenkart.example", "--at", "2017"],
            "nothing is known of 2017: the first capture is of 2018-06-11; ",
        ),
        (["show", "lumenkart.example", "--at", "May"], "'May' is not a date: write 2015, 2015-03, "),
        (["show", "lumenkart.example", "--version", "8"], "there is no version 8: its versions are 1 to 7"),
        (
            ["show", "lumencart.example"],
            "the database holds no policy of 'lumencart.example'; did you mean lumenkart.example",
        ),
        (
            ["diff", "lumenkart.example", "prev", "first"],
            "nothing to compare with: version 1 is the first that is known",
        ),
        (["diff", "lumenkart.example", "last"], "'last' is not a date: "),
        (["diff", "lumenkart.example", "0"], "there is no version 0: "),
        (["timeline", "nobody.test"], "the database holds no policy of 'nobody.test': `policylapse sites` lists"),
    ],
)
def test_errors_name_the_next_step(run, sample_db, arguments, message):
    assert failed(run(*arguments, db=sample_db)).startswith(message)


def test_a_missing_database(run, tmp_path):
    assert failed(run("sites", db=tmp_path / "x.db")).startswith(f"no database at {tmp_path / 'x.db'}: crawl first")


def test_the_database_is_named_by_the_environment(run, sample_db, monkeypatch):
    monkeypatch.setenv("POLICYLAPSE_DB", str(sample_db))
    assert "lumenkart.example" in ok(run("sites"))


def test_a_damaged_database_is_no_traceback(run, history_db):
    db = history_db.policy(URL)
    history_db.db.execute("DROP VIEW captures")
    history_db.db.conn.commit()
    assert failed(run("sites", db=db)).startswith("cannot read the database: no such table: captures; try again")


def test_diff(run, sample_db):
    shown = ok(run("diff", "lumenkart.example", 4, 5, db=sample_db))
    lines = shown.splitlines()
    assert lines[:9] == [
        "lumenkart.example  version 4 → 5: substantive, +68 −23 words",
        "http://lumenkart.example/privacy",
        "changed between 2021-12-25 and 2022-09-13",
        "--- version 4, seen 2021-03-02 to 2021-12-25 in 5 captures",
        "    sample:20211225145014/https://lumenkart.example/privacy",
        "    cite as lumenkart.example@2021-03-02.c2e63877",
        "+++ version 5, seen 2022-09-13 to 2023-06-03 in 6 captures",
        "    sample:20220913065128/https://lumenkart.example/privacy",
        "    cite as lumenkart.example@2022-09-13.246c634a",
    ]
    assert "  ~ Last updated: [-1 January 2020-]{+12 September 2022+}" in lines
    assert "  - • [-We do not sell your personal information, and we never will.-]" in lines
    assert any(
        line.startswith("  + • {+We may share your personal information with selected partners, ") for line in lines
    )
    assert "  ~ | Photographs in an order | [-30 days-]{+26 months+} after delivery" in lines


def test_diff_in_colour_has_no_marks(run, sample_db):
    shown = ok(run("diff", "lumenkart.example", 4, 5, "--color", "always", db=sample_db))
    assert "[-" not in shown
    assert re.search(r"\x1b\[9m(\x1b\[\d+m)*30 days|\x1b\[[\d;]*9[\d;]*m30 days", shown)
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert "30 days 26 months after delivery" in plain
    assert max(map(len, plain.splitlines())) <= 80
    assert "\x1b" not in ok(run("diff", "lumenkart.example", 4, 5, "--color", "never", db=sample_db))


@pytest.mark.parametrize(
    ("names", "pair"),
    [
        ([], (6, 7)),
        (["5"], (4, 5)),
        (["2020-06-01"], (2, 3)),
        (["lumenkart.example@2021-03-02.c2e63877"], (3, 4)),
        (["lumenkart.example@2021-03-02.c2e63877", "lumenkart.example@246c634a"], (4, 5)),
        (["prev", "3"], (2, 3)),
        (["first", "latest"], (1, 7)),
        (["v5", "v4"], (5, 4)),
        (["2020-06-01", "2022-12"], (3, 5)),
        (["2021-01-01", "latest"], (3, 7)),
    ],
)
def test_diff_names_versions(run, sample_db, names, pair):
    data = json.loads(ok(run("diff", "lumenkart.example", *names, "--json", db=sample_db)))
    assert (data["from"]["version"], data["to"]["version"]) == pair


def test_diff_as_json_gives_both_texts_back(run, sample_db):
    data = json.loads(ok(run("diff", "lumenkart.example", 4, 5, "--json", db=sample_db)))
    assert data["change"]["change_class"] == "substantive"
    texts = {
        side: "\n\n".join(
            "".join(s["text"] for s in block["segments"] if s["op"] in ("equal", op)) for block in data["blocks"]
        )
        for side, op in (("old", "delete"), ("new", "insert"))
    }
    assert "We do not sell" in texts["old"]
    assert "We do not sell" not in texts["new"]


def test_diff_of_one_wording(run, history_db):
    shown = history_db.shown
    db = history_db.policy(URL, shown("2018-01-01", KEEP), shown("2018-02-01", SELL), shown("2018-03-01", KEEP))
    assert ok(run("diff", "a.example", 1, 3, db=db)).startswith("a.example  version 1 → 3: the same wording\n")
    assert "§" not in ok(run("diff", "a.example", 1, 3, db=db))


def test_diff_full_shows_every_block(run, sample_db):
    assert "…" not in ok(run("diff", "lumenkart.example", 4, 5, "--full", db=sample_db))
    assert "unchanged block" in ok(run("diff", "lumenkart.example", 4, 5, db=sample_db))


EVIL = "[bold red]We[/] \x1b[31mkeep\x1b]0;owned\x07 your\x9b2J data :smile: \u202eevil"


def test_page_text_is_neither_markup_nor_orders_to_the_terminal(run, history_db):
    shown = history_db.shown
    db = history_db.policy(
        URL,
        shown("2018-01-01", f"## {EVIL}\n\n{KEEP}", title=EVIL),
        shown("2018-02-01", f"## {EVIL}\n\n{EVIL} {SELL}", title=f"{EVIL}!"),
    )
    for command in ("timeline", "diff", "show"):
        text = ok(run(command, "a.example", db=db))
        assert "[bold red]We[/]" in text
        assert ":smile:" in text
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", ok(run(command, "a.example", "--json", db=db)))


def test_the_database_is_never_written(run, history_db):
    shown = history_db.shown
    db = history_db.policy(URL, shown("2018-01-01", KEEP), shown("2018-02-01", SELL))
    before = db.read_bytes()
    for command in (["sites"], ["timeline", "a.example"], ["show", "a.example"], ["diff", "a.example"]):
        ok(run(*command, db=db))
    assert db.read_bytes() == before


def test_reading_while_a_crawl_writes(run, history_db):
    db = history_db.policy(URL, history_db.shown("2018-01-01", KEEP))
    writer = sqlite3.connect(db)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("INSERT INTO sites (site, added_at) VALUES ('b.example', '')")
    assert "a.example" in ok(run("sites", db=db))
    writer.rollback()
    writer.close()


def test_export(run, sample_db, tmp_path):
    result = run("export", "--format", "corpus", "--out", tmp_path / "out", "lumenkart.example", db=sample_db)
    assert ok(result) == ""
    assert result.stderr.startswith(f"1 policy written to {tmp_path / 'out'}; 3 captures without a text\n")
    assert (tmp_path / "out/l/lu/lum/lumenkart.example.md").read_text("utf-8").startswith("> *The following text is")
    assert "8 policies written" in run("export", "--out", tmp_path / "all", db=sample_db).stderr


def test_export_of_nothing(run, history_db, tmp_path):
    message = failed(run("export", "--out", tmp_path / "out", db=history_db.policy(URL)))
    assert message.startswith("nothing to export as corpus: `policylapse sites`")


def test_version_and_help(run):
    assert re.fullmatch(r"policylapse, version \d+\.\d+\.\d+\n", ok(run("--version")))
    for command in COMMANDS:
        assert "Example" in ok(run(command, "--help"))


def test_what_made_no_version_stands_below_the_timeline(history_db):
    policy = "We keep your data for as long as you have an account with us.\n\nWe sell none of it to anybody at all."
    policy += "\n\nYou may ask us at any time for a copy of what we know of you, and we send it within a month."
    pages = [f"{policy}\n\nServed to visitor {n * n} today\n\nYour request was number {n}" for n in range(9)]
    pages.insert(4, "Shoes for everybody and boots at half the price until Sunday evening.")
    shown = [history_db.shown(f"2018-01-{n + 1:02}", page) for n, page in enumerate(pages)]
    path = history_db.policy("https://a.example/privacy", *shown)
    result = CliRunner().invoke(main, ["timeline", "a.example", "--db", str(path)])
    assert result.exit_code == 0
    assert (
        "Captures of another document\n  1 (2018-01-05): shorter page of another kind, titled “Privacy”\n"
        in result.output
    )
    assert "Left out: lines that come and go by themselves\n  “Served to visitor 0 today” and 1 more (" in result.output
    data = json.loads(CliRunner().invoke(main, ["timeline", "a.example", "--db", str(path), "--json"]).output)[
        "policies"
    ][0]
    assert data["set_aside"][0]["captures"] == 1
    assert data["left_out"][0]["kind"] == "counter"
