"""Every change carries the run that found it; only what is later than all that was known is news."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.capture import Outcome, Period
from pipelines.store.shelves.found import EventRow
from pipelines.store.store import Store
from pipelines.versions.found import Step, same_changes
from tests.databases.stored import EXTRACTOR, FIRST, NOW, Seen, damages, put

TEXTS = {
    "a": "We keep your data.\nWrite to us.",
    "b": "We sell your data to partners.\nWrite to them.",
    "d": "Your data is deleted after a year.\nThere is no one to ask.",
    "e": "We keep your data.\nWrite to us.\nWe also sell some of it to our partners abroad.",
    "c": "We share nothing with anybody at all.\nPlease call us.",
}


def crawl(path, *seen, run=True, finish=True):
    """One run that reads captures, given as "a10": text a on day 10; return its number and what it brought."""
    store = Store(path, lambda: NOW)
    number = store.runs.begin(program="test", archive="test", strategy="all", arguments={})
    policy = store.policies.named("shop.example", Seen(0).url, "named")
    for one in seen:
        put(store, number, policy, Seen(int(one[1:]), TEXTS[one[0]]))
    if not run:
        store.close()
        store = Store(path, lambda: NOW)  # as a merge or re-extract opens it
    store.versions.fold(policy, EXTRACTOR)
    brought = list(store.found.brought(number))
    store.close()
    return number, [((one.not_before - FIRST).days, (one.not_after - FIRST).days, one.news) for one in brought]


@pytest.mark.parametrize(
    ("nights", "brought"),
    [
        # the first crawl of a policy finds the past
        ([("a0", "b10", "c20")], [[(10, 20, False), (0, 10, False)]]),
        # a later capture with another wording is news, once
        ([("a0", "a10"), ("b20",), ("b30",)], [[], [(10, 20, True)], []]),
        # a capture in between narrows the bracket: no news, and the change keeps the run that found it
        ([("a0", "b20"), ("a10",), ("b15",)], [[(10, 15, False)], [], []]),
        ([("a0",), ("b20",), ("a10",)], [[], [(10, 20, True)], []]),
        # a late capture shows a wording that nobody knew of: found, never news
        ([("a0", "b20"), ("c10",)], [[(10, 20, False)], [(0, 10, False)]]),
        # news and the past in one run: news first
        ([("a0", "b40"), ("c20", "d60")], [[(20, 40, False)], [(40, 60, True), (0, 20, False)]]),
        # a wording that returns is a change of its own
        ([("a0", "a5", "e10", "e90"), ("a180", "a300")], [[(5, 10, False)], [(90, 180, True)]]),
    ],
)
def test_what_each_night_brought(tmp_path, nights, brought):
    runs = [crawl(tmp_path / "x.db", *night)[0] for night in nights]
    store = Store(tmp_path / "x.db", lambda: NOW)
    found = [
        [((one.not_before - FIRST).days, (one.not_after - FIRST).days, one.news) for one in store.found.brought(run)]
        for run in runs
    ]
    by_run = [store.found.brought(run) for run in runs]
    store.close()
    assert found == brought
    assert [[one.news for one in many] for many in by_run] == [[news for *_, news in one] for one in brought], (
        "they are told when the store is closed, too"
    )
    assert [len(one) for one in by_run] == [len(one) for one in brought]
    assert [len(one.news) for one in by_run] == [sum(news for *_, news in one) for one in brought]
    assert damages(tmp_path / "x.db") == []


def test_what_no_crawl_folded_is_the_past(tmp_path):
    crawl(tmp_path / "x.db", "a0", "a10")
    run, _ = crawl(tmp_path / "x.db", "b20", run=False)
    store = Store(tmp_path / "x.db", lambda: NOW)
    assert list(store.found.brought(run)) == []
    assert store.db.execute("SELECT run_id, ahead FROM found_changes").fetchall() == [(None, 0)]
    store.close()


def test_a_citation_names_what_came(tmp_path):
    crawl(tmp_path / "x.db", "a0")
    run, _ = crawl(tmp_path / "x.db", "b20")
    store = Store(tmp_path / "x.db", lambda: NOW)
    (one,) = store.found.brought(run)
    (wording,) = store.db.execute("SELECT wording FROM versions WHERE version = 2").fetchone()
    store.close()
    assert one.citation == f"shop.example@{FIRST + timedelta(days=20):%Y-%m-%d}.{wording[:8]}"
    assert (one.words_added, one.words_removed) == (4, 2)


bounds = st.lists(st.integers(0, 40), min_size=2, max_size=8, unique=True).map(sorted)


@given(bounds, st.data())
def test_a_change_keeps_its_identity_while_its_bracket_narrows(days, data):
    """Brackets follow one another; each may narrow at either end, and other changes may come in between."""
    known = [
        Step(100 + i, "ab"[i % 2], FIRST + timedelta(days=2 * a), FIRST + timedelta(days=2 * b))
        for i, (a, b) in enumerate(pairwise(days))
    ]
    now = []
    for one in known:
        length = (one.not_after - one.not_before).days
        left = data.draw(st.integers(0, length - 1))
        right = data.draw(st.integers(left + 1, length))
        at = one.not_before
        now.append(Step(one.number + 100, one.wording, at + timedelta(days=left), at + timedelta(days=right)))
    extra = [Step(900 + i, "c", one.not_before, one.not_before + timedelta(hours=1)) for i, one in enumerate(known)]
    same = same_changes(data.draw(st.permutations(known)), [*now, *extra])
    assert same == {one.number + 100: one.number for one in known}


def test_a_change_whose_wording_turned_out_to_have_noise_is_the_same():
    at = [FIRST + timedelta(days=n) for n in range(4)]
    assert same_changes([Step(1, "noisy", at[0], at[1])], [Step(2, "steady", at[0], at[1])]) == {2: 1}
    assert same_changes([Step(1, "noisy", at[0], at[1])], [Step(2, "other", at[0], at[2])]) == {}


def event(day, kind="deleted"):
    return EventRow(1, kind, None, f"2026-01-{day:02}T00:00:00Z", ("HTTP 404",), "", f"2026-01-{day:02}T00:00:00Z")


def test_an_event_is_found_once_and_news_only_of_a_policy_that_was_known(tmp_path):
    crawl(tmp_path / "x.db", "a0")
    second, _ = crawl(tmp_path / "x.db", "a10")
    store = Store(tmp_path / "x.db", lambda: NOW)
    ask = "SELECT kind, run_id, ahead, stands FROM found_events ORDER BY id"
    store.found.note_events(second, [1], [event(5)])
    store.found.note_events(second, [1], [event(5)])
    assert store.db.execute(ask).fetchall() == [("deleted", second, 1, 1)]
    store.found.note_events(second, [1], [event(5, "site_gone")])
    assert store.db.execute(ask).fetchall() == [("deleted", second, 1, 0), ("site_gone", second, 1, 1)]
    assert store.found.touched(second) == [1]
    store.close()
    other = Store(tmp_path / "y.db", lambda: NOW)
    run = other.runs.begin(program="test", archive="test", strategy="all", arguments={})
    put(other, run, other.policies.named("shop.example", Seen(0).url, "named"), Seen(0))
    other.versions.fold(other.policies.of()[0], EXTRACTOR)
    other.found.note_events(run, [1], [event(5)])
    assert other.db.execute(ask).fetchall() == [("deleted", run, 0, 1)]
    other.close()


def test_what_was_reported_missing_is_no_failure_again_until_it_changes(tmp_path):
    store = Store(tmp_path / "x.db", lambda: NOW)
    policy = store.policies.named("shop.example", Seen(0).url, "named")

    def night(*outcomes):
        run = store.runs.begin(program="test", archive="test", strategy="all", arguments={})
        for outcome in outcomes:
            store.runs.record(run, outcome, policy.url, policy=policy)
        return store.found.known_missing(run, [policy], "test", Period())

    assert night(Outcome.NOT_ARCHIVED) == {Outcome.NOT_ARCHIVED: 0}
    assert night(Outcome.NOT_ARCHIVED) == {Outcome.NOT_ARCHIVED: 1}
    assert night(Outcome.EXCLUDED) == {Outcome.EXCLUDED: 0}
    assert night(Outcome.NOT_ARCHIVED) == {Outcome.NOT_ARCHIVED: 0}  # it was not, in between
    assert night(Outcome.LISTING_FAILED) == night(Outcome.LISTING_FAILED) == {}  # worth trying: always a failure
    store.close()
