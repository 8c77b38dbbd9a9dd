"""Blame: since when each sentence of a version stands, by colour of its age; removed sentences in their section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from history.answers.blame import blame_data
from history.diff.blame import Blame, Placed, gone, standing
from history.diff.blame import blame as blame_texts
from history.plain import clean, plain_text
from history.timeline.timeline import VersionRow
from history.web.keys import find_version
from history.web.page import Ask, Page, Row
from history.web.pages.policy import base_context, nearest, policy_of, texts_of, version_line, versions_of
from history.web.pages.reading import recency
from pipelines.model import BlockKind

_TOOLTIP = 300  # characters of the sentence before


def blame_page(ask: Ask) -> Page:
    """Return the blame of a version; `removed=1` shows what it no longer has, too."""
    policy = policy_of(ask)
    versions = versions_of(ask, policy)
    name = ask.path.rsplit("/", 1)[1]
    version = find_version(ask.db, policy, versions, name)
    context = base_context(ask, policy, versions, "blame")
    keys, path = context["keys"], context["policy"]["path"]
    key = keys[version.version - 1]
    if key != name:
        return Page("", "", "", {}, dict, moved=f"{path}/blame/{key}")
    texts = texts_of(ask, policy, versions)
    blamed = blame_texts([texts[one.text_id] for one in versions])
    index, removed = version.version - 1, ask.text("removed") == "1"
    there, left = standing(blamed, index), gone(blamed, index)
    language = ask.db.execute("SELECT language FROM texts WHERE id = ?", [version.text_id]).fetchone()[0] or ""
    context |= {
        "version": version_line(key, version),
        "lang": language,
        "removed": removed,
        "left": len(left),
        "sections": list(_sections(blamed, versions, keys, there, left if removed else (), index)),
        "strip": [
            version_line(keys[n], versions[n]) | {"age": recency(n, len(versions))}
            for n in nearest(len(versions), index)
        ],
        "before": keys[index - 1] if index else "",
        "after": keys[index + 1] if index + 1 < len(versions) else "",
        "sentences": len(there),
    }

    def data() -> dict[str, Any]:
        return blame_data(policy, versions, blamed, left if removed else there, index, removed=removed)

    def rows() -> Iterator[Row]:
        yield "heading", "text", "brought_by_version", "not_before", "first_seen", "dropped_by_version", "returns"
        for one in data()["sentences"]:
            stay = one["stays"][0]
            yield (
                one["heading"],
                one["text"],
                one["brought_by_version"],
                stay["not_before"],
                stay["first_seen"],
                one["dropped_by_version"],
                one["returns"],
            )

    title = f"{policy.site}: blame of version {version.version}"
    return Page("blame.html", title, "sites", context, data, rows)


def _sections(
    blamed: Blame,
    versions: Sequence[VersionRow],
    keys: Sequence[str],
    there: Sequence[Placed],
    left: Sequence[Placed],
    index: int,
) -> Iterator[dict[str, Any]]:
    """The text by section; what was removed stands at the end of the section in which it last stood."""
    lost: dict[str, list[Placed]] = {}
    for one in left:
        lost.setdefault(one.heading, []).append(one)
    for heading, run in groupby(there, key=lambda one: one.heading):
        chunks = list(_chunks(blamed, versions, keys, list(run), index))
        yield {
            "heading": plain_text(clean(heading)),
            "chunks": chunks,
            "lost": list(_chunks(blamed, versions, keys, lost.pop(heading, []), index)),
        }
    for heading, some in lost.items():
        chunks = list(_chunks(blamed, versions, keys, some, index))
        yield {"heading": plain_text(clean(heading)), "chunks": [], "lost": chunks}


def _chunks(
    blamed: Blame, versions: Sequence[VersionRow], keys: Sequence[str], placed: Sequence[Placed], index: int
) -> Iterator[dict[str, Any]]:
    """Neighbouring blocks whose sentences all came with one version share one mark at the side."""
    blocks = [list(run) for _block, run in groupby(placed, key=lambda one: id(one.block))]
    for story, run_of in groupby(blocks, key=lambda run: tuple(dict.fromkeys(_came(one, index) for one in run))):
        some = list(run_of)
        latest = max(story)
        version = versions[latest]
        yield {
            "age": recency(latest, len(versions)),
            "number": version.version,
            "key": keys[latest],
            "first": version.first_seen,
            "bracket": (version.previous_last_seen, version.first_seen),
            "mixed": len(story) > 1,
            "gone": _gone(versions, keys, some[0][0], index),
            "blocks": [_block(blamed, versions, keys, run, index) for run in some],
        }


def _gone(versions: Sequence[VersionRow], keys: Sequence[str], placed: Placed, index: int) -> dict[str, Any] | None:
    """The version that dropped a sentence, after its last stay before the version that is read; None: none did."""
    stay = placed.sentence.stay_at(index)
    if stay is None or stay[1] + 1 >= len(versions):
        return None
    return {"number": versions[stay[1] + 1].version, "key": keys[stay[1] + 1]}


def _came(placed: Placed, index: int) -> int:
    """The version that brought a sentence the last time before the one that is read."""
    stay = placed.sentence.stay_at(index)
    return stay[0] if stay else placed.sentence.first


def _block(
    blamed: Blame, versions: Sequence[VersionRow], keys: Sequence[str], run: Sequence[Placed], index: int
) -> dict[str, Any]:
    block = run[0].block
    return {
        "kind": block.kind.value,
        "heading": block.kind is BlockKind.HEADING,
        "item": block.kind in (BlockKind.ITEM, BlockKind.NUMBERED),
        "sentences": [_sentence(blamed, versions, keys, one, index) for one in run],
    }


def _sentence(
    blamed: Blame, versions: Sequence[VersionRow], keys: Sequence[str], placed: Placed, index: int
) -> dict[str, Any]:
    came = _came(placed, index)
    sentence, version = placed.sentence, versions[came]
    stay = sentence.stay_at(index)
    gone_at = versions[stay[1] + 1] if stay and stay[1] + 1 < len(versions) else None
    before = "" if sentence.before is None else plain_text(clean(blamed.sentences[sentence.before].text)).strip()
    return {
        "text": plain_text(clean(sentence.text)),
        "age": recency(came, len(versions)),
        "number": version.version,
        "key": keys[came],
        "first": version.first_seen,
        "returns": len(sentence.stays) - 1,
        "was": before if len(before) <= _TOOLTIP else f"{before[:_TOOLTIP]}…",
        "gone": {"number": gone_at.version, "after": gone_at.previous_last_seen, "before": gone_at.first_seen}
        if gone_at
        else None,
    }
