"""Dates as people write them, found in a stretch of text: 25 May 2018, 2018年5月25日, 2018. május 25., 05/25/18, 平成30年5月25日.

Every form is anchored on a year or on two separators, and looked for only near one. Nothing is guessed: where day and
month may be either way round in the text's language, both readings are given; a day or a month by itself is no date,
and today's date never fills a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

import regex

from pipelines.reading.dates.words import DAY_FIRST, ERAS, MONTH_FIRST, NOT_DAY_FIRST
from pipelines.text.calendar import MONTH_NUMBERS, SAME_NAMES

# The web is of 1991; a year of two digits is of 1990 to 2089, and so is one of four.
_FIRST_YEAR: Final = 1990
_MARGIN: Final = 40  # the longest date has fewer characters beside its year
_ALL_ORDERS: Final = ("dm", "md")


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date at start:end of a text; the likelier reading first."""

    start: int
    end: int
    days: tuple[date, ...]
    month_only: bool = False


def has_date(text: str) -> bool:
    """Tell quickly whether there may be a date."""
    return _MAYBE.search(text) is not None


def written_dates(text: str, language: str = "") -> list[WrittenDate]:
    """Return the dates of a folded text, in order, none overlapping another.

    :param language: code of the text's language, with or without a region ("en-GB").

    >>> [(found.days, text[found.start : found.end]) for text in ["25. mai 2018 ff."] for found in written_dates(text)]
    [((datetime.date(2018, 5, 25),), '25. mai 2018')]
    >>> [str(day) for found in written_dates("03/04/2019", "en") for day in found.days]
    ['2019-03-04', '2019-04-03']
    """
    found: list[WrittenDate] = []
    for start, end in _windows(text):
        for form in forms_able(text, start, end):
            for match in form.finditer(text, start, end):
                if any(match.start() < other.end and other.start < match.end() for other in found):
                    continue
                days = _days(match.groupdict(), language.lower().replace("_", "-"))
                if days:
                    month_only = not match.groupdict().keys() & {"d", "a"}
                    found.append(WrittenDate(match.start(), match.end(), days, month_only))
    return sorted(found, key=lambda one: one.start)


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Stretches in which a date may be, none overlapping another."""
    spans: list[list[int]] = []
    for match in _MAYBE.finditer(text):
        start, end = max(match.start() - _MARGIN, 0), min(match.end() + _MARGIN, len(text))
        if spans and start <= spans[-1][1]:
            spans[-1][1] = end
        else:
            spans.append([start, end])
    return ((start, end) for start, end in spans)


def _days(parts: dict[str, str], language: str) -> tuple[date, ...]:
    """The days that a match can mean."""
    year = _year(parts)
    if "a" in parts:
        return _numeric(year, int(parts["a"]), int(parts["b"]), parts["s"], language, short="yy" in parts)
    month = _month(parts["m"], language) if parts.get("m") else int(parts["n"])
    return _valid(year, month, int(parts.get("d", 1)))


def _year(parts: dict[str, str]) -> int:
    if "era" in parts:
        return ERAS[parts["era"]] + (1 if parts["e"] == "元" else int(parts["e"]))
    if "yy" in parts:
        short = 1900 + int(parts["yy"])
        return short if short >= _FIRST_YEAR else short + 100
    return int(parts["y"])


def _month(name: str, language: str) -> int:
    """The month of a name in the text's language, or in all that have it; 0 if they differ."""
    languages = MONTH_NUMBERS[name]
    base = language.partition("-")[0]
    months = {languages.get(SAME_NAMES.get(base, base), 0)} - {0} or set(languages.values())
    return months.pop() if len(months) == 1 else 0


def _numeric(year: int, first: int, second: int, separator: str, language: str, *, short: bool) -> tuple[date, ...]:
    base = language.partition("-")[0]
    if base in DAY_FIRST and language not in NOT_DAY_FIRST:
        days = _valid(year, second, first)
        return days or _valid(year, first, second)
    if short and base and base != "en" and language not in NOT_DAY_FIRST:
        return ()  # where years come first, 18-05-25 may be of 2018
    orders = _ALL_ORDERS[::-1] if language in MONTH_FIRST and separator != "." else _ALL_ORDERS
    readings = [_valid(year, *((second, first) if order == "dm" else (first, second))) for order in orders]
    return tuple(dict.fromkeys(day for days in readings for day in days))


def _valid(year: int, month: int, day: int) -> tuple[date, ...]:
    try:
        return (date(year, month, day),)
    except ValueError:
        return ()


