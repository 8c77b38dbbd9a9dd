"""Sentence edits: applied to the sentences of one version they give those of the next."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history.database import open_database
from history.diff.blame import blame, standing
from history.export.edits import sentence_edits
from history.export.formats import FORMATS, Job, run_export
from history.sites import all_policies
from pipelines.model import Block, BlockKind

WORDS = ("we", "keep", "sell", "your", "data", "never", "always", "for", "two", "years", "and", "logs")
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=3, max_size=7).map(
    lambda words: f"{' '.join(words).capitalize()}."
)
TEXTS = st.lists(st.lists(SENTENCE, max_size=7), min_size=2, max_size=5)


@given(TEXTS)
def test_edits_lead_from_each_text_to_the_next(texts):
    blamed = blame([[Block(BlockKind.PARAGRAPH, 0, one) for one in text] for text in texts])
    for number in range(1, len(texts)):
        have = Counter(one.sentence.text for one in standing(blamed, number - 1))
        for _change, before, after, _section in sentence_edits(blamed, number):
            have.subtract({before: 1} if before is not None else {})
            have.update({after: 1} if after is not None else {})
        assert +have == Counter(one.sentence.text for one in standing(blamed, number))
        assert not -have


def test_a_sentence_that_became_two_is_edited_once():
    texts = ["We keep your data for two years.", "We keep your data for six years. We keep your data for ten years."]
    blamed = blame([[Block(BlockKind.PARAGRAPH, 0, text)] for text in texts])
    found = [(change, before) for change, before, _after, _section in sentence_edits(blamed, 1)]
    assert sorted(found, key=str) == [("added", None), ("edited", texts[0])]


@pytest.fixture
def edits(sample_db, tmp_path):
    out = tmp_path / "edits.jsonl"
    db = open_database(sample_db)
    exported = run_export(FORMATS["edits"], Job(db, all_policies(db), out, "policylapse/test"))
    db.close()
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert exported.manifest["counts"] == {"edits": len(found)}
    return found


def test_the_rows_of_the_sample(edits):
    """Nestwell's measurements were kept for 90 days, then for 26 months (data/sample)."""
    (mine,) = [one for one in edits if one["after"] == "Measurements are kept for 26 months and are then deleted."]
    assert mine["before"] == "Measurements are kept for 90 days and are then deleted."
    assert (mine["site"], mine["change"], mine["categories"]) == ("nestwell.example", "edited", ["retention"])
    assert (mine["from_version"], mine["to_version"]) == (1, 2)
    assert mine["not_before"] < mine["not_after"]
    assert mine["after_citation"].startswith("nestwell.example@")
    (gone,) = [one for one in edits if "and we never will" in (one["before"] or "")]
    assert (gone["site"], gone["categories"]) == ("lumenkart.example", ["sale"])
