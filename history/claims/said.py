"""The claims of texts: each distinct block is matched once for all texts that have it under the same heading.

read_said(db, text ids) ──► {text id: Said(claim, its sentence, its heading)…}, in reading order
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from history.texts import read_texts_with_languages
from pipelines.claims.context import contexts
from pipelines.claims.laws import applied, law
from pipelines.claims.match import claims
from pipelines.claims.model import Claim, Context, Polarity
from pipelines.claims.parties import party_of_domain
from pipelines.claims.plain import plain
from pipelines.claims.values import in_words
from pipelines.model import Block
from pipelines.text.sentences import sentences


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


@dataclass(frozen=True, slots=True)
class Said:
    """A claim where it stands.

    :param key: the words of the sentence (pipelines.text.wording), by which it is the same in other versions.
    :param sentence: as it reads, without markup. :param lead: the sentence that introduces its list, "" for none.
    """

    what: What
    rule: str
    key: tuple[str, ...]
    sentence: str
    heading: str
    lead: str


def own_party(site: str) -> What:
    """Return the claim by which a site would name its own company: that is no third party."""
    return What("party", party_of_domain(site), Polarity.YES, "")


def read_said(db: sqlite3.Connection, text_ids: Iterable[int]) -> dict[int, tuple[Said, ...]]:
    """Return what texts claim.

    :param db: of history.database.open_database.
    """
    known: dict[tuple[Block, Context, str], tuple[Said, ...]] = {}
    return {
        text_id: said_of(blocks, languages, known)
        for text_id, (blocks, languages) in read_texts_with_languages(db, text_ids).items()
    }


def said_of(
    blocks: tuple[Block, ...],
    languages: tuple[str, ...],
    known: dict[tuple[Block, Context, str], tuple[Said, ...]],
) -> tuple[Said, ...]:
    """Return what one text claims. :param known: blocks that were read before, filled here."""
    found: list[Said] = []
    for block, context, language in zip(blocks, contexts(blocks), languages, strict=True):
        key = (block, context, language)
        if key not in known:
            known[key] = said_at(block, context, language)
        found += known[key]
    return tuple(found)


def said_at(block: Block, context: Context, language: str) -> tuple[Said, ...]:
    """Return what one block claims where it stands."""
    return tuple(_said(block, context, one) for one in claims(block, context, language))


def _said(block: Block, context: Context, claim: Claim) -> Said:
    sentence = sentences(block.markdown)[claim.sentence]
    what = What(claim.category, claim.subject, claim.polarity, claim.value)
    return Said(what, claim.rule, sentence.key, plain(sentence.text), context.heading, context.lead)
