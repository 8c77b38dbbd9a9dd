"""The pages inside Datasette: headers, ETags, quiet 404s; nothing on files that are not ours."""

import asyncio
import sqlite3

import pytest
from datasette.app import Datasette

from crawler.archives.errors import ConfigError, StoreError
from history.web.legal import read_dates
from history.web.serve import Serving, application, bound, with_pages
from history.web.state import state_of

# Datasette 0.65 never closes its connections; Python 3.13 says so when they are collected.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning"),
]


@pytest.fixture
def path(history_db):
    shown = history_db.shown
    return history_db.policy(
        "https://a.example/privacy",
        shown("2015-01-01", "We keep your data."),
        shown("2017-01-01", "We sell your data."),
    )


def ask(served, *addresses, headers=None):
    async def all_of_them():
        await served.invoke_startup()
        return [await served.client.get(address, headers=headers or {}) for address in addresses]

    return asyncio.run(all_of_them())


def test_our_pages_are_strict_and_datasettes_are_beside_them(path):
    index, timeline, table, query, style = ask(
        application(Serving(path)),
        "/",
        "/-/site/a.example/privacy/timeline",
        "/history/timeline.json",
        "/history/latest_changes.json?_shape=array",
        "/-/policylapse-assets/style.css",
    )
    for answer in (index, timeline, style):
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert table.status_code == query.status_code == 200
    assert table.headers["x-content-type-options"] == "nosniff"
    assert [row["site"] for row in query.json()] == ["a.example"]
    assert "immutable" in style.headers["cache-control"]


def test_a_page_is_sent_again_only_after_a_commit(path):
    served = application(Serving(path))
    (first,) = ask(served, "/-/changes")
    etag = first.headers["etag"]
    (same,) = ask(served, "/-/changes", headers={"If-None-Match": etag})
    assert same.status_code == 304
    assert not same.content
    db = sqlite3.connect(path)
    with db:
        db.execute("INSERT INTO sites (site, added_at) VALUES ('new.example', '')")
    (new,) = ask(served, "/-/sites.json", headers={"If-None-Match": etag})
    db.close()
    assert new.status_code == 200
    assert "new.example" in new.text
    assert new.headers["etag"] != etag


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_every_commit_changes_the_state_and_reading_does_not(path, mode):
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA journal_mode = {mode}")
    states = [state_of(path)]
    for number in range(5):
        with db:
            db.execute("INSERT INTO sites (site, added_at) VALUES (?, '')", [f"s{number}.example"])
        states.append(state_of(path))
        reader = sqlite3.connect(path)
        reader.execute("SELECT count(*) FROM sites").fetchone()
        assert state_of(path) == states[-1]
        reader.close()
    db.close()
    assert len(set(states)) == 6


def test_an_address_without_a_page_is_a_quiet_404(path, capfd):
    answers = ask(
        application(Serving(path)),
        "/a/b/c/d/e/f",
        "/-/nothing",
        "/-/site/a.example/privacy/v/99",
        "/-/site/x/y/timeline.json",
        "/-/policylapse-assets/other.css",
        "/history/no_table",
    )
    assert [answer.status_code for answer in answers] == [404] * 6
    told = capfd.readouterr()
    assert "Traceback" not in told.err
    assert len(told.err) < 500


def test_strangers_run_no_sql(path):
    (open_to_all,) = ask(application(Serving(path)), "/history.json?sql=select+1")
    (public,) = ask(application(Serving(path, public=True)), "/history.json?sql=select+1")
    assert open_to_all.status_code == 200
    assert public.status_code == 403


def test_pages_stand_below_a_proxys_path(path):
    (index,) = ask(application(Serving(path, base="/policies/")), "/")
    assert 'href="/policies/-/changes"' in index.text
    assert 'href="/-/' not in index.text


def test_a_file_that_is_not_ours_has_no_pages_of_ours(tmp_path):
    other = tmp_path / "other.db"
    sqlite3.connect(other).executescript("CREATE TABLE sites (id); PRAGMA user_version = 1").connection.close()
    with_pages()
    index, changes = ask(Datasette([str(other)]), "/", "/-/changes")
    assert "policylapse" not in index.text
    assert changes.status_code == 404
    with pytest.raises(StoreError, match=r"other\.db"):
        application(Serving(other))


def test_a_port_that_is_taken_says_what_to_do():
    taken = bound("127.0.0.1", 0)
    taken.listen()
    try:
        with pytest.raises(ConfigError, match=r"cannot listen on 127\.0\.0\.1 port \d+.*--port"):
            bound("127.0.0.1", taken.getsockname()[1])
    finally:
        taken.close()


@pytest.mark.parametrize(
    ("text", "told"),
    [("day,label\n", None), ("day,label,meaning\n2018-99-01,X,y\n", "line 2"), ("label,meaning\nX,y\n", "line 2")],
)
def test_legal_dates_are_extended_by_a_file(tmp_path, text, told):
    file = tmp_path / "dates.csv"
    file.write_text(text)
    if told:
        with pytest.raises(ConfigError, match=told):
            read_dates(file)
        return
    assert read_dates(file) == read_dates(None)
    file.write_text("day,label,meaning\n2019-01-02,OURS,of a test\n2018-05-26,GDPR,moved\n")
    labels = {one.label: one for one in read_dates(file)}
    assert labels["OURS"].meaning == "of a test"
    assert labels["GDPR"].meaning == "moved"
    assert len(labels) == len(read_dates(None)) + 1
