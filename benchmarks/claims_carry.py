"""Which rules carry over from one operator to another: right and wrong claims of each pattern, counted in operators.

    labels of the tuning half ─► claims of the rules ─► by rule and pattern: operators where it was right, and where wrong

A rule that is right for one operator only is an anecdote, and one that is wrong anywhere is suspect. A third of the tuning
operators, by a digest of their names, is held out: `--held-out` scores it and shows no sentence, so that the writer of rules can
see once or twice what they are worth for operators that were not read. Without it only the other two thirds count. `--of`
names files of labels: only their operators count.

Patterns are numbered from 0 in the order of `any`. A claim counts for each pattern of its rule that matches alone.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from benchmarks.claims import PAIRS, TEXTS, Gold, Score, compare, operator_of, read_gold, rows
from pipelines.claims.match import claims
from pipelines.claims.model import Claim
from pipelines.claims.rules import Rule, rules

_Counts = dict[tuple[str, int], tuple[Counter[str], Counter[str]]]


def held_out(operator: str) -> bool:
    """Return whether an operator is of the third that writers of rules do not read."""
    return int(hashlib.sha256(f"held out {operator}".encode()).hexdigest(), 16) % 3 == 0


def counted(golds: Iterable[Gold], language: str) -> tuple[dict[str, Score], _Counts]:
    """Return the scores by category, and by rule and pattern how many claims were right and wrong for each operator."""
    scores: dict[str, Score] = defaultdict(Score)
    counts: _Counts = defaultdict(lambda: (Counter(), Counter()))
    for gold in golds:
        found = [one for one in _claims(gold, language) if one.category == gold.category]
        right, wrong, missed = compare(gold, {_label(one) for one in found})
        score = scores[gold.category]
        score.true, score.false, score.missed = (
            score.true + len(right),
            score.false + len(wrong),
            score.missed + len(missed),
        )
        for one in found:
            for side, labels in enumerate((right, wrong)):
                if _label(one) in labels:
                    for number in _patterns(one, gold):
                        counts[one.rule, number][side][gold.place.operator] += 1
    return scores, counts


def _label(one: Claim) -> str:
    return f"{one.subject}.{one.polarity.value}"


@cache
def _by_id() -> dict[str, Rule]:
    return {rule.id: rule for rule in rules().rules}


def _claims(gold: Gold, language: str) -> Iterator[Claim]:
    place = gold.place
    return (one for one in _read(place.of, place.context, language) if one.sentence == place.sentence)


_read = cache(claims)


def _patterns(one: Claim, gold: Gold) -> list[int]:
    rule = _by_id().get(one.rule)
    if rule is None:  # companies have a list and no patterns
        return [0]
    text = f"{gold.place.context.lead} {gold.place.text}".strip()
    text = text if rule.case else text.lower()
    return [number for number, source in enumerate(rule.sources) if re.search(source, text)] or [-1]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks claims_carry", description=__doc__)
    parser.add_argument("--language", default="en")
    parser.add_argument("--category", default="", help="only this one")
    parser.add_argument("--of", nargs="+", default=[], metavar="NAME", help="only operators of these files of labels")
    parser.add_argument("--held-out", action="store_true", help="score the held-out third, and show no sentence")
    parser.add_argument("--wrong", action="store_true", help="only patterns that were wrong somewhere")
    parser.add_argument("--texts", type=Path, metavar="DIR", default=os.environ.get(TEXTS), help="as in `claims`")
    args = parser.parse_args()
    if not PAIRS.is_dir():
        print(f"skipped: {PAIRS} is not there")
        return 0
    golds = [one for one in read_gold(args.language, args.texts) if one.half == "tuning"]
    mine = {
        operator_of(row.file)
        for row in rows(args.language)
        if row.named.startswith(tuple(f"{one}." for one in args.of) or "")
    }
    golds = [one for one in golds if one.place.operator in mine]
    golds = [one for one in golds if held_out(one.place.operator) == args.held_out]
    golds = [one for one in golds if args.category in ("", one.category)]
    scores, counts = counted(golds, args.language)
    print(f"{len({one.place.operator for one in golds})} operators, {'held out' if args.held_out else 'read'}")
    print(f"{'category':<14}{'right':>6}{'wrong':>6}{'missed':>7}{'precision':>11}{'recall':>8}")
    for category, one in sorted(scores.items()):
        shown = [f"{value:.3f}" if value is not None else "-" for value in (one.precision, one.recall)]
        print(f"{category:<14}{one.true:>6}{one.false:>6}{one.missed:>7}{shown[0]:>11}{shown[1]:>8}")
    if args.held_out:
        return 0
    print(f"{'rule':<36}{'pattern':>8}{'right':>6}{'of':>4}{'wrong':>6}{'of':>4}   (claims, operators)")
    for (rule, number), (right, wrong) in sorted(counts.items()):
        if wrong or not args.wrong:
            print(f"{rule:<36}{number:>8}{right.total():>6}{len(right):>4}{wrong.total():>6}{len(wrong):>4}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
