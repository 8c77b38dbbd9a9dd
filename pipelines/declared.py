"""What a declaration says of a page, applied to it before anything of ours: all but the declared parts goes.

    page + hints in order ──narrow──► the page with the parts of the first hint that matches it, or as it was

A part is a stretch of the page in reading order (an element, or from one to another), so that selecting and removing are
questions of inside and outside. Elements around a part stay as its shell. Somebody else's selectors meet somebody else's
page here: what the two may cost together is bounded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import lxml.etree

from crawler.archives.errors import ConfigError
from crawler.archives.hints import Hint, Range, Selector, Step, counts_siblings, steps_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Fewer characters in the declared parts: an empty shell that a script would have filled; no policy is as short.
MIN_CHARS: Final = 200
# What a page may cost: the sum of its elements' depths, the sum of the squares of its parents' children, and elements
# times steps of selectors. Of 203 real pages (shared/pairs) the first two were at most 56,000 and 480,000; a page and
# selectors made to be slow take up to 6 s within these.
MAX_DEPTHS: Final = 2_000_000
MAX_SQUARES: Final = 25_000_000
MAX_WORK: Final = 10_000_000
_SILENT: Final = frozenset(("script", "style", "template", "noscript"))
_Stretch = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What became of a page.

    :param parts: stretches that were kept; 0 where no hint matched and the page is as it was.
    :param decision: which hint, or why none, for the person.
    """

    parts: int
    decision: str


def narrow(root: HtmlElement, hints: Sequence[Hint]) -> Narrowed:
    """Cut a page's body down to the declared parts; the page is changed."""
    body = root.find("body")
    places = _Places(root if body is None else body)
    if places.depths > MAX_DEPTHS:
        return Narrowed(0, "Declared selectors were not tried: the page is too large; read as usual.")
    for hint in hints:
        take = list(_stretches(places, hint.select)) if hint.select else [places.whole]
        kept = _Kept(_joined(take), _joined(_stretches(places, hint.remove)))
        if take and places.chars(kept) >= MIN_CHARS:
            places.prune(kept)
            parts = f"{len(kept.take)} part{'s' * (len(kept.take) != 1)}"
            return Narrowed(
                len(kept.take), f"Declared selectors took {parts}, {len(kept.drop)} left out ({hint.source})."
            )
    return Narrowed(0, f"No declared selector matches the page, of {len(hints)} tried; read as usual.")


@dataclass(frozen=True, slots=True)
class _Kept:
    """Stretches to keep and to drop, each list in order and without overlap."""

    take: list[_Stretch]
    drop: list[_Stretch]

    def holds(self, place: float) -> bool:
        return _inside(self.take, place) and not _inside(self.drop, place)

    def keeps(self, opens: float, closes: float) -> bool:
        """Something between the two places may be kept: they are not outside of all, nor within what is dropped."""
        at = bisect_right(self.take, (closes, float("inf"))) - 1
        drop = bisect_right(self.drop, (opens, float("inf"))) - 1
        dropped = drop >= 0 and self.drop[drop][1] > closes
        return at >= 0 and self.take[at][1] > opens and not dropped


def _inside(stretches: list[_Stretch], place: float) -> bool:
    at = bisect_right(stretches, (place, float("inf"))) - 1
    return at >= 0 and stretches[at][1] > place


def _joined(stretches: Iterable[_Stretch]) -> list[_Stretch]:
    joined: list[_Stretch] = []
    for begin, end in sorted(stretches):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return joined


