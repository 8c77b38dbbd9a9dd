"""Which version a person means."""

import pytest

from crawler.archives.errors import ConfigError, NotFound
from history.database import open_database
from history.sites import find_policies
from history.timeline.citations import citation
from history.timeline.selectors import select
from history.timeline.timeline import read_versions

URL = "https://a.example/privacy"
REST = "\n\nYou can write to us at any time, and we answer within a month."  # so that they are one document
TEXTS = [f"We {what} your data.{REST}" for what in ("keep", "sell", "keep", "rent")]


@pytest.fixture
def policy(history_db):
    """(database, policy, versions) of a policy with four versions, of which the third has the first one's wording."""
    shown = [history_db.shown(f"{2018 + n}-01-01", text) for n, text in enumerate(TEXTS)]
    db = open_database(history_db.policy(URL, *shown))
    (found,) = find_policies(db, "a.example")
    yield db, found, read_versions(db, found)
    db.close()


@pytest.mark.parametrize(
    ("name", "version"),
    [("first", 1), ("latest", 4), ("prev", 3), ("2", 2), ("v3", 3), ("2018-01-01", 1), ("2018", 1), ("2020-01", 3)],
)
def test_names(policy, name, version):
    assert select(*policy, name).version.version == version


def test_prev_is_before_the_other(policy):
    assert select(*policy, "prev", policy[2][1]).version.version == 1


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_citation_names_its_version(policy, number):
    name = citation(policy[1].cited, policy[2][number - 1])
    assert select(*policy, name).version.version == number


def test_a_citation_without_a_day(policy):
    assert select(*policy, f"a.example@{policy[2][3].wording[:10]}").version.version == 4


def test_a_date_between_two_captures_is_doubted(policy):
    selected = select(*policy, "2018-06-01")
    assert selected.version.version == 1
    assert "either version 1 or 2 was in force" in selected.doubt
    assert select(*policy, "2018-01-01T12:00:00Z").doubt == ""


@pytest.mark.parametrize(("day", "known"), [("2019-01-01", True), ("1999-01-01", False)])
def test_a_citation_of_what_nobody_knows_is_never_answered_with_another_text(policy, day, known):
    with pytest.raises(NotFound, match="no text in the database has this wording") as caught:
        select(*policy, f"a.example@{day}.ffffffff")
    assert ("nothing is known of that day" in str(caught.value)) == (not known)


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("5", NotFound, "there is no version 5: its versions are 1 to 4"),
        ("last", ConfigError, "or a version's number, first, latest, prev or a citation"),
        ("2001", NotFound, "nothing is known of 2001"),
        ("a.example@ffffffff", NotFound, "no text in the database has this wording"),
        ("b.example@2019-01-01.ffffffff", NotFound, "holds no policy of 'b.example'"),
    ],
)
def test_errors(policy, name, error, message):
    with pytest.raises(error, match=message):
        select(*policy, name)


def test_a_citation_of_another_policy(policy, history_db):
    history_db.policy("https://b.example/privacy", history_db.shown("2018-01-01", "We lend your data."))
    (other,) = find_policies(policy[0], "b.example")
    name = citation(other.cited, read_versions(policy[0], other)[0])
    with pytest.raises(NotFound, match=r"is of https://b\.example/privacy, not of https://a\.example/privacy"):
        select(*policy, name)
