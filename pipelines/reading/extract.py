"""Extraction: a decoded page to the policy's text, as blocks. The only module that imports trafilatura.

Stage 1 (reduce.py) finds the policy's container and drops the furniture. Stage 2, here, is remembered per
reduced page: structure.py takes every block, and where the last ones may be none of the text, trafilatura says where it
ends (it would be a third of the time of a page, and of nine pages eight end in a block that stays whatever it says).
Trafilatura alone leaves words out on 6 of 10 pages so reduced (lists, cells, date lines, names of companies), and
never has one that structure.py has not; what it leaves out after the last paragraph is furniture more often.
Pure: the same bytes and options give the same answer in any order and any process.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import trafilatura
from lxml import etree
from trafilatura.settings import Extractor

from crawler.archives.errors import ExtractError
from crawler.targets.hints import ANY_PART, Asked, Hint
from pipelines.model import Block, BlockKind, Extraction, Link
from pipelines.reading.decode import PDF
from pipelines.reading.extractor import USUAL, ExtractOptions
from pipelines.reading.html.edges import may_end_in_leftovers, squeezed, without_edges, without_leftovers
from pipelines.reading.html.headings import with_bold_headings
from pipelines.reading.html.reduce import reduce_page
from pipelines.reading.html.structure import read_blocks
from pipelines.reading.pdf.document import read_pdf
from pipelines.reading.titles import mark_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.model import Decoded

# A history holds a policy's reduced pages in runs, so few are enough; a reduced page is 50 kB at the median.
_MEMO_SIZE: Final = 64
_MEMO_CHARS: Final = 1_000_000
# Given, since trafilatura otherwise asks the clock; it looks for dates in metadata only, which is off. Dates are read
# by text_dates.py, as of the capture.
_NO_DATES: Final = {"original_date": True, "extensive_search": False, "max_date": "1995-01-01"}
_NO_LOOSE_END: Final = "The text ends in a block that stays, whatever trafilatura says."
_TEXT_TYPES: Final = ("text/plain", "text/markdown")


@dataclass(frozen=True, slots=True)
class _Extracted:
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    decisions: tuple[str, ...]


def extract_text(
    page: Decoded,
    *,
    url: str,
    options: ExtractOptions = USUAL,
    hints: Sequence[Hint] = (),
    asked: Asked = ANY_PART,
) -> Extraction:
    """Get the text of a page.

    :param url: the page's original address, for relative links.
    :param hints: what others declared of it, to be tried in this order; where none matches it is read as usual.
    :param asked: which document, where the page holds several.
    :raises ExtractError: too long, nested too deep, or beyond the parsers.
    :raises DecodeError: a PDF that is damaged or locked.
    """
    if page.media_type == PDF:
        return read_pdf(page.body, url)
    if page.media_type in _TEXT_TYPES and "<html" not in page.text[:4096].lower():
        return Extraction("", _plain_blocks(page.text), decisions=("The page is plain text.",))
    reduced = reduce_page(page.text, url, hints, asked, utf8=page.utf8)
    if len(reduced.html) > options.max_reduced_chars:
        size, limit = len(reduced.html), options.max_reduced_chars
        raise ExtractError(f"The page has {size:,} characters after stage 1; the limit is {limit:,}.")
    read = _read if len(reduced.html) <= _MEMO_CHARS else _read.__wrapped__
    reading = read(reduced.html, options)
    blocks = mark_title(reading.blocks, f"{reduced.title} | {reduced.part}" if reduced.part else reduced.title)
    decisions = reduced.decisions + reading.decisions
    return Extraction(reduced.title, blocks, reduced.language, reading.links, decisions, reduced.parts, reduced.part)


def _plain_blocks(text: str) -> tuple[Block, ...]:
    paragraphs = text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n")
    return tuple(Block(BlockKind.PRE, 0, part.strip("\n")) for part in paragraphs if part.strip())


@lru_cache(maxsize=_MEMO_SIZE)
def _read(html: str, options: ExtractOptions) -> _Extracted:
    """Stage 2, once per reduced page."""
    if not html:
        return _Extracted((), (), ("Nothing of the page is text.",))
    blocks, links = read_blocks(etree.fromstring(html, _parser()))
    blocks, decisions = without_edges(with_bold_headings(blocks))
    if not options.engine:
        return _Extracted(blocks, links, decisions)
    if not may_end_in_leftovers(blocks):
        return _Extracted(blocks, links, (*decisions, _NO_LOOSE_END))
    kept, decision = without_leftovers(blocks, _engine_text(html))
    return _Extracted(kept, links, (*decisions, decision))


@cache
def _parser() -> etree.HTMLParser:
    """One of plain elements: those of lxml.html ask a function in Python for their class, one by one."""
    return etree.HTMLParser(huge_tree=True)


def _engine_text(html: str) -> str:
    """What trafilatura takes of a reduced page, without white space; "" if it finds no text."""
    page = f'<html><body><article class="article-content">{html}</article></body></html>'
    options = Extractor(fast=True, recall=True, comments=False, tables=True, dedup=False, date_params=dict(_NO_DATES))
    try:
        document = trafilatura.bare_extraction(page, options=options)
    except MemoryError:
        raise
    except Exception as error:  # hostile pages break parsers in ways no list of classes foresees
        raise ExtractError(f"trafilatura failed on the page: {error!r}") from error
    if document is None or document.body is None:
        return ""
    return squeezed("".join(document.body.itertext()))
