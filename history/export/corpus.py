"""Policies in the form of the Princeton-Leuven corpus (citp/privacy-policy-historical): one Markdown file a policy.

s/so/sou/sourcingmap.com.md
    > *The following text is extracted and transformed from the sourcingmap.com privacy policy …*

    # the page's title

    the newest text, as html2text writes Markdown
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from crawler.archives.timestamps import parse_iso
from history.export.files import Folder
from history.export.formats import Job
from history.export.manifest import Done
from history.sites import PolicyRow
from pipelines.database_file import text_blocks
from pipelines.model import Block, BlockKind

_HEADER = (
    "> *The following text is extracted and transformed from the {site} privacy policy that was archived on {date}. "
    "Please check the [original snapshot on {archive}]({url}) for the most accurate reproduction.*"
)
_WAYBACK_HOST = "web.archive.org"
_SAMPLE_PREFIX = "sample:"  # no address: the archive that comes with the program
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_STARS = re.compile(r"(?<!\\)((?:\\\\)*)(\*{1,3})")
_ORDINAL = re.compile(r"^(\s*\d+)\.(?=\s|$)", re.MULTILINE)
_DASH = re.compile(r"^(\s*)([-+])(?=\s|-)", re.MULTILINE)
_LIST_KINDS = frozenset({BlockKind.ITEM, BlockKind.NUMBERED})


@dataclass(frozen=True, slots=True)
class CorpusCapture:
    """The newest capture of a policy's newest version: what the file's head speaks of."""

    site: str
    captured_at: datetime
    title: str
    timestamp: str
    original: str
    citation_url: str
    text_id: int


def write_corpus(job: Job, folder: Folder) -> Done:
    """Write the newest text of each policy that has one, in the order of the policies."""
    numbers: dict[str, int] = {}
    earlier = 0
    for policy in job.policies:
        capture = newest_capture(job.db, policy)
        if capture is None:
            continue
        numbers[policy.site] = numbers.get(policy.site, 0) + 1
        document = corpus_document(capture, text_blocks(job.db, capture.text_id))
        folder.add(str(corpus_path(policy.site, numbers[policy.site])), [document.encode()])
        earlier += policy.versions - 1
    return Done({"policies": sum(numbers.values())}, {"earlier_versions": earlier})


def newest_capture(db: sqlite3.Connection, policy: PolicyRow) -> CorpusCapture | None:
    """Return the last capture of a policy's last version, with its text; None where there is no version."""
    row = db.execute(
        "SELECT k.captured_at, k.timestamp, k.original, k.citation_url, e.title, e.text_id FROM versions v "
        "JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id "
        "JOIN captures k ON k.id = v.last_capture_id "
        "JOIN extractions e ON e.payload_id = k.payload_id AND e.extractor_id = v.extractor_id "
        "WHERE p.id = ? ORDER BY v.version DESC LIMIT 1",
        [policy.policy_id],
    ).fetchone()
    if row is None:
        return None
    return CorpusCapture(
        policy.site, parse_iso(row["captured_at"]), row["title"], row["timestamp"], row["original"],
        row["citation_url"], row["text_id"],
    )  # fmt: skip


def corpus_path(site: str, number: int = 1) -> PurePosixPath:
    """Return the file of a site's policy; dots count as characters, a site's further policies get a number.

    >>> str(corpus_path("sourcingmap.com"))
    's/so/sou/sourcingmap.com.md'
    >>> str(corpus_path("01.com", 2))
    '0/01/01./01.com-2.md'
    """
    name = re.sub(r"[^\w.-]|^\.+", "_", site) or "_"
    suffix = f"-{number}" if number > 1 else ""
    return PurePosixPath(name[:1], name[:2], name[:3], f"{name}{suffix}.md")


