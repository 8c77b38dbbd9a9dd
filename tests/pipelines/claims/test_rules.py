"""Every rule does what its examples say; the files are as pipelines/claims/rules.py describes them.

One item a file, which names all that is wrong in it: a sentence costs pytest more than it costs the rules.
"""

import csv

import pytest

from pipelines.claims.match import claims
from pipelines.claims.model import Context
from pipelines.claims.rules import FOLDER, rules
from pipelines.model import Block, BlockKind

RULES = rules()


@pytest.mark.parametrize(("language", "category"), sorted({(rule.language, rule.category) for rule in RULES.rules}))
def test_examples(language, category):
    wrong = [
        f"{rule.id} ({kind}): {example.text}\n    {said}"
        for rule in RULES.rules
        if (rule.language, rule.category) == (language, category)
        for kind, examples in (("yes", rule.yes), ("no", rule.no))
        for example in examples
        if (said := wrong_in(rule, example, expected=kind == "yes"))
    ]
    assert not wrong, "\n".join(wrong)


def wrong_in(rule, example, *, expected):
    """What is not as an example says: none, a value or a polarity that it does not name."""
    kind = BlockKind.ITEM if example.lead else BlockKind.PARAGRAPH
    language = rule.language if rule.language != "*" else ""
    block = Block(kind, 1, example.text)
    found = [
        claim
        for claim in claims(block, Context(example.heading, example.lead), language, RULES.alone(rule))
        if claim.rule == rule.id  # and not a company
    ]
    right = (
        bool(found) is expected
        and (not example.value or example.value in {claim.value for claim in found})
        and (not example.polarity or {claim.polarity.value for claim in found} == {example.polarity})
    )
    return "" if right else str(found)


def test_every_rule_has_examples_of_both_kinds():
    assert [rule.id for rule in RULES.rules if not (rule.yes and rule.no)] == []


@pytest.mark.parametrize(
    "file", sorted(FOLDER.rglob("*.examples.tsv")), ids=lambda file: f"{file.parent.name}-{file.stem}"
)
def test_sentences_say_what_is_written_beside_them_and_nothing_else(file):
    """Sentences as lawyers write them, with all claims of the category: subject, =value where one is read, .polarity if not yes."""
    language, category = file.parent.name, file.name.partition(".")[0]
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = [
        f"line {number}: {row['text']}\n    {' '.join(said) or '-'}, not {' '.join(wanted) or '-'}"
        for number, row in enumerate(rows, start=2)
        if (said := said_in(row, language, category)) != (wanted := sorted(set(row["says"].split()) - {"-"}))
    ]
    assert rows
    assert not wrong, "\n".join(wrong)


def said_in(row, language, category):
    kind = BlockKind.ITEM if row["lead"] else BlockKind.PARAGRAPH
    found = claims(Block(kind, 1, row["text"]), Context(row["heading"], row["lead"]), language)
    return sorted({_said(claim) for claim in found if claim.category == category})


def _said(claim):
    value = f"={claim.value}" if claim.value and claim.subject != "email" else ""
    return f"{claim.subject}{value}{'' if claim.polarity.value == 'yes' else f'.{claim.polarity.value}'}"
