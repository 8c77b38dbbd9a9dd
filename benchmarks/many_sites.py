"""Many sites in one run: does memory stay flat, and does every site get its first page early?

    python -m benchmarks many_sites [SITES …] [--captures N] [--strategy changes|all]      (1000 10000, 24, changes)

A policy of each site is generated: 24 captures over three years, all different bytes, with none to three changes of the
wording. A server of its own answers as the Wayback Machine does and notes in which order it is asked. What is
measured is the crawl's main process, by itself as it ends (getrusage).

The order is counted twice: when the last of all sites has been asked for its first page, so many page requests have been
made, as a share of all page requests; and so many requests, those for listings among them, as a share of all. No order can
have less than one page a site, nor less than a listing and a page a site; that stands beside each. The fewer captures a site
has, the more of all requests its first one is: with 2 captures at least half.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from warcio.warcwriter import WARCWriter

from benchmarks.floors import all_floors, met
from benchmarks.memory import CRAWL, ROOT
from benchmarks.quiet_nights import CLAUSE, PLACES, url
from tests.generators.warc_files import put_response

SIZES = (1_000, 10_000)

# This process stays small: a child that is forked inherits its parent's peak (Linux, exec_mmap).
BUILD = """
import sys
from pathlib import Path
from benchmarks.many_sites import build
build(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
"""
SERVE = """
import sys
from pathlib import Path
from tests.servers.wayback_server import WaybackServer
with WaybackServer(Path(sys.argv[1])) as server:
    print(server.archive, flush=True)
    sys.stdin.read()
    Path(sys.argv[2]).write_text("".join(f"{number} {path}\\n" for path, number in server.asked.items()))
"""


def build(folder: Path, sites: int, captures: int) -> None:
    """Write the archive and the list of its sites' policies, `list.txt`, beside it."""
    chance = random.Random(11)
    (folder / "warcs").mkdir()
    with (folder / "warcs" / "pages.warc.gz").open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for number in range(sites):
            clauses = [CLAUSE.format(chance.choice(PLACES), chance.choice(PLACES)) for _ in range(6)]
            changes = set(chance.sample(range(1, captures), min(number % 4, captures - 1)))
            for taken in range(captures):
                years, months = divmod(taken * 36 // captures, 12)
                if taken in changes:
                    clauses[2] = f"{CLAUSE.format(*chance.sample(PLACES, 2))} We keep it for {taken} years."
                page = (
                    f"<html><title>Privacy Policy</title><script>n={chance.random()}</script>"
                    f"<h1>Privacy Policy of site {number}</h1>{''.join(f'<p>{clause}</p>' for clause in clauses)}</html>"
                ).encode()
                when = f"{2021 + years}-{1 + months:02}-{1 + taken * 7 % 28:02}T10:00:00Z"
                put_response(writer, when, url(number), page, [("Content-Type", "text/html; charset=utf-8")])
    (folder / "list.txt").write_text("".join(f"{url(number)}\n" for number in range(sites)))


def measure(sites: int, captures: int, strategy: str) -> dict[str, float]:
    """Return the summary of one crawl of so many sites, with its `seconds`, `mb`, `cpu`, `pages`, `asked` and `until`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("POLICYLAPSE_")}
    environment["POLICYLAPSE_LOG_LEVEL"] = "ERROR"
    with TemporaryDirectory() as scratch:
        folder, usage, order = Path(scratch), Path(scratch) / "usage", Path(scratch) / "order"
        subprocess.run([sys.executable, "-c", BUILD, folder, str(sites), str(captures)], cwd=ROOT, check=True)
        server = subprocess.Popen(
            [sys.executable, "-c", SERVE, folder / "warcs", order],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            archive = server.stdout.readline().strip()
            command = [sys.executable, "-c", CRAWL, "-a", f"sites={folder / 'list.txt'}", "-a", f"strategy={strategy}"]
            command += ["-s", f"POLICYLAPSE_ARCHIVE={archive}", "-s", f"POLICYLAPSE_DB={folder / 'bench.db'}"]
            command += ["-s", f"POLICYLAPSE_STATE={folder / 'state'}", "-s", "POLICYLAPSE_SUMMARY=json", str(usage)]
            begun = time.perf_counter()
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
            seconds = time.perf_counter() - begun
        finally:
            server.communicate()  # the end of its input ends it
        if done.returncode:
            sys.exit(f"the crawl failed ({done.returncode}):\n{done.stdout}{done.stderr}")
        asked = [line.split(" ", 1) for line in order.read_text().splitlines()]
        summary = json.loads(done.stdout)
        return {**summary, **by_order(asked), "seconds": seconds, "mb": int(usage.read_text()) / 1024}


def by_order(asked: list[list[str]]) -> dict[str, int]:
    """Return of page requests how many there were (`pages`), how often they were made (`asked`), and the place of the last
    that was a site's first (`until`); and of all requests how many (`requests`), and that place among them (`until_of_all`).
    """
    seen: set[str] = set()
    pages = made = until = until_of_all = 0
    for place, (number, path) in enumerate(asked, 1):
        if path.startswith("/cdx"):
            continue
        pages, made = pages + 1, made + int(number)
        site = path.split(".example", 1)[0].rsplit("/", 1)[-1]
        if site not in seen:
            seen.add(site)
            until, until_of_all = pages, place
    found = {"sites": len(seen), "pages": pages, "asked": made, "until": until}
    return found | {"requests": len(asked), "until_of_all": until_of_all}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks many_sites", description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, metavar="SITES", default=SIZES)
    parser.add_argument("--captures", type=int, default=24)
    parser.add_argument("--strategy", default="changes")
    given = parser.parse_args()
    print(f"one run over many sites, {given.captures} captures each, strategy={given.strategy}, {os.cpu_count()} cores")
    found = []
    for size in given.sizes or SIZES:
        found.append(now := measure(size, given.captures, given.strategy))
        print(
            f"  {size:6,} sites  {now['mb']:6.1f} MB  {now['seconds']:7.1f} s  {now['pages']:,} pages asked for "
            f"({now['asked'] - now['pages']} of them again), {now['versions']:,} versions; all {now['sites']:,} sites had "
            f"their first page after {now['until']:,} of these: {now['until'] / now['pages']:.3f}, "
            f"at least {now['sites'] / now['pages']:.3f}; with listings after {now['until_of_all']:,} of "
            f"{now['requests']:,} requests: {now['until_of_all'] / now['requests']:.3f}, "
            f"at least {2 * now['sites'] / now['requests']:.3f}",
            flush=True,
        )
    last = found[-1]
    if last["sites"] / last["pages"] <= all_floors()["many_sites"]["first page of every site"]["most"]:
        met("many_sites", "first page of every site", last["until"] / last["pages"])
    else:
        print(f"  {last['pages'] / last['sites']:.1f} pages a site: no order of requests could reach the floor")
    if len(found) > 1:
        met("many_sites", "memory of the largest run", found[-1]["mb"] / found[0]["mb"])


if __name__ == "__main__":
    main()
