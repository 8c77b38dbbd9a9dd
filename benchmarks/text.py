"""Score our text against the curated one: pages (word F1, headings, lists) and histories (change points).

    python -m benchmarks text [--pairs] [--changes] [--speed] [--privacy] [--limit N] [--per-history] [--worst N]

Both parts run unless one is named. The judges are ../shared/tools/score_*.py, used as they are.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import trafilatura

from benchmarks.floors import met
from crawler.archives.errors import DecodeError, ExtractError
from crawler.archives.timestamps import format_iso
from crawler.targets.fetched import Fetched
from pipelines.model import DocumentKind, Observation
from pipelines.reading.decode import decode_payload
from pipelines.reading.extract import extract_text
from pipelines.reading.judging.judge import judge
from pipelines.reading.payload import read_payload
from pipelines.reading.pool import warm_up
from pipelines.text.markdown import render_markdown
from pipelines.text.wording import wording_key
from pipelines.versions.fold import fold, wordings_of
from pipelines.versions.sightings import SeenText, lines_of

SHARED = Path(__file__).resolve().parents[2] / "shared"
WORKERS = 2
HEADERS = {"content-type": "text/html; charset=utf-8"}  # both collections keep pages as UTF-8


def main(argv: list[str] | None = None) -> int:
    args = _arguments(argv)
    if not (SHARED / "tools").is_dir():
        print(f"Skipped: the data lies in {SHARED}, which is missing.", file=sys.stderr)
        return 0
    sys.path.insert(0, str(SHARED / "tools"))
    if args.speed:
        compare_speed(args)
        return 0
    both = not (args.pairs or args.changes)
    if args.pairs or both:
        score_pairs(args)
    if args.changes or both:
        score_changes(args)
    return 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks text", description=__doc__)
    parser.add_argument("--pairs", action="store_true", help="only the pages")
    parser.add_argument("--changes", action="store_true", help="only the histories")
    parser.add_argument("--speed", action="store_true", help="only the speed, against trafilatura, in one process")
    parser.add_argument("--privacy", action="store_true", help="only privacy policies")
    parser.add_argument("--limit", type=int, help="only the first N pages, histories")
    parser.add_argument("--per-history", action="store_true", help="a line for every history with a wrong change")
    parser.add_argument("--worst", type=int, default=0, help="the N pages with the lowest F1")
    return parser.parse_args(argv)


def score_pairs(args: argparse.Namespace) -> None:
    scorer = importlib.import_module("score_extraction")
    index = SHARED / "pairs" / "index.jsonl"
    rows = [row for row in scorer.read_jsonl(index) if row["privacy"] or not args.privacy][: args.limit]
    with tempfile.TemporaryDirectory() as folder:
        jobs = [(str(index.parent / f"{row['id']}.html"), row["url"], folder) for row in rows]
        with ProcessPoolExecutor(WORKERS) as pool:
            seconds = sum(pool.map(write_markdown, jobs))
        wanted = {row["id"] for row in rows}
        scored = [row for row in scorer.score_dir(index, folder) if row["id"] in wanted]
    print(scorer.table([(name, scorer.summary(part)) for name, part in scorer.subsets(scored) if part]))
    print(f"{len(jobs)} pages, {1000 * seconds / max(len(jobs), 1):.1f} ms CPU a page")
    whole = sorted((row for row in scored if row["scope"] == "whole"), key=lambda row: row["f1"])
    for row in whole[: args.worst]:
        print(f"{row['f1']:.3f} p={row['p']:.3f} r={row['r']:.3f} head={row['head']} item={row['item']} {row['id']}")


def compare_speed(args: argparse.Namespace) -> None:
    """The same pages, turn by turn: ours to the text alone (decode, extract, Markdown), our full reading (judged, dated,
    its languages told), and trafilatura (favor_recall, Markdown). Of each page the best of three: the machine has other work.
    """
    warm_up()
    every = max(1, len(list((SHARED / "pairs").glob("*.html"))) // args.limit) if args.limit else 1
    pages = [path.read_bytes() for path in sorted((SHARED / "pairs").glob("*.html"))[::every]]
    text = full = theirs = 0.0
    for body in pages:
        fetched = Fetched(body, HEADERS, "https://page.example/privacy")
        times = [
            (
                _cpu(lambda: markdown_of(body, fetched.url)),  # noqa: B023 - called at once
                _cpu(lambda: read_payload(fetched)),  # noqa: B023
                _cpu(lambda: trafilatura_of(body)),  # noqa: B023
            )
            for _ in range(3)
        ]
        text, full, theirs = (sum_ + min(row[n] for row in times) for n, sum_ in enumerate((text, full, theirs)))
    each = 1000 / max(len(pages), 1)
    print(
        f"{len(pages)} pages, CPU: text alone {text * each:.1f} ms a page, full reading {full * each:.1f}, "
        f"trafilatura {theirs * each:.1f}"
    )
    print(f"text alone {text / theirs:.2f} × trafilatura")
    print(f"full reading {full / theirs:.2f} × trafilatura ({met('text', 'full reading of a page', full / theirs)})")


def _cpu(call: Callable[[], object]) -> float:
    """Seconds of processor time that a page takes which is like no other: what pages have taught is forgotten."""
    for memo in _memos():
        memo.cache_clear()
    begun = time.process_time()
    call()
    return time.process_time() - begun


@cache
def _memos() -> tuple[Any, ...]:
    """The memos that have a bound: what is kept for ever, such as patterns, is no page's."""
    packages = ("pipelines.", "trafilatura.")
    modules = [module for name, module in sys.modules.items() if name.startswith(packages)]
    found = {id(value): value for module in modules for value in vars(module).values() if hasattr(value, "cache_clear")}
    return tuple(memo for memo in found.values() if memo.cache_parameters()["maxsize"] is not None)


