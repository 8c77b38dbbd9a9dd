"""A claim stands from the bracket of the version that brought its sentence to the one that dropped it."""

from hypothesis import given
from hypothesis import strategies as st

from history.claims.said import said_of
from history.claims.standing import claim_history, runs
from history.diff.blame import blame
from pipelines.model import Block, BlockKind

# Each is one block; what each says is known by its rule's examples (tests/pipelines/claims/test_rules.py).
SENTENCES = (
    "We keep order data for two years.",
    "We keep order data for six years.",
    "You have the right to access your personal data.",
    "You may request a copy of the personal information we hold.",
    "You have the right to erasure of your personal data.",
    "We comply with the GDPR.",
    "Our shop is open every day.",
    "The post office brings your parcel.",
)
NAMES = [{"P2Y"}, {"P6Y"}, {"access"}, {"access"}, {"erasure"}, {"gdpr"}, set(), set()]
VERSIONS = st.lists(
    st.permutations(range(len(SENTENCES))).flatmap(lambda p: st.integers(0, 8).map(lambda n: p[:n])),
    min_size=1,
    max_size=8,
)


def text(numbers):
    return tuple(Block(BlockKind.PARAGRAPH, 0, SENTENCES[number]) for number in numbers)


def says(texts):
    known = {}
    return [said_of(one, ("en",) * len(one), known) for one in texts]


@given(VERSIONS)
def test_a_claim_stands_as_long_as_a_sentence_of_it(versions):
    texts = [text(numbers) for numbers in versions]
    found = {(story.what.value or story.what.subject): story for story in claim_history(says(texts))}
    for name in set().union(*NAMES):
        having = [n for n, numbers in enumerate(versions) if any(name in NAMES[number] for number in numbers)]
        assert (found[name].stays if name in found else ()) == runs(having)
    assert set(found) <= set().union(*NAMES)


@given(VERSIONS)
def test_since_is_the_version_that_brought_the_sentence(versions):
    """blame answers the same question by another way: by following sentences from text to text."""
    texts = [text(numbers) for numbers in versions]
    brought = {one.text: [stay[0] for stay in one.stays] for one in blame(texts).sentences}
    for story in claim_history(says(texts)):
        for one in story.evidence:
            assert [stay[0] for stay in one.stays] == brought[one.said.sentence]
        assert story.stays[0][0] == min(one.stays[0][0] for one in story.evidence)


def test_an_item_is_read_behind_its_lead_in_and_below_its_heading():
    blocks = (
        Block(BlockKind.HEADING, 2, "Your rights"),
        Block(BlockKind.ITEM, 1, "Access"),
        Block(BlockKind.HEADING, 2, "The shop"),
        Block(BlockKind.ITEM, 1, "Access"),
        Block(BlockKind.PARAGRAPH, 0, "We retain:"),
        Block(BlockKind.ITEM, 1, "invoices for up to 7 years"),
        Block(BlockKind.PARAGRAPH, 0, "Parcels take up to 7 days"),
    )
    (said,) = says([blocks])
    assert [(one.what.name, one.what.value, one.heading, one.lead) for one in said] == [
        ("rights.access", "", "Your rights", ""),
        ("retention.period", "P7Y", "The shop", "We retain:"),
    ]


def test_a_claim_keeps_its_age_while_its_sentence_is_rewritten():
    (story,) = claim_history(says([text([2]), text([3]), text([])]))
    assert story.stays == ((0, 1),)
    assert [one.stays for one in story.evidence] == [((0, 0),), ((1, 1),)]
