"""A page is of one state of the database, whatever is written while it reads: never half of a capture."""

import asyncio
import sqlite3
from contextlib import closing
from itertools import count

import pytest

from history.database import open_database
from history.web import plugin
from history.web.app import answer, split
from history.web.catalogue import read_catalogue
from history.web.links import Links
from history.web.page import Ask
from history.web.serve import Serving, application
from pipelines.store.load import one_state

PAGES = ("", "sites.json", "changes", "changes.json", "search.json", "trends.json", "coverage.json", "coverage")
QUERY = {"search": {"q": "data"}, "trends": {"terms": "data"}}


def read(file, name, at=0):
    """A page; when its statement number `at` begins, another connection commits a whole new policy.

    :return: its bytes, and how many statements it took.
    """
    numbers, (page, form) = count(1), split(name)
    taken = 0

    def traced(_sql):
        nonlocal taken
        taken = next(numbers)
        if taken == at:
            file.write()

    with closing(open_database(file.path)) as db:
        db.set_trace_callback(traced)
        with one_state(db):
            ask = Ask(db, read_catalogue(db), Links("/", here=page), page, QUERY.get(page, {}))
            return answer(ask, form, "test").body, taken


class File:
    """A file with one policy, and another that a crawl commits as one, or that was never there."""

    def __init__(self, path):
        self.path = path
        self.db = sqlite3.connect(path)
        self.db.execute("PRAGMA journal_mode = WAL")  # as every file that a crawl writes

    def write(self):
        with self.db as db:
            db.execute("INSERT INTO sites (id, site, added_at) VALUES (77, 'new.example', '')")
            db.execute(
                "INSERT INTO policies (id, site_id, urlkey, policy_url, added_at, extractor_id) "
                "SELECT 77, 77, 'example,new)/', 'https://new.example/', '', extractor_id FROM policies WHERE id = 1"
            )
            db.execute(
                "INSERT INTO versions (id, policy_id, extractor_id, version, wording, text_id, first_seen, last_seen, "
                "previous_last_seen, captures, first_capture_id, last_capture_id) SELECT id + 700, 77, extractor_id, "
                "version, wording, text_id, first_seen, last_seen, previous_last_seen, captures, first_capture_id, "
                "last_capture_id FROM versions WHERE policy_id = 1"
            )
            db.execute(
                "INSERT INTO change_rows (policy_id, from_version_id, to_version_id, change_class, words_added, words_removed, "
                "sections) SELECT 77, from_version_id + 700, to_version_id + 700, change_class, words_added, "
                "words_removed, sections FROM changes WHERE policy_id = 1"
            )

    def undo(self):
        with self.db as db:
            for table, column in (
                ("change_rows", "policy_id"),
                ("versions", "policy_id"),
                ("policies", "id"),
                ("sites", "id"),
            ):
                db.execute(f"DELETE FROM {table} WHERE {column} = 77")


@pytest.fixture
def file(history_db):
    shown = history_db.shown
    history_db.policy(
        "https://a.example/p", shown("2015-01-01", "We keep your data."), shown("2017-01-01", "We sell your data.")
    )
    made = File(history_db.path)
    yield made
    made.db.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_of_one_state_whatever_is_committed_while_it_reads(file, name):
    old, statements = read(file, name)
    file.write()
    new, _statements = read(file, name)
    assert old != new
    assert statements > 3
    for at in range(1, statements + 1):
        file.undo()
        body, _statements = read(file, name, at)
        assert body in (old, new)
    assert body == old  # of the last, whose commit came after the state was taken


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore:unclosed database:ResourceWarning"
)
def test_what_the_server_holds_is_of_the_state_that_it_reads(file, monkeypatch):
    """A commit between the question for the state and the read: the list of sites must not be the one that is held."""
    served, true = application(Serving(file.path)), plugin.state_of

    async def asked():
        await served.invoke_startup()
        first = await served.client.get("/-/sites.json")
        state = true(file.path)
        told = iter([state])  # the true one is asked for before the commit; at the read it is another one
        monkeypatch.setattr("history.web.plugin.state_of", lambda _path: next(told, "another"))
        file.write()
        return first, await served.client.get("/")

    first, second = asyncio.run(asked())
    assert first.json()["total"] == 1
    assert "/-/site/new.example/" in second.text
