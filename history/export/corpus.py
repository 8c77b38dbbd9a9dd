"""Policies in the form of the Princeton-Leuven corpus (citp/privacy-policy-historical): Markdown and page of each policy.

s/so/sou/sourcingmap.com.md
    > *The following text is extracted and transformed from the sourcingmap.com privacy policy …*

    # the page's title

    the newest text, as html2text writes Markdown

s/so/sou/sourcingmap.com.html         the page that the text was read from, as the archive gave it (a PDF: .pdf)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from crawler.archives.timestamps import parse_iso
from history.export.formats import Job
from history.export.writing.files import Folder
from history.export.writing.manifest import Done
from history.names import shard, site_name
from history.pages import read_payload
from history.sites import PolicyRow
from pipelines.model import Block, BlockKind
from pipelines.store.load import text_blocks
from pipelines.text.inline import Marks, escaped, line_text, lines, one_line
from pipelines.text.markdown import cell_text, cells, heading, render_alone

_HEADER = (
    "> *The following text is extracted and transformed from the {site} privacy policy that was archived on {date}. "
    "Please check the [original snapshot on {archive}]({url}) for the most accurate reproduction.*"
)
_WAYBACK_HOST = "web.archive.org"
_SAMPLE_PREFIX = "sample:"  # no address: the archive that comes with the program
_IN_ADDRESS = "/:?=&%@,;+~#"
_MARKS = Marks(emphasis="_")
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
    payload_id: int


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
        path = corpus_path(policy.site, numbers[policy.site])
        page = read_payload(job.db, capture.payload_id, capture.citation_url)
        folder.add(str(path), [document.encode()])
        folder.add(str(path.with_name(path.name.removesuffix("md") + _ending(page))), [page])
        earlier += policy.versions - 1
    return Done({"policies": sum(numbers.values())}, {"earlier_versions": earlier})


def newest_capture(db: sqlite3.Connection, policy: PolicyRow) -> CorpusCapture | None:
    """Return the last capture of a policy's last version, with its text; None where there is no version."""
    row = db.execute(
        "SELECT k.captured_at, k.timestamp, k.original, k.citation_url, e.title, e.text_id, k.payload_id FROM versions v "
        "JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id "
        "JOIN captures k ON k.id = v.last_capture_id "
        "JOIN extractions e ON e.payload_id = k.payload_id AND e.extractor_id = v.extractor_id "
        "WHERE p.id = ? ORDER BY v.version DESC LIMIT 1",
        [policy.policy_id],
    ).fetchone()
    if row is None:
        return None
    return CorpusCapture(
        policy.site,
        parse_iso(row["captured_at"]),
        row["title"],
        row["timestamp"],
        row["original"],
        row["citation_url"],
        row["text_id"],
        row["payload_id"],
    )


def _ending(page: bytes) -> str:
    return "pdf" if b"%PDF-" in page[:1024] else "html"


def corpus_path(site: str, number: int = 1) -> PurePosixPath:
    """Return the file of a site's policy; dots count as characters, a site's further policies get a number,
    and a name that no system takes (a folder `con`) is made one that they do.

    >>> str(corpus_path("sourcingmap.com"))
    's/so/sou/sourcingmap.com.md'
    >>> str(corpus_path("01.com", 2))
    '0/01/01./01.com-2.md'
    """
    name = site_name(site)
    suffix = f"-{number}" if number > 1 else ""
    return PurePosixPath(shard(name[:1]), shard(name[:2]), shard(name[:3]), f"{name}{suffix}.md")


def corpus_document(capture: CorpusCapture, blocks: Sequence[Block]) -> str:
    """Return the file's content."""
    header = _HEADER.format(
        site=escaped(" ".join(capture.site.split())),
        date=f"{capture.captured_at:%Y-%m-%d}",
        archive=_archive_name(capture),
        url=_link(capture),
    )
    named = next((block.markdown for block in blocks if block.kind is BlockKind.TITLE), "")
    title = escaped(" ".join(capture.title.split())) or one_line(named, _MARKS)
    text = "\n\n".join(_parts(block for block in blocks if block.kind is not BlockKind.TITLE))
    head = f"{header}\n\n{heading(line_text(title), 1)}\n\n" if title else f"{header}\n\n"
    return f"{head}{text.strip()}\n"


def _link(capture: CorpusCapture) -> str:
    """The corpus quotes the page's URL inside the archive's."""
    ending = f"{capture.timestamp}id_/{capture.original}"
    prefix = capture.citation_url.removesuffix(ending)
    prefix = quote(prefix, safe=_IN_ADDRESS)
    return f"{prefix}{capture.timestamp}id_/{quote(capture.original, safe='/')}"


def _archive_name(capture: CorpusCapture) -> str:
    if capture.citation_url.startswith(_SAMPLE_PREFIX):
        return "the sample archive of policylapse"
    try:
        host = urlsplit(capture.citation_url).netloc
    except ValueError:  # no address, whatever the file says
        host = ""
    return "the Wayback Machine" if host == _WAYBACK_HOST else escaped(host) or "its archive"


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
    """As html2text writes it; what it indents by four spaces, which are code in CommonMark, is marked as we do."""
    if block.kind is BlockKind.HEADING:
        return heading(line_text(one_line(block.markdown, _MARKS)), block.level)
    if block.kind in (BlockKind.PRE, BlockKind.DEFINITION):
        return render_alone(block) or ""
    return "\n".join(f"> {line}" if block.kind is BlockKind.QUOTE else line for line in lines(block.markdown, _MARKS))


def _list_lines(items: Sequence[Block]) -> Iterator[str]:
    counters: dict[int, int] = {}
    for item in items:
        level = max(item.level, 1)
        counters = {depth: count for depth, count in counters.items() if depth <= level}
        counters[level] = counters.get(level, 0) + 1 if item.kind is BlockKind.NUMBERED else 0
        marker = f"{counters[level]}." if item.kind is BlockKind.NUMBERED else "*"
        text = "\n".join(lines(item.markdown, _MARKS))
        yield f"{'  ' * level}{marker} {text}"


def _table_lines(rows: Sequence[Block]) -> Iterator[str]:
    table = [[cell_text(cell, _MARKS) for cell in cells(row)] for row in rows]
    width = max(map(len, table))
    for number, row in enumerate(table):
        yield f"{line_text(' | '.join(row).strip())}  "
        if number == 0 and width > 1:
            yield f"{'|'.join(['---'] * width)}  "
