"""Precision and recall of claims against sentences labelled by hand, and what a block costs.

The texts are the curated ones of ../shared/pairs and ../shared/histories. The labels are in benchmarks/claims_gold: a place
(file, block, sentence) and a digest of the sentence's words, never its text. How they were made: benchmarks/claims_gold/README.md.

    LANGUAGE.test.tsv   the test half, of operators in no other row; then all of LANGUAGE.tsv is the tuning half
    LANGUAGE.tsv        where that file is missing, a digest of an operator's name says which half it is in

Rules are tuned on one half, and the floors hold on the other. A row of category `*` is a sentence drawn from all sentences and
labelled for every category: it counts in each one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks import floors
from benchmarks.reading import HISTORIES, gold_blocks
from pipelines.claims.context import contexts
from pipelines.claims.match import claims
from pipelines.claims.model import Context, Polarity
from pipelines.claims.parties import parties
from pipelines.claims.plain import plain
from pipelines.claims.rules import rules
from pipelines.model import Block
from pipelines.text.sentences import sentences

ROOT = Path(__file__).resolve().parents[1]
PAIRS = ROOT.parent / "shared" / "pairs"
GOLD = Path(__file__).parent / "claims_gold"
_FLOORS = {name: floor.get("least", floor.get("most")) for name, floor in floors.all_floors()["claims"].items()}
PRECISION = _FLOORS["precision of a category"]  # on the test half
RECALL = dict.fromkeys(("retention", "rights", "law", "party"), _FLOORS["recall of retention, rights, law or party"])
# A site's own company is no third party: whose a product is.
OWN = {
    "ChatGPT": "openai",
    "Claude-ai": "anthropic",
    "Qwen-Chat": "alibaba",
    "Le-Chat": "mistral_ai",
    "YouTube": "google",
    "Microsoft-Copilot": "microsoft",
    "npm-Public-Registry": "github",
}
COST_MS = _FLOORS["all rules over a block of 60 words"]


@dataclass(frozen=True)
class Place:
    """A sentence of a text, and what it stands under."""

    file: str
    block: int
    sentence: int
    digest: str
    text: str
    context: Context
    of: Block

    @property
    def operator(self) -> str:
        return self.file.split("__")[1]


def half(operator: str) -> str:
    """Return the half of an operator: a digest of its name decides."""
    return ("tuning", "test")[int(hashlib.sha256(operator.encode()).hexdigest(), 16) % 2]


def digest(words: tuple[str, ...]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


@cache
def _wordings(history: str) -> dict[str, str]:
    """Return the curated texts of a history by the first characters of their names."""
    file = HISTORIES / history / "golds.jsonl"
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines()) if file.is_file() else iter(())
    return {row["gold"][:12]: row["text"] for row in rows}


def wordings(history: str) -> list[str]:
    """Return the names of the curated texts of a history, newest first, as a row's file names them."""
    return [f"{history}@{name}" for name in reversed(_wordings(history))]


def text_of(file: str) -> str:
    """Return the curated text that a row's file names, "" if it is not there.

    :param file: a file of ../shared/pairs, or HISTORY@TEXT of ../shared/histories.
    """
    history, _, name = file.partition("@")
    if name:
        return _wordings(history).get(name, "")
    path = PAIRS / file
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def places(file: str) -> Iterator[Place]:
    """Yield the sentences of a text."""
    blocks = gold_blocks(text_of(file))
    for number, (block, context) in enumerate(zip(blocks, contexts(blocks), strict=True)):
        for index, one in enumerate(sentences(block.markdown)):
            yield Place(file, number, index, digest(one.key), plain(one.text), context, block)


@dataclass(frozen=True)
class Gold:
    """A labelled sentence. :param labels: subject, or subject.polarity; those that two readers may see otherwise in `open`."""

    category: str
    half: str
    place: Place
    labels: frozenset[str]
    open: frozenset[str]


def has_own_test(language: str) -> bool:
    """Return whether a file of its own has the test half of a language."""
    return (GOLD / f"{language}.test.tsv").is_file()


def rows(language: str) -> Iterator[tuple[str, list[str]]]:
    """Yield half and columns (category, file, block, sentence, digest, labels) of each row of a language."""
    own = has_own_test(language)
    for name in (f"{language}.tsv", f"{language}.test.tsv"):
        file = GOLD / name
        for line in file.read_text(encoding="utf-8").splitlines()[1:] if file.is_file() else []:
            columns = line.split("\t")
            if name.endswith(".test.tsv"):
                yield "test", columns
            else:
                yield "tuning" if own else half(columns[1].split("__")[1]), columns


def read_gold(language: str) -> Iterator[Gold]:
    """Yield the labelled sentences whose texts are there and unchanged, once per category."""
    texts: dict[str, dict[tuple[int, int], Place]] = {}
    for part, (category, file, block, sentence, key, written) in rows(language):
        if file not in texts:
            texts[file] = {(one.block, one.sentence): one for one in places(file)}
        place = texts[file].get((int(block), int(sentence)))
        if place is None or place.digest != key:
            continue
        labels: dict[str, list[str]] = {name: [] for name in (rules().categories if category == "*" else [category])}
        for label in [] if written == "-" else written.split():
            # A row of all categories says which one each label is of: law:gdpr.
            named, _, subject = label.rpartition(":")
            labels[named or category].append(subject)
        for name, mine in labels.items():
            sure = frozenset(label for label in mine if not label.endswith("?"))
            yield Gold(name, part, place, sure, frozenset(label.rstrip("?") for label in mine) - sure)


