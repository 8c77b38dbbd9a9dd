"""From a payload to its text, in one pure call: what the process pool runs for each page.

    read_payload(Fetched) ──decode──extract──judge──► Reading(outcome, text, wording, evidence)

Every page gets a Reading: what cannot be decoded or extracted is an outcome with its reason, not an exception. Limits of
time and memory are not kept here but by whoever runs it, from outside (apart.py): C code feels no limit from inside.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import lru_cache

from crawler.archives.capture import Outcome
from crawler.archives.errors import DecodeError, ExtractError, TookTooLong
from crawler.targets.fetched import Fetched
from crawler.targets.hints import Asked
from pipelines.model import Block, Extraction, Judgement, Junk, TextDate, TextLanguages
from pipelines.reading.dates.text_dates import find_dates
from pipelines.reading.decode import decode_payload
from pipelines.reading.extract import extract_text
from pipelines.reading.extractor import declared_extractor, extractor_id
from pipelines.reading.judging.judge import judge
from pipelines.reading.judging.languages import language_code, text_languages
from pipelines.reading.parts.parts import kind_asked
from pipelines.reading.reading import Reading
from pipelines.text.digests import text_digest
from pipelines.text.wording import key_of_words, text_words

logger = logging.getLogger(__name__)


def read_payload(fetched: Fetched) -> Reading:
    """Decode, extract and judge one page; where something is declared of it, its extractor is one of its own.

    :raises MemoryError: the process has not enough for it (pool.py reads it again in a new one).
    """
    extractor = declared_extractor(extractor_id(), fetched.hints.key)
    try:
        return _read(fetched, extractor)
    except DecodeError as error:
        return Reading(Outcome.UNDECODABLE, extractor, str(error))
    except TookTooLong as error:
        return Reading(Outcome.READING_STOPPED, extractor, str(error))
    except ExtractError as error:
        return Reading(Outcome.EXTRACT_FAILED, extractor, str(error))
    except MemoryError:
        raise
    except RecursionError:
        return Reading(Outcome.EXTRACT_FAILED, extractor, "the page is nested too deep")
    except (
        Exception
    ) as error:  # one page of a thousand finds what nobody thought of: it has an outcome, and we a traceback
        logger.exception("%s: the reader failed on the page", fetched.url)
        return Reading(Outcome.EXTRACT_FAILED, extractor, f"the reader failed on the page: {error!r}"[:500])


def _read(fetched: Fetched, extractor: str) -> Reading:
    page, url, asked = decode_payload(fetched.body, fetched.headers), fetched.url, fetched.hints.asked
    extraction = extract_text(page, url=url, hints=fetched.hints.hints, asked=asked)
    judgement = judge(page, extraction, status=fetched.status, headers=fetched.headers, url=url)
    if judgement.is_policy and not _holds(extraction, judgement, asked):
        evidence = (f"the page does not hold {asked.name!r}", *judgement.evidence)
        judgement = replace(judgement, is_policy=False, reason=Junk.NOT_ON_THE_PAGE, evidence=evidence)
    text = facts_of_text(extraction.blocks, extraction.language)
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


def _holds(extraction: Extraction, judgement: Judgement, asked: Asked) -> bool:
    """The text is the document that was asked for: cut out of its page, or the whole of a page of that kind."""
    if not asked.only or extraction.part:
        return True
    whole = not any(part.kinds for part in extraction.parts)
    return whole and judgement.kind is kind_asked(asked.name)


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What depends on a text alone; the captures of a policy have few."""

    wording: str
    digest: str
    words: int
    languages: TextLanguages
    dates: tuple[TextDate, ...]


@lru_cache(maxsize=64)
def facts_of_text(blocks: tuple[Block, ...], declared: str) -> TextFacts:
    languages = text_languages(blocks, declared)
    words = text_words(blocks)
    region = declared if language_code(declared) == languages.language else languages.language
    return TextFacts(
        wording=key_of_words(words),
        digest=text_digest(blocks),
        words=len(words),
        languages=languages,
        dates=find_dates(blocks, captured_at=None, language=region),
    )
