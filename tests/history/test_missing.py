"""Whatever was asked for and has no version says why, the same in each list."""

import pytest
from click.testing import CliRunner

from cli.main import main
from crawler.archives.capture import Outcome
from history.database import open_database
from history.sites import NoPolicy, find_policies, list_sites
from history.status import read_status
from history.timeline.coverage_read import read_subjects
from pipelines.store.missing import read_missing

AT = "2026-01-02T03:04:05Z"


def run_of(writer):
    return writer._insert("runs", started_at=AT, program="p", archive="wayback", strategy="changes", arguments="{}")


def say(writer, run, outcome, subject, policy_id=None):
    writer._insert(
        "outcomes", run_id=run, policy_id=policy_id, subject=subject, outcome=outcome.value, detail="said", at=AT
    )


@pytest.fixture
def opened(history_db):
    connections = []

    def finish():
        history_db.db.conn.commit()
        connections.append(open_database(history_db.path))
        return connections[-1]

    yield finish
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.about.missing])
def test_a_site_without_a_policy_says_what_was_asked(history_db, opened, outcome):
    history_db._insert("sites", site="bare.example", added_at="")
    history_db.policy("https://known.example/privacy", history_db.shown("2018-01-01", "We keep data."))
    say(history_db, run_of(history_db), Outcome.RATE_LIMITED, "bare.example")
    say(history_db, run_of(history_db), outcome, "bare.example")
    db = opened()
    (one,) = read_missing(db.execute)
    assert (one.site, one.subject, one.outcome, one.archive, one.at) == (
        "bare.example",
        "bare.example",
        outcome,
        "wayback",
        AT,
    )
    assert "SITE" not in one.next_step
    bare, known = list_sites(db)
    assert (bare.outcome, known.outcome) == (outcome, Outcome.FETCHED)
    with pytest.raises(NoPolicy) as raised:
        find_policies(db, "www.bare.example")
    assert outcome.about.meaning in str(raised.value)
    subject, _known = read_subjects(db)
    assert [asked.outcome for asked in subject.asked] == [outcome]
    assert read_subjects(db, [], ["bare.example"]) == [subject]


@pytest.mark.parametrize(
    ("said", "captures", "outcome"),
    [
        (None, [], Outcome.PENDING),
        (Outcome.NOT_ARCHIVED, [], Outcome.NOT_ARCHIVED),
        (Outcome.NOT_ARCHIVED, ["archived_error", "archived_error", "redirect"], Outcome.ARCHIVED_ERROR),
        (Outcome.EXCLUDED, ["archived_error"], Outcome.EXCLUDED),
        (None, ["not_a_policy", "not_a_policy", "playback_failed"], Outcome.PLAYBACK_FAILED),
    ],
)
def test_a_policy_without_a_version_says_what_its_captures_are(history_db, opened, said, captures, outcome):
    shown = [history_db.shown(f"2018-01-{day:02}", "", one) for day, one in enumerate(captures, start=1)]
    history_db.policy("https://a.example/privacy", *shown)
    if said:
        say(history_db, run_of(history_db), said, "https://a.example/privacy", 1)
    (one,) = read_missing(opened().execute, ["a.example"])
    assert (one.subject, one.outcome) == ("https://a.example/privacy", outcome)


@pytest.mark.parametrize(
    ("strategy", "complete", "word"),
    [
        ("changes", 1, Outcome.NOT_NEEDED),
        ("changes", 0, Outcome.PENDING),
        ("all", 1, Outcome.PENDING),
        ("distinct", 1, Outcome.PENDING),
    ],
)
def test_what_a_finished_crawl_did_not_fetch_is_not_needed_in_every_list(history_db, opened, strategy, complete, word):
    shown = [history_db.shown("2018-01-01", "We keep data."), history_db.shown("2018-02-01", "", "pending")]
    history_db.policy("https://a.example/privacy", *shown)
    numbers = dict.fromkeys(
        ("listed", "fetched", "inferred", "undecided", "longest_inferred_days", "longest_inferred_captures"), 0
    )
    history_db._insert(
        "certainty", policy_id=1, archive="wayback", strategy=strategy, complete=complete, at=AT, **numbers
    )
    db = opened()
    (site,) = list_sites(db)
    assert site.outcomes == {Outcome.FETCHED: 1, word: 1}
    assert dict(db.execute("SELECT outcome, count(*) FROM captures GROUP BY 1").fetchall()) == {
        "fetched": 1,
        word.value: 1,
    }
    assert read_status(db, running=False).pending == (word is Outcome.PENDING)
    out = history_db.path.parent / "out.jsonl"
    done = CliRunner().invoke(main, ["export", "--format", "jsonl", "--out", str(out), "--db", str(history_db.path)])
    assert done.exit_code == 0, done.output
    (manifest,) = [one for one in out.parent.iterdir() if "manifest" in one.name]
    assert f'"{word.value}": 1' in manifest.read_text()
