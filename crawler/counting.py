"""Numbers with their nouns: count(1, "policy", "policies") ──► "1 policy"; count(1200, "site") ──► "1,200 sites"."""

from __future__ import annotations


def count(number: int, one: str, many: str = "") -> str:
    """Return a number and its noun, in the singular where it is 1.

    :param many: the plural, where it is not `one` with an s.

    >>> count(0, "site"), count(1, "site"), count(1200, "policy", "policies")
    ('0 sites', '1 site', '1,200 policies')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
