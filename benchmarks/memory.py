"""Does memory stay flat? Peak RSS of a crawl of 1,000 captures against one of 50,000, listed over HTTP.

    python -m benchmarks memory [captures captures …]

Nearly all captures share a digest (strategy `distinct` fetches 12 of them), so that it is the listing which weighs.
The server is a process of its own, since its index is no part of the crawl; so are the workers that read pages. What
is measured is the crawl's main process, by itself as it ends (getrusage). Floor: within 10 %.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.floors import met

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 50_000)

# This process stays small: a child that is forked inherits its parent's peak (Linux, exec_mmap).
BUILD = """
import sys
from pathlib import Path
from tests.generators.many_captures import build
print(len(build(Path(sys.argv[1]), int(sys.argv[2]), nonces=False)))
"""
SERVE = """
import sys
from pathlib import Path
from tests.servers.wayback_server import WaybackServer
with WaybackServer(Path(sys.argv[1])) as server:
    print(server.archive, flush=True)
    sys.stdin.read()
"""
CRAWL = """
import atexit, resource, sys
from scrapy.cmdline import execute
atexit.register(lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=open(sys.argv.pop(), "w")))
execute(["scrapy", "crawl", "policies", *sys.argv[1:-1]])
"""


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Serve a folder from a process of its own; yield the value of POLICYLAPSE_ARCHIVE."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, folder], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate()  # the end of its input ends it


def measure(captures: int) -> dict[str, float]:
    """Return the summary of one crawl of so many captures, with its `seconds` and its peak in `mb`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("POLICYLAPSE_")}
    environment["POLICYLAPSE_LOG_LEVEL"] = "ERROR"
    with tempfile.TemporaryDirectory() as scratch:
        folder, database, peak = Path(scratch) / "archive", Path(scratch) / "bench.db", Path(scratch) / "peak"
        folder.mkdir()
        subprocess.run([sys.executable, "-c", BUILD, folder, str(captures)], cwd=ROOT, check=True, capture_output=True)
        with server(folder) as archive:
            command = [sys.executable, "-c", CRAWL, "-a", "url=http://many.example/privacy"]
            command += ["-a", "strategy=distinct", "-s", f"POLICYLAPSE_ARCHIVE={archive}"]
            command += ["-s", f"POLICYLAPSE_DB={database}", "-s", f"POLICYLAPSE_STATE={Path(scratch) / 'state'}"]
            command += ["-s", "POLICYLAPSE_SUMMARY=json", str(peak)]
            begun = time.perf_counter()
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
            seconds = time.perf_counter() - begun
        if done.returncode:
            sys.exit(f"the crawl failed ({done.returncode}):\n{done.stdout}{done.stderr}")
        return {**json.loads(done.stdout), "seconds": seconds, "mb": int(peak.read_text()) / 1024}


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or SIZES
    if len(sizes) < 2:
        sys.exit("name two numbers of captures or more")
    print(f"peak memory of the crawl's main process, strategy=distinct over HTTP, {os.cpu_count()} cores")
    found = []
    for size in sizes:
        found.append(measured := measure(size))
        print(
            f"  {size:7,} captures  {measured['mb']:7.1f} MB  {measured['seconds']:7.1f} s  "
            f"({measured['fetched']} fetched, {measured['versions']} versions)",
            flush=True,
        )
    ratio = found[-1]["mb"] / found[0]["mb"]
    more = (found[-1]["mb"] - found[0]["mb"]) * 2**20 / (sizes[-1] - sizes[0])
    print(
        f"  ratio {ratio:.2f} ({met('memory', 'memory of the largest crawl', ratio)}); {more:,.0f} bytes a listed capture"
    )


if __name__ == "__main__":
    main()
