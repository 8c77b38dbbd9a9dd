"""Dates by which a policy's text dates itself: "Last updated: May 25, 2018", "Stand: 25.05.2018", 施行日.

    block ──has digits?──► every date in it ──nearest label, before or right behind──► TextDate(kind, days, words, block)

A date counts with a label of words.py in its own sentence or in the short block before it; one without a
label only where it is all of a block among the text's first and last. Pure; no clock, no locale of the system.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

import regex

from pipelines.model import Block, DateKind, TextDate
from pipelines.reading.dates.words import EFFECTIVE, LAWS, OTHER, PUBLISHED, UPDATED, UPDATED_WEAKLY
from pipelines.reading.dates.written_dates import WrittenDate, has_date, written_dates
from pipelines.text.folding import fold, letters

# Where a text dates itself: above its first sections, below its last.
_FIRST_BLOCKS: Final = 12
_LAST_BLOCKS: Final = 6
_BEFORE, _BEHIND = 70, 16  # characters from a label to its date, from a date to its label
_NEAR: Final = 30  # characters: farther off is something else that was "revised", or a law
_SHORT: Final = 160  # characters of a sentence that says little but its date
_BARE: Final = 24  # characters besides its date of a block that is a date
_HEADING: Final = 60  # characters of a block that labels the next
_MAX_BLOCK: Final = 20_000  # characters of a block that are read
_MAX_DATES: Final = 40  # of one text; a change log may have hundreds
_SLACK: Final = timedelta(days=1)  # it is tomorrow somewhere
_AHEAD: Final = timedelta(days=366)  # of a date of entry into force

_MARKUP = regex.compile(r"\\(?=[!-/:-@\[-`{-~])|\*+|[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BLANKS = regex.compile(r"<br>|[^\S\n]+")
_GAP = regex.compile(r"[^|\n:]{0,16}")  # between a date and the label behind it
_SENTENCE_END = regex.compile(r"[.!?;](?=\s+[\p{Lu}\p{Lo}])|[。！？]")


@dataclass(frozen=True, slots=True)
class _Label:
    start: int
    end: int
    kind: DateKind
    sure: bool  # speaks of this text, wherever it stands


@dataclass(frozen=True, slots=True)
class _Line:
    """A block as it reads, letter by letter, and the same folded, a character for each letter."""

    shown: Sequence[str]
    folded: str
    at_an_end: bool  # of the text

    def words(self, start: int, end: int) -> str:
        return "".join(self.shown[start:end])


def find_dates(blocks: Sequence[Block], *, captured_at: datetime | None, language: str = "") -> tuple[TextDate, ...]:
    """Return the dates by which a text dates itself, in reading order, at most 40.

    :param captured_at: when the text was there to be read; readings after it are dropped (an effective date may be a
        year ahead), and a date without another reading is marked as implausible. None: unknown, nothing is.
    :param language: code of the text's language, with its region if that is known ("en-GB").
    """
    found: list[TextDate] = []
    for number, block in enumerate(blocks):
        if has_date(block.markdown):
            before = _shown(blocks[number - 1].markdown) if number else ""
            at_an_end = number < _FIRST_BLOCKS or number >= len(blocks) - _LAST_BLOCKS
            for kind, written, words in _dates_of(_line(block, at_an_end=at_an_end), before, language):
                days, implausible = _plausible(written.days, kind, captured_at)
                found.append(TextDate(kind, days, words, number, written.month_only, implausible))
            if len(found) >= _MAX_DATES:
                break
    return tuple(found[:_MAX_DATES])


def _line(block: Block, *, at_an_end: bool) -> _Line:
    shown = letters(_shown(block.markdown))
    return _Line(shown, fold(shown), at_an_end)


def _shown(markdown: str) -> str:
    """A block as it reads; NFKC, so that every digit's and letter's width is one."""
    plain = unicodedata.normalize("NFKC", _MARKUP.sub("", markdown[:_MAX_BLOCK]))
    return str(_BLANKS.sub(" ", plain))


def _dates_of(line: _Line, before: str, language: str) -> Iterator[tuple[DateKind, WrittenDate, str]]:
    """The dates of a block that count, each with its kind and its words."""
    dates = written_dates(line.folded, language)
    low = 0
    for number, written in enumerate(dates):
        high = dates[number + 1].start if number + 1 < len(dates) else len(line.folded)
        label = _label_before(line.folded, written, low) or _label_behind(line.folded, written, high)
        low = max(written.end, label.end if label else 0)
        bare = len(line.folded.strip()) - (written.end - written.start) <= _BARE
        if label is None and bare and (kind := _kind_of_heading(before)):
            yield kind, written, f"{before.strip()} {line.words(written.start, written.end)}"
        elif label is not None and _counts(line, label, written):
            start, end = min(label.start, written.start), max(label.end, written.end)
            yield label.kind, written, " ".join(line.words(start, end).split())
        elif label is None and bare and line.at_an_end:
            yield DateKind.OTHER, written, line.words(written.start, written.end)


def _label_before(text: str, written: WrittenDate, low: int) -> _Label | None:
    """The nearest label before a date, in its sentence and behind the date before it; a sure one, if there is one."""
    low = max(low, written.start - _BEFORE)
    for end in _SENTENCE_END.finditer(text, low, max(written.start - 3, low)):
        low = end.end()
    labels = list(_labels(text, low, written.start))
    return next((label for label in reversed(labels) if label.sure), labels[-1] if labels else None)


def _label_behind(text: str, written: WrittenDate, high: int) -> _Label | None:
    """A label right behind a date, unless it is the next date's."""
    high = min(high, written.end + _BEHIND)
    label = next(_labels(text, written.end, min(high + _BEHIND, len(text))), None)
    if label is None or label.start > high or _GAP.fullmatch(text, written.end, label.start) is None:
        return None
    return None if text[label.end : label.end + 2].strip().startswith((":", "：")) else label


