"""Saved pages, read as the crawl reads them: what `policylapse extract` shows and writes.

    name ──load──► SavedFile ──read_saved, in as many processes as there are cores──► SavedPage ──► Markdown or JSON data

No page is read in this process, be it the only one: a hostile one takes memory, time, or the process with it.

cli/giving/extract.py loads this module, and with it trafilatura, only when the command runs.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.output import clean
from crawler.archives.capture import Outcome
from crawler.archives.timestamps import format_iso
from crawler.targets.hints import Asked, Hints
from pipelines.model import Extraction, Judgement, PagePart, TextDate, TextLanguages
from pipelines.reading.decode import MAX_DECODED_BYTES
from pipelines.reading.judging.languages import text_languages
from pipelines.reading.pool import ReaderPool
from pipelines.reading.reading import Reading
from pipelines.reading.saved_page import SavedReading, read_saved
from pipelines.text.markdown import render_markdown
from pipelines.text.wording import words


@dataclass(frozen=True, slots=True)
class Given:
    """What the person says of the files; "" and None where nothing."""

    url: str = ""
    captured_at: datetime | None = None
    part: str = ""

    @property
    def hints(self) -> Hints:
        """What the files are read with: the document that is asked for, where a page holds several."""
        return Hints(asked=Asked(self.part, only=bool(self.part)))


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file's bytes, and why there are none where it could not be read."""

    name: str
    body: bytes = b""
    error: str = ""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What was read of a file; `read` is None where its bytes could not be had."""

    file: SavedFile
    read: SavedReading | None = None

    @property
    def reading(self) -> Reading | None:
        return self.read.reading if self.read else None

    def markdown(self) -> str:
        """Return the text, with nothing in it that a terminal obeys; "" where there is none."""
        extraction = self.reading.extraction if self.reading else None
        return clean(render_markdown(extraction.blocks)) if extraction else ""

    def data(self, given: Given) -> dict[str, Any]:
        """Return all that is known, as JSON data; docs/extract.md says what each key holds."""
        read, reading = self.read, self.reading
        data: dict[str, Any] = {
            "file": self.file.name,
            "url": given.url or None,
            "captured_at": format_iso(given.captured_at) if given.captured_at else None,
            "outcome": reading.outcome.value if reading else "unreadable",
            "detail": reading.detail if reading else self.file.error,
        }
        if read is None or reading is None:
            return data
        data["extractor_id"] = reading.extractor
        if reading.extraction is None:
            return data
        languages = reading.languages or text_languages(())
        return data | _text_data(reading, reading.extraction, languages) | _date_data(read)


async def saved_pages(names: Sequence[str], given: Given) -> AsyncIterator[SavedPage]:
    """Read files, in their order; several at a time where they are many."""
    pool = ReaderPool(min(os.cpu_count() or 1, len(names)))

    def unread(outcome: Outcome, detail: str) -> SavedReading:
        return SavedReading(Reading(outcome, pool.extractor, detail))

    async def read(file: SavedFile) -> SavedPage:
        if file.error:
            return SavedPage(file)
        return SavedPage(
            file, await pool.run(read_saved, (file.body, given.url, given.captured_at, given.hints), file.name, unread)
        )

    under_way: deque[asyncio.Task[SavedPage]] = deque()
    try:
        for name in names:
            under_way.append(asyncio.create_task(read(load(name))))
            if len(under_way) > 2 * pool.workers:
                yield await under_way.popleft()
        while under_way:
            yield await under_way.popleft()
    finally:
        for task in under_way:
            task.cancel()
        pool.close()


def load(name: str) -> SavedFile:
    """Return a file's bytes ("-": standard input); of one that is too large so many that it is refused as a page is."""
    try:
        if name == "-":
            return SavedFile(name, sys.stdin.buffer.read(MAX_DECODED_BYTES + 1))
        with Path(name).open("rb") as file:
            return SavedFile(name, file.read(MAX_DECODED_BYTES + 1))
    except (OSError, ValueError) as error:
        return SavedFile(name, error=getattr(error, "strerror", None) or str(error))


def _text_data(reading: Reading, extraction: Extraction, languages: TextLanguages) -> dict[str, Any]:
    return {
        "title": extraction.title,
        "language": languages.language,
        "language_source": languages.source.value,
        "language_shares": dict(languages.shares),
        "judgement": _judgement_data(reading.judgement) if reading.judgement else None,
        "words": reading.words,
        "wording": reading.wording,
        "blocks": [
            asdict(block) | {"words": len(words(block.markdown)), "language": language}
            for block, language in zip(extraction.blocks, languages.blocks, strict=True)
        ],
        "links": [asdict(link) for link in extraction.links],
        "part": extraction.part,
        "parts": [_part_data(part) for part in extraction.parts],
        "decisions": list(extraction.decisions),
        "charset": reading.charset,
        "notes": [said for said in reading.notes if said not in extraction.decisions],
    }


def _judgement_data(judgement: Judgement) -> dict[str, Any]:
    return asdict(judgement) | {"kind_scores": {kind.value: score for kind, score in judgement.kind_scores}}


def _part_data(part: PagePart) -> dict[str, Any]:
    begin, end = part.in_force
    return {
        "title": part.title,
        "kinds": [kind.value for kind in part.kinds],
        "anchors": list(part.anchors),
        "words": part.words,
        "earlier": part.earlier,
        "in_force_from": begin.isoformat() if begin else None,
        "in_force_to": end.isoformat() if end else None,
    }


def _date_data(read: SavedReading) -> dict[str, Any]:
    return {
        "dates": [_text_date_data(found) for found in read.dates],
        "page_dates": [
            {"kind": one.kind.value, "date": str(one.day), "source": one.source, "implausible": one.implausible}
            for one in read.page_dates
        ],
    }


def _text_date_data(found: TextDate) -> dict[str, Any]:
    dates = [str(day)[:7] if found.month_only else str(day) for day in found.dates]
    return {
        "kind": found.kind.value,
        "dates": dates,
        "words": found.words,
        "block": found.block,
        "implausible": found.implausible,
    }
