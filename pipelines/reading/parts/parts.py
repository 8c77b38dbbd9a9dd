"""Several documents on one page: where each begins and ends, and which of them was asked for.

    page ──labels_of──► labels ─┐
    page without furniture ─────┴─find_parts─► parts, named ──answer──► the one asked for ─► the page cut down to it

A page is cut only where the page itself says that it holds several documents. A section is no document: a policy may
have sections "Cookies", "Cookie Policy" and "Terms of Use", and stays whole. The evidence, strongest first:

1. Panels: containers that stand side by side, each under a title of its own kind of document (its first line, or the
   label of a tab or menu that points to it). A short name ("Cookies") names a panel only if a label does.
2. Headings of one rank (or bold lines, where these head the text) that are titles of documents of different kinds, with
   no other heading of that rank among them.
3. The same among other headings of that rank, or plain lines: only those titles count that show that a document begins:
   its own date follows on a line of its own, its sections are numbered from 1 again, or a menu of documents points to it.

Against all of these: the page is titled, above, as one document; much text stands before the first title; a part has
no more than some words (a card that leads to the document); the title is one of a numbering.

All of it is decided by titles and structure; sizes only tell a document from a card, and far below what documents have.
So captures of a page are cut alike until the page is built anew: the same function of each page, whenever it was taken.

Titles are those of titles.py, in all languages. Earlier versions that a page keeps are parts of their own
(editions.py). The text of the page is never looked at for its size beyond what weights.py allows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import regex

from crawler.targets.declarations import KINDS
from pipelines.model import DocumentKind, PagePart
from pipelines.reading.html.vocabulary import BLOCK_TAGS, DATE_LINE, HEADINGS
from pipelines.reading.judging.document_kind import folded, names_in
from pipelines.reading.parts.editions import DatedHead, Edition, find_editions, in_force, may_be_dated, of_alike
from pipelines.reading.parts.stretches import Kept, Places, Stretch, Texts, joined
from pipelines.reading.parts.titles import MOST_CHARS, TitleFinding, brand_words, is_numbered, label_of, title_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.targets.hints import Asked
    from pipelines.reading.html.weights import Weights

# A card, a summary or a reference has fewer characters; the shortest imprints have as many.
_PART_CHARS: Final = 400
# So many characters of free text before the first title are a document without one.
_PREAMBLE_CHARS: Final = 1500
# A document's date stands on a line of its own among so many lines behind its title; sentences of a section hold dates, too.
_DATE_LINES: Final = 2
_MOST_BEHIND: Final = 30
# A panel with so many headings and characters is a document, whatever stands beside it; a section is not.
_WHOLE_HEADINGS: Final = 3
_WHOLE_CHARS: Final = 2500
# Shares of a menu's entries that name documents.
_MOST_ARE_TITLES: Final = 1 / 2
_SOME_ARE_TITLES: Final = 1 / 3
_MOST_HEADS: Final = 3000
_MOST_LABELS: Final = 1000
_BOLD, _LINE = 7, 8  # ranks, below those of h1 to h6
_LEAVES: Final = frozenset("p div center td dt legend button summary".split())
_BOLD_TAGS: Final = frozenset(("b", "strong", "u", "big"))
_POINTERS: Final = ("aria-controls", "data-target", "data-bs-target")
_LABELLING: Final = ("a", "button", "li", "div", "span", "summary", "h2", "h3", "h4", "h5")
_FIRST_NUMBER: Final = regex.compile(
    r"^\W{0,3}(?:(?:section|article|artikel|artículo|articolo|artigo)\s)?1\b|^\W{0,3}I\b[.)]", regex.IGNORECASE
)
_SEPARATORS: Final = regex.compile(r"[-_+.=&/#%]+")
_NOTHING: Final = TitleFinding()


@dataclass(frozen=True, slots=True)
class MenuLabel:
    """What a menu or a tab calls a place of the page.

    :param target: the id it points to.
    :param menu: number of the list that it stands in.
    """

    text: str
    target: str
    menu: int


@dataclass(frozen=True, slots=True)
class Cut:
    """What became of a page.

    :param parts: the documents that it holds, () for a page of one.
    :param taken: the one that the page was cut down to; None where it was left whole.
    :param decision: what was decided and why, for the person; "" where there was nothing to decide.
    """

    parts: tuple[PagePart, ...] = ()
    taken: PagePart | None = None
    decision: str = ""


@dataclass(frozen=True, slots=True)
class _Head:
    """A line that heads text.

    :param rank: 1-6 of a heading, then bold lines, then others.
    :param look: what tells headings of one rank apart: class, case.
    :param ids: by which a URL's fragment names it.
    """

    element: HtmlElement
    text: str
    found: TitleFinding
    rank: int
    look: tuple[str, bool]
    ids: tuple[str, ...] = ()
    labelled: bool = False

    @property
    def kind(self) -> DocumentKind | None:
        return self.found.kinds[0] if self.found.kinds else None


@dataclass(frozen=True, slots=True)
class _Part:
    head: _Head
    stretch: Stretch


def labels_of(body: HtmlElement) -> tuple[MenuLabel, ...]:
    """Return what menus, tables of contents and tabs call places of the page; before any of them is dropped."""
    found: list[tuple[str, str, HtmlElement]] = []
    for element in body.iter(*_LABELLING):
        target = _target(element)
        if target and len(found) < _MOST_LABELS and (text := _line(element)):
            found.append((text, target, element))
    if len({target for _text, target, _element in found}) < 2:
        return ()
    within: Counter[HtmlElement] = Counter()
    for _text, _id, element in found:
        within.update(element.iterancestors())
    lists: dict[HtmlElement, list[tuple[str, str]]] = {}
    for text, target, element in found:
        around = next((one for one in element.iterancestors() if within[one] > 1), body)
        lists.setdefault(around, []).append((text, target))
    return tuple(MenuLabel(text, target, menu) for menu, labels in enumerate(lists.values()) for text, target in labels)


def _target(element: HtmlElement) -> str:
    if element.tag == "a" and (href := element.get("href") or "").startswith("#") and len(href) > 1:
        return unquote(href[1:])
    return next((value.lstrip("#") for name in _POINTERS if (value := element.get(name))), "")


def cut_part(
    body: HtmlElement, weights: Weights, labels: Sequence[MenuLabel], asked: Asked, *, title: str, url: str
) -> Cut:
    """Cut a page that holds several documents down to the one that was asked for; the page is changed.

    :param body: without furniture; `weights` the characters that stand in it.
    :param title: the page's <title>; `url` its address, both for the name of the site and for what is asked for.
    """
    brand = brand_words(title, url)
    heads = list(_heads(body, weights, brand))
    pointed = _pointed(labels, _ids(body), brand) if labels else []
    kinds = {head.kind for head in heads if head.kind} | {found.kinds[0] for _label, found, *_ in pointed}
    if len(kinds) < 2 and not any(may_be_dated(head.text) for head in heads):
        return Cut()
    page = _PartedPage(body, heads, pointed)
    return _taken(page, page.parts() if len(kinds) > 1 else [], asked, url)


def _taken(page: _PartedPage, parts: list[_Part], asked: Asked, url: str) -> Cut:
    named = page.named(parts)
    wholes = [part.stretch for part in parts] or [page.places.whole]
    earlier = [one for whole in wholes for one in page.editions(whole) if not one.current]
    if not named and not earlier:
        return Cut()
    at = answer(named, asked, url) if named else None
    listed = (*named, *(page.edition(one) for one in earlier))
    if named and at is None:
        return Cut(listed, None, f"The page holds {_list(named)}; none is what was asked for, so it is read whole.")
    stretch = parts[at].stretch if at is not None else page.places.whole
    drop = [one.stretch for one in earlier if stretch[0] <= one.stretch[0] < stretch[1]]
    page.places.prune(Kept([stretch], joined(drop)))
    taken = named[at] if at is not None else None
    return Cut(listed, taken, _decision(taken, named, len(drop)))


def _decision(taken: PagePart | None, named: Sequence[PagePart], dropped: int) -> str:
    cut = f"The page holds {_list(named)}; the text is “{taken.title}”." if taken else ""
    left = f"{dropped} earlier version{'s' * (dropped != 1)} that the page keeps {'is' if dropped == 1 else 'are'} left out."
    return " ".join(part for part in (cut, left if dropped else "") if part)


def _list(parts: Sequence[PagePart]) -> str:
    return f"{len(parts)} documents ({', '.join(f'“{part.title}”' for part in parts[:12])})"


# --- which part was asked for -----------------------------------------------------------------------------------


def answer(parts: Sequence[PagePart], asked: Asked, url: str = "") -> int | None:
    """Return the number of the part that was asked for, None where none was.

    A name is that of a fragment ("#cookies"), a title, a type of terms as declared, or a kind. Without one it is what the
    URL's fragment names; then what its path names, if that is cookies, an imprint or guidelines; then privacy. "terms"
    and "legal" in a path say little: that is what sites call the page of all of their documents.

    >>> from crawler.targets.hints import Asked
    >>> both = [PagePart("Terms of Use", (DocumentKind.TERMS,)), PagePart("Privacy Policy", (DocumentKind.PRIVACY,))]
    >>> answer(both, Asked(), "https://example.com/terms"), answer(both, Asked("Terms of Service")), answer(both, Asked("#x"))
    (1, 0, None)
    """
    if asked.name:
        return _by_name(parts, asked.name)
    try:
        split = urlsplit(url)
    except ValueError:
        return _by_kind(parts, DocumentKind.PRIVACY)
    if split.fragment and (at := _by_name(parts, f"#{split.fragment}")) is not None:
        return at
    named = [
        kind for kind, _name in names_in(_SEPARATORS.sub(" ", unquote(split.path.rstrip("/").rpartition("/")[2])[:200]))
    ]
    wanted = [*(kind for kind in named[:1] if kind is not DocumentKind.TERMS), DocumentKind.PRIVACY]
    return next((at for kind in wanted if (at := _by_kind(parts, kind)) is not None), None)


def kind_asked(name: str) -> DocumentKind | None:
    """Return the kind that a name asks for: its own, that of a type of terms, that of a title or a fragment.

    >>> kind_asked("Trackers Policy").value, kind_asked("cookies").value, kind_asked("#privacy-policy").value
    ('cookies', 'cookies', 'privacy')
    """
    name = _SEPARATORS.sub(" ", name) if name.startswith("#") else name
    plain = name.casefold().strip()
    for kind in DocumentKind:
        if plain == kind.value or plain in (terms.casefold() for terms in KINDS.get(kind.value, ())):
            return kind
    found = title_of(name).kinds or label_of(name).kinds or tuple(kind for kind, _name in names_in(name))
    return found[0] if found else None


def _by_name(parts: Sequence[PagePart], name: str) -> int | None:
    if name.startswith("#"):
        fragment = unquote(name[1:]).casefold()
        exact = next(
            (at for at, part in enumerate(parts) if fragment in (one.casefold() for one in part.anchors)), None
        )
        if exact is not None:
            return exact
        kind = kind_asked(name)
        return None if kind is None else _by_kind(parts, kind)
    words = folded(name)
    exact = next((at for at, part in enumerate(parts) if folded(part.title) == words and not part.earlier), None)
    if exact is not None:
        return exact
    kind = kind_asked(name)
    return None if kind is None else _by_kind(parts, kind)


def _by_kind(parts: Sequence[PagePart], kind: DocumentKind) -> int | None:
    """The general document of a kind: in force, of that kind first, the plainest title, the first that stands there."""
    able = [
        (part.earlier, part.kinds[0] is not kind, part.extra, at) for at, part in enumerate(parts) if kind in part.kinds
    ]
    return min(able)[-1] if able else None


# --- what heads text on the page --------------------------------------------------------------------------------


def _line(element: HtmlElement) -> str:
    """The text of an element if it is short enough for a heading, "" if not."""
    size = 0
    texts = []
    for text in element.itertext():
        size += len(text.strip())
        if size > MOST_CHARS:
            return ""
        texts.append(text)
    return " ".join("".join(texts).split())


def _heads(body: HtmlElement, weights: Weights, brand: frozenset[str]) -> Iterator[_Head]:
    """Every heading and bold line of the page, and the other lines that are titles, in reading order.

    Most elements are told by their weight to be no line: they have no text, or are too long even if each letter counted twice.
    """
    count = 0
    for element in body.iter(*HEADINGS, *_LEAVES):
        if not 0 < weights.free[element] + weights.linked[element] <= 2 * MOST_CHARS:
            continue
        rank = _rank(element)
        if not rank or not (text := _line(element)):
            continue
        found = title_of(text, brand)
        if rank == _LINE and not found.kinds:
            continue
        count += 1
        if count > _MOST_HEADS:
            return
        look = (element.get("class", "") if rank != _BOLD else "", text.isupper())
        yield _Head(element, text, found, rank, look, _ids_at(element))


def _rank(element: HtmlElement) -> int:
    tag = element.tag
    if tag in HEADINGS:
        return int(tag[1])
    if tag not in _LEAVES or any(child.tag in BLOCK_TAGS for child in element):
        return 0
    if any(around.tag in HEADINGS or around.tag == "a" for around in _near(element)):
        return 0
    return _BOLD if tag == "summary" or _is_bold(element) else _LINE


def _near(element: HtmlElement) -> Iterable[HtmlElement]:
    return (around for around, _ in zip(element.iterancestors(), range(3), strict=False))


def _is_bold(element: HtmlElement) -> bool:
    """All of an element's text stands in bold, directly or within a font or a span."""
    here = element
    for _ in range(4):
        if (here.text or "").strip() or len(here) != 1 or (here[0].tail or "").strip():
            return False
        here = here[0]
        if here.tag in _BOLD_TAGS:
            return True
    return False


