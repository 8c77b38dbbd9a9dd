"""CPU and bytes per page of `policylapse web`, over many versions (benchmarks/many_versions.py).

python -m benchmarks.web [VERSIONS] [DATABASE]      (default: 20,000 versions of 200 policies, built anew)
"""

import random
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from benchmarks.many_versions import build
from history.database import open_database
from history.timeline.timeline import read_versions
from history.web.app import answer, split
from history.web.catalogue import read_catalogue
from history.web.keys import version_keys
from history.web.legal import read_dates
from history.web.links import Links
from history.web.page import Ask

ROUNDS = 12  # policies of which every page is asked for


def addresses(db, catalogue, chance):
    yield from (
        ("sites", "/"),
        ("sites 2", "/?page=2"),
        ("changes", "/-/changes"),
        ("changes added", "/-/changes?added=bol1*"),
    )
    yield from (
        ("search", "/-/search?q=bol1*"),
        ("search two", "/-/search?q=bal0 OR cel7"),
        ("coverage", "/-/coverage"),
    )
    yield from (("trends", "/-/trends?terms=bal0,cel7"), ("runs", "/-/runs"))
    policies = [one for some in catalogue.policies.values() for one in some]
    for policy in chance.sample(policies, min(ROUNDS, len(policies))):
        keys, path = version_keys(read_versions(db, policy)), f"/-/{catalogue.path(policy)}"
        middle = chance.randrange(1, len(keys))
        yield "timeline", f"{path}/timeline"
        yield "calendar", f"{path}/calendar"
        yield "version", f"{path}/v/{keys[middle]}"
        yield "diff", f"{path}/diff/{keys[middle - 1]}..{keys[middle]}"
        yield "diff sides", f"{path}/diff/{keys[0]}..{keys[-1]}?mode=sides"
        yield "blame", f"{path}/blame/{keys[middle]}"


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
            taken: dict[str, list[tuple[float, int]]] = {}
            for kind, address in addresses(db, catalogue, random.Random(1)):
                parts = urlsplit(address)
                name, form = split(parts.path.removeprefix("/").removeprefix("-/"))
                ask = Ask(db, catalogue, Links("/", here=name), name, dict(parse_qsl(parts.query)), read_dates(None))
                begun = time.process_time()
                found = answer(ask, form, "policylapse/bench")
                taken.setdefault(kind, []).append((time.process_time() - begun, len(found.body)))
                assert found.status == 200, (address, found.body[:400])
        for kind, times in taken.items():
            ordered = sorted(seconds for seconds, _size in times)
            print(f"{kind:14} {len(times):3} pages  median {1000 * ordered[len(ordered) // 2]:6.0f} ms  "
                  f"most {1000 * ordered[-1]:6.0f} ms  {max(size for _s, size in times) / 1000:6.0f} kB")  # fmt: skip


if __name__ == "__main__":
    main()
