"""Questions over time, on a database whose versions, texts, blocks and words are those of 1,000,000 captures.

    python -m benchmarks reading_over_time                 1,000 policies of 11 versions each (two minutes to make)
    python -m benchmarks reading_over_time --policies 100
    python -m benchmarks reading_over_time --db FILE       made before, or anybody's

The captures between the versions are left out: none of these questions reads them, and they take half an hour.
"""

import argparse
import random
import tempfile
import time
from itertools import islice
from pathlib import Path

from benchmarks import store
from benchmarks.floors import all_floors, met
from history.database import open_database
from history.search.changes import Filter, read_changes, together, with_passages
from history.search.search import search
from history.search.trends import read_stretches, texts_having, trend

VERSIONS = 11


class Pages(store.Pages):
    """Pages each of which has another wording."""

    def page(self, n):
        return super().page(100 * n)


def make(path, policies):
    per_policy, pages = store.PER_POLICY, store.Pages
    store.PER_POLICY, store.Pages = VERSIONS, Pages
    try:
        store.fill(path, policies * VERSIONS)
    finally:
        store.PER_POLICY, store.Pages = per_policy, pages


def milliseconds(ask, times):
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        found.append(1000 * (time.perf_counter() - begun))
    return sorted(found)


def questions(db):
    """name: (function, how often)."""
    chance = random.Random(5)

    def word():
        return chance.choice(store.WORDS)

    def feed(count):
        rows = list(islice(read_changes(db, Filter()), count))
        return together(rows, with_passages(db, rows))

    return {
        "search: three words": (lambda: search(db, f"{word()} {word()} {word()}"), 60),
        "search: one word": (lambda: search(db, word()), 60),
        "search: phrase": (lambda: search(db, f'"{word()} {word()}"'), 60),
        "search: prefix": (lambda: search(db, word()[:5] + "*"), 60),
        "search: (a OR b) NOT c": (lambda: search(db, f"({word()} OR {word()}) NOT {word()}"), 60),
        "search: --first, a word": (lambda: search(db, word(), first=True), 5),
        "changes: 20 newest, apart": (lambda: list(islice(read_changes(db, Filter()), 20)), 5),
        "changes: 5,000, together": (lambda: feed(5000), 3),
        "changes: --added a word": (lambda: list(read_changes(db, Filter(added=word()))), 3),
        "trends: a word": (lambda: trend(read_stretches(db), texts_having(db, word()).keys()), 3),
    }


def measure(path):
    db = open_database(path)
    for table in ("versions", "blocks", "text_runs"):
        print(f"  {db.execute(f'SELECT count(*) FROM {table}').fetchone()[0]:9,} {table}")
    for name, (ask, times) in questions(db).items():
        ask()
        found = milliseconds(ask, times)
        p95 = found[min(int(0.95 * times), times - 1)]
        has_floor = f"p95 of {name}" in all_floors()["reading_over_time"]
        floor = f" ({met('reading_over_time', f'p95 of {name}', p95)})" if has_floor else ""
        print(f"  {name:28} median {found[times // 2]:8.1f} ms, p95 {p95:8.1f} ms{floor}", flush=True)
    db.close()


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks reading_over_time", description=__doc__)
    parser.add_argument("--policies", type=int, default=1000)
    parser.add_argument("--db", type=Path)
    args = parser.parse_args()
    if args.db:
        measure(args.db)
        return
    with tempfile.TemporaryDirectory() as scratch:
        make(Path(scratch) / "bench.db", args.policies)
        measure(Path(scratch) / "bench.db")


if __name__ == "__main__":
    main()
