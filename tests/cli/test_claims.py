"""`claims` on the sample archive, whose sentences are invented and known."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from cli.main import main
from cli.reading.claims import _print_csv


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
    assert "sell, share_for_ads" in run("trends", "--claim", "sale.lend", code=2)
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
