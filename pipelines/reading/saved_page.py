"""A page that somebody saved: what a crawl would read of it, and the dates that it gives itself. Run by the pool.

bytes ──read_saved──► SavedReading(reading, dates of the text, dates of the page's metadata)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.targets.fetched import Fetched
from crawler.targets.hints import NO_HINTS, Hints
from pipelines.model import PageDate, TextDate
from pipelines.reading.dates.page_dates import page_dates
from pipelines.reading.dates.text_dates import find_dates
from pipelines.reading.decode import decode_payload
from pipelines.reading.judging.languages import language_code, text_languages
from pipelines.reading.payload import read_payload
from pipelines.reading.reading import Reading


@dataclass(frozen=True, slots=True)
class SavedReading:
    """What was read of a saved page; no dates where there is no text."""

    reading: Reading
    dates: tuple[TextDate, ...] = ()
    page_dates: tuple[PageDate, ...] = ()


def read_saved(body: bytes, url: str, captured_at: datetime | None, hints: Hints = NO_HINTS) -> SavedReading:
    """Read a saved page.

    :param url: its address, "" if unknown.
    :param captured_at: when it was saved; None holds its dates against no time.
    :param hints: which document is asked for, where the page holds several.
    """
    reading = read_payload(Fetched(body, {}, url, hints=hints))
    if reading.extraction is None:
        return SavedReading(reading)
    languages = reading.languages or text_languages(())
    region = reading.extraction.language if language_code(reading.extraction.language) == languages.language else ""
    return SavedReading(
        reading,
        find_dates(reading.extraction.blocks, captured_at=captured_at, language=region or languages.language),
        page_dates(decode_payload(body, {}).text, captured_at=captured_at),
    )
