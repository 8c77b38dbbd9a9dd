"""Pictures of the browser view: the timeline of a policy, on light pages and on dark ones.

python -m docs.screens     writes docs/pictures/web-*.png again, from a crawl of the sample; needs Chromium on the PATH
"""

import functools
import http.server
import io
import shutil
import tempfile
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from docs.examples import run

FOLDER = Path(__file__).with_name("pictures")
PAGE = "site/lumenkart.example/privacy/timeline.html"
SCHEMES = ("light", "dark")
SIZE = {"width": 1200, "height": 800}
COLORS = 64  # of a picture: the text stays sharp, the file small


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        pass


def write() -> None:
    run("policylapse crawl --archive sample")
    with tempfile.TemporaryDirectory() as folder:
        run(f"policylapse export --format site --out {folder}")
        handler = functools.partial(_Quiet, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            for scheme in SCHEMES:
                _small(_shot(f"http://127.0.0.1:{server.server_port}/{PAGE}", scheme), FOLDER / f"web-{scheme}.png")
            server.shutdown()


def _shot(address: str, scheme: str) -> bytes:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_page(viewport=SIZE, color_scheme=scheme)
        page.goto(address)
        shot: bytes = page.screenshot()
        browser.close()
    return shot


def _small(shot: bytes, path: Path) -> None:
    Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    write()
