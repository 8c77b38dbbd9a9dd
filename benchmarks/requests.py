"""How many requests each strategy takes, and how many of the changes it finds. Nothing is fetched.

    python -m benchmarks requests [--read] [--real FILE] [--per-history]

The clean histories of ../shared answer: a capture has the curated wording that was in force, its length is that of its
page compressed (zlib, level 6, as archives store it), its digest the page's SHA-1. Captures whose page does not hold
the curated text exactly are left out, since nothing says what is on them. A change is a pair of neighbouring captures
of different wording; found is one for every two neighbouring captures of known wording that differ. Recall is of what
fetching all finds. A curated text states the days that this program reads in it.

Beside the strategies stands what no search can go below that gives the same guarantees: "certificate" is the fewest
captures whose reading proves the history (both ends, both sides of every change, one per max gap between them), chosen
by somebody who knows the answer. "bits" is what somebody needs who knows nothing but that many changes there are, each
anywhere, and learns one bit from a reading: both ends, and the logarithm of the number of ways in which the changes can lie.
Lengths and stated days are what a search goes below that by. Beside the made histories, of which nothing tells, stands what
the best search takes that gives the same guarantees (best_search.py).

A second table takes the wordings that this program's own extraction reads of every capture, "" where a page is no policy;
their days are those of the curated text of the same capture. Reading them all takes some 15 minutes: --read does it and
keeps them in the temporary folder, by a digest of what reads, --real FILE takes them from elsewhere. Without either, and with
none kept, that table is left out and its floors are not printed. --per-history says of each history which captures were
fetched: sides of a change ("edge"), the first and last ("end"), no policy ("junk"), and the rest ("inside").
"""

import argparse
import hashlib
import json
import math
import random
import sys
import tempfile
import time
import zlib
from bisect import bisect_right
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

from benchmarks.best_search import BestSearch
from benchmarks.floors import met
from benchmarks.text import SHARED, common_tools, versions_of
from crawler.archives.capture import sha1_base32
from crawler.choosing.stated import beginning
from crawler.choosing.strategies import ALL, CHANGES, DISTINCT, parse_strategy
from pipelines.model import Block, BlockKind
from pipelines.reading.dates.text_dates import find_dates
from tests.builders import make_listed
from tests.servers.answers import Search

DAY = 86400
GAP = 180 * DAY
SEEDS = 10


# histories


def lengths_of(name: str) -> dict[str, tuple[int, str]]:
    """Compressed length and digest of each page of a history; kept in the temporary folder, for it takes minutes."""
    index = SHARED / "histories" / name / "blobs.idx.json"
    stamp = hashlib.sha256(f"{name} {index.stat().st_mtime_ns} 2".encode()).hexdigest()[:16]
    cache = Path(tempfile.gettempdir()) / f"policylapse-lengths-{stamp}.json"
    if cache.exists():
        return json.loads(cache.read_text())
    store = common_tools().BlobStore(index.parent)
    found = {}
    for blob in sorted(store.index, key=lambda blob: store.index[blob][:2]):
        page = store.get(blob)
        found[blob] = (len(zlib.compress(page, 6)), sha1_base32(page))
    store.close()
    cache.write_text(json.dumps(found))
    return found


@cache
def curated_days(name: str) -> dict[str, list[int]]:
    """The days that each curated text of a history states, by its hash."""
    golds = common_tools().read_jsonl(SHARED / "histories" / name / "golds.jsonl")
    return {gold["hash"]: stated_days(gold["text"]) for gold in golds}


