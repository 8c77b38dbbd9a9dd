"""Every rule does what its examples say; the files are as pipelines/claims/rules.py describes them."""

import csv

import pytest

from pipelines.claims.match import claims
from pipelines.claims.model import Context
from pipelines.claims.rules import FOLDER, rules
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


SENTENCES = [
    pytest.param(file.parent.name, file.name.partition(".")[0], row, id=f"{file.parent.name}-{row['text'][:60]}")
    for file in sorted(FOLDER.rglob("*.examples.tsv"))
    for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
]


@pytest.mark.parametrize(("language", "category", "row"), SENTENCES)
def test_sentences_say_what_is_written_beside_them_and_nothing_else(language, category, row):
    """Sentences as lawyers write them, with all claims of the category: subject, =value where one is read, .polarity if not yes."""
    kind = BlockKind.ITEM if row["lead"] else BlockKind.PARAGRAPH
    found = claims(Block(kind, 1, row["text"]), Context(row["heading"], row["lead"]), language)
    wanted = set() if row["says"] == "-" else set(row["says"].split())
    assert {_said(claim) for claim in found if claim.category == category} == wanted


def _said(claim):
    value = f"={claim.value}" if claim.value and claim.subject != "email" else ""
    return f"{claim.subject}{value}{'' if claim.polarity.value == 'yes' else f'.{claim.polarity.value}'}"
