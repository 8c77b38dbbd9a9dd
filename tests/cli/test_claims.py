"""`claims` on the sample archive, whose sentences are invented and known."""

import csv
import io
import json
import shutil
import sqlite3
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing

import pytest
from click.testing import CliRunner

from cli.keeping.stored_claims import store_all_claims
from cli.main import main
from cli.reading.claims import _print_csv
from crawler.archives.errors import StoreError
from history.claims.over_sites import says_of
from history.database import open_database
from history.sites import all_policies
from history.timeline.timeline import read_versions
from pipelines.claims.model import Polarity
from tests.crawling import environment
from tests.history.web.pages import Site
from tests.programs import ROOT
from tests.programs import run as program


@pytest.fixture
def run(sample_db):
    def invoke(*arguments, db=sample_db, code=0):
        result = CliRunner().invoke(main, [*map(str, arguments), "--db", str(db)])
        assert result.exit_code == code, result.output
        return result.stdout if code == 0 else result.stderr

    return invoke


def claims(run, *arguments):
    data = json.loads(run("claims", *arguments, "--json"))
    return {(one["claim"], one["polarity"], one["value"]): one for one in data["claims"]}


def test_the_retention_that_changed(run):
    """Nestwell's measurements: 90 days until 2015, then 26 months (data/sample)."""
    found = claims(run, "nestwell.example", "--all", "--claim", "retention")
    (ended,) = found["retention.period", "yes", "P90D"]["stays"]
    (begun,) = found["retention.period", "yes", "P26M"]["stays"]
    assert ended["gone_by"] == begun["first_seen"]
    assert ended["last_seen"] == begun["not_before"]
    assert found["retention.period", "yes", "P26M"]["evidence"][0]["sentence"] == (
        "Measurements are kept for 26 months and are then deleted."
    )
    latest = claims(run, "nestwell.example")
    assert ("retention.period", "yes", "P90D") not in latest
    assert ("retention.period", "yes", "P26M") in latest


def test_since_is_the_bracket_of_the_version(run):
    versions = {
        one["version"]: one
        for one in json.loads(run("timeline", "harborline.example", "--json"))["policies"][0]["versions"]
    }
    found = claims(run, "harborline.example", "--all")
    assert len(found) > 10
    for one in found.values():
        for stay in [*one["stays"], *(stay for said in one["evidence"] for stay in said["stays"])]:
            came = versions[stay["from_version"]]
            assert (stay["not_before"], stay["first_seen"]) == (came["not_before"], came["first_seen"])


def test_a_law_has_the_days_on_which_it_applied(run):
    assert claims(run, "nestwell.example")["law.gdpr", "yes", None]["applied"] == "applies since 2018-05-25"
    others = [one for name, one in claims(run, "nestwell.example").items() if not name[0].startswith("law.")]
    assert len(others) > 10
    assert not any(one["applied"] for one in others)
    assert "law.gdpr (applies since 2018-05-25)" in run("claims", "nestwell.example", "--claim", "law")


def test_csv_has_a_row_per_sentence_and_stay(run):
    rows = list(csv.DictReader(io.StringIO(run("claims", "nestwell.example", "--all", "--csv"))))
    mine = [row for row in rows if row["value"] == "P26M"]
    assert [(row["claim"], row["from_version"], row["gone_by"]) for row in mine] == [("retention.period", "2", "")]


def test_a_person_sees_sentence_and_bracket(run):
    shown = run("claims", "nestwell.example", "--at", "2")
    assert "period 26 months" in shown
    assert "Measurements are kept for 26 months and are then deleted." in shown
    assert "access" not in shown


def test_an_unknown_category_is_named_with_those_there_are(run):
    assert "retention, rights, law" in run("claims", "nestwell.example", "--claim", "taxes", code=2)
    assert "sell, sell_aggregated, share_for_ads" in run("trends", "--claim", "sale.lend", code=2)
    run("claims", "nestwell.example", "--csv", "--json", code=2)


def test_which_claims_came_and_went_over_all_sites(run):
    """Lumenkart dropped "We do not sell your personal information, and we never will." (data/sample)."""
    changes = json.loads(run("claims", "--changed", "--claim", "sale.denied", "--json"))["changes"]
    (mine,) = [one for one in changes if one["site"] == "lumenkart.example"]
    assert (mine["change"], mine["claim"], mine["polarity"]) == ("went", "sale.sell", "no")
    assert mine["sentence"] == "We do not sell your personal information, and we never will."
    (version,) = [
        one
        for one in json.loads(run("timeline", "lumenkart.example", "--json"))["policies"][0]["versions"]
        if one["version"] == mine["version"]
    ]
    assert (mine["not_before"], mine["not_after"]) == (version["not_before"], version["first_seen"])
    assert "sale.sell no" in run("claims", "--changed", "--since", "2021", "--claim", "sale")
    assert "no claim came or went" in run("claims", "--changed", "--since", "2026")


