"""What the engine does whatever the rules are: it is bounded, finds rules by words, and reads files strictly."""

import re
import shutil
import tomllib
from re import _constants as constants
from re import _parser as parser

import pytest

from pipelines.claims.context import contexts
from pipelines.claims.match import MAX_CHARS, claims
from pipelines.claims.model import Context, Polarity
from pipelines.claims.rules import FOLDER, RuleSet, read_rules, rules
from pipelines.claims.scope import polarity
from pipelines.claims.texts import reading_version
from pipelines.model import Block, BlockKind
from tests.generators.regexes import Found, slow

PATTERNS = [
    pytest.param(pattern, id=f"{rule.id}-{name}-{number}")
    for rule in rules().rules
    if rule.category != "law"  # plain names: no repetition
    for name, patterns in (
        ("any", rule.patterns),
        ("needs", rule.needs),
        ("not", rule.forbidden),
        ("outside", rule.outside),
        ("after", rule.after),
        ("between", rule.between),
        ("under", rule.under),
        ("not_under", rule.not_under),
    )
    for number, pattern in enumerate(patterns)
]


LONGEST = sorted(PATTERNS, key=lambda one: -len(one.values[0].pattern))[:3]


@pytest.mark.parametrize("pattern", LONGEST)
def test_the_longest_patterns_take_no_longer_than_their_text_is_long(pattern):
    text = slow(Found("", pattern, frozenset()))
    assert text is None, (pattern.pattern[:80], text[:80])


def repeats(tree, inside=False):
    """(minimum, maximum, what repeats, whether it stands in another that has no end) of every repetition."""
    for kind, value in tree:
        if kind in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            least, most, inner = value
            yield least, most, inner, inside
            yield from repeats(inner, inside or most is constants.MAXREPEAT)
        elif kind is constants.SUBPATTERN:
            yield from repeats(value[3], inside)
        elif kind is constants.BRANCH:
            for branch in value[1]:
                yield from repeats(branch, inside)
        elif kind in (constants.ASSERT, constants.ASSERT_NOT):
            yield from repeats(value[1], inside)


def test_what_repeats_without_an_end_is_the_rest_of_a_word():
    """All else is bounded, so that a sentence costs a rule no more than its length."""
    wrong = [one.id for one in PATTERNS if not all(map(bounded, repeats(parser.parse(one.values[0].pattern))))]
    assert not wrong, wrong


def bounded(repeat):
    _least, most, inner, inside = repeat
    if most is not constants.MAXREPEAT:
        return most <= 300
    ((kind, value),) = inner
    spaces = (constants.CATEGORY, constants.CATEGORY_SPACE)
    return not inside and (kind is constants.LITERAL or (kind is constants.IN and spaces not in value))


def test_every_rule_is_found_by_a_word_of_each_of_its_examples():
    for rule in rules().rules:
        candidates = rules().of(rule.language).candidates
        for example in rule.yes:
            small = f"{example.lead} {example.text}".lower()
            found = [one for one, _patterns in candidates.of(candidates.seen(small), small)]
            assert rule in found, (rule.id, example.text)


def test_what_no_text_asks_for_is_not_read():
    """To read and compile the rules of all languages takes half a second."""
    known = RuleSet(FOLDER)
    block = Block(BlockKind.PARAGRAPH, 0, "We keep your data for two years.")
    assert [one.name for one in claims(block, Context(), "en", known)] == ["retention.period"]
    assert {path.parent.name for path in known._files} == {"rules", "en"}
    rules_of_it = known.of("en").rules
    compiled = [rule.id for rule in rules_of_it if rule._some]
    assert "en.retention.period" in compiled
    assert len(compiled) < 5 < len(rules_of_it)


def test_a_text_in_a_language_without_rules_has_names_alone():
    block = Block(BlockKind.PARAGRAPH, 0, "We keep your data for two years under the GDPR.")
    assert [one.name for one in claims(block, Context(), "fi")] == ["law.gdpr"]
    assert [one.name for one in claims(block, Context(), "en")] == ["retention.period", "law.gdpr"]