def load(real: dict[str, dict[str, str]] | None) -> list[SimpleNamespace]:
    index = list(common_tools().read_jsonl(SHARED / "histories" / "index.jsonl"))
    clean = [row for row in index if row["clean"] and (real is None or row["name"] in real)]
    with ProcessPoolExecutor(2) as pool:
        lengths = list(pool.map(lengths_of, [row["name"] for row in clean]))
    histories = []
    for row, sizes in zip(clean, lengths, strict=True):
        captures = list(common_tools().read_jsonl(SHARED / "histories" / row["name"] / "history.jsonl"))
        if real is None:
            captures = [one for one in captures if one["ok"]]
        listed, truth = [], {}
        days = curated_days(row["name"])
        stated = days if real is None else {}
        for number, one in enumerate(captures, start=1):
            length, digest = sizes[one["blob"]]
            moment = one["date"].translate(str.maketrans("", "", "-:TZ"))
            listed.append(make_listed(number, timestamp=moment, digest=digest, length=str(length)))
            truth[number] = one["gold_hash"] if real is None else real[row["name"]].get(one["date"]) or None
            if real is not None and truth[number] and one["ok"]:
                stated.setdefault(truth[number], days[one["gold_hash"]])
        first_batch = row.get("batch", 1) == 1
        histories.append(
            SimpleNamespace(
                name=row["name"],
                privacy=row["privacy"],
                first_batch=first_batch,
                listed=listed,
                truth=truth,
                stated=stated,
            )
        )
    return histories


def stated_days(text: str) -> list[int]:
    """The days that a curated text states; its lines are taken for paragraphs."""
    lines = (line.strip() for line in text.splitlines())
    blocks = [Block(BlockKind.PARAGRAPH, 0, line) for line in lines if line.strip("-= ")]
    return sorted({beginning(day) for one in find_dates(blocks, captured_at=None) for day in one.dates})


# strategies


def by_strategy(strategy):
    def run(history):
        search = Search(history.listed, history.truth, strategy, stated=history.stated).run()
        return len(search.fetched), search.changes()

    return run


def bisection(history):
    """Ends first, then the middle of every gap between two wordings, or longer than 180 days."""
    times = [one.capture.captured_at.timestamp() for one in history.listed]
    words = [history.truth[one.capture_id] for one in history.listed]
    usable = [at for at, word in enumerate(words) if word is not None]
    known, gaps = {0, len(usable) - 1}, [(0, len(usable) - 1)]
    while gaps:
        left, right = gaps.pop()
        same = words[usable[left]] == words[usable[right]]
        if right - left > 1 and (not same or times[usable[right]] - times[usable[left]] > GAP):
            middle = (left + right) // 2
            known.add(middle)
            gaps += [(left, middle), (middle, right)]
    return len(known), changes_of(history, [usable[at] for at in known])


def one_per_day(history):
    days = {}
    for at, one in enumerate(history.listed):
        days.setdefault(one.capture.timestamp[:8], at)
    return len(days), changes_of(history, days.values())


def changes_of(history, positions):
    words = [history.truth[history.listed[at].capture_id] for at in sorted(positions)]
    return sum(a != b for a, b in pairwise([word for word in words if word is not None]))


def all_changes(history):
    return changes_of(history, range(len(history.listed)))


def certificate(history):
    """The fewest captures that prove the history to somebody who knows it, and which are no policy."""
    usable = [one for one in history.listed if history.truth[one.capture_id] is not None]
    times = [int(one.capture.captured_at.timestamp()) for one in usable]
    words = [history.truth[one.capture_id] for one in usable]
    sides = {0, len(words) - 1}
    for at, (word, other) in enumerate(pairwise(words)):
        sides |= {at, at + 1} if word != other else set()
    proof = set(sides)
    for left, right in pairwise(sorted(sides)):
        at = left
        while times[right] - times[at] > GAP and right - at > 1:
            at = max(bisect_right(times, times[at] + GAP, at + 1, right) - 1, at + 1)
            if at < right:
                proof.add(at)
    return len(proof), sum(word != other for word, other in pairwise(words))


STRATEGIES = {
    "certificate": certificate,
    "changes": by_strategy(CHANGES),
    "plain bisection": bisection,
    "all": by_strategy(ALL),
    "distinct digests": by_strategy(DISTINCT),
    "one a day": one_per_day,
    "one a half-year": by_strategy(parse_strategy("every:6mo")),
}


