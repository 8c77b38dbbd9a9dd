"""What a match says in numbers: durations as ISO 8601, ages in years, articles as they are cited.

duration("two", "years") ──► "P2Y"        age("13") ──► "13"        article("6", "(1) (f)") ──► "6(1)(f)"
"""

from __future__ import annotations

import re
from typing import Final

# Cardinal numbers as policies spell them, by language; above them digits are written.
_NUMBERS: Final = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen",
    "de": "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze",
    "es": "un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince",
    "it": "un due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici",
    "nl": "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien",
    "pt": "um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze",
}
_OTHERS: Final = {
    "a": 1,
    "an": 1,
    "twenty": 20,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty-one": 21,
    "twenty-four": 24,
    "thirty-six": 36,
    "einen": 1,
    "einem": 1,
    "eines": 1,
    "eine": 1,
    "einer": 1,
    "dreißig": 30,
    "une": 1,
    "trente": 30,
    "vingt-quatre": 24,
    "una": 1,
    "uno": 1,
    "treinta": 30,
    "trenta": 30,
    "één": 1,
    "dertig": 30,
    "uma": 1,
    "duas": 2,
    "trinta": 30,
    "zwanzig": 20,
    "vingt": 20,
    "veinte": 20,
    "venti": 20,
    "twintig": 20,
    "vinte": 20,
    "dix-huit": 18,
    "dieciocho": 18,
    "diciotto": 18,
    "dezoito": 18,
    "vierundzwanzig": 24,
    "veinticuatro": 24,
    "ventiquattro": 24,
    "vinte e quatro": 24,
    "sechsunddreißig": 36,
    "trente-six": 36,
    "trentasei": 36,
    "soixante": 60,
}
_WORDS: Final = {
    word: number for words in _NUMBERS.values() for number, word in enumerate(words.split(), start=1)
} | _OTHERS
NUMBER: Final = r"\d{1,4}|" + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_UNITS: Final = {
    "H": "hour hours stunde stunden heure heures hora horas ora ore uur uren",
    "D": "day days tag tage tagen jour jours día días dia giorno giorni dag dagen dias",
    "W": "week weeks woche wochen semaine semaines semana semanas settimana settimane weken",
    "M": "month months monat monate monaten mois mes meses mese mesi maand maanden mês",
    "Y": "year years jahr jahre jahren an ans année années año años anno anni jaar jaren ano anos",
}
_UNIT: Final = {word: letter for letter, words in _UNITS.items() for word in words.split()}
UNIT: Final = "|".join(sorted(map(re.escape, _UNIT), key=len, reverse=True))
_DURATION: Final = re.compile(r"PT?(\d{1,9})([HDWMY])")
_SENTENCE: Final = re.compile(
    r"\b(?:s\.|satz|sent\.|sentence|uabs\.?|unterabsatz) ?\(?\d\)?|\bn\.?(?=[º°])"
)  # no part of an article
_ROMAN: Final = re.compile(r"\b(i{1,3})\b(?=\W)")  # a paragraph, as they cite it in short: "Art. 6 I lit. b"
_PARTS: Final = re.compile(r"\(\s*(\w{1,5})\s*\)|\b([a-z])\b|\b(\d{1,2})(?![0-9g-z])|(?<=\d)([a-z])\b")


def number(text: str) -> int | None:
    """Return a number written in digits or words; None for another word.

    >>> number("12"), number("zwölf"), number("some")
    (12, 12, None)
    """
    bare = text.strip().lower()
    return int(bare) if bare.isdigit() else _WORDS.get(bare)


def duration(amount: str, unit: str) -> str:
    """Return a duration as ISO 8601 writes it, in the unit of the text; "" where it cannot be read.

    >>> duration("two", "years"), duration("72", "hours"), duration("30", "Tage")
    ('P2Y', 'PT72H', 'P30D')
    """
    count, letter = number(amount), _UNIT.get(unit.strip().lower(), "")
    if count is None or not letter:
        return ""
    return f"PT{count}H" if letter == "H" else f"P{count}{letter}"


def days(value: str) -> float:
    """Return about how many days a duration of ours is, so that durations can be sorted.

    >>> days("P2Y"), days("PT12H")
    (730.5, 0.5)
    """
    count = int(re.sub(r"\D", "", value))
    return count * {"H": 1 / 24, "D": 1, "W": 7, "M": 30.4375, "Y": 365.25}[value[-1]]


def in_words(value: str) -> str:
    """Return a value as a person reads it: a duration in words, any other as it is.

    >>> in_words("P14D"), in_words("P1Y"), in_words("PT72H"), in_words("6(1)(f)")
    ('14 days', '1 year', '72 hours', '6(1)(f)')
    """
    found = _DURATION.fullmatch(value)
    if not found:
        return value
    count, unit = int(found[1]), {"H": "hour", "D": "day", "W": "week", "M": "month", "Y": "year"}[found[2]]
    return f"{count} {unit}{'' if count == 1 else 's'}"


def article(text: str, rest: str) -> str:
    """Return an article as it is cited, whatever spaces and signs stand between its parts.

    >>> article("6", " (1) (f)"), article("6", " Abs. 1 S. 1 lit. f"), article("6", " I lit. f"), article("13", "")
    ('6(1)(f)', '6(1)(f)', '6(1)(f)', '13')
    """
    read = _SENTENCE.sub("", rest.lower()).replace("eerste lid", "1").replace("tweede lid", "2")
    read = _ROMAN.sub(lambda match: str(len(match[1])), read)
    parts = ["".join(one) for one in _PARTS.findall(read)]
    return text + "".join(f"({part})" for part in parts[:3])
