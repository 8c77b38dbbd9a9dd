"""The difference of two versions as one HTML file: the one place that says who draws it.

diff_page(old, new) ──► HTML
"""

from __future__ import annotations

from html import escape

from history.diff import DiffBlock, DiffKind, diff
from history.export.records import VersionRecord
from history.wordsteps import Op, Segment
from pipelines.model import BlockKind

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}ins{background:#cfc}del{background:#fcc}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}ins{background:#153}del{background:#522}}"
)


def diff_page(old: VersionRecord, new: VersionRecord) -> str:
    """Return the difference as a page that needs nothing else."""
    title = f"{new.site}: version {old.version} to {new.version}"
    return "".join([
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n',
        f"<h1>{escape(title)}</h1>\n<p>Changed after {escape(str(new.not_before))}, not later than {escape(new.first_seen)}.</p>\n",
        *(_block(block) for block in diff(old.blocks, new.blocks)),
        "</html>\n",
    ])  # fmt: skip


def _block(block: DiffBlock) -> str:
    text = "".join(_segment(segment) for segment in block.segments)
    tag = f"h{min(max(block.block.level, 1) + 1, 6)}" if block.block.kind is BlockKind.HEADING else "p"
    note = " <small>(moved)</small>" if block.kind is DiffKind.MOVED else ""
    return f"<{tag}>{text}{note}</{tag}>\n"


def _segment(segment: Segment) -> str:
    tag = {Op.INSERT: "ins", Op.DELETE: "del"}.get(segment.op)
    text = escape(segment.text)
    return f"<{tag}>{text}</{tag}>" if tag else text
