"""The claims of a block: every rule of its language that has a word in it, on each of its sentences.

    claims(block, Context(heading, lead), "en") ──► Claim…

A sentence is read behind the lead-in of its list ("We do not:" + "sell your data"), and a match must reach into the
sentence itself. A block without any word of a rule costs one look at its words. Whatever a page holds, work is bounded:
blocks are read up to MAX_CHARS, sentences up to MAX_SENTENCE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipelines.claims.model import Claim, Context, Polarity
from pipelines.claims.parties import parties
from pipelines.claims.plain import plain
from pipelines.claims.rules import ANY_LANGUAGE, Rule, RuleSet, group, rules
from pipelines.claims.scope import polarity
from pipelines.claims.values import article, duration, number
from pipelines.model import Block, BlockKind
from pipelines.text.sentences import sentences

MAX_CHARS: Final = 50_000  # of a block; the longest of 73 real histories has 31,000
MAX_SENTENCE: Final = 2_000  # characters; what is longer is a table or a list without stops
_SILENT: Final = frozenset((BlockKind.TITLE, BlockKind.HEADING))  # they name a subject, and say nothing of it


def claims(block: Block, context: Context, language: str, ruleset: RuleSet | None = None) -> list[Claim]:
    """Return what a block says, in the order of its sentences.

    :param language: of the block, as the store has it; one without rules has names of laws and companies alone.
    """
    if block.kind in _SILENT or len(block.markdown) > MAX_CHARS:
        return []
    known = ruleset or rules()
    code = language if language in known.languages else ANY_LANGUAGE
    if not known.candidates(f"{context.lead} {block.markdown}".lower(), code) and not parties(block.markdown):
        return []
    found: dict[Claim, None] = {}
    for index, one in enumerate(sentences(block.markdown)):
        text = plain(one.text)[:MAX_SENTENCE]
        lead = f"{context.lead} " if context.lead else ""
        whole = lead + text
        for rule in known.candidates(whole.lower(), code):
            for claim in _by_rule(rule, whole, len(lead), context, known, index):
                found.setdefault(claim)
        for name in parties(text):
            found.setdefault(Claim("party", name, Polarity.YES, "", "party.named", index))
    return list(found)


def _by_rule(rule: Rule, text: str, begin: int, context: Context, known: RuleSet, sentence: int) -> Iterator[Claim]:
    if rule.under and not (rule.under.search(context.heading) or (context.lead and rule.under.search(context.lead))):
        return
    if rule.forbidden and rule.forbidden.search(text):
        return
    for match in rule.any.finditer(text):
        if match.end() <= begin or (rule.outside and rule.outside.search(match.group())):
            continue
        value = _value(rule, match)
        if rule.value and not value:
            continue
        said = rule.polarity or _scoped(rule, match, text, begin, known)
        if said is not None:
            yield Claim(rule.category, rule.subject, said, value, rule.id, sentence)


def _scoped(rule: Rule, match: re.Match[str], text: str, begin: int, known: RuleSet) -> Polarity | None:
    """The colon of a lead-in ends no clause: what it denies, it denies of every item."""
    _verb, start = group(match, "v")
    joined = f"{text[:begin].rstrip(' :'):{begin}}{text[begin:]}" if begin else text
    return polarity(joined, start if start >= 0 else match.start(), known.scopes[rule.language])


def _value(rule: Rule, match: re.Match[str]) -> str:
    if rule.value == "duration":
        return duration(group(match, "n")[0], group(match, "unit")[0])
    if rule.value == "age":
        years = number(group(match, "n")[0])
        return str(years) if years and 5 <= years <= 21 else ""
    if rule.value == "article":
        return article(group(match, "n")[0], group(match, "rest")[0])
    return group(match, "value")[0].lower() if rule.value else ""
