"""Merge of many databases of 10,000 captures each: does memory stay flat, and how many captures a second?

    python -m benchmarks merges [DATABASES DATABASES …] [--captures N]     2 and 100 of 1,000, unless it is told otherwise
    python -m benchmarks merges 10 100 --captures 10000                    the whole: twenty minutes and 1 GB
    python -m benchmarks merges 10 100 --captures 10000 --once             half of that: not what each source took

Each database has policies of its own, of 1,000 captures (benchmarks/many_versions.py). `policylapse merge` is a program of
its own; what is measured is its processor time and its peak memory. Then all are merged once more in this process, which
tells what each source took: the last tenth must take no more than the first. Floors: benchmarks/floors.toml.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.floors import met
from benchmarks.many_versions import CAPTURES, VERSIONS

# In a process of its own: a child that is forked inherits its parent's peak of memory.
BUILD = """
import sys
from pathlib import Path
from benchmarks.many_versions import VERSIONS, build
for number in range(int(sys.argv[2])):
    build(Path(sys.argv[1], f"{number:04}.db"), int(sys.argv[3]), 1 + number * int(sys.argv[3]) // VERSIONS)
"""
# What each source took: its processor time and the resident memory after it; at last, the fold of all.
EACH = """
import sys, time
from pathlib import Path
import psutil
from pipelines.upkeep.merge import merge
last = time.process_time()
for _one in merge(sorted(Path(sys.argv[1]).glob("[0-9]*.db")), Path(sys.argv[1], "each.db")):
    now = time.process_time()
    print(now - last, psutil.Process().memory_info().rss)
    last = now
"""


def measure(folder: Path, databases: int, size: int) -> tuple[float, float]:
    """Merge so many databases; print what it took. Return its peak memory in MB, and captures a CPU second.

    :param size: captures of each.
    """
    subprocess.run([sys.executable, "-c", BUILD, folder, str(databases), str(size // CAPTURES)], check=True)
    sources = sorted(folder.glob("*.db"))
    command = [sys.executable, "-m", "cli.main", "merge", *sources, "--into", folder / "all.db"]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = status
    if status:
        sys.exit("the merge failed")
    captures, cpu, mb = databases * size, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(
        f"{databases:>4} databases, {captures:>9,} captures: {cpu:6.1f} s of processor time "
        f"({captures / cpu:,.0f} captures a second), {time.perf_counter() - begun:6.1f} s, {mb:5.0f} MB",
        flush=True,
    )
    return mb, captures / cpu


def each(folder: Path) -> float:
    """Merge them once more; return what the last tenth of the sources took, of what the first took."""
    told = subprocess.run([sys.executable, "-c", EACH, folder], check=True, capture_output=True, text=True).stdout
    took = [tuple(map(float, line.split())) for line in told.splitlines()]
    tenth = -(-len(took) // 10)
    (first, then), (last, now) = (
        (median(cpu for cpu, _rss in some), some[-1][1] / 2**20) for some in (took[1:][:tenth], took[-tenth:])
    )
    print(f"a source took {first:.2f} s at the start and {last:.2f} s at the end; memory {then:.0f} and {now:.0f} MB")
    return last / first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("databases", nargs="*", type=int, default=[2, 100])
    whole = VERSIONS * CAPTURES  # of a policy
    parser.add_argument("--captures", type=int, default=whole, help=f"of each database, a multiple of {whole:,}")
    parser.add_argument("--once", action="store_true")
    chosen = parser.parse_args()
    if chosen.captures < whole or chosen.captures % whole:
        parser.error(f"--captures: each policy has {whole:,}")  # a smaller database would be empty
    found, later = [], None
    for databases in sorted(chosen.databases):
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(Path(folder), databases, chosen.captures))
            if not chosen.once:
                later = each(Path(folder))
    grown, (_mb, rate) = found[-1][0] / found[0][0], found[-1]
    print(f"memory: {grown:.2f} × that of the fewest, {met('merges', 'memory of the most', grown)}")
    if later is not None:
        print(f"the last sources: {later:.2f} × the first, {met('merges', 'the last sources', later)}")
    print(f"speed: {met('merges', 'captures merged', rate)}")


if __name__ == "__main__":
    main()