def test_a_heading_says_nothing_and_a_block_without_end_is_not_read():
    text = "We keep your data for two years."
    assert claims(Block(BlockKind.HEADING, 2, text), Context(), "en") == []
    assert claims(Block(BlockKind.PARAGRAPH, 0, text * (MAX_CHARS // 20)), Context(), "en") == []


def in_text(*blocks):
    """What each block of a text claims, where it stands."""
    return [
        [(one.name, one.polarity.value, one.value, one.sentence) for one in claims(block, context, "en")]
        for block, context in zip(blocks, contexts(blocks), strict=True)
    ]


def row(level, *cells):
    return Block(BlockKind.ROW, level, " | ".join(cells))


def test_a_cell_is_read_behind_the_header_of_its_column():
    period, basis = ("retention.period", "yes", "P2Y"), ("legal_basis.consent", "yes", "")
    headers = row(1, "Data", "Legal basis", "**Retention period?**")
    assert in_text(
        headers,
        row(2, "Letters", "Consent", "2 years"),
        row(2, "Your letters. Not those of others.", "With reasons. Consent", "2 years"),
        row(2, "2 years", "2 years", "Consent"),
        row(2, "", r"a \| b \| Consent", "2 years"),
        row(2, "", "", "", "2 years"),
        Block(BlockKind.PARAGRAPH, 0, "Consent"),
        row(2, "Letters", "Consent", "2 years"),
    ) == [
        [],
        [(*basis, 0), (*period, 0)],
        [(*basis, 3), (*period, 3)],
        [],
        [(*basis, 0), (*period, 0)],
        [],
        [],
        [],
    ]


def test_a_heading_with_a_colon_introduces_the_list_below_it():
    heading, item = Block(BlockKind.HEADING, 2, "We never:"), Block(BlockKind.ITEM, 1, "Sell your personal data")
    paragraph = Block(BlockKind.PARAGRAPH, 0, "This is what we promise.")
    assert in_text(heading, item) == [[], [("sale.sell", "no", "", 0)]]
    assert in_text(heading, paragraph, item) == [[], [], []]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("14.2 Transfers out of the EEA, the UK and Switzerland.", False),
        ("3.1. Opt-out of sales to partners.", False),
        ("14.2 We transfer data out of the EEA.", True),
        ("14.2 Data is transferred outside the EEA.", True),
        ("Transfers out of the EEA.", True),  # not numbered: nothing tells that it is a title
    ],
)
def test_a_section_number_and_a_title_state_nothing(text, said):
    (found,) = in_text(Block(BlockKind.PARAGRAPH, 0, text))
    assert bool(found) is said, found


def test_the_version_tells_every_change_of_a_file_that_is_read(tmp_path):
    folder = tmp_path / "rules"
    shutil.copytree(FOLDER, folder)
    before = reading_version(folder)
    examples = next(folder.rglob("*.examples.tsv"))
    examples.write_text(examples.read_text(encoding="utf-8") + "-\tAnother example.\t\t\n", encoding="utf-8")
    reading_version.cache_clear()
    assert reading_version(folder) == before == reading_version()
    path = folder / "laws.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# another comment\n", encoding="utf-8")
    reading_version.cache_clear()
    after = reading_version(folder)
    number = tomllib.loads((folder / "registry.toml").read_text(encoding="utf-8"))["version"]
    assert before != after
    assert before.split("+")[0] == after.split("+")[0] == number


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('category = "law"', 'category = "lore"', "'lore' is not in registry.toml"),
        ("case = true", "cse = true", "unknown fields: cse"),
        ("case = true", 'value = "weight"', "unknown value 'weight'"),
        ('id = "law.uk_gdpr"', 'id = "law.gdpr"', "exist twice: law.gdpr"),
        ('language = "*"', 'language = "en"', "'en' is not that of its folder"),
        ("(?i:\\bDatenschutz", "(?i:(\\bDatenschutz", "rule 'law.gdpr': missing )"),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path, old, new, said):
    folder = tmp_path / "rules"
    shutil.copytree(FOLDER, folder, ignore=lambda _folder, names: [name for name in names if "." not in name])
    path = folder / "laws.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(said)):
        read_rules(folder)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("we do not sell it, and we do not share it except with your bank.", Polarity.NO),
        ("we show nothing other than this, and we never sell it.", Polarity.NO),
        ("we do not sell it except with your consent, and we do not share it.", Polarity.CONDITIONAL),
        ("unless you agree, we do not show it, and we do not sell it.", Polarity.CONDITIONAL),
        ("we share it with banks only if you agree, and we may sell it.", Polarity.CONDITIONAL),
        ("we do not share or sell it without your consent.", Polarity.CONDITIONAL),
    ],
)
def test_a_denial_has_the_conditions_of_its_own_main_clause(sentence, said):
    scope = rules().of("en").scope
    assert polarity(sentence, sentence.index("sell"), scope) == said
