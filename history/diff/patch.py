"""A difference as data that can be applied: from the old text and it comes the new text, exactly.

    diff_data(diff(A, B)) ──► JSON values ──► apply(A, data) == B

Every character of both texts is in it, so a program shows it without either text; and apply() does not believe it: a
text that is not the one it was made of is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from crawler.archives.errors import ConfigError
from history.diff.diff import BREAK, DiffBlock
from pipelines.model import Block, BlockKind

_DELETE, _INSERT = "delete", "insert"


def patch_data(old: Sequence[Block], new: Sequence[Block], blocks: Iterable[DiffBlock]) -> dict[str, Any]:
    """Return a difference as JSON values.

    :param blocks: diff(old, new). Out: `blocks` as diff_data gives them, and `titles`, the page's own title blocks,
        which are no part of the wording: of both texts, each with its position there.
    """
    return {"blocks": diff_data(blocks), "titles": {"old": _titles(old), "new": _titles(new)}}


def diff_data(blocks: Iterable[DiffBlock]) -> list[dict[str, Any]]:
    """Return every block. `old_at` and `new_at` are positions in the texts without titles, null where it is not;
    what was cut from one old block shares its `old_at`. A segment has `op` (equal, delete, insert) and `text`; an
    equal one whose typography differs has its `old` form, too.
    """
    return [
        {
            "kind": block.kind.value,
            "heading": block.heading,
            "moved_from": block.moved_from or None,
            "block": {"kind": block.block.kind.value, "level": block.block.level},
            "old_at": block.old_at,
            "new_at": block.new_at,
            "segments": [
                {"op": s.op.value, "text": s.text} | ({"old": s.old} if s.op == "equal" and s.old != s.new else {})
                for s in block.segments
            ],
        }
        for block in blocks
    ]


def apply(old: Sequence[Block], data: Mapping[str, Any]) -> tuple[Block, ...]:
    """Return the new text.

    :param old: the old text, with its titles. :param data: of patch_data, perhaps through JSON.
    :raises ConfigError: the data was made of another text, or is no such data.
    """
    try:
        return _apply(old, data)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ConfigError(f"this is no difference that can be applied: {error}") from error


def _apply(old: Sequence[Block], data: Mapping[str, Any]) -> tuple[Block, ...]:
    blocks = data["blocks"]
    body = BREAK.join(block.markdown for block in old if block.kind is not BlockKind.TITLE)
    if _titles(old) != data["titles"]["old"] or _old_text(blocks) != body:
        raise ConfigError("the difference was made of another text: nothing was applied")
    new = [_new_block(block) for block in blocks if block["new_at"] is not None]
    for title in data["titles"]["new"]:
        new.insert(title["at"], Block(BlockKind.TITLE, title["level"], title["text"]))
    return tuple(new)


def _old_text(blocks: Sequence[Mapping[str, Any]]) -> str:
    held = sorted((block for block in blocks if block["old_at"] is not None), key=_old_at)
    return BREAK.join(
        "".join(s.get("old", s["text"]) for block in run for s in block["segments"] if s["op"] != _INSERT)
        for _at, run in groupby(held, key=_old_at)
    )


def _old_at(block: Mapping[str, Any]) -> int:
    return int(block["old_at"])


def _new_block(block: Mapping[str, Any]) -> Block:
    text = "".join(s["text"] for s in block["segments"] if s["op"] != _DELETE)
    return Block(BlockKind(block["block"]["kind"]), int(block["block"]["level"]), text)


def _titles(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [
        {"at": at, "level": block.level, "text": block.markdown}
        for at, block in enumerate(blocks)
        if block.kind is BlockKind.TITLE
    ]
