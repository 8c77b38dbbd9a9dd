"""Precision and recall of claims against sentences labelled by hand, and what a block costs.

The labels are in benchmarks/claims_gold: a place (file, block, sentence) and a digest of the sentence's words, never its text.
How they were made, and how to get the texts: benchmarks/claims_gold/README.md.

    LANGUAGE.NAME.test.tsv        the test half, of operators in no other row
    LANGUAGE.tsv, LANGUAGE.NAME.tsv   the tuning half

The columns `source`, `path` and `commit` name a policy of a public repository. Its text is in DIR/OWNER__REPOSITORY/PATH of
--texts DIR, and a sentence is found by its digest. The column `file` names a curated text of ../shared/pairs or
../shared/histories. When a test half has been measured and its errors are read, its file loses the `.test` of its name.
Until another is labelled a language has no test half, and no floor is held.

younger.toml lists subjects that became subjects after rows were labelled: there they are open.

Rules are tuned on one half, and the floors hold on the other. A row of category `*` is a sentence labelled for every category:
it counts in each one that has rules in its language.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import re
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import floors
from benchmarks.reading import HISTORIES, gold_blocks
from pipelines.claims.context import contexts
from pipelines.claims.match import claims
from pipelines.claims.model import Context, Polarity
from pipelines.claims.plain import plain
from pipelines.claims.rules import rules
from pipelines.model import Block
from pipelines.text.sentences import sentences

ROOT = Path(__file__).resolve().parents[1]
PAIRS = ROOT.parent / "shared" / "pairs"
GOLD = Path(__file__).parent / "claims_gold"
# Owners of repositories with policies of others, each in a folder.
COLLECTIONS = frozenset({"OpenTermsArchive", "TosbackCgusBridge-Bot", "tosdr"})
OF_DOMAINS = frozenset({"citp"})  # their files are named after domains: a/ai/air/airtable.com.md
_ALONE = re.compile(r"\s*(#{1,6}\s|[-=]{2,}\s*$)")  # a heading, and the line below one
_BEGINS = re.compile(rf"{_ALONE.pattern}|\s*([-*+>|]|\d+[.)])\s|\s*```")  # a line that goes on with no paragraph
_HEADING = re.compile(r"(?m)^(#{1,6} .*)$")
TEXTS = "POLICYLAPSE_GOLD_TEXTS"  # the environment's name for the folder of --texts
_FLOORS = {name: floor.get("least", floor.get("most")) for name, floor in floors.all_floors()["claims"].items()}
PRECISION = _FLOORS["precision of a category"]  # on the test half
RECALL = dict.fromkeys(("retention", "rights", "law", "party"), _FLOORS["recall of retention, rights, law or party"])
# A site's own company is no third party: whose a product is, besides the operator's own name.
OWN = {
    "ChatGPT": ("openai",),
    "Claude-ai": ("anthropic",),
    "Qwen-Chat": ("alibaba",),
    "Le-Chat": ("mistral_ai",),
    "YouTube": ("google",),
    "Alibaba.com": ("alibaba",),
    "letsencrypt": ("let_s_encrypt",),
    "Microsoft-Copilot": ("microsoft",),
    "npm-Public-Registry": ("github",),
    "Skype": ("microsoft",),
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
        return operator_of(self.file)


def operator_of(file: str) -> str:
    """Return whose policy a row's file is.

    Of a repository: the first folder of a collection, the first part of a domain in a collection of domains, else its owner.
    """
    repository, inside, path = file.partition("/")
    if not inside:
        return file.split("__")[1]
    owner = repository.split("__")[0]
    if owner in OF_DOMAINS:
        return path.rpartition("/")[2].partition(".")[0]
    return path.partition("/")[0] if owner in COLLECTIONS else owner


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


def text_of(file: str, texts: Path | None = None) -> str:
    """Return the text that a row's file names, "" if it is not there.

    :param file: a file of ../shared/pairs, HISTORY@TEXT of ../shared/histories, or OWNER__REPOSITORY/PATH.
    :param texts: the folder of the last kind.
    """
    path = PAIRS / file
    if "/" in file:
        if texts is None:
            return ""
        path = texts / file
        # A heading is its line, whatever stands around it: `gold_blocks` needs empty lines there.
        return _HEADING.sub(r"\n\1\n", path.read_text(encoding="utf-8")) if path.is_file() else ""
    if "@" in file:
        history, _, name = file.partition("@")
        return _wordings(history).get(name, "")
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def unwrapped(text: str) -> str:
    """Return Markdown with each paragraph and list item on one line, as a page shows it."""
    lines: list[str] = []
    for line in text.splitlines():
        before = lines[-1] if lines else ""
        ends = not before.strip() or before.endswith("  ") or _ALONE.match(before)
        if ends or not line.strip() or _BEGINS.match(line):
            lines.append(line)
        else:
            lines[-1] = f"{before} {line.strip()}"
    return "\n".join(lines)


def places(file: str, texts: Path | None = None, *, joined: bool = False) -> Iterator[Place]:
    """Yield the sentences of a text.

    :param joined: read a paragraph whose lines are wrapped as one line.
    """
    text = text_of(file, texts)
    blocks = gold_blocks(unwrapped(text) if joined else text)
    for number, (block, context) in enumerate(zip(blocks, contexts(blocks), strict=True)):
        for index, one in enumerate(sentences(block.markdown)):
            yield Place(file, number, index, digest(one.key), plain(one.text), context, block)


@dataclass(frozen=True)
class Row:
    """A line of a .tsv. :param named: the .tsv. :param file: as `text_of` has it. :param labels: as they are written."""

    named: str
    category: str
    half: str
    file: str
    block: int
    sentence: int
    digest: str
    labels: str

    @property
    def of_the_web(self) -> bool:
        """Whether its text is one of a public repository."""
        return "/" in self.file


@dataclass(frozen=True)
class Gold:
    """A labelled sentence. :param labels: subject, or subject.polarity; those that two readers may see otherwise in `open`."""

    category: str
    half: str
    place: Place
    labels: frozenset[str]
    open: frozenset[str]


def rows(language: str) -> Iterator[Row]:
    """Yield the rows of a language."""
    for file in sorted(GOLD.glob(f"{language}.*tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for one in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                name = f"{one['source'].replace('/', '__')}/{one['path']}" if "source" in one else one["file"]
                part = "test" if file.name.endswith(".test.tsv") else "tuning"
                place = int(one["block"]), int(one["sentence"])
                yield Row(file.name, one["category"], part, name, *place, one["digest"], one["labels"])


def located(language: str, texts: Path | None = None) -> Iterator[tuple[Row, Place | None]]:
    """Yield each row with its sentence; None where the text is missing or the sentence has changed.

    A row of a public repository is found by its digest: its place is another one in another commit, and in a whole text of
    which a part was labelled. Its sentence may go over lines that its file wraps.
    """
    of_files: dict[str, tuple[dict[tuple[int, int], Place], dict[str, Place]]] = {}
    for row in rows(language):
        if row.file not in of_files:
            found = list(places(row.file, texts))
            joined = list(places(row.file, texts, joined=True)) if row.of_the_web else []
            by_digest = {one.digest: one for one in reversed(found + joined)} if row.of_the_web else {}
            of_files[row.file] = {(one.block, one.sentence): one for one in found}, by_digest
        by_place, by_digest = of_files[row.file]
        place = by_place.get((row.block, row.sentence))
        yield row, place if place and place.digest == row.digest else by_digest.get(row.digest)


def categories(language: str) -> list[str]:
    """Return the categories that are read in a language: those with a rule of it, and companies."""
    mine = {rule.category for rule in rules().rules if rule.language in (language, "*")} | {"party"}
    return [name for name in rules().categories if name in mine]


def read_gold(language: str, texts: Path | None = None) -> Iterator[Gold]:
    """Yield the labelled sentences whose texts are there and unchanged, once per category."""
    for row, place in located(language, texts):
        if place is None:
            continue
        names = categories(language) if row.category == "*" else [row.category]
        labels: dict[str, list[str]] = {name: [] for name in names}
        for label in [] if row.labels == "-" else row.labels.split():
            # A row of all categories says which one each label is of: law:gdpr.
            named, _, subject = label.rpartition(":")
            labels.setdefault(named or row.category, []).append(subject)
        for name in names:
            mine = labels[name]
            sure = frozenset(label for label in mine if not label.endswith("?"))
            still_open = frozenset(label.rstrip("?") for label in mine) | younger(row.named, name)
            yield Gold(name, row.half, place, sure, still_open - sure)


def younger(file: str, category: str) -> frozenset[str]:
    """Return the subjects of a category that the rules learned after the rows of a .tsv were labelled."""
    named = file.removesuffix(".tsv").removesuffix(".test")
    return frozenset(
        subject
        for one in _younger(GOLD / "younger.toml")
        if one["category"] == category and named in one["files"]
        for subject in one["subjects"]
    )


@cache
def _younger(file: Path) -> list[dict[str, Any]]:
    return list(tomllib.loads(file.read_text(encoding="utf-8"))["younger"])


def missing(language: str, texts: Path | None) -> str:
    """Return which sentences of public repositories cannot be found, as a sentence; "" where all are there."""
    mine = [(row, place) for row, place in located(language, texts) if row.of_the_web]
    lost = sum(place is None for _, place in mine)
    if not lost:
        return ""
    if texts is None or not texts.is_dir():
        return (
            f"skipped: the {lost} sentences of {language} of public repositories, their texts are not here. Get them as "
            f"benchmarks/claims_gold/README.md says and name their folder by --texts DIR or in {TEXTS}."
        )
    return f"missing: {lost} of {len(mine)} sentences of {language} of public repositories are not in {texts}"


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

    A claim that is `unclear` where a label or an open label has a polarity is an abstention, and not wrong.
    """

    def meets(label: str, one: str) -> bool:
        return label == one or ("." not in label and label == one.rpartition(".")[0])

    def held_back(one: str) -> bool:
        """Unclear, of a subject that the sentence does speak of: an abstention, neither right nor wrong."""
        subject, _, said_so = one.rpartition(".")
        return said_so == Polarity.UNCLEAR and any(label.split(".")[0] == subject for label in gold.labels | gold.open)

    right = {one for one in found if any(meets(label, one) for label in gold.labels)}
    left = {one for one in found - right if not held_back(one) and not any(meets(label, one) for label in gold.open)}
    own = (re.sub(r"[^a-z0-9]+", "_", gold.place.operator.lower()), *OWN.get(gold.place.operator, ()))
    wrong = {one for one in left if not (gold.category == "party" and one.startswith(own))}
    missed = {label for label in gold.labels if not any(meets(label, one) for one in found)}
    return right, wrong, missed