def trafilatura_of(body: bytes) -> str | None:
    found: str | None = trafilatura.extract(
        body.decode("utf-8", "replace"), favor_recall=True, output_format="markdown"
    )
    return found


def write_markdown(job: tuple[str, str, str]) -> float:
    """Write one page's Markdown; out: seconds of CPU."""
    path, url, folder = job
    body = Path(path).read_bytes()
    start = time.process_time()
    text = markdown_of(body, url)
    seconds = time.process_time() - start
    (Path(folder) / f"{Path(path).stem}.md").write_text(text, encoding="utf-8")
    return seconds


def markdown_of(body: bytes, url: str) -> str:
    try:
        page = decode_payload(body, HEADERS)
        return render_markdown(extract_text(page, url=url).blocks)
    except (DecodeError, ExtractError):
        return ""


def score_changes(args: argparse.Namespace) -> None:
    scorer = importlib.import_module("score_changes")
    folder = SHARED / "histories"
    rows = [
        row
        for row in scorer.read_jsonl(folder / "index.jsonl")
        if row["clean"] and (row["privacy"] or not args.privacy)
    ]
    rows = rows[: args.limit]
    with ProcessPoolExecutor(WORKERS) as pool:
        found = list(pool.map(versions_of, [(row["name"], row["url"]) for row in rows]))
    predictions = {name: {"history": name, "versions": versions} for name, versions, _, _ in found}
    per, _ = scorer.score(folder, predictions)
    private, _ = scorer.score(folder, predictions, privacy=True)
    print(scorer.table([("all", scorer.total(per)), ("privacy policies", scorer.total(private))]))
    captures, seconds = sum(row[2] for row in found), sum(row[3] for row in found)
    print(f"{captures} captures, {1000 * seconds / max(captures, 1):.1f} ms CPU a capture")
    for name, score in sorted(per.items(), key=lambda item: -item[1]["fp"]) if args.per_history else ():
        if score["fp"] or score["tp"] < score["gold"]:
            print(f"{name}: pairs={score['pairs']} gold={score['gold']} tp={score['tp']} fp={score['fp']}")


def versions_of(job: tuple[str, str]) -> tuple[str, list[tuple[str, str]], int, float]:
    """The wording at every capture that is the policy: name, (date, wording) pairs, captures, seconds of CPU."""
    name, url = job
    common: Any = common_tools()
    folder = SHARED / "histories" / name
    store = common.BlobStore(folder)
    known: dict[str, str] = {}  # blob: wording
    ids: dict[str, int] = {}
    texts: dict[int, SeenText] = {}
    observations: list[Observation] = []
    seconds = 0.0
    for number, row in enumerate(common.read_jsonl(folder / "history.jsonl")):
        blob = row["blob"]
        if blob not in known:
            body = store.get(blob)
            start = time.process_time()
            known[blob], seen = seen_text(body, row.get("url") or url)
            seconds += time.process_time() - start
            texts[ids.setdefault(known[blob], len(ids))] = seen
        if known[blob]:
            observations.append(Observation(_time(row["date"]), number, known[blob], ids[known[blob]]))
    store.close()
    start = time.process_time()
    wordings, _aside = wordings_of(observations, fold(observations, texts))
    seconds += time.process_time() - start
    found = [(format_iso(o.captured_at), wordings[o.capture_id]) for o in observations if o.capture_id in wordings]
    return name, found, len(known), seconds


def seen_text(body: bytes, url: str) -> tuple[str, SeenText]:
    """Key of the wording, "" for what is no policy; and the text as the time axis sees it."""
    nothing = "", SeenText(())
    try:
        page = decode_payload(body, HEADERS)
        extraction = extract_text(page, url=url)
    except (DecodeError, ExtractError):
        return nothing
    judgement = judge(page, extraction, headers={})
    if not judgement.is_policy:
        return nothing
    legal = judgement.kind is not DocumentKind.OTHER
    seen = SeenText(lines_of(extraction.blocks), judgement.score, legal, extraction.language)
    return wording_key(extraction.blocks), seen


def common_tools() -> ModuleType:
    tools = str(SHARED / "tools")
    if tools not in sys.path:
        sys.path.insert(0, tools)
    return importlib.import_module("bench_common")


def _time(date: str) -> datetime:
    return datetime.fromisoformat(date.replace("Z", "+00:00"))


if __name__ == "__main__":
    sys.exit(main())
