"""What reading a payload gives, whoever reads it. It loads nothing of what reads pages; msgspec reads its types (shards)."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.archives.capture import Outcome
from pipelines.model import Extraction, Judgement, TextDate, TextLanguages


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from one payload.

    :param outcome: FETCHED, NOT_A_POLICY, UNDECODABLE, EXTRACT_FAILED, or READING_STOPPED, which is read again later.
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

    @property
    def other_kinds(self) -> tuple[str, ...]:
        """The kinds of document that stand on its page, too."""
        return self.extraction.other_kinds if self.extraction else ()
