"""A citation is resolved after the versions around it were split, joined or found to be noise."""

import re
from contextlib import closing

import pytest
from click.testing import CliRunner

from cli.main import main
from crawler.archives.errors import ConfigError, NotFound
from history.database import open_database
from history.sites import find_policies
from history.timeline.citations import Status, citation, resolve
from history.timeline.timeline import read_versions
from pipelines.store.shelves.folds import refold

URL = "https://a.example/privacy"
KEEP, SELL = "We keep your data for a year.", "We sell your data for a year."


def cite(path, number):
    with closing(open_database(path)) as db:
        (policy,) = find_policies(db, "a.example")
        return citation(policy.cited, read_versions(db, policy)[number - 1])


def found(path, text):
    with closing(open_database(path)) as db:
        return resolve(db, text)


def late(history_db, *captures):
    for shown in captures:
        history_db._capture(1, shown, URL, "wayback", "https://web.archive.org/web/")
    refold(history_db.db, 1, 1)
    history_db.db.conn.commit()


def test_a_citation_is_the_site_the_day_and_the_wording(history_db):
    path = history_db.policy(URL, history_db.shown("2018-05-25", KEEP))
    name = cite(path, 1)
    assert name.startswith("a.example@2018-05-25.")
    assert len(name) == len("a.example@2018-05-25.") + 8
    got = found(path, name)
    assert (got.status, got.version.version, got.reason) == (Status.VERSION, 1, "")
    assert got.wording.startswith(name[-8:])
    assert found(path, "a.example@" + name[-8:]).version == got.version  # without the day
    assert found(path, f"{URL}@{got.wording}").version == got.version  # by URL, with all of the wording


def test_a_late_capture_that_splits_a_version_leaves_its_name_valid(history_db):
    path = history_db.policy(URL, history_db.shown("2018-01-01", KEEP), history_db.shown("2020-01-01", KEEP))
    name = cite(path, 1)
    late(history_db, history_db.shown("2019-01-01", SELL))
    got = found(path, name)
    assert (got.status, got.version.version) == (Status.VERSION, 1)
    assert found(path, name.replace("2018-01-01", "2020-06-01")).version.version == 3  # the later run of that wording


def test_a_late_capture_that_comes_first_shifts_numbers_not_names(history_db):
    path = history_db.policy(URL, history_db.shown("2018-01-01", KEEP), history_db.shown("2020-01-01", SELL))
    name = cite(path, 2)
    late(
        history_db,
        history_db.shown("2016-01-01", "Older words, of another kind."),
        history_db.shown("2019-06-01", SELL),
    )
    got = found(path, name)
    assert (got.status, got.version.version, f"{got.version.first_seen:%Y-%m}") == (Status.VERSION, 3, "2019-06")


def test_a_wording_that_is_no_version_any_more_is_told_with_what_was_in_force(history_db):
    path = history_db.policy(URL, *(history_db.shown(f"201{n}-01-01", KEEP) for n in range(5)))
    late(history_db, history_db.shown("2013-06-01", SELL))
    name = cite(path, 2)
    db = history_db.db
    (text_id,) = db.execute("SELECT text_id FROM versions WHERE version = 2").fetchone()
    (capture,) = db.execute("SELECT first_capture_id FROM versions WHERE version = 2").fetchone()
    db.execute("DELETE FROM change_rows")
    db.execute("DELETE FROM versions WHERE version > 1")  # as if the fold had set it aside
    db.execute("INSERT INTO set_aside VALUES (1, 1, ?, ?, 1, '', '', ?, 'another page')", [capture, capture, text_id])
    db.conn.commit()
    got = found(path, name)
    assert (got.status, got.version.version) == (Status.NOISE, 1)
    assert "another page" in got.reason
    db.execute("DELETE FROM set_aside")
    db.conn.commit()
    got = found(path, name)
    assert got.status is Status.NOISE
    assert "comes and goes" in got.reason
    db.execute("UPDATE policies SET extractor_id = NULL")
    db.conn.commit()
    assert found(path, name).status is Status.EARLIER


