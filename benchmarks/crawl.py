"""End to end: captures per second of the whole program against the plainest loop over the same WARC files.

    python -m benchmarks crawl            (make bench)

The plain loop is one process: read a WARC record, trafilatura.extract, next; nothing is stored. Ours is the command
`scrapy crawl policies -a strategy=all`: list, fetch, keep, read, version, store; its start-up counts. Both run in
one go on the same machine; the ratio is what counts. The reactor's longest stop is measured by a heartbeat in a run of its
own: by the clock, which holds what else the machine does, and by the processor time of the reactor's thread, which does not
and has the floor. What the main process spends on a capture is all but reading: pages are read, and versions folded, in others.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.floors import met

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
HISTORIES = ("genai-eu__Le-Chat__Privacy-Policy", "dating__Tinder__Privacy-Policy", "demo__Buffer__Privacy-Policy")

PLAIN_LOOP = """
import sys, time
from pathlib import Path
import trafilatura
from warcio.archiveiterator import ArchiveIterator
n = 0
for path in sorted(Path(sys.argv[1]).glob("*.warc.gz")):
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type == "response":
                trafilatura.extract(record.content_stream().read())
                n += 1
print(n)
"""


def make_warcs(folder: Path) -> list[str]:
    """Write the histories as WARC files with the shared tool; return their URLs."""
    subprocess.run(
        [sys.executable, SHARED / "tools" / "make_warc.py", folder, *HISTORIES], check=True, stdout=subprocess.DEVNULL
    )
    return [json.loads(line)["url"] for line in (folder / "index.jsonl").read_text().splitlines()]


def plain_loop(folder: Path) -> tuple[int, float]:
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", PLAIN_LOOP, folder], check=True, capture_output=True, text=True)
    return int(done.stdout), time.perf_counter() - begun


def whole_program(folder: Path, urls: list[str], heartbeat: bool) -> tuple[float, dict[str, float], int]:
    """Return (seconds, what the heartbeat found, bytes of the database)."""
    with tempfile.TemporaryDirectory() as scratch:
        database, beats = Path(scratch) / "bench.db", Path(scratch) / "beats"
        command = [sys.executable, "-m", "scrapy", "crawl", "policies", "-a", "url=" + ",".join(urls)]
        command += ["-a", "strategy=all", "-s", f"POLICYLAPSE_ARCHIVE={folder}", "-s", f"POLICYLAPSE_DB={database}"]
        extensions = '{"crawler.progress.Progress": 500, "benchmarks.heartbeat.Heartbeat": 1}'
        command += ["-s", f"EXTENSIONS={extensions}", "-s", f"HEARTBEAT_FILE={beats}"]
        command += ["-s", f"HEARTBEAT_OFF={0 if heartbeat else 1}"]
        begun = time.perf_counter()
        environment = {**os.environ, "POLICYLAPSE_LOG_LEVEL": "ERROR"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - begun
        if done.returncode:
            sys.exit(f"the crawl failed ({done.returncode}):\n{done.stdout}{done.stderr}")
        print(done.stdout, end="")
        return seconds, json.loads(beats.read_text()), database.stat().st_size


def main() -> None:
    if not SHARED.is_dir():
        sys.exit(f"nothing to measure: {SHARED} is not there")
    with tempfile.TemporaryDirectory() as folder:
        warcs = Path(folder)
        urls = make_warcs(warcs)
        captures, plain = plain_loop(warcs)
        ours, alone, size = whole_program(warcs, urls, heartbeat=False)
        _, beats, _ = whole_program(warcs, urls, heartbeat=True)
    print(f"\n{captures} captures of {len(urls)} real policies, {os.cpu_count()} cores")
    print(f"  plain loop (WARC -> trafilatura.extract)   {plain:6.1f} s  {captures / plain:6.1f} captures/s")
    print(f"  policylapse, strategy=all, end to end      {ours:6.1f} s  {captures / ours:6.1f} captures/s")
    print(
        f"  ratio {plain / ours:.2f} ({met('crawl', 'speed beside a plain loop', plain / ours)}); database {size / 1e6:.1f} MB"
    )
    print(f"  reactor's longest stop: {beats['longest_gap']:.0f} ms by the clock, {beats['long_gaps']} over 50 ms")
    work, spent = beats["longest_work"], alone["spent"] / captures
    print(f"    {work:.0f} ms of its own work, {beats['long_work']} over 50 ms ({met('crawl', 'longest stop', work)})")
    print(f"  main process, a capture {spent:.1f} ms ({met('crawl', 'main process, of a capture', spent)})")


if __name__ == "__main__":
    main()
