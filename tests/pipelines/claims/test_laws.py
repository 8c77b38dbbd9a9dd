"""Every law that rules find has the days on which it applied, and their source."""

from datetime import date

import pytest

from pipelines.claims.laws import applied, law, laws
from pipelines.claims.rules import rules

NAMED = sorted(rule.subject for rule in rules().rules if rule.category == "law")


@pytest.mark.parametrize("subject", NAMED)
def test_each_law_has_days_and_a_source(subject):
    one = laws()[subject]
    assert one.name
    assert one.source.startswith(("https://", "http://"))
    assert date(1970, 1, 1) < one.since < (one.until or date(2030, 1, 1))


@pytest.mark.parametrize(
    ("subject", "day", "expected"),
    [
        ("gdpr", date(2018, 5, 24), False),
        ("gdpr", date(2018, 5, 25), True),
        ("ccpa", date(2020, 1, 1), True),
        ("safe_harbor", date(2015, 10, 5), True),
        ("safe_harbor", date(2015, 10, 6), False),
        ("privacy_shield", date(2016, 7, 31), False),
        ("privacy_shield", date(2020, 7, 15), True),
        ("privacy_shield", date(2020, 7, 16), False),
        ("dpf", date(2023, 7, 10), True),
    ],
)
def test_a_law_is_in_force_between_its_days(subject, day, expected):
    assert law(subject).in_force(day) is expected


def test_what_is_shown():
    assert applied(law("gdpr")) == "applies since 2018-05-25"
    assert applied(law("privacy_shield")) == "applied 2016-08-01 to 2020-07-16"
    assert law("period") is None
