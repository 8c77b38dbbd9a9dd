"""What a message shows of real changes: every changed word up to the limit, and how many more.

    python -m benchmarks messages

The texts are the curated ones of ../shared/histories, in the order of time. Exit code 1: a word was left out uncounted.
"""

import json
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from benchmarks.floors import met
from history.diff.diff import DiffBlock, DiffKind, diff
from history.diff.word_steps import Op
from history.notify.marked import WORDS, Excerpt, first_of
from pipelines.model import Block, BlockKind
from pipelines.text.wording import words

HISTORIES = Path(__file__).resolve().parents[2] / "shared" / "histories"


def real_pairs() -> Iterator[tuple[str, tuple[Block, ...], tuple[Block, ...]]]:
    """Yield (history, old text, new text) of neighbouring curated texts."""
    for path in sorted(HISTORIES.glob("*/golds.jsonl")):
        texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
        for old, new in pairwise(texts):
            if words(old) != words(new):
                yield path.parent.name, _blocks(old), _blocks(new)


def _blocks(text: str) -> tuple[Block, ...]:
    return tuple(Block(BlockKind.PARAGRAPH, 0, part) for part in text.split("\n\n") if part.strip())


def uncounted(found: tuple[DiffBlock, ...], excerpt: Excerpt) -> tuple[int, int]:
    """Return how many added and removed words of a difference are neither shown nor counted as left out."""
    left = []
    for op, more in ((Op.INSERT, excerpt.more_added), (Op.DELETE, excerpt.more_removed)):
        marked = sum(
            len(words(s.text)) for one in found if one.kind is not DiffKind.EQUAL for s in one.segments if s.op is op
        )
        shown = sum(len(words(piece.text)) for one in excerpt.sentences for piece in one.pieces if piece.op is op)
        left.append(marked - shown - more)
    return left[0], left[1]


def main() -> None:
    begun, changes, wrong, shown, words_shown = time.monotonic(), 0, 0, 0, 0
    for name, old, new in real_pairs():
        found = diff(old, new)
        excerpt = first_of(found)
        changes += 1
        if any(abs(number) > 0 for number in uncounted(found, excerpt)):
            wrong += 1
            print(name, uncounted(found, excerpt))
        shown += not (excerpt.more or excerpt.more_added or excerpt.more_removed)
        words_shown += sum(one.words for one in excerpt.sentences)
    print(
        f"{changes} changes, {shown} shown whole (limit {WORDS} words, {words_shown / max(changes, 1):.0f} on average), "
        f"{wrong} with words neither shown nor counted, {time.monotonic() - begun:.0f} s"
    )
    print(met("messages", "changes with words neither shown nor counted", wrong))


if __name__ == "__main__":
    main()
