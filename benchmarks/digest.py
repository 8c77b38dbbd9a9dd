"""Does a change of the code change a reading? A digest of everything that is read of each of some 3,000 pages.

    python -m benchmarks digest FILE [--against OTHER] [--captures 2000] [--mutated 400]

Writes one line a page: its name, and the SHA-256 of its reading (blocks, links, parts, decisions, judgement, keys, languages,
dates: all that is recorded). To compare two trees, run it in each and name the other's file with --against: pages whose
digests differ are printed, and the exit code is 1. The file holds digests only, and lies wherever you say.

Pages: the project's golden ones, and pages mutated of them (fuzz_pages.py); and of ../shared, where it is there, all pairs,
all of them again as holding the cookie policy that is asked for, and captures spread evenly over all histories.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.fuzz_pages import mutated, seeds
from benchmarks.text import HEADERS, SHARED, WORKERS, common_tools
from crawler.targets.fetched import Fetched
from crawler.targets.hints import NO_HINTS, Asked, Hints
from pipelines.reading.saved_page import read_saved

COOKIES = Hints("asked", asked=Asked("cookies", only=True))
_BATCH = 25
_LARGE = 300_000  # bytes; a mutated page that repeats itself takes a minute

Page = tuple[str, Fetched]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks digest", description=__doc__)
    parser.add_argument("file", type=Path, help="is written")
    parser.add_argument("--against", type=Path, help="a file that another tree wrote")
    parser.add_argument("--captures", type=int, default=2000, help="of all histories together")
    parser.add_argument("--mutated", type=int, default=400, help="mutated pages")
    args = parser.parse_args(argv)
    digests: dict[str, str] = {}
    with ProcessPoolExecutor(WORKERS) as pool:
        for some in pool.map(digests_of, batches(args.captures, args.mutated)):
            digests |= some
    args.file.write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())))
    print(f"{len(digests)} pages read; {len(set(digests.values()))} different readings")
    return compare(digests, read_digests(args.against)) if args.against else 0


def read_digests(file: Path) -> dict[str, str]:
    rows = (line.split("  ", 1) for line in file.read_text().splitlines())
    return {name: digest for digest, name in rows}


def compare(ours: dict[str, str], theirs: dict[str, str]) -> int:
    """Print the pages that are read otherwise; out: 1 if there are any, or no page is in both."""
    both = sorted(ours.keys() & theirs.keys())
    changed = [name for name in both if ours[name] != theirs[name]]
    for name in changed:
        print(f"read otherwise: {name}")
    print(f"{len(both)} pages in both, {len(changed)} read otherwise")
    return 1 if changed or not both else 0


def digests_of(pages: list[Page]) -> dict[str, str]:
    logging.disable()  # a mutated page may have its traceback
    return {name: digest_of(page) for name, page in pages}


def digest_of(page: Fetched) -> str:
    saved = read_saved(page.body, page.url, None, page.hints)
    return hashlib.sha256(repr(saved).encode("utf-8", "backslashreplace")).hexdigest()


def batches(captures: int, count: int) -> Iterator[list[Page]]:
    some: list[Page] = []
    for page in all_pages(captures, count):
        some.append(page)
        if len(some) == _BATCH:
            yield some
            some = []
    yield some


def all_pages(captures: int, count: int) -> Iterator[Page]:
    start = [body for body in seeds(shared=False) if len(body) < _LARGE]
    for number, body in enumerate(start):
        yield f"golden/{number}", _page(body)
    for number in range(count):
        body, _ = mutated(start, number)
        yield f"mutated/{number}", _page(body[:_LARGE])
    if SHARED.is_dir():
        for path in sorted((SHARED / "pairs").glob("*.html")):
            body = path.read_bytes()
            yield f"pairs/{path.stem}", _page(body)
            yield f"cookies/{path.stem}", _page(body, COOKIES)
        yield from of_histories(captures)


def of_histories(captures: int) -> Iterator[Page]:
    """Distinct pages, evenly spaced over each history; of each history about as many."""
    common = common_tools()
    folders = sorted((SHARED / "histories").glob("*/history.jsonl"))
    for history in folders:
        name = history.parent.name
        urls = {row["blob"]: row.get("url") or "" for row in common.read_jsonl(history)}  # in the order of the dates
        store = common.BlobStore(history.parent)
        step = max(1, len(urls) * len(folders) // max(captures, 1))
        for blob in list(urls)[::step] if captures else ():
            yield f"histories/{name}/{blob[:16]}", _page(store.get(blob), url=urls[blob])
        store.close()


def _page(body: bytes, hints: Hints = NO_HINTS, url: str = "https://page.example/privacy") -> Fetched:
    return Fetched(body, HEADERS, url, hints=hints)


if __name__ == "__main__":
    sys.exit(main())
