"""The names of months and weekdays are those of CLDR, and a word is marked as part of a date where it is one."""

import pytest

from pipelines.text import calendar_names
from pipelines.text.calendar import MONTHS, WEEKDAYS, Mark, date_marks
from tests.generators.calendar_names import LANGUAGES, generated

SOME = ("cs", "hi", "he", "lv")  # all: python -m tests.generators.calendar_names --check


def test_the_table_is_what_babel_says():
    committed = {one: (calendar_names.CLDR_MONTHS[one], calendar_names.CLDR_WEEKDAYS[one]) for one in SOME}
    assert generated(SOME) == committed


def test_every_language_has_all_its_names():
    assert set(MONTHS) == set(WEEKDAYS) == set(LANGUAGES)
    assert {len(months) for months in MONTHS.values()} == {12}
    assert {len(days) for days in WEEKDAYS.values()} == {7}
    assert all(form for table in (MONTHS, WEEKDAYS) for names in table.values() for forms in names for form in forms)


@pytest.mark.parametrize(
    ("block", "language", "marks"),
    [
        ("we may share", "en", "010"),
        ("on 25 may 2018", "en", "0222"),
        ("the 25th day of may", "en", "02222"),
        ("25 كانون الثاني 2018", "ar", "2222"),
        ("الطرف الثاني", "ar", "00"),  # "the second party"
        ("30 days ago", "en", "200"),
        ("30 ago 2018", "it", "222"),
        ("30 august 2018", "de-AT", "222"),
        ("3 maja 2019", "", "222"),
        ("25 de mayo del 2018 de nosotros", "es", "2222200"),
        ("30 of our users", "en", "2000"),
    ],
)
def test_marks(block, language, marks):
    assert date_marks(block.split(), language) == [Mark(int(mark)) for mark in marks]
