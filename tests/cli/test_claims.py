"""`claims` on the sample archive, whose sentences are invented and known."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from cli.main import main


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
    found = claims(run, "nestwell.example", "--all", "--category", "retention")
    (ended,) = found["retention.period", "yes", "P90D"]["stays"]
    (begun,) = found["retention.period", "yes", "P26M"]["stays"]
    assert ended["gone_at"] == begun["first_seen"]
    assert ended["last_seen"] == begun["not_there_at"]
    assert found["retention.period", "yes", "P26M"]["evidence"][0]["sentence"] == (
        "Measurements are kept for 26 months and are then deleted."
    )
    latest = claims(run, "nestwell.example")
    assert ("retention.period", "yes", "P90D") not in latest
    assert ("retention.period", "yes", "P26M") in latest


def test_since_is_the_bracket_of_the_version(run):
    versions = {
        one["version"]: one for one in json.loads(run("timeline", "harborline.example", "--json"))[0]["versions"]
    }
    found = claims(run, "harborline.example", "--all")
    assert len(found) > 10
    for one in found.values():
        for stay in [*one["stays"], *(stay for said in one["evidence"] for stay in said["stays"])]:
            came = versions[stay["from_version"]]
            assert (stay["not_there_at"], stay["first_seen"]) == (came["not_before"], came["first_seen"])


def test_csv_has_a_row_per_sentence_and_stay(run):
    rows = list(csv.DictReader(io.StringIO(run("claims", "nestwell.example", "--all", "--csv"))))
    mine = [row for row in rows if row["value"] == "P26M"]
    assert [(row["claim"], row["from_version"], row["gone_at"]) for row in mine] == [("retention.period", "2", "")]


def test_a_person_sees_sentence_and_bracket(run):
    shown = run("claims", "nestwell.example", "--at", "2")
    assert "period P26M" in shown
    assert "Measurements are kept for 26 months and are then deleted." in shown
    assert "access" not in shown


def test_an_unknown_category_is_named_with_those_there_are(run):
    assert "retention, rights, law" in run("claims", "nestwell.example", "--category", "taxes", code=2)
    run("claims", "nestwell.example", "--csv", "--json", code=2)
