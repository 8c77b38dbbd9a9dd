"""What a file weighs, and what it costs to make it small: against git, and against the CPU that storing takes.

    python -m benchmarks size                       12 real histories of ../shared; 1,000 and 10,000 generated captures
    python -m benchmarks size --histories 2 --scale 1000 2000
    python -m benchmarks size --crawled FOLDER      the crawled files are left there, and taken from there

Bytes: each clean privacy history goes through the whole program (strategy=all) into a file of its own, and all of them are
merged into one; the files are compacted. Beside them, git holds the same pages and texts, a commit a capture, after
`gc --aggressive --prune=now`. CPU: the captures of the crawled files are stored again by the store alone (nothing is
read), and so are generated ones; `compact` is held against that.
"""

import argparse
import json
import math
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.crawl import ROOT, SHARED
from benchmarks.floors import met
from benchmarks.store import fill
from crawler.archives.capture import Capture, Listing, Memento, Outcome, Period
from crawler.archives.timestamps import parse_iso
from pipelines.model import Extraction, Judgement
from pipelines.reading.reading import Reading
from pipelines.store.load import load_payload, text_blocks
from pipelines.store.store import Store
from pipelines.text.markdown import render_markdown
from pipelines.upkeep.compact import compact
from pipelines.upkeep.merge import merge

NOW = datetime(2026, 9, 1, tzinfo=UTC)


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


def read_back(db, table, read, rounds):
    """Milliseconds of the processor and of the clock for each row, each the best of some rounds through all rows, in any
    order; both ascending. The clock counts what others take of the machine, so that the floor is of the processor. All is
    read in one state of the file, as commands do.
    """
    ids = [row[0] for row in db.execute(f"SELECT id FROM {table}")]
    spent, passed = dict.fromkeys(ids, math.inf), dict.fromkeys(ids, math.inf)
    db.execute("BEGIN")
    for number in range(rounds):
        random.Random(number).shuffle(ids)
        for row_id in ids:
            processor, clock = time.process_time(), time.perf_counter()
            read(row_id)
            spent[row_id] = min(spent[row_id], 1000 * (time.process_time() - processor))
            passed[row_id] = min(passed[row_id], 1000 * (time.perf_counter() - clock))
    db.rollback()
    return sorted(spent.values()), sorted(passed.values())


def breakdown(db, captures):
    try:
        rows = db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY 1 ORDER BY 2 DESC").fetchall()
    except sqlite3.OperationalError:
        print("  (this SQLite has no dbstat: no breakdown)")
        return
    for name, size in rows:
        if size > 0.005 * sum(row[1] for row in rows):
            print(f"    {name:36} {size:11,} {size / captures:8.1f}")


def store_again(db, path):
    """Store the captures of a file once more, with their readings; return seconds of CPU that the store took."""
    store = Store(path, lambda: NOW)
    run = store.runs.begin(program="bench", archive="bench", strategy="all", arguments={})
    spent = 0.0
    for policy_id, site, url in db.execute(
        "SELECT p.id, s.site, p.policy_url FROM policies p JOIN sites s ON s.id = p.site_id"
    ).fetchall():
        rows = db.execute(
            "SELECT k.urlkey, k.timestamp, k.original, k.mimetype, k.statuscode, k.digest, k.length, k.captured_at, "
            "k.citation_url, k.memento_url, k.headers, k.payload_id FROM captures k JOIN policy_urls u "
            "ON u.urlkey = k.urlkey AND u.policy_id = ? WHERE k.payload_id IS NOT NULL ORDER BY k.at, k.id",
            [policy_id],
        ).fetchall()
        policy = store.policies.named(site, url, "bench")
        listed = tuple(Capture(*row[:7], parse_iso(row[7])) for row in rows)
        begun = time.process_time()
        store.listings.put(run, Listing(policy, "bench", url, Period(), listed, tuple(row[8] for row in rows)))
        captures_of = {one.capture: one for one in store.captures.of(policy, "bench", Period())}
        spent += time.process_time() - begun
        for capture, (*_, memento_url, headers, payload_id) in zip(listed, rows, strict=True):
            if capture not in captures_of:
                continue
            body, reading = load_payload(db.execute, payload_id), reading_of(db, payload_id)
            memento = Memento(200, json.loads(headers), body, memento_url, capture.captured_at)
            begun = time.process_time()
            store.captures.keep(captures_of[capture], memento, Outcome.FETCHED)
            store.readings.put(captures_of[capture].capture_id, reading)
            spent += time.process_time() - begun
        begun = time.process_time()
        store.versions.fold(policy, "bench-1")
        spent += time.process_time() - begun
    store.close()
    return spent


def reading_of(db, payload_id):
    row = db.execute(
        "SELECT e.title, e.text_id, t.wording, t.text_digest, t.words FROM extractions e JOIN texts t ON t.id = e.text_id "
        "WHERE e.payload_id = ?",
        [payload_id],
    ).fetchone()
    if row is None:
        return Reading(Outcome.NOT_A_POLICY, "bench-1", "bot check")
    title, text_id, wording, digest, words = row
    extraction = Extraction(title, text_blocks(db, text_id))
    return Reading(Outcome.FETCHED, "bench-1", "", extraction, Judgement(True, "", 1.0, ()), wording, digest, words)


