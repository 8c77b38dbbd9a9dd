"""Names of months and weekdays in all languages of one table, and which words of a text are part of a date.

    CLDR_MONTHS, CLDR_WEEKDAYS (calendar_names.py, generated) + MORE_MONTHS ──► MONTHS, WEEKDAYS, MONTH_NUMBERS
    the words of a block, its language ──date_marks──► for each word: no part of a date, a name, or a date

Reading finds dates by these names (pipelines/reading/dates), and the class of a change by the same ones
(pipelines/versions/changes.py): what one takes for a date is no edit for the other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from functools import cache
from typing import Final

import regex

from pipelines.text.calendar_names import CLDR_MONTHS, CLDR_WEEKDAYS
from pipelines.text.folding import fold, letters
from pipelines.text.wording import words

# What CLDR leaves out: other cases, short forms, spellings without umlauts, Levantine and Maghrebi Arabic.
MORE_MONTHS: Final[Mapping[str, Mapping[int, str]]] = {
    "ar": {
        1: "كانون الثاني/جانفي",
        2: "شباط/فيفري",
        3: "آذار",
        4: "نيسان/أفريل",
        5: "أيار/ماي",
        6: "يونيه/حزيران/جوان",
        7: "يوليه/تموز/يوليوز/جويلية",
        8: "آب/غشت/أوت",
        9: "أيلول/شتنبر",
        10: "تشرين الأول",
        11: "تشرين الثاني/نونبر",
        12: "كانون الأول/دجنبر",
    },
    "da": {9: "sept"},
    "de": {1: "jänner", 2: "feber", 3: "maerz/mrz"},
    "el": {
        1: "ιανουάριο",
        2: "φεβρουάριο",
        3: "μάρτιο",
        4: "απρίλιο",
        5: "μάιο",
        6: "ιούνιο",
        7: "ιούλιο",
        8: "αύγουστο",
        9: "σεπτέμβριο",
        10: "οκτώβριο",
        11: "νοέμβριο",
        12: "δεκέμβριο",
    },
    "en": {9: "sept"},
    "es": {9: "setiembre/sep"},
    "et": {
        1: "jaanuaril",
        2: "veebruaril",
        3: "märtsil",
        4: "aprillil",
        5: "mail",
        6: "juunil",
        7: "juulil",
        8: "augustil",
        9: "septembril",
        10: "oktoobril",
        11: "novembril",
        12: "detsembril",
    },
    "fr": {2: "fév"},
    "he": {3: "מרס"},
    "hi": {2: "फरवरी", 9: "सितम्बर", 10: "अक्तूबर", 11: "नवम्बर", 12: "दिसम्बर"},
    "hr": {11: "studenog"},
    "lv": {
        1: "janvāra/janvārī",
        2: "februāra/februārī",
        3: "marta/martā",
        4: "aprīļa/aprīlī",
        5: "maija/maijā",
        6: "jūnija/jūnijā",
        7: "jūlija/jūlijā",
        8: "augusta/augustā",
        9: "septembra/septembrī",
        10: "oktobra/oktobrī",
        11: "novembra/novembrī",
        12: "decembra/decembrī",
    },
    "nb": {9: "sept"},
    "nl": {9: "sept"},
    "ru": {2: "фев", 9: "сен"},
    "sl": {
        1: "januarja",
        2: "februarja",
        3: "marca",
        4: "aprila",
        5: "maja",
        6: "junija",
        7: "julija",
        8: "avgusta",
        9: "septembra",
        10: "oktobra",
        11: "novembra",
        12: "decembra",
    },
    "sv": {6: "jun", 7: "jul", 9: "sept"},
}
SAME_NAMES: Final = {"no": "nb", "nn": "nb"}  # Norwegian's codes
# Of a clock beside a date, and of an ordinal that stands apart ("1 st").
_CLOCK: Final = frozenset({"am", "pm", "utc", "gmt", "st", "nd", "rd", "th"})
# Between the parts of a date: "25th day of May", "25 de mayo del 2018", "2018 m. gegužės 25", "2018. gada 25. maijs".
_JOINTS: Final = frozenset("of day the de del da do d le ta m г года год р року gada".split())
_NUMBER: Final = regex.compile(r"\p{Nd}+(?:st|nd|rd|th|er|re|e|o|a|η|го|е|년|월|일)?")
_LONG: Final = 4  # letters
_NEAR: Final = 3  # words: "25th day of May", "25 de mayo de 2018", "Monday, 25 May"


def _forms(names: str) -> Iterator[tuple[str, ...]]:
    return (tuple(form.strip() for form in name.split("/")) for name in names.split(","))


def _months(language: str) -> tuple[tuple[str, ...], ...]:
    more = MORE_MONTHS.get(language, {})
    return tuple(
        (*forms, *(more[number].split("/") if number in more else ()))
        for number, forms in enumerate(_forms(CLDR_MONTHS[language]), start=1)
    )


# language -> its twelve months, its seven weekdays from Monday, each with its forms
MONTHS: Final = {language: _months(language) for language in CLDR_MONTHS}
WEEKDAYS: Final = {language: tuple(_forms(names)) for language, names in CLDR_WEEKDAYS.items()}


def _month_numbers() -> dict[str, dict[str, int]]:
    names: dict[str, dict[str, int]] = {}
    for language, months in MONTHS.items():
        for number, forms in enumerate(months, start=1):
            for form in forms:
                folded = fold(letters(unicodedata.normalize("NFKC", form)))
                names.setdefault(folded, {})[language] = number
                if language == "he":
                    names["ב" + folded] = {language: number}  # "in"
    return names


MONTH_NUMBERS: Final = _month_numbers()  # folded name -> language -> number of the month


def is_month(word: str) -> bool:
    """Tell whether a word names a month in any language."""
    return fold(word) in MONTH_NUMBERS


# words of a text


class Mark(IntEnum):
    """What a word is: no part of a date; a name of a month or day by itself, which may be another word ("may", "sun");
    a number, or a name beside one.
    """

    NONE = 0
    NAME = 1
    DATE = 2


def is_number(word: str) -> bool:
    """Tell whether a word is a number, an ordinal, or one with its unit in a date.

    >>> [is_number(word) for word in ("25", "25th", "5월", "may", "b2b")]
    [True, True, True, False, False]
    """
    return _NUMBER.fullmatch(word) is not None


@cache
def _sequences(language: str) -> frozenset[tuple[str, ...]]:
    """Names in the words of `wording.words`, folded. Short ones of other languages are words of this one ("ago", "set",
    "out"), and left out where the language is one of ours; the language of a short text may be told wrongly.
    """
    base = language.partition("-")[0].lower()
    base = SAME_NAMES.get(base, base)
    found: set[tuple[str, ...]] = {(word,) for word in _CLOCK}
    for one in MONTHS:
        least = _LONG if base in MONTHS and one not in (base, "en") else 1
        for form in (form for forms in (*MONTHS[one], *WEEKDAYS[one]) for form in forms):
            sequence = tuple(fold(letters(word)) for word in words(form))
            if sequence and sum(map(len, sequence)) >= least:
                found.add(sequence)
                if one == "he":
                    found.add(("ב" + sequence[0], *sequence[1:]))
    return frozenset(found)


@cache
def _single_words(language: str) -> frozenset[str]:
    return frozenset(word for sequence in _sequences(language) for word in sequence)


def may_be_date(word: str, language: str = "") -> bool:
    """Tell quickly, of a word without those beside it, whether it may be part of a date."""
    folded = fold(letters(word))
    return is_number(word) or folded in _JOINTS or folded in _single_words(language)


def date_marks(block: Sequence[str], language: str = "") -> list[Mark]:
    """Say of each word of a block whether it is part of a date.

    :param block: words as `wording.words` gives them.
    :param language: code of the text's language, "" if unknown.

    >>> date_marks(["we", "may", "change", "this"], "en") == [Mark.NONE, Mark.NAME, Mark.NONE, Mark.NONE]
    True
    >>> date_marks(["updated", "3", "května", "2019"], "cs") == [Mark.NONE, Mark.DATE, Mark.DATE, Mark.DATE]
    True
    """
    marks = [Mark.DATE if is_number(word) else Mark.NONE for word in block]
    numbers = [at for at, mark in enumerate(marks) if mark]
    folded = [fold(letters(word)) for word in block]
    sequences = _sequences(language)
    longest = max(map(len, sequences))
    for at in range(len(block)):
        for length in range(min(longest, len(block) - at), 0, -1):
            if tuple(folded[at : at + length]) in sequences:
                near = any(at - _NEAR <= number < at + length + _NEAR for number in numbers)
                for place in range(at, at + length):
                    marks[place] = max(marks[place], Mark.DATE if near else Mark.NAME)
                break
    _mark_joints(marks, folded)
    return marks


def _mark_joints(marks: list[Mark], folded: Sequence[str]) -> None:
    """Mark the words that join the parts of a date: they are its own where a date before and behind has them between."""
    begun: int | None = None
    for at, mark in enumerate(marks):
        if mark is Mark.DATE:
            if begun is not None:
                marks[begun:at] = [Mark.DATE] * (at - begun)
            begun = at + 1
        elif folded[at] not in _JOINTS:
            begun = None