def bits(captures, changes):
    """Readings that tell one bit each, until it is known where so many changes are among captures; and both ends."""
    return 2 + math.log2(math.comb(captures - 1, changes))


def table(title, histories, which=""):
    """Print a table; `which` names the floors that its values are held to."""
    truth = sum(map(all_changes, histories))
    captures = sum(len(history.listed) for history in histories)
    print(f"\n{title}: {len(histories)} histories, {captures} captures, {truth} changes")
    print(
        f"| {'strategy':16} | fetches | per change found | recall |\n|{'-' * 18}|---------|------------------|--------|"
    )
    for name, run in STRATEGIES.items():
        numbers = [run(history) for history in histories]
        fetches, found = (sum(column) for column in zip(*numbers, strict=True))
        print(f"| {name:16} | {fetches:7} | {fetches / max(found, 1):16.2f} | {found / truth:6.3f} |")
        if name == "changes" and which:
            met("requests", f"fetches a change, {which}", fetches / max(found, 1))
            met("requests", f"recall, {which}", found / truth)
    least = sum(bits(len(one.listed), all_changes(one)) for one in histories)
    print(f"| {'bits':16} | {least:7.0f} | {least / truth:16.2f} |        |")


# made histories


def made(captures, changes, per_day=4, noise=7, step=0, seed=None):
    """Captures that all differ in digest; with no step, the lengths tell nothing. Changes are evenly spread, or anywhere."""
    start = 1262304000
    places = [at * captures // (changes + 1) + at for at in range(1, changes + 1)]
    if seed is not None:
        places = random.Random(seed).sample(range(1, captures), changes)
    listed, truth = [], {}
    for number in range(1, captures + 1):
        moment = time.strftime("%Y%m%d%H%M%S", time.gmtime(start + number * DAY // per_day))
        version = sum(number > at for at in places)
        length = str(20000 + number * 7919 % noise + version * step)
        listed.append(make_listed(number, timestamp=moment, digest=f"D{number}", length=length))
        truth[number] = str(version)
    return SimpleNamespace(name="made", listed=listed, truth=truth, places=sorted(at - 1 for at in places))


def synthetic():
    print()
    for per_day, step in ((8, 0), (4, 0), (4, 20), (4, 100)):
        history = made(10_000, 5, per_day, step=step)
        search = Search(history.listed, history.truth).run()
        years = 10_000 / per_day / 365
        print(
            f"10,000 captures over {years:.1f} years, 5 changes, lengths +-3 and steps of {step}: {len(search.fetched)} fetches "
            f"in {search.calls} calls, {search.changes()} found; bisection {bisection(history)[0]}"
        )
    for per_day in (8, 4):
        some = [made(10_000, 5, per_day, seed=seed) for seed in range(SEEDS)]
        mean = sum(len(Search(one.listed, one.truth).run().fetched) for one in some) / SEEDS
        years = f"{10_000 / per_day / 365:.1f}"
        floor = met("requests", f"10,000 captures over {years} years, no lengths", mean)
        best = BestSearch(9_999, 5, GAP // DAY * per_day)
        least = sum(best.fetches(one.places) for one in some) / SEEDS
        print(
            f"the same, {SEEDS} with changes anywhere, {years} years: {mean:.1f} fetches, {bits(10_000, 5):.1f} bits, "
            f"the best search {least:.1f} ({floor})"
        )
    before = len(search.fetched)
    more = made(10_003, 5, 4)
    later = Search(more.listed, history.truth | dict.fromkeys((10_001, 10_002, 10_003), search.truth[10_000]))
    later.wordings, later.fetched = search.wordings, search.fetched
    later.run()
    print(f"nightly run with 3 new captures, nothing changed: {len(later.fetched) - before} fetches")
    history = made(100_000, 40, 10, 1001)
    begun = time.perf_counter()
    search = Search(history.listed, history.truth)
    built, slowest, total = time.perf_counter() - begun, 0.0, 0.0
    while True:
        begun = time.perf_counter()
        batch = search.batch()
        seconds = time.perf_counter() - begun
        slowest, total = max(slowest, seconds), total + seconds
        if batch.done:
            break
        for wanted in batch.fetch:
            search.fetch(wanted.capture_id)
    print(
        f"100,000 captures, 40 changes: rows made in {built:.2f} s, slowest batch {slowest:.2f} s, "
        f"mean {total / search.calls:.2f} s, {len(search.fetched)} fetches in {search.calls} calls"
    )


def kinds(history):
    """What was fetched: how many of each kind, the changes found, and the changes that there are."""
    search = Search(history.listed, history.truth, stated=history.stated).run()
    words = [(one.capture_id, history.truth[one.capture_id]) for one in history.listed]
    usable = [(number, word) for number, word in words if word is not None]
    edges = {number for pair in pairwise(usable) if pair[0][1] != pair[1][1] for number, _ in pair}
    ends = {usable[0][0], usable[-1][0]} if usable else set()
    found = Counter(
        "junk" if history.truth[at] is None else "edge" if at in edges else "end" if at in ends else "inside"
        for at in search.fetched
    )
    return found, search.changes(), all_changes(history)


def per_history(histories):
    for history in histories:
        found, changes, there = kinds(history)
        least, _ = certificate(history)
        print(
            f"{history.name}: {found.total()} fetches, {changes} of {there}; certificate {least}, "
            f"bits {bits(len(history.listed), there):.0f}; "
            + ", ".join(f"{found[kind]} {kind}" for kind in ("edge", "end", "inside", "junk"))
        )


def kept_readings() -> Path:
    """Where what this program reads of every capture is kept: by a digest of its source, for it depends on that."""
    root = Path(__file__).resolve().parents[1]
    source = hashlib.sha256()
    for folder in ("pipelines/reading", "pipelines/text", "pipelines/versions"):
        for path in sorted((root / folder).rglob("*.py")):
            source.update(path.read_bytes())
    return Path(tempfile.gettempdir()) / f"policylapse-readings-{source.hexdigest()[:16]}.json"


def read(path: Path) -> None:
    index = list(common_tools().read_jsonl(SHARED / "histories" / "index.jsonl"))
    jobs = [(row["name"], row["url"]) for row in index if row["clean"]]
    with ProcessPoolExecutor(2) as pool:
        path.write_text(json.dumps({name: dict(versions) for name, versions, _, _ in pool.map(versions_of, jobs)}))


def tables(histories, how, *, each):
    privacy = [history for history in histories if history.privacy]
    table(
        f"privacy policies of the first batch, {how}",
        [history for history in privacy if history.first_batch],
        f"first batch, {how}",
    )
    table(f"privacy policies, {how}", privacy, f"35 histories, {how}")
    table(f"all clean histories, {how}", histories)
    if each:
        per_history(histories)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks requests", description=__doc__)
    parser.add_argument("--read", action="store_true", help="read every capture with this program, and keep that")
    parser.add_argument("--real", type=Path, metavar="FILE", help="take what this program reads from a file")
    parser.add_argument("--per-history", action="store_true")
    args = parser.parse_args()
    if not (SHARED / "tools").is_dir():
        print(f"Histories skipped: the data lies in {SHARED}, which is missing.", file=sys.stderr)
        synthetic()
        return 0
    kept = args.real or kept_readings()
    if args.read:
        read(kept)
    tables(load(None), "as curated", each=args.per_history)
    if kept.exists():
        tables(load(json.loads(kept.read_text())), "as this program reads", each=args.per_history)
    else:
        print("\nWhat this program reads is left out: nothing is kept of it (--read).")
    synthetic()
    return 0


if __name__ == "__main__":
    sys.exit(main())
