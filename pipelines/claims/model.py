"""What a claim is: the result of one rule on one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Polarity(StrEnum):
    """What a sentence says of a practice or a right.

    A permission ("we may sell") is `yes`: the policy allows it. What two careful readers could read in two ways is
    `unclear`, and shown as such.
    """

    YES = "yes"
    NO = "no"
    CONDITIONAL = "conditional"
    UNCLEAR = "unclear"


# The words by which people name a polarity: `sale.denied` is the category sale with the polarity no.
POLARITY_NAMES = {
    "stated": Polarity.YES,
    "denied": Polarity.NO,
    "conditional": Polarity.CONDITIONAL,
    "unclear": Polarity.UNCLEAR,
}


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a block and gives its sentences their meaning.

    :param heading: the words of the nearest heading, "" before the first.
    :param lead: the sentence that introduces the list of which the block is an item ("We do not:"), "" where none does.
    :param columns: of a table's row: what introduces each of its cells, the header of its column ("Retention period:").
    """

    heading: str = ""
    lead: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """What one sentence says, as one rule reads it.

    :param category, subject: what it is about: `rights` and `access`, `sale` and `sell`, `law` and `gdpr`.
    :param polarity: what the sentence says of it.
    :param value: a duration (P30D), an age, an article, an address; "" where the subject says everything.
    :param rule: id of the rule.
    :param sentence: its number in the block, from 0.
    """

    category: str
    subject: str
    polarity: Polarity
    value: str
    rule: str
    sentence: int

    @property
    def name(self) -> str:
        """`rights.access`."""
        return f"{self.category}.{self.subject}"
