"""The end of a crawl: exit code, counts, and what to do next."""

import io
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from crawler.archives.capture import Brought, Outcome
from crawler.archives.errors import Exit
from crawler.choosing.certainty import Certainty
from crawler.missing import Missing
from crawler.summary import RunCertainty, Summary, as_json, json_of, print_summary, run_certainty

STOPPED_BY = "the archive answered 429 (too many requests)"


def make_summary(**fields):
    numbers = {
        "archive": "sample",
        "database": "p.db",
        "policies": 2,
        "listed": 1234,
        "new_captures": 1200,
        "fetched": 30,
        "reused": 4,
        "versions": 7,
        "changes": 5,
        "new_versions": 7,
        "seconds": 1.25,
        "outcomes": {Outcome.FETCHED: 30},
    }
    numbers["news"] = [one for one in fields.get("brought", ()) if one.news]
    return Summary(**numbers | fields)


def printed(**fields):
    console = Console(file=io.StringIO(), width=40)
    print_summary(make_summary(**fields), console)
    return console.file.getvalue()


DAY = datetime(2024, 5, 1, tzinfo=UTC)
SURE = RunCertainty(Certainty(9, 5, 3, 1, timedelta(days=30), 2), "a.example")


@pytest.mark.parametrize("changes", [0, 1, 3])
@pytest.mark.parametrize("missing", [0, 2])
@pytest.mark.parametrize("sure", [None, SURE])
def test_piece_by_piece_it_is_the_same_json(changes, missing, sure):
    brought = [
        Brought("a.example", 'https://a.example/"p"', DAY, DAY, "substantive", n, 0, "c\n", True)
        for n in range(changes)
    ]
    without = [Missing(f"s{n}.example", "x", Outcome.NOT_ARCHIVED, "a\nb") for n in range(missing)]
    summary = make_summary(brought=brought, missing=without, sure=sure, known={Outcome.EXCLUDED: 1})
    assert "".join(json_of(summary)) == json.dumps(as_json(summary), indent=2) + "\n"
    assert len(as_json(summary)["brought"]) == changes
    assert len(as_json(summary)["missing"]) == missing


def test_the_certainty_of_a_run_is_that_of_its_policies():
    assert run_certainty([]) is None
    some = [("a", 3), ("b", 9), ("c", 9), ("d", 1)]
    found = run_certainty((site, Certainty(10, 5, 3, 2, timedelta(days=days), days)) for site, days in some)
    assert found == RunCertainty(Certainty(40, 20, 12, 8, timedelta(days=9), 9), "b")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, Exit.COMPLETE),
        ({"outcomes": {}}, Exit.COMPLETE),
        (
            {"outcomes": {Outcome.FETCHED: 3, Outcome.ARCHIVED_ERROR: 2, Outcome.NOT_A_POLICY: 1, Outcome.DRIFTED: 1}},
            Exit.COMPLETE,
        ),
        ({"outcomes": {Outcome.FETCHED: 3, Outcome.PENDING: 1}}, Exit.PARTLY),
        ({"outcomes": {Outcome.EXCLUDED: 1}}, Exit.PARTLY),
        ({"broken": "the disk is full"}, Exit.NOT_RUN),
        ({"stopped": STOPPED_BY}, Exit.STOPPED),
        ({"stopped": STOPPED_BY, "outcomes": {Outcome.RATE_LIMITED: 1}}, Exit.STOPPED),
        ({"stopped": STOPPED_BY, "broken": "x", "outcomes": {Outcome.RATE_LIMITED: 1}}, Exit.NOT_RUN),
    ],
)
def test_exit_codes(fields, code):
    assert make_summary(**fields).exit_code == code
    assert as_json(make_summary(**fields))["exit_code"] == code


def test_the_documented_codes():
    assert (Exit.COMPLETE, Exit.PARTLY, Exit.NOT_RUN, Exit.STOPPED) == (0, 1, 2, 3)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_says_what_it_means_and_what_to_do(outcome):
    text = printed(outcomes={outcome: 1})
    assert f"{outcome.value}  {outcome.about.meaning}" in text
    assert (f"; next: {outcome.about.next_step}" in text) == bool(outcome.about.next_step)
    assert outcome.about.next_step or not outcome.about.missing
    assert make_summary(outcomes={outcome: 1}).exit_code == (Exit.PARTLY if outcome.about.missing else Exit.COMPLETE)


def test_as_data():
    data = json.loads(json.dumps(as_json(make_summary(outcomes=Counter({Outcome.EXCLUDED: 2})))))
    assert data["outcomes"] == {
        "excluded": {
            "count": 2,
            "meaning": "the site's owner had it excluded",
            "next_step": "try another archive with --archive",
        }
    }
    assert {
        "archive",
        "database",
        "policies",
        "listed",
        "new_captures",
        "fetched",
        "reused",
        "versions",
        "changes",
        "new_versions",
        "seconds",
        "stopped",
        "broken",
        "exit_code",
    } < set(data)
    assert (data["listed"], data["seconds"], data["exit_code"]) == (1234, 1.25, 1)


def test_as_text():
    lines = printed(outcomes={Outcome.FETCHED: 1030, Outcome.NOT_ARCHIVED: 2}).splitlines()
    assert lines == [
        "policylapse: 2 policies from sample in 1.2 s, into p.db",
        "  1,234 captures listed (1,200 new), 30 fetched, 4 reused; the database now holds 7 versions, 5 changes",
        "    1,030  fetched       fetched and read",
        "        2  not_archived  the archive has no capture; next: check the URL, or name another with --url",
    ]
    assert printed(policies=1).startswith("policylapse: 1 policy from")


NOTHING = {"new_captures": 0, "fetched": 0, "new_versions": 0}


def test_nothing_new_is_said():
    assert "Nothing new: every capture was known" in printed(**NOTHING)


@pytest.mark.parametrize(
    "fields",
    [{"listed": 0}, {"fetched": 1}, {"new_captures": 1}, {"new_versions": 1}, {"broken": "x"}, {"stopped": STOPPED_BY}],
)
def test_nothing_new_is_said_only_then(fields):
    assert "Nothing new" not in printed(**NOTHING | fields)


def test_why_it_stopped_is_said():
    assert f"Stopped: {STOPPED_BY}. Then run the same crawl again" in printed(stopped=STOPPED_BY)
    assert "Stopped: the disk is full\n" in printed(broken="the disk is full")


def test_names_are_no_markup():
    assert "[bold]x.db[/bold]" in printed(database="[bold]x.db[/bold]")


PLURALS = re.compile(r"\b1 (policies|pages|captures|versions|changes|requests|minutes|days|sites|words)\b")


@pytest.mark.parametrize(
    ("number", "policies", "captures", "older"),
    [
        (0, "0 policies", "0 captures", ""),
        (1, "1 policy", "1 capture", "1 version, 1 change"),
        (2, "2 policies", "2 captures", "2 versions, 2 changes"),
    ],
)
def test_a_number_has_its_noun(number, policies, captures, older):
    shown = printed(policies=number, listed=number, versions=number, changes=number)
    assert f"policylapse: {policies} from " in shown
    assert f"{captures} listed" in shown
    assert older in shown
    assert not PLURALS.search(shown)
