"""The reading side: how closely a diff marks what changed, and how long diff and blame take.

    python -m benchmarks reading [--marks] [--speed] [--limit N] [--worst N]

Marks: every change of wording between neighbouring curated texts of ../shared/histories. "Really changed" is the least
number of words that must be deleted and inserted to make one wording of the other (word-level longest common
subsequence): nothing can mark fewer and still be right, unless it knows of moves. A moved block is shown as moved, its
words are not marked; so the ratio is given a second time with every moved word counted as if it were marked. The
line diff, as the tools of prior-art.md show it, counts all words of the lines that differ.
Speed: made-up policies, CPU time of one thread, the best of some runs; difflib on the same words in the same run.
"""

from __future__ import annotations

import argparse
import difflib
import json
import random
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from rapidfuzz.distance import LCSseq

from history.diff.blame import blame
from history.diff.diff import DiffKind, diff
from history.diff.word_steps import Op
from pipelines.model import Block, BlockKind
from pipelines.text.wording import text_words, words

HISTORIES = Path(__file__).resolve().parents[2] / "shared" / "histories"
_LINK = re.compile(r"!?\[((?:[^\[\]\\]|\\.)*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks reading", description=__doc__)
    parser.add_argument("--marks", action="store_true", help="only how closely changes are marked")
    parser.add_argument("--speed", action="store_true", help="only the speed")
    parser.add_argument("--limit", type=int, help="only the first N histories")
    parser.add_argument("--worst", type=int, default=0, help="the N changes marked least closely")
    args = parser.parse_args(argv)
    if not args.speed:
        marks(args)
    if not args.marks:
        speed()
    return 0


def gold_blocks(markdown: str) -> list[Block]:
    """A curated text as blocks; link targets are no part of a wording."""
    text = _LINK.sub(r"\1", markdown)
    found: list[Block] = []
    for part in re.split(r"\n\s*\n|\n(?=\s*(?:[*+-]|\d{1,3}\.)\s)", text):
        setext = re.fullmatch(r"\s*(\S.*)\n\s*(=+|-+)\s*", part)
        atx = re.fullmatch(r"\s*(#{1,6})\s+(.*)", part, re.DOTALL)
        item = re.fullmatch(r"\s*(?:[*+-]|\d{1,3}\.)\s+(.*)", part, re.DOTALL)
        if setext:
            found.append(Block(BlockKind.HEADING, 1 if setext[2][0] == "=" else 2, setext[1]))
        elif atx:
            found.append(Block(BlockKind.HEADING, len(atx[1]), atx[2]))
        elif item:
            found.append(Block(BlockKind.ITEM, 1, item[1]))
        elif part.strip():
            found.append(Block(BlockKind.PARAGRAPH, 0, part.strip()))
    return found


def changes(limit: int | None) -> Iterator[tuple[str, list[Block], list[Block]]]:
    """Each change of wording once: history, old text, new text."""
    rows = list(map(json.loads, (HISTORIES / "index.jsonl").read_text().splitlines()))
    for name in [row["name"] for row in rows if row["clean"]][:limit]:
        folder = HISTORIES / name
        golds = {row["hash"]: row for row in map(json.loads, (folder / "golds.jsonl").read_text().splitlines())}
        history = map(json.loads, (folder / "history.jsonl").read_text().splitlines())
        order = [row["gold_hash"] for row in history if row["ok"]]
        pairs = dict.fromkeys((a, b) for a, b in pairwise(order) if a != b)
        texts = {key: gold_blocks(golds[key]["text"]) for pair in pairs for key in pair}
        for a, b in pairs:
            if text_words(texts[a]) != text_words(texts[b]):
                yield name, texts[a], texts[b]


def marked(old: list[Block], new: list[Block]) -> tuple[int, int]:
    """Words marked as gone or come; words of moved blocks, once."""
    found = diff(old, new)
    changed = sum(len(words(s.text)) for b in found for s in b.segments if s.op is not Op.EQUAL)
    return changed, sum(len(words(s.text)) for b in found if b.kind is DiffKind.MOVED for s in b.segments)


def line_marked(old: list[Block], new: list[Block]) -> int:
    ops = difflib.ndiff([b.markdown for b in old], [b.markdown for b in new])
    return sum(len(words(line[2:])) for line in ops if line[:1] in "+-")


def marks(args: argparse.Namespace) -> None:
    if not HISTORIES.is_dir():
        print(f"Skipped: the data lies in {HISTORIES}, which is missing.", file=sys.stderr)
        return
    ratios, with_moves, lines, bags, rows = [], [], [], [], []
    for name, old, new in changes(args.limit):
        a, b = text_words(old), text_words(new)
        really = len(a) + len(b) - 2 * LCSseq.similarity(a, b)
        bag = (Counter(a) - Counter(b)).total() + (Counter(b) - Counter(a)).total()
        changed, moved = marked(old, new)
        ratios.append(changed / really)
        with_moves.append((changed + 2 * moved) / really)
        if bag:
            bags.append(changed / bag)
        lines.append(line_share(old, new) / really)
        rows.append((changed / really, really, changed, moved, name))
    print(f"{len(ratios)} changes of wording; words marked ÷ words really changed")
    for label, values in (
        ("diff", ratios),
        ("diff, moved words counted as marked", with_moves),
        ("diff ÷ bag of words", bags),
        ("line diff", lines),
    ):
        quarters = statistics.quantiles(values, n=20)
        print(f"{label:40} median {statistics.median(values):6.3f}  p75 {quarters[14]:6.3f}  p95 {quarters[18]:6.3f}")
    for row in sorted(rows, reverse=True)[: args.worst]:
        print(*row)


