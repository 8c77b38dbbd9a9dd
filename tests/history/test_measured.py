"""Numbers of texts over time: medians with their denominators, against a count by hand."""

import json
from contextlib import closing
from statistics import mean, median

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.main import main
from history.answers.measured import METRICS, measure, metric_data, metric_trends
from history.database import open_database
from history.search.trends import Stretch, Stretches

ENGLISH = "We may keep your data for some time. Your data is kept by us for advertising. Google Analytics is used. "
STRETCH = st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(4036, 4040), st.integers(0, 3))


def written(history_db):
    """Two sites: one in English that grows, one whose text has no language with lists."""
    history_db.policy(
        "https://a.example/privacy",
        history_db.shown("2018-02-01", ENGLISH * 3),
        history_db.shown("2018-08-01", ENGLISH * 12),
        history_db.shown("2018-12-01", ENGLISH * 12),
    )
    history_db.policy(
        "https://b.example/privacy",
        history_db.shown("2018-08-02", "Wir speichern Ihre Daten. Google Analytics wird verwendet."),
        history_db.shown("2018-11-02", "Wir speichern Ihre Daten. Google Analytics wird verwendet."),
    )
    history_db.db.execute("UPDATE texts SET language = 'de' WHERE words < 20")
    history_db.db.conn.commit()
    history_db.db.conn.close()
    return history_db.path


def test_a_metric_has_its_denominators(history_db):
    path = written(history_db)
    shown = CliRunner().invoke(
        main, ["trends", "--metric", "vague_per_1000", "--metric", "parties_named", "--db", str(path), "--json"]
    )
    assert shown.exit_code == 0, shown.output
    vague, named = json.loads(shown.stdout)["metrics"]
    first, second = vague["points"]
    assert (first["half_year"], first["covered"], first["measured"]) == ("2018-H1", 1, 1)
    assert (second["half_year"], second["covered"], second["measured"]) == ("2018-H2", 2, 1)  # German has no list
    assert first["median"] == second["median"] > 50  # "may", "some": a text that is only longer is not vaguer
    assert [(one["covered"], one["measured"], one["median"]) for one in named["points"]] == [(1, 1, 1), (2, 2, 1)]
    plain = CliRunner().invoke(main, ["trends", "--metric", "vague_per_1000", "--db", str(path)]).stdout
    assert " of 1" in plain.splitlines()[-1]
    rows = CliRunner().invoke(main, ["trends", "--metric", "words", "--db", str(path), "--csv"]).stdout.splitlines()
    assert rows[0] == "half_year,covered,metric,measured,median,lowest,highest"
    assert rows[2].startswith("2018-H2,2,words,2,")
    for wrong in (["trends", "gdpr", "--metric", "words"], ["trends", "--metric", "words", "--passages"]):
        assert CliRunner().invoke(main, [*wrong, "--db", str(path)]).exit_code == 2


def test_show_has_the_numbers_that_readability_has(history_db):
    path = written(history_db)

    def data(*arguments):
        shown = CliRunner().invoke(main, [*arguments, "--db", str(path), "--json"])
        assert shown.exit_code == 0, shown.output
        return json.loads(shown.stdout)

    (policy,) = data("readability", "a.example")["policies"]
    for one in policy["versions"]:
        numbers = data("show", "a.example", str(one["version"]))["metrics"]
        assert numbers == {name: one[name] for name in numbers}
        assert {
            "sentences",
            "reading_minutes",
            "vague_per_1000",
            "passive_share",
            "parties",
            "purposes",
        } <= numbers.keys()
    told = CliRunner().invoke(main, ["show", "a.example", "--db", str(path)]).stderr
    assert "vague words per 1,000" in told
    assert "1 other company named" in told
    german = CliRunner().invoke(main, ["show", "b.example", "--db", str(path)]).stderr
    assert "vague" not in german  # English alone has the list


@pytest.fixture
def measured_db(history_db):
    path = written(history_db)
    with closing(open_database(path)) as db:
        return path, {
            text_id: METRICS["words"](one) for (text_id, _site), one in measure(db, [(1, ""), (2, ""), (3, "")])
        }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(STRETCH, max_size=8))
def test_a_site_counts_once_with_the_mean_of_its_wordings(measured_db, rows):
    path, numbers = measured_db
    stretches = Stretches(
        Stretch(f"s{site}.example", text_id, first, first + length) for site, text_id, first, length in rows
    )
    with closing(open_database(path)) as db:
        (found,) = metric_trends(db, stretches, ["words"])
    for point in metric_data(found)["points"]:
        half = 2 * int(point["half_year"][:4]) + int(point["half_year"][-1]) - 1
        sites = {}
        for site, text_id, first, length in rows:
            if first <= half <= first + length:
                sites.setdefault(site, []).append(numbers[text_id])
        assert point["covered"] == point["measured"] == len(sites)
        assert point["median"] == (round(median(map(mean, sites.values())), 4) if sites else None)
