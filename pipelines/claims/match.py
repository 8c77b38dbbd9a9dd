"""The claims of a block: every rule of its language that has a word in it, on each of its sentences.

    claims(block, Context(heading, lead), "en") ──► Claim…

A sentence is read behind the lead-in of its list ("We do not:" + "sell your data"), and a match must reach into the
sentence itself. A cell of a table is read behind the header of its column ("Retention period:" + "2 years"). A question, a
definition ("Retention" means …) and a title state nothing: of them only the laws and companies count that they name. A
sentence without any word of a rule costs one look at its words, and a rule is tried only where its needles are (needles.py).
Whatever a page holds, work is bounded: blocks are read up to MAX_CHARS, sentences up to MAX_SENTENCE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipelines.claims.candidates import RuleCandidates
from pipelines.claims.context import cells
from pipelines.claims.model import Claim, Context, Polarity
from pipelines.claims.parties import parties
from pipelines.claims.plain import plain
from pipelines.claims.rules import ANY_LANGUAGE, Rule, RuleSet, Scope, rules
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
_OF_A_SECTION: Final = r"\d{1,2}(?:\.\d{1,2}){1,3}\.?"  # "14.2"
_SECTION: Final = re.compile(rf"^{_OF_A_SECTION}\s+")
_NUMBERING: Final = re.compile(rf"^(?:[•·▪◦‣–-]|{_OF_A_SECTION}|\d{{1,2}}[.)]|\(?[a-z]{{1,4}}\))\s+")
_SILENT: Final = frozenset((BlockKind.TITLE, BlockKind.HEADING))  # they name a subject, and say nothing of it


def claims(block: Block, context: Context, language: str, ruleset: RuleSet | None = None) -> list[Claim]:
    """Return what a block says, in the order of its sentences.

    :param language: of the block, as the store has it; one without rules has names of laws and companies alone.
    """
    if block.kind in _SILENT or len(block.markdown) > MAX_CHARS:
        return []
    known = (ruleset or rules()).of(language)
    found: dict[tuple[str, str, Polarity, str, int], Claim] = {}  # what two rules say alike is one claim, of the first
    for index, read, under in _readings(block, context):
        lead = f"{_NUMBERING.sub('', under.lead, count=1)} " if under.lead else ""
        small_lead = lead.lower()
        text = (_NUMBERING.sub("", read, count=1) if lead else read)[:MAX_SENTENCE]
        own = text.lower()
        small = small_lead + own
        seen = known.candidates.seen(small)
        silent: bool | None = None  # told where a rule asks
        title = False
        for rule, patterns in known.candidates.of(seen, small):
            if rule.language != ANY_LANGUAGE:
                if silent is None:
                    silent = _states_nothing(own, known.scope)
                    title = not lead and (_is_title(text) or _is_numbered_title(text, known.scope))
                if silent or (title and rule.category not in _IN_LINES):
                    continue
            whole, begin = (lead + text, len(lead)) if rule.case else (small, len(small_lead))
            for claim in _by_rule(rule, patterns, whole, begin, under, known.scope, index):
                found.setdefault((claim.category, claim.subject, claim.polarity, claim.value, index), claim)
        if seen & RuleCandidates.SPECIAL:
            for name in parties(text, language):
                found["party", name, Polarity.YES, "", index] = Claim(
                    "party", name, Polarity.YES, "", "party.named", index
                )
    return list(found.values())


def _readings(block: Block, context: Context) -> Iterator[tuple[int, str, Context]]:
    """What is read for itself: each sentence, or of a row below a header each cell's part of it. With the sentence's number."""
    pieces = enumerate(sentences(block.markdown))
    if not context.columns:
        yield from ((index, plain(one.text), context) for index, one in pieces)
        return
    column = 0
    for index, one in pieces:
        for nth, cell in enumerate(cells(one.text)):
            column += nth > 0
            header = context.columns[column] if column < len(context.columns) else ""
            if text := plain(cell):
                yield index, text, Context(context.heading, header)


def _states_nothing(small: str, scope: Scope | None) -> bool:
    return small.rstrip(' "*)').endswith("?") or (scope is not None and bool(scope.silent.search(small)))


def _is_title(text: str) -> bool:
    """Whether a sentence is a title that was written as a paragraph or before one: capitals at all words but small ones."""
    bare = text.rstrip(" .:")
    stopped = bare != text and (text.isupper() or not bare.replace(" ", "").replace("-", "").isalpha())
    says = stopped or len(bare) > MAX_TITLE or not bare[-1:].isalnum() or _STATED.search(text)
    words = [] if says else bare.split()
    return len(words) > 1 and all(not word[0].islower() or word in _SMALL for word in words)


def _is_numbered_title(text: str, scope: Scope | None) -> bool:
    """Whether a sentence is a section's number and title: "14.2 Transfers out of the EEA." It is short, and has neither a
    number nor a word that a sentence needs.
    """
    section = _SECTION.match(text)
    title = text[section.end() :] if section else ""
    if not title or len(title) > MAX_TITLE or not title[0].isupper() or scope is None or scope.speaking is None:
        return False
    return not any(letter.isdigit() or letter == ":" for letter in title) and not scope.speaking.search(title.lower())


def _by_rule(
    rule: Rule,
    patterns: Sequence[re.Pattern[str]],
    text: str,
    begin: int,
    context: Context,
    scope: Scope | None,
    sentence: int,
) -> Iterator[Claim]:
    """:param patterns: those of the rule's patterns that may match."""
    text, begin = (text[begin:], 0) if rule.item else (text, begin)
    if not _fits(rule, text, context):
        return
    seen: set[str] = set()
    for match in _matches(patterns, text, begin):
        if _in(rule.outside, match.group()):
            continue
        if rule.after and not _behind(rule.after, rule.between, text, match.start()):
            continue
        if not seen and _in(rule.forbidden, text):
            return
        value = _value(rule, match)
        if (rule.value and not value) or value in seen:  # of one sentence the first word counts
            continue
        seen.add(value)
        said = rule.polarity or _scoped(match, text, begin, scope)
        if said is not None:
            yield Claim(rule.category, rule.subject, said, value, rule.id, sentence)
        if not rule.value:
            return


