"""From a payload to its text, in one pure call: what the process pool runs for each page.

    read_payload(body, headers, …) ──decode──extract──judge──► Reading(outcome, text, wording, evidence)

Every page gets a Reading: what cannot be decoded or extracted is an outcome with its reason, not an exception.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import FrameType

from crawler.archives.capture import Outcome
from crawler.archives.errors import DecodeError, ExtractError
from crawler.archives.hints import NO_HINTS, Hints
from pipelines.decode import decode_payload
from pipelines.digests import text_digest
from pipelines.extract import declared_extractor, extract_text, extractor_id
from pipelines.judge import judge
from pipelines.languages import TextLanguages, language_code, text_languages
from pipelines.model import Block, Extraction, Judgement, TextDate
from pipelines.text_dates import find_dates
from pipelines.wording import text_words, wording_key

TIME_LIMIT = 30.0  # seconds of one page; real ones take 0.1, the slowest of 32,000 measured took 3


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from one payload.

    :param outcome: FETCHED, NOT_A_POLICY, UNDECODABLE or EXTRACT_FAILED.
    :param detail: the reason, where it is not FETCHED.
    :param extractor: extractor_id of the program that read it.
    :param extraction: its text, None where there is none.
    :param dates: those that the text gives itself, whenever it was captured.
    :param wording: key of the wording ("" without a text), `words` its length in words, `text_digest` key of the text.
    """

    outcome: Outcome
    extractor: str
    detail: str = ""
    extraction: Extraction | None = None
    judgement: Judgement | None = None
    wording: str = ""
    text_digest: str = ""
    words: int = 0
    languages: TextLanguages | None = None
    dates: tuple[TextDate, ...] = ()
    charset: str = ""
    notes: tuple[str, ...] = ()


def read_payload(
    body: bytes,
    headers: Mapping[str, str],
    url: str,
    captured_at: datetime,
    status: int = 200,
    time_limit: float = TIME_LIMIT,
    hints: Hints = NO_HINTS,
) -> Reading:
    """Decode, extract and judge one payload.

    :param headers: of the memento, names lower-cased.
    :param url: the page's URL on its original site.
    :param captured_at: the latest date that the page can speak of.
    :param hints: what others declared of the page; its extractor is then one of its own.
    :param time_limit: seconds, where the platform has interval timers; then it is EXTRACT_FAILED.
    """
    extractor = declared_extractor(extractor_id(), hints.key)
    try:
        with _time_limit(time_limit):
            return _read(body, headers, url, captured_at, status, extractor, hints)
    except DecodeError as error:
        return Reading(Outcome.UNDECODABLE, extractor, str(error))
    except ExtractError as error:
        return Reading(Outcome.EXTRACT_FAILED, extractor, str(error))
    except TimeoutError:
        return Reading(Outcome.EXTRACT_FAILED, extractor, f"took longer than {time_limit:g} s")
    except (MemoryError, RecursionError) as error:
        return Reading(Outcome.EXTRACT_FAILED, extractor, f"the page is too complex ({type(error).__name__})")


def _read(
    body: bytes, headers: Mapping[str, str], url: str, captured_at: datetime, status: int, extractor: str, hints: Hints
) -> Reading:
    page = decode_payload(body, headers)
    extraction = extract_text(page, url=url, captured_at=captured_at, hints=hints.hints)
    judgement = judge(page, extraction, status=status, headers=headers, url=url)
    text = _of_text(extraction.blocks, extraction.language)
    return Reading(
        outcome=Outcome.FETCHED if judgement.is_policy else Outcome.NOT_A_POLICY,
        extractor=extractor,
        detail=judgement.reason,
        extraction=extraction,
        judgement=judgement,
        wording=text.wording,
        text_digest=text.digest,
        words=text.words,
        languages=text.languages,
        dates=text.dates,
        charset=page.charset,
        notes=(*page.notes, *extraction.decisions),
    )


@dataclass(frozen=True, slots=True)
class _OfText:
    """What depends on a text alone; the captures of a policy have few."""

    wording: str
    digest: str
    words: int
    languages: TextLanguages
    dates: tuple[TextDate, ...]


@lru_cache(maxsize=64)
def _of_text(blocks: tuple[Block, ...], declared: str) -> _OfText:
    languages = text_languages(blocks, declared)
    region = declared if language_code(declared) == languages.language else languages.language
    return _OfText(
        wording=wording_key(blocks),
        digest=text_digest(blocks),
        words=len(text_words(blocks)),
        languages=languages,
        dates=find_dates(blocks, captured_at=None, language=region),
    )


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError after so many seconds; only in a main thread on a system with interval timers."""
    if not hasattr(signal, "setitimer") or seconds <= 0:
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    try:
        previous = signal.signal(signal.SIGALRM, stop)
    except ValueError:  # not the main thread
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
