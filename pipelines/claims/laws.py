"""When the laws and frameworks applied that policies name: the days of data/rules/laws.toml, each with its source.

    law("gdpr") ──► Law(name, applies since 2018-05-25, source)      applied(law("privacy_shield")) ──► "applied 2016-08-01 to 2020-07-16"

A claim says that a policy names a law. Whether the law applied on the day of a version is another question, and these days
answer it. A day is the first on which the law applied, not the one on which it was adopted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from pipelines.claims.rules import ANY_LANGUAGE, rules


@dataclass(frozen=True, slots=True)
class Law:
    """A law or framework.

    :param since: the first day on which it applied.
    :param until: the day on which it ceased to apply, None where it still does.
    :param source: the address that says so.
    """

    subject: str
    name: str
    since: date
    until: date | None
    source: str

    def in_force(self, day: date) -> bool:
        """Tell whether it applied on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@cache
def laws() -> dict[str, Law]:
    """Return the laws that rules find, by the subject of their claims."""
    return {
        rule.subject: Law(
            rule.subject,
            rule.name,
            date.fromisoformat(rule.valid_from),
            date.fromisoformat(rule.valid_until) if rule.valid_until else None,
            rule.source,
        )
        for rule in rules().of(ANY_LANGUAGE).rules
        if rule.category == "law"
    }


def law(subject: str) -> Law | None:
    """Return the law of a claim's subject, None for a subject that is no law.

    >>> law("gdpr").name
    'General Data Protection Regulation (EU) 2016/679'
    """
    return laws().get(subject)


def applied(one: Law) -> str:
    """Say when a law applied, as it is shown beside its name.

    >>> applied(law("gdpr")), applied(law("privacy_shield"))
    ('applies since 2018-05-25', 'applied 2016-08-01 to 2020-07-16')
    """
    return f"applied {one.since} to {one.until}" if one.until else f"applies since {one.since}"
