"""Is a good record lost beside a bad one? Broken WARC files from seeds (tests/generators/broken_archives.py).

    python -m benchmarks fuzz_archives [files] [first seed]

Floor: 0 of 3,000 files lose a good record, raise, or say nothing of the bad one.
"""

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.floors import met
from tests.generators.broken_archives import broken_archive, lost

FILES = 3_000


def main() -> int:
    files, first = (int(sys.argv[1]) if len(sys.argv) > 1 else FILES), (int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    bad, good, began = 0, 0, time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + files):
            broken = broken_archive(seed)
            good += len(broken.good)
            try:
                found = lost(broken, Path(folder))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
                found = [f"{type(error).__name__}: {error}"]
            if found:
                bad += 1
                print(f"seed {seed} ({broken.what[:300]}):", *found[:3], sep="\n  ")
    print(
        f"{files:,} broken files, {good:,} good records, {bad} files with losses, {time.process_time() - began:.0f} s CPU"
    )
    print(f"{bad} files with losses ({met('fuzz_archives', 'files with losses', bad)})")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
