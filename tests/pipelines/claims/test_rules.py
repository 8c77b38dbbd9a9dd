"""Every rule does what its examples say; the files are as pipelines/claims/rules.py describes them."""

import pytest

from pipelines.claims.match import claims
from pipelines.claims.model import Context
from pipelines.claims.rules import rules
from pipelines.model import Block, BlockKind

RULES = rules()
EXAMPLES = [
    pytest.param(rule, example, expected, id=f"{rule.id}-{'yes' if expected else 'no'}-{number}")
    for rule in RULES.rules
    for expected, examples in ((True, rule.yes), (False, rule.no))
    for number, example in enumerate(examples)
]


@pytest.mark.parametrize(("rule", "example", "expected"), EXAMPLES)
def test_examples(rule, example, expected):
    kind = BlockKind.ITEM if example.lead else BlockKind.PARAGRAPH
    language = rule.language if rule.language != "*" else ""
    found = [
        claim
        for claim in claims(Block(kind, 1, example.text), Context(example.heading, example.lead), language)
        if claim.rule == rule.id
    ]
    assert bool(found) is expected, found
    if example.value:
        assert example.value in {claim.value for claim in found}
    if example.polarity:
        assert {claim.polarity.value for claim in found} == {example.polarity}


def test_every_rule_has_examples_of_both_kinds():
    assert [rule.id for rule in RULES.rules if not (rule.yes and rule.no)] == []
