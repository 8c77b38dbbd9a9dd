"""Exports of generated histories: versions a second, and does memory stay flat? Peak RSS of 10,000 against 100,000.

    python -m benchmarks exports [--formats jsonl,git,…] [--keep FOLDER] [versions versions …]

Policies of 100 versions each, of 40 paragraphs (1,000 words), one of which is another each time; written through the
store, as a crawl writes them. Each export runs in a process of its own, which reports its peak (getrusage). Floors:
jsonl 5,000 versions/s; memory within 10 %; git fsck clean. --keep leaves the databases for another run.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.floors import met

ROOT = Path(__file__).resolve().parents[1]
SIZES = (10_000, 100_000)
ENDINGS = {"jsonl": ".jsonl", "csv": ".csv", "parquet": ".parquet", "warc": ".warc.gz"}
# This process stays small: a child that is forked inherits its parent's peak (Linux, exec_mmap).
BUILD = """
import sys
from pathlib import Path
from benchmarks.many_versions import build
build(Path(sys.argv[1]), int(sys.argv[2]))
"""
EXPORT = """
import resource, sys, time
from contextlib import closing
from pathlib import Path
from cli.giving.export import policies_of
from history.database import open_database
from history.export.formats import FORMATS, Job, run_export
begun, started = time.perf_counter(), time.process_time()
with closing(open_database(sys.argv[2])) as db:
    done = run_export(FORMATS[sys.argv[1]], Job(db, policies_of(db, ()), Path(sys.argv[3]), "bench/1"))
print(time.perf_counter() - begun, time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measure(form: str, database: Path, out: Path) -> tuple[float, float, float]:
    """Return seconds, seconds of CPU (without git's) and peak MB of one export."""
    done = subprocess.run(
        [sys.executable, "-c", EXPORT, form, database, out], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"the export failed:\n{done.stderr}")
    seconds, cpu, kilobytes = done.stdout.split()
    return float(seconds), float(cpu), int(kilobytes) / 1024


def size_of(out: Path) -> float:
    files = [out] if out.is_file() else [path for path in out.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files) / 1e6


def fsck(out: Path) -> None:
    begun = time.perf_counter()
    done = subprocess.run(["git", "fsck", "--full", "--strict"], cwd=out, capture_output=True, text=True, check=False)
    commits = subprocess.run(
        ["git", "rev-list", "--count", "HEAD"], cwd=out, capture_output=True, text=True, check=True
    )
    said = (done.stdout + done.stderr).strip() or "clean"
    floor = met("exports", "git fsck --full --strict", int(done.returncode != 0))
    count, seconds = commits.stdout.strip(), time.perf_counter() - begun
    print(f"           git fsck --full --strict: {said[:200]} ({count} commits, {seconds:.0f} s; {floor})")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--formats", default="jsonl,csv,parquet,git,ota,timemap")
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    sizes = asked.sizes or list(SIZES)
    with tempfile.TemporaryDirectory() as scratch:
        home = asked.keep or Path(scratch)
        home.mkdir(parents=True, exist_ok=True)
        for size in sizes:
            database = home / f"{size}.db"
            if not database.exists():
                begun = time.perf_counter()
                part = home / f"{size}.part.db"
                subprocess.run([sys.executable, "-c", BUILD, part, str(size)], cwd=ROOT, check=True)
                part.replace(database)
                print(f"built {size:,} versions in {time.perf_counter() - begun:.0f} s", flush=True)
        for form in asked.formats.split(","):
            peaks = []
            for size in sizes:
                out = Path(scratch) / f"{form}-{size}{ENDINGS.get(form, '')}"
                seconds, cpu, peak = measure(form, home / f"{size}.db", out)
                peaks.append(peak)
                print(
                    f"  {form:8} {size:8,} versions {seconds:7.1f} s {size / seconds:8,.0f}/s ({size / cpu:8,.0f}/s of CPU) {peak:7.1f} MB peak "
                    f"{size_of(out):8.1f} MB written",
                    flush=True,
                )
                if form == "git":
                    fsck(out)
            verdict(form, peaks, sizes[-1] / seconds)


def verdict(form: str, peaks: list[float], speed: float) -> None:
    if len(peaks) > 1:
        ratio = peaks[-1] / peaks[0]
        print(f"           memory {ratio:.2f} ({met('exports', 'memory of the largest', ratio)})")
    if form == "jsonl":
        print(f"           {speed:,.0f} versions/s ({met('exports', 'versions written as JSON Lines', speed)})")


if __name__ == "__main__":
    main()