def compacted(path):
    """Compact a file; return its bytes and seconds of CPU."""
    begun = time.process_time()
    done = compact(path)
    return done.after, time.process_time() - begun


def against_git(path, repository):
    """Return captures, bytes of the file, of git's pack and index, and of all of its objects/."""
    with closing(sqlite3.connect(path)) as db:
        (captures,) = db.execute("SELECT count(*) FROM captures").fetchone()
        packed, objects = into_git(db, repository)
    return captures, path.stat().st_size, packed, objects


def measure_bytes(count, folder, scratch):
    crawled = []
    for name in names(count):
        path = folder / f"{name}.db"
        if not path.exists():
            (warc := scratch / f"{name}.warc").mkdir()
            crawl(name, warc, scratch / "crawling.db")
            shutil.move(scratch / "crawling.db", path)
        crawled.append(path)
    print(f"{count} histories: raw + text + index + CDX rows, bytes a capture")
    stored = spent = sizes = packs = 0
    for path in crawled:
        with closing(sqlite3.connect(path)) as db:
            stored += store_again(db, scratch / f"{path.stem}.again.db")
        small = scratch / path.name
        shutil.copy(path, small)
        size, seconds = compacted(small)
        spent += seconds
        captures, size, packed, _objects = against_git(small, scratch / f"{path.stem}.git")
        sizes, packs = sizes + size, packs + packed
        print(
            f"  {path.stem[:40]:40} {size / captures:7,.0f}, git {packed / captures:7,.0f}: {size / packed:.3f}",
            flush=True,
        )
    ratio = sizes / packs
    print(f"  a file each, all: ratio {ratio:.3f} ({met('size', 'a file for each history', ratio)})")
    print(
        f"  compact, CPU: {spent:.1f} s, storing {stored:.1f} s: {spent / stored:.2f} × "
        f"({met('size', 'CPU of compact, real captures', spent / stored)})"
    )
    together = scratch / "together.db"
    for _one in merge(crawled, together):
        pass
    before = together.stat().st_size
    _size, seconds = compacted(together)
    captures, size, packed, objects = against_git(together, scratch / "together.git")
    print(
        f"in one file, {captures} captures: merged {before / captures:,.0f}; compacted {size / captures:,.0f} ({seconds:.0f} s)"
    )
    print(
        f"  git, pack and its index {packed / captures:,.0f}; all that gc leaves in objects/ {objects / captures:,.0f}"
    )
    ratio = size / packed
    print(
        f"  ratio to pack and index {ratio:.3f} ({met('size', 'one file of all histories', ratio)}), "
        f"to objects/ {size / objects:.3f}"
    )
    with closing(sqlite3.connect(together)) as db:
        breakdown(db, captures)
        spent, passed = read_back(db, "payloads", lambda payload_id: load_payload(db.execute, payload_id), 5)
        p99 = int(0.99 * len(spent))
        print(
            f"  a page read back, CPU: median {spent[len(spent) // 2]:.2f} ms, p99 {spent[p99]:.2f} "
            f"({met('size', 'p99 of a page read back', spent[p99])}), max {spent[-1]:.2f}; "
            f"by the clock: p99 {passed[p99]:.2f}, max {passed[-1]:.2f}"
        )
        spent, passed = read_back(db, "blocks", lambda block_id: read_block(db, block_id), 30)
        print(
            f"  a block read back, CPU: median {spent[len(spent) // 2]:.3f} ms, max {spent[-1]:.3f} "
            f"({met('size', 'longest read of a block', spent[-1])}); by the clock: max {passed[-1]:.3f}"
        )


def read_block(db, block_id):
    return db.execute("SELECT kind, level, markdown FROM blocks WHERE id = ?", [block_id]).fetchone()


def measure_cpu(scales, scratch):
    print("generated captures of 50 kB: CPU of compact against that of storing")
    each = []
    for scale in scales:
        path = scratch / f"{scale}.db"
        begun = time.process_time()
        fill(path, scale)
        filled = time.process_time() - begun
        size, seconds = compacted(path)
        each.append(seconds / scale)
        print(
            f"  {scale:9,} captures: {1000 * seconds / scale:.2f} ms each, {size / scale:,.0f} bytes each "
            f"(the store with the generator: {1000 * filled / scale:.2f} ms each)",
            flush=True,
        )
    if len(each) > 1:
        print(
            f"  cost of a capture, of the last scale to the first: {each[-1] / each[0]:.2f} × "
            f"({met('size', 'CPU of compact at the largest scale', each[-1] / each[0])})"
        )


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks size", description=__doc__)
    parser.add_argument("--histories", type=int, default=12)
    parser.add_argument("--scale", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--crawled", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if args.histories and not (SHARED / "histories").is_dir():
            print(f"bytes against git skipped: {SHARED} is not there", file=sys.stderr)
        elif args.histories:
            folder = args.crawled or Path(scratch)
            folder.mkdir(exist_ok=True)
            measure_bytes(args.histories, folder, Path(scratch))
        measure_cpu(args.scale, Path(scratch))


if __name__ == "__main__":
    main()
