"""Lines of a PDF, in reading order, to Blocks: headings, paragraphs, list items, rows.

A heading is larger or bolder than the text; its level is the rank of its size. A paragraph goes on while lines follow
at the usual distance and each was full; a list item while its lines hang under its first. Words cut at the end of a
line are put together where the document itself shows that they are one word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from pipelines.model import Block, BlockKind
from pipelines.reading.pdf.layout import TextLine, has_room
from pipelines.reading.pdf.rows import BULLET, NUMBER

_LARGER: Final = 1.1  # a heading's size against the text's
_DISPLAY: Final = 1.5  # a title is broken where it looks well, other headings where the line is full
_BOLD: Final = 0.9  # share of letters
_SPARE: Final = 0.1  # of the line's room
_CAPITALS: Final = 4  # letters; fewer are abbreviations
_CAPITAL_SHARE: Final = 4  # a document with a quarter of its text in capitals does not mean headings by them
_HEADING_CHARS: Final = 200
_MIN_CUTS: Final = 2
_LINE_GAP: Final = 1.3  # against the usual distance of lines
_NEAR: Final = 3.0  # points: the same edge
_INDENT: Final = 0.8  # of the font size
_TERMINAL: Final = (".", "!", "?", ":", ";", "。", "؟")
_SPECIAL: Final = re.compile(r"[\\*`]|<(?=[A-Za-z/!?])|(?<![^\W_])_|_(?![^\W_])")  # as in structure.py
_LIGATURES: Final = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
    0x00AD: None,
    0xFFFE: None,
    0xFFFF: None,
    0x200B: None,
    0xFEFF: None,
}
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CUT: Final = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,})-\Z")
_CUT_END: Final = re.compile(r"[^\W\d_]+")
_IDEOGRAPHS: Final = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_ITEMS: Final = (BlockKind.ITEM, BlockKind.NUMBERED)
_ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")


@dataclass(slots=True)
class _Draft:
    """A block that is being read.

    :param style: (size, bold) of a heading.
    :param number: of a numbered item; `marker` is what it was printed as.
    """

    kind: BlockKind
    lines: list[TextLine]
    level: int = 0
    texts: list[str] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    marker: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class _PdfPage:
    """What is usual in the document: size of the text, whether it is bold or capitals, distance of lines per size."""

    size: float
    bold: bool
    capital: bool
    gaps: dict[float, float]


def read_lines(lines: Sequence[TextLine]) -> tuple[Block, ...]:
    """The document's blocks."""
    usual = _usual(lines)
    drafts: list[_Draft] = []
    open_items: list[_Draft] = []
    for line in lines:
        last = drafts[-1] if drafts else None
        if line.cells:
            drafts.append(_Draft(BlockKind.ROW, [line], level=1 if _is_header_row(last, line, usual) else 2))
        elif last is None or not _goes_on(last, line, usual, open_items):
            drafts.append(_draft(last, line, usual, open_items))
        if drafts[-1].kind not in _ITEMS:
            open_items = []
    _unnumber(drafts)
    vocabulary = _vocabulary(lines)
    levels = _levels(drafts)
    return tuple(block for draft in drafts if (block := _block(draft, levels, vocabulary)).markdown.strip(" |"))


