"""Names that people type, and the policies they mean."""

import pytest

from crawler.archives.capture import Outcome
from crawler.archives.errors import NotFound
from history.database import open_database
from history.sites import find_policies, list_sites

TINDER = "https://policies.tinder.com/privacy/intl/en"


@pytest.fixture
def db(history_db):
    shown = history_db.shown
    history_db.policy(TINDER, shown("2018-01-01", "We keep data."), shown("2019-01-01", "We sell data."))
    history_db.policy("http://www.grindr.com:80/privacy/")
    history_db.policy("https://grindr.com/cookies", shown("2020-01-01", "", "archived_error"))
    history_db.move(TINDER, "https://www.gotinder.com/privacy", "2020-01-01")
    history_db.db.conn.commit()
    connection = open_database(history_db.path)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("name", "urls"),
    [
        ("tinder.com", [TINDER]),
        ("Tinder.com", [TINDER]),
        ("www.tinder.com", [TINDER]),
        ("https://www.tinder.com/", [TINDER]),
        ("policies.tinder.com", [TINDER]),
        (TINDER, [TINDER]),
        ("policies.tinder.com/privacy/intl/en/", [TINDER]),
        ("gotinder.com", [TINDER]),
        ("http://gotinder.com/privacy", [TINDER]),
        ("grindr.com", ["http://www.grindr.com:80/privacy/", "https://grindr.com/cookies"]),
        ("grindr.com/privacy", ["http://www.grindr.com:80/privacy/"]),
        (" grindr.com/cookies ", ["https://grindr.com/cookies"]),
    ],
)
def test_names(db, name, urls):
    assert [policy.policy_url for policy in find_policies(db, name)] == urls


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tinder", "did you mean tinder.com"),
        ("tindr.com", "did you mean tinder.com"),
        ("privacy.tinder.com", "did you mean tinder.com"),
        ("grindr.com/terms", "grindr.com"),
        ("wikipedia.org", "`policylapse crawl --url http://wikipedia.org/privacy` adds one"),
        ("", "`policylapse crawl --url https://example.com/privacy` adds one"),
    ],
)
def test_unknown_names(db, name, said):
    with pytest.raises(NotFound) as raised:
        find_policies(db, name)
    assert said in str(raised.value)


def test_an_empty_database(history_db):
    connection = open_database(history_db.path)
    with pytest.raises(NotFound, match="holds no policy yet: crawl one first"):
        find_policies(connection, "tinder.com")
    assert list_sites(connection) == []
    connection.close()


def test_list(db):
    grindr, tinder = list_sites(db)
    assert (grindr.site, grindr.policies, grindr.asked, grindr.versions) == ("grindr.com", 0, 2, 0)
    assert grindr.outcomes == {Outcome.ARCHIVED_ERROR: 1}
    assert grindr.first_seen is None
    assert grindr.last_change is None
    assert (tinder.site, tinder.policies, tinder.versions, tinder.captures) == ("tinder.com", 1, 2, 2)
    assert f"{tinder.first_seen:%Y-%m-%d} {tinder.last_seen:%Y-%m-%d}" == "2018-01-01 2019-01-01"
    assert (tinder.last_change.version, tinder.last_change.change_class) == (2, "substantive")


def test_the_sample(sample_db):
    connection = open_database(sample_db)
    sites = {site.site: site for site in list_sites(connection)}
    connection.close()
    assert sites["quillledger.example"].outcomes[Outcome.NOT_A_POLICY] == 2
    assert all(site.versions >= 2 for site in sites.values())
