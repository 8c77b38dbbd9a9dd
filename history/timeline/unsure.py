"""The lines that make a change unsure, to be quoted: short ones that came or went above or below all of the text.

read_unsure(db, versions) ──► {version: its lines}      only of versions whose change has the class `unsure`
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from history.plain import plain_text
from history.timeline.timeline import VersionRow
from pipelines.model import Block, ChangeClass
from pipelines.store.load_texts import read_texts


def read_unsure(db: sqlite3.Connection, versions: Sequence[VersionRow]) -> dict[int, tuple[str, ...]]:
    """Return the lines that an unsure change added or removed, by the number of the version that it led to.

    :param db: of history.database.open_database.
    :param versions: of one policy, in order.
    """
    steps = [(a, b) for a, b in pairwise(versions) if b.change and b.change.change_class is ChangeClass.UNSURE]
    texts = read_texts(db, (version.text_id for step in steps for version in step))
    return {new.version: lines_between(texts[old.text_id], texts[new.text_id]) for old, new in steps}


def lines_between(old: Sequence[Block], new: Sequence[Block]) -> tuple[str, ...]:
    """Return the lines that only one of two texts has, as they read, those of the longer text in its order.

    >>> from pipelines.model import BlockKind
    >>> text = [Block(BlockKind.PARAGRAPH, 0, "We *never* sell.")]
    >>> lines_between(text, [Block(BlockKind.PARAGRAPH, 0, "See details"), *text])
    ('See details',)
    """
    lines = [[plain_text(block.markdown) for block in text] for text in (old, new)]
    shorter, longer = sorted(lines, key=len)
    left = Counter(longer) - Counter(shorter)
    found = []
    for line in longer:
        if left[line] > 0:
            left[line] -= 1
            found.append(line)
    return tuple(found)
