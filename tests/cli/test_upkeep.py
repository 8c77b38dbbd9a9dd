"""fsck, merge and forget as commands: what they say, their exit codes, what they refuse."""

import json
import shutil
import sqlite3

import pytest
from click.testing import CliRunner

from cli.main import main
from crawler.lock import CrawlLock
from tests.databases.stored import SITE, URL, Seen, damage, write

KEEP, SELL = "We keep your data.\nWrite to us.", "We sell your data.\nWrite to us."


def run(*arguments, code=0, stdin=None):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
    assert result.exit_code == code, (result.output, result.exception)
    return result


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "x.db", [Seen(0, KEEP), Seen(5, KEEP), Seen(9, SELL)])


def test_fsck_of_a_sound_database(path):
    assert run("fsck", "--db", path).stdout == "sound.\n"
    assert json.loads(run("fsck", "--db", path, "--json").stdout) == {"total": 0, "findings": []}


def test_fsck_says_what_is_damaged_and_what_to_do(path):
    damage(path, "UPDATE change_rows SET words_added = 77")
    shown = run("fsck", "--db", path, code=1).stdout
    assert f"fold: {URL}: its changes are not what its readings come to\n" in shown
    assert shown.endswith(f"next: `policylapse fsck --repair --db {path}`\n1 damaged.\n")
    (found,) = json.loads(run("fsck", "--db", path, "--json", code=1).stdout)["findings"]
    assert found["kind"] == "fold"
    assert (found["damage"], found["repairable"], found["repaired"]) == (True, True, False)


def test_fsck_mends(path):
    damage(path, "UPDATE change_rows SET words_added = 77")
    shown = run("fsck", "--db", path, "--repair").stdout
    assert "its readings come to  mended\n" in shown
    assert shown.endswith("1 damaged, 1 mended.\n")
    assert run("fsck", "--db", path).stdout == "sound.\n"


def test_fsck_names_twenty_of_a_kind(path):
    many = write(path.parent / "many.db", [Seen(day, f"{KEEP}\nParagraph {day}.") for day in range(30)])
    damage(many, "UPDATE texts SET words = words + 1 WHERE id <= 30")
    shown = run("fsck", "--db", many, code=1).stdout
    assert shown.count("wording: text ") == 20
    assert "wording: 10 more; --json names them all\n" in shown
    assert len(json.loads(run("fsck", "--db", many, "--json", code=1).stdout)["findings"]) == 30


def test_what_is_left_after_a_repair_is_told(path):
    damage(path, "ALTER TABLE text_dates ADD COLUMN mine TEXT")
    assert run("fsck", "--db", path).stdout == "sound.\n"  # a person's own column
    damage(path, "ALTER TABLE text_dates RENAME COLUMN phrase TO words")
    shown = run("fsck", "--db", path, "--repair", code=1).stdout
    assert "schema: table text_dates: lacks columns\n" in shown
    assert "backup" in shown


def test_fsck_refuses_what_it_cannot_read(tmp_path, path):
    assert "no database at" in run("fsck", "--db", tmp_path / "none.db", code=2).stderr
    assert "no database at" in run("fsck", "--repair", "--db", tmp_path / "none.db", code=2).stderr
    assert not (tmp_path / "none.db").exists()
    lock = CrawlLock(path)
    try:
        assert "another crawl" in run("fsck", "--repair", "--db", path, code=2).stderr
        assert run("fsck", "--db", path).stdout == "sound.\n"  # beside a crawl
    finally:
        lock.release()


def test_fsck_of_an_earlier_schema_says_who_mends_it(path):
    old = path.parent / "old.db"
    shutil.copy(path, old)
    damage(old, "DELETE FROM _sqlite_migrations WHERE name <> 'm001_initial'")
    assert "fsck --repair" in run("fsck", "--db", old, code=2).stderr


def test_merge(tmp_path, path):
    other = write(tmp_path / "y.db", [Seen(9, SELL), Seen(20, KEEP)])
    into = tmp_path / "all.db"
    shown = run("merge", path, other, "--into", into).stdout
    assert shown.splitlines() == [
        f"{path}: 3 captures more, 3 pages, 2 texts",
        f"{other}: 1 capture more, 1 page, 0 texts",
    ]
    again = json.loads(run("merge", other, path, "--into", into, "--json").stdout)["databases"]
    assert [(one["captures"], one["payloads"], one["texts"]) for one in again] == [(0, 0, 0)] * 2
    assert run("fsck", "--db", into).stdout == "sound.\n"


def test_merge_refuses_what_is_not_there(tmp_path, path):
    assert "no database" in run("merge", path, tmp_path / "none.db", "--into", tmp_path / "all.db", code=2).stderr
    assert not (tmp_path / "all.db").exists()


def test_forget_asks_first(path):
    asked = run("forget", SITE, "--reason", "asked", "--db", path, stdin="n\n", code=2)
    assert "add --yes" in asked.stderr
    assert f"{URL}: 3 captures" in asked.stderr
    assert run("fsck", "--db", path).stdout == "sound.\n"
    assert "forgotten" not in run("forget", SITE, "--reason", "asked", "--db", path, stdin="n\n", code=2).stdout


def test_forget_a_site(path):
    shown = run("forget", SITE, "--reason", "asked", "--yes", "--db", path).stdout
    assert shown.splitlines() == [
        f"forgotten: {URL}",
        "3 captures emptied; 3 pages, 2 texts and 3 blocks that nothing else needs are gone.",
    ]
    again = json.loads(run("forget", SITE, "--reason", "asked", "--yes", "--db", path, "--json").stdout)
    assert again == {"urls": [URL], "captures": 0, "payloads": 0, "texts": 0, "blocks": 0}


def test_forget_leaves_what_another_site_has_at_the_same_url_unless_the_url_is_named(path):
    write(
        path,
        [Seen(0, KEEP, site="twin.example"), Seen(3, KEEP, url="http://twin.example/privacy", site="twin.example")],
    )
    run("forget", "twin.example", "--reason", "asked", "--yes", "--db", path)
    assert _outcomes(path) == {URL: "fetched", "http://twin.example/privacy": "forgotten"}
    run("forget", URL, "--reason", "asked", "--yes", "--db", path)
    assert set(_outcomes(path).values()) == {"forgotten"}


def _outcomes(path):
    with sqlite3.connect(path) as db:
        found = dict(db.execute("SELECT DISTINCT original, outcome FROM captures").fetchall())
    db.close()
    return found


def test_forget_refuses_what_is_not_there_and_to_be_silent_about_why(path):
    assert "did you mean" in run("forget", "shop.exampel", "--reason", "x", "--yes", "--db", path, code=2).stderr
    assert "say why" in run("forget", SITE, "--reason", " ", "--yes", "--db", path, code=2).stderr
    assert "--reason" in run("forget", SITE, "--yes", "--db", path, code=2).stderr
