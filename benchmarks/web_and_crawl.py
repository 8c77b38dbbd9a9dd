"""Readers of the pages beside a writer of the same file: how long the writer waits, and whether a page sees half of it.

    python -m benchmarks web_and_crawl [SECONDS]

A writer puts a site and its policy into the file, a transaction each, as fast as it can, for SECONDS (10) alone and as
long beside three processes that ask for pages without a pause. Timed are the lock for writing and the commit. A list of
sites in which one has no policy is half a transaction. Floor: 50 ms of waiting for a reader, and no half.
"""

import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from history.database import open_database
from history.web.app import answer, split
from history.web.catalogue import read_catalogue
from history.web.links import Links
from history.web.page import Ask
from pipelines.store.file import open_file
from pipelines.store.load import one_state

READERS, FLOOR = 3, 0.050
PAGES = (
    "site/lumenkart.example/privacy/timeline",
    "changes",
    "site/lumenkart.example/privacy/blame/latest",
    "coverage",
    "search",
)


def read(path: Path, stop, ready, told) -> None:
    """Ask for pages until told to stop; tell how many, and how many showed half of what was written."""
    pages = halves = 0
    with closing(open_database(path)) as db:
        while not stop.is_set():
            for name in ("sites", *PAGES):
                with one_state(db):
                    ask = Ask(
                        db, read_catalogue(db), Links("/", here=name), name, {"q": "data"} if name == "search" else {}
                    )
                    found = answer(ask, split(name)[1], "bench")
                    pages += 1
                    halves += found.status not in (200, 302)
                    halves += sum(not some for some in ask.catalogue.policies.values())
            ready.put(True)
    told.put((pages, halves))


def write(path: Path, seconds: float, first: int) -> tuple[int, float, float]:
    """Return how many transactions there were, the longest wait for the lock and the longest commit."""
    db, number, lock, commit = open_file(path), first, 0.0, 0.0
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        begun = time.perf_counter()
        db.conn.execute("BEGIN IMMEDIATE")
        lock = max(lock, time.perf_counter() - begun)
        host = f"w{number}.example"
        db.conn.execute("INSERT INTO sites (site, added_at) VALUES (?, '')", [host])
        db.conn.execute(
            "INSERT INTO policies (site_id, urlkey, policy_url, added_at) SELECT id, ?, ?, '' FROM sites WHERE site = ?",
            [f"example,w{number})/", f"https://{host}/", host],
        )
        begun = time.perf_counter()
        db.conn.execute("COMMIT")
        commit = max(commit, time.perf_counter() - begun)
        number += 1
        time.sleep(0.002)  # a crawl does other things, too
    db.close()
    return number - first, lock, commit


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "both.db"
        if len(sys.argv) > 2:
            shutil.copy(sys.argv[2], path)
        else:
            program = Path(sys.executable).with_name("policylapse")
            subprocess.run([program, "crawl", "--archive", "sample", "--db", path], check=True, capture_output=True)
        done, lock, commit = write(path, seconds, 0)
        print(
            f"alone:          {done:6,} transactions, lock {1000 * lock:6.1f} ms, commit {1000 * commit:6.1f} ms at most"
        )
        context = multiprocessing.get_context("spawn")
        stop, ready, told = context.Event(), context.Queue(), context.Queue()
        readers = [context.Process(target=read, args=(path, stop, ready, told)) for _ in range(READERS)]
        for one in readers:
            one.start()
        for _ in readers:  # until all read; those that are quick may be told twice
            ready.get(timeout=120)
        beside, waited, committed = write(path, seconds, done)
        stop.set()
        found = [told.get(timeout=120) for _ in readers]
        for one in readers:
            one.join()
        pages, halves = sum(one[0] for one in found), sum(one[1] for one in found)
        print(
            f"beside readers: {beside:6,} transactions, lock {1000 * waited:6.1f} ms, commit {1000 * committed:6.1f} ms at most"
        )
        print(
            f"{pages:,} pages, {halves} with half of a transaction (floor: none; 50 ms for the lock: "
            f"{'held' if waited <= FLOOR and not halves else 'MISSED'})"
        )


if __name__ == "__main__":
    main()
