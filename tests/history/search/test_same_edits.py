"""The same edit of several sites as one event."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from history.search.same_edits import LEAST_WORDS, WITHIN, edit_of, group_edits

T0 = datetime(2018, 1, 1, tzinfo=UTC)
CLAUSE = "We may share usage data with our analytics vendor under the standard clauses."
OTHER = "Cookies are kept for thirteen months unless you delete them before that in your browser."
OWN = "Our bakery delivers bread on every morning but Sunday, wherever in town you happen to live."


def edit(number, site, came=(), went=(), day=0, days=10):
    begin = T0 + timedelta(days=day)
    return edit_of(number, site, (begin, begin + timedelta(days=days)), came, went)


def grouped(*edits):
    return sorted(sorted(event.numbers) for event in group_edits(edits))


def test_one_clause_on_several_sites_is_one_event_with_what_is_shared():
    (event,) = group_edits([edit(1, "a.example", [CLAUSE]), edit(2, "b.example", [CLAUSE, "Bread."], day=30)])
    assert event.numbers == (1, 2)
    assert [" ".join(passage) for passage in event.shared] == [CLAUSE.lower().rstrip(".")]


def test_the_sites_own_name_makes_no_difference():
    texts = [
        f"{name} may share usage data of visitors with its analytics vendor, says {name}."
        for name in ("Kettle and Loom", "Nestwell")
    ]
    assert grouped(edit(1, "www.kettleandloom.example", texts[:1]), edit(2, "nestwell.co.uk", texts[1:])) == [[1, 2]]


def test_what_is_not_the_same():
    one = edit(1, "a.example", [CLAUSE])
    assert grouped(one, edit(2, "a.example", [CLAUSE])) == [[1], [2]]  # one site alone
    assert grouped(one, edit(2, "b.example", [CLAUSE], day=11 + WITHIN.days)) == [[1], [2]]  # another time
    assert grouped(one, edit(2, "b.example", [CLAUSE, OTHER, OWN])) == [[1], [2]]  # much else came with it
    assert grouped(one, edit(2, "b.example", went=[CLAUSE])) == [[1], [2]]  # went there, came here
    assert grouped(
        edit(1, "a.example", ["Last updated: May 2018"]), edit(2, "b.example", ["Last updated: May 2018"])
    ) == [[1], [2]]


def test_what_went_counts_where_nothing_came_and_what_moved_does_not():
    assert grouped(edit(1, "a.example", went=[CLAUSE]), edit(2, "b.example", went=[CLAUSE])) == [[1, 2]]
    assert grouped(edit(1, "a.example", [CLAUSE], [CLAUSE]), edit(2, "b.example", [CLAUSE], [CLAUSE])) == [[1], [2]]


def test_the_newest_comes_first():
    events = group_edits(
        [edit(1, "a.example", [OWN]), edit(2, "b.example", [CLAUSE], day=5), edit(3, "c.example", [CLAUSE], day=50)]
    )
    assert [event.numbers for event in events] == [(2, 3), (1,)]


EDITS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(0, 400),
        st.integers(0, 60),
        st.lists(st.sampled_from([CLAUSE, OTHER, OWN, "Bread.", "You."]), max_size=3),
        st.lists(st.sampled_from([CLAUSE, OTHER, OWN]), max_size=2),
    ),
    max_size=12,
)


@given(EDITS, st.randoms())
def test_every_edit_is_in_one_event_whatever_the_order_and_events_have_something_in_common(rows, chance):
    edits = [
        edit(number, f"s{site}.example", came, went, day, days)
        for number, (site, day, days, came, went) in enumerate(rows)
    ]
    events = group_edits(edits)
    assert Counter(number for event in events for number in event.numbers) == Counter(range(len(edits)))
    shuffled = random.Random(chance.random()).sample(edits, len(edits))
    assert group_edits(shuffled) == events
    for event in events:
        if len(event.numbers) > 1:
            members = [edits[number] for number in event.numbers]
            assert len({one.site for one in members}) > 1
            for one in members:  # each has its partner
                assert any(
                    sum(map(len, one.telling & other.telling)) >= LEAST_WORDS
                    and max(one.not_before, other.not_before) - min(one.not_after, other.not_after) <= WITHIN
                    for other in members
                    if other.site != one.site
                )
