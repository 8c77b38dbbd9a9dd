"""Companies that a text names. (List: data/rules/parties.tsv.)"""

from __future__ import annotations


def parties(text: str) -> list[str]:  # noqa: ARG001
    """Return the companies that a text names."""
    return []
