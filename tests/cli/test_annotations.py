"""`annotations` from the passages that are printed to the labels beside the claims; forget, merge and compact keep up."""

import hashlib
import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from cli.main import main
from pipelines.upkeep.merge import merge
from tests.history.web.pages import Site

KEEP, SELL, OURS = "We keep your data for two years.", "We sell what you tell us.", "We love our cats and dogs."


@pytest.fixture
def path(history_db):
    shown = history_db.shown
    history_db.policy(
        "https://a.example/privacy",
        shown("2012-03-01", f"## Keeping\n\n{KEEP}\n\n{OURS}"),
        shown("2014-03-01", f"## Keeping\n\n{KEEP}\n\n{SELL}"),
        shown("2016-03-01", f"## Keeping\n\n{SELL}"),
    )
    history_db.policy("https://b.example/privacy", shown("2015-01-01", f"{KEEP}\n\n***"))
    history_db.db.conn.close()
    return history_db.path


def run(path, *arguments, given=None, code=0):
    result = CliRunner().invoke(main, [*arguments, "--db", str(path)], input=given)
    assert result.exit_code == code, result.output
    return result


def passages(path, *arguments):
    return [json.loads(row) for row in run(path, "annotations", "blocks", *arguments).stdout.splitlines()]


def lines(*labels):
    return "".join(f"{json.dumps({'author': 'A. Reader', 'time': '2026-11-02'} | one)}\n" for one in labels)


@pytest.fixture
def labelled(path):
    first = {one["text"]: one for one in passages(path, "a.example", "--at", "1")}
    given = lines(
        {"block": first[KEEP]["block"], "label": "keeps <b>"},
        {"citation": first[OURS]["citation"], "text": "cats and dogs", "label": "pets", "model": "m-1"},
        {"citation": first[OURS]["citation"], "label": "friendly", "note": "all of it"},
    )
    assert "Privacy" not in first
    assert "3 labels imported" in run(path, "annotations", "import", "-", given=given).stdout
    return path


def told(path, *arguments):
    data = json.loads(run(path, "claims", *arguments, "--json").stdout)["annotations"]
    return {one["label"]: (one["state"], one["passage"]) for one in data}


def test_labels_stand_beside_claims_and_age_with_their_words(labelled):
    assert told(labelled, "a.example", "--at", "1") == {
        "keeps <b>": ("stands", KEEP),
        "pets": ("stands", OURS),
        "friendly": ("stands", None),
    }
    assert told(labelled, "a.example", "--at", "2")["keeps <b>"] == ("stands", KEEP)
    assert told(labelled, "a.example") == {
        "keeps <b>": ("changed", KEEP),
        "pets": ("changed", OURS),
        "friendly": ("changed", None),
    }
    assert told(labelled, "b.example") == {"keeps <b>": ("stands", KEEP)}
    shown = run(labelled, "claims", "a.example").stdout
    assert "pets  A. Reader with m-1, 2026-11-02" in shown
    assert "v1 first seen 2012-03-01; the text has changed since, in v2 2012-03-01 – 2014-03-01" in shown
    tree = Site(labelled).read("/-/site/a.example/privacy/claims")
    (section,) = tree.xpath("//section[h2='Labels from elsewhere']")
    assert section.xpath(".//h4/bdi/text()") == ["friendly", "pets", "keeps <b>"]
    assert section.text_content().count("the text has changed since") == 3


def test_a_second_import_adds_nothing_and_an_export_is_taken_elsewhere(labelled, history_db, tmp_path):
    out = run(labelled, "annotations", "export").stdout
    assert (
        "0 labels imported; 3 labels had been imported before"
        in run(labelled, "annotations", "import", "-", given=out).stdout
    )
    listed = json.loads(run(labelled, "annotations", "list", "--json").stdout)
    assert listed["total"] == 3
    assert {one["label"] for one in listed["annotations"]} == {json.loads(row)["label"] for row in out.splitlines()}


def test_what_is_not_in_the_database_is_left_out_and_a_wrong_line_stops_all(path):
    given = lines(
        {"block": "a" * 64, "label": "x"},
        {"citation": "a.example@2012-03-01.00000000", "label": "y"},
        {"block": hashlib.sha256(b"").hexdigest(), "label": "z"},  # of no words, as a picture's and a title's
    )
    result = run(path, "annotations", "import", "-", given=given)
    assert "0 labels imported" in result.stdout
    assert "line 1 was left out: no passage in the database has these words" in result.stderr
    assert "line 3 was left out: no passage in the database has these words" in result.stderr
    assert "line 2 was left out: a.example@2012-03-01.00000000 is not a version now" in result.stderr
    good = passages(path, "b.example")[0]["block"]
    result = run(path, "annotations", "import", "-", given=lines({"block": good, "label": "x"}) + "{}\n", code=2)
    assert "line 2: " in result.stderr
    assert json.loads(run(path, "annotations", "list", "--json").stdout)["total"] == 0


def labels_of(path):
    with closing(sqlite3.connect(path)) as db:
        return {label for (label,) in db.execute("SELECT label FROM annotations")}


def test_forget_takes_the_labels_of_what_it_forgets_and_no_others(labelled):
    run(labelled, "forget", "a.example", "--yes", "--reason", "asked")
    assert labels_of(labelled) == {"keeps <b>"}  # b.example has these words, and the label names no page of a.example
    assert b"all of it" not in labelled.read_bytes()
    assert b"pets" not in labelled.read_bytes()
    run(labelled, "forget", "b.example", "--yes", "--reason", "asked")
    assert labels_of(labelled) == set()


@pytest.mark.parametrize("turned", [False, True])
def test_merge_brings_labels_but_none_of_what_is_forgotten(labelled, tmp_path, turned):
    other = tmp_path / "other.db"
    other.write_bytes(labelled.read_bytes())
    assert len(labels_of(other)) == 3
    plain = tmp_path / "plain.db"
    list(merge([other], plain))
    assert len(labels_of(plain)) == 3
    run(labelled, "forget", "a.example", "--yes", "--reason", "asked")
    sources = [other, labelled]
    list(merge(sources[::-1] if turned else sources, tmp_path / "both.db"))
    assert labels_of(tmp_path / "both.db") == {"keeps <b>"}
    assert b"all of it" not in (tmp_path / "both.db").read_bytes()


def test_compact_and_fsck_keep_labels(labelled):
    run(labelled, "compact")
    assert len(labels_of(labelled)) == 3
    assert told(labelled, "b.example") == {"keeps <b>": ("stands", KEEP)}
