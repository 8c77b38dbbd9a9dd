"""The name of a version that stays, as text: site, day on which it was first seen, wording."""

from __future__ import annotations

LENGTH = 8  # hexadecimal digits of the wording: one in 4 billion, among the few wordings of one site


def cite(site: str, first_seen: str, wording: str) -> str:
    """Return the name of a version of which these are known.

    :param first_seen: ISO 8601.

    >>> cite("example.com", "2018-05-25T10:30:00Z", "1f3a9c2e5d77")
    'example.com@2018-05-25.1f3a9c2e'
    """
    return f"{site}@{first_seen[:10]}.{wording[:LENGTH]}"
