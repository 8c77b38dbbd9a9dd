"""A reading as it goes from a reader's process into the store: what every capture needs, and the rest packed.

    Reading ──pack, in the reader's process──► PackedReading ──► ReadingShelf.put

Nearly all captures of a policy have a text and links that are in the store already. So these come as bytes under their
digests, and are unpacked only where they are new: to build a thousand objects of each page took longer than to store it.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from concurrent.futures import Future
from functools import lru_cache
from typing import Any, NamedTuple

from crawler.archives.capture import Outcome
from pipelines.model import Block, BlockKind, Link, TextDate
from pipelines.reading.pool import ReaderPool
from pipelines.reading.reading import Reading
from pipelines.store.tables.texts import storable
from pipelines.text.digests import block_digest

_TEXTS = 64  # last texts of a process: the captures of a policy have few


class PackedText(NamedTuple):
    """A text that can be stored.

    :param digests: block_digest of each block as it is stored, () where they are still to be told.
    :param languages: its languages and their shares, JSON.
    :param block_languages: of each block, () where they are not told.
    """

    blocks: tuple[Block, ...]
    digests: tuple[bytes, ...]
    languages: str | None
    block_languages: tuple[str, ...]


class PackedReading(NamedTuple):
    """What was read from one payload; as Reading, where it says no more.

    :param title: of the page. :param language: of the text, "" if it cannot be told.
    :param other_kinds: of document that stand on the page, too.
    :param found: the columns of an extraction (tables/extractions.py, FOUND) but for the first, its text.
    :param text: a PackedText, or its bytes as they came from another process; b"" where the page has none.
    :param links: (SHA-256, JSON) of its links, None for none.
    """

    outcome: Outcome
    extractor: str
    detail: str
    wording: str
    text_digest: str
    words: int
    dates: tuple[TextDate, ...]
    title: str
    language: str
    other_kinds: tuple[str, ...]
    found: tuple[Any, ...]
    text: bytes | PackedText
    links: tuple[bytes, bytes] | None

    def unpacked_text(self) -> PackedText:
        """Return the text; one without blocks where there is none."""
        if isinstance(self.text, PackedText):
            return self.text
        if not self.text:
            return PackedText((), (), None, ())
        blocks, *rest = pickle.loads(self.text)  # noqa: S301 - of our own process
        return PackedText(tuple(Block(BlockKind(kind), level, markdown) for kind, level, markdown in blocks), *rest)


class StoringReader(ReaderPool):
    """Reads payloads for a store: what it returns is packed in the page's process."""

    def submit(self, page: Any) -> Future[PackedReading]:  # type: ignore[override]
        """Begin to read a page; what read_payload returns, packed, is the future's result."""
        return self.submit_to(pack, page)


def packed_reading(reading: Reading | PackedReading) -> PackedReading:
    """Return a reading packed, if it is not yet."""
    return reading if isinstance(reading, PackedReading) else pack(reading)


def pack(reading: Reading) -> PackedReading:
    """Return a reading, packed."""
    head, extraction = pack_head(reading), reading.extraction
    if extraction is None:
        return head.packed
    text = _text(extraction.blocks, head.languages, head.block_languages)
    return head.packed._replace(text=text, links=layer_of(extraction.links))


class PackedHead(NamedTuple):
    """What a reading says beside its text and its links, which many readings share.

    :param packed: without both. :param has_text: they belong to it. :param languages, block_languages: as in PackedText.
    """

    packed: PackedReading
    has_text: bool
    languages: str | None
    block_languages: tuple[str, ...]


def pack_head(reading: Reading) -> PackedHead:
    """Return what a reading says beside its text and links. :param reading: with these, or without."""
    judgement, extraction, languages = reading.judgement, reading.extraction, reading.languages
    found = (
        reading.outcome.value,
        reading.detail,
        extraction.title if extraction else "",
        reading.charset,
        judgement.score if judgement else None,
        _json(judgement.evidence if judgement else []),
        _json(reading.notes),
        judgement.kind.value if judgement and judgement.is_policy else "",
        _json({kind.value: points for kind, points in judgement.kind_scores} if judgement else {}),
    )
    packed = PackedReading(
        reading.outcome,
        reading.extractor,
        reading.detail,
        reading.wording,
        reading.text_digest,
        reading.words,
        reading.dates,
        extraction.title if extraction else "",
        languages.language if languages else extraction.language if extraction else "",
        reading.other_kinds,
        found,
        b"",
        None,
    )
    shares = _json(dict(languages.shares)) if languages else None
    return PackedHead(packed, extraction is not None, shares, languages.blocks if languages else ())


@lru_cache(maxsize=_TEXTS)
def _text(blocks: tuple[Block, ...], languages: str | None, block_languages: tuple[str, ...]) -> bytes:
    plain = tuple((block.kind.value, block.level, block.markdown) for block in blocks)
    digests = tuple(block_digest(storable(block)) for block in blocks)
    return pickle.dumps((plain, digests, languages, block_languages), pickle.HIGHEST_PROTOCOL)


@lru_cache(maxsize=_TEXTS)
def layer_of(links: tuple[Link, ...]) -> tuple[bytes, bytes] | None:
    """Return a page's links as they are stored, PackedReading.links."""
    if not links:
        return None
    layer = _json([[link.text, link.href] for link in links]).encode()
    return hashlib.sha256(layer).digest(), layer


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
