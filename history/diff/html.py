"""A difference as one HTML file that needs nothing else: no script, no font, no network.

    html_report(comparison, context, side_by_side=…) ──► str

Evidence first, then the sections that changed; what did not change is folded (<details>). Words that came and went are
<ins> and <del> with text that only a screen reader reads, since most of them do not speak those elements. The page
says its language and both texts' (lang), and each block finds its direction (dir="auto"). Jinja2 escapes every value;
besides, the page's own policy (CSP) forbids all but its one style sheet, named by its hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Template

from crawler.archives.memento import replay_url
from crawler.archives.timestamps import format_iso
from crawler.counting import count
from history.diff.comparison import CapturedPage, Comparison
from history.diff.diff import DiffBlock, DiffKind, hunks
from history.diff.links import LinkChange
from history.diff.word_steps import Op
from history.html_templates import environment, is_language, is_web
from history.plain import clean, line, plain_text
from history.timeline.timeline import VersionRow
from pipelines.model import BlockKind

_TEMPLATES = Path(__file__).parent / "templates"
_NOTES = {DiffKind.ADDED: "Added:", DiffKind.REMOVED: "Removed:", DiffKind.CHANGED: "Changed:"}
_TAGS = {BlockKind.HEADING: "h3", BlockKind.QUOTE: "blockquote", BlockKind.PRE: "pre"}
_LISTS = (BlockKind.ITEM, BlockKind.NUMBERED)
_DEEPEST = 3  # list level that is still indented further


def html_report(comparison: Comparison, context: int | None = 1, *, side_by_side: bool = False) -> str:
    """Return the page.

    :param context: unchanged blocks beside each changed one that are not folded; None: nothing is folded.
    :param side_by_side: old and new words in two columns.
    """
    c = comparison
    parts = list(diff_parts(c.blocks, context)) if c.change else []
    style = (_TEMPLATES / "diff.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _template().render(
        site=line(c.policy.site),
        old=version_side(c.old, c.old_citation, c.old_page, c.old_language),
        new=version_side(c.new, c.new_citation, c.new_page, c.new_language),
        summary=summary_of(c),
        headings=[part for part in parts if "id" in part and not part["again"]],
        parts=parts,
        links=None if c.links is None else [link_row(change) for change in c.links],
        sides=side_by_side,
        style_hash=f"sha256-{digest}",
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    return environment(_TEMPLATES, keep_trailing_newline=True).get_template("diff.html")


def summary_of(c: Comparison) -> str:
    if c.change is None:
        return f"{line(c.policy.policy_url)}: the same wording."
    told = f"{line(c.policy.policy_url)}: {c.change.change_class.value} change, "
    told += f"{count(c.change.words_added, 'word')} added and {c.change.words_removed:,} removed"
    later = c.later
    if c.are_neighbours and later.previous_last_seen:
        before, after = f"{later.previous_last_seen:%Y-%m-%d %H:%M}", f"{later.first_seen:%Y-%m-%d %H:%M}"
        told += f", between {before} and {after} UTC"
    return told + "."


def version_side(version: VersionRow, cited: str, page: CapturedPage | None, language: str) -> dict[str, Any]:
    capture = page.capture_url if page else ""
    return {
        "number": version.version,
        "first_seen": format_iso(version.first_seen),
        "last_seen": format_iso(version.last_seen),
        "first_day": f"{version.first_seen:%Y-%m-%d}",
        "last_day": f"{version.last_seen:%Y-%m-%d}",
        "captures": count(version.captures, "capture"),
        "capture": line(replay_url(capture)),
        "href": line(replay_url(capture)) if is_web(capture) else "",
        "payload": line(capture),
        "payload_href": line(capture) if is_web(capture) else "",
        "title": line(version.title),
        "citation": line(cited),
        "payload_digest": page.payload_digest if page else "",
        "cdx_digest": line(f"{page.cdx_digest} ({page.verdict})") if page else "",
        "wording": version.wording,
        "lang": language if is_language(language) else "",
    }


def diff_parts(blocks: Sequence[DiffBlock], context: int | None) -> Iterator[dict[str, Any]]:
    """Shown and folded stretches, in order."""
    at, heading = 0, None
    for number, hunk in enumerate(hunks(blocks, context), start=1):
        start = next(n for n in range(at, len(blocks)) if blocks[n] is hunk.blocks[0])
        yield from _folded(blocks[at:start])
        yield {
            "id": f"s{number}",
            "folded": None,
            "heading": plain_text(line(hunk.heading)) or "(before the first heading)",
            "again": hunk.heading == heading,
            "blocks": [_block(block) for block in hunk.blocks],
        }
        at, heading = start + len(hunk.blocks), hunk.heading
    yield from _folded(blocks[at:])


def _folded(blocks: Sequence[DiffBlock]) -> Iterator[dict[str, Any]]:
    left = sum(not block.is_signpost for block in blocks)
    if left:
        label = count(left, "unchanged block")
        yield {"folded": [_block(block) for block in blocks], "label": label, "again": True}


def _block(block: DiffBlock) -> dict[str, Any]:
    kind = block.block.kind
    pieces = [(s.op.value, _text(s.text, kind)) for s in block.segments]
    return {
        "kind": block.kind.value,
        "tag": _TAGS.get(kind, "p"),
        "indent": min(max(block.block.level, 1), _DEEPEST) if kind in _LISTS else 0,
        "note": _moved(block) if block.kind is DiffKind.MOVED else _NOTES.get(block.kind, ""),
        "pieces": list(_spaced(pieces)),
        "old": [(s.op.value, _text(s.old, kind)) for s in block.segments if s.op is not Op.INSERT and s.old],
        "new": [(s.op.value, _text(s.new, kind)) for s in block.segments if s.op is not Op.DELETE and s.new],
    }


def _spaced(pieces: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """A word that came directly behind one that went stands apart from it."""
    before = ("", "")
    for op, text in pieces:
        if before[0] == Op.DELETE and op == Op.INSERT and before[1][-1:].strip() and text[:1].strip():
            yield Op.EQUAL.value, " "
        yield op, text
        before = (op, text)


@lru_cache(maxsize=4_096)  # unchanged blocks come again in the difference of every other version
def _text(text: str, kind: BlockKind) -> str:
    return clean(text) if kind is BlockKind.PRE else plain_text(clean(text))


def _moved(block: DiffBlock) -> str:
    if block.moved_from in ("", block.heading):
        return "Moved here:"
    where = "it followed" if block.block.kind is BlockKind.HEADING else "from"
    return f"Moved here, {where} “{plain_text(line(block.moved_from))}”:"


def link_row(change: LinkChange) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        **{
            side: None if link is None else {"text": plain_text(line(link.text)), "href": line(link.href)}
            for side, link in (("old", change.old), ("new", change.new))
        },
    }
