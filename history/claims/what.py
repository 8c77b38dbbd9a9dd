"""What is claimed, whichever sentence says it: `retention.period 30 days`, `sale.sell no`."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.claims.laws import applied, law
from pipelines.claims.model import Polarity
from pipelines.claims.parties import party_of_domain
from pipelines.claims.values import in_words


@dataclass(frozen=True, slots=True)
class What:
    """What is claimed, whichever sentence says it."""

    category: str
    subject: str
    polarity: Polarity
    value: str

    @property
    def name(self) -> str:
        """`retention.period`."""
        return f"{self.category}.{self.subject}"

    @property
    def applied(self) -> str:
        """When the law applied that is named (`applies since 2018-05-25`); "" of what is no law."""
        named = law(self.subject) if self.category == "law" else None
        return applied(named) if named else ""

    def __str__(self) -> str:
        """`retention.period 30 days`, `sale.sell no`: "yes" goes without saying."""
        says = "" if self.polarity is Polarity.YES else self.polarity.value
        return " ".join(part for part in (self.name, in_words(self.value) if self.value else "", says) if part)


def own_party(site: str) -> What:
    """Return the claim by which a site would name its own company: that is no third party."""
    return What("party", party_of_domain(site), Polarity.YES, "")
