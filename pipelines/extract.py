"""Extraction: a decoded page to the policy's text, as blocks. The only module that imports trafilatura.

Stage 1 (reduce.py) finds the policy's container and drops the furniture. Stage 2, here, reads the reduced page
twice, by trafilatura and by structure.py, compares both word by word, and is remembered per reduced page.
Pure: the same bytes and options give the same answer in any order and any process.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import lxml.etree
import lxml.html
import trafilatura
from trafilatura.settings import Extractor

from crawler.archives.errors import ExtractError
from pipelines.model import Block, BlockKind, Extraction, Link
from pipelines.reduce import reduce_page
from pipelines.structure import read_blocks
from pipelines.titles import mark_title
from pipelines.wording import text_words

if TYPE_CHECKING:
    from datetime import datetime

    from lxml.html import HtmlElement

    from pipelines.model import Decoded

# Raised by every edit of ours that can change a text: another revision is another extractor.
REVISION: Final = 1
_LIBRARIES: Final = ("trafilatura", "lxml", "regex")
# A history holds a policy's reduced pages in runs, so few are enough; a reduced page is 50 kB at the median.
_MEMO_SIZE: Final = 64
# The longest policy seen has 0.4 M characters of text; above this it is no policy, and trafilatura takes a minute.
MAX_REDUCED_CHARS: Final = 8_000_000
_TEXT_TYPES: Final = ("text/plain", "text/markdown")


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """What a user may choose about extraction; part of the extractor's id.

    :param engine: ask trafilatura as a second reader; without it only the structural reader is used (faster, and
        the same wording wherever both agree).
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
    reading = _read(reduced.html, options)
    blocks = mark_title(reading.blocks, reduced.title)
    return Extraction(reduced.title, blocks, reduced.language, reading.links, reduced.decisions + reading.decisions)


def _plain_blocks(text: str) -> tuple[Block, ...]:
    paragraphs = text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n")
    return tuple(Block(BlockKind.PRE, 0, part.strip("\n")) for part in paragraphs if part.strip())


@lru_cache(maxsize=_MEMO_SIZE)
def _read(html: str, options: ExtractOptions) -> _Reading:
    """Stage 2, once per reduced page."""
    if not html:
        return _Reading((), (), ())
    root = lxml.html.document_fromstring(html, parser=_parser())
    blocks, links = read_blocks(root)
    if not options.engine:
        return _Reading(blocks, links, ("Read by structure alone.",))
    theirs = _engine_blocks(html)
    chosen, decision = _choose(blocks, theirs)
    return _Reading(chosen, links, (decision,))


@cache
def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(huge_tree=True)


def _engine_blocks(html: str) -> tuple[Block, ...]:
    """What trafilatura reads in a reduced page; () if it finds no text."""
    page = f'<html><body><article class="article-content">{html}</article></body></html>'
    options = Extractor(fast=True, recall=True, comments=False, formatting=True, tables=True, dedup=False)
    try:
        document = trafilatura.bare_extraction(page, options=options)
    except Exception as error:  # hostile pages break parsers in ways no list of classes foresees
        raise ExtractError(f"trafilatura failed on the page: {error!r}") from error
    if document is None or document.body is None:
        return ()
    return read_blocks(_as_html(document.body))[0]


def _as_html(body: HtmlElement) -> HtmlElement:
    """Trafilatura's TEI-like tree with HTML names, in place."""
    for element in body.iter():
        rend = element.get("rend") or ""
        element.tag = _TAGS.get(f"{element.tag} {rend}") or _TAGS.get(element.tag) or _numbered(element.tag, rend)
    return body


_TAGS: Final = {
    "list ol": "ol", "list": "ul", "quote": "blockquote", "code": "pre", "lb": "br", "ref": "a", "row": "tr",
    "cell": "td", "hi #b": "b", "hi #i": "i", "hi": "span",
}  # fmt: skip


def _numbered(tag: str, rend: str) -> str:
    """`head` with rend h3 is h3; `item` with rend dt-1 is dt, else li; the rest keeps its name."""
    if tag == "head":
        return rend or "h2"
    if tag == "item":
        return rend[:2] if rend[:2] in ("dt", "dd") else "li"
    return tag


def _choose(ours: tuple[Block, ...], theirs: tuple[Block, ...]) -> tuple[tuple[Block, ...], str]:
    """Trafilatura's reading if it has every word and mark of structure that ours has, else ours."""
    our_words, their_words = text_words(ours), text_words(theirs)
    if our_words == their_words and Counter(b.kind for b in ours) == Counter(b.kind for b in theirs):
        return theirs, "Trafilatura and the structural reader agree."
    lost = sum((Counter(our_words) - Counter(their_words)).values())
    return ours, f"Read by structure: trafilatura leaves out {lost} of {len(our_words)} words."
