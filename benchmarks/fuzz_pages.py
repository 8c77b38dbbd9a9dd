"""Hostile pages made out of real ones: each gets an outcome, whatever it does.

    python -m benchmarks fuzz_pages [COUNT] [--seed N] [--crawled COUNT]      (default: 10,000 through the reader, 500 crawled)

Pages are those of ../shared where it is there, else the project's golden ones; each is cut, doubled, nested, spoiled or
re-encoded, by a seeded generator, so that a number names a page for ever. Counted, and 0 wanted: crashes (the reader's
own exceptions), pages over 60 s of processor time, processes over 1.5 GB; and captures of a WARC of such pages that a
crawl leaves without an outcome.
"""

import argparse
import asyncio
import gzip
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from benchmarks.crawl import ROOT, SHARED
from benchmarks.floors import all_floors, met
from crawler.archives.capture import Outcome
from crawler.targets.fetched import Fetched
from pipelines.reading.pool import ReaderPool

AT = datetime(2020, 1, 1, tzinfo=UTC)
URL = "http://fuzz.example/privacy"
MOST_SECONDS = 60
MOST_BYTES = 1e9 * all_floors()["fuzz_pages"]["memory of the largest process"]["most"]
_LARGE = 400_000
_CHARSETS = (
    "windows-1251",
    "koi8-r",
    "shift_jis",
    "euc-jp",
    "gb18030",
    "utf-16",
    "utf-7",
    "rot13",
    "idna",
    "zlib",
    "hex",
    "latin1",
    "cp037",
    "\x07",
    "x" * 999,
)
_TOKENS = (
    b"&#7;",
    b"&#x1f;",
    b"&#0;",
    b"&#xD800;",
    b"&#99999999999;",
    b"\x00",
    b"\x0c",
    b"\x1b",
    b"\xff\xfe",
    b"\xef\xbf\xbe",
    b"\xed\xa0\x80",
    b"<!--",
    b"-->",
    b"<script>",
    b"</script>",
    b"<style>",
    b"<table><tr><td colspan=99999999 rowspan=99999999>",
    b"</table>",
    b"<template shadowrootmode=open>",
    b"<noscript>",
    b"<frameset>",
    b"<textarea>",
    b"<plaintext>",
    b"<svg><style>",
    b"<math>",
    b"<iframe srcdoc='&lt;p&gt;&amp;#7;&lt;script&gt;1&lt;/script&gt;x'>",
    b"<a data-cfemail=1b1c071b>",
    b"<a href='http://[::1'>x</a>",
    b"<base href='//[x'>",
    b"<h1>",
    b"</h3>",
    b"<ol><li>",
    b"<dl><dt>",
    b"<p hidden>",
    b"<div role=heading aria-level=x>",
    b"<body>",
    b"</body></html>",
    b"<html lang='" + b"z" * 999 + b"'>",
    b"<meta charset=utf-16>",
    b"<?xml version='1.0' encoding='zlib'?>",
    b"<![CDATA[",
    b"]]>",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
)


def seeds(*, shared=True):
    """Pages to start from, smallest path first."""
    files = sorted((ROOT / "tests" / "golden" / "pages").glob("*.html"))
    if shared and SHARED.is_dir():
        files += sorted((SHARED / "pairs").glob("*.html"))
    return [file.read_bytes()[:_LARGE] for file in files]


def mutated(pages, number):
    """The page of a number, and its Content-Type."""
    chance = random.Random(number)
    page = chance.choice(pages)
    for _ in range(chance.randint(1, 4)):
        page = chance.choice(_MUTATIONS)(page, chance)[: 8 * _LARGE]
    label = chance.choice(["", "", "; charset=utf-8", f"; charset={chance.choice(_CHARSETS)}"])
    return page, chance.choice(
        ["text/html", "text/html", "application/xhtml+xml", "text/plain", "", "application/pdf"]
    ) + label


def _place(page, chance):
    return chance.randrange(len(page) + 1)


def _cut(page, chance):
    return page[: _place(page, chance)] if chance.random() < 0.5 else page[_place(page, chance) :]


def _insert(page, chance):
    for _ in range(chance.randint(1, 30)):
        at = _place(page, chance)
        page = page[:at] + chance.choice(_TOKENS) + page[at:]
    return page