def _usual(lines: Sequence[TextLine]) -> _PdfPage:
    sizes: Counter[float] = Counter()
    bold, capital = 0.0, 0
    gaps: dict[float, list[float]] = {}
    for line in lines:
        sizes[_rounded(line.size)] += len(line.text) or 1
        bold += line.bold * len(line.text)
        capital += len(line.text) * line.text.isupper()
    for above, line in pairwise(lines):
        gap = line.y - above.y
        if line.region == above.region and 0.7 * line.size < gap < 3 * line.size:
            gaps.setdefault(_rounded(line.size), []).append(gap)
    size = max(sizes, key=lambda size: (sizes[size], size), default=10.0)
    quarter = {size: sorted(found)[len(found) // 4] for size, found in gaps.items()}
    letters = sum(sizes.values())
    return _PdfPage(size, bold * 2 > letters, capital * _CAPITAL_SHARE > letters, quarter)


def _rounded(size: float) -> float:
    return round(size * 2) / 2


# --- which block a line belongs to ----------------------------------------------------------------------------


def _draft(last: _Draft | None, line: TextLine, usual: _PdfPage, open_items: list[_Draft]) -> _Draft:
    """A new block that begins with the line."""
    bullet = BULLET.match(line.text)
    if bullet is None and _is_heading(line, usual):
        return _Draft(BlockKind.HEADING, [line], texts=[line.text])
    number = NUMBER.match(line.text)
    if bullet is None and number is None:
        return _Draft(BlockKind.PARAGRAPH, [line], texts=[line.text])
    marker = bullet or number
    assert marker is not None
    draft = _Draft(BlockKind.ITEM if bullet else BlockKind.NUMBERED, [line], texts=[line.text[marker.end() :].strip()])
    draft.marker = marker.group()
    while open_items and open_items[-1].lines[0].x0 > line.x0 + _NEAR and last is not None:
        open_items.pop()
    if open_items and abs(open_items[-1].lines[0].x0 - line.x0) <= _NEAR:
        open_items.pop()
    open_items.append(draft)
    draft.level = len(open_items)
    return draft


def _is_heading(line: TextLine, usual: _PdfPage) -> bool:
    if len(line.text) > _HEADING_CHARS or not any(char.isalpha() for char in line.text):
        return False
    if line.size >= _LARGER * usual.size:
        return True
    if line.size < usual.size - 1 or line.text.rstrip().endswith((",", ";")):
        return False
    return (line.bold >= _BOLD and not usual.bold) or _is_short_and_capital(line, usual)


def _is_short_and_capital(line: TextLine, usual: _PdfPage) -> bool:
    """ALL CAPITALS, on a line that has room to spare: a heading typed without any style."""
    spare = line.right - line.x1 > _SPARE * (line.right - line.left)
    return not usual.capital and line.text.isupper() and sum(map(str.isalpha, line.text)) >= _CAPITALS and spare


def _goes_on(draft: _Draft, line: TextLine, usual: _PdfPage, open_items: list[_Draft]) -> bool:
    """Add the line to the block if it is more of it."""
    last = draft.lines[-1]
    if draft.kind is BlockKind.ROW or not draft.texts:
        return False
    if line.region != last.region or line.y < last.y:
        more = _goes_on_elsewhere(draft, line, usual)
    else:
        more = _is_next(last, line, usual) and _is_same_block(draft, line, usual, open_items)
    if more:
        if last.region == line.region and draft.kind is not BlockKind.HEADING and _is_broken(last, line):
            draft.breaks.add(len(draft.texts))
        draft.lines.append(line)
        draft.texts.append(line.text)
    return more


def _is_next(last: TextLine, line: TextLine, usual: _PdfPage) -> bool:
    """At the usual distance below."""
    size = max(last.size, line.size)
    expected = min(usual.gaps.get(_rounded(size), 1.3 * size), 3 * size)
    return line.y - last.y <= max(_LINE_GAP * expected, 1.1 * size)


def _is_early(last: TextLine, line: TextLine) -> bool:
    """The line above ended although the next word would have fit: the writer ended it."""
    return has_room(last.right - last.x1, line.text, line.x1 - line.x0)


def _is_broken(last: TextLine, line: TextLine) -> bool:
    """A line break that is meant, as in an address: sentences go on in lower case."""
    return _is_early(last, line) and not line.text.lstrip()[:1].islower()


def _goes_on_elsewhere(draft: _Draft, line: TextLine, usual: _PdfPage) -> bool:
    """A sentence that goes on in the next column or on the next page."""
    last = draft.lines[-1]
    if draft.kind is BlockKind.HEADING or _is_heading(line, usual) or _opens_item(line):
        return False
    text = draft.texts[-1].rstrip()
    if text.endswith(_TERMINAL) or _rounded(line.size) != _rounded(last.size):
        return False
    start = line.text.lstrip()[:1]
    return start.islower() or text.endswith("-") or not _is_early(last, line)


def _opens_item(line: TextLine) -> bool:
    return BULLET.match(line.text) is not None or NUMBER.match(line.text) is not None


def _is_same_block(draft: _Draft, line: TextLine, usual: _PdfPage, open_items: list[_Draft]) -> bool:
    if _begins_item(draft, line, open_items):
        return False
    if draft.kind is BlockKind.HEADING:
        return _is_more_of_heading(draft, line, usual)
    last = draft.lines[-1]
    if _is_heading(line, usual) and (_rounded(line.size) != _rounded(last.size) or _is_early(last, line)):
        return False
    if draft.kind in _ITEMS:
        return _is_more_of_item(draft, line)
    return _is_more_of_paragraph(draft, line)


def _begins_item(draft: _Draft, line: TextLine, open_items: list[_Draft]) -> bool:
    """A marker that is none: a wrapped line may begin with a dash or "6." (after "Article")."""
    if not _opens_item(line):
        return False
    last = draft.lines[-1]
    if any(abs(item.lines[0].x0 - line.x0) <= _NEAR for item in open_items):
        return True
    wrapped = not _is_early(last, line) and not draft.texts[-1].rstrip().endswith(_TERMINAL)
    first = draft.lines[0]
    edge = first.text_x if draft.kind in _ITEMS and last is first else last.x0
    return not (wrapped and abs(line.x0 - edge) <= max(_NEAR, _INDENT * line.size))


def _is_more_of_heading(draft: _Draft, line: TextLine, usual: _PdfPage) -> bool:
    last = draft.lines[-1]
    alike = _rounded(line.size) == _rounded(last.size)
    if _is_heading(line, usual):
        wrapped = not _is_early(last, line) or line.size >= _DISPLAY * usual.size
        return wrapped and alike and (line.bold >= _BOLD) == (last.bold >= _BOLD) and not NUMBER.match(line.text)
    if alike and not _is_early(last, line) and line.bold < _BOLD:
        draft.kind = BlockKind.PARAGRAPH  # a paragraph whose first line is bold
        return True
    return False


def _is_more_of_item(draft: _Draft, line: TextLine) -> bool:
    """Its lines hang under the text of the first, or run back to the marker if the line above was full."""
    first, last = draft.lines[0], draft.lines[-1]
    if line.x0 > first.x0 + _NEAR:
        return line.x0 >= min(first.text_x, last.text_x) - _NEAR
    return line.x0 > first.x0 - first.size * 3 and not _is_early(last, line)


def _is_more_of_paragraph(draft: _Draft, line: TextLine) -> bool:
    last = draft.lines[-1]
    ended = draft.texts[-1].rstrip().endswith(_TERMINAL)
    early = _is_early(last, line)
    if _rounded(line.size) != _rounded(last.size) and early:
        return False
    if ended and early:
        return False
    centred = abs((line.x0 + line.x1) - (last.x0 + last.x1)) <= 2 * _NEAR
    shift = line.x0 - last.x0
    hangs = len(draft.lines) == 1 and last.text_x > last.x0 and abs(line.x0 - last.text_x) <= _NEAR  # "3.1  We …"
    if hangs or centred or abs(shift) <= _INDENT * line.size:
        return True
    return shift < 0 and len(draft.lines) == 1 and not early  # the first line was indented


def _is_header_row(last: _Draft | None, line: TextLine, usual: _PdfPage) -> bool:
    opens = last is None or last.kind is not BlockKind.ROW or last.lines[0].region != line.region
    return opens and line.bold >= _BOLD and not usual.bold


# --- numbers and levels ---------------------------------------------------------------------------------------


def _unnumber(drafts: list[_Draft]) -> None:
    """Numbered items whose numbers do not count up from one keep them, as paragraphs: a reader would not know them."""
    start = 0
    while start < len(drafts):
        end = start
        while end < len(drafts) and drafts[end].kind in _ITEMS:
            end += 1
        _unnumber_run(drafts[start:end])
        start = max(end, start + 1)


def _unnumber_run(run: list[_Draft]) -> None:
    lists: list[list[_Draft]] = []
    current: dict[int, list[_Draft]] = {}
    for draft in run:
        for deeper in [level for level in current if level > draft.level]:
            del current[deeper]
        if draft.kind is not BlockKind.NUMBERED:
            current.pop(draft.level, None)
            continue
        counted = current.get(draft.level, [])
        if not counted or not _counts(draft.marker, len(counted) + 1):
            counted = []
            lists.append(counted)
            current[draft.level] = counted
        counted.append(draft)
    for counted in lists:
        if len(counted) < 2 or not _counts(counted[0].marker, 1):
            for draft in counted:
                draft.kind, draft.level = BlockKind.PARAGRAPH, 0
                draft.texts[0] = f"{draft.marker} {draft.texts[0]}"


def _counts(marker: str, number: int) -> bool:
    """Is this how the number is printed: 2. (2) b) ii.?"""
    label = marker.strip("().").lower()
    letter = chr(ord("a") + number - 1) if number <= 26 else ""
    roman = _ROMAN[number - 1] if number <= len(_ROMAN) else ""
    return label in {str(number), letter, roman} - {""}


def _levels(drafts: list[_Draft]) -> dict[tuple[float, bool], int]:
    styles = {_style(draft) for draft in drafts if draft.kind is BlockKind.HEADING}
    return {style: min(rank, 6) for rank, style in enumerate(sorted(styles, reverse=True), start=1)}


def _style(draft: _Draft) -> tuple[float, bool]:
    return _rounded(draft.lines[0].size), draft.lines[0].bold >= _BOLD


# --- text -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Words:
    """The document's words, but for what lines' ends cut.

    :param hyphenates: it was set with hyphenation: cut words are there that it also has uncut.
    """

    counts: Counter[str]
    hyphenates: bool


def _vocabulary(lines: Sequence[TextLine]) -> _Words:
    counts: Counter[str] = Counter()
    cuts: list[tuple[str, str]] = []
    cut = ""
    for line in lines:
        for text in line.cells or (line.text,):
            found = _WORD.findall(text.translate(_LIGATURES).casefold())
            if cut and found:
                cuts.append((cut, found.pop(0)))
            end = _CUT.search(text.rstrip()) if not line.cells else None
            cut = end.group(1).casefold() if end else ""
            counts.update(found[:-1] if cut else found)
    whole = sum(counts[start + end] > 0 for start, end in cuts)
    return _Words(counts, whole >= _MIN_CUTS and whole > sum(counts[f"{start}-{end}"] > 0 for start, end in cuts))


def _block(draft: _Draft, levels: dict[tuple[float, bool], int], words: _Words) -> Block:
    if draft.kind is BlockKind.ROW:
        cells = (_escaped(cell).replace("|", "\\|") for cell in draft.lines[0].cells)
        return Block(BlockKind.ROW, draft.level, " | ".join(cells))
    markdown = "".join(_joined(draft, words))
    level = levels[_style(draft)] if draft.kind is BlockKind.HEADING else draft.level
    return Block(draft.kind, level, markdown)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.translate(_LIGATURES).split()))


