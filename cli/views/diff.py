"""A difference of two versions for a person: what went is struck out, what came is green; in a pipe, signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from rich.console import Console
from rich.text import Text

from cli.output import clean, is_plain, line, plain_text, print_lines, print_wrapped
from cli.views.timeline import CLASS_STYLES, bracket
from crawler.archives.memento import replay_url
from crawler.counting import count
from history.diff.comparison import Comparison
from history.diff.diff import DiffBlock, DiffKind, Hunk, hunks
from history.diff.links import LinkChange
from history.diff.word_steps import Op, Segment
from history.timeline.timeline import VersionRow
from pipelines.model import BlockKind

_SIGNS = {
    DiffKind.EQUAL: ("  ", "dim"),
    DiffKind.CHANGED: ("~ ", "yellow"),
    DiffKind.ADDED: ("+ ", "green"),
    DiffKind.REMOVED: ("- ", "red"),
    DiffKind.MOVED: ("> ", "blue"),
}
_STYLES = {Op.EQUAL: "", Op.DELETE: "red strike", Op.INSERT: "bold green"}
_MARKS = {Op.EQUAL: ("", ""), Op.DELETE: ("[-", "-]"), Op.INSERT: ("{+", "+}")}
_KEEP = 160  # characters of unchanged text beside a change; what is longer is cut in the middle


def print_diff(console: Console, comparison: Comparison, context: int, *, full: bool, sides: bool = False) -> None:
    """Print a difference.

    :param context: unchanged blocks shown beside each changed one.
    :param full: show every block, unabridged.
    :param sides: in two columns.
    """
    _head(console, comparison)
    if comparison.change is not None:
        _wording(console, comparison, context, full=full, sides=sides)
    if comparison.links is not None:
        _links(console, comparison.links)


def _wording(console: Console, comparison: Comparison, context: int, *, full: bool, sides: bool) -> None:
    found = hunks(comparison.blocks, None if full else context)
    for number, hunk in enumerate(found):
        again = number > 0 and found[number - 1].heading == hunk.heading
        _hunk(console, hunk, again=again, full=full, sides=sides)
    left = sum(not block.is_signpost for block in comparison.blocks) - sum(
        hunk.skipped + len(hunk.blocks) for hunk in found
    )
    if left:
        print_lines(console, "", Text(f"    … {count(left, 'unchanged block')}", "dim"))


def _head(console: Console, c: Comparison) -> None:
    head = Text.assemble((line(c.policy.site), "bold"), f"  version {c.old.version} → {c.new.version}: ")
    if c.change is None:
        print_lines(console, head.append("the same wording"))
    else:
        head.append(c.change.change_class.value, CLASS_STYLES[c.change.change_class])
        head.append(f", +{c.change.words_added:,}", "green").append(f" −{c.change.words_removed:,}", "red")
        print_lines(console, head.append(" words"))
    print_lines(console, line(c.policy.policy_url))
    if c.are_neighbours:
        print_lines(console, f"changed between {bracket(c.later).replace(' – ', ' and ')}")
    _side(console, Text("--- ", "red"), c.old, replay_url(c.old.last_capture_url), c.old_citation)
    _side(console, Text("+++ ", "green"), c.new, replay_url(c.new.first_capture_url), c.new_citation)


def _side(console: Console, sign: Text, version: VersionRow, url: str, cited: str) -> None:
    seen = f"{version.first_seen:%Y-%m-%d} to {version.last_seen:%Y-%m-%d}"
    number = f"version {version.version}, seen {seen} in {count(version.captures, 'capture')}"
    print_lines(console, Text.assemble(sign, number), Text(f"    {line(url)}", "dim"))
    print_lines(console, Text(f"    cite as {line(cited)}", "dim"))


def _hunk(console: Console, hunk: Hunk, *, again: bool, full: bool, sides: bool) -> None:
    """One hunk; `again`: under the heading of the hunk before."""
    if not again:
        print_lines(console, "")
    if hunk.skipped:
        print_lines(console, Text(f"    … {count(hunk.skipped, 'unchanged block')}", "dim"))
    if not again:
        print_lines(console, Text(f"§ {line(plain_text(hunk.heading)) or '(before the first heading)'}", "bold"))
    for number, block in enumerate(hunk.blocks):
        if sides:
            if number:
                print_lines(console, "")
            _two_columns(console, block, full=full)
        else:
            _block(console, block, full=full)


def _two_columns(console: Console, block: DiffBlock, *, full: bool) -> None:
    """Old words at the left, new ones at the right, line by line."""
    sign, style = _SIGNS[block.kind]
    width = max((console.width - 7) // 2, 16)
    old = [replace(s, new=s.old) for s in block.segments if s.op is not Op.INSERT and s.old]
    new = [s for s in block.segments if s.op is not Op.DELETE and s.new]
    if block.kind is DiffKind.MOVED and not _is_edited(block):
        old = []
    plain = is_plain(console)
    columns = [_column(console, block, side, width, plain=plain, full=full) for side in (old, new)]
    for number, (left, right) in enumerate(zip_longest(*columns, fillvalue=Text())):
        left.pad_right(max(width - left.cell_len, 0))
        gutter = Text.assemble((f" {sign if number == 0 else '  '}", style), "│ ")
        print_lines(console, Text.assemble(left, gutter, right))


def _column(
    console: Console, block: DiffBlock, segments: Sequence[Segment], width: int, *, plain: bool, full: bool
) -> list[Text]:
    if not segments:
        return []
    text = _body(segments, plain=plain, full=full)
    if block.kind is DiffKind.MOVED:
        text = Text.assemble((_origin(block), "blue"), text)
    if not _is_edited(block):
        text.stylize("dim")
    lines = list(Text.assemble(_marker(block), text).wrap(console, width))
    for one in lines:
        one.rstrip()
    return lines


def _links(console: Console, links: Sequence[LinkChange]) -> None:
    print_lines(console, "", Text("§ Links", "bold"))
    if not links:
        print_lines(console, Text("    no link leads elsewhere", "dim"))
    for change in links:
        print_lines(console, Text(f"  {change.kind.value}", "yellow"))
        for sign, style, link in (("-", "red", change.old), ("+", "green", change.new)):
            if link:
                shown = f"“{line(plain_text(link.text))}”  {line(link.href)}"
                print_lines(console, Text.assemble((f"    {sign} ", style), shown))


def _block(console: Console, block: DiffBlock, *, full: bool) -> None:
    sign, style = _SIGNS[block.kind]
    marker = _marker(block)
    text = _body(block.segments, plain=is_plain(console), full=full)
    if block.kind is DiffKind.MOVED:
        text = Text.assemble((_origin(block), "blue"), text)
    if not _is_edited(block):
        text.stylize("dim")
    print_wrapped(console, text, Text.assemble((f"  {sign}", style), marker), " " * (4 + len(marker)))


def _is_edited(block: DiffBlock) -> bool:
    return any(segment.op is not Op.EQUAL for segment in block.segments)


def _origin(block: DiffBlock) -> str:
    """Where a moved block stood; "" where its whole section moved."""
    if block.block.kind is BlockKind.HEADING:
        return (
            f"[moved here; it followed “{line(plain_text(block.moved_from))}”] "
            if block.moved_from
            else "[moved here] "
        )
    if block.moved_from == block.heading:
        return ""
    return f"[moved here from “{line(plain_text(block.moved_from))}”] " if block.moved_from else "[moved here] "


def _marker(block: DiffBlock) -> str:
    kind, level = block.block.kind, max(block.block.level, 1)
    if kind is BlockKind.HEADING:
        return f"{'#' * level} "
    if kind in (BlockKind.ITEM, BlockKind.NUMBERED):
        return f"{'  ' * (level - 1)}• "
    return {BlockKind.ROW: "| ", BlockKind.QUOTE: "> "}.get(kind, "")


def _body(segments: Sequence[Segment], *, plain: bool, full: bool) -> Text:
    text = Text()
    for at, segment in enumerate(segments):
        shown = plain_text(clean(segment.text))
        if segment.op is Op.EQUAL and not full:
            shown = _abridged(shown, first=at == 0, last=at == len(segments) - 1)
        opening, closing = _MARKS[segment.op] if plain else ("", "")
        lead, core, tail = _split(shown)
        if not plain and at and segment.op is Op.INSERT and segments[at - 1].op is Op.DELETE and not lead:
            lead = " "  # two words, of which a colour-blind reader sees where the first ends
        text.append(lead)
        if core:
            text.append(f"{opening}{core}{closing}", _STYLES[segment.op])
        text.append(tail)
    return text


def _split(text: str) -> tuple[str, str, str]:
    """White space at the ends stands outside the marks."""
    core = text.strip()
    at = text.find(core)
    return (text[:at], core, text[at + len(core) :]) if core else (text, "", "")


def _abridged(text: str, *, first: bool, last: bool) -> str:
    """Unchanged text between changes: what stands beside them is kept."""
    if first and last:
        return text if len(text) <= 2 * _KEEP else f"{_cut_end(text)} …"
    if len(text) <= (1 if first or last else 2) * _KEEP + 40:
        return text
    head = "" if first else f"{_cut_end(text)} "
    tail = "" if last else " " + text[-_KEEP:].partition(" ")[2]
    return f"{head}[…]{tail}"


def _cut_end(text: str) -> str:
    return text[:_KEEP].rpartition(" ")[0]
