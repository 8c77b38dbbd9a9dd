"""The labelled sentences of benchmarks/claims_gold: well-formed rows, halves that share no operator, rows of all categories."""

import json
import re

import pytest

from benchmarks import claims
from benchmarks.claims import GOLD, Gold, digest, has_own_test, places, read_gold, rows
from pipelines.claims.parties import party_ids
from pipelines.claims.rules import rules

LANGUAGES = sorted({file.name.partition(".")[0] for file in GOLD.glob("*.tsv")})
POLARITIES = ("yes", "no", "conditional", "unclear")


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_are_well_formed(language):
    known = rules()
    subjects = {name: {rule.subject for rule in known.rules if rule.category == name} for name in known.categories}
    subjects["party"] = set(party_ids())
    seen = set()
    for part, columns in rows(language):
        category, file, block, sentence, key, written = columns
        assert part in ("tuning", "test")
        assert category == "*" or category in known.categories
        assert re.fullmatch(r"[^\t]+__[^\t]+ \d+ \d+ [0-9a-f]{16}", f"{file} {block} {sentence} {key}"), columns
        assert (category, key) not in seen, columns
        seen.add((category, key))
        for label in [] if written == "-" else written.split():
            named, _, rest = label.rpartition(":")
            assert bool(named) is (category == "*"), columns
            subject, _, polarity = rest.removesuffix("?").partition(".")
            assert subject in subjects[named or category], columns
            assert polarity in ("", *POLARITIES), columns


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_operator_is_in_both_halves(language):
    operators = {"tuning": set(), "test": set()}
    for part, columns in rows(language):
        operators[part].add(columns[1].split("__")[1])
    assert all(operators.values())
    assert not operators["tuning"] & operators["test"]


@pytest.mark.skipif(not claims.HISTORIES.is_dir(), reason="../shared is not there")
def test_the_english_test_half_names_sentences_that_are_there():
    mine = [columns for part, columns in rows("en") if part == "test" and columns[1].startswith("demo__Open-")]
    texts = {file: {(str(one.block), str(one.sentence)): one.digest for one in places(file)} for _, file, *_ in mine}
    assert {texts[file][block, sentence] == key for _, file, block, sentence, key, _ in mine} == {True}


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    """A gold of one language: a text of pairs, and a history with two wordings."""
    pairs, histories, gold = tmp_path / "pairs", tmp_path / "histories", tmp_path / "gold"
    history = histories / "c__New__Privacy-Policy"
    for folder in (pairs, history, gold):
        folder.mkdir(parents=True)
    (pairs / "c__Old__Privacy-Policy__2020-01-01.gold.md").write_text("We keep logs. We sell nothing.\n")
    texts = {
        "a" * 40: "We keep logs for ten days.\n",
        "b" * 40: "# Data\n\nWe keep logs for nine days. We never sell.\n",
    }
    wordings = [{"gold": name, "hash": name[:16], "text": text} for name, text in texts.items()]
    (history / "golds.jsonl").write_text("".join(json.dumps(one) + "\n" for one in wordings))
    for name, folder in (("PAIRS", pairs), ("HISTORIES", histories), ("GOLD", gold)):
        monkeypatch.setattr(claims, name, folder)
    claims._wordings.cache_clear()
    yield gold
    claims._wordings.cache_clear()


def row(*columns):
    return "category\tfile\tblock\tsentence\tdigest\tlabels\n" + "\t".join(map(str, columns)) + "\n"


OLD, NEW = "c__Old__Privacy-Policy__2020-01-01.gold.md", "c__New__Privacy-Policy@bbbbbbbbbbbb"


def test_a_file_of_its_own_is_the_test_half_and_the_rest_is_tuning(made_up):
    old, new = list(places(OLD))[1], list(places(NEW))[-1]
    (made_up / "en.tsv").write_text(row("sale", OLD, old.block, old.sentence, old.digest, "sell.no"))
    assert not has_own_test("en")
    assert [one.half for one in read_gold("en")] == [claims.half("Old")]
    (made_up / "en.test.tsv").write_text(row("sale", NEW, new.block, new.sentence, new.digest, "sell.no?"))
    assert list(read_gold("en")) == [
        Gold("sale", "tuning", old, frozenset({"sell.no"}), frozenset()),
        Gold("sale", "test", new, frozenset(), frozenset({"sell.no"})),
    ]


def test_a_row_of_all_categories_counts_in_each_one(made_up):
    new = next(one for one in places(NEW) if "nine" in one.text)
    labels = "retention:period law:gdpr?"
    (made_up / "en.tsv").write_text(row("*", NEW, new.block, new.sentence, new.digest, labels))
    found = {one.category: (one.labels, one.open) for one in read_gold("en")}
    assert found.pop("retention") == ({"period"}, set())
    assert found.pop("law") == (set(), {"gdpr"})
    assert set(found) == set(rules().categories) - {"retention", "law"}
    assert set(found.values()) == {(frozenset(), frozenset())}


def test_a_sentence_that_has_changed_does_not_count(made_up):
    changed = digest(("we", "keep", "logs", "for", "ever"))
    (made_up / "en.tsv").write_text(row("retention", NEW, 1, 0, changed, "period"))
    assert list(read_gold("en")) == []
