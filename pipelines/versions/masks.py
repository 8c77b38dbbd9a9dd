"""What is left of a line when its numbers, codes and dates are taken out: "Version 1.259.0.329" and "Version 1.260.1.4" have
one mask. Counters and clocks change nothing else; see docs/wording.md.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import regex

from pipelines.reading.dates.written_dates import has_date, written_dates
from pipelines.text.calendar import is_month
from pipelines.text.folding import fold
from pipelines.text.remembered import remembered
from pipelines.text.wording import words
from pipelines.versions.sightings import Words

HOLE: Final = "#"
_CODE: Final = regex.compile(r".*\d.*|[a-f]{3,}")  # a number, an ordinal, a hash; a hash may have letters only
_MIN_MONTH: Final = 3  # letters: shorter names are words of other languages


@remembered(16384)
def mask(line: Words) -> Words:
    """A line's words with one hole for each run of numbers, codes and names of months."""
    found: list[str] = []
    for word in line:
        kept = HOLE if _CODE.fullmatch(word) or (len(word) >= _MIN_MONTH and is_month(word)) else word
        if kept != HOLE or not found or found[-1] != HOLE:
            found.append(kept)
    return tuple(found)


@remembered(4096)
def dateless(markdown: str, language: str) -> Words:
    """A line's words without its dates, be they with or without a year ("1 May")."""
    kept, at = [], 0
    folded = fold(markdown)
    if len(folded) != len(markdown) or not any(char.isdigit() for char in folded):
        return tuple(words(markdown))
    for found in written_dates(folded, language) if has_date(folded) else ():
        kept.append(markdown[at : found.start])
        at = found.end
    left = words(" ".join([*kept, markdown[at:]]))
    months = {i for i, word in enumerate(left) if len(word) >= _MIN_MONTH and is_month(word)}
    near = {i for month in months for i in (month - 1, month, month + 1)}
    return tuple(word for i, word in enumerate(left) if i not in months and not (i in near and _CODE.fullmatch(word)))


@remembered(4096)
def days_in(markdown: str, language: str) -> frozenset[date]:
    """Every day that a line may name."""
    return frozenset(
        day for found in written_dates(fold(markdown), language) if not found.month_only for day in found.days
    )