def _joined(draft: _Draft, words: _Words) -> Iterator[str]:
    """The lines with what stands between them; a line feed where the writer ended a line."""
    for index, text in enumerate(draft.texts):
        following = draft.texts[index + 1] if index + 1 < len(draft.texts) else None
        if following is None:
            yield _escaped(text)
        elif index + 1 in draft.breaks:
            yield _escaped(text) + "  \n"
        else:
            yield from _seam(text, following, words)


def _seam(text: str, following: str, words: _Words) -> Iterator[str]:
    text, following = text.rstrip(), following.lstrip()
    if text.endswith("\u00ad"):
        yield _escaped(text)
    elif (cut := _CUT.search(text)) and (end := _CUT_END.match(following)) and following[0].islower():
        keeps = not _is_one_word(cut.group(1).casefold(), end.group().casefold(), words)
        yield _escaped(text) if keeps else _escaped(text[:-1])
    else:
        ideographs = _IDEOGRAPHS.match(text[-1:]) and _IDEOGRAPHS.match(following[:1])
        yield _escaped(text) + ("" if ideographs else " ")


def _is_one_word(start: str, end: str, words: _Words) -> bool:
    """A hyphen goes where the document has the word without it elsewhere. It stays where it has the word with it; and,
    in a document set with hyphenation, only where both parts are words ("third-party").
    """
    counts = words.counts
    if counts[f"{start}-{end}"]:
        return False
    return counts[start + end] > 0 or (words.hyphenates and not (counts[start] and counts[end]))
