r"""The inline Markdown of a block, written so that CommonMark and GFM show its words and nothing else.

    what a block holds ──read──► runs of one style ──written──► Markdown in which page text is never markup

A block's own Markdown knows three signs (pipelines.model.Block): stars around strong and emphasised text, a backslash
before a sign that is meant as it stands, a line break. All else in it is what the page's author wrote: `[x](y)`,
`&lt;`, `[ref]: z` are text there, and would be a link, a `<`, and nothing where they are shown as Markdown. They are
escaped here, where a text is rendered, and not where it is stored: so a stored text stays what it was, whichever
program stored it, and two versions differ by their words alone. Stars stand only where CommonMark reads them as marks
(spec 0.31, "Emphasis and strong emphasis"); elsewhere the words stand without them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipelines.text.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What a block's text has to be read for; most have none of it and are written as they are.
_UNUSUAL: Final = re.compile(r"[\\*`_<&\]~\r\n]|^\s|\s$")
_TOKEN: Final = re.compile(r"\\([!-/:-@\[-`{-~])|(\*+)|[^\\*]+|\\")
_CARRIAGE_RETURN: Final = re.compile(r"\r\n?")
# Signs that CommonMark or GFM read as inline markup. `_` inside a word and `<` before a space are none, nor is `[`
# alone: a link needs `](`, a reference its definition, which needs `]:`.
_SPECIAL: Final = re.compile(
    r"[\\*`~]|<(?=[A-Za-z/!?])|(?<![^\W_])_|_(?![^\W_])|\](?=[(:\[])|&(?=#?[0-9A-Za-z]{1,32};)"
)
# What would begin a block at the start of a line: a heading, a quotation, an item, the box of a task, a rule, the row
# of dashes below a heading or of a table, a definition.
_START: Final = re.compile(
    r"#{1,6}(?=\s|$)|>|[-+:](?=\s|$)|\[(?=[ xX]\])|=(?==*\s*$)|-(?=[-\s]*$)|[-:|](?=[-:|\s]*$)(?=[:|\s]*-)"
)
_ORDERED: Final = re.compile(r"[0-9]{1,9}(?=[.)](?:\s|$))")


@dataclass(frozen=True, slots=True)
class Marks:
    """How strong and emphasised text is marked.

    :param emphasis: one sign; `_`, unlike `*`, is no mark inside a word.
    """

    emphasis: str = "*"
    strong: str = "**"

    def of(self, run: _StyleRun) -> str:
        return (self.strong if run.strong else "") + (self.emphasis if run.emphasis else "")


@dataclass(slots=True)
class _StyleRun:
    text: str
    strong: bool = False
    emphasis: bool = False


STARS: Final = Marks()
_BOTH: Final = 3  # stars mean strong and emphasised


def escaped(text: str) -> str:
    r"""Return plain text as inline Markdown that shows it.

    >>> print(escaped("[x](javascript:1) &lt; a_b"))
    [x\](javascript:1) \&lt; a_b
    """
    return _SPECIAL.sub(r"\\\g<0>", text)


def one_line(markdown: str, marks: Marks = STARS) -> str:
    """Return a block's inline Markdown, safe, without line breaks: for a heading, a cell of a table."""
    return " ".join(safe_inline(markdown, marks).split())


def lines(markdown: str, marks: Marks = STARS) -> list[str]:
    """Return a block's inline Markdown, safe, line by line: each begins no block, and keeps the two spaces of a hard
    line break.
    """
    return [line_text(line) for line in safe_inline(markdown, marks).split("\n")]


def line_text(line: str) -> str:
    r"""Return a line of inline Markdown so that it begins no heading, list, quotation, rule, or table.

    >>> line_text("> more"), line_text("3) x"), line_text("- - -")
    ('\\> more', '3\\) x', '\\- - -')
    """
    ordered = _ORDERED.match(line)
    if ordered:
        return f"{ordered.group()}\\{line[ordered.end() :]}"
    return f"\\{line}" if _START.match(line) else line


