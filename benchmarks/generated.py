"""Changes of generated histories (tests/generators/histories_generated.py): precision, recall, histories without a false change.

    python -m benchmarks generated [--seed N] [--histories N] [--pages] [--per-history]

With --pages every capture is rendered as HTML and read by the program's own extraction (some 20 ms a capture); without,
the time axis gets the text with all furniture that stands within it or right beside it.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from benchmarks.text import seen_text
from pipelines.model import Observation
from pipelines.versions.fold import fold, wordings_of
from pipelines.versions.sightings import SeenText
from tests.generators.histories_generated import Generated, Score, generate, observed, score
from tests.generators.histories_pages import page

WORKERS = 2
Row = tuple[str, tuple[str, ...], Score]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks generated", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--histories", type=int, default=200)
    parser.add_argument("--pages", action="store_true", help="render pages and extract them")
    parser.add_argument("--per-history", action="store_true", help="a line for every history with a wrong change")
    args = parser.parse_args(argv)
    with ProcessPoolExecutor(WORKERS) as pool:
        rows = list(pool.map(partial(scored, args.seed, pages=args.pages), range(args.histories), chunksize=4))
    for line in report(rows):
        print(line)
    for name, kinds, one in rows if args.per_history else ():
        if one.false or one.right < one.true:
            print(f"{name} ({', '.join(kinds)}): false={one.false} missed={one.true - one.right} true={one.true}")
    return 0


def scored(seed: int, number: int, *, pages: bool = False) -> Row:
    history = generate(seed, number)
    observations, texts = read(history) if pages else observed(history)
    wordings, _aside = wordings_of(observations, fold(observations, texts))
    given = [(seen.captured_at, wordings[seen.capture_id]) for seen in observations if seen.capture_id in wordings]
    return history.name, (history.language, *history.kinds), score(history, given)


def read(history: Generated) -> tuple[list[Observation], dict[int, SeenText]]:
    """What extraction and judge make of the history's pages."""
    texts: dict[int, SeenText] = {}
    ids: dict[str, int] = {}
    observations = []
    for shot in history.shots:
        body = page(history, shot).encode()
        wording, seen = seen_text(body, f"https://{history.name.replace('/', '-')}.example/privacy")
        if wording:
            text_id = ids.setdefault(wording, len(ids) + 1)
            texts.setdefault(text_id, seen)
            observations.append(Observation(shot.at, shot.number + 1, wording, text_id))
    return observations, texts


def report(rows: list[Row]) -> list[str]:
    true, found, right = (sum(getattr(one, name) for _, _, one in rows) for name in ("true", "found", "right"))
    quiet = sum(not one.false for _, _, one in rows) / max(len(rows), 1)
    kinds: Counter[str] = Counter(kind for _, kinds, _ in rows for kind in set(kinds))
    bad: Counter[str] = Counter(kind for _, kinds, one in rows if one.false for kind in set(kinds))
    missed: Counter[str] = Counter()
    for _, names, one in rows:
        missed.update(dict.fromkeys(names, one.true - one.right))
    lines = [
        (
            f"{len(rows)} histories, {sum(one.pairs for _, _, one in rows)} pairs, {true} true changes: precision "
            f"{right / max(found, 1):.4f}, recall {right / max(true, 1):.4f}, without a false change {quiet:.3f}"
        )
    ]
    lines += [
        f"  {kind:18} {count:4} histories, {bad[kind]:3} with a false change, {missed[kind]:3} missed"
        for kind, count in sorted(kinds.items())
    ]
    return lines


if __name__ == "__main__":
    sys.exit(main())
