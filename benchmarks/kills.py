"""SIGKILL during writes, 200 times: fsck after each, and everything that was acknowledged must be there.

python -m benchmarks kills [TIMES]
"""

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.floors import met
from tests.databases.kills import kills


def main():
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    began, bad = time.perf_counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        for number, killed in enumerate(kills(Path(folder) / "x.db", times, seed=11), start=1):
            bad += bool(killed.damage or killed.lost)
            for finding in killed.damage:
                print(f"kill {number}: {finding.kind} {finding.subject}: {finding.detail}")
            if killed.lost:
                print(f"kill {number}: lost {sorted(killed.lost)}")
        count = len(killed.acknowledged["kept"])
    print(f"{times} kills, {count:,} captures acknowledged, {bad} times damaged; {time.perf_counter() - began:.0f} s")
    print(met("kills", "kills that damaged or lost", bad))


if __name__ == "__main__":
    main()
