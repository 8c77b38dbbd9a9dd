"""What strategy=changes costs and finds through the whole program, against the program's own strategy=all.

    python -m benchmarks program_requests [NAME …]      (default: all clean histories of ../shared; minutes)

Each history is crawled twice out of a WARC file, with the real spider, extraction and store. A change that `all` shows
is found if `changes` shows one whose bracket overlaps it.
"""

import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.crawl import SHARED
from benchmarks.histories import chosen, crawl, write_warc


def measure(name: str, folder: Path) -> dict:
    folder.mkdir()
    write_warc(name, folder)
    every, few = crawl(name, folder), crawl(name, folder, "changes")
    found = sum(any(a <= after and b >= before for a, b in few["changes"]) for before, after in every["changes"])
    return {
        "name": name,
        "captures": every["captures"],
        "changes": len(every["changes"]),
        "found": found,
        "shown": len(few["changes"]),
        "fetched": few["fetched"],
    }


def line(name: str, rows: list[dict]) -> str:
    captures, changes, found, shown, fetched = (
        sum(row[key] for row in rows) for key in ("captures", "changes", "found", "shown", "fetched")
    )
    each = fetched / found if found else float("nan")
    recall = found / changes if changes else float("nan")
    return f"{name:52} {captures:8,} {changes:8} {shown:6} {fetched:8,} {each:10.2f} {recall:7.3f}"


def main() -> None:
    if not SHARED.is_dir():
        sys.exit(f"nothing to measure: {SHARED} is not there")
    names = chosen(sys.argv[1:] or ["--clean"])
    print(f"{'history':52} {'captures':>8} {'changes':>8} {'shown':>6} {'fetched':>8} {'per change':>10} {'recall':>7}")
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2) as pool:
        rows = []
        for row in pool.map(measure, names, [Path(scratch) / str(number) for number in range(len(names))]):
            rows.append(row)
            if row["found"] < row["changes"] or row["fetched"] > 6 * max(row["found"], 1) + 12:
                print(line(row["name"], [row]), flush=True)
    index = map(json.loads, (SHARED / "histories" / "index.jsonl").read_text().splitlines())
    privacy = {row["name"] for row in index if row["privacy"]}
    print(line("privacy policies", [row for row in rows if row["name"] in privacy]))
    print(line("all", rows))


if __name__ == "__main__":
    main()