_SEP: Final = r"[./\-‐–]"
_YEAR: Final = r"(?P<y>(?:199|20\d)\d)(?!\d)"
_DAY: Final = r"(?<![\d.,/])(?P<d>\d{1,2})"
_MONTH: Final = r"(?<!\p{L})(?P<m>\L<months>)(?![\p{L}\p{M}])\.?"
_OF: Final = (
    r"(?:st|nd|rd|th|er|re|e|o|a|η|\.|°|-?го|-?е)?(?:[\s/-]{1,3}|(?=\p{L}))(?:(?:day of|of|de|d|ta)\s?[’'´]?\s?)?"
)
_MAYBE: Final = re.compile(r"[\d元](?:\d{3}|\s?[./\-‐–]\s?\d{1,2}\s?[./\-‐–]\s?\d\d|\s?年)")
_FORMS: Final = (
    # 25 May 2018, 25th of May, 2018, 25 de mayo de 2018, 25/May/2018
    rf"{_DAY}{_OF}{_MONTH}(?:/\p{{L}}+)?[\s,،./’'-]{{0,3}}(?:(?:del?|of)\s)?{_YEAR}",
    rf"{_MONTH}\s{{0,2}}(?P<d>\d{{1,2}})\s?(?:st|nd|rd|th)?[\s,.]{{1,3}}{_YEAR}",  # May 25th, 2018
    rf"(?<!\d){_YEAR}[.,]?\s?(?:m\.?|год[а-я]?)?\s?{_MONTH}\s(?P<d>\d{{1,2}})(?!\d)",  # 2018. május 25., 2018 m. gegužės 25 d.
    rf"(?<!\d){_YEAR}\.?\s?gada\s(?P<d>\d{{1,2}})\.\s?{_MONTH}",  # 2018. gada 25. maijs
    rf"(?<!\d){_YEAR}\s?[年년]\s?(?P<n>\d{{1,2}})\s?[月월]\s?(?P<d>\d{{1,2}})(?!\d)\s?[日일号號]?",
    r"(?P<era>\L<eras>)\s?(?P<e>\d{1,3}|元)\s?年\s?(?P<n>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日",
    rf"(?<![\d.,/-]){_YEAR}\s?(?P<s>{_SEP})\s?(?P<n>\d{{1,2}})\s?(?P=s)\s?(?P<d>\d{{1,2}})(?![\d/])",  # 2018-05-25, 2018. 5. 25.
    rf"(?<![\d.,/-])(?P<a>\d{{1,2}})\s?(?P<s>{_SEP})\s?(?P<b>\d{{1,2}})\s?(?P=s)\s?{_YEAR}",  # 25.05.2018, 05/25/2018
    rf"(?<![\d.,/-])(?P<a>\d{{1,2}})(?P<s>{_SEP})(?P<b>\d{{1,2}})(?P=s)(?P<yy>\d\d)(?![\d/-]|\.\d)",  # 25.05.18
    rf"{_MONTH}[\s,/-]{{1,3}}(?:(?:del?|of)\s)?{_YEAR}(?!\s?[./-]\s?\d)",  # May 2018
    rf"(?<!\d){_YEAR}\s?[年년]\s?(?P<n>\d{{1,2}})\s?[月월](?!\s?\d)",  # 2018年5月
    rf"(?<!\d){_YEAR}[.,]?\s(?:m\.?\s)?{_MONTH}(?!\s?\d)",  # 2018. május
    rf"(?<![\d./-])(?P<n>0?[1-9]|1[0-2])/{_YEAR}(?![/\d])",  # 05/2018
)


def forms_able(text: str, start: int, end: int) -> Iterator[regex.Pattern[str]]:
    """The forms of which a stretch has what they need: most have a year and nothing else of a date."""
    month = _month_name().search(text, start, end) is not None
    for signs, form in forms_of_dates():
        if any(text.find(sign, start, end) >= 0 for sign in signs) if signs else month:
            yield form


@cache
def _month_name() -> regex.Pattern[str]:
    return regex.compile(_MONTH, months=list(MONTH_NUMBERS))


@cache
def forms_of_dates() -> tuple[tuple[str, regex.Pattern[str]], ...]:
    """Each form with the signs of which a date of it has one; "" if it has the name of a month."""
    names = list(MONTH_NUMBERS)
    return tuple(
        (_signs(form), regex.compile(form, months=names, eras=list(ERAS), ignore_unused=True)) for form in _FORMS
    )


def _signs(form: str) -> str:
    if _MONTH in form:
        return ""
    return next(signs for part, signs in ((_SEP, "./-‐–"), ("年", "年년"), ("/", "/")) if part in form)
