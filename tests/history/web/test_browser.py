"""The pages in a real browser: no console error, no accessibility fault, nothing asked of other hosts; with and without
scripts, wide and narrow, light and dark, in print, by keyboard, from right to left.

Where no Chromium is installed these tests are skipped and say so. Under CI=true that is a failure, unless
POLICYLAPSE_NO_BROWSER says that none can be had: `.ci/run` sets it where the package archive cannot be reached.
"""

import os
import socket
import threading
import time

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from history.web.serve import Serving, application
from tests.ranges import one_in

from .browser import QUIET, executable

BROWSER = executable()
MUST_BE = bool(os.environ.get("CI") and not os.environ.get("POLICYLAPSE_NO_BROWSER"))
REASON = "no Chromium is installed: apt-get install chromium, or name one with POLICYLAPSE_BROWSER"
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
POLICY = "/-/site/lumenkart.example/privacy"
PAGES = (
    "/",
    f"{POLICY}/timeline",
    f"{POLICY}/calendar?month=2019-05",
    f"{POLICY}/v/latest",
    f"{POLICY}/at/2022-06-01",
    f"{POLICY}/diff/4..5?links=1",
    f"{POLICY}/diff/4..5?mode=sides",
    f"{POLICY}/diff/1..7?mode=changes",
    f"{POLICY}/blame/latest?removed=1",
    "/-/site/nestwell.example/privacy/claims",
    "/-/search",
    "/-/search?q=personal+information",
    "/-/changes?min_words=1",
    "/-/trends?terms=gdpr,cookies",
    "/-/coverage",
    "/-/runs",
    "/-/site/lumenkart.example/policies",
    "/-/site/x/y/timeline",
)


def test_a_browser_is_there_where_one_must_be():
    if not BROWSER and not MUST_BE:
        pytest.skip(REASON)
    assert BROWSER, REASON


@pytest.fixture(scope="module")
def browser():
    if not BROWSER:
        pytest.skip(REASON)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=BROWSER, args=QUIET)
        yield chromium
        chromium.close()


def serve(path):
    """A server of a database in a thread; ends with its handle."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application(Serving(path)).app(), log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    return server, thread, f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture(scope="module")
def pages(sample_db):
    server, thread, address = serve(sample_db)
    yield address
    server.should_exit = True
    thread.join(20)


class Watched:
    """A page of a browser, and what it complained about or asked of others."""

    def __init__(self, browser, address, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.errors, self.outside = [], []
        self.page.on("console", lambda one: self.errors.append(one.text) if one.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.errors.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda one: None if one.url.startswith(address) else self.outside.append(one.url))
        self.address = address

    def go(self, path):
        return self.page.goto(self.address + path)

    def close(self):
        self.context.close()


# every page for its structure; in the dark only what colours can spoil, on every third (with POLICYLAPSE_TEST_ALL=1 on
# every) page, since all have the colours of one sheet; narrow, what sticks out
@pytest.mark.parametrize(
    ("scheme", "width", "rules"), [("light", 1400, None), ("dark", 1400, ["color-contrast"]), ("light", 400, [])]
)
def test_every_page_is_sound(browser, pages, scheme, width, rules):
    watched = Watched(browser, pages, color_scheme=scheme, viewport={"width": width, "height": 900})
    faults = []
    for path in one_in(3, PAGES, 1) if scheme == "dark" else PAGES:
        answer = watched.go(path)
        missing = path.endswith("/x/y/timeline")
        assert answer.status == (404 if missing else 200), path
        if missing:
            watched.errors.clear()  # Chromium reports the 404 itself
        options = {"resultTypes": ["violations"]} | ({"runOnly": {"type": "rule", "values": rules}} if rules else {})
        found = [] if rules == [] else Axe().run(watched.page, options=options).response["violations"]
        faults += [(path, one["id"], one["nodes"][0]["html"][:200]) for one in found]
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width, path
    watched.close()
    assert not faults
    assert not watched.errors
    assert not watched.outside


def test_every_page_works_without_scripts(browser, pages):
    watched = Watched(browser, pages, java_script_enabled=False)
    watched.go("/")
    watched.page.get_by_role("link", name="lumenkart.example").first.click()
    watched.page.get_by_role("button", name="Compare the two marked versions").click()
    assert "/diff/" in watched.page.url
    watched.page.get_by_role("link", name="Side by side").click()
    assert watched.page.locator("table.sides").count()
    watched.page.get_by_role("link", name="← Previous change").click()
    watched.page.get_by_role("link", name="Blame").click()
    watched.page.get_by_role("link", name="With removed sentences").click()
    assert watched.page.locator("del").count()
    watched.page.get_by_label("Search all policies").fill("personal information")
    watched.page.get_by_role("button", name="Search").first.click()
    assert watched.page.locator("mark").count()
    watched.close()
    assert not watched.errors
    assert not watched.outside


def test_keys_lead_through_a_difference(browser, pages):
    watched = Watched(browser, pages)
    page = watched.page
    watched.go(f"{POLICY}/diff/4..5")
    total = page.locator("[data-change]").count()
    for key, at in (("n", 0), ("n", 1), ("p", 0), ("p", total - 1)):
        page.keyboard.press(key)
        current = page.locator(".current")
        assert current.count() == 1
        assert current.evaluate("(e) => [...document.querySelectorAll('[data-change]')].indexOf(e)") == at
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/diff/2022*")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    watched.close()
    assert not watched.errors


def test_the_theme_is_chosen_and_stays(browser, pages):
    watched = Watched(browser, pages, color_scheme="light")
    watched.go("/")
    light = watched.page.evaluate("getComputedStyle(document.body).backgroundColor")
    watched.page.get_by_role("button", name="Dark").click()
    watched.go("/-/changes")
    assert watched.page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    watched.close()


def test_print_shows_the_text_and_no_menu(browser, pages):
    watched = Watched(browser, pages)
    watched.go(f"{POLICY}/v/latest")
    watched.page.emulate_media(media="print")
    assert not watched.page.locator(".top").is_visible()
    assert watched.page.locator(".prose").is_visible()
    assert watched.page.locator("#cite").is_visible()
    watched.close()


def test_a_text_from_right_to_left_stands_so(browser, history_db):
    shown = history_db.shown
    path = history_db.policy(
        "https://he.example/p",
        shown("2015-01-01", "## פרטיות\n\nאנחנו שומרים את המידע שלך. We never sell it.", title="\u202eevil"),
        shown("2017-01-01", "## פרטיות\n\nאנחנו מוכרים את המידע שלך לאחרים. We never sell it.", title="\u202eevil"),
    )
    server, thread, address = serve(path)
    watched = Watched(browser, address)
    for page, selector in (("v/latest", ".prose p"), ("diff/1..2", ".block .text"), ("blame/latest", ".lines p")):
        watched.go(f"/-/site/he.example/p/{page}")
        first = watched.page.locator(selector).filter(has_text="אנחנו").first
        assert first.evaluate("(e) => getComputedStyle(e).direction") == "rtl", page
        assert watched.page.evaluate("getComputedStyle(document.documentElement).direction") == "ltr"
        assert "\u202e" not in watched.page.content()
        assert not Axe().run(watched.page).response["violations"]
    watched.close()
    server.should_exit = True
    thread.join(20)
    assert not watched.errors