def test_a_text_that_an_earlier_fold_put_together_is_known_by_its_blocks(history_db):
    path = history_db.policy(URL, history_db.shown("2018-01-01", f"{KEEP}\n\nNoise 1."))
    history_db.db.execute("INSERT INTO texts (text_digest, wording, words) VALUES ('d', 'abcdef0123', 6)")
    history_db.db.execute(
        "INSERT INTO text_runs (text_id, position, first_block_id, length) SELECT t.id, 0, b.id, 1 FROM texts t, blocks b "
        "WHERE t.text_digest = 'd' AND b.markdown = ?",
        [KEEP],
    )
    history_db.db.conn.commit()
    got = found(path, "a.example@2018-01-01.abcdef01")
    assert (got.status, got.version.version, got.wording) == (Status.EARLIER, 1, "abcdef0123")


def test_what_nothing_has_is_unknown_and_the_day_still_answers(history_db):
    path = history_db.policy(URL, history_db.shown("2018-01-01", KEEP), history_db.shown("2019-01-01", SELL))
    got = found(path, "a.example@2018-03-01.00000000")
    assert (got.status, got.version.version) == (Status.UNKNOWN, 1)
    assert found(path, "a.example@00000000").version is None
    assert found(path, "a.example@1999-01-01.00000000").version is None


def test_what_is_no_citation_says_what_one_looks_like(history_db):
    path = history_db.policy(URL, history_db.shown("2018-01-01", KEEP))
    for text in ("a.example", "a.example@x", "a.example@2018-01-01", "@12345678", "a.example@2018-01-01.1234"):
        with pytest.raises(ConfigError, match=r"example\.com@2018-05-25\.1f3a9c2e"):
            found(path, text)
    with pytest.raises(ConfigError):
        found(path, "a.example@2018-99-01.12345678")
    with pytest.raises(NotFound):
        found(path, "nobody.example@12345678")


WHO_CITES = {
    "timeline": ["timeline", URL, "--json"],
    "show": ["show", URL, "--json"],
    "diff": ["diff", URL, "1", "2", "--json"],
    "blame": ["blame", URL, "--json"],
    "claims": ["claims", URL, "--json"],
    "claims --changed": ["claims", "--changed", "--json"],
    "changes": ["changes", "--json"],
    "search": ["search", "data", "--json"],
    "feed": ["feed", "--json"],
    "annotations blocks": ["annotations", "blocks", URL],
    "export edits": ["export", "--format", "edits", "--out", "OUT"],
    "export jsonl": ["export", "--format", "jsonl", "--out", "OUT"],
}


@pytest.mark.parametrize("command", WHO_CITES.values(), ids=WHO_CITES)
def test_whoever_cites_names_the_url_where_a_site_has_several_policies_with_versions(history_db, tmp_path, command):
    shown = [history_db.shown("2018-05-25", KEEP), history_db.shown("2019-05-25", SELL)]
    path = history_db.policy(URL, *shown)
    history_db.policy("https://a.example/nothing", site="a.example")  # of which no version is known

    def cited(out):
        words = [str(tmp_path / f"{out}.jsonl") if word == "OUT" else word for word in command]
        told = CliRunner().invoke(main, [*words, "--db", str(path)])
        assert told.exit_code == 0, told.output
        text = told.output
        for file in tmp_path.glob(f"{out}.jsonl"):
            text += file.read_text(encoding="utf-8")
        return set(re.findall(r"""[^\s"'>]+@\d{4}-\d\d-\d\d\.[0-9a-f]{8}""", text))

    alone = cited("one")
    assert {name.partition("@")[0] for name in alone} == {"a.example"}
    history_db.policy("https://a.example/cookies", history_db.shown("2018-05-25", "We set cookies."), site="a.example")
    assert {name for name in cited("two") if "cookies" not in name} == {
        name.replace("a.example", URL) for name in alone
    }
