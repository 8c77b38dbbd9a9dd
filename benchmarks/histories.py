"""Whole histories through the whole program: captures, seconds, versions found against the curated ones, size.

    python -m benchmarks histories [NAME …]      (default: the three that the issue names; --clean: all clean ones)

Each history of ../shared is written as a WARC file, crawled with strategy=all, and its versions are scored with
../shared/tools/score_changes.py, which is used as it is.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.crawl import HISTORIES, ROOT, SHARED


def write_warc(name: str, folder: Path) -> None:
    subprocess.run([sys.executable, SHARED / "tools" / "make_warc.py", folder, name], check=True, capture_output=True)


def crawl(name: str, folder: Path, strategy: str = "all") -> dict:
    """Crawl one history; return its numbers and, for the scorer, the version of each of its captures."""
    index = json.loads((folder / "index.jsonl").read_text().splitlines()[0])
    database = folder / f"{strategy}.db"
    command = [
        sys.executable,
        "-m",
        "scrapy",
        "crawl",
        "policies",
        "-a",
        f"url={index['url']}",
        "-a",
        f"strategy={strategy}",
    ]
    command += ["-s", f"POLICYLAPSE_ARCHIVE={folder}", "-s", f"POLICYLAPSE_DB={database}"]
    begun = time.perf_counter()
    environment = {**os.environ, "POLICYLAPSE_LOG_LEVEL": "ERROR"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    seconds = time.perf_counter() - begun
    db = sqlite3.connect(database)
    versions = db.execute("SELECT version, first_seen, last_seen FROM timeline ORDER BY version").fetchall()
    readings = db.execute("SELECT captured_at FROM readings ORDER BY captured_at").fetchall()
    changes = db.execute("SELECT not_before, not_after FROM change_detail ORDER BY 2").fetchall()
    (fetched,) = db.execute("SELECT fetched FROM runs").fetchone()
    db.close()
    labelled = [[at, v] for (at,) in readings for v, first, last in versions if first <= at <= last]
    return {
        "history": name,
        "captures": index["captures"],
        "seconds": seconds,
        "found": len(versions),
        "bytes": database.stat().st_size,
        "versions": labelled,
        "changes": changes,
        "fetched": fetched,
    }


def curated_versions(name: str) -> int:
    """How many runs of one curated wording the history has, over the captures that hold it exactly."""
    lines = (SHARED / "histories" / name / "history.jsonl").read_text().splitlines()
    golds = [row["gold_hash"] for row in map(json.loads, lines) if row["ok"]]
    return sum(1 for a, b in zip([None, *golds], golds, strict=False) if a != b)


def chosen(arguments: list[str]) -> list[str]:
    if arguments == ["--clean"]:
        rows = map(json.loads, (SHARED / "histories" / "index.jsonl").read_text().splitlines())
        return [row["name"] for row in rows if row["clean"] and row["url"]]
    return arguments or list(HISTORIES)


def main() -> None:
    if not SHARED.is_dir():
        sys.exit(f"nothing to measure: {SHARED} is not there")
    with tempfile.TemporaryDirectory() as scratch:
        predictions = Path(scratch) / "predictions.jsonl"
        with predictions.open("w") as out:
            print(f"{'history':50} {'captures':>8} {'seconds':>8} {'versions':>8} {'curated':>8} {'MB':>6}")
            for number, name in enumerate(chosen(sys.argv[1:])):
                folder = Path(scratch) / str(number)
                folder.mkdir()
                write_warc(name, folder)
                row = crawl(name, folder)
                print(
                    f"{name:50} {row['captures']:8} {row['seconds']:8.1f} {row['found']:8} {curated_versions(name):8} "
                    f"{row['bytes'] / 1e6:6.1f}",
                    flush=True,
                )
                out.write(json.dumps({"history": name, "versions": row["versions"]}) + "\n")
        scorer = [sys.executable, SHARED / "tools" / "score_changes.py", "--histories", SHARED / "histories"]
        subprocess.run([*scorer, "--pred", predictions, "--all", "--per-history"], check=True)


if __name__ == "__main__":
    main()
