"""Who waits for what in a run, and that each waiter is woken once, or told that it waited in vain."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from crawler.spiders.state.waits import For, Waits

THINGS = [(what, which) for what in (For.LISTING, For.VERDICT, For.REQUEST, For.ANOTHERS) for which in ("a", "b")]
STEPS = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from("PQR"), st.sampled_from(THINGS)),
    st.tuples(st.just("end"), st.just(""), st.sampled_from(THINGS)),
    st.tuples(st.just("forget"), st.just(""), st.just(THINGS[0])),
)


def same(one, other):
    """A request of mine and the same of another's end together."""
    asks = (For.REQUEST, For.ANOTHERS)
    return one[1] == other[1] and (one[0] is other[0] or (one[0] in asks and other[0] in asks))


@given(st.lists(STEPS, max_size=40))
def test_who_waits_is_woken_once_in_turn_or_told_that_it_waited_in_vain(steps):
    waits, model = Waits(), []  # (who, thing, wake)
    for number, (step, who, thing) in enumerate(steps):
        if step == "wait":
            waits.wait(who, *thing, number)
            model.append((who, thing, number))
        elif step == "end":
            assert waits.end(*thing) == [wake for _, other, wake in model if same(thing, other)]
            model = [one for one in model if not same(thing, one[1])]
        else:
            lost = Counter(who for who, (what, _), _ in model if what is not For.ANOTHERS)
            assert waits.forget() == lost
            model = []
        for one in "PQR":
            its = [what for who, (what, _), _ in model if who == one]
            assert waits.can_choose(one) == (not {For.LISTING, For.VERDICT} & set(its))
            assert waits.requests(one) == its.count(For.REQUEST)
        for one in THINGS:
            here = [who for who, other, _ in model if same(one, other)]
            assert waits.who(*one) == here
            assert waits.under_way(*one) == bool(here)