def _ids_at(element: HtmlElement) -> tuple[str, ...]:
    """The names of a heading, and those of empty anchors in it and right before it."""
    named = [element, *(child for child in element.iter("a", "span") if child is not element)]
    before = element.getprevious()
    if before is not None and not before.text_content().strip():
        named.append(before)
    return tuple(dict.fromkeys(name for one in named for key in ("id", "name") if (name := one.get(key))))


def _ids(body: HtmlElement) -> dict[str, HtmlElement]:
    found: dict[str, HtmlElement] = {}
    for element in body.iter():
        for key in ("id", "name"):
            if name := element.get(key):
                found.setdefault(name, element)
    return found


_Pointed = tuple[MenuLabel, TitleFinding, "HtmlElement", bool]


def _pointed(labels: Sequence[MenuLabel], by_id: dict[str, HtmlElement], brand: frozenset[str]) -> list[_Pointed]:
    """The labels that are titles, each with what it points to; of several for one place the first.

    In a table of contents few entries are titles: these are sections. A short name will do where most are, and that is
    noted: such a menu is one of documents.
    """
    full = [title_of(label.text, brand) for label in labels]
    short = [label_of(label.text) for label in labels]
    sizes = Counter(label.menu for label in labels)
    documents = Counter(
        label.menu for label, one, other in zip(labels, full, short, strict=True) if one.kinds or other.kinds
    )
    found: dict[HtmlElement, _Pointed] = {}
    for label, one, other in zip(labels, full, short, strict=True):
        share = documents[label.menu] / sizes[label.menu]
        kinds = one if one.kinds else other if share >= _MOST_ARE_TITLES else _NOTHING
        at = by_id.get(label.target)
        if at is not None and kinds.kinds and share >= _SOME_ARE_TITLES:
            found.setdefault(at, (label, kinds, at, share >= _MOST_ARE_TITLES))
    return list(found.values())


