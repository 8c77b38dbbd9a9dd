"""The feed of changes over all sites."""

import pytest

from crawler.archives.timestamps import parse_date
from history.database import open_database
from history.search.changes import Filter, read_changes, together, with_passages
from history.timeline.citations import resolve
from pipelines.model import ChangeClass

BASE = "## Your data\n\nWe keep your data for as long as you have an account with us.\n\n## Cookies\n\nWe set a cookie."
CLAUSE = "We read the biometric template of your face in pictures that you upload to us."


@pytest.fixture
def db(history_db):
    history_db.policy(
        "https://a.example/p",
        history_db.shown("2016-01-01", BASE),
        history_db.shown("2017-01-01", BASE.replace("## Cookies", f"{CLAUSE}\n\n## Cookies")),
        history_db.shown("2018-01-01", f"{CLAUSE}\n\n{BASE}"),
        history_db.shown("2019-01-01", BASE.replace("a cookie", "no cookie whatsoever")),
    )
    history_db.policy(
        "https://b.example/p",
        history_db.shown("2016-06-01", BASE),
        history_db.shown("2017-02-01", f"{BASE}\n\n{CLAUSE}"),
    )
    connection = open_database(history_db.path)
    yield connection
    connection.close()


def of(db, **wanted):
    return [(row.site[0], row.to_version) for row in read_changes(db, Filter(**wanted))]


def test_newest_first_with_bracket_and_citation(db):
    rows = list(read_changes(db, Filter()))
    assert [(row.site[0], row.to_version) for row in rows] == [("a", 4), ("a", 3), ("b", 2), ("a", 2)]
    assert (rows[0].not_before.year, rows[0].not_after.year, rows[0].words) == (2018, 2019, 18)
    assert resolve(db, rows[0].to_citation).version.version == 4
    assert resolve(db, rows[0].from_citation).version.version == 3


def test_filters(db):
    assert of(db, classes=[ChangeClass.MOVED]) == [("a", 3)]
    assert of(db, min_words=18, classes=[ChangeClass.SUBSTANTIVE]) == [("a", 4)]
    assert of(db, section="COOK") == [("a", 4), ("b", 2)]
    assert of(db, policies=[2]) == [("b", 2)]
    assert of(db, since=parse_date("2018-06"), until=None) == [("a", 4)]
    assert of(db, until=parse_date("2016-09", end=True)) == [("b", 2), ("a", 2)]


def test_a_term_that_came_or_went_not_one_that_moved(db):
    assert of(db, added="biometric*") == [("b", 2), ("a", 2)]
    assert of(db, removed='"biometric template"') == [("a", 4)]
    assert of(db, added="cookie") == []
    assert of(db, added="whatsoever", removed="biometric") == [("a", 4)]


def test_what_came_and_went(db):
    rows = list(read_changes(db, Filter()))
    passages = with_passages(db, rows)
    assert passages[rows[0].change_id].came == ("We set no cookie whatsoever.",)
    assert passages[rows[0].change_id].went == (CLAUSE, "We set a cookie.")
    assert passages[rows[1].change_id].came == passages[rows[1].change_id].went == ()


def test_the_same_edit_of_two_sites_is_one_event(db):
    rows = list(read_changes(db, Filter()))
    names = {row.change_id: (row.site[0], row.to_version) for row in rows}
    events = [[names[number] for number in event.numbers] for event in together(rows, with_passages(db, rows))]
    assert events == [[("a", 4)], [("a", 3)], [("a", 2), ("b", 2)]]


def test_the_view_of_passages_says_the_same(db):
    rows = db.execute(
        "SELECT what, markdown FROM change_passages WHERE site = 'a.example' AND to_version = 4"
    ).fetchall()
    assert sorted(tuple(row) for row in rows) == [
        ("added", "We set no cookie whatsoever."),
        ("removed", CLAUSE),
        ("removed", "We set a cookie."),
    ]


def test_turns_of_wordings_that_alternate_are_left_out(history_db):
    texts = [BASE, BASE.replace("a cookie", "no cookie whatsoever")]
    shown = [history_db.shown(f"2016-{1 + n // 2:02}-{1 + 14 * (n % 2):02}", texts[n % 2]) for n in range(8)]
    path = history_db.policy("https://c.example/p", *shown)
    connection = open_database(path)
    assert of(connection) == [("c", 2)]
    assert len(of(connection, turns=True)) > 4
    connection.close()
