"""A rule never matches where its needles say that it cannot: filtered and unfiltered matching are one."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.claims import match
from pipelines.claims.model import Context
from pipelines.claims.needles import needles, possible
from pipelines.claims.rules import FOLDER, rules
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


@pytest.mark.parametrize("language", sorted(RULES.languages))
def test_a_rule_matches_no_example_without_its_needles(language):
    small = [text.lower() for text in TEXTS]
    wrong = [
        f"{rule.id}: {text}"
        for rule in RULES.rules
        if rule.language == language
        for text in (TEXTS if rule.case else small)
        if not possible(needles(rule.sources), text) and rule.any.search(text)
    ]
    assert not wrong, "\n".join(wrong)


def test_most_rules_have_needles():
    assert sum(needles(rule.sources) != ((),) for rule in RULES.rules) > len(RULES.rules) * 0.8


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3), st.data())
def test_mixtures_of_examples_say_the_same_without_needles(texts, data):
    """Words of several examples in a row, cut anywhere."""
    words = " ".join(texts).split()
    begin = data.draw(st.integers(0, len(words) - 1))
    cut = words[begin : begin + data.draw(st.integers(1, 60))]
    lead = data.draw(st.sampled_from(["", "We do not:", "We keep your data:"]))
    language = data.draw(st.sampled_from(sorted(RULES.languages)))
    block, context = Block(BlockKind.PARAGRAPH, 1, " ".join(cut)), Context("", lead)
    filtered = match.claims(block, context, language)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(match, "possible", lambda _needles, _text: True)
        assert filtered == match.claims(block, context, language)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (r"\bsell(?:s|ing)?\b.{1,30}\bdata", ((("data",), ("sell",)),)),
        (r"(?:keep|kept|\w+ing) data", (((" data",), ("ing", "keep", "kept")),)),
        (r"(?:long )?(?:day|week)s?", ((("day", "week"),),)),
        (r"(?i)data", ((),)),
        (r"(?!never)\w+", ((),)),
        (r"(?:data){0,3}", ((),)),
        (r"(?:data){2,3}", ((("data",),),)),
        (r"a[bc]d|[^x]yz!", ((("abd", "acd", "yz!"),),)),
    ],
)
def test_needles_of_a_pattern(pattern, wanted):
    assert needles((pattern,)) == wanted


def test_where_one_of_several_patterns_needs_nothing_none_does():
    assert needles(("data", r"\w+")) == ((),)
