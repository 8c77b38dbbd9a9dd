"""A server on loopback that speaks the Wayback dialect over WARC files, with faults that can be switched on.

Written from shared/archive-facts.md 2.1 and 2.2. It counts every request that it is asked.
"""

import gzip
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Self
from urllib.parse import quote

from crawler.archives.dialects import LOCAL_ORIGIN
from crawler.archives.files.warc import Answered, WarcArchive
from crawler.asking.handlers import answer
from crawler.reach import NOWHERE
from tests.servers.threading_server import Server

EXCLUDED = b"org.archive.util.io.RuntimeIOException: org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"

FLOODS = {
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-Archive-Orig-A: b\r\n" * 500),
    "long header": (b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 10_000),
    "status": (b"HTTP/1.1 200 ", b"O" * 10_000),
    "interim": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 200),
}
FLOOD_BYTES = 64 * 2**20  # a server that is not cut off gives up


class WaybackServer:
    """`with WaybackServer(root) as server: server.archive` is a value of POLICYLAPSE_ARCHIVE.

    :param faults: what a path begins with, or holds (from "&" on) -> answers given instead, one a request, in turn.
    :param weather: asked for each request: an answer to give instead, "drop" to break off in mid-body, "hang" to answer
        nothing until the server ends, "headers" or "interim" for an answer that has them without end, or None.
    :param page_rows: rows of one index answer, however many are asked for; 0 for as many as are asked for.

    `hold(n)` holds back the n-th capture that is asked for from now on, and all after it: a program is then in the midst
    of its work for as long as a test needs it there.
    """

    def __init__(
        self,
        root: Path | WarcArchive,
        faults: dict[str, list[Answered]] | None = None,
        page_rows: int = 0,
        weather: Callable[[], Answered | str | None] = lambda: None,
    ) -> None:
        self.faults = faults or {}
        self.weather = weather
        self.page_rows = page_rows
        self.asked: Counter[str] = Counter()
        self.probes = 0  # whether it is an archive at all: neither counted nor failing
        self._ending = threading.Event()
        self._holding = threading.Lock()
        self._until_held = 0  # so many captures more are asked for until one is held back; 0: none is
        self._held, self._released = threading.Event(), threading.Event()
        self.agents: set[str] = set()
        self.flooded = 0  # bytes of endless headers that were taken off us
        self._archive = root if isinstance(root, WarcArchive) else WarcArchive(root)
        self._server = Server(("127.0.0.1", 0), self._handler())
        self._server.handle_error = lambda *_: None  # a client that was killed, or that had enough
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.archive = f"wayback+{self.origin}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def hold(self, number: int) -> None:
        """Hold back the answer to the number-th capture that is asked for from now on, and all after it."""
        self._held.clear()
        self._released.clear()
        self._until_held = number

    def holds(self, seconds: float = 600) -> bool:
        """Wait until one is held back; tell whether one is."""
        return self._held.wait(seconds)

    def release(self) -> None:
        """Answer what was held back, and hold no more."""
        self._until_held = 0
        self._released.set()

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self.release()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, path: str) -> Answered:
        if quote(NOWHERE, safe="") in path or NOWHERE in path:
            self.probes += 1
            return answer(self._archive, f"{LOCAL_ORIGIN}{path}")
        self._count(path)
        weather = self.weather()
        if isinstance(weather, Answered):
            return weather
        if weather == "hang":
            self._ending.wait(60)
        if weather in FLOODS:
            return Answered(0, {"x-flood": weather}, b"")
        answered = self._real_answer(path)
        return replace(answered, headers=answered.headers | {"x-drop": "1"}) if weather == "drop" else answered

    def _count(self, path: str) -> None:
        with self._holding:
            self.asked[path] += 1
            held = path.startswith("/web/") and self._until_held == 1
            if path.startswith("/web/") and self._until_held > 1:
                self._until_held -= 1
        if held:
            self._held.set()
            self._released.wait(600)

    def _real_answer(self, path: str) -> Answered:
        for prefix, answers in self.faults.items():
            if answers and (path.startswith(prefix) or (prefix.startswith("&") and prefix in path)):
                return answers.pop(0)
        if self.page_rows:
            path = re.sub(r"limit=\d+", f"limit={self.page_rows}", path)
        return answer(self._archive, f"{LOCAL_ORIGIN}{path}")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.agents.add(self.headers["User-Agent"])
                answered = server._answer(self.path)
                if flood := answered.headers.get("x-flood"):
                    self._flood(*FLOODS[flood])
                    return
                headers = {k: v.replace(LOCAL_ORIGIN, server.origin) for k, v in answered.headers.items()}
                body, drop = answered.body, headers.pop("x-drop", "")
                if "content-encoding" not in headers and body:  # as the Wayback Machine does for whoever accepts it
                    body, headers["content-encoding"] = gzip.compress(body), "gzip"
                self.send_response(answered.status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if drop else body)
                self.close_connection = self.close_connection or bool(drop)

            def _flood(self, first: bytes, rest: bytes) -> None:
                self.close_connection = True
                self.wfile.write(first)
                for _ in range(FLOOD_BYTES // len(rest)):
                    self.wfile.write(rest)
                    server.flooded += len(rest)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