def _labels(text: str, start: int, end: int) -> Iterator[_Label]:
    for match in _label_pattern().finditer(text, start, end):
        phrase = match["whole"] or match["joined"] or f"{match['stem']}*"
        kind, sure = _KINDS[phrase]
        yield _Label(match.start(), match.end(), kind, sure)


def _kind_of_heading(before: str) -> DateKind | None:
    """The kind of a date whose label is the block before it."""
    text = fold(letters(before.strip()))
    labels = list(_labels(text, 0, len(text))) if len(text) <= _HEADING else []
    return labels[-1].kind if labels and len(text) - labels[-1].end <= _BARE else None


def _counts(line: _Line, label: _Label, written: WrittenDate) -> bool:
    """Tell whether a labelled date is the text's own: laws have dates too."""
    if label.kind is DateKind.OTHER:
        return line.at_an_end
    if label.sure and label.kind is DateKind.UPDATED:
        return True
    start, end = min(label.start, written.start), max(label.end, written.end)
    if _law_pattern().search(line.folded, max(start - _NEAR, 0), end + _NEAR):
        return False
    if not label.sure and written.start - label.end > _NEAR:
        return False
    return line.at_an_end or _sentence_length(line.folded, start, end) <= _SHORT


def _sentence_length(text: str, start: int, end: int) -> int:
    opening = max((one.end() for one in _SENTENCE_END.finditer(text, 0, start)), default=0)
    closing = _SENTENCE_END.search(text, end)
    return (closing.start() if closing else len(text)) - opening


def _plausible(days: tuple[date, ...], kind: DateKind, captured_at: datetime | None) -> tuple[tuple[date, ...], bool]:
    """The readings that the capture allows; all of them, marked, where it allows none."""
    if captured_at is None or kind is DateKind.OTHER:
        return days, False
    latest = captured_at.date() + (_AHEAD if kind is DateKind.EFFECTIVE else _SLACK)
    possible = tuple(day for day in days if day <= latest)
    return possible or days, not possible


# --- labels, compiled when first asked for ------------------------------------------------------------------------------------------


def _phrases(words: str) -> list[str]:
    return [fold(unicodedata.normalize("NFKC", phrase.strip())) for phrase in words.split(",") if phrase.strip()]


def _has_no_spaces(phrase: str) -> bool:
    return phrase[-1] >= "\u3000"  # East Asia


def _pattern(phrases: Sequence[str]) -> regex.Pattern[str]:
    """Whole phrases; stems, which end in `*`; phrases of scripts without spaces, anywhere."""
    return regex.compile(
        r"(?<![\p{L}\p{M}])(?:(?P<whole>\L<whole>)(?![\p{L}\p{M}])|(?P<stem>\L<stems>)[\p{L}\p{M}]*)|(?P<joined>\L<joined>)",
        whole=[one for one in phrases if not one.endswith("*") and not _has_no_spaces(one)],
        stems=[one[:-1] for one in phrases if one.endswith("*")],
        joined=[one for one in phrases if _has_no_spaces(one)],
    )


_KINDS: Final = {
    phrase: (kind, sure)
    for words, kind, sure in (
        (UPDATED_WEAKLY, DateKind.UPDATED, False),
        (PUBLISHED, DateKind.PUBLISHED, False),
        (OTHER, DateKind.OTHER, True),
        (EFFECTIVE, DateKind.EFFECTIVE, True),
        (UPDATED, DateKind.UPDATED, True),
    )
    for phrase in _phrases(words)
}


@cache
def _label_pattern() -> regex.Pattern[str]:
    return _pattern(tuple(_KINDS))


@cache
def _law_pattern() -> regex.Pattern[str]:
    return _pattern(_phrases(LAWS))