def score(
    language: str, texts: Path | None = None, *, show: str = "", part: str = "test"
) -> dict[tuple[str, str], Score]:
    """Return the scores by category and half; print the errors of one category in one half."""
    scores: dict[tuple[str, str], Score] = {}
    for gold in read_gold(language, texts):
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
    chosen = random.Random(1).sample(sorted(blocks.items(), key=lambda one: one[0].markdown), min(6000, len(blocks)))
    warm, chosen = chosen[: len(chosen) // 3], chosen[len(chosen) // 3 :]
    for block, context in warm:  # what is done once a process: patterns are compiled where a text first asks for them
        claims(block, context, "en")
    words = [len(re.findall(r"\w+", block.markdown)) for block, _context in chosen]
    begun, number = time.process_time(), 0
    for number, (block, context) in enumerate(chosen, start=1):
        claims(block, context, "en")
        if number % 100 == 0 and time.process_time() - begun > seconds:
            break
    return (time.process_time() - begun) * 1000 * 60 / max(sum(words[:number]), 1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks claims", description=__doc__)
    parser.add_argument("--errors", default="", help="show the errors of a category, or of all, on the tuning half")
    parser.add_argument("--cost", action="store_true", help="only the CPU time")
    parser.add_argument(
        "--texts", type=Path, metavar="DIR", default=os.environ.get(TEXTS), help="the texts of public repositories"
    )
    args = parser.parse_args()
    if not PAIRS.is_dir():
        print(f"skipped: {PAIRS} is not there")
        return 0
    failed: list[str] = []
    worst: list[float] = []
    least: list[float] = []
    for language in () if args.cost else sorted({path.name.partition(".")[0] for path in GOLD.glob("*.tsv")}):
        if said_missing := missing(language, args.texts):
            print(said_missing)
        scores = score(language, args.texts, show=args.errors, part="tuning")
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