def _fits(rule: Rule, text: str, context: Context) -> bool:
    """Whether a text has what a rule asks for besides a match, and stands where it may stand."""
    has = (not rule.needs or _in(rule.needs, text)) and (not rule.after or _in(rule.after, text))
    return has and (not rule.under or _is_under(rule.under, context)) and not _is_under(rule.not_under, context)


def _is_under(patterns: Sequence[re.Pattern[str]], context: Context) -> bool:
    return _in(patterns, context.heading.lower()) or _in(patterns, context.lead.lower())


def _in(patterns: Sequence[re.Pattern[str]], text: str) -> bool:
    return bool(patterns) and any(pattern.search(text) for pattern in patterns)


def _matches(patterns: Sequence[re.Pattern[str]], text: str, begin: int) -> Iterator[re.Match[str]]:
    """The matches in the sentence itself; where it has none, those that its lead-in begins and that end in it soon."""
    none = True
    for match in _finds(patterns, text, begin):
        none = False
        yield match
    if none and begin:
        for match in _finds(patterns, text, 0):
            if match.start() < begin < match.end() <= begin + MAX_REACH or match.start() >= begin:
                yield match


def _behind(after: Sequence[re.Pattern[str]], between: Sequence[re.Pattern[str]], text: str, start: int) -> bool:
    """Whether what a match must stand behind is there, and reaches it. Of several the nearest counts: nothing reaches over it."""
    end = -1
    for one in _finds(after, text, 0):  # the whole text: what a pattern looks ahead to may be the match
        if one.end() > start:
            break
        end = one.end()
    return end >= 0 and not any(pattern.search(text, end, start) for pattern in between)


def _finds(patterns: Sequence[re.Pattern[str]], text: str, begin: int) -> Iterator[re.Match[str]]:
    """The matches of patterns as if they were one, each an alternative: where several begin at a place the first counts."""
    if len(patterns) == 1:
        yield from patterns[0].finditer(text, begin)
        return
    left = [(found, pattern) for pattern in patterns if (found := pattern.search(text, begin))]
    while left:
        first, _pattern = min(left, key=lambda one: one[0].start())
        yield first
        end = max(first.end(), first.start() + 1)
        left = [
            (again, pattern)
            for found, pattern in left
            if (again := found if found.start() >= end else pattern.search(text, end))
        ]


def _scoped(match: re.Match[str], text: str, begin: int, scope: Scope | None) -> Polarity | None:
    """The colon of a lead-in ends no clause: what it denies, it denies of every item."""
    if scope is None:
        return Polarity.YES
    groups = match.re.groupindex
    verb = match.start("v") if "v" in groups else -1
    joined = f"{text[:begin].rstrip(' :'):{begin}}{text[begin:]}" if begin else text
    return polarity(joined.lower(), verb if verb >= 0 else match.start(), scope)


def _value(rule: Rule, match: re.Match[str]) -> str:
    if not rule.value:
        return ""
    took = match.groupdict(default="")
    if rule.value == "duration":
        return duration(took.get("n", ""), took.get("unit", ""))
    if rule.value == "age":
        years = number(took.get("n", ""))
        return str(years) if years and 5 <= years <= 21 else ""
    if rule.value == "article":
        return article(took.get("n", ""), took.get("rest", ""))
    return took.get("value", "").lower()
