"""pywb, the archive server that most national archives run, on loopback, over one WARC file."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.crawling import environment


@contextmanager
def pywb_server(root: Path, warc: Path) -> Iterator[str]:
    """Serve a WARC file from an empty folder; yield the value of POLICYLAPSE_ARCHIVE."""
    scripts = {name: shutil.which(name, path=f"{sys.prefix}/bin") for name in ("wb-manager", "wayback")}
    if not all(scripts.values()):
        pytest.fail("pywb is not installed: make test installs it")
    for arguments in (["init", "sample"], ["add", "sample", str(warc)]):
        subprocess.run([scripts["wb-manager"], *arguments], cwd=root, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [scripts["wayback"], "-b", "127.0.0.1", "-p", str(port), "-d", str(root)],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/sample/cdx?url=nobody.example&output=json", server)
        yield f"pywb+http://127.0.0.1:{port}/sample"
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(url: str, server: subprocess.Popen) -> None:
    """Ask until the server answers: a connection is tried again as soon as it is refused."""
    deadline = time.monotonic() + 600
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=600):
                return
        except urllib.error.URLError:
            continue
    pytest.fail("pywb did not start")
