"""What a capture costs the main process of a crawl, reading apart, by its threads; beside an empty spider.

    python -m benchmarks crawl_spent [warc|http] [PROFILE]

The captures are those of `python -m benchmarks crawl`, from its WARC files or from a server on loopback that has them. The
empty spider asks for the same captures in the same order through Scrapy's own middlewares and does nothing with them; it
reads WARC files with our download handler, since Scrapy has none. What is beyond it is ours. Processor time from the
spider's begin to its end; the start of the program is before. PROFILE is a file for cProfile's view of the reactor's thread.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.crawl import ROOT, make_warcs
from benchmarks.floors import met
from crawler.archives.dialects import LOCAL_ORIGIN
from crawler.archives.files.warc import WarcArchive

SOURCES = ("warc", "http")
SERVER = """
import sys, time
from pathlib import Path
from tests.servers.wayback_server import WaybackServer
with WaybackServer(Path(sys.argv[1])) as server:
    print(server.archive, flush=True)
    sys.stdin.read()
"""
EXTENSIONS = '{"crawler.progress.Progress": 500, "benchmarks.heartbeat.Heartbeat": 1}'


@contextlib.contextmanager
def archive_over(source: str, folder: Path):
    """Yield the value of POLICYLAPSE_ARCHIVE by which the captures are asked for."""
    if source == "warc":
        yield str(folder)
        return
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, folder], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.communicate("")


def run(command: list[str], beats: Path, **environment: str) -> dict:
    command += ["-s", f"HEARTBEAT_FILE={beats}", "-s", "HEARTBEAT_OFF=1"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the crawl failed ({done.returncode}):\n{done.stdout}{done.stderr}")
    return json.loads(beats.read_text())


def ours(archive: str, urls: list[str], scratch: Path, profile: str) -> dict:
    command = [sys.executable, "-m", "scrapy", "crawl", "policies", "-a", "url=" + ",".join(urls)]
    command += [
        "-a",
        "strategy=all",
        "-s",
        f"POLICYLAPSE_ARCHIVE={archive}",
        "-s",
        f"POLICYLAPSE_DB={scratch / 'x.db'}",
    ]
    command += ["-s", f"EXTENSIONS={EXTENSIONS}", "-s", f"HEARTBEAT_PROFILE={profile}"]
    return run(command, scratch / "ours", POLICYLAPSE_LOG_LEVEL="ERROR", POLICYLAPSE_STATE=str(scratch / "state"))


def empty(archive: str, captures: list[tuple[str, str]], scratch: Path) -> dict:
    (scratch / "captures").write_text(json.dumps(captures))
    command = [sys.executable, "-m", "benchmarks.empty_spider", archive, str(scratch / "captures")]
    return run(command, scratch / "empty")


def main() -> None:
    sources = [name for name in sys.argv[1:2] if name in SOURCES] or SOURCES
    profile = "".join(sys.argv[2:3])
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        warcs = Path(folder) / "warcs"
        warcs.mkdir()
        urls = make_warcs(warcs)
        rows = [record.capture for record in WarcArchive(warcs).records()]
        for source in sources:
            archive = stack.enter_context(archive_over(source, warcs))
            origin = LOCAL_ORIGIN if source == "warc" else archive.removeprefix("wayback+")
            captures = [(f"{origin}/web/{one.timestamp}id_/{one.original}", one.digest) for one in rows]
            with tempfile.TemporaryDirectory() as scratch:
                spent = ours(archive, urls, Path(scratch), profile)
                base = empty(archive, captures, Path(scratch))
            report(source, len(rows), spent, base)


def report(source: str, captures: int, spent: dict, base: dict) -> None:
    print(f"\n{captures} captures, {source}; ms of processor time a capture")
    print(f"  {'':<24}{'policylapse':>12}{'empty spider':>14}{'beyond it':>12}")
    for name in sorted(spent["threads"].keys() | base["threads"].keys()):
        one, other = (found["threads"].get(name, 0) / captures for found in (spent, base))
        print(f"  {name:<24}{one:>12.2f}{other:>14.2f}{one - other:>12.2f}")
    one, other = spent["spent"] / captures, base["spent"] / captures
    print(f"  {'all':<24}{one:>12.2f}{other:>14.2f}{one - other:>12.2f}")
    met("crawl", "main process, of a capture", one)


if __name__ == "__main__":
    main()
