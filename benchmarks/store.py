"""The store: speed at 10,000 and more captures. What a file weighs is in size.py.

python -m benchmarks store                      (make bench-store: 10,000 and 100,000 captures)
python -m benchmarks store --scale 10000 1000000
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from benchmarks.crawl import ROOT
from benchmarks.floors import met
from crawler.archives.capture import Capture, Listing, Memento, Outcome, Period, sha1_base32
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_timestamp, parse_iso
from history.database import open_database
from history.search.search import search
from history.sites import find_policies
from history.timeline.timeline import read_timeline, read_versions, version_at
from pipelines.model import Block, BlockKind, Extraction, Judgement
from pipelines.reading.reading import Reading
from pipelines.store.load import text_blocks
from pipelines.store.store import Store
from pipelines.text.digests import text_digest
from pipelines.text.wording import wording_key

COMPACT_UP_TO = 3000  # captures of the generated ones: 20 ms each


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
    parser.add_argument("--scale", type=int, nargs="*", default=[10_000, 100_000])
    measure_speed(parser.parse_args().scale)


if __name__ == "__main__":
    main()
