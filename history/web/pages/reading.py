"""Reading a version: its text with contents, since when each paragraph stands, and the evidence to cite it.

`v/KEY` is a version; `at/DATE` is the version in force then, with how certain that is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from crawler.archives.timestamps import parse_date
from history.answers.measured import measure, measured_data
from history.answers.rows import answer_data, policy_data, version_data
from history.diff.comparison import page_of
from history.plain import line
from history.timeline.citations import citation
from history.timeline.selectors import at_date, doubt_of
from history.timeline.stated_dates import check_dates, read_written
from history.timeline.timeline import AtMoment, VersionRow
from history.web.keys import find_version
from history.web.page import Ask, Page
from history.web.pages.policy import base_context, policy_of, texts_of, version_line, versions_of
from history.web.text import parts, shown
from pipelines.model import Block, BlockKind
from pipelines.text.markdown import render_markdown
from pipelines.text.wording import words


def reading_page(ask: Ask) -> Page:
    """Return the page of a version, or of the one in force on a date."""
    policy = policy_of(ask)
    versions = versions_of(ask, policy)
    *_path, kind, name = ask.path.split("/")
    answer: AtMoment | None = None
    if kind == "at":
        answer = at_date(versions, name)
        version = answer.version
    else:
        version = find_version(ask.db, policy, versions, name)
    context = base_context(ask, policy, versions, "read")
    key = context["keys"][version.version - 1]
    if kind == "v" and key != name:
        return Page("", "", "", {}, dict, moved=f"{context['policy']['path']}/v/{key}")
    texts = texts_of(ask, policy, versions)
    blocks = texts[version.text_id]
    since = standing_since([texts[one.text_id] for one in versions[: version.version]])
    language = ask.db.execute("SELECT language FROM texts WHERE id = ?", [version.text_id]).fetchone()[0] or ""
    checked = check_dates(versions, read_written(ask.db, [version.text_id]))
    stated = next((one for one in checked if one.version == version.version), None)
    context |= {
        "version": version_line(key, version),
        "citation": citation(policy.cited, version),
        "answer": answer,
        "doubt": doubt_of(answer) if answer else "",
        "following": context["keys"][answer.following.version - 1] if answer and answer.following else "",
        "asked": name if kind == "at" else "",
        "parts": list(parts(blocks)),
        "headings": [
            {"at": at, "level": min(max(block.level, 2), 6), "text": shown(block)}
            for at, block in enumerate(blocks)
            if block.kind is BlockKind.HEADING and shown(block).strip()
        ],
        "since": _margin(since, versions, context["keys"]),
        "lang": language,
        "evidence": page_of(ask.db, policy, version, "first_capture_id"),
        "dates": stated.dates if stated else (),
        "before": context["keys"][version.version - 2] if version.version > 1 else "",
        "after": context["keys"][version.version] if version.version < len(versions) else "",
    }

    def data() -> dict[str, Any]:
        found = {**policy_data(policy), **version_data(version), "markdown": render_markdown(blocks)}
        ((_text, measured),) = measure(ask.db, [(version.text_id, policy.site)])
        found |= {"metrics": measured_data(measured)}
        return found | {"citation": citation(policy.cited, version), "answer": answer_data(answer) if answer else None}

    title = f"{policy.site}: in force on {line(name)}" if answer else f"{policy.site}: version {version.version}"
    return Page("reading.html", title, "sites", context, data)


def _margin(since: Sequence[int], versions: Sequence[VersionRow], keys: Sequence[str]) -> Mapping[int, dict[str, Any]]:
    """What stands beside a block: only where it differs from the block before."""
    found: dict[int, dict[str, Any]] = {}
    before = -1
    for at, text in enumerate(since):
        if text != before:
            version = versions[text]
            found[at] = {
                "number": version.version,
                "key": keys[text],
                "first": version.first_seen,
                "before": version.previous_last_seen,
                "age": recency(text, len(versions)),
            }
            before = text
    return found


def recency(text: int, count: int) -> int:
    """Return a step of age from 0, the first of some versions, to 9, the last.

    >>> recency(0, 5), recency(4, 5), recency(0, 1)
    (0, 9, 0)
    """
    return round(9 * text / (count - 1)) if count > 1 else 0


def standing_since(texts: Sequence[Sequence[Block]]) -> list[int]:
    """Return, for each block of the last text, the first of the texts since which its words have stood without a break.

    >>> a, b = Block(BlockKind.PARAGRAPH, 0, "We sell."), Block(BlockKind.PARAGRAPH, 0, "We *never* sell.")
    >>> standing_since([[a], [b, a], [b]])
    [1]
    """
    began: dict[tuple[str, ...], int] = {}
    for number, text in enumerate(texts):
        there = {_key(block.markdown) for block in text}
        began = {one: began.get(one, number) for one in there}
    return [began[_key(block.markdown)] for block in texts[-1]]


@lru_cache(maxsize=16_384)  # blocks come again in every version
def _key(markdown: str) -> tuple[str, ...]:
    return tuple(words(markdown))


def at_redirect(ask: Ask) -> Page:
    """Return where `at?on=DATE` leads: the form's answer has an address of its own."""
    policy = policy_of(ask)
    moment = parse_date(ask.text("on"), end=True)
    return Page("", "", "", {}, dict, moved=f"{ask.catalogue.path(policy)}/at/{moment:%Y-%m-%d}")