def line_share(old: list[Block], new: list[Block]) -> int:
    a, b = [block.markdown for block in old], [block.markdown for block in new]
    ops = LCSseq.opcodes(a, b)
    gone = [line for op in ops if op.tag != "equal" for line in a[op.src_start : op.src_end]]
    came = [line for op in ops if op.tag != "equal" for line in b[op.dest_start : op.dest_end]]
    return len(words("\n\n".join(gone))) + len(words("\n\n".join(came)))


def vocabulary(rng: random.Random) -> list[str]:
    """As many different words as a long policy has."""
    syllables = [a + b for a in "b c d f g l m n p r s t v w".split() for b in "a e i o u an er it on us".split()]
    return sorted({"".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(2500)})


VOCABULARY = vocabulary(random.Random(1))


def policy(size: int, rng: random.Random) -> list[str]:
    """Paragraphs of made-up sentences, `size` characters in all; common words are common, as in a language."""
    weights = [1 / (rank + 3) for rank in range(len(VOCABULARY))]
    paragraphs: list[str] = []
    held = 0
    while held < size:
        sentences = [
            " ".join(rng.choices(VOCABULARY, weights, k=rng.randint(6, 24))).capitalize() + "."
            for _ in range(rng.randint(2, 6))
        ]
        paragraphs.append(" ".join(sentences))
        held += len(paragraphs[-1])
    return paragraphs


def edited(paragraphs: list[str], edits: int, rng: random.Random) -> list[str]:
    """Words replaced, added and dropped; one edit in ten is a paragraph moved, added or dropped."""
    new = list(paragraphs)
    for number in range(edits):
        at = rng.randrange(len(new))
        if number % 10 == 0:
            part = new.pop(at)
            if number % 30 == 0:
                new.insert(rng.randrange(len(new)), part)
            elif number % 30 == 10:
                new[at:at] = [part, *policy(100, rng)[:1]]
            continue
        text = new[at].split(" ")
        where = rng.randrange(len(text))
        text[where : where + rng.randint(0, 2)] = rng.choices(VOCABULARY, k=rng.randint(0, 2))
        new[at] = " ".join(text) or "Nothing."
    return new


def best(call: Callable[[], object], runs: int, before: Callable[[], object] = lambda: None) -> float:
    """CPU milliseconds of the quickest of some runs: all is done in one thread, and the machine has other work."""
    times = []
    for _ in range(runs):
        before()
        begun = time.process_time()
        call()
        times.append(time.process_time() - begun)
    return 1000 * min(times)


def paragraphs_of(texts: list[str]) -> list[Block]:
    return [Block(BlockKind.PARAGRAPH, 0, text) for text in texts]


def forget() -> None:
    """Empty the memos: a command reads its texts once."""
    for module in list(sys.modules.values()):
        if module.__name__.startswith(("history.", "pipelines.")):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def diff_speed(name: str, old: list[str], new: list[str]) -> None:
    a, b = paragraphs_of(old), paragraphs_of(new)
    cold = best(lambda: diff(a, b), 15, forget)
    a_words, b_words = text_words(a), text_words(b)
    by_difflib = best(lambda: difflib.SequenceMatcher(None, a_words, b_words, autojunk=False).get_opcodes(), 2)
    junk = best(lambda: difflib.SequenceMatcher(None, a_words, b_words).get_opcodes(), 5)
    print(
        f"diff of {sum(map(len, old)):,} {name} characters, 200 edits, from Markdown: {cold:.1f} ms; difflib on words that "
        f"are ready: {by_difflib:.0f} ms (ours {cold / by_difflib:.3f} of it), and where it drops common words (autojunk) "
        f"{junk:.0f} ms ({cold / junk:.3f})"
    )


def real_policy(size: int) -> list[str]:
    """The beginning of the longest curated text whose length is enough, [] where ../shared is missing."""
    for folder in sorted(HISTORIES.glob("*Tinder__Terms-of-Service")):
        texts = [json.loads(line)["text"] for line in (folder / "golds.jsonl").read_text().splitlines()]
        found: list[str] = []
        for block in gold_blocks(max(texts, key=len)):
            if sum(map(len, found)) < size:
                found.append(block.markdown)
        return found
    return []


def speed() -> None:
    rng = random.Random(8)
    for name, old in (("made-up", policy(100_000, rng)), ("real", real_policy(100_000))):
        if old:
            diff_speed(name, old, edited(old, 200, rng))
    history = [policy(60_000, rng)]
    while len(history) < 200:
        history.append(edited(history[-1], rng.randint(1, 12), rng))
    texts = [paragraphs_of(text) for text in history]
    took = best(lambda: blame(texts), 5, forget)
    print(
        f"blame over {len(texts)} versions of {sum(map(len, history[0])):,} characters, "
        f"{len(blame(texts).sentences):,} sentences in all: {took:.0f} ms"
    )


if __name__ == "__main__":
    sys.exit(main())
