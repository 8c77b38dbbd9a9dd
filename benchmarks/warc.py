"""Import of WARC files as Common Crawl writes them, nothing of them a policy: how fast, and does memory stay flat?

    python -m benchmarks warc [--sizes 200 600]

A file of so many MB is generated (tests/generators/crawl_files.py), and `policylapse import-warc` reads it: a program that
ends with "no address looks like a privacy policy's". A small file says what the program costs by itself. MB are those of the
file, compressed; seconds are processor time, since one thread reads. Floors: 20 MB/s; the largest file within 1.10 × the
memory of the smallest.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.floors import met

MB = 1_000_000
# In a process of its own: a child that is forked inherits its parent's peak of memory.
BUILD = "import sys; from pathlib import Path; from tests.generators.crawl_files import write; print(write(Path(sys.argv[1]), int(sys.argv[2])))"


@dataclass(frozen=True)
class Import:
    seconds: float
    took: float
    mb: float


def measure(path: Path) -> Import:
    """Import a file of which nothing is a policy."""
    command = [sys.executable, "-m", "cli.main", "import-warc", path, "--db", path.with_suffix(".db")]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        told = process.stderr.read()
        _pid, _status, used = os.wait4(process.pid, 0)
        process.returncode = 0
    if "looks like a privacy policy" not in told:
        sys.exit(f"the import did not end as it should:\n{told}")
    return Import(used.ru_utime + used.ru_stime, time.perf_counter() - begun, used.ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 600])
    sizes = sorted(parser.parse_args().sizes)
    found: list[Import] = []
    with tempfile.TemporaryDirectory() as scratch:
        for size in [1, *sizes]:
            path = Path(scratch) / f"{size}.warc.gz"
            pages = subprocess.check_output([sys.executable, "-c", BUILD, path, str(size * MB)], text=True).strip()
            found.append(measure(path))
            one = found[-1]
            print(
                f"{size:>6,} MB, {int(pages):>7,} pages: {one.seconds:6.1f} s of processor time, {one.took:6.1f} s, {one.mb:5.0f} MB"
            )
            path.unlink()
    base, smallest, largest = found[0], found[1], found[-1]
    speed = (sizes[-1] - 1) / (largest.seconds - base.seconds)
    print(f"read: {speed:.1f} MB/s, {met('warc', 'read', speed)}")
    memory = largest.mb / smallest.mb
    print(f"memory: {memory:.2f} × that of the smallest, {met('warc', 'memory of the largest', memory)}")


if __name__ == "__main__":
    main()
