"""A stand-in for the Wayback Machine as it is on a bad day: it limits, refuses, fails and breaks off, and it counts.

StandIn(archive) ──► what was asked, refused, asked again, and asked inside a pause that it had asked for
"""

import random
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path

from warcio.warcwriter import WARCWriter

from crawler.archives.files.warc import Answered
from tests.generators.many_captures import page
from tests.generators.warc_files import put_response
from tests.servers.wayback_server import WaybackServer

UNDER_WAY = 0.25  # seconds within which a request may have been sent before its sender knew of the pause
CDX_LIMIT, PLAYBACK_LIMIT, WINDOW = 20, 120, 5.0


@dataclass
class Window:
    """At most so many requests in WINDOW seconds; more are told to come back when there is room."""

    allowed: int
    times: deque = field(default_factory=deque)
    paused: tuple[float, float] = (0.0, 0.0)  # from when, until when we have asked them to stay away
    in_pause: int = 0
    refused: int = 0

    def ask(self, now: float) -> int:
        """Return 0 where a request may pass, else the seconds of its Retry-After."""
        begun, end = self.paused
        self.in_pause += begun + UNDER_WAY < now < end
        while self.times and self.times[0] <= now - WINDOW:
            self.times.popleft()
        if len(self.times) < self.allowed:
            self.times.append(now)
            return 0
        self.refused += 1
        wait = ceil(self.times[0] + WINDOW - now)
        if now >= end:
            self.paused = (now, now + wait)
        return wait


class StandIn(WaybackServer):
    """A Wayback-dialect server of a folder of WARC files, with budgets by endpoint, 503s and drops.

    :param faults: of all answers that pass the budget, which part is a 503, which is broken off in mid-body.
    """

    def __init__(self, root: Path, unavailable: float = 0.05, dropped: float = 0.02, seed: int = 13) -> None:
        super().__init__(root)
        self.windows = {"/cdx/": Window(CDX_LIMIT), "/web/": Window(PLAYBACK_LIMIT)}
        self.delivered: Counter[str] = Counter()  # playback answers that came whole, by path
        self.failed = 0
        self._chance, self._faults, self._lock = random.Random(seed), (unavailable, dropped), threading.Lock()

    @property
    def repeats(self) -> int:
        """How often a payload was asked for that had been delivered whole."""
        return sum(times - 1 for times in self.delivered.values())

    @property
    def in_pause(self) -> int:
        return sum(window.in_pause for window in self.windows.values())

    @property
    def refused(self) -> int:
        return sum(window.refused for window in self.windows.values())

    def _answer(self, path: str) -> Answered:
        with self._lock:
            self.asked[path] += 1
            wait = self.windows[path[:5]].ask(time.monotonic()) if path[:5] in self.windows else 0
            dice = self._chance.random()
            if wait:
                return Answered(429, {"retry-after": str(wait)}, b"slow down")
            if dice < self._faults[0]:
                self.failed += 1
                return Answered(503, {}, b"busy")
            answered = self._real_answer(path)
            if dice < sum(self._faults) and answered.body:
                self.failed += 1
                return replace(answered, headers=answered.headers | {"x-drop": "1"})
            if path.startswith("/web/") and "memento-datetime" in {name.lower() for name in answered.headers}:
                self.delivered[path] += 1
            return answered


def write_sites(folder: Path, sites: int, captures: int) -> list[str]:
    """Write an archive of sites whose policies moved halfway; return the old and the new URL of each.

    Each page has a payload of its own; the last capture of an old URL is a redirect to the new one.
    """
    urls = []
    with (folder / "sites.warc.gz").open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for site in range(sites):
            old, new = f"http://site{site}.example/privacy", f"http://site{site}.example/legal/privacy"
            urls += [old, new]
            for number in range(captures):
                url = old if number < captures // 2 else new
                _write(writer, url, 2006 + number, page(number % 12, f"{site} {number}"))
            _write(writer, old, 2006 + captures, b"", new)
    return urls


def _write(writer: WARCWriter, url: str, year: int, body: bytes, location: str = "") -> None:
    headers = [("Content-Type", "text/html; charset=utf-8")] + [("Location", location)] * bool(location)
    status = "301 Moved" if location else "200 OK"
    put_response(writer, f"{year}-03-01T12:00:00Z", url, body, headers, status)
