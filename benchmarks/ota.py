"""Import of Open Terms Archive's snapshots: processor time a snapshot besides reading it, and an evening's arithmetic.

    python -m benchmarks ota [--snapshots 3000] [--read 200]

A snapshots repository is rebuilt of ../shared/histories (real pages, in the order of their dates, packed by git), then taken in
by the real store with a reader that reads nothing: the rest is what an import costs besides reading, git's processes
included. Some of its pages are then read, to say what all of it takes. Floors: 3 ms of processor time a snapshot besides
reading it; 280,000 snapshots in 6 hours on 2 cores.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from datetime import datetime
from itertools import islice
from pathlib import Path

from tests.databases.imported import Inline, ota
from tests.generators.git_collections import git, make_repository, snapshot

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
FLOOR_MS, ALL, HOURS, CORES = 3.0, 280_000, 6.0, 2


class ReadsNothing(Inline):
    """Leaves every page unread."""

    async def read_kept(self, kept, load):  # noqa: ARG002 - as the reader has it
        for nothing in ():
            yield nothing


def histories(most):
    """Commits of real histories, document after document, at most so many."""
    sys.path.insert(0, str(SHARED / "tools"))
    from bench_common import BlobStore  # noqa: PLC0415

    for line in (SHARED / "histories" / "index.jsonl").read_text().splitlines():
        about = json.loads(line)
        folder = SHARED / "histories" / about["name"]
        if not folder.is_dir():
            continue
        blobs = BlobStore(folder)
        for row in map(json.loads, islice((folder / "history.jsonl").open(), most // 10)):
            at = datetime.fromisoformat(row["date"])
            yield snapshot(about["service"], about["terms"], at, blobs.get(row["blob"]), url=row["url"])
        blobs.close()


def used():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--snapshots", type=int, default=3_000)
    parser.add_argument("--read", type=int, default=200)
    options = parser.parse_args()
    if not (SHARED / "histories").is_dir():
        sys.exit("skipped: ../shared/histories is not here")
    with tempfile.TemporaryDirectory() as folder:
        repository = make_repository(
            Path(folder) / "bench-snapshots", islice(histories(options.snapshots), options.snapshots)
        )
        git(repository, "gc", "--quiet")
        ota(
            Path(folder) / "first.db",
            make_repository(Path(folder) / "first", islice(histories(20), 20)),
            terms=("all",),
        )
        db = Path(folder) / "bench.db"  # libraries are loaded now: what comes is a snapshot's share
        begun, before = time.perf_counter(), used()
        counts, _done, outcomes = ota(db, repository, terms=("all",), reader=ReadsNothing())
        spent, took = used() - before, time.perf_counter() - begun
        each = 1000 * spent / counts.new
        print(
            f"{counts.new:,} snapshots taken in, {len(outcomes)} refused: {took:.1f} s, {each:.2f} ms of processor time each"
        )
        payloads, distinct_ms = reading(db, options.read)
        size = db.stat().st_size / counts.new / 1000
        print(
            f"{payloads:,} distinct pages; reading takes {distinct_ms:.1f} ms each; {size:.1f} kB a snapshot in the file"
        )
        begun, before = time.perf_counter(), used()
        again, _done, _outcomes = ota(db, repository, terms=("all",), reader=ReadsNothing())
        print(f"again: {again.new} new, {1000 * (used() - before) / again.known:.2f} ms each")
        hours = ALL * (each + distinct_ms * payloads / counts.new) / 1000 / 3600 / CORES
        print(
            f"{ALL:,} snapshots: {ALL} x ({each:.2f} + {payloads / counts.new:.2f} x {distinct_ms:.1f}) ms / {CORES} cores = {hours:.1f} hours"
        )
    if each > FLOOR_MS or hours > HOURS:
        sys.exit(f"below the floor: {FLOOR_MS} ms a snapshot, {HOURS} hours")


def reading(db, most):
    """How many distinct pages there are, and the processor time of reading one, in milliseconds."""
    import random  # noqa: PLC0415
    from contextlib import closing  # noqa: PLC0415
    from datetime import UTC  # noqa: PLC0415

    from pipelines.reading.payload import read_payload  # noqa: PLC0415
    from pipelines.store.store import Store  # noqa: PLC0415

    with closing(Store(db, lambda: datetime.now(UTC))) as store:
        (payloads,) = store.db.execute("SELECT count(*) FROM payloads").fetchone()
        policies = store.policies.of()
        unread = [(one, policy) for policy in policies for one in store.readings.unread(policy, Inline().extractor)]
        some = random.Random(1).sample(unread, min(most, len(unread)))
        pages = [one.page(store.payloads.get(one.payload_id)) for one, _policy in some]
        read_payload(pages[0])
        begun = time.process_time()
        for page in pages:
            read_payload(page)
        return payloads, 1000 * (time.process_time() - begun) / len(pages)


if __name__ == "__main__":
    main()
