"""How others read a page: their Markdown, as a Reading that the store keeps beside ours.

    read_theirs(markdown, who) ──► Reading(extractor=who, text, wording)

A wording is a sequence of words (pipelines/text/wording.py), so their way to write Markdown (Turndown, html2text) does not
matter: what is compared is what they took for the policy's words. Targets of links are no words; OTA's changes that only
touch those (a quarter of all, measured on contrib-versions) are the same wording here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt

from crawler.archives.capture import Outcome
from pipelines.model import Block, BlockKind, DocumentKind, Extraction, Judgement, Junk
from pipelines.reading.payload import facts_of_text
from pipelines.reading.reading import Reading
from pipelines.text.inline import escaped
from pipelines.text.wording import text_words

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_CHARS: Final = 8_000_000  # the largest text of contrib-versions has a million
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")
_LISTS: Final = {"bullet_list_open": BlockKind.ITEM, "ordered_list_open": BlockKind.NUMBERED}


@dataclass(frozen=True, slots=True)
class Theirs:
    """What is kept of a text of theirs beside its words.

    :param key: of the Markdown as they wrote it, links and all. :param part: which part of the file it is, "" for all of it.
    """

    source: str
    record: str
    key: str
    part: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        return (self.source, self.record, self.key, *([self.part] if self.part else []))

    @classmethod
    def of(cls, notes: str) -> Theirs:
        """Read what is stored (extractions.decisions)."""
        found = json.loads(notes or "[]")
        return cls(*found) if len(found) in (len(fields(cls)) - 1, len(fields(cls))) else cls("", "", "")


def read_theirs(markdown: str, who: str, source: str, record: str = "", part: str = "") -> Reading:
    """Return a text of others as a reading; EXTRACT_FAILED where there is no word in it.

    :param who: the extractor's name: the collection. :param source: where the text stands. :param record: what its commit
        records (crawler.collections.ota.Record), "" where no commit says. :param part: which part of the text's file it is. All three are kept with it (Theirs).
    """
    if len(markdown) > MAX_CHARS:
        return Reading(Outcome.EXTRACT_FAILED, who, f"their text has more than {MAX_CHARS:,} characters")
    blocks = tuple(read_markdown(markdown))
    if not text_words(blocks):
        return Reading(Outcome.EXTRACT_FAILED, who, "their text has no words")
    facts = facts_of_text(blocks, "")
    return Reading(
        outcome=Outcome.FETCHED,
        extractor=who,
        extraction=Extraction(title="", blocks=blocks, language=facts.languages.language),
        # OTHER and 0: what they track must not tip how our own readings of the same words are judged
        judgement=Judgement(is_policy=True, reason=Junk.NONE, score=0.0, kind=DocumentKind.OTHER),
        wording=facts.wording,
        text_digest=facts.digest,
        words=facts.words,
        languages=facts.languages,
        dates=facts.dates,
        notes=Theirs(source, record, hashlib.sha256(markdown.encode("utf-8", "replace")).hexdigest()[:16], part).notes,
    )


def read_markdown(markdown: str) -> Iterator[Block]:
    r"""Yield the blocks of CommonMark with tables.

    >>> [(block.kind.value, block.level, block.markdown) for block in read_markdown("Us\n==\n\n*   [one](http://a) **two**")]
    [('heading', 1, 'Us'), ('item', 1, 'one two')]
    """
    place = _Where()
    for token in _parser().parse(markdown):
        block = place.pass_by(token)
        if block is not None and block.markdown:
            yield block


class _Where:
    """Where in the document the parser is: inside which lists, which heading, which row."""

    def __init__(self) -> None:
        self._lists: list[BlockKind] = []
        self._heading = self._quotes = 0
        self._cells: list[str] | None = None
        self._header = False

    def pass_by(self, token: Token) -> Block | None:
        """Go past a token; return the block that ends with it."""
        kind = token.type
        if kind == "inline":
            return self._inline(_one_line(_plain(token)))
        if kind in ("fence", "code_block"):
            return Block(BlockKind.PRE, 0, token.content.strip("\n"))
        if kind == "html_block":
            return Block(BlockKind.PARAGRAPH, 0, _one_line(unescape(_TAG.sub(" ", token.content))))
        if kind == "tr_close" and self._cells is not None:
            row = Block(BlockKind.ROW, 1 if self._header else 2, " | ".join(self._cells) if any(self._cells) else "")
            self._cells = None
            return row
        self._move(token)
        return None

    def _move(self, token: Token) -> None:
        kind = token.type
        if kind in _LISTS:
            self._lists.append(_LISTS[kind])
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif kind in ("blockquote_open", "blockquote_close"):
            self._quotes += token.nesting
        elif kind in ("heading_open", "heading_close"):
            self._heading = int(token.tag[1:]) if token.nesting > 0 else 0
        elif kind == "tr_open":
            self._cells, self._header = [], False
        elif kind in ("th_open", "td_open") and self._cells is not None:
            self._cells.append("")
            self._header |= kind == "th_open"

    def _inline(self, text: str) -> Block | None:
        if self._cells is not None:
            if self._cells:
                self._cells[-1] = text
            return None
        if self._heading:
            return Block(BlockKind.HEADING, self._heading, text)
        if self._lists:
            return Block(self._lists[-1], len(self._lists), text)
        return Block(BlockKind.QUOTE if self._quotes else BlockKind.PARAGRAPH, 0, text)


def _one_line(text: str) -> str:
    return escaped(" ".join(text.split()))


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _plain(token: Token) -> str:
    """The words of a line: without marks, targets of links, tags."""
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak") or (child.type == "html_inline" and child.content[:3] == "<br"):
            parts.append(" ")
    return "".join(parts)
