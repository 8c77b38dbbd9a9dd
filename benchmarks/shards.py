"""Shards: `shard in` rows a second and memory; a Dask cluster of two against the plain pool; one process against two.

    python -m benchmarks shards rows [VERSIONS]     floor: 5,000 rows a second, 500 MB
    python -m benchmarks shards pages [PAGES]       floors: CPU 1.15 x the pool's, the same database
    python -m benchmarks shards speedup [PAGES]     floor: read_shard is 1.8 x as fast with 2 processes

`rows` takes readings of all payloads of a generated database (10 for each version, each version's text with a paragraph
of its own) in, in place of a re-extract's. `pages` and `speedup` read real captures of ../shared. Processor time is that
of all processes, also of those that their parents did not wait for.

A speed-up is by the clock, so other programs spoil it. `speedup` tells two: of read_shard alone, from the first page to the
last, in processes that are there already; and of the whole command, with its start. Each is the best of three, one
process and two in turn. The readings must be the same bytes.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.crawl import ROOT, SHARED
from benchmarks.many_versions import build
from crawler.archives.capture import Capture, Listing, Memento, Outcome, Period, sha1_base32
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_timestamp
from crawler.targets.fetched import Fetched
from pipelines.model import Block, BlockKind, DocumentKind, Extraction, Judgement, LanguageSource, Link, TextLanguages
from pipelines.reading.extractor import extractor_id
from pipelines.reading.pool import ReaderPool
from pipelines.reading.reading import Reading
from pipelines.shards.columns import Coded, coded, pages_at, write_readings
from pipelines.shards.into import shard_in
from pipelines.shards.out import shard_out
from pipelines.shards.place import PAGES, READINGS, JobFolders
from pipelines.shards.read import read_shard
from pipelines.store.store import Store
from pipelines.text.digests import text_digest
from pipelines.text.wording import wording_key

EXTRACTOR = "shards-1"
SHARD_ROWS = 10_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# read at once by as many processes as there are, so that each has started
_FIRST = Fetched(b"<p>We collect personal data when you use our services.</p>" * 500, {}, "http://first.example/")
_READINGS_SAID = (
    "SELECT y.payload_digest, e.extractor, x.outcome, x.detail, t.text_digest, x.title, x.score, l.links "
    "FROM extractions x JOIN payloads y ON y.id = x.payload_id JOIN extractors e ON e.id = x.extractor_id "
    "LEFT JOIN texts t ON t.id = x.text_id LEFT JOIN link_layers l ON l.id = x.link_layer_id ORDER BY 1, 2"
)
_SAID = (
    _READINGS_SAID,
    # its text by what it is: texts that a fold puts together have the number of the moment at which it did
    (
        "SELECT l.site, l.policy_url, l.version, l.first_seen, l.last_seen, l.previous_last_seen, l.captures, l.words, "
        "l.change_class, l.words_added, l.words_removed, l.wording, l.title, l.url, l.first_capture_url, l.last_capture_url, "
        "l.sections, t.text_digest FROM timeline l JOIN texts t ON t.id = l.text_id ORDER BY l.site, l.policy_url, l.version"
    ),
    "SELECT archive, timestamp, original, outcome, detail FROM captures ORDER BY 1, 3, 2",
)


def rows(versions: int, folder: Path) -> None:
    """Take generated readings in."""
    database = folder / "many.db"
    build(database, versions)
    place = JobFolders(str(folder / "job"))
    with closing(sqlite3.connect(database)) as db:
        payloads = [digest for (digest,) in db.execute("SELECT sha256 FROM payloads ORDER BY id")]
    for start in range(0, len(payloads), SHARD_ROWS):
        with place.new(READINGS) as (stream, named):
            write_readings(
                stream, EXTRACTOR, map(_row, payloads[start : start + SHARD_ROWS], range(start, len(payloads)))
            )
            named(f"{start:08d}")
    _take_in(database, place, "each capture's outcome another, a tenth of the texts new")
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("UPDATE extractors SET extractor = 'shards-0' WHERE extractor = ?", [EXTRACTOR])
    _take_in(database, place, "after an upgrade that changed no text")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB (with building the database)")


def _take_in(database: Path, place: JobFolders, what: str) -> None:
    with closing(Store(database, lambda: NOW)) as store:
        begun, cpu = time.perf_counter(), time.process_time()
        count = sum(shard_in(store, place, name).new for name in place.names(READINGS))
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    rate = f"{count / seconds:,.0f} a second, {count / cpu:,.0f} a CPU second"
    print(f"{count:,} readings in {seconds:.1f} s: {rate} ({what})")


def _row(sha256: bytes, number: int) -> tuple[bytes, Coded]:
    version = number // 10
    blocks = [
        Block(BlockKind.PARAGRAPH, 0, f"Paragraph {line} of policy {version // 20} tells what we do with your data.")
        for line in range(60)
    ]
    blocks[version % 60] = Block(BlockKind.PARAGRAPH, 0, f"In version {version} we keep your data for {version} days.")
    text = tuple(blocks)
    links = tuple(Link(f"link {one}", f"https://site{version // 20}.example/{one}") for one in range(40))
    judged = Judgement(is_policy=True, reason="", score=0.9, kind=DocumentKind.PRIVACY)
    languages = TextLanguages("en", LanguageSource.TEXT, (("en", 1.0),), ("en",) * len(text))
    extraction = Extraction("Privacy", text, "en", links)
    reading = Reading(
        Outcome.FETCHED, EXTRACTOR, "", extraction, judged, wording_key(text), text_digest(text), 600, languages
    )
    return sha256, coded(reading)


def pages(count: int, folder: Path) -> None:
    """Read real captures by the pool, and by a Dask cluster of two."""
    whole, clustered = folder / "pool.db", folder / "cluster.db"
    print(f"{_write(whole, count):,} captures of {SHARED / 'histories'}")
    clustered.write_bytes(whole.read_bytes())
    job = folder / "job"
    command = [sys.executable, "-m", "cli.main"]
    _put_out(whole, folder / "out")
    pool = measured([*command, "re-extract", "--db", whole, "--processes", 2])
    dask = measured([*command, "cluster", "--db", clustered, "--scheduler", "local:2", "--into", job])
    print(f"re-extract, 2 processes: {pool[0]:,.1f} s, {pool[1]:,.1f} s of CPU")
    print(f"cluster local:2:         {dask[0]:,.1f} s, {dask[1]:,.1f} s of CPU: {dask[1] / pool[1]:.3f} x")
    print(f"the same database: {_digest(whole) == _digest(clustered)}")


def speedup(count: int, folder: Path) -> None:
    """Read real captures shard by shard, with one process and with two."""
    print(f"{_write(folder / 'pool.db', count):,} captures of {SHARED / 'histories'}")
    job = folder / "job"
    _put_out(folder / "pool.db", job)
    command = [sys.executable, "-m", "cli.main", "shard", "read", job, "--processes"]
    alone: dict[int, list[float]] = {1: [], 2: []}
    whole: dict[int, list[float]] = {1: [], 2: []}
    made = set()
    for processes in (1, 2) * 3:
        alone[processes].append(_read_alone(job, processes))
        made.add(_taken_away(job))
        whole[processes].append(measured([*command, processes])[0])
        made.add(_taken_away(job))
    for what, took in (("read_shard alone", alone), ("the whole command", whole)):
        one, two = min(took[1]), min(took[2])
        print(f"{what}: {one:,.1f} s with 1 process, {two:,.1f} s with 2: {one / two:.2f} x")
    print(f"the same readings each time: {len(made) == 1}")


def _read_alone(job: Path, processes: int) -> float:
    """As read_alone, in a program of its own: `measured` waits for all processes that this one has started."""
    code = f"from benchmarks.shards import read_alone; print(read_alone({str(job)!r}, {processes}))"
    return float(subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True).stdout)


def read_alone(job: str, processes: int) -> float:
    """Return the seconds of read_shard over all shards, without the start of processes."""
    place = JobFolders(job)
    with closing(ReaderPool(processes)) as reader:
        for reading in [reader.submit(_FIRST) for _process in range(processes)]:
            reading.result()
        with pages_at(place, place.names(PAGES)[0]):
            pass  # it starts the process that opens shards
        begun = time.perf_counter()
        for name in place.names(PAGES):
            read_shard(place, name, reader)
        return time.perf_counter() - begun


def _taken_away(job: Path) -> str:
    """Remove all readings; return the SHA-256 of them."""
    digest = hashlib.sha256()
    for path in sorted((job / READINGS).iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
        path.unlink()
    return digest.hexdigest()


def _put_out(database: Path, job: Path) -> None:
    """Tell what a page takes in the database and in a shard, and how fast pages are put out."""
    with closing(Store(database, lambda: NOW)) as store:
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cpu = time.process_time()
        put = shard_out(store, JobFolders(str(job)), extractor_id())
        cpu = time.process_time() - cpu
    kept, out = database.stat().st_size, sum(path.stat().st_size for path in (job / PAGES).iterdir())
    print(f"a page takes {kept / put.pages / 1000:.1f} kB in the database, {out / put.pages / 1000:.1f} kB in a shard")
    print(f"shard out: {put.pages / cpu:,.0f} pages a CPU second, {put.pages / len(put.shards):,.0f} in a shard")


def _write(path: Path, count: int) -> int:
    sys.path.insert(0, str(SHARED / "tools"))
    from bench_common import BlobStore  # noqa: PLC0415

    written = 0
    with closing(Store(path, lambda: NOW)) as store:
        run = store.runs.begin(program="benchmark", archive="test", strategy="all", arguments={})
        for line in (SHARED / "histories" / "index.jsonl").read_text().splitlines():
            history = json.loads(line)
            name, url = history["name"], history.get("url") or f"https://{history['name'].lower()}.example/privacy"
            if written >= count or not history["clean"]:
                continue
            at = SHARED / "histories" / name
            blobs = BlobStore(at)
            captures = [json.loads(one) for one in (at / "history.jsonl").read_text().splitlines()]
            with store.transaction():
                policy = store.policies.named(f"{len(name)}{abs(hash(url)) % 10**6}.example", url, "named")
                for capture, body in _captures(captures[: count - written], blobs, url):
                    store.listings.put(run, Listing(policy, "test", url, Period(), (capture,), ("",)))
                    day = Period(capture.captured_at, capture.captured_at)
                    (listed,) = [c for c in store.captures.of(policy, "test", day) if c.capture == capture]
                    memento = Memento(200, {"content-type": "text/html"}, body, url, capture.captured_at)
                    store.captures.keep(listed, memento, Outcome.FETCHED)
                    written += 1
    return written


def _captures(rows: list[dict], blobs: object, url: str) -> Iterator[tuple[Capture, bytes]]:
    seen = set()
    for row in rows:
        at = datetime.fromisoformat(row["date"]).astimezone(UTC).replace(microsecond=0)
        if at in seen or not row.get("blob"):
            continue
        seen.add(at)
        body = blobs.get(row["blob"])
        yield (
            Capture(surt(url), format_timestamp(at), url, "text/html", "200", sha1_base32(body), str(len(body)), at),
            body,
        )


def _digest(path: Path) -> str:
    """SHA-256 of all that two ways to the same readings must agree on."""
    digest = hashlib.sha256()
    with closing(sqlite3.connect(path)) as db:
        for sql in _SAID:
            for row in db.execute(sql):
                digest.update(repr(row).encode("utf-8", "replace"))
    return digest.hexdigest()


def measured(command: list[object]) -> tuple[float, float]:
    """Run a program; return its seconds, and those of CPU of all the processes that it started."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans come to us to be waited for
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([str(word) for word in command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["rows", "pages", "speedup"])
    parser.add_argument("count", type=int, nargs="?")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.what == "rows":
            rows(chosen.count or 20_000, Path(folder))
        elif not SHARED.is_dir():
            sys.exit(f"nothing to measure: {SHARED} is not there")
        elif chosen.what == "pages":
            pages(chosen.count or 10_000, Path(folder))
        else:
            speedup(chosen.count or 1500, Path(folder))


if __name__ == "__main__":
    main()
