"""The difference of two versions: words, side by side, or changes only; sections with their counts, moved blocks joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from crawler.archives.errors import ConfigError
from history.answers.diff import comparison_data
from history.diff.comparison import Comparison, read_comparison
from history.diff.diff import DiffBlock, DiffKind
from history.diff.html import diff_parts, link_row, version_side
from history.diff.word_steps import Op
from history.plain import line, plain_text
from history.web.keys import find_version
from history.web.limits import check_size
from history.web.page import Ask, Page, Row
from history.web.pages.policy import base_context, nearest, policy_of, version_line, versions_of
from history.web.text import by_kind, unchanged

_MODES: Final = ("words", "sides", "changes")
_MOST_SECTIONS: Final = 60  # listed at the side


def diff_page(ask: Ask) -> Page:
    """Return what changed between two versions: the path ends with FROM..TO."""
    policy = policy_of(ask)
    versions = versions_of(ask, policy)
    name_a, dots, name_b = ask.path.rsplit("/", 1)[1].partition("..")
    if not dots:
        raise ConfigError("a comparison is named FROM..TO, two versions with two dots between them")
    old, new = (find_version(ask.db, policy, versions, name) for name in (name_a, name_b))
    context = base_context(ask, policy, versions, "diff")
    keys, path = context["keys"], context["policy"]["path"]
    key_a, key_b = keys[old.version - 1], keys[new.version - 1]
    if (key_a, key_b) != (name_a, name_b):
        return Page("", "", "", {}, dict, moved=f"{path}/diff/{key_a}..{key_b}")
    check_size(ask.db, [old.text_id])
    check_size(ask.db, [new.text_id])
    mode, links = ask.one_of("mode", _MODES), ask.text("links") == "1"
    comparison = read_comparison(ask.db, policy, versions, old, new, links=True)
    parts = list(diff_parts(comparison.blocks, 0 if mode == "changes" else 1)) if comparison.change else []
    if mode == "changes":
        parts = [part for part in parts if not part["folded"]]
    counts = _counts(comparison.blocks)
    later = comparison.later
    context |= {
        "old": version_line(key_a, old),
        "new": version_line(key_b, new),
        "side_a": version_side(old, comparison.old_citation, comparison.old_page, comparison.old_language),
        "side_b": version_side(new, comparison.new_citation, comparison.new_page, comparison.new_language),
        "change": comparison.change,
        "neighbours": comparison.are_neighbours,
        "later": later,
        "mode": mode,
        "links_shown": links,
        "links": None if comparison.links is None else [link_row(one) for one in comparison.links],
        "parts": parts,
        "by_kind": by_kind,
        "unchanged": unchanged,
        "sections": list(_sections(parts, counts))[:_MOST_SECTIONS],
        "moved": sum(block.kind is DiffKind.MOVED for block in comparison.blocks),
        "before": f"{path}/diff/{keys[old.version - 2]}..{key_a}" if old.version > 1 else "",
        "after": f"{path}/diff/{key_b}..{keys[new.version]}" if new.version < len(versions) else "",
        "options": [
            version_line(keys[n], versions[n]) for n in nearest(len(versions), old.version - 1, new.version - 1)
        ],
    }
    title = f"{policy.site}: version {old.version} to {new.version}"
    return Page("diff.html", title, "sites", context, lambda: _data(comparison, links=links), lambda: _rows(comparison))


def compare_redirect(ask: Ask) -> Page:
    """Return where `compare?from=…&to=…` leads: the older of the two first."""
    policy = policy_of(ask)
    versions = versions_of(ask, policy)
    chosen = [find_version(ask.db, policy, versions, ask.text(name)) for name in ("from", "to")]
    old, new = sorted(chosen, key=lambda version: version.version)
    context = base_context(ask, policy, versions, "diff")
    keys = context["keys"]
    return Page(
        "", "", "", {}, dict, moved=f"{context['policy']['path']}/diff/{keys[old.version - 1]}..{keys[new.version - 1]}"
    )


def _data(comparison: Comparison, *, links: bool) -> Mapping[str, Any]:
    data = comparison_data(comparison)
    if not links:
        data.pop("links", None)
    return data


def _rows(comparison: Comparison) -> Iterator[Row]:
    yield "kind", "heading", "block", "op", "text"
    for block in comparison.blocks:
        if block.kind is not DiffKind.EQUAL:
            for segment in block.segments:
                yield block.kind.value, block.heading, block.block.kind.value, segment.op.value, segment.text


def _counts(blocks: Sequence[DiffBlock]) -> Mapping[str, Counter[Op]]:
    """Words added and removed, by heading as it is shown."""
    found: dict[str, Counter[Op]] = {}
    for block in blocks:
        if block.kind in (DiffKind.EQUAL, DiffKind.MOVED):
            continue
        counts = found.setdefault(plain_text(line(block.heading)) or "(before the first heading)", Counter())
        for segment in block.segments:
            counts[segment.op] += len(segment.text.split())
    return found


def _sections(parts: Sequence[Mapping[str, Any]], counts: Mapping[str, Counter[Op]]) -> Iterator[dict[str, Any]]:
    for part in parts:
        if part["folded"] or part["again"]:
            continue
        count = counts.get(part["heading"], Counter())
        yield {
            "id": part["id"],
            "heading": part["heading"],
            "added": count[Op.INSERT],
            "removed": count[Op.DELETE],
        }
