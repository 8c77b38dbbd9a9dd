"""`policylapse coverage`, as a person and as a program see it."""

import csv
import io
import json
import re

import pytest
from click.testing import CliRunner

from cli.main import main


@pytest.fixture
def run(monkeypatch, sample_db):
    def invoke(*arguments, columns=80):
        for name, value in {"COLUMNS": str(columns), "TERM": "dumb"}.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(main, ["coverage", *arguments, "--db", str(sample_db)])

    return invoke


def shown(result):
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_table_fits_and_its_signs_are_explained_without_colour(run, columns):
    text = shown(run("--since", "1999", "--until", "2024", columns=columns))
    table, legend = text.split("each sign is one:")
    assert max(map(len, table.splitlines())) <= columns
    rows = re.findall(r"^lumenkar\S* +([#!?ox.]+) +(\d+)/52$", table, re.MULTILINE)
    signs = "".join(row for row, _found in rows)
    assert len(signs) == 52
    assert {signs.count("#")} == {int(found) for _row, found in rows}
    assert len(re.findall(r"^  [#!?ox.] +[\d,]+ +\d+ %  \w+ +\w", legend, re.MULTILINE)) == 6


def test_years_stand_over_their_first_half(run):
    head, row, *_ = shown(run("lumenkart.example", "--since", "2018", "--until", "2025", columns=100)).splitlines()
    assert row[head.index("2018")] == "#"  # 2018-06-11
    assert head.index("2025") - head.index("2018") == 14


def test_of_one_site_every_stretch_is_told_with_its_next_step(run):
    text = shown(run("grunwaldfrere.example", "--until", "2013"))
    assert "no_policy  2012-H1–2013-H1: 1 archived_error; next: name another URL of the policy with --url" in text
    assert re.search(
        r"no_capture  .*2009-H1–2010-H2.*; next: ask another archive for it: crawl again with --fallback", text
    )


def test_json_and_csv_say_the_same(run):
    data = json.loads(shown(run("lumenkart.example", "nestwell.example", "--json")))
    rows = list(csv.DictReader(io.StringIO(shown(run("lumenkart.example", "nestwell.example", "--csv")))))
    cells = [
        {"site": one["site"], "policy_url": one["policy_url"], **cell}
        for one in data["policies"]
        for cell in one["half_years"]
    ]
    assert rows == cells
    assert sum(data["totals"].values()) == len(cells)
    assert data["sites_found"]["2020-H1"] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--csv", "--json"], "exclude each other"),
        (["--since", "2020", "--until", "2019"], "is later than"),
        (["nowhere.example"], "holds no policy of 'nowhere.example'"),
    ],
)
def test_what_cannot_be_done_is_said(run, arguments, message):
    result = run(*arguments)
    assert (result.exit_code, message in result.output) == (2, True)


def test_an_empty_database(history_db, monkeypatch):
    result = CliRunner().invoke(main, ["coverage", "--db", str(history_db.path)])
    assert "nothing is known of that time" in shown(result)
