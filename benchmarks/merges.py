"""Merge of many databases of 10,000 captures each: does memory stay flat, and how many captures a second?

    python -m benchmarks merges [DATABASES DATABASES …]     10 and 100, unless it is told otherwise

Each database has ten policies of its own (benchmarks/many_versions.py). `policylapse merge` is a program of its own; what is
measured is its processor time and its peak memory. Floor: the most databases within 1.10 × the memory of the fewest.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.floors import met
from benchmarks.many_versions import CAPTURES

VERSIONS = 200  # of a database
# In a process of its own: a child that is forked inherits its parent's peak of memory.
BUILD = """
import sys
from pathlib import Path
from benchmarks.many_versions import VERSIONS, build
for number in range(int(sys.argv[2])):
    build(Path(sys.argv[1], f"{number}.db"), int(sys.argv[3]), 1 + number * int(sys.argv[3]) // VERSIONS)
"""


def measure(folder: Path, databases: int) -> float:
    """Merge so many databases; print what it took, and return its peak memory in MB."""
    subprocess.run([sys.executable, "-c", BUILD, folder, str(databases), str(VERSIONS)], check=True)
    sources = sorted(folder.glob("*.db"))
    command = [sys.executable, "-m", "cli.main", "merge", *sources, "--into", folder / "all.db"]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = status
    if status:
        sys.exit("the merge failed")
    captures, cpu, mb = databases * VERSIONS * CAPTURES, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(
        f"{databases:>4} databases, {captures:>9,} captures: {cpu:6.1f} s of processor time "
        f"({captures / cpu:,.0f} captures a second), {time.perf_counter() - begun:6.1f} s, {mb:5.0f} MB",
        flush=True,
    )
    return mb


def main() -> None:
    sizes = sorted(map(int, sys.argv[1:])) or [10, 100]
    found = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(Path(folder), size))
    grown = found[-1] / found[0]
    print(f"memory: {grown:.2f} × that of the fewest, {met('merges', 'memory of the most', grown)}")


if __name__ == "__main__":
    main()
