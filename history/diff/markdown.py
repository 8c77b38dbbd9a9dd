"""A difference as Markdown, for an issue, a pull request or a report: CommonMark with <ins> and <del>.

    markdown_report(comparison, context) ──► str

GitHub, GitLab and pandoc show <ins> and <del>; page text is escaped, so nothing of it is read as markup, a mention or
an address.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from crawler.archives.memento import replay_url
from crawler.counting import count
from history.diff.comparison import Comparison
from history.diff.diff import DiffBlock, DiffKind, Hunk, hunks
from history.diff.links import LinkChange
from history.diff.word_steps import Op, Segment
from history.plain import clean, line, plain_text
from history.timeline.timeline import VersionRow
from pipelines.model import BlockKind, Link

_MARKUP = re.compile(r"([\\`*_\[\]~$|#])")
_START = re.compile(r"^(\s*\d{0,9})([-+=.)])")  # of a list, of a rule
_REFERENCE = re.compile(r"(://|@|\bwww\.|\\#(?=\d))", re.IGNORECASE)  # that GitHub makes a link of by itself


def markdown_report(comparison: Comparison, context: int | None = 1) -> str:
    """Return the report.

    :param context: unchanged blocks shown beside each changed one; None: all blocks.
    """
    c = comparison
    parts = [f"## {escape(c.policy.site)}: version {c.old.version} → {c.new.version}", _summary(c)]
    parts.append(
        "\n".join(
            (
                _evidence("Old", c.old, c.old_citation, replay_url(c.old.last_capture_url)),
                _evidence("New", c.new, c.new_citation, replay_url(c.new.first_capture_url)),
            )
        )
    )
    found = hunks(c.blocks, context) if c.change else ()
    for number, hunk in enumerate(found):
        parts += _hunk(hunk, again=number > 0 and found[number - 1].heading == hunk.heading)
    if c.links is not None:
        parts += ["### Links", "\n".join(map(_link, c.links)) or "No link changed."]
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    escaped = _MARKUP.sub(r"\\\1", html.escape(plain_text(clean(text)), quote=False))
    return _REFERENCE.sub(r"\1<!-- -->", _START.sub(r"\1\\\2", escaped))


def _summary(c: Comparison) -> str:
    if c.change is None:
        return f"{escape(c.policy.policy_url)}: the same wording."
    told = f"{escape(c.policy.policy_url)}: {c.change.change_class.value}, "
    told += f"{count(c.change.words_added, 'word')} added, {c.change.words_removed:,} removed"
    later = c.later
    if c.are_neighbours and later.previous_last_seen:
        told += f"; changed between {later.previous_last_seen:%Y-%m-%d %H:%M} and {later.first_seen:%Y-%m-%d %H:%M} UTC"
    return told + "."


def _evidence(side: str, version: VersionRow, cited: str, url: str) -> str:
    return (
        f"* {side}: version {version.version}, seen {version.first_seen:%Y-%m-%d} to {version.last_seen:%Y-%m-%d} in "
        f"{count(version.captures, 'capture')}, `{line(cited).replace('`', '')}`, {_address(url)}"
    )


def _address(url: str) -> str:
    """An address as a link where it is one of the web, else as it reads."""
    if re.fullmatch(r"https?://[^\s<>\x00-\x20\\]+", url):
        return f"<{url}>"
    return escape(url)


def _hunk(hunk: Hunk, *, again: bool) -> Iterator[str]:
    if not again:
        yield f"### {escape(hunk.heading) or '(before the first heading)'}"
    if hunk.skipped:
        yield f"*… {hunk.skipped:,} unchanged …*"
    for block in hunk.blocks:
        yield _block(block)


def _block(block: DiffBlock) -> str:
    text = "".join(map(_segment, block.segments)).strip()
    if block.block.kind is BlockKind.HEADING:
        text = f"**{text}**" if not text.startswith("<") else text
    if block.kind is DiffKind.MOVED:
        origin = f" from “{escape(block.moved_from)}”" if block.moved_from not in ("", block.heading) else ""
        text = f"*(moved here{origin})* {text}"
    return f"* {text}" if block.block.kind in (BlockKind.ITEM, BlockKind.NUMBERED) else f"> {text}"


def _segment(segment: Segment) -> str:
    shown = escape(segment.text)
    core = shown.strip()
    tag = {Op.DELETE: "del", Op.INSERT: "ins"}.get(segment.op)
    if not tag or not core:
        return shown
    at = shown.find(core)
    return f"{shown[:at]}<{tag}>{core}</{tag}>{shown[at + len(core) :]}"


def _link(change: LinkChange) -> str:
    return f"* {change.kind.value}: {' → '.join(_one_link(one) for one in (change.old, change.new) if one)}"


def _one_link(link: Link) -> str:
    return f"“{escape(link.text)}” {escape(link.href)}"
