"""The static site: every link leads to a file, a second run touches nothing, and its search finds in a browser."""

import functools
import http.server
import json
import sqlite3
import threading
from contextlib import closing
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import html
from playwright.sync_api import sync_playwright

from history.database import open_database
from history.export.formats import FORMATS, Job, run_export
from history.sites import all_policies
from history.web import static_site

from .browser import QUIET, executable


def write(path, out):
    with closing(open_database(path)) as db:
        return run_export(FORMATS["site"], Job(db, all_policies(db), out, "policylapse/test"))


@pytest.fixture
def path(history_db):
    shown = history_db.shown
    history_db.policy("https://a.example/cookies", shown("2018-05-25", "We use cookies."), site="a.example")
    return history_db.policy(
        "https://a.example/privacy",
        shown("2012-03-01", "## Sharing\n\nWe never sell what you tell us about yourself."),
        shown("2014-03-01", "## Sharing\n\nWe sell quagga hides, and with them your address, to partners."),
        shown("2018-03-01", "## Sharing\n\nEverybody may buy everything that we know of you, at any time."),
    )


def test_every_link_leads_to_a_file_and_every_page_is_linked(path, tmp_path, history_db):
    for number in range(43):  # more sites than one page of the index shows
        shown = history_db.shown("2019-01-01", f"We keep data for {number} years.")
        history_db.policy(f"https://s{number}.example/privacy", shown)
    out = tmp_path / "public"
    write(path, out)
    pages = {file.relative_to(out).as_posix() for file in out.rglob("*.html")}
    reached, waiting = {"index.html"}, ["index.html"]
    while waiting:
        page = waiting.pop()
        tree = html.fromstring((out / page).read_bytes())
        assert not tree.xpath("//form"), page
        for target in tree.xpath("//a/@href | //link/@href | //script/@src"):
            whole = urlsplit(urljoin(f"http://x/{page}", target))
            if whole.netloc != "x":
                assert whole.scheme in ("http", "https")
                continue
            name = whole.path.removeprefix("/")
            assert (out / name).is_file(), (page, target)
            if name.endswith(".html") and name not in reached:
                reached.add(name)
                waiting.append(name)
    assert reached == pages
    assert {f"site/s{number}.example/privacy/timeline.html" for number in range(43)} <= pages
    assert len([page for page in pages if "/a.example/privacy/diff/" in page]) == 2


def test_a_second_run_touches_only_what_changed(path, tmp_path, history_db, monkeypatch):
    out = tmp_path / "public"
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write(path, out)
    files = {
        file: file.stat().st_mtime_ns for file in out.rglob("*") if file.is_file() and file.name != "manifest.json"
    }
    write(path, out)
    assert {file: file.stat().st_mtime_ns for file in files} == files
    history_db.policy("https://new.example/privacy", history_db.shown("2020-01-01", "Brand new words."))
    write(path, out)
    changed = {
        file.relative_to(out).as_posix() for file in files if file.exists() and file.stat().st_mtime_ns != files[file]
    }
    assert not [name for name in changed if name.startswith("site/")]
    assert (out / "site/new.example/privacy/timeline.html").is_file()
    assert not list((tmp_path / "here").iterdir()), "nothing is written beside the site"
    manifest = json.loads((out / "manifest.json").read_text())
    assert {one["path"] for one in manifest["files"]} == {
        file.relative_to(out).as_posix() for file in out.rglob("*") if file.is_file() and file.name != "manifest.json"
    }


BOTH = {"a.example", "b.example"}


def contents(out):
    return {file.relative_to(out).as_posix(): file.read_bytes() for file in out.rglob("*") if file.is_file()}


def run_sql(path, *statements):
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


@pytest.mark.parametrize(
    "then", ["nothing", "version gone", "new policy", "file lost", "file changed", "new title", "no manifest"]
)
def test_only_pages_of_changed_versions_are_made_again_and_all_are_as_if_made_anew(
    history_db, tmp_path, monkeypatch, then
):
    shown, out, fresh = history_db.shown, tmp_path / "public", tmp_path / "fresh"
    old = [shown("2012-03-01", "We never sell what you tell us."), shown("2014-03-01", "We sell your address, too.")]
    history_db.policy("https://b.example/privacy", *old)
    path = history_db.policy("https://a.example/privacy", *old)
    monkeypatch.setattr(static_site._Writer, "search", lambda _self: None)
    write(path, out)
    made, (victim,) = [], (out / "site/a.example/privacy/diff").glob("*.html")
    if then == "version gone":
        run_sql(
            path, "DELETE FROM change_rows WHERE id = 2", "DELETE FROM versions WHERE version = 2 AND policy_id = 2"
        )
    elif then == "new policy":
        history_db.policy("https://a.example/cookies", *old, site="a.example")
    elif then == "file lost":
        victim.unlink()
    elif then == "file changed":
        victim.write_text("another")
    elif then == "new title":
        run_sql(path, "UPDATE finding_rows SET title = 'Another'")
    elif then == "no manifest":
        (out / "manifest.json").unlink()
    real = static_site.answer
    monkeypatch.setattr(static_site, "answer", lambda ask, *rest: made.append(ask.path) or real(ask, *rest))
    write(path, out)
    again = {one.split("/")[1] for one in made if one.split("/")[3:4] in (["v"], ["diff"], ["blame"], ["claims"])}
    assert again == {"nothing": set(), "no manifest": BOTH, "new title": BOTH}.get(then, {"a.example"})
    write(path, fresh)
    assert contents(out) == contents(fresh)


def test_its_search_finds_in_a_browser_under_its_own_policy(path, tmp_path):
    if not executable():
        pytest.skip("no Chromium is installed")
    out = tmp_path / "public"
    write(path, out)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet.at(out)) as server, sync_playwright() as play:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = play.chromium.launch(executable_path=executable(), args=QUIET)
        page, errors = browser.new_page(), []
        page.on("console", lambda one: errors.append(one.text) if one.type == "error" else None)
        page.goto(f"http://127.0.0.1:{server.server_port}/search.html")
        page.get_by_label("Words").fill("quagga")
        page.locator("mark", has_text="quagga").first.wait_for(timeout=60_000)
        page.locator("#presults a").first.click()
        page.get_by_role("heading", name="Version 2").wait_for()
        assert page.url.endswith(".html")
        assert "/site/a.example/privacy/v/2014-03-01." in page.url
        browser.close()
        server.shutdown()
    assert not errors


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, without a line for each."""

    def log_message(self, *_):
        pass

    @classmethod
    def at(cls, folder):
        return functools.partial(cls, directory=str(folder))


@pytest.mark.parametrize(
    "name", ["history/web/templates/reading.html", "history/plain.py", "pipelines/text/wording.py"]
)
def test_pages_are_made_again_where_anything_that_makes_them_is_another(path, tmp_path, monkeypatch, name):
    roots = [tmp_path / one for one in ("history", "pipelines")]
    changed = tmp_path / name
    changed.parent.mkdir(parents=True)
    changed.write_text("one")
    monkeypatch.setattr(static_site, "_MADE_BY", roots)
    monkeypatch.setattr(static_site._Writer, "search", lambda _self: None)
    rendered = []
    answered = static_site.answer

    def counted(ask, form, program):
        rendered.append(ask.path)
        return answered(ask, form, program)

    monkeypatch.setattr(static_site, "answer", counted)

    def versions_rendered():
        rendered.clear()
        write(path, tmp_path / "out")
        return [one for one in rendered if "/v/" in one]

    assert len(versions_rendered()) == 4
    assert versions_rendered() == []
    changed.write_text("another")
    assert len(versions_rendered()) == 4
