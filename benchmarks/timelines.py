"""CPU of reading the timeline of one policy of 10,000 captures, in process, from an opened database.

    python -m benchmarks timelines                  (half a minute)

Three kinds of policy, each of 5, 20 and 50 versions (benchmarks/many_versions.py): every capture read, as by
`strategy=all`; four of five read, and the others failed or pending; a few read and the others not needed, as by
`strategy=changes`. What stands in its floor is the worst of the nine. The smallest of several runs counts: what others do
on the machine only adds to CPU.
"""

import tempfile
import time
from contextlib import closing
from itertools import product
from pathlib import Path

from sqlite_utils import Database

from benchmarks.floors import met
from benchmarks.many_versions import NOW, PARTS, Shape, build
from history.database import open_database
from history.sites import find_policies
from history.timeline.timeline import read_timeline

CAPTURES, VERSIONS, RUNS = 10_000, (5, 20, 50), 7
READ = {"all read": (40, 10, 0, 0, 0), "most read": PARTS, "few read": (2, 0, 46, 1, 1)}


def make(path: Path, versions: int, parts: tuple[int, ...]) -> None:
    captures = CAPTURES // versions
    build(path, versions, shape=Shape(versions, captures, captures // 10, parts, days=0.5, gap_every=3333))
    with closing(Database(path)) as db, db.conn:
        strategy = "all" if parts[0] > parts[2] else "changes"
        sure = {"policy_id": 1, "archive": "bench", "strategy": strategy, "complete": 1, "listed": CAPTURES, "at": NOW}
        counts = {"fetched": 1, "inferred": 1, "undecided": 0}
        db["certainty"].insert(sure | counts | {"longest_inferred_days": 1.0, "longest_inferred_captures": 1})


def milliseconds(path: Path) -> float:
    """CPU of one timeline."""
    with closing(open_database(path)) as db:
        (policy,) = find_policies(db, "site00001.example")
        found = []
        for _ in range(RUNS):
            begun = time.process_time()
            read_timeline(db, policy)
            found.append(1000 * (time.process_time() - begun))
    return min(found)


def main() -> None:
    worst = 0.0
    for (name, parts), versions in product(READ.items(), VERSIONS):
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "timeline.db"
            make(path, versions, parts)
            spent = milliseconds(path)
        worst = max(worst, spent)
        print(f"  {name:10} {versions:3} versions: {spent:6.1f} ms CPU", flush=True)
    print(f"  the worst: {worst:.1f} ms ({met('timelines', 'timeline of 10,000 captures', worst)})")


if __name__ == "__main__":
    main()