@dataclass
class Score:
    """What was found of one category: counts, and the sentences that were read wrongly."""

    true: int = 0
    false: int = 0
    missed: int = 0
    sentences: int = 0

    @property
    def precision(self) -> float | None:
        return self.true / (self.true + self.false) if self.true + self.false else None

    @property
    def recall(self) -> float | None:
        return self.true / (self.true + self.missed) if self.true + self.missed else None


def said(place: Place, category: str, language: str) -> set[str]:
    """Return what the rules find in a sentence, as labels are written."""
    found = claims(place.of, place.context, language)
    return {
        f"{one.subject}.{one.polarity.value}"
        for one in found
        if one.category == category and one.sentence == place.sentence
    }


def compare(gold: Gold, found: set[str]) -> tuple[set[str], set[str], set[str]]:
    """Return what is right, wrong and missed: a label without a polarity is met by any.

    A claim that is `unclear` where the label has a polarity is missed, and not wrong.
    """

    def meets(label: str, one: str) -> bool:
        return label == one or ("." not in label and label == one.rpartition(".")[0])

    def held_back(one: str) -> bool:
        """Unclear, of a subject that the sentence does speak of: an abstention, neither right nor wrong."""
        subject, _, said_so = one.rpartition(".")
        return said_so == Polarity.UNCLEAR and any(label.split(".")[0] == subject for label in gold.labels)

    right = {one for one in found if any(meets(label, one) for label in gold.labels)}
    left = {one for one in found - right if not held_back(one) and not any(meets(label, one) for label in gold.open)}
    own = OWN.get(gold.place.operator, gold.place.operator.lower().replace("-", "_"))
    wrong = {one for one in left if not (gold.category == "party" and one.startswith(own))}
    missed = {label for label in gold.labels if not any(meets(label, one) for one in found)}
    return right, wrong, missed


def score(language: str, *, show: str = "", part: str = "test") -> dict[tuple[str, str], Score]:
    """Return the scores by category and half; print the errors of one category in one half."""
    scores: dict[tuple[str, str], Score] = {}
    for gold in read_gold(language):
        which = gold.half
        one = scores.setdefault((gold.category, which), Score())
        right, wrong, missed = compare(gold, said(gold.place, gold.category, language))
        one.sentences += 1
        one.true += len(right)
        one.false += len(wrong)
        one.missed += len(missed)
        if show in (gold.category, "all") and which == part and (wrong or missed):
            lead = f"{gold.place.context.lead} >> " if gold.place.context.lead else ""
            print(f"  {gold.category}: wrong {sorted(wrong)} missed {sorted(missed)} {lead}{gold.place.text}")
    return scores


def cost(seconds: float = 2.0) -> float:
    """Return the CPU milliseconds of all rules for a block of 60 words, over distinct blocks of ../shared."""
    blocks: dict[Block, Context] = {}
    for file in sorted(PAIRS.glob("*.gold.md")):
        found = gold_blocks(file.read_text(encoding="utf-8"))
        blocks |= dict(zip(found, contexts(found), strict=True))
    chosen = random.Random(1).sample(sorted(blocks.items(), key=lambda one: one[0].markdown), min(4000, len(blocks)))
    rules()
    parties("Load the list.")
    words, begun = 0, time.process_time()
    for block, context in chosen:
        claims(block, context, "en")
        words += len(re.findall(r"\w+", block.markdown))
        if time.process_time() - begun > seconds:
            break
    return (time.process_time() - begun) * 1000 * 60 / max(words, 1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks claims", description=__doc__)
    parser.add_argument("--errors", default="", help="show the errors of a category, or of all, on the tuning half")
    parser.add_argument("--cost", action="store_true", help="only the CPU time")
    args = parser.parse_args()
    if not PAIRS.is_dir():
        print(f"skipped: {PAIRS} is not there")
        return 0
    failed: list[str] = []
    worst: list[float] = []
    least: list[float] = []
    for language in () if args.cost else sorted({path.name.partition(".")[0] for path in GOLD.glob("*.tsv")}):
        scores = score(language, show=args.errors, part="tuning")
        print(f"{language:<13}{'half':<8}{'sentences':>9}{'claims':>8}{'precision':>11}{'recall':>8}")
        for (category, which), one in sorted(scores.items()):
            precision, recall = one.precision, one.recall
            shown = [f"{value:.3f}" if value is not None else "-" for value in (precision, recall)]
            print(f"{category:<13}{which:<8}{one.sentences:>9}{one.true + one.missed:>8}{shown[0]:>11}{shown[1]:>8}")
            if which == "test" and precision is not None:
                worst.append(precision)
            if which == "test" and recall is not None and category in RECALL:
                least.append(recall)
            if which == "test" and precision is not None and precision < PRECISION:
                failed.append(f"{language} {category}: precision {precision:.3f} < {PRECISION}")
            if which == "test" and recall is not None and recall < RECALL.get(category, 0):
                failed.append(f"{language} {category}: recall {recall:.3f} < {RECALL[category]}")
    spent = cost()
    print(f"all rules over a block of 60 words: {spent:.3f} ms CPU")
    print(floors.met("claims", "all rules over a block of 60 words", spent))
    if worst:
        print(f"lowest precision: {floors.met('claims', 'precision of a category', min(worst))}")
    if least:
        print(f"lowest recall: {floors.met('claims', 'recall of retention, rights, law or party', min(least))}")
    if spent > COST_MS:
        failed.append(f"cost {spent:.3f} ms > {COST_MS}")
    for one in failed:
        print(f"below its floor: {one}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
