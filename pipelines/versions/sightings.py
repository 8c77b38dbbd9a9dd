"""What the time axis works on: stretches of captures with one wording, and the texts they show.

Observation… (by time) ──stretches──► Stretch… ──other_pages──► set aside ──steady──► steadied texts ──► versions
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipelines.model import Block, BlockKind, Observation
from pipelines.text.wording import words

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A maximal run of observations, in time order, that show one wording as extracted.

    :param captures: how many observations it has.
    """

    first: Observation
    last: Observation
    captures: int

    @property
    def wording(self) -> str:
        return self.first.wording

    @property
    def text_id(self) -> int:
        return self.first.text_id


@dataclass(frozen=True, slots=True)
class Line:
    """A block and its words; () for a title and for what has none, which no wording knows."""

    block: Block
    words: Words


@dataclass(frozen=True, slots=True)
class SeenText:
    """A text as the time axis sees it.

    :param score: how sure that it is a privacy policy, 0 to 1.
    :param legal: it may be a legal document of some kind, as far as the judge can tell.
    :param language: its language code, "" if not known.
    """

    lines: tuple[Line, ...]
    score: float = 0.0
    legal: bool = True
    language: str = ""

    @property
    def size(self) -> int:
        """Its length in words."""
        return sum(len(line.words) for line in self.lines)


def stretches(in_order: Iterable[Observation]) -> list[Stretch]:
    """Join observations that come by time, then capture id, each once; a calm history takes hardly any memory."""
    found: list[Stretch] = []
    for seen in in_order:
        if found and found[-1].wording == seen.wording:
            found[-1] = replace(found[-1], last=seen, captures=found[-1].captures + 1)
        else:
            found.append(Stretch(seen, seen, 1))
    return found


def lines_of(blocks: Iterable[Block]) -> tuple[Line, ...]:
    """Return a text's blocks with their words."""
    return tuple(Line(b, () if b.kind is BlockKind.TITLE else tuple(words(b.markdown))) for b in blocks)