# --- where documents begin and end ------------------------------------------------------------------------------


class _PartedPage:
    """A page, its heads, and the places that menus name."""

    def __init__(self, body: HtmlElement, heads: list[_Head], pointed: list[_Pointed]) -> None:
        self.places = Places(body)
        self.texts: Texts = self.places.texts()
        self.heads = heads
        self._order = list(self.places.opens)
        self.pointed = [one for one in pointed if one[2] in self.places.opens]
        self._opens = [self._open(head) for head in heads]
        self._numbered = [at for at, head in enumerate(heads) if is_numbered(head.text)]
        self._dated = [DatedHead(head.text, head.rank, self._start(head)) for head in heads]
        self._named_places = sorted(self.places.opens[at] for *_, at, documents in self.pointed if documents)

    def parts(self) -> list[_Part]:
        """The documents of the page; none where it is one document, or nothing tells them apart."""
        for found in (self._panels(), *self._headed()):
            if self._holds(found):
                return found
        return []

    def named(self, parts: Sequence[_Part]) -> list[PagePart]:
        """The documents as a person sees them; of several versions of one, those that are not in force are earlier."""
        earlier: dict[Stretch, Edition] = {}
        for kind in {part.head.kind for part in parts}:
            dated = [part for part in parts if part.head.kind is kind and may_be_dated(part.head.text)]
            found = of_alike(self.texts, [(part.head.text, part.stretch) for part in dated])
            earlier |= {one.stretch: one for one in found if not one.current}
        return [
            PagePart(
                part.head.text,
                part.head.found.kinds,
                part.head.ids,
                self._words(part.stretch),
                extra=part.head.found.extra,
                earlier=part.head.found.earlier or part.stretch in earlier,
                in_force=in_force(part.head.text),
            )
            for part in parts
        ]

    def edition(self, one: Edition) -> PagePart:
        """An earlier version within a document, as a person sees it."""
        return PagePart(one.text, (), (), self._words(one.stretch), earlier=True, in_force=one.in_force)

    def editions(self, whole: Stretch) -> list[Edition]:
        """The versions of one document that stand in its stretch."""
        first, last = (bisect_left(self._opens, place) for place in whole)
        return find_editions(self.texts, whole, self._dated[first:last])

    def _words(self, stretch: Stretch) -> int:
        return len(self.texts.of(stretch, 10_000_000).split())

    def _open(self, head: _Head) -> int:
        return self.places.opens[head.element]

    def _chars(self, begin: float, end: float) -> int:
        return self.texts.chars((begin, end))

    def _holds(self, parts: list[_Part]) -> bool:
        """These are documents: of several kinds, and the page is not titled as one."""
        kinds = {part.head.kind for part in parts if part.head.kind}
        if len(kinds) < 2:
            return False
        begin = parts[0].stretch[0]
        rank = min(part.head.rank for part in parts)
        for head in self.heads:
            directly = not self._chars(self.places.closes[head.element], begin)
            over = head.rank < rank or directly or head.kind not in kinds
            if self._open(head) < begin and over and head.found.titles == 1:
                return False
        return self._chars(self.places.whole[0], begin) <= _PREAMBLE_CHARS

    # panels

    def _panels(self) -> list[_Part]:
        """Containers side by side, each headed or labelled as a document, with what else is headed beside them."""
        heads = [head for head in self.heads if head.kind and head.rank != _LINE]
        heads += [self._labelled(one) for one in self.pointed]
        opens = {
            kind: sorted(self._open(head) for head in heads if head.kind is not kind)
            for kind in {head.kind for head in heads}
        }
        series: dict[HtmlElement, dict[HtmlElement, _Head]] = {}
        for head in heads:
            panel = self._panel_of(head, opens[head.kind])
            if panel is not None:
                members = series.setdefault(panel.getparent(), {})
                if panel not in members or not head.labelled:
                    members[panel] = head
        found: list[_Part] = []
        for parent, members in series.items():
            if len(members) < 2:
                continue
            parts = self._series(parent, members)
            if len({part.head.kind for part in parts if part.head.kind}) > 1 and len(parts) > len(found):
                found = parts
        return found

    def _labelled(self, one: _Pointed) -> _Head:
        label, found, at, _documents = one
        return _Head(at, label.text, found, _LINE, ("", False), (label.target,), labelled=True)

    def _panel_of(self, head: _Head, others: list[int]) -> HtmlElement | None:
        """The largest element that begins with a head; none if it is no more than the head.

        :param others: where the titles of other kinds of documents begin; it holds none of them.
        """
        here, start = head.element, self._open(head)
        while (
            (around := here.getparent()) is not None and around in self.places.opens and around is not self.places.body
        ):
            first, last = self.places.around(around)
            if self._chars(first, start) or bisect_left(others, last) > bisect_left(others, first):
                break
            here = around
        if self.texts.chars(self.places.around(here)) < len(head.text) + _PART_CHARS:
            return None
        return here if here.getparent() is not None and here is not self.places.body else None

    def _series(self, parent: HtmlElement, members: dict[HtmlElement, _Head]) -> list[_Part]:
        """The documents among the children of an element: its titled panels, each up to the next child that is headed."""
        begins = {self._begin(child): child for child in parent if child in members or self._is_headed(child)}
        titled = [child for child in begins.values() if child in members]
        whole = [child for child in titled if self._is_whole(child)]
        if len(titled) < 2 or (2 * len(titled) < len(begins) and len(whole) < 2):
            return []
        order = sorted(begins)
        ends = dict(pairwise(order))
        parts = []
        for begin in order:
            child = begins[begin]
            if child in members:
                end = ends.get(begin, self.places.around(child)[1])
                parts.append(_Part(members[child], (begin, end)))
        return [part for part in parts if self.texts.chars(part.stretch) >= _PART_CHARS]

    def _begin(self, child: HtmlElement) -> float:
        return self.places.around(child)[0]

    def _is_headed(self, child: HtmlElement) -> bool:
        """It begins with a heading, a summary, or it is one."""
        if child not in self.places.opens or self.texts.chars(self.places.around(child)) == 0:
            return False
        first = next(child.iter("summary", *HEADINGS), None)
        return first is not None and not self._chars(self._begin(child), self.places.opens[first])

    def _is_whole(self, child: HtmlElement) -> bool:
        begin, end = self.places.around(child)
        inner = sum(begin < self._open(head) < end for head in self.heads) - 1
        return inner >= _WHOLE_HEADINGS and self._chars(begin, end) >= _WHOLE_CHARS

    # headings

    def _headed(self) -> Iterator[list[_Part]]:
        """The documents that headings of each rank make, the highest first."""
        for rank in range(1, _LINE + 1):
            titles = [head for head in self.heads if head.rank == rank and head.kind]
            if len({head.kind for head in titles}) > 1:
                yield self._of_rank(rank, titles)

    def _of_rank(self, rank: int, titles: list[_Head]) -> list[_Part]:
        last = self._end(titles)
        titles = self._with_text(titles, last)
        others = [
            head
            for head in self.heads
            if head.rank == rank and not head.kind and titles and self._open(titles[0]) < self._open(head) < last
        ]
        looks = {head.look for head in titles}
        flat = rank == _LINE or any(head.look in looks for head in others)
        if flat:
            documents = zip(titles, self._ends(titles, last), strict=True)
            titles = [one for at, (one, end) in enumerate(documents) if at == 0 or self._begins_document(one, end)]
        titles = self._with_text(_of_other_kind(titles), last)
        ends = self._ends(titles, last)
        return [_Part(head, (self._start(head), end)) for head, end in zip(titles, ends, strict=True)]

    def _start(self, head: _Head) -> float:
        return self.places.around(head.element)[0]

    def _ends(self, titles: Sequence[_Head], last: float) -> list[float]:
        """Where each title's document ends: where the next begins."""
        return [*(self._start(head) for head in titles), last][1:]

    def _end(self, titles: Sequence[_Head]) -> float:
        """Where what holds all titles closes: the last document ends there."""
        around = set(titles[0].element.iterancestors())
        for head in titles[1:]:
            around &= set(head.element.iterancestors())
        inner = max(
            (one for one in around if one in self.places.opens), key=self.places.opens.__getitem__, default=None
        )
        return self.places.whole[1] if inner is None else self.places.around(inner)[1]

    def _with_text(self, titles: list[_Head], last: float) -> list[_Head]:
        """The titles with a document's text below: a card, or an entry of a list, has less."""
        starts = [*(self._start(head) for head in titles), last]
        return [
            head
            for head, (begin, end) in zip(titles, pairwise(starts), strict=True)
            if self._chars(begin, end) >= len(head.text) + _PART_CHARS
        ]

    def _begins_document(self, head: _Head, end: float) -> bool:
        """Its own date, a numbering that begins again, or a menu of documents says so."""
        if self._is_dated(head, end) or self._is_named(head):
            return True
        at, stop = bisect_right(self._opens, self._open(head)), bisect_left(self._opens, end)
        before = bisect_left(self._numbered, at)
        first = self._numbered[before] if before < len(self._numbered) else stop
        return before > 1 and first < stop and _FIRST_NUMBER.match(self.heads[first].text) is not None

    def _is_dated(self, head: _Head, end: float) -> bool:
        """The first line below, or the next, tells a date and no more than that."""
        behind = [" ".join((head.element.tail or "").split())[: MOST_CHARS + 1], *self._lines_below(head, end)]
        lines = [text for text in behind if text][:_DATE_LINES]
        return any(
            len(text) <= MOST_CHARS and DATE_LINE.search(text) is not None and may_be_dated(text) for text in lines
        )

    def _lines_below(self, head: _Head, end: float) -> Iterator[str]:
        """The beginnings of the next blocks that hold no others."""
        done: float = self.places.closes[head.element]
        at = bisect_right(self._order, done, key=self.places.opens.__getitem__)
        for element in islice(self._order, at, at + _MOST_BEHIND):
            begin, close = self.places.around(element)
            if begin > end:
                return
            if begin >= done and not any(child.tag in BLOCK_TAGS for child in element):
                done = close
                yield self.texts.of((begin, close), MOST_CHARS)[: MOST_CHARS + 1]

    def _is_named(self, head: _Head) -> bool:
        """A menu of documents points to it: to it, to what begins with it, or to the place right before it."""
        before = bisect_right(self._named_places, self._open(head)) - 1
        return before >= 0 and not self._chars(self._named_places[before], self._open(head))


def _of_other_kind(titles: Sequence[_Head]) -> list[_Head]:
    """Without the titles of the kind of the one before: a supplement belongs to its document."""
    kept: list[_Head] = []
    for head in titles:
        if not kept or kept[-1].kind is not head.kind or head.found.earlier != kept[-1].found.earlier:
            kept.append(head)
    return kept