def corpus_document(capture: CorpusCapture, blocks: Sequence[Block]) -> str:
    """Return the file's content."""
    header = _HEADER.format(
        site=capture.site, date=f"{capture.captured_at:%Y-%m-%d}", archive=_archive_name(capture), url=_link(capture)
    )
    title = " ".join(capture.title.split()) or next((b.markdown for b in blocks if b.kind is BlockKind.TITLE), "")
    text = "\n\n".join(_parts(block for block in blocks if block.kind is not BlockKind.TITLE))
    head = f"{header}\n\n# {_escaped(title)}\n\n" if title else f"{header}\n\n"
    return f"{head}{text.strip()}\n"


def _link(capture: CorpusCapture) -> str:
    """The corpus quotes the page's URL inside the archive's."""
    ending = f"{capture.timestamp}id_/{capture.original}"
    prefix = capture.citation_url.removesuffix(ending)
    return f"{prefix}{capture.timestamp}id_/{quote(capture.original, safe='/')}"


def _archive_name(capture: CorpusCapture) -> str:
    if capture.citation_url.startswith(_SAMPLE_PREFIX):
        return "the sample archive of policylapse"
    host = urlsplit(capture.citation_url).netloc
    return "the Wayback Machine" if host == _WAYBACK_HOST else host


def _parts(blocks: Iterable[Block]) -> Iterator[str]:
    for kind, run in groupby(blocks, key=_family):
        if kind == "list":
            yield "\n".join(_list_lines(list(run))) + "\n\n"  # html2text ends a list with two more empty lines
        elif kind == "table":
            yield "\n".join(_table_lines(list(run)))
        else:
            yield from (_single(block) for block in run)


def _family(block: Block) -> str:
    if block.kind in _LIST_KINDS:
        return "list"
    return "table" if block.kind is BlockKind.ROW else ""


def _single(block: Block) -> str:
    if block.kind is BlockKind.HEADING:
        return f"{'#' * min(max(block.level, 1), 6)} {' '.join(_escaped(inline(block.markdown)).split())}"
    if block.kind is BlockKind.PRE:
        return "\n".join(f"    {line}" for line in block.markdown.split("\n"))
    text = _escaped(inline(block.markdown))
    if block.kind is BlockKind.QUOTE:
        return "\n".join(f"> {line}" for line in text.split("\n"))
    return f"    {text}" if block.kind is BlockKind.DEFINITION else text


def _list_lines(items: Sequence[Block]) -> Iterator[str]:
    counters: dict[int, int] = {}
    for item in items:
        level = max(item.level, 1)
        counters = {depth: count for depth, count in counters.items() if depth <= level}
        counters[level] = counters.get(level, 0) + 1 if item.kind is BlockKind.NUMBERED else 0
        marker = f"{counters[level]}." if item.kind is BlockKind.NUMBERED else "*"
        yield f"{'  ' * level}{marker} {_escaped(inline(item.markdown))}"


def _table_lines(rows: Sequence[Block]) -> Iterator[str]:
    width = max(row.markdown.count(" | ") + 1 for row in rows)
    for number, row in enumerate(rows):
        yield f"{inline(row.markdown)}  "
        if number == 0:
            yield f"{'|'.join(['---'] * width)}  "


def inline(markdown: str) -> str:
    r"""Return inline Markdown as html2text writes it: `_emphasis_`, `**strong**`, nothing escaped but what it escapes.

    >>> inline(r"*We* keep **all** of 5 \* 3")
    '_We_ keep **all** of 5 * 3'
    """
    strong: list[bool] = []

    def emphasis(match: re.Match[str]) -> str:
        slashes, stars = match.groups()
        if len(stars) < 3:
            return slashes + ("_" if len(stars) == 1 else stars)
        strong.append(True)
        return slashes + ("**_" if len(strong) % 2 else "_**")

    return _ESCAPED.sub(r"\1", _STARS.sub(emphasis, markdown))


def _escaped(text: str) -> str:
    """What would begin a list or a rule is escaped, as html2text does."""
    return _DASH.sub(r"\1\\\2", _ORDINAL.sub(r"\1\\.", text))
