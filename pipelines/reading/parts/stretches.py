"""Stretches of a page in reading order: what a declaration or a part takes of it, and the page without the rest.

A stretch goes from one place to another, so that taking and leaving out are questions of inside and outside; the elements
around a stretch stay as its shell.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import lxml.etree

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SILENT: Final = frozenset(("script", "style", "template", "noscript"))
Stretch = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Kept:
    """Stretches to keep and to drop, each list in order and without overlap (`joined`)."""

    take: list[Stretch]
    drop: list[Stretch]

    def holds(self, place: float) -> bool:
        """Tell whether what stands at a place is kept."""
        return _inside(self.take, place) and not _inside(self.drop, place)

    def keeps(self, opens: float, closes: float) -> bool:
        """Something between the two places may be kept: they are not outside of all, nor within what is dropped."""
        at = bisect_right(self.take, (closes, float("inf"))) - 1
        drop = bisect_right(self.drop, (opens, float("inf"))) - 1
        dropped = drop >= 0 and self.drop[drop][1] > closes
        return at >= 0 and self.take[at][1] > opens and not dropped


def _inside(stretches: list[Stretch], place: float) -> bool:
    at = bisect_right(stretches, (place, float("inf"))) - 1
    return at >= 0 and stretches[at][1] > place


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches in order, those that touch as one."""
    merged: list[Stretch] = []
    for begin, end in sorted(stretches):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return merged


class Places:
    """Where everything of a body stands, as numbers in reading order.

    A tag (the nth that opens or closes) is at 4n, what borders on it at 4n - 1 and 4n + 1, the text behind it at 4n + 2.

    :param depths: the sum of the elements' depths, `squares` the sum of the squares of their children's numbers: what
        a selector may cost here.
    """

    def __init__(self, body: HtmlElement) -> None:
        self.body = body
        self.opens: dict[HtmlElement, int] = {}
        self.closes: dict[HtmlElement, int] = {}
        self.depths = self.squares = depth = 0
        for number, (event, element) in enumerate(lxml.etree.iterwalk(body, events=("start", "end"))):
            if event == "start":
                depth += 1
                self.depths += depth
                self.opens[element] = 4 * number
                self.squares += len(element) ** 2
            else:
                depth -= 1
                self.closes[element] = 4 * number
        self.whole: Stretch = (-1, 4 * 2 * len(self.opens) + 1)

    def around(self, element: HtmlElement) -> Stretch:
        """Return the stretch of an element, its tags included."""
        return self.opens[element] - 1, self.closes[element] + 1

    def _slots(self) -> Iterator[tuple[HtmlElement, str, int]]:
        """Each text with its element, the attribute that holds it, and its place."""
        for element, opens in self.opens.items():
            if element.tag not in _SILENT:
                yield element, "text", opens + 2
            if element is not self.body:
                yield element, "tail", self.closes[element] + 2

    def chars(self, kept: Kept) -> int:
        """Return how many characters of text are kept, white space apart."""
        texts = (getattr(element, name) for element, name, place in self._slots() if kept.holds(place))
        return sum(len("".join(text.split())) for text in texts if text)

    def texts(self) -> Texts:
        """Return the page's text, to be asked about stretches of it."""
        found = ((place, text) for element, name, place in self._slots() if (text := getattr(element, name)))
        return Texts(sorted((place, " ".join(text.split())) for place, text in found if text.strip()))

    def prune(self, kept: Kept) -> None:
        """Drop what is not kept from the page."""
        for element, name, place in self._slots():
            if not kept.holds(place):
                setattr(element, name, None)
        gone = -1
        for element, opens in self.opens.items():
            if element is self.body or opens < gone:
                continue
            if not kept.keeps(opens, self.closes[element]):
                gone = self.closes[element]
                element.drop_tree()


class Texts:
    """The texts of a page with their places, in order."""

    def __init__(self, texts: list[tuple[int, str]]) -> None:
        self._places = [place for place, _text in texts]
        self._texts = [text for _place, text in texts]
        self._chars = [0]
        for text in self._texts:
            self._chars.append(self._chars[-1] + len(text))

    def _span(self, stretch: Stretch) -> tuple[int, int]:
        return bisect_left(self._places, stretch[0]), bisect_left(self._places, stretch[1])

    def chars(self, stretch: Stretch) -> int:
        """Return how many characters a stretch has, white space folded."""
        begin, end = self._span(stretch)
        return self._chars[end] - self._chars[begin]

    def of(self, stretch: Stretch, most: int) -> str:
        """Return the beginning of a stretch's text, of some more than `most` characters."""
        begin, end = self._span(stretch)
        texts: list[str] = []
        size = 0
        for text in self._texts[begin:end]:
            if size > most:
                break
            texts.append(text)
            size += len(text)
        return " ".join(texts)
