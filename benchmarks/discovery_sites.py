"""Policy-URL intervals found exactly on generated sites, and the requests that it took.

    python -m benchmarks discovery_sites [--sites 76] [--seed 7]

Crawls invented sites of which the truth is known (tests/generators/sites_generated.py), through the real spider, from a server on
loopback that counts what it is asked. An interval is exact when the URL is the policy's, its real beginning and end
lie in their brackets, and no bracket is wider than half a year where a home page lies in it.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

from benchmarks.floors import measured, met
from history.database import open_database
from history.discoveries import read_discovery
from tests.crawling import crawl
from tests.discovering import score
from tests.generators.sites_generated import GeneratedArchive, generate
from tests.servers.wayback_server import WaybackServer


def measure(count: int, seed: int) -> bool:
    """Print the measures; return whether the floors hold."""
    sites = generate(count, seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, WaybackServer(GeneratedArchive(sites)) as server:
        database = Path(folder) / "sites.db"
        names = ",".join(site.name for site in sites)
        run = crawl(
            database, server.archive, site=names, timeout=3600, scrapy_settings={"POLICYLAPSE_MODE": "discover"}
        )
        if run.code not in (0, 1):
            sys.exit(run.err[-2000:])
        with closing(open_database(database)) as db:
            found = {site.name: read_discovery(db, site.name, server.archive) for site in sites}
        asked = [unquote(path) for path, times in server.asked.items() for _ in range(times)]
    seconds = time.monotonic() - began
    table, total = defaultdict(list), [0, 0, 0]
    for site in sites:
        one = score(site, found[site.name].general)
        name = site.name.partition(".")[0]
        requests = sum(name in path for path in asked)
        table[site.profile].append((one, requests))
        total = [total[0] + one.true, total[1] + one.found, total[2] + one.exact]
        for wrong in one.wrong:
            print(f"  {wrong}")
    print(f"\n{'profile':<28}{'sites':>6}{'intervals':>11}{'found':>7}{'exact':>7}{'requests, mean and most':>26}")
    for profile, some in table.items():
        true, got, exact = (sum(getattr(one, name) for one, _ in some) for name in ("true", "found", "exact"))
        requests = [number for _, number in some]
        print(
            f"{profile:<28}{len(some):>6}{true:>11}{got:>7}{exact:>7}{sum(requests) / len(some):>19.1f}{max(requests):>7}"
        )
    share = total[2] / max(total[0], total[1])
    moves = max(number for profile in ("two moves, gone", "two moves, old ones stay") for _, number in table[profile])
    print(f"\n{len(sites)} sites, {len(asked)} requests ({len(asked) / len(sites):.1f} a site) in {seconds:.0f} s")
    print(
        f"intervals found exactly: {total[2]} of {total[0]} ({total[1]} found): {share:.3f} ({met('discovery', 'intervals found exactly', share)})"
    )
    print(
        f"requests for a site with two moves: at most {moves} ({met('discovery', 'requests for a site with two moves', moves)})"
    )
    return all(one.met for one in measured)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sites", type=int, default=76)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    sys.exit(not measure(arguments.sites, arguments.seed))


if __name__ == "__main__":
    main()
