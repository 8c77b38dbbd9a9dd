"""Names of claims as people write them: `retention`, `rights.access`, `sale.denied`, `retention.period.P30D`.

    selector("sale.denied") ──► a test of What

The first part is a category; `sale.*` is all of it, as `sale` is. Each further part is a subject, a polarity (stated, denied, conditional, unclear) or a value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crawler.archives.errors import ConfigError
from history.claims.what import What
from pipelines.claims.model import POLARITY_NAMES
from pipelines.claims.parties import party_ids
from pipelines.claims.rules import rules

_NAMES = {polarity: name for name, polarity in POLARITY_NAMES.items()}


def name_of(what: What) -> str:
    """Return the name by which `selector` finds a claim, whatever its value: `sale.sell.denied`."""
    return f"{what.name}.{_NAMES[what.polarity]}"


def meant(names: Sequence[str]) -> Callable[[What], bool]:
    """Return the test whether a claim is one of those that are named; all are where none is.

    :raises ConfigError: a name is none.
    """
    tests = [selector(name) for name in names]
    return lambda what: not tests or any(test(what) for test in tests)


def selector(text: str) -> Callable[[What], bool]:
    """Return the test whether a claim is meant.

    :raises ConfigError: there is no such category, or the category has no such subject.
    """
    category, *parts = text.strip().removesuffix(".*").split(".")
    known = rules()
    if category not in known.categories:
        raise ConfigError(f"there is no category {category!r} of claims; name one of {', '.join(known.categories)}")
    subjects = {rule.subject for rule in known.rules if rule.category == category}
    subjects |= party_ids() if category == "party" else set()
    subject = next((part for part in parts if part in subjects), None)
    polarity = next((POLARITY_NAMES[part] for part in parts if part in POLARITY_NAMES and part != subject), None)
    values = [part for part in parts if part != subject and part not in POLARITY_NAMES]
    if values and not any(rule.value for rule in known.rules if rule.category == category):
        raise ConfigError(f"{category} has no claim {values[0]!r}; it has {', '.join(sorted(subjects)[:30])}")

    def means(what: What) -> bool:
        return (
            what.category == category
            and (subject is None or what.subject == subject)
            and (polarity is None or what.polarity == polarity)
            and (not values or what.value == ".".join(values))
        )

    return means
