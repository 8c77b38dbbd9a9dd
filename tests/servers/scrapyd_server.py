"""scrapyd, the scheduler that many run their spiders with, on loopback, in an empty folder with a copy of our scrapy.cfg."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.crawling import environment
from tests.programs import ROOT

_LONGEST = 600  # seconds; only a server that hangs takes so long
_PORTS = 3  # that are tried
_BETWEEN = 0.2  # seconds from one question to the next: what is asked for takes seconds of this machine's processors


class Scrapyd:
    """A running scrapyd.

    :param folder: where its jobs run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._address = f"http://127.0.0.1:{port}"
        self._log = folder / "scrapyd.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scrapyd"],
                cwd=folder,
                env=environment(
                    HOME=str(folder),
                    PYTHONPATH=str(ROOT),
                    SCRAPYD_HTTP_PORT=str(port),
                    SCRAPYD_BIND_ADDRESS="127.0.0.1",
                    POLICYLAPSE_STATE=str(folder / "state"),
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # its jobs and their readers belong to it
            )

    def ask(self, path: str, **fields: str | list[str]) -> dict:
        """What it answers to a GET, or to a POST of fields.

        :raises OSError: it does not answer.
        """
        sent = urllib.parse.urlencode(fields, doseq=True).encode() if fields else None
        with urllib.request.urlopen(f"{self._address}/{path}", data=sent, timeout=_LONGEST) as answer:
            return json.load(answer)

    def answers(self) -> bool:
        """Wait until it answers; False where it ended first: another program took the port before it could."""
        deadline = time.monotonic() + _LONGEST
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                self.ask("daemonstatus.json")
            except (OSError, ValueError):  # nobody is there yet, or another who took the port
                time.sleep(_BETWEEN)
            else:
                return True
        return False

    def wait_for(self, *jobs: str) -> None:
        """Until it says that all of these jobs have finished."""
        deadline = time.monotonic() + _LONGEST
        while time.monotonic() < deadline:
            listed = self.ask("listjobs.json?project=default")
            if {job["id"] for job in listed["finished"]} >= set(jobs):
                return
            time.sleep(_BETWEEN)
        pytest.fail(f"a job did not finish: {listed} {self.said()}")

    def log_of(self, job: str) -> str:
        return (self.folder / "logs" / "default" / "policies" / f"{job}.log").read_text(encoding="utf-8")

    def said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # with what a failed test left running
        self._process.wait(_LONGEST)


@contextmanager
def scrapyd_server(folder: Path) -> Iterator[Scrapyd]:
    """Start scrapyd as docs/scrapy.md says; it asks its queue every tenth second, in the place of every 5 s."""
    shutil.copy(ROOT / "scrapy.cfg", folder)
    (folder / "scrapyd.conf").write_text("[scrapyd]\npoll_interval = 0.1\n", encoding="utf-8")
    for _port in range(_PORTS):
        server = Scrapyd(folder)
        try:
            if server.answers():
                yield server
                return
        finally:
            server.end()
    pytest.fail(f"scrapyd did not start: {server.said()}")