@remembered(4096)  # as wording's: a block comes again in every version
def safe_inline(markdown: str, marks: Marks = STARS) -> str:
    r"""Return a block's inline Markdown with its own marks, and everything else as text.

    >>> print(safe_inline(r"**We** \* [sell](x) &amp; a*"))
    **We** \* [sell\](x) \&amp; a\*
    """
    if not _UNUSUAL.search(markdown):
        return markdown
    written = "".join(_written(_styled(_runs(markdown), marks), marks))
    found = [f"{bare}  " if line.endswith("  ") else bare for line in written.split("\n") if (bare := line.strip())]
    return "\n".join(found).rstrip()


def _runs(markdown: str) -> list[_StyleRun]:
    """The block's text by its style. Stars that nothing closes are text."""
    runs = [_StyleRun("")]
    for token in _TOKEN.finditer(_CARRIAGE_RETURN.sub("\n", markdown)):
        sign, stars = token.groups()
        last = runs[-1]
        opening = len(stars or "") - 2 * last.strong - last.emphasis  # what they do besides closing
        if stars and 0 <= opening <= _BOTH:
            runs.append(_StyleRun("", strong=opening > 1, emphasis=opening % 2 == 1))
        else:
            last.text += sign or token.group()
    runs[-1] = _StyleRun(STARS.of(runs[-1]) + runs[-1].text)
    return runs


def _styled(runs: Sequence[_StyleRun], marks: Marks) -> list[_StyleRun]:
    """The runs, with a style where its marks would be read as such, neighbours of one style as one."""
    found: list[_StyleRun] = []
    text = "".join(run.text for run in runs)
    at = 0
    for run in runs:
        before, after = text[:at][-1:], text[at + len(run.text) :][:1]
        at += len(run.text)
        pieces = _pieces(run, before, after, marks, touches=bool(found) and bool(marks.of(found[-1])))
        for piece in pieces:
            if not piece.text:
                continue
            if found and not marks.of(found[-1]) and not marks.of(piece):
                found[-1].text += piece.text
            else:
                found.append(piece)
    return found


def _pieces(run: _StyleRun, before: str, after: str, marks: Marks, *, touches: bool) -> Iterator[_StyleRun]:
    """A run, its white space outside its marks; bare where CommonMark would not read its marks.

    :param touches: the run before ends with a mark, so that this one's may be taken with it.
    """
    core = run.text.strip()
    mark = marks.of(run)
    if not mark or not core:
        yield _StyleRun(run.text)
        return
    start = run.text.index(core)
    head, tail = run.text[:start], run.text[start + len(core) :]
    opens = _ends_word(head[-1:] or before) or not ("_" in mark or _may_be_sign(core[0]))
    closes = _ends_word(tail[:1] or after) or not ("_" in mark or _may_be_sign(core[-1]))
    if opens and closes and (head or not touches):
        yield _StyleRun(head)
        yield _StyleRun(core, run.strong, run.emphasis)
        yield _StyleRun(tail)
    else:
        yield _StyleRun(run.text)


def _ends_word(char: str) -> bool:
    """White space, a punctuation mark, or nothing, by every edition of CommonMark."""
    return (
        not char
        or char in "\n\t$+<=>^`|~"
        or unicodedata.category(char)[0] == "P"
        or unicodedata.category(char) == "Zs"
    )


def _may_be_sign(char: str) -> bool:
    """A punctuation mark, by some edition of CommonMark: 0.31 added the symbols."""
    return unicodedata.category(char)[0] in "PS"


def _written(runs: Sequence[_StyleRun], marks: Marks) -> Iterator[str]:
    for run in runs:
        mark = marks.of(run)
        yield f"{mark}{escaped(run.text)}{mark[::-1]}" if mark else escaped(run.text)
