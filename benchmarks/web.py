"""CPU and bytes per page of `policylapse web`, over many versions (benchmarks/many_versions.py).

python -m benchmarks.web [VERSIONS] [DATABASE]      (default: 20,000 versions of 1,000 policies, 1,000,000 captures, built anew)
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from urllib.parse import parse_qsl, urlsplit

from benchmarks.many_versions import LONG_ONE_IN, build
from history.database import open_database
from history.sites import PolicyRow
from history.timeline.timeline import read_versions
from history.web.app import answer, split
from history.web.catalogue import Catalogue, read_catalogue
from history.web.keys import version_keys
from history.web.legal import read_dates
from history.web.links import Links
from history.web.page import Ask
from history.web.render import warm

ROUNDS = 12  # policies of which every page is asked for, and as many of those with long texts
ONCE = (
    ("sites", "/", 3),
    ("sites, page 9", "/?page=9", 3),
    ("sites.json", "/-/sites.json", 1),
    ("changes", "/-/changes", 3),
    ("changes added", "/-/changes?added=bal0", 3),
    ("changes skip", "/-/changes?skip=500", 3),
    ("search", "/-/search?q=bal0", 3),
    ("search prefix", "/-/search?q=bal1*", 3),
    ("search two", "/-/search?q=bal0 OR cel7", 3),
    ("coverage", "/-/coverage", 3),
    ("coverage site", "/-/coverage?site=site00007.example", 3),
    ("trends", "/-/trends?terms=bal0,cel7", 3),
    ("runs", "/-/runs", 3),
)


def addresses(db: Connection, catalogue: Catalogue, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield (kind, address) of the pages that are asked for."""
    for kind, address, times in ONCE:
        yield from ((kind, address) for _ in range(times))
    every = [one for some in catalogue.policies.values() for one in some]
    long = [one for one in every if one.policy_id % LONG_ONE_IN == 1]
    yield from _of_policies(db, catalogue, chance, "", [one for one in every if one not in long])
    yield from _of_policies(db, catalogue, chance, " 60 kB", long)


def _of_policies(
    db: Connection, catalogue: Catalogue, chance: random.Random, size: str, policies: Sequence[PolicyRow]
) -> Iterator[tuple[str, str]]:
    for policy in chance.sample(policies, min(ROUNDS, len(policies))):
        keys, path = version_keys(read_versions(db, policy)), f"/-/{catalogue.path(policy)}"
        middle = chance.randrange(1, len(keys))
        yield f"timeline{size}", f"{path}/timeline"
        yield f"calendar{size}", f"{path}/calendar"
        yield f"calendar words{size}", f"{path}/calendar?mode=words"
        yield f"version{size}", f"{path}/v/{keys[middle]}"
        yield f"diff{size}", f"{path}/diff/{keys[middle - 1]}..{keys[middle]}"
        yield f"diff sides{size}", f"{path}/diff/{keys[0]}..{keys[-1]}?mode=sides"
        yield f"blame{size}", f"{path}/blame/{keys[middle]}"


def main() -> None:
    versions = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(scratch) / "many.db"
        if not path.exists():
            build(path, versions)
        with closing(open_database(path)) as db:
            begun = time.process_time()
            catalogue = read_catalogue(db)
            print(f"catalogue, once per commit: {1000 * (time.process_time() - begun):.0f} ms")
            warm()
            taken: dict[str, list[tuple[float, int]]] = {}
            for kind, address in addresses(db, catalogue, random.Random(1)):
                parts = urlsplit(address)
                name, form = split(parts.path.removeprefix("/").removeprefix("-/"))
                ask = Ask(db, catalogue, Links("/", here=name), name, dict(parse_qsl(parts.query)), read_dates(None))
                begun = time.process_time()
                found = answer(ask, form, "policylapse/bench")
                taken.setdefault(kind, []).append((time.process_time() - begun, len(found.body)))
                assert found.status == 200, (address, found.status, found.body[:400])
        for kind, times in taken.items():
            print(_line(kind, [seconds for seconds, _size in times], max(size for _seconds, size in times)))
        small = [seconds for kind, times in taken.items() if "60 kB" not in kind for seconds, _size in times]
        print(_line("all but 60 kB", small, 0))


def _line(kind: str, times: Sequence[float], size: int) -> str:
    ordered = sorted(1000 * seconds for seconds in times)
    median, p95 = ordered[len(ordered) // 2], ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    return (
        f"{kind:20} {len(times):3} pages  median {median:6.0f} ms  p95 {p95:6.0f} ms  most {ordered[-1]:6.0f} ms  "
        f"{size / 1000:6.0f} kB"
    )


if __name__ == "__main__":
    main()
