"""Claims stored: what it costs to store them, how many bytes they add, and what questions cost without and with them.

    python -m benchmarks claims_stored                 1,000 policies of 11 versions: the versions of 1,000,000 captures
    python -m benchmarks claims_stored --policies 100
    python -m benchmarks claims_stored --db FILE       made before, or anybody's: a copy of it is written

Blocks are those of the curated texts of ../shared/pairs, 100 a version, ten of them new in each; three words behind each
make it another one in every policy, so that a policy has 200 distinct blocks. Times are processor time of one process; of
`claims --store` the floor is that by two processes. The captures between the versions are left out, as none of this reads them.
"""

import argparse
import shutil
import tempfile
import time
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

from benchmarks import reading_over_time, store
from benchmarks.claims import PAIRS
from benchmarks.floors import met
from benchmarks.reading import gold_blocks
from crawler.archives.capture import Outcome
from crawler.archives.timestamps import parse_date
from history.answers.claims import read_changes as claims_changed
from history.answers.trends import read_claim_trend
from history.claims.selectors import meant
from history.database import open_database
from history.export.claim_matrix import matrix_rows
from history.search.changes import Filter, claim_steps, read_changes
from history.search.search import search
from history.search.trends import read_stretches
from history.sites import all_policies
from pipelines.claims.parties import parties
from pipelines.claims.rules import rules
from pipelines.model import Extraction, Judgement, LanguageSource, TextLanguages
from pipelines.reading.reading import Reading
from pipelines.text.digests import text_digest
from pipelines.text.wording import text_words, wording_key
from pipelines.upkeep.claims import store_claims

BLOCKS, NEW = 100, 10
TABLES = ("claim_rules", "claim_kinds", "block_claims", "text_claims")


@cache
def corpus():
    """The blocks of the curated texts, in order: headings and lists stand as they stood."""
    return [
        block for file in sorted(PAIRS.glob("*.gold.md")) for block in gold_blocks(file.read_text(encoding="utf-8"))
    ]


class Pages(store.Pages):
    """Pages of blocks as people write them."""

    def __init__(self, number):
        super().__init__(number)
        begin = self.random.randrange(len(corpus()) - BLOCKS)
        self.blocks = [self.own(block) for block in corpus()[begin : begin + BLOCKS]]

    def own(self, block):
        return replace(block, markdown=f"{block.markdown} {self.word()} {self.word()} {self.word()}.")

    def page(self, n):
        if n:
            for _ in range(NEW):
                self.blocks[self.random.randrange(BLOCKS)] = self.own(self.random.choice(corpus()))
            self.reading = None
        return f"<html><p>{self.random.getrandbits(128):x}</html>".encode()

    def read(self):
        if self.reading is None:
            blocks = tuple(self.blocks)
            self.reading = Reading(
                Outcome.FETCHED,
                "bench-1",
                "",
                Extraction("Privacy", blocks),
                Judgement(True, "", 1.0),
                wording_key(blocks),
                text_digest(blocks),
                len(text_words(blocks)),
                languages=TextLanguages("en", LanguageSource.TEXT, (("en", 1.0),), ("en",) * len(blocks)),
            )
        return self.reading


def make(path, policies):
    held, reading_over_time.Pages = reading_over_time.Pages, Pages
    try:
        reading_over_time.make(path, policies)
    finally:
        reading_over_time.Pages = held


def questions(path):
    """name: what is asked, of a file that is opened anew, as by a command."""

    def newest(db):
        rows = list(islice(read_changes(db, Filter()), 20))
        return claim_steps(db, rows)

    def asked(ask):
        def answer():
            db = open_database(path)
            try:
                return ask(db)
            finally:
                db.close()

        return answer

    some = 50  # policies
    return {
        f"matrix of {some} policies": asked(lambda db: list(matrix_rows(db, all_policies(db)[:some]))),
        "changes: 20 newest, with claims": asked(newest),
        "changes --claim sale": asked(lambda db: list(islice(read_changes(db, Filter(claims=("sale",))), 20))),
        "search data --claim sale": asked(lambda db: search(db, "data", claims=meant(["sale"]), limit=10)),
        "claims --changed, a year": asked(
            lambda db: claims_changed(db, all_policies(db), meant(["law"]), parse_date("2010-01-05"), None)
        ),
        "trends --claim sale.denied": asked(lambda db: read_claim_trend(db, read_stretches(db), "sale.denied")),
    }


def measure(path):
    found = {}
    for name, ask in questions(path).items():
        begun = time.process_time()
        ask()
        found[name] = time.process_time() - begun
    return found


def bytes_of(db, tables):
    marks = ", ".join("?" * len(tables))
    (size,) = db.execute(f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({marks})", tables).fetchone()
    return size or 0


def report(path):
    rules()
    parties("Load the list.", "en")
    before = measure(path)
    size = path.stat().st_size
    begun, wall = time.process_time(), time.monotonic()
    stored = store_claims(path, 1)
    spent, waited = time.process_time() - begun, time.monotonic() - wall
    after = measure(path)
    db = open_database(path)
    (blocks,) = db.execute("SELECT count(*) FROM blocks").fetchone()
    added = bytes_of(db, TABLES)
    texts = bytes_of(db, ("blocks", "blocks_fts_data", "text_runs", "texts"))
    rows = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
    (others,) = db.execute("SELECT count(*) FROM block_claims WHERE reading > 0").fetchone()
    (named,) = db.execute("SELECT sum(length(readings)) FROM text_claims").fetchone()
    db.close()
    print(
        f"  {stored.texts:,} versions, {blocks:,} distinct blocks, {stored.claims:,} claims in versions; rows: {rows}"
    )
    print(
        f"  claims --store: {spent:.1f} s CPU, {1000 * spent / blocks:.3f} ms a distinct block ({waited:.1f} s by the clock)"
    )
    print(f"  {met('claims_stored', 'storing the claims of 1,000,000 captures', spent / 60 / 2)}")
    print(
        f"  bytes: {added:,} added, {added / blocks:.1f} a block, {added / texts:.1%} of blocks, texts and their words; of a file of {size:,}"
    )
    print(f"  rows of other readings: {others:,}; bytes of texts that name them: {named or 0:,}")
    for name, seconds in before.items():
        print(f"  {name:34} {1000 * seconds:10.1f} ms without, {1000 * after[name]:8.1f} ms with")


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks claims_stored", description=__doc__)
    parser.add_argument("--policies", type=int, default=1000)
    parser.add_argument("--db", type=Path)
    args = parser.parse_args()
    if not args.db and not corpus():
        print("there is no ../shared/pairs: name a database with --db")
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "bench.db"
        if args.db:
            shutil.copy(args.db, path)
        else:
            make(path, args.policies)
        report(path)


if __name__ == "__main__":
    main()