def test_changes_of_one_site_agree_with_its_claims(run):
    rows = list(csv.DictReader(io.StringIO(run("claims", "harborline.example", "--changed", "--csv"))))
    stories = claims(run, "harborline.example", "--all")
    came = {
        (row["claim"], row["polarity"], row["value"] or None, row["version"]) for row in rows if row["change"] == "came"
    }
    assert came == {
        (*key, str(stay["from_version"]))
        for key, one in stories.items()
        for stay in one["stays"]
        if stay["from_version"] > 1
    }


def test_around_a_day_only_policies_known_at_both_ends_are_counted(run):
    found = json.loads(run("compare", "--around", "2018-05-25", "--window", "365d", "--claim", "law.gdpr", "--json"))
    assert (found["policies"], len(found["covered"]), len(found["changed"])) == (8, 5, 4)
    (gdpr,) = found["claims"]
    assert (gdpr["claim"], gdpr["covered"], gdpr["before"], gdpr["after"], len(gdpr["came"])) == (
        "law.gdpr",
        5,
        0,
        3,
        3,
    )
    assert "covered at both ends: 5 of 8 policies" in run("compare", "--around", "2018-05-25", "--window", "365d")
    assert "no policy is known at both ends" in run("compare", "--around", "1990-01-01")


def test_trends_of_a_claim_have_denominators(run):
    (one,) = json.loads(run("trends", "--claim", "law.gdpr", "--json"))["terms"]
    points = {point["half_year"]: (point["covered"], point["having"]) for point in one["points"]}
    assert points["2016-H1"] == (5, 0)
    assert points["2018-H1"] == (7, 4)
    run("trends", code=2)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nestwell.example", "--since", "2018"),
        ("nestwell.example", "--changed", "--at", "1"),
    ],
)
def test_options_that_do_not_fit_are_refused(run, arguments):
    run("claims", *arguments, code=2)


def test_a_sentence_is_no_formula_in_csv(capsys):
    """As in `export --format csv`: a page may begin a sentence so that a spreadsheet runs it."""
    _print_csv(("sentence", "words"), [('=HYPERLINK("http://x.example")', 1)])
    assert capsys.readouterr().out == '"sentence","words"\n"\'=HYPERLINK(""http://x.example"")",1\n'


def test_stored_claims_give_the_same_answers_and_show_in_changes(run, sample_db, tmp_path):
    """Every command that tells of claims, before and after they are stored; `changes` then shows them unasked."""
    db = tmp_path / "copy.db"
    shutil.copy(sample_db, db)
    asked = (
        ("claims", "lumenkart.example", "--all", "--json"),
        ("claims", "--changed", "--csv"),
        ("trends", "--claim", "sale.denied", "--json"),
        ("search", "data", "--claim", "sale", "--json"),
        ("changes", "--claims", "--json"),
        ("changes", "--claim", "retention", "--json"),
        ("compare", "--around", "2018-05-25", "--window", "365d", "--json"),
        ("search", "we OR data", "--claim", "rights", "--thorough", "--json"),
    )

    def answers():
        run("claims", "--matrix", tmp_path / "matrix.csv", db=db)
        return [run(*one, db=db) for one in asked], (tmp_path / "matrix.csv").read_bytes()

    before = answers()
    assert "claims_added" not in run("changes", "--json", db=db)
    assert "claims:" not in run("changes", db=db)
    stored = json.loads(run("claims", "--store", "--processes", "1", "--json", db=db))
    assert stored["texts"] > 30
    assert stored["claims"] > 300
    assert answers() == before
    assert json.loads(run("changes", "--json", db=db)) == json.loads(run("changes", "--claims", "--json", db=db))
    assert "claims: + retention.period 26 months; − retention.period 30 days; − sale.sell no" in run("changes", db=db)
    assert "claims:" not in run("changes", "--no-claims", db=db)
    assert "are stored, by rules" in run("claims", "--store", db=db)


