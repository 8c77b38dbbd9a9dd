"""The labelled sentences of benchmarks/claims_gold: well-formed rows, halves that share no operator, rows of all categories."""

import hashlib
import json
import re
import tomllib

import pytest

from benchmarks import claims
from benchmarks.claims import (
    GOLD,
    Gold,
    Place,
    compare,
    digest,
    located,
    missing,
    operator_of,
    places,
    read_gold,
    rows,
)
from pipelines.claims.model import Context
from pipelines.claims.parties import party_ids
from pipelines.claims.rules import rules
from pipelines.model import Block, BlockKind

LANGUAGES = sorted({file.name.partition(".")[0] for file in GOLD.glob("*.tsv")})
POLARITIES = ("yes", "no", "conditional", "unclear")


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_are_well_formed(language):
    known = rules()
    subjects = {name: {rule.subject for rule in known.rules if rule.category == name} for name in known.categories}
    subjects["party"] = set(party_ids())
    seen = set()
    for row in rows(language):
        assert row.half in ("tuning", "test")
        assert row.category == "*" or row.category in known.categories
        assert "__" in row.file, row
        assert min(row.block, row.sentence) >= 0, row
        assert re.fullmatch("[0-9a-f]{16}", row.digest), row
        once = row.category, row.digest, row.file if row.of_the_web else ""
        assert once not in seen, row
        seen.add(once)
        for label in [] if row.labels == "-" else row.labels.split():
            named, _, rest = label.rpartition(":")
            assert bool(named) is (row.category == "*"), row
            subject, _, polarity = rest.removesuffix("?").partition(".")
            assert subject in subjects[named or row.category], row
            assert polarity in ("", *POLARITIES), row


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_operator_is_in_both_halves(language):
    operators = {"tuning": set(), "test": set()}
    for one in rows(language):
        operators[one.half].add(operator_of(one.file).lower())
    assert operators["tuning"], "nothing is left to tune these rules on"
    assert not operators["tuning"] & operators["test"]


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_a_digest_of_its_repository_says_which_half_an_operator_is_in(language):
    halves, fourth = {}, set()  # the rows of web4 are all of odd digits: the fourth from the end splits them
    for file in GOLD.glob(f"{language}.web*.tsv"):
        for line in file.read_text(encoding="utf-8").splitlines()[1:]:
            source = line.split("\t")[1]
            halves[source] = "test" if file.name.endswith(".test.tsv") else "tuning"
            if ".web4." in file.name:
                fourth.add(source)
    digits = {source: hashlib.sha256(source.encode()).hexdigest() for source in halves}
    odd = {
        source: all(int(digits[source][-at], 16) % 2 for at in (1, 4)[: 1 + (source in fourth)]) for source in halves
    }
    assert halves == {source: ("test" if odd[source] else "tuning") for source in halves}
    assert set(halves.values()) == {"test", "tuning"}


@pytest.mark.skipif(not claims.HISTORIES.is_dir(), reason="../shared is not there")
def test_the_rows_of_histories_name_sentences_that_are_there():
    mine = [row for row in rows("en") if row.file.startswith("demo__Open-")]
    texts = {row.file: {(one.block, one.sentence): one.digest for one in places(row.file)} for row in mine}
    assert {texts[row.file][row.block, row.sentence] == row.digest for row in mine} == {True}


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
    (gold / "younger.toml").write_text("younger = []\n", encoding="utf-8")
    for name, folder in (("PAIRS", pairs), ("HISTORIES", histories), ("GOLD", gold)):
        monkeypatch.setattr(claims, name, folder)
    claims._wordings.cache_clear()
    yield gold
    claims._wordings.cache_clear()


def row(*columns):
    return "category\tfile\tblock\tsentence\tdigest\tlabels\n" + "\t".join(map(str, columns)) + "\n"


OLD, NEW = "c__Old__Privacy-Policy__2020-01-01.gold.md", "c__New__Privacy-Policy@bbbbbbbbbbbb"
WEB = "OpenTermsArchive__versions/Some Shop/Privacy Policy.md"


def web_rows(*rows):
    head = "category\tsource\tpath\tcommit\tblock\tsentence\tdigest\tlabels\n"
    at = ("*", "OpenTermsArchive/versions", "Some Shop/Privacy Policy.md", "c" * 40)
    return head + "".join("\t".join(map(str, (*at, *one))) + "\n" for one in rows)


def a_text(folder, text):
    (folder / WEB).parent.mkdir(parents=True, exist_ok=True)
    (folder / WEB).write_text(text)


