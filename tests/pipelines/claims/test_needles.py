"""A rule never matches where its words and needles say that it cannot: filtered and unfiltered matching are one."""

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.claims.candidates import RuleCandidates
from pipelines.claims.match import claims
from pipelines.claims.model import Context
from pipelines.claims.needles import needles
from pipelines.claims.rules import FOLDER, Language, rules
from pipelines.model import Block, BlockKind

RULES = rules()
TEXTS = sorted(
    {
        text
        for rule in RULES.rules
        for example in (*rule.yes, *rule.no)
        for text in (example.text, f"{example.lead} {example.text}")
    }
    | {
        row["text"]
        for file in FOLDER.rglob("*.examples.tsv")
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    }
)


def by_words(rule, small):
    """Whether a text has a word of a rule, as pipelines/claims/rules.py says it: the plain way, of which all else is a faster one."""
    heads = {run[:4] for run in re.findall(r"\w+", small)}

    def begins(word):
        first, *others = word.split()
        return (
            first[:4] in heads
            and (not others or first in small)
            and all(one in small for one in others)
            and (bool(others) or len(word) <= 4 or re.search(rf"\b{re.escape(word)}", small))
        )

    return any(map(begins, rule.words)) and (
        not rule.also or any(one in (heads if one.isalnum() and len(one) <= 4 else small) for one in rule.also)
    )


class Plain:
    """Candidates that are told by words alone: every pattern is tried, and every text is asked for companies."""

    SPECIAL = 1

    def __init__(self, rules):
        self.rules = rules

    def seen(self, _small):
        return self.SPECIAL

    def of(self, _seen, small):
        return [(rule, rule.patterns) for rule in self.rules if by_words(rule, small)]


PLAIN = {name: Language(one.rules, one.scope, Plain(one.rules)) for name in RULES.languages for one in [RULES.of(name)]}


class PlainRules:
    @staticmethod
    def of(language):
        return PLAIN[language]


@pytest.mark.parametrize("language", sorted(RULES.languages))
def test_a_rule_matches_no_example_without_its_needles(language):
    candidates = RuleCandidates([rule for rule in RULES.rules if rule.language == language], (), bool)
    wrong = []
    for text in TEXTS:
        small = text.lower()
        left = {rule.id: patterns for rule, patterns in candidates.of(candidates.seen(small), small)}
        wrong += [
            f"{rule.id}: {text}"
            for rule in candidates._rules
            if by_words(rule, small)
            for pattern in rule.patterns
            if pattern not in left.get(rule.id, ()) and pattern.search(text if rule.case else small)
            if not rule.needed or any(one.search(text if rule.case else small) for one in rule.needs)
        ]
    assert not wrong, "\n".join(wrong)


def test_most_patterns_have_needles():
    found = [one for rule in RULES.rules for one in needles(rule.sources)]
    assert sum(map(bool, found)) > len(found) * 0.9


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3), st.data())
def test_mixtures_of_examples_say_the_same_without_needles(texts, data):
    """Words of several examples in a row, cut anywhere."""
    words = " ".join(texts).split()
    begin = data.draw(st.integers(0, len(words) - 1))
    cut = words[begin : begin + data.draw(st.integers(1, 60))]
    lead = data.draw(st.sampled_from(["", "We do not:", "We keep your data:"]))
    language = data.draw(st.sampled_from(sorted(RULES.languages)))
    block, context = Block(BlockKind.PARAGRAPH, 1, " ".join(cut)), Context("", lead)
    assert claims(block, context, language) == claims(block, context, language, PlainRules)


def test_letters_that_are_not_made_small_alone_hide_no_law():
    """`(?i:…)` takes the long s for an s, which a text in small letters keeps."""
    block = Block(BlockKind.PARAGRAPH, 0, "Under the GDPR, the General Data Protection Regulation.")
    odd = Block(BlockKind.PARAGRAPH, 0, "The General Data Protection Regulation, and the uſe of data.")
    assert [one.name for one in claims(block, Context(), "en")] == ["law.gdpr"]
    assert claims(odd, Context(), "en") == claims(odd, Context(), "en", PlainRules)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (r"\bsell(?:s|ing)?\b.{1,30}\bdata", ((("data",), ("sell",)),)),
        (r"(?:keep|kept|\w+ing) data", (((" data",), ("ing", "keep", "kept")),)),
        (r"(?:long )?(?:day|week)s?", ((("day", "week"),),)),
        (r"(?i)Data", ((("data",),),)),
        (r"(?i:Data) Set", ((("data set",),),)),
        (r"(?x)da ta", ((),)),
        (r"(?!never)\w+", ((),)),
        (r"(?:data){0,3}", ((),)),
        (r"(?:data){2,3}", ((("data",),),)),
        (r"a[bc]d|[^x]yz!", ((("abd", "acd", "yz!"),),)),
    ],
)
def test_needles_of_a_pattern(pattern, wanted):
    assert needles((pattern,)) == wanted