def test_who_adds_versions_to_a_database_that_stores_claims_stores_theirs(run, sample_db, tmp_path):
    """A crawl and a merge; a database of which nobody asked it stores none."""
    db, plain = tmp_path / "a.db", tmp_path / "plain.db"

    def crawl(site):
        told = environment(POLICYLAPSE_STATE=str(tmp_path / "state"))
        ended = program("-m", "cli.main", "crawl", "--archive", "sample", "--url", site, "--db", db, env=told, cwd=ROOT)
        assert ended.returncode == 0, ended.stderr

    def stored(path):
        with closing(sqlite3.connect(path)) as connection:
            (versions,) = connection.execute("SELECT count(DISTINCT text_id) FROM versions").fetchone()
            return versions, connection.execute("SELECT count(*) FROM text_claims").fetchone()[0]

    crawl("http://nestwell.example/privacy")
    versions, texts = stored(db)
    assert versions > 3
    assert texts == 0
    run("claims", "--store", "--processes", "1", db=db)
    assert stored(db) == (versions, versions)
    crawl("http://www.harborline.example/privacy.asp")
    more, texts = stored(db)
    assert texts == more > versions
    invoked = CliRunner().invoke(main, ["merge", str(sample_db), "--into", str(db)])
    assert invoked.exit_code == 0, invoked.output
    every, texts = stored(db)
    assert texts == every > more
    invoked = CliRunner().invoke(main, ["merge", str(sample_db), "--into", str(plain)])
    assert invoked.exit_code == 0, invoked.output
    assert stored(plain)[1] == 0


UNCLEAR = "Our use of cookies may be considered a sale of your personal information."
# Where a claim is named, and whether a person or a program reads it: each says that it is unclear.
SAYS_UNCLEAR = (
    ("claims", "a.example"),
    ("claims", "a.example", "--json"),
    ("claims", "a.example", "--all", "--csv"),
    ("claims", "--changed"),
    ("claims", "--changed", "--json"),
    ("claims", "--changed", "--csv"),
    ("claims", "--matrix", "MATRIX"),
    ("changes", "--claims"),
    ("changes", "--claims", "--json"),
    ("compare", "--around", "2018-05-25"),
    ("compare", "--around", "2018-05-25", "--json"),
    ("compare", "--around", "2018-05-25", "--csv"),
    ("search", "cookies", "--claim", "sale"),
    ("search", "cookies", "--claim", "sale", "--json"),
    ("trends", "--claim", "sale.unclear"),
    ("trends", "--claim", "sale.unclear", "--json"),
    ("trends", "--claim", "sale.unclear", "--csv"),
    "/-/site/a.example/privacy/claims",
    "/-/site/a.example/privacy/claims.json",
    "/-/site/a.example/privacy/claims.csv",
    "/-/changes?claims=1",
    "/-/changes.json?claims=1",
    "/-/changes.csv?claims=1",
    "/-/search?q=cookies&claim=sale",
)


@pytest.mark.parametrize("stored", [False, True], ids=["computed", "stored"])
def test_what_two_readers_could_disagree_on_is_unclear_wherever_it_is_shown(run, history_db, tmp_path, stored):
    """And nowhere a yes, a no, or a sale without a word."""
    path = history_db.policy(
        "https://a.example/privacy",
        history_db.shown("2017-11-01", "We keep your order data for two years."),
        history_db.shown("2018-03-01", "We keep your order data for two years."),
        history_db.shown("2018-07-01", f"We keep your order data for two years.\n\n{UNCLEAR}"),
        history_db.shown("2018-11-30", f"We keep your order data for two years.\n\n{UNCLEAR}"),
    )
    history_db.db.conn.close()
    if stored:
        run("claims", "--store", "--processes", "1", db=path)
    for asked in SAYS_UNCLEAR:
        if isinstance(asked, str):
            said = Site(path).page(asked).body.decode()
        else:
            matrix = tmp_path / "matrix.csv"
            said = run(*(matrix if part == "MATRIX" else part for part in asked), db=path)
            said = matrix.read_text() if "MATRIX" in asked else said
        assert "unclear" in said.replace("unclear: two readers could disagree", ""), asked
        for wrong in ("sale.sell no", "sale.sell yes", "sale.sell conditional", "sale.sell.stated"):
            assert wrong not in said, asked
    with closing(open_database(path)) as db:
        (policy,) = all_policies(db)
        (_before, after) = says_of(db, policy, read_versions(db, policy))
    assert [one.what.polarity for one in after if one.what.category == "sale"] == [Polarity.UNCLEAR]


def test_a_process_that_is_killed_is_told_with_what_to_do(sample_db, monkeypatch):
    def killed(*_arguments):
        raise BrokenProcessPool("gone")

    monkeypatch.setattr("pipelines.upkeep.claims.store_claims", killed)
    with pytest.raises(StoreError, match="--processes 1"):
        store_all_claims(sample_db, 0)