def _repeat(page, chance):
    """A tag, an attribute, a run of white space or a piece of the page, very often."""
    token = chance.choice(
        [*_TOKENS, b" ", b"\n", b"\t", b"1.", b"<b>", b"<div>", b"<p ", b" a=1", b"- ", b"&nbsp;", b"<br>", b"|"]
    )
    at, times = _place(page, chance), chance.choice([50, 500, 5_000, 50_000])
    return page[:at] + token * min(times, 2 * _LARGE // len(token)) + page[at:]


def _nest(page, chance):
    tag, depth = (
        chance.choice([b"div", b"span", b"table><tr><td", b"ul><li", b"b", b"font", b"blockquote", b"a"]),
        chance.choice([30, 300, 3_000]),
    )
    return b"<%s>" % tag * depth + page


def _attributes(page, chance):
    count = chance.choice([100, 1_000, 5_000])
    return page.replace(b"<p", b"<p " + b" ".join(b"a%d=%d" % (n, n) for n in range(count)), 1)


def _flip(page, chance):
    changed = bytearray(page)
    for _ in range(max(len(changed) // chance.choice([50, 500, 5_000]), 1) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _shuffle(page, chance):
    pieces = page.split(b"<")
    chance.shuffle(pieces)
    return b"<".join(pieces)


def _spoil(page, chance):
    """The page in another charset, declared or not."""
    codec = chance.choice(["cp1251", "koi8-r", "cp932", "euc_jp", "gb18030", "utf-16", "cp1252", "utf-32", "cp037"])
    page = page.decode("utf-8", "replace").encode(codec, "replace")
    label = chance.choice(_CHARSETS).encode()
    return chance.choice([page, b"<meta charset=%s>" % label + page, b"<html lang=ru>" + page])


def _double(page, chance):
    return page * chance.randint(2, 6)


_MUTATIONS = (_cut, _insert, _insert, _repeat, _repeat, _nest, _attributes, _flip, _shuffle, _spoil, _double)


async def read_all(pages, numbers, workers=0):
    """{outcome: pages}, the faults by kind with their numbers, and the largest process seen, in bytes."""
    pool, outcomes, faults, largest = ReaderPool(workers), Counter(), [], 0
    waiting = asyncio.Semaphore(2 * pool.workers)

    async def read(number):
        nonlocal largest
        async with waiting:
            body, content_type = mutated(pages, number)
            begun = time.monotonic()
            page = Fetched(body, {"content-type": content_type}, URL)
            reading = await pool.read(page)
            links = await pool.read_links(page)
            largest = max(largest, *(child.memory_info().rss for child in psutil.Process().children()), 0)
        outcomes[reading.outcome] += 1
        if (
            not isinstance(links, tuple)
            or "the reader failed" in reading.detail
            or "could not be used" in reading.detail
        ):
            faults.append(("crash", number, reading.detail))
        elif "ended the process" in reading.detail:
            faults.append(("died", number, reading.detail))
        elif reading.outcome is Outcome.READING_STOPPED:
            faults.append(("stopped", number, f"{reading.detail} ({time.monotonic() - begun:.0f} s by the clock)"))

    try:
        await asyncio.gather(*(read(number) for number in numbers))
    finally:
        pool.close()
    return outcomes, faults, largest


def write_warc(path, pages, numbers):
    """A WARC file whose captures are mutated pages of one policy, each followed by a sound one."""
    sound = (ROOT / "tests" / "golden" / "pages" / "russian-windows-1251.html").read_bytes()
    with path.open("wb") as stream:
        for index, number in enumerate(numbers):
            behind = sound + b"<!-- %d -->" % number, "text/html"
            for offset, (body, kind) in enumerate([mutated(pages, number), behind]):
                clean = "".join(char for char in kind if " " <= char < "\x7f")
                http = f"HTTP/1.1 200 OK\r\nContent-Type: {clean}\r\n\r\n".encode() + body
                at = (AT + timedelta(days=index, hours=offset)).strftime("%Y-%m-%dT%H:%M:%SZ")
                record = (
                    f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{uuid.UUID(int=2 * number + offset)}>\r\n"
                    f"WARC-Target-URI: {URL}\r\nWARC-Date: {at}\r\nContent-Type: application/http; msgtype=response\r\n"
                    f"Content-Length: {len(http)}\r\n\r\n"
                )
                stream.write(gzip.compress(record.encode() + http + b"\r\n\r\n", mtime=0))


def crawled(pages, numbers, folder):
    """(exit code, {outcome: captures}) of a crawl of such a WARC file."""
    write_warc(folder / "fuzz.warc.gz", pages, numbers)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "cli.main",
            "crawl",
            "--url",
            URL,
            "--archive",
            str(folder),
            "--strategy",
            "all",
            "--db",
            str(folder / "fuzz.db"),
        ],
        cwd=ROOT,
        env=os.environ | {"POLICYLAPSE_LOG_LEVEL": "CRITICAL"},
        capture_output=True,
        check=False,
    )
    with closing(sqlite3.connect(folder / "fuzz.db")) as db:
        found = dict(db.execute("SELECT outcome, count(*) FROM captures GROUP BY outcome").fetchall())
    return done.returncode, found


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks fuzz_pages", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--crawled", type=int, default=500)
    args = parser.parse_args()
    pages = seeds()
    begun = time.monotonic()
    outcomes, faults, largest = asyncio.run(read_all(pages, range(args.seed, args.seed + args.count)))
    print(
        f"{args.count:,} pages from {len(pages)}, {time.monotonic() - begun:.0f} s: { {o.value: n for o, n in outcomes.most_common()} }"
    )
    print(
        f"largest process: {largest / 1e9:.2f} GB ({met('fuzz_pages', 'memory of the largest process', largest / 1e9)})"
    )
    for kind, number, detail in faults:
        print(f"  {kind}: page {number}: {detail}")
    bad = sum(kind != "stopped" for kind, _, _ in faults)
    if args.crawled:
        with tempfile.TemporaryDirectory() as scratch:
            code, found = crawled(pages, range(args.seed, args.seed + args.crawled), Path(scratch))
        stuck = found.get("pending", 0)
        print(f"{args.crawled:,} crawled, each with a sound page behind it: exit code {code}, {found}, {stuck} stuck")
        bad += stuck
    print(f"{bad} faults ({met('fuzz_pages', 'faults', bad)})")


if __name__ == "__main__":
    main()
