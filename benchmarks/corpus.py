"""Import of the Princeton-Leuven corpus: documents a second, reading of the pages and of their texts included.

    python -m benchmarks corpus [--sites 150] [--snapshots 6]

A repository in the corpus' layout is generated: pages of 1,000 words with furniture, each a snapshot of half a year, a third of
them changed. It is taken in by the command's own import with 2 reading processes. Floor: 30 documents a second on 2 cores.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tests.generators.git_collections import corpus_commit, day, git, make_repository

FLOOR = 30.0
WORDS = "data personal information we collect use share third parties cookies retain rights law consent service".split()


def commits(sites, snapshots):
    random_ = random.Random(7)
    for site in range(sites):
        name = f"s{site:04}.example"
        paragraphs = [sentence(random_, 50) for _ in range(20)]
        for number in range(snapshots):
            if number % 3 == 2:
                paragraphs[random_.randrange(20)] = sentence(random_, 50)
            text = "\n\n".join(paragraphs)
            menu = "".join(f"<li><a href=/{one}>Menu {one * number % 97}</a>" for one in range(60))
            body = "".join(f"<p>{one}</p>" for one in paragraphs)
            page = (
                f"<html lang=en><title>Privacy policy</title><nav><ul>{menu}</ul></nav><main><h1>Privacy policy</h1>{body}"
                f"</main><footer>Copyright {name}, {number} ms</footer></html>"
            )
            yield corpus_commit(name, day(182 * number + site / 1000), f"http://{name}/privacy", page.encode(), text)


def sentence(random_, words):
    return " ".join(["We", *random_.choices(WORDS, k=words)]) + "."


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=150)
    parser.add_argument("--snapshots", type=int, default=6)
    options = parser.parse_args()
    from crawler.collections.git import MAX_BLOB, Repository  # noqa: PLC0415
    from pipelines.imports.corpus import CorpusImport  # noqa: PLC0415
    from pipelines.imports.intake import Intake  # noqa: PLC0415
    from pipelines.reading.pool import ReaderPool  # noqa: PLC0415
    from pipelines.store.store import Store  # noqa: PLC0415

    async def run(intake, repository):
        async for _done in CorpusImport(intake, repository).run():
            pass

    with tempfile.TemporaryDirectory() as folder:
        path = make_repository(Path(folder) / "bench-corpus", commits(options.sites, options.snapshots))
        git(path, "gc", "--quiet")
        begun = time.perf_counter()
        with (
            Repository(path) as repository,
            closing(Store(Path(folder) / "bench.db", lambda: datetime.now(UTC))) as store,
            closing(ReaderPool(2)) as reader,
        ):
            number = store.runs.begin(program="bench", archive="corpus", strategy="all", arguments={"mode": "bench"})
            intake = Intake(store, reader, number, MAX_BLOB)
            asyncio.run(run(intake, repository))
        took = time.perf_counter() - begun
    speed = intake.counts.new / took
    print(f"{intake.counts.new:,} documents in {took:.1f} s: {speed:.0f} a second, {intake.counts.read:,} pages read")
    if speed < FLOOR:
        sys.exit(f"below the floor of {FLOOR:.0f} documents a second")


if __name__ == "__main__":
    main()
