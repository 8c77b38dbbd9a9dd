"""The store: bytes a capture against git, and speed at 10,000 and more captures.

    python -m benchmarks store                      (make bench-store: 12 real histories; 10,000 and 100,000 captures)
    python -m benchmarks store --histories 2        the first N histories; 0: none
    python -m benchmarks store --scale 10000 1000000

Bytes: the clean privacy histories of ../shared go through the whole program (strategy=all) into one file, which is
compacted; beside it, git holds the same pages and texts, a commit a capture, after `gc --aggressive --prune=now`.
"""

import argparse
import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from benchmarks.crawl import ROOT, SHARED
from benchmarks.floors import met
from crawler.archives.capture import Capture, Listing, Memento, Outcome, Period, sha1_base32
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_timestamp, parse_iso
from history.database import open_database
from history.search.search import search
from history.sites import find_policies
from history.timeline.timeline import read_timeline, read_versions, version_at
from pipelines.model import Block, BlockKind, Extraction, Judgement
from pipelines.reading.payload import Reading
from pipelines.store.load import load_payload, text_blocks
from pipelines.store.store import Store
from pipelines.text.digests import text_digest
from pipelines.text.markdown import render_markdown
from pipelines.text.wording import wording_key
from pipelines.upkeep.compact import compact

COMPACT_UP_TO = 3000  # captures of the generated ones: 20 ms each


# bytes


def names(count):
    rows = map(json.loads, (SHARED / "histories" / "index.jsonl").read_text().splitlines())
    return [row["name"] for row in rows if row["clean"] and row["privacy"] and row["url"]][:count]


