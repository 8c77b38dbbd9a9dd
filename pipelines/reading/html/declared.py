"""What a declaration says of a page, applied to it before anything of ours: all but the declared parts goes.

    page + hints in order ──narrow──► the page with the parts of the first hint that matches it, or as it was

A part is a stretch of the page (stretches.py): an element, or from one to another. Somebody else's selectors meet somebody
else's page here: what the two may cost together is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import lxml.etree

from crawler.archives.errors import ConfigError
from crawler.targets.hints import Hint, Range, Selector, SelectorStep, counts_siblings, steps_of
from pipelines.reading.parts.stretches import Kept, Places, Stretch, joined

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Fewer characters in the declared parts: an empty shell that a script would have filled; no policy is as short.
MIN_CHARS: Final = 200
# What a page may cost: the sum of its elements' depths, the sum of the squares of its parents' children, and elements
# times steps of selectors. of 203 real pages the first two were at most 56,000 and 480,000; a page and
# selectors made to be slow take up to 6 s within these.
MAX_DEPTHS: Final = 2_000_000
MAX_SQUARES: Final = 25_000_000
MAX_WORK: Final = 10_000_000


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
    places = Places(root if body is None else body)
    matches = _Matches(places)
    if places.depths > MAX_DEPTHS:
        return Narrowed(0, "Declared selectors were not tried: the page is too large; read as usual.")
    for hint in hints:
        take = list(_stretches(places, matches, hint.select)) if hint.select else [places.whole]
        kept = Kept(joined(take), joined(_stretches(places, matches, hint.remove)))
        if take and places.chars(kept) >= MIN_CHARS:
            places.prune(kept)
            parts = f"{len(kept.take)} part{'s' * (len(kept.take) != 1)}"
            return Narrowed(
                len(kept.take), f"Declared selectors took {parts}, {len(kept.drop)} left out ({hint.source})."
            )
    return Narrowed(0, f"No declared selector matches the page, of {len(hints)} tried; read as usual.")


class _Matches:
    """What selectors match of a body.

    :param places: where everything stands.
    """

    def __init__(self, places: Places) -> None:
        self._places, self._body = places, places.body
        self._matched: dict[str, list[HtmlElement]] = {}
        self.work = 0

    def of(self, css: str) -> list[HtmlElement]:
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
            self._matched[css] = sorted(within & self._places.opens.keys(), key=self._places.opens.__getitem__)
        return self._matched[css]

    def _match(self, steps: Sequence[SelectorStep]) -> Iterator[HtmlElement]:
        """Each element of the page that the steps lead to, found in one pass over the page for all steps together."""
        self.work += len(self._places.opens) * len(steps)
        costly = self._places.squares > MAX_SQUARES and any(counts_siblings(step.xpath) for step in steps)
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


def _stretches(places: Places, matches: _Matches, selectors: Iterable[Selector]) -> Iterator[Stretch]:
    for selector in selectors:
        if isinstance(selector, Range):
            yield from _range(places, matches, selector)
        else:
            yield from map(places.around, matches.of(selector))


def _range(places: Places, matches: _Matches, selector: Range) -> Iterator[Stretch]:
    start, end = matches.of(selector.start)[:1], matches.of(selector.end)[:1]
    if start and end:
        begin, close = places.around(start[0])[selector.after_start], places.around(end[0])[selector.after_end]
        if begin < close:
            yield begin, close
