"""Events: what became of a policy beyond its wording, and nothing that a capture could gainsay."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.capture import Outcome
from history.database import open_database
from history.sites import find_policies
from history.timeline.captures import read_captures
from history.timeline.events import EventKind, Passage, Sight, changed_hands, endings, move_off_site, silence
from history.timeline.events_read import read_events
from history.timeline.owners import Owner, differ, owner_of
from history.timeline.timeline import read_timeline

DAY0 = datetime(2015, 1, 1, tzinfo=UTC)
URL = "http://shop.example/privacy"
KINDS = {
    "shows": {"shows": True},
    "404": {"outcome": Outcome.ARCHIVED_ERROR, "status": 404},
    "410": {"outcome": Outcome.ARCHIVED_ERROR, "status": 410},
    "soft404": {"outcome": Outcome.NOT_A_POLICY, "detail": "page not found"},
    "503": {"outcome": Outcome.ARCHIVED_ERROR, "status": 503},
    "530": {"outcome": Outcome.ARCHIVED_ERROR, "status": 530},
    "parked": {"outcome": Outcome.NOT_A_POLICY, "detail": "parked domain"},
    "bot": {"outcome": Outcome.NOT_A_POLICY, "detail": "bot check"},
    "away": {"outcome": Outcome.REDIRECT, "status": 301, "redirect_url": "https://other.example/privacy"},
    "home": {"outcome": Outcome.REDIRECT, "status": 301, "redirect_url": "https://www.shop.example/privacy"},
    "pending": {"outcome": Outcome.PENDING},
    "failed": {"outcome": Outcome.PLAYBACK_FAILED},
    "not_needed": {"outcome": Outcome.NOT_NEEDED},
}


def sight(day, kind, url=URL):
    return Sight(DAY0 + timedelta(days=day), url, **{"shows": False, **KINDS[kind]}, capture_url=f"capture {day}")


def told(*seen):
    """The events of captures (day, kind), as (kind, day after, day not after)."""
    return [
        (event.kind.value, (event.after - DAY0).days, (event.not_after - DAY0).days)
        for event in endings([sight(*one) for one in seen], "shop.example")
    ]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([(0, "shows"), (100, "404"), (200, "404")], [("deleted", 0, 100)]),
        ([(0, "shows"), (100, "410"), (150, "soft404"), (300, "404")], [("deleted", 0, 100)]),
        ([(0, "shows"), (50, "bot"), (100, "404"), (200, "404")], [("deleted", 50, 100)]),
        ([(0, "shows"), (50, "not_needed"), (100, "404"), (200, "404")], [("deleted", 0, 100)]),
        ([(0, "shows"), (50, "pending"), (100, "404"), (200, "404")], [("deleted", 0, 100)]),
        ([(0, "shows"), (100, "404"), (150, "404")], []),  # not for long
        ([(0, "shows"), (100, "404")], []),
        ([(0, "shows"), (100, "404"), (200, "404"), (300, "shows")], []),
        ([(0, "shows"), (100, "404"), (200, "404"), (300, "pending")], []),  # it may be the policy
        ([(0, "shows"), (100, "404"), (200, "failed"), (300, "404")], []),
        ([(100, "404"), (200, "404")], []),  # it was never there
        ([(0, "shows"), (100, "503"), (300, "503")], []),
        ([(0, "shows"), (100, "parked"), (300, "parked")], [("site_gone", 0, 100)]),
        ([(0, "shows"), (100, "530"), (300, "parked")], [("site_gone", 0, 100)]),
        (
            [(0, "shows"), (100, "404"), (200, "404"), (400, "parked"), (600, "parked")],
            [("deleted", 0, 100), ("site_gone", 200, 400)],
        ),
        ([(0, "shows"), (100, "away"), (300, "away")], [("moved_off_site", 0, 100)]),
        ([(0, "shows"), (100, "home"), (300, "home")], []),
    ],
)
def test_how_a_policy_ended(seen, expected):
    assert told(*seen) == expected


SEEN = st.lists(
    st.tuples(st.integers(0, 1500), st.sampled_from(sorted(KINDS))), max_size=9, unique_by=lambda one: one[0]
)


@given(SEEN, st.randoms(use_true_random=False))
def test_endings_come_after_the_policy_in_brackets_that_do_not_overlap_whatever_the_order(seen, random):
    sights = [sight(*one) for one in seen]
    events = endings(sights, "shop.example")
    random.shuffle(sights)
    assert endings(sights, "shop.example") == events
    last = max((one.at for one in sights if one.shows), default=None)
    for before, event in zip([None, *events], events, strict=False):
        assert last is not None
        assert last <= event.after < event.not_after
        assert before is None or before.not_after <= event.after
        assert event.capture_url == f"capture {(event.not_after - DAY0).days}"


@given(SEEN)
def test_a_capture_that_was_not_read_gainsays(seen):
    later = [*seen, (2000, "pending")]
    assert told(*later) == []


def test_a_policy_on_another_site():
    sights = [
        sight(0, "shows"),
        sight(100, "shows"),
        sight(150, "shows", "https://legal.parent.example/p"),
        sight(300, "shows", "https://legal.parent.example/p"),
    ]
    (event,) = move_off_site(sights, "shop.example", "archived redirect")
    assert (event.kind, (event.after - DAY0).days, (event.not_after - DAY0).days) == (
        EventKind.MOVED_OFF_SITE,
        100,
        150,
    )
    assert event.evidence == ("at https://legal.parent.example/p", "archived redirect")
    assert move_off_site([*sights, sight(400, "shows")], "shop.example") == []
    assert move_off_site(sights[2:], "shop.example") == []  # it always was there
    assert move_off_site([sight(0, "shows"), sight(9, "shows", "https://www.shop.example/legal")], "shop.example") == []


@pytest.mark.parametrize(
    ("last", "host", "asked", "silent"),
    [
        ("shows", 0, 800, True),
        ("shows", 0, 700, False),
        ("shows", 500, 800, False),
        ("404", 0, 800, False),
        ("pending", 0, 800, False),
    ],
)
def test_silence(last, host, asked, silent):
    sights = [sight(-9, "shows"), sight(0, last)]
    events = silence(sights, DAY0 + timedelta(days=host), DAY0 + timedelta(days=asked))
    assert [event.kind for event in events] == [EventKind.NO_LONGER_CAPTURED] * silent


# whose policy it is

SHOES = (
    "Privacy Policy. This is the policy of Lumenkart Ltd, of Leeds. Google LLC measures visits for us. "
    "Write to privacy@lumenkart.example or lumenkart@gmail.com."
)
CASINO = "Privacy notice. Golden Reef Gaming N.V. runs this site. Google LLC helps. Mail: support@goldenreef.example"


def test_what_a_text_says_of_whose_it_is():
    assert owner_of(SHOES, "lumenkart.example") == Owner(
        frozenset({"lumenkart.example"}), frozenset({"lumenkart"}), names_site=True
    )
    assert owner_of(CASINO, "lumenkart.example") == Owner(
        frozenset({"goldenreef.example"}), frozenset({"goldenreefgaming"}), names_site=False
    )


def test_reasons_to_think_of_two_companies():
    old, new = owner_of(SHOES, "lumenkart.example"), owner_of(CASINO, "lumenkart.example")
    assert len(differ(old, new)) == 3
    assert differ(old, old) == ()
    renamed = owner_of("Lumenkart Group plc. Mail privacy@lumenkart.example", "lumenkart.example")
    assert differ(old, renamed) == ()  # same contact
    assert (
        differ(old, owner_of("Mail us at x@goldenreef.example about lumenkart", "lumenkart.example")) == ()
    )  # one reason
    assert differ(Owner(frozenset(), frozenset(), False), new) == ()


@given(st.text(max_size=300), st.text(max_size=300))
def test_owners_of_any_text(one, other):
    old, new = owner_of(one, "shop.example"), owner_of(other, "shop.example")
    assert differ(old, old) == ()
    assert len(differ(old, new)) in (0, 2, 3)


@pytest.mark.parametrize(("gap", "shared", "expected"), [(200, 0.1, 1), (100, 0.1, 0), (200, 0.5, 0)])
def test_a_domain_changes_hands_after_a_gap_and_in_other_words(gap, shared, expected):
    old, new = owner_of(SHOES, "lumenkart.example"), owner_of(CASINO, "lumenkart.example")
    events = changed_hands([Passage(DAY0, DAY0 + timedelta(days=gap), shared, old, new)])
    assert [event.kind for event in events] == [EventKind.CHANGED_HANDS] * expected
    assert all(event.after == DAY0 and "10 % of the words shared" in event.evidence for event in events)


# in the database


@pytest.fixture
def events_of(history_db):
    def read(url, *captures, moves=(), **more):
        history_db.policy(url, *(history_db.shown(*c) if isinstance(c, tuple) else c for c in captures), **more)
        for to, at in moves:
            history_db.move(url, to, at)
        history_db.db.conn.commit()
        db = open_database(history_db.path)
        try:
            (policy,) = find_policies(db, url)
            return read_timeline(db, policy).events
        finally:
            db.close()

    return read


KEEP = "We of Lumenkart Ltd keep your data as long as you like. Write to privacy@lumenkart.example about your account."
REEF = "Golden Reef Gaming N.V. holds licences for games of chance. Players under eighteen: support@goldenreef.example"


def test_a_deleted_policy_in_the_timeline(events_of, history_db):
    shown = history_db.shown
    gone = [shown(f"20{year}-05-01", "", "archived_error", detail="HTTP 404, as the index says") for year in (19, 20)]
    (event,) = events_of("http://lumenkart.example/p", ("2018-01-01", KEEP), ("2018-06-01", KEEP), *gone)
    assert (event.kind.value, f"{event.after:%Y-%m-%d}", f"{event.not_after:%Y-%m-%d}") == (
        "deleted",
        "2018-06-01",
        "2019-05-01",
    )
    assert event.evidence == ("HTTP 404", "2 captures, the last of 2020-05-01")
    assert event.capture_url.endswith("20190501120000id_/http://lumenkart.example/p")


def test_a_domain_that_changed_hands_in_the_timeline(events_of):
    (event,) = events_of(
        "http://lumenkart.example/p",
        ("2012-01-01", KEEP),
        ("2012-06-01", KEEP),
        ("2015-01-01", REEF),
        ("2015-06-01", REEF),
    )
    assert (event.kind.value, f"{event.after:%Y-%m-%d}", f"{event.not_after:%Y-%m-%d}") == (
        "changed_hands",
        "2012-06-01",
        "2015-01-01",
    )
    assert event.evidence[:2] == (
        "contact: lumenkart.example before, goldenreef.example after",
        "company: lumenkart before, goldenreefgaming after",
    )


def test_a_rewritten_policy_of_the_same_company_did_not_change_hands(events_of):
    other = (
        "Lumenkart Ltd is a printer. Nothing in this notice is as it was before: see privacy@lumenkart.example instead."
    )
    assert events_of("http://lumenkart.example/p", ("2012-01-01", KEEP), ("2015-01-01", other)) == ()


def test_a_policy_that_moved_to_its_parent_in_the_timeline(events_of, history_db):
    there = history_db.shown("2019-01-01", KEEP, url="https://legal.parent.example/p")
    (event,) = events_of(
        "http://lumenkart.example/p",
        ("2018-01-01", KEEP),
        there,
        moves=[("https://legal.parent.example/p", "2018-09-01")],
    )
    assert event.kind is EventKind.MOVED_OFF_SITE
    assert event.evidence == ("at https://legal.parent.example/p", "archived redirect")


@pytest.mark.parametrize(
    ("archive", "listed_at", "captured", "kinds"),
    [
        ("wayback", "2022-01-01", "", ["no_longer_captured"]),
        ("wayback", "2019-01-01", "", []),
        ("sample", "2022-01-01", "", []),  # files do not go on
        ("wayback", "2022-01-01", "http://www.lumenkart.example/", []),  # its home page was captured
        ("wayback", "2022-01-01", "http://lumenkartoffel.example/", ["no_longer_captured"]),
    ],
)
def test_a_host_of_which_nothing_newer_is_known(events_of, history_db, archive, listed_at, captured, kinds):
    url = "http://lumenkart.example/p"
    events_of(url, ("2018-01-01", KEEP), archive=archive)
    db = history_db.db
    db.execute("INSERT INTO runs (started_at, program, archive, strategy, arguments) VALUES ('', '', '', '', '{}')")
    db.execute(
        "INSERT INTO listings (run_id, policy_id, archive, url, outcome, row_count, listed_at) VALUES (1, 1, ?, ?, 'fetched', 1, ?)",
        [archive, url, f"{listed_at}T00:00:00Z"],
    )
    if captured:
        history_db.policy(captured, history_db.shown("2021-06-01", "", "pending"), archive=archive)
    db.conn.commit()
    connection = open_database(history_db.path)
    (policy,) = [one for one in find_policies(connection, url) if one.policy_url == url]
    assert [event.kind.value for event in read_timeline(connection, policy).events] == kinds
    connection.close()


def test_a_policy_without_a_version_has_no_events(events_of):
    assert events_of("http://lumenkart.example/p", ("2018-01-01", "", "archived_error")) == ()


def test_the_sample_knows_which_policies_were_deleted(sample_db):
    db = open_database(sample_db)
    found = {
        site: [event.kind.value for event in read_timeline(db, find_policies(db, site)[0]).events]
        for site in ("grunwaldfrere.example", "kettleandloom.example", "lumenkart.example", "harborline.example")
    }
    assert found == {
        "grunwaldfrere.example": ["deleted"],
        "kettleandloom.example": ["deleted"],
        "lumenkart.example": [],
        "harborline.example": [],
    }
    (policy,) = find_policies(db, "lumenkart.example")
    assert read_events(db, policy, (), read_captures(db, policy)) == []
    db.close()
