"""2,000 hostile texts, titles, URLs and site names in a browser: through every page, and as a static site.

    python -m benchmarks hostile_pages [TEXTS]

Each policy brings sixteen; one page of each kind of each policy, and all others, are opened in Chromium, from a server
and as files behind a plain one. Floor:
no script of theirs runs, no dialog opens, nothing asks another host, no answer is 500.
"""

import functools
import http.server
import random
import sys
import tempfile
import threading
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, sync_playwright

from history.database import open_database
from history.export.formats import FORMATS, Job, run_export
from history.sites import all_policies
from tests.databases.written import HistoryWriter
from tests.history.web.browser import QUIET, executable
from tests.history.web.test_browser import serve
from tests.history.web.test_hostile import fill

STRINGS = 16  # of one policy: a site's name, a URL, titles, headings and sentences
# whatever a script of theirs would do, it is told: every global that they call, and every way to ask for something
WATCH = "window.ran = 0; for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { window.ran += 1; };"


def look(browser: Browser, address: str, first: str, most: int) -> Counter[str]:
    """Open every page that can be reached, and count what must not be."""
    told: Counter[str] = Counter()
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    page.on("dialog", lambda dialog: (told.update(["dialogs"]), dialog.dismiss()))
    page.on("pageerror", lambda _error: told.update(["script errors"]))
    page.on("request", lambda one: told.update(["foreign requests"] if not one.url.startswith(address) else []))
    page.on("response", lambda one: told.update(["errors 500"] if one.status >= 500 else []))
    waiting, seen = [address + first], {address + first}
    while waiting and told["pages"] < most:
        page.goto(waiting.pop(0), wait_until="load")
        told["pages"] += 1
        told["scripts run"] += page.evaluate("window.ran")
        found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
        for target in found:
            whole = urljoin(page.url, target).split("#")[0]
            name = urlsplit(whole).path
            # one page of each kind for each policy: all of its versions have the same strings
            known = "/".join(name.removeprefix("/-").split("/")[:5]) if "/site/" in name else whole
            if whole.startswith(address) and known not in seen and not name.endswith((".json", ".csv", ".atom")):
                seen.add(known)
                waiting.append(whole)
    context.close()
    return told


class _Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        pass


def main() -> None:
    texts = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with tempfile.TemporaryDirectory() as scratch:
        path, out = Path(scratch) / "hostile.db", Path(scratch) / "site"
        database = HistoryWriter(path)
        chance = random.Random(1)
        for number in range(-(-texts // STRINGS)):
            fill(database, chance, number)
        database.db.conn.commit()
        with _browser() as browser:
            server, thread, address = serve(path)
            print("served:", dict(look(browser, address, "/", texts)), flush=True)
            server.should_exit = True
            thread.join(20)
        # outside of the browser's block, which has an event loop of its own
        with closing(open_database(path)) as db:
            run_export(FORMATS["site"], Job(db, all_policies(db), out, "bench/1"))
        handler = functools.partial(_Files, directory=str(out))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as files, _browser() as browser:
            threading.Thread(target=files.serve_forever, daemon=True).start()
            print("static:", dict(look(browser, f"http://127.0.0.1:{files.server_port}", "/index.html", texts)))
            files.shutdown()


@contextmanager
def _browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=QUIET)
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