class _Places:
    """Where everything of a body stands, as numbers in reading order.

    A tag (the nth that opens or closes) is at 4n, what borders on it at 4n - 1 and 4n + 1, the text behind it at 4n + 2.
    """

    def __init__(self, body: HtmlElement) -> None:
        self._body = body
        self._opens: dict[HtmlElement, int] = {}
        self._closes: dict[HtmlElement, int] = {}
        self._matched: dict[str, list[HtmlElement]] = {}
        self.depths = self.squares = self.work = depth = 0
        for number, (event, element) in enumerate(lxml.etree.iterwalk(body, events=("start", "end"))):
            if event == "start":
                depth += 1
                self.depths += depth
                self._opens[element] = 4 * number
                self.squares += len(element) ** 2
            else:
                depth -= 1
                self._closes[element] = 4 * number
        self.whole: _Stretch = (-1, 4 * 2 * len(self._opens) + 1)

    def matches(self, css: str) -> list[HtmlElement]:
        """The elements of the body that a selector matches, in reading order; the body for one around it.

        Those of a selector that is not understood, or too costly on this page, are none.
        """
        if css not in self._matched:
            try:
                found = {element for steps in steps_of(css) for element in self._match(steps)}
            except (ConfigError, lxml.etree.XPathError):
                found = set()
            around = {self._body, *self._body.iterancestors()}
            within = {self._body if element in around else element for element in found}
            self._matched[css] = sorted(within & self._opens.keys(), key=self._opens.__getitem__)
        return self._matched[css]

    def _match(self, steps: Sequence[Step]) -> Iterator[HtmlElement]:
        """Each element of the page that the steps lead to, found in one pass over the page for all steps together."""
        self.work += len(self._opens) * len(steps)
        costly = self.squares > MAX_SQUARES and any(counts_siblings(step.xpath) for step in steps)
        if costly or self.work > MAX_WORK:
            return
        root = self._body.getroottree().getroot()
        fits: dict[HtmlElement, int] = {}  # bit n: the nth step's compound matches
        for number, step in enumerate(steps):
            for element in root.xpath(step.xpath):
                fits[element] = fits.get(element, 0) | 1 << number
        if len(steps) == 1:
            yield from fits
        else:
            yield from _led_to(root, fits, [step.combinator for step in steps])

    def around(self, element: HtmlElement) -> _Stretch:
        return self._opens[element] - 1, self._closes[element] + 1

    def _slots(self) -> Iterator[tuple[HtmlElement, str, int]]:
        """Each text with its element, the attribute that holds it, and its place."""
        for element, opens in self._opens.items():
            if element.tag not in _SILENT:
                yield element, "text", opens + 2
            if element is not self._body:
                yield element, "tail", self._closes[element] + 2

    def chars(self, kept: _Kept) -> int:
        """How many characters of text are kept, white space apart."""
        texts = (getattr(element, name) for element, name, place in self._slots() if kept.holds(place))
        return sum(len("".join(text.split())) for text in texts if text)

    def prune(self, kept: _Kept) -> None:
        """Drop what is not kept."""
        for element, name, place in self._slots():
            if not kept.holds(place):
                setattr(element, name, None)
        gone = -1
        for element, opens in self._opens.items():
            if element is self._body or opens < gone:
                continue
            if not kept.keeps(opens, self._closes[element]):
                gone = self._closes[element]
                element.drop_tree()


def _led_to(root: HtmlElement, fits: dict[HtmlElement, int], combinators: Sequence[str]) -> Iterator[HtmlElement]:
    """The elements at which the last of the steps arrives.

    Of each element a number says which steps arrive there (bit n: the nth); where the next may begin follows from those
    of its parent, of all above it, of the one before it and of all before it.
    """
    below, child, beside, after = (sum(1 << n for n, c in enumerate(combinators) if c == kind) for kind in " >+~")
    last = 1 << len(combinators) - 1
    here: dict[HtmlElement, int] = {}
    above: dict[HtmlElement, int] = {}
    before: dict[HtmlElement, tuple[int, int]] = {}  # by parent: of the latest child, of all so far
    for element in root.iter(lxml.etree.Element):
        parent = element.getparent()
        over, latest, earlier = above.get(parent, 0), *before.get(parent, (0, 0))
        open_ = 1 | over << 1 & below | here.get(parent, 0) << 1 & child | latest << 1 & beside | earlier << 1 & after
        arrived = fits.get(element, 0) & open_
        here[element], above[element] = arrived, over | arrived
        before[parent] = arrived, earlier | arrived
        if arrived & last:
            yield element


def _stretches(places: _Places, selectors: Iterable[Selector]) -> Iterator[_Stretch]:
    for selector in selectors:
        if isinstance(selector, Range):
            yield from _range(places, selector)
        else:
            yield from map(places.around, places.matches(selector))


def _range(places: _Places, selector: Range) -> Iterator[_Stretch]:
    start, end = places.matches(selector.start)[:1], places.matches(selector.end)[:1]
    if start and end:
        begin, close = places.around(start[0])[selector.after_start], places.around(end[0])[selector.after_end]
        if begin < close:
            yield begin, close
