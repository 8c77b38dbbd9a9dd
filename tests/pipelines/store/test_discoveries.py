"""What an archive said comes out of the store as it went in; a policy that moves on stays one policy."""

from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archives.capture import Outcome
from crawler.discovery.asks import Answer, AskKind, Candidate, Discovery, Evidence, Found, Source, Span, Verdict
from crawler.discovery.links import Label, PolicyLink
from history.database import open_database
from history.discoveries import read_discovery
from pipelines.store.store import Store
from tests.builders import make_capture, utc

NOW = utc(2025, 1, 1)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
ROWS = st.lists(
    st.builds(
        make_capture,
        original=st.sampled_from(["http://a.example/", "http://a.example/p"]),
        timestamp=st.sampled_from(["20100101000000", "20110101000000", "20110102000000"]),
        statuscode=st.sampled_from(["200", "-", "404"]),
        length=st.sampled_from(["-", "12", "0"]),
    ),
    max_size=5,
).map(tuple)
LINKS = st.lists(
    st.builds(
        PolicyLink,
        st.just("http://a.example/p"),
        TEXT,
        st.floats(0, 1),
        st.sampled_from(Label),
        st.lists(TEXT, max_size=3).map(tuple),
    ),
    max_size=3,
).map(tuple)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "d.db", lambda: NOW)
    yield store
    store.close()


@settings(deadline=None, max_examples=40)
@given(
    answers=st.lists(
        st.builds(
            Answer,
            st.sampled_from(AskKind),
            st.sampled_from(["http://a.example/", "http://a.example/p"]),
            st.sampled_from(["", "20100101000000"]),
            st.just(NOW),
            st.sampled_from([Outcome.FETCHED, Outcome.EXCLUDED]),
            TEXT,
            ROWS,
            st.booleans(),
            LINKS,
            TEXT,
            st.none() | st.builds(Verdict, st.booleans(), TEXT, st.floats(0, 1), st.booleans(), TEXT),
        ),
        max_size=4,
        unique_by=lambda a: (a.kind, a.url, a.timestamp),
    )
)
def test_answers_come_out_as_they_went_in(tmp_path_factory, answers):
    store = Store(tmp_path_factory.mktemp("d") / "d.db", lambda: NOW)
    for answer in answers:
        store.discoveries.put_answer("a.example", "w", answer)
    found = store.discoveries.answers("a.example", "w")
    store.close()
    assert sorted(found, key=lambda a: (a.kind, a.url, a.timestamp)) == sorted(
        answers, key=lambda a: (a.kind, a.url, a.timestamp)
    )


def test_a_later_answer_takes_the_place_of_the_earlier(store):
    first = Answer(AskKind.HOMES, "http://a.example/", "", NOW, rows=(make_capture(),))
    for answer in (first, Answer(AskKind.HOMES, "http://a.example/", "", NOW + timedelta(days=31))):
        store.discoveries.put_answer("a.example", "w", answer)
    (found,) = store.discoveries.answers("a.example", "w")
    assert found.rows == ()
    assert store.discoveries.answers("a.example", "other") == []


def span(url, first, last, after=None, before=None):
    return Span(
        url, after, utc(first, 1, 1), utc(last, 1, 1), before, (Evidence(Source.LINK, "http://a.example/", NOW, "P"),)
    )


def test_a_policy_that_has_moved_on_is_the_same_policy(store):
    old = Found(Label.GENERAL, (span("http://a.example/old", 2001, 2010),))
    policy = store.discoveries.policy_of("a.example", old)
    moved = Found(
        Label.GENERAL,
        (span("http://a.example/old", 2001, 2010, before=utc(2011, 1, 1)), span("http://a.example/new", 2011, 2020)),
    )
    assert store.discoveries.policy_of("a.example", moved) == policy
    assert set(store.policies.urls(policy)) == {"http://a.example/old", "http://a.example/new"}
    dates = store.db.execute("SELECT url, valid_from, valid_to FROM policy_urls ORDER BY 1").fetchall()
    assert dates == [
        ("http://a.example/new", "2011-01-01T00:00:00Z", None),
        ("http://a.example/old", "2001-01-01T00:00:00Z", "2010-01-01T00:00:00Z"),
    ]


def test_a_discovery_is_read_as_it_was_found(tmp_path, store):
    found = Discovery(
        (),
        5,
        (Found(Label.GENERAL, (span("http://a.example/p", 2001, 2010),)),),
        (Candidate("http://a.example/p", Label.GENERAL, 0.9, True, ("text: privacy",)),),
        ("a note",),
    )
    for _ in range(2):  # the second takes the place of the first
        store.discoveries.put("a.example", "w", found)
    store.discoveries.put_answer("a.example", "w", Answer(AskKind.INDEX, "a.example", "", NOW, rows=(make_capture(),)))
    with closing(open_database(tmp_path / "d.db")) as db:
        read = read_discovery(db, "a.example", "w")
        assert read_discovery(db, "b.example", "w") is None
    assert (read.requests, read.policies, read.candidates, read.notes) == (
        5,
        found.policies,
        found.candidates,
        found.notes,
    )
    assert [(one.kind, one.rows) for one in read.asked] == [(AskKind.INDEX, 1)]
    assert store.discoveries.linked("a.example", "http://a.example/p") is False  # nothing says that a page linked to it


def test_a_home_page_is_no_capture_of_a_policy(store):
    policy = store.policies.named("a.example", "http://a.example/p", "named")
    home = make_capture(original="http://a.example/")
    listed = store.captures.page("w", home, "c")
    assert store.captures.page("w", home, "c") == listed
    assert store.runs.totals().captures == 0
    assert store.readings.unread(policy, "x") == []
