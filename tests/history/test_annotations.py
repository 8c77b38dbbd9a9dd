"""A label stays with its words while a version has them, and says of later versions that the text has changed since."""

import dataclasses
import json
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.errors import ConfigError
from history import annotations
from history.annotations import Annotation, LabelState, annotated, at_version, key_of, passage_with
from history.database import open_database
from history.sites import all_policies
from history.timeline.timeline import read_versions
from pipelines.imports.labels import parse_labels
from pipelines.model import Block, BlockKind
from pipelines.text.wording import wording_key

WORDS = ("We keep data for two years.", "We sell data.", "You may object.", "The shop is open.")


def block(number, *, loud=False):
    text = WORDS[number]
    return Block(BlockKind.PARAGRAPH, 0, f"**{text.upper()}**" if loud else text)


def label(key, name="x"):
    return Annotation(key, name, "A. Reader", "", "2026-01-01T00:00:00Z", "", "", "2026-01-02T00:00:00Z")


def keys_of(texts):
    return {one: key_of(one) for text in texts for one in text}


# each version: which passages it has, and whether they are set in bold capitals (the same words)
VERSIONS = st.lists(st.tuples(st.sets(st.integers(0, 3)), st.booleans()), min_size=1, max_size=8)


@given(VERSIONS, st.integers(0, 3))
def test_a_label_is_where_its_words_are(versions, number):
    texts = [tuple(block(n, loud=loud) for n in sorted(some)) for some, loud in versions]
    found = annotated([label(key_of(block(number)))], [(wording_key(one), one) for one in texts], keys_of(texts))
    having = [at for at, (some, _loud) in enumerate(versions) if number in some]
    assert len(found) == bool(having)
    for one in found:
        assert sorted({at for stay in one.stays for at in range(stay[0], stay[1] + 1)}) == having
        for at in range(len(versions)):
            expected = LabelState.STANDS if at in having else LabelState.CHANGED if at > having[0] else LabelState.LATER
            assert one.state(at) is expected
            assert (one in at_version(found, at)) is (expected is not LabelState.LATER)
            if expected is LabelState.CHANGED:
                until = one.stay_until(at)
                assert until[1] < at
                assert not [n for n in having if until[1] < n <= at]
        assert one.passage.lower() == WORDS[number].lower()


@given(VERSIONS)
def test_a_label_of_a_whole_version_stays_with_its_wording(versions):
    texts = [tuple(block(n, loud=loud) for n in sorted(some)) for some, loud in versions]
    keys = [wording_key(one) for one in texts]
    for at, key in enumerate(keys):
        if len(versions[at][0]) != 1:
            found = annotated([label(key)], list(zip(keys, texts, strict=True)), keys_of(texts))
            stands = [n for n in range(len(texts)) if found[0].state(n) is LabelState.STANDS]
            assert stands == [n for n, other in enumerate(keys) if other == key]


def test_labels_of_others_are_not_read(history_db, monkeypatch):
    path = history_db.policy(
        "https://a.example/privacy",
        history_db.shown("2018-01-01", f"{WORDS[0]}\n\n{WORDS[1]}"),
        history_db.shown("2019-01-01", f"{WORDS[0]}\n\n{WORDS[2]}"),
    )
    mine = [label(key_of(block(0))), label(key_of(block(1)), "y"), label(wording_key([block(0), block(2)]), "whole")]
    for one in (*mine, *(label(f"{number:064x}", "of another policy") for number in range(500))):
        history_db.db["annotations"].insert({**dataclasses.asdict(one), "site": ""})
    history_db.db.conn.close()
    read = []
    monkeypatch.setattr(annotations, "Annotation", lambda *row: read.append(row[1]) or Annotation(*row))
    with closing(open_database(path)) as db:
        (policy,) = all_policies(db)
        found = annotations.read_annotated(db, read_versions(db, policy))
    assert sorted(read) == ["whole", "x", "y"]
    assert {one.annotation.label: one.stays for one in found} == {"x": ((0, 1),), "y": ((0, 0),), "whole": ((1, 1),)}


def test_a_passage_is_found_by_a_part_of_it():
    blocks = [block(0), block(1), block(2, loud=True)]
    assert passage_with(blocks, "keep DATA for") == blocks[0]
    assert passage_with(blocks, "you may object") == blocks[2]
    assert passage_with(blocks, "kee") is None
    assert passage_with(blocks, "…") is None


KEY = "a" * 64
GOOD = {"block": KEY, "label": "sale", "author": "A", "time": "2026-11-02"}


def test_lines_are_read():
    lines = [json.dumps(GOOD), "", json.dumps({**GOOD, "block": None, "citation": "a@1f3a9c2e", "text": "We sell"})]
    one, other = parse_labels(lines)
    assert (one.line, one.block, one.labelled_at) == (1, KEY, "2026-11-02T00:00:00Z")
    assert (other.line, other.citation, other.text) == (3, "a@1f3a9c2e", "We sell")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("sale", "it is not a JSON object"),
        ("[1]", "it is not a JSON object"),
        ("[" * 90_000, "it is not a JSON object"),
        (" " * 100_000 + "{}", "longer than 100,000 characters"),
        ({**GOOD, "colour": "red"}, "there is no field 'colour'. Fields: block, citation"),
        ({**GOOD, "citation": "a@1f3a9c2e"}, "name either the block"),
        ({**GOOD, "block": ""}, "name either the block"),
        ({**GOOD, "block": "9f2c"}, "64 hexadecimal digits"),
        ({**GOOD, "label": ""}, "it has no label"),
        ({**GOOD, "label": 7}, "label must be a text"),
        ({**GOOD, "label": 0}, "label must be a text"),
        ({**GOOD, "note": False}, "note must be a text"),
        ({**GOOD, "citation": []}, "citation must be a text"),
        ({**GOOD, "label": "x" * 201}, "label has 201 characters; at most 200"),
        ({**GOOD, "author": ""}, "neither author nor model"),
        ({**GOOD, "time": ""}, "'no time' is not a date"),
        ({**GOOD, "time": "yesterday"}, "'yesterday' is not a date"),
    ],
)
def test_a_wrong_line_says_what_may_stand_there(row, says):
    text = row if isinstance(row, str) else json.dumps(row)
    with pytest.raises(ConfigError, match="line 2: ") as told:
        list(parse_labels([json.dumps(GOOD), text]))
    assert says in str(told.value)