def crawl(name, folder, database):
    subprocess.run([sys.executable, SHARED / "tools" / "make_warc.py", folder, name], check=True, capture_output=True)
    (row,) = map(json.loads, (folder / "index.jsonl").read_text().splitlines())
    command = [sys.executable, "-m", "scrapy", "crawl", "policies", "-a", f"url={row['url']}", "-a", "strategy=all"]
    command += ["-s", f"POLICYLAPSE_ARCHIVE={folder}", "-s", f"POLICYLAPSE_DB={database}"]
    environment = {**os.environ, "POLICYLAPSE_LOG_LEVEL": "ERROR"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def into_git(db, repository):
    """Commit every capture that changed the page or its text; return (pack + index, all of objects/), bytes."""
    subprocess.run(["git", "init", "-q", "--bare", repository], check=True)
    git = subprocess.Popen(["git", "-C", repository, "fast-import", "--quiet"], stdin=subprocess.PIPE)
    last = {}
    rows = db.execute(
        "SELECT k.urlkey, k.payload_id, e.text_id, k.at, k.original, k.captured_at FROM captures k "
        "LEFT JOIN extractions e ON e.payload_id = k.payload_id WHERE k.payload_id IS NOT NULL ORDER BY k.at, k.id"
    )
    for urlkey, payload_id, text_id, at, url, captured_at in rows.fetchall():
        before = last.get(urlkey, (None, None))
        if before == (payload_id, text_id):
            continue
        last[urlkey] = payload_id, text_id
        path, message = urlkey.replace("/", "_").encode(), f"{url} {captured_at}".encode()
        git.stdin.write(
            b"commit refs/heads/main\ncommitter p <p@p> %d +0000\ndata %d\n%s\n" % (at, len(message), message)
        )
        if payload_id != before[0]:
            body = load_payload(db.execute, payload_id)
            git.stdin.write(b"M 644 inline %s/page.html\ndata %d\n%s\n" % (path, len(body), body))
        if text_id and text_id != before[1]:
            text = render_markdown(text_blocks(db, text_id)).encode()
            git.stdin.write(b"M 644 inline %s/text.md\ndata %d\n%s\n" % (path, len(text), text))
    git.stdin.close()
    if git.wait():
        sys.exit("git fast-import failed")
    subprocess.run(["git", "-C", repository, "gc", "-q", "--aggressive", "--prune=now"], check=True)
    sizes = {file.suffix: file.stat().st_size for file in (repository / "objects" / "pack").iterdir()}
    return sizes[".pack"] + sizes[".idx"], sum(
        f.stat().st_size for f in (repository / "objects").rglob("*") if f.is_file()
    )


def read_back(db):
    """Milliseconds of each page, the better of three times, in any order."""
    ids = [row[0] for row in db.execute("SELECT id FROM payloads")]
    random.Random(1).shuffle(ids)
    found = []
    for payload_id in ids:
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            load_payload(db.execute, payload_id)
            times.append(time.perf_counter() - begun)
        found.append(1000 * min(times))
    return sorted(found)


def breakdown(db, captures):
    try:
        rows = db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY 1 ORDER BY 2 DESC").fetchall()
    except sqlite3.OperationalError:
        print("  (this SQLite has no dbstat: no breakdown)")
        return
    for name, size in rows:
        if size > 0.005 * sum(row[1] for row in rows):
            print(f"    {name:36} {size:11,} {size / captures:8.1f}")


def measure_bytes(count):
    with tempfile.TemporaryDirectory() as scratch:
        database = Path(scratch) / "bench.db"
        for number, name in enumerate(names(count)):
            (folder := Path(scratch) / str(number)).mkdir()
            crawl(name, folder, database)
        begun = time.perf_counter()
        done = compact(database)
        seconds = time.perf_counter() - begun
        db = sqlite3.connect(database)
        (captures,) = db.execute("SELECT count(*) FROM captures").fetchone()
        packed, objects = into_git(db, Path(scratch) / "git")
        print(f"{count} histories, {captures} captures: bytes a capture, raw + text + index + CDX rows")
        print(f"  as crawled {done.before / captures:,.0f}; compacted {done.after / captures:,.0f} ({seconds:.0f} s)")
        print(
            f"  git, pack and its index {packed / captures:,.0f}; all that gc leaves in objects/ {objects / captures:,.0f}"
        )
        ratio = done.after / packed
        print(
            f"  ratio to pack and index {ratio:.3f} ({met('store', 'bytes, packed and indexed', ratio)}), "
            f"to objects/ {done.after / objects:.3f}"
        )
        breakdown(db, captures)
        times = read_back(db)
        print(
            f"  a page read back: median {times[len(times) // 2]:.2f} ms, p99 {times[int(0.99 * len(times))]:.2f}, "
            f"max {times[-1]:.2f} ({met('store', 'longest read of a payload', times[-1])})"
        )
        db.close()


# speed

PER_POLICY = 1000  # captures
START = datetime(2010, 1, 1, tzinfo=UTC)
WORDS = [
    f"{a}{b}{c}"
    for a in ("per", "con", "dis", "tra")
    for b in ("so", "ta", "ri", "mo", "ve")
    for c in ("nal", "tion", "ment", "ble", "ting", "rate", "ded", "ly", "ness", "ance")
]


class Pages:
    """Pages of 50 KB of one policy: a nonce in each, another paragraph now and then."""

    def __init__(self, number):
        self.random = random.Random(number)
        self.paragraphs = [self.paragraph() for _ in range(40)]
        self.furniture = "".join(
            f"<div class=m{n}><a href=/{self.word()}/{n}>{self.word()}</a></div>\n" for n in range(900)
        )
        self.reading = None

    def word(self):
        return self.random.choice(WORDS)

    def paragraph(self):
        return " ".join(self.word() for _ in range(60))

    def page(self, n):
        if n and n % 100 == 0:
            self.paragraphs[self.random.randrange(40)] = self.paragraph()
            self.reading = None
        text = "</p>\n<p>".join(self.paragraphs)
        return f"<html><meta nonce={self.random.getrandbits(128):x}>{self.furniture}<p>{text}</p></html>".encode()

    def read(self):
        if self.reading is None:
            blocks = tuple(Block(BlockKind.PARAGRAPH, 0, text) for text in self.paragraphs)
            self.reading = Reading(
                Outcome.FETCHED,
                "bench-1",
                "",
                Extraction("Privacy", blocks),
                Judgement(True, "", 1.0, ("headline: “privacy”",)),
                wording_key(blocks),
                text_digest(blocks),
                2400,
            )
        return self.reading


def fill(path, captures):
    """Store so many captures; return seconds that the store took, and of them the folds."""
    store = Store(path, lambda: START)
    run = store.runs.begin(program="bench", archive="bench", strategy="all", arguments={})
    spent = folded = 0.0
    for number in range(captures // PER_POLICY):
        url, pages = f"http://site{number}.example/privacy", Pages(number)
        policy = store.policies.named(f"site{number}.example", url, "bench")
        bodies = [pages.page(0)]
        at = [START + timedelta(days=n, seconds=number) for n in range(PER_POLICY)]
        # the index gives a digest for each capture, which the generator does not know yet
        listed = tuple(
            Capture(
                surt(url),
                format_timestamp(moment),
                url,
                "text/html",
                "200",
                sha1_base32(b"%d %d" % (number, n)),
                "12345",
                moment,
            )
            for n, moment in enumerate(at)
        )
        citations = tuple(f"https://web.archive.org/web/{c.timestamp}id_/{url}" for c in listed)
        begun = time.perf_counter()
        store.listings.put(run, Listing(policy, "bench", url, Period(), listed, citations))
        captures_of = store.captures.of(policy, "bench", Period())
        spent += time.perf_counter() - begun
        for n, one in enumerate(captures_of):
            body, reading = (pages.page(n) if n else bodies[0]), pages.read()
            moment = one.capture.captured_at
            headers = {
                "content-type": "text/html",
                "date": f"{moment:%d %b %Y %H:%M:%S}",
                "server": "bench",
                "x-archive-orig-etag": f"{n:x}",
                "memento-datetime": f"{moment:%a, %d %b %Y %H:%M:%S} GMT",
            }
            memento = Memento(
                200, headers, body, f"https://web.archive.org/web/{one.capture.timestamp}id_/{url}", moment
            )
            begun = time.perf_counter()
            store.captures.keep(one, memento, Outcome.FETCHED)
            store.readings.put(one.capture_id, reading)
            spent += time.perf_counter() - begun
        begun = time.perf_counter()
        store.versions.fold(policy, "bench-1")
        folded += time.perf_counter() - begun
    store.close()
    return spent + folded, folded


def p95(db, names):
    """Milliseconds, by question."""
    questions = {
        "show --at": lambda name: text_blocks(
            db, version_at(read_versions(db, find_policies(db, name)[0]), _moment()).version.text_id
        ),
        "timeline": lambda name: read_timeline(db, find_policies(db, name)[0]),
        "block search": lambda _name: search(
            db, f"{chance.choice(WORDS)} {chance.choice(WORDS)} {chance.choice(WORDS)}"
        ),
    }
    chance = random.Random(5)
    found = {}
    for question, ask in questions.items():
        times = []
        for name in chance.choices(names, k=60):
            begun = time.perf_counter()
            ask(name)
            times.append(1000 * (time.perf_counter() - begun))
        found[question] = sorted(times[10:])[int(0.95 * 50)]
    return found


def _moment():
    return parse_iso("2011-06-01T00:00:00Z")


def measure_speed(sizes):
    print("generated captures of 50 KB: listing, keeping, reading's text, versions (all but extraction), one process")
    costs = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "scale.db"
            seconds, folded = fill(path, size)
            costs.append(seconds / size)
            rate = size / seconds
            print(
                f"  {size:9,} captures: {rate:,.0f} a second ({met('store', 'captures written', rate)}; folds "
                f"{folded / seconds:.0%}), {path.stat().st_size / size:,.0f} bytes a capture before compact",
                flush=True,
            )
            db = open_database(path)
            for question, ms in p95(db, [f"site{n}.example" for n in range(size // PER_POLICY)]).items():
                print(f"            {question:13} p95 {ms:6.1f} ms ({met('store', f'p95 of {question}', ms)})")
            db.close()
            for command in (
                ["sites"],
                ["timeline", "site1.example"],
                *([["compact"]] if size <= COMPACT_UP_TO else []),
            ):
                peak = peak_of([*command, "--db", str(path)])
                print(
                    f"            {' '.join(command):24} {peak:5.0f} MB ({met('store', 'memory of a command', peak)})",
                    flush=True,
                )
    for one, other in pairwise(costs):
        print(f"  cost of a capture × {other / one:.2f} of that at the scale before")
    if len(costs) > 1:
        print(
            f"  cost of a capture, of the last scale to the first: {met('store', 'cost of a capture at the largest scale', costs[-1] / costs[0])}"
        )
    print(f"  this process, store and generator: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def peak_of(arguments):
    """Megabytes that a command takes at most."""
    code = (
        "import resource, sys; from cli.main import main; main(sys.argv[1:], standalone_mode=False); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(done.stderr.split()[-1]) / 1024


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks store", description=__doc__)
    parser.add_argument("--histories", type=int, default=12)
    parser.add_argument("--scale", type=int, nargs="*", default=[10_000, 100_000])
    args = parser.parse_args()
    if args.histories and not (SHARED / "histories").is_dir():
        print(f"bytes against git skipped: {SHARED} is not there", file=sys.stderr)
    elif args.histories:
        measure_bytes(args.histories)
    if args.scale:
        measure_speed(args.scale)


if __name__ == "__main__":
    main()