def test_files_of_their_own_are_the_test_half_and_the_rest_is_tuning(made_up, tmp_path):
    old, new = list(places(OLD))[1], list(places(NEW))[-1]
    (made_up / "en.tsv").write_text(row("sale", OLD, old.block, old.sentence, old.digest, "sell.no"))
    assert [one.half for one in read_gold("en")] == ["tuning"]
    (made_up / "en.more.tsv").write_text(row("sale", NEW, new.block, new.sentence, new.digest, "sell.no?"))
    a_text(tmp_path, "We sell\n\n*   We sell shoes.\n")
    (shoes,) = (one for one in places(WEB, tmp_path) if "shoes" in one.text)
    (made_up / "en.web.test.tsv").write_text(web_rows((shoes.block, shoes.sentence, shoes.digest, "-")))
    known = [one for one in read_gold("en", tmp_path) if one.category == "sale"]
    assert sorted(known, key=lambda one: (one.half, one.place.file), reverse=True) == [
        Gold("sale", "tuning", old, frozenset({"sell.no"}), frozenset()),
        Gold("sale", "tuning", new, frozenset(), frozenset({"sell.no"})),
        Gold("sale", "test", shoes, frozenset(), frozenset()),
    ]
    assert shoes.operator == "Some Shop"
    # Measured and read, these rows become tuning data.
    (made_up / "en.web.test.tsv").rename(made_up / "en.web.tsv")
    (made_up / "en.web2.test.tsv").write_text(web_rows())
    assert {one.half for one in read_gold("en", tmp_path)} == {"tuning"}


def test_the_operator_of_a_repository_of_its_own_is_its_owner():
    assert operator_of("somebody__policies/privacy/index.md") == "somebody"
    assert operator_of("tosdr__tosback-versions/A School/Privacy Policy.md") == "A School"
    assert operator_of("citp__privacy-policy-historical/s/sh/sho/shoes.co.uk.md") == "shoes"


def test_the_end_of_its_line_ends_a_heading(tmp_path):
    a_text(tmp_path, "## Rights\nYou may see your data.\n### No\n\nWe do not sell.\n#hash\n")
    found = [(one.of.kind.name, one.context.heading, one.text) for one in places(WEB, tmp_path)]
    assert found == [
        ("HEADING", found[0][1], "Rights"),
        ("PARAGRAPH", "Rights", "You may see your data."),
        ("HEADING", found[2][1], "No"),
        ("PARAGRAPH", "No", "We do not sell."),
        ("PARAGRAPH", "No", "#hash"),
    ]


def test_a_sentence_of_a_repository_is_found_by_its_digest_wherever_it_stands(made_up, tmp_path):
    a_text(tmp_path / "then", "We sell shoes. We sell no data.\n\nWe keep it.\n")
    then = list(places(WEB, tmp_path / "then"))
    written = ((one.block, one.sentence, one.digest, "-") for one in then)
    (made_up / "en.web.test.tsv").write_text(web_rows(*written))
    assert [place for _, place in located("en", tmp_path / "then")] == then
    assert missing("en", tmp_path / "then") == ""
    a_text(tmp_path / "now", "# Privacy\n\nOn top.\n\nWe sell no data. We sell shoes.\n\nWe keep it for ever.\n")
    now = {one.text.strip(): one for one in places(WEB, tmp_path / "now")}
    assert [place for _, place in located("en", tmp_path / "now")] == [
        now["We sell shoes."],
        now["We sell no data."],
        None,
    ]
    assert missing("en", tmp_path / "now").startswith(
        "missing: 1 of 3 sentences of en of public repositories are not in "
    )


def test_a_sentence_over_lines_that_its_file_wraps_is_found(made_up, tmp_path):
    a_text(
        tmp_path,
        "# Us\nWe sell\nno data. We keep:\n- logs for\n  ten days\n2. mail\n\nTitle\n-----\n\nWe sell  \nshoes.\n",
    )
    joined = list(places(WEB, tmp_path, joined=True))
    texts = ["Us", "We sell no data.", "We keep:", "logs for ten days", "mail", "Title", "We sell", "shoes."]
    assert [one.text for one in joined] == texts
    assert "We sell no data." not in {one.text for one in places(WEB, tmp_path)}
    written = ((one.block, one.sentence, one.digest, "-") for one in joined)
    (made_up / "en.web.test.tsv").write_text(web_rows(*written))
    assert [place.text for _, place in located("en", tmp_path)] == texts
    assert missing("en", tmp_path) == ""


