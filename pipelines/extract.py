"""Extraction: a decoded page to the policy's text, as blocks. The only module that imports trafilatura.

Stage 1 (reduce.py) finds the policy's container and drops the furniture. Stage 2, here, reads the reduced page
twice, and is remembered per reduced page: structure.py takes every block, trafilatura says where the text ends.
Trafilatura alone leaves words out on 6 of 10 pages so reduced (lists, cells, date lines, names of companies), and
never has one that structure.py has not; what it leaves out after the last paragraph is furniture more often.
Pure: the same bytes and options give the same answer in any order and any process.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from importlib.metadata import version
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import lxml.html
import trafilatura
from trafilatura.settings import Extractor

from crawler.archives.errors import ExtractError
from pipelines.model import Block, BlockKind, Extraction, Link
from pipelines.reduce import reduce_page
from pipelines.structure import read_blocks
from pipelines.titles import mark_title

if TYPE_CHECKING:
    from datetime import datetime

    from pipelines.model import Decoded

# Raised by every edit of ours that can change a text: another revision is another extractor.
REVISION: Final = 1
_LIBRARIES: Final = ("trafilatura", "lxml", "regex")
# A history holds a policy's reduced pages in runs, so few are enough; a reduced page is 50 kB at the median.
_MEMO_SIZE: Final = 64
_MEMO_CHARS: Final = 1_000_000
# The longest policy seen has 0.4 M characters of text; above this it is no policy, and trafilatura takes a minute.
MAX_REDUCED_CHARS: Final = 8_000_000
# A run of so many closing blocks is furniture if trafilatura leaves all of it out, and each is short.
_MIN_LEFTOVERS: Final = 3
_MAX_LEFTOVERS: Final = 12
_LEFTOVER_CHARS: Final = 120
# Not items and rows: trafilatura takes a line that is just "Google" or "Facebook" for a share button.
_LEFTOVER_KINDS: Final = (BlockKind.HEADING, BlockKind.PARAGRAPH)
_NO_MARKS: Final = str.maketrans("", "", "*\\")
_TEXT_TYPES: Final = ("text/plain", "text/markdown")


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """What a user may choose about extraction; part of the extractor's id.

    :param engine: ask trafilatura where the text ends; without it, all that stage 1 kept is text.
    :param max_reduced_chars: refuse a page whose reduced HTML is longer.
    """

    engine: bool = True
    max_reduced_chars: int = MAX_REDUCED_CHARS


@dataclass(frozen=True, slots=True)
class _Reading:
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    decisions: tuple[str, ...]


@cache
def extractor_id(options: ExtractOptions = ExtractOptions()) -> str:
    """Name of this extractor: our revision, the libraries' versions, a hash of the options."""
    chosen = repr([(field.name, getattr(options, field.name)) for field in fields(options)])
    libraries = "+".join(f"{name}-{version(name)}" for name in _LIBRARIES)
    return f"policylapse-{REVISION}+{libraries}+{hashlib.sha256(chosen.encode()).hexdigest()[:8]}"


def extract_text(
    page: Decoded,
    *,
    url: str,
    captured_at: datetime,  # noqa: ARG001 -- the day a page is read as of; nothing here depends on any date yet
    options: ExtractOptions = ExtractOptions(),
) -> Extraction:
    """Get the text of a page.

    :param url: the page's original address, for relative links.
    :param captured_at: when the archive took it.
    :raises ExtractError: too long, nested too deep, or beyond the parsers.
    """
    if page.media_type in _TEXT_TYPES and "<html" not in page.text[:4096].lower():
        return Extraction("", _plain_blocks(page.text), decisions=("The page is plain text.",))
    reduced = reduce_page(page.text, url)
    if len(reduced.html) > options.max_reduced_chars:
        size, limit = len(reduced.html), options.max_reduced_chars
        raise ExtractError(f"The page has {size:,} characters after stage 1; the limit is {limit:,}.")
    read = _read if len(reduced.html) <= _MEMO_CHARS else _read.__wrapped__
    reading = read(reduced.html, options)
    blocks = mark_title(reading.blocks, reduced.title)
    return Extraction(reduced.title, blocks, reduced.language, reading.links, reduced.decisions + reading.decisions)


def _plain_blocks(text: str) -> tuple[Block, ...]:
    paragraphs = text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n")
    return tuple(Block(BlockKind.PRE, 0, part.strip("\n")) for part in paragraphs if part.strip())


@lru_cache(maxsize=_MEMO_SIZE)
def _read(html: str, options: ExtractOptions) -> _Reading:
    """Stage 2, once per reduced page."""
    if not html:
        return _Reading((), (), ("Nothing of the page is text.",))
    blocks, links = read_blocks(lxml.html.document_fromstring(html, parser=_parser()))
    if not options.engine:
        return _Reading(blocks, links, ())
    kept, decision = _without_leftovers(blocks, _engine_text(html))
    return _Reading(kept, links, (decision,))


@cache
def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(huge_tree=True)


def _engine_text(html: str) -> str:
    """What trafilatura takes of a reduced page, without white space; "" if it finds no text."""
    page = f'<html><body><article class="article-content">{html}</article></body></html>'
    options = Extractor(fast=True, recall=True, comments=False, tables=True, dedup=False)
    try:
        document = trafilatura.bare_extraction(page, options=options)
    except Exception as error:  # hostile pages break parsers in ways no list of classes foresees
        raise ExtractError(f"trafilatura failed on the page: {error!r}") from error
    if document is None or document.body is None:
        return ""
    return _squeezed("".join(document.body.itertext()))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _without_leftovers(blocks: tuple[Block, ...], engine_text: str) -> tuple[tuple[Block, ...], str]:
    """Drop the short closing blocks that trafilatura leaves out: feedback questions, calls to action.

    One or two such blocks may be the policy's last line, and a date or an address always is.
    """
    leftovers = list(takewhile(lambda block: not _has(engine_text, block), reversed(blocks)))
    if not _MIN_LEFTOVERS <= len(leftovers) <= min(_MAX_LEFTOVERS, len(blocks) // 2):
        return blocks, "Trafilatura reads on to the end of the text."
    if any(not _is_throwaway(block) for block in leftovers):
        return blocks, "Trafilatura stops before the end of the text; the rest stays, it is no leftover."
    return blocks[: -len(leftovers)], f"The last {len(leftovers)} blocks, which trafilatura leaves out, were dropped."


def _has(engine_text: str, block: Block) -> bool:
    return _squeezed(block.markdown.translate(_NO_MARKS)) in engine_text


def _is_throwaway(block: Block) -> bool:
    text = block.markdown
    return (
        block.kind in _LEFTOVER_KINDS
        and len(text) < _LEFTOVER_CHARS
        and not any(char.isdigit() or char in "@©" for char in text)
    )
