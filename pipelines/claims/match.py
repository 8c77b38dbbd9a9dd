"""The claims of a block: every rule of its language that has a word in it, on each of its sentences.

    claims(block, Context(heading, lead), "en") ──► Claim…

A sentence is read behind the lead-in of its list ("We do not:" + "sell your data"), and a match must reach into the
sentence itself. A question, a definition ("Retention" means …) and a title state nothing: of them only the laws and
companies count that they name. A sentence without any word of a rule costs one look at its words, and a rule is tried only
where its needles are (needles.py). Whatever a page holds, work is bounded:
blocks are read up to MAX_CHARS, sentences up to MAX_SENTENCE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipelines.claims.model import Claim, Context, Polarity
from pipelines.claims.needles import needles, possible
from pipelines.claims.parties import parties
from pipelines.claims.plain import plain
from pipelines.claims.rules import ANY_LANGUAGE, Rule, RuleSet, Scope, group, rules
from pipelines.claims.scope import polarity
from pipelines.claims.values import article, duration, number
from pipelines.model import Block, BlockKind
from pipelines.text.sentences import sentences

MAX_CHARS: Final = 500_000  # of a block; terms laid out as a table are one of 60,000
MAX_SENTENCE: Final = 2_000  # characters; what is longer is a table or a list without stops
MAX_REACH: Final = 80  # characters of an item that its lead-in may reach into
MAX_TITLE: Final = 80  # characters
_SMALL: Final = frozenset("a an and at by for from in of on or the to with your".split())  # in small letters in a title
_IN_LINES: Final = frozenset(("contact",))  # categories that addresses state: lines without stops, no titles
_STATED: Final = re.compile(r":\s*\d")  # "Storage: 12 Months" says something
_NUMBERING: Final = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){1,3}\.?|\d{1,2}[.)]|\(?[a-z]{1,4}\))\s+")
_SILENT: Final = frozenset((BlockKind.TITLE, BlockKind.HEADING))  # they name a subject, and say nothing of it


def claims(block: Block, context: Context, language: str, ruleset: RuleSet | None = None) -> list[Claim]:
    """Return what a block says, in the order of its sentences.

    :param language: of the block, as the store has it; one without rules has names of laws and companies alone.
    """
    if block.kind in _SILENT or len(block.markdown) > MAX_CHARS:
        return []
    known = ruleset or rules()
    code = language if language in known.languages else ANY_LANGUAGE
    lead = f"{_NUMBERING.sub('', context.lead, count=1)} " if context.lead else ""
    small_lead = lead.lower()
    found: dict[tuple[str, str, Polarity, str, int], Claim] = {}  # what two rules say alike is one claim, of the first
    for index, one in enumerate(sentences(block.markdown)):
        text = _NUMBERING.sub("", plain(one.text), count=1) if lead else plain(one.text)
        text = text[:MAX_SENTENCE]
        small = small_lead + text.lower()
        silent: bool | None = None  # told where a rule asks
        title = False
        for rule in known.candidates(small, code):
            whole, begin = (lead + text, len(lead)) if rule.case else (small, len(small_lead))
            if not possible(needles(rule.sources), whole):
                continue
            if rule.language != ANY_LANGUAGE:
                if silent is None:
                    silent = _states_nothing(small[len(small_lead) :], known.scopes.get(code))
                    title = not lead and _is_title(text)
                if silent or (title and rule.category not in _IN_LINES):
                    continue
            for claim in _by_rule(rule, whole, begin, context, known, index):
                found.setdefault((claim.category, claim.subject, claim.polarity, claim.value, index), claim)
        for name in parties(text):
            found["party", name, Polarity.YES, "", index] = Claim("party", name, Polarity.YES, "", "party.named", index)
    return list(found.values())


def _states_nothing(small: str, scope: Scope | None) -> bool:
    return small.rstrip(' "*)').endswith("?") or (scope is not None and bool(scope.silent.search(small)))


def _is_title(text: str) -> bool:
    """Whether a sentence is a title that was written as a paragraph or before one: capitals at all words but small ones."""
    bare = text.rstrip(" .:")
    stopped = bare != text and (text.isupper() or not bare.replace(" ", "").replace("-", "").isalpha())
    says = stopped or len(bare) > MAX_TITLE or not bare[-1:].isalnum() or _STATED.search(text)
    words = [] if says else bare.split()
    return len(words) > 1 and all(not word[0].islower() or word in _SMALL for word in words)


def _by_rule(rule: Rule, text: str, begin: int, context: Context, known: RuleSet, sentence: int) -> Iterator[Claim]:
    text, begin = (text[begin:], 0) if rule.item else (text, begin)
    if (rule.needs and not rule.needs.search(text)) or (rule.after and not rule.after.search(text)):
        return
    if rule.under and not (rule.under.search(context.heading.lower()) or rule.under.search(context.lead.lower())):
        return
    seen: set[str] = set()
    for match in _matches(rule, text, begin):
        if rule.outside and rule.outside.search(match.group()):
            continue
        if rule.after and not _behind(rule.after, rule.between, text, match.start()):
            continue
        if not seen and rule.forbidden and rule.forbidden.search(text):
            return
        value = _value(rule, match)
        if (rule.value and not value) or value in seen:  # of one sentence the first word counts
            continue
        seen.add(value)
        said = rule.polarity or _scoped(rule, match, text, begin, known)
        if said is not None:
            yield Claim(rule.category, rule.subject, said, value, rule.id, sentence)
        if not rule.value:
            return


def _matches(rule: Rule, text: str, begin: int) -> Iterator[re.Match[str]]:
    """The matches in the sentence itself; where it has none, those that its lead-in begins and that end in it soon."""
    none = True
    for match in rule.any.finditer(text, begin):
        none = False
        yield match
    if none and begin:
        for match in rule.any.finditer(text):
            if match.start() < begin < match.end() <= begin + MAX_REACH or match.start() >= begin:
                yield match


def _behind(after: re.Pattern[str], between: re.Pattern[str] | None, text: str, start: int) -> bool:
    """Whether what a match must stand behind is there, and reaches it. Of several the nearest counts: nothing reaches over it."""
    end = -1
    for one in after.finditer(text):  # the whole text: what a pattern looks ahead to may be the match
        if one.end() > start:
            break
        end = one.end()
    return end >= 0 and not (between and between.search(text, end, start))


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