def test_without_its_texts_the_test_half_is_skipped_and_it_is_said_how_to_get_them(made_up, tmp_path):
    (made_up / "en.web.test.tsv").write_text(web_rows((0, 0, "0" * 16, "law:gdpr")))
    for texts in (None, tmp_path / "nowhere"):
        assert list(read_gold("en", texts)) == []
        assert missing("en", texts).startswith(
            "skipped: the 1 sentences of en of public repositories, their texts are not here."
        )
        assert "--texts DIR" in missing("en", texts)


def test_a_row_of_all_categories_counts_in_each_one(made_up):
    new = next(one for one in places(NEW) if "nine" in one.text)
    labels = "retention:period law:gdpr?"
    (made_up / "en.tsv").write_text(row("*", NEW, new.block, new.sentence, new.digest, labels))
    found = {one.category: (one.labels, one.open) for one in read_gold("en")}
    assert found.pop("retention") == ({"period"}, set())
    assert found.pop("law") == (set(), {"gdpr"})
    assert set(found) == set(rules().categories) - {"retention", "law"}
    assert set(found.values()) == {(frozenset(), frozenset())}


def test_a_row_of_all_categories_counts_in_those_that_its_language_has_rules_of(made_up):
    new = next(one for one in places(NEW) if "nine" in one.text)
    (made_up / "de.tsv").write_text(
        row("*", NEW, new.block, new.sentence, new.digest, "retention:period security:measures")
    )
    found = {one.category: one.labels for one in read_gold("de")}
    assert found == {"retention": {"period"}, "rights": set(), "law": set(), "legal_basis": set(), "party": set()}


def test_a_sentence_that_has_changed_does_not_count(made_up):
    changed = digest(("we", "keep", "logs", "for", "ever"))
    (made_up / "en.tsv").write_text(row("retention", NEW, 1, 0, changed, "period"))
    assert list(read_gold("en")) == []


def test_subjects_younger_than_labels_are_of_the_rules_and_of_files_that_are_there():
    """And they came after the labels: one that did not would hide an error."""
    stems = {file.name.removesuffix(".tsv").removesuffix(".test") for file in GOLD.glob("*.tsv")}
    known = {(rule.category, rule.subject) for rule in rules().rules}
    for one in tomllib.loads((GOLD / "younger.toml").read_text(encoding="utf-8"))["younger"]:
        assert one["labelled"] < one["since"]
        assert set(one["files"]) <= stems
        assert {(one["category"], subject) for subject in one["subjects"]} <= known


def test_a_subject_younger_than_labels_counts_neither_way(made_up, tmp_path):
    text = "De Uitvoeringswet AVG geldt. De AVG geldt."
    texts = tmp_path / "texts"
    (texts / "a__b").mkdir(parents=True)
    (texts / "a__b" / "p.md").write_text(f"{text}\n", encoding="utf-8")
    head = "category\tsource\tpath\tcommit\tblock\tsentence\tdigest\tlabels\n"
    lines = "".join(
        f"*\ta/b\tp.md\t{'0' * 40}\t0\t{one.sentence}\t{one.digest}\t-\n" for one in places("a__b/p.md", texts)
    )
    for name in ("xx.web.test.tsv", "xx.web9.test.tsv"):
        (made_up / name).write_text(head + lines, encoding="utf-8")
    (made_up / "younger.toml").write_text(
        '[[younger]]\ncategory = "law"\nsubjects = ["uavg"]\nfiles = ["xx.web"]\n', encoding="utf-8"
    )
    laws = [gold for gold in read_gold("xx", texts) if gold.category == "law"]
    assert len(laws) == 4
    assert [compare(gold, {"uavg.yes"})[1] for gold in laws] == [set(), set(), {"uavg.yes"}, {"uavg.yes"}]
    assert [compare(gold, {"gdpr.yes"})[1] for gold in laws] == [{"gdpr.yes"}] * 4


def test_a_site_s_own_company_and_an_abstention_are_never_wrong():
    def gold(category, operator, labels=(), open_=()):
        place = Place(f"{operator}__a/p.md", 0, 0, "", "", Context(), Block(BlockKind.PARAGRAPH, 0, ""))
        return Gold(category, "test", place, frozenset(labels), frozenset(open_))

    skype = gold("party", "Skype")
    assert compare(skype, {"skype.yes", "microsoft.yes", "google.yes"})[1] == {"google.yes"}
    training = gold("ai", "A", open_={"training.no"})
    assert compare(training, {"training.unclear"})[1] == set()
    assert compare(training, {"training.yes"})[1] == {"training.yes"}
    assert compare(gold("ai", "A"), {"training.unclear"})[1] == {"training.unclear"}  # nobody speaks of training
