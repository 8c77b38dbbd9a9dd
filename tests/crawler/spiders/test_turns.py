"""Turns: no more policies in memory than places, a page of each before a second one of any, and everybody comes to an end."""

from hypothesis import given
from hypothesis import strategies as st

from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.turns import Turns


class Search:
    ended = has_put_off = listed = False

    def resume(self, *, ended):
        self.ended = ended


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(1, 8), st.data())
def test_everybody_gets_a_page_then_all_in_no_more_places_than_there_are(pages, places, data):
    """Policies of so many pages each, all listed, in any order of answers."""
    turns, order = Turns(places), []
    works = [PolicyWork(number, Search, None) for number in range(len(pages))]
    left, under_way = dict(enumerate(pages)), []
    for _work in works:
        turns.came()

    def take(work):
        """As advancing.py does, with one page under way at once."""
        while work is not None:
            if turns.ask(work) and not turns.must_share(work):
                assert work.search is not None
                if left[work.policy]:
                    work.begun = True
                    order.append(work.policy)
                    under_way.append(work)
                else:
                    work.search.ended = True
                    if turns.crowded:
                        turns.give_back(work, again=False)
            elif turns.must_share(work):
                work.shared = True
                turns.give_back(work, again=True)
            assert sum(not one.resting for one in works) <= places or not turns.crowded
            work = turns.next()

    for work in works:
        take(work)
    while under_way:
        work = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
        left[work.policy] -= 1
        take(work)
    assert sorted(order) == sorted(number for number, pages_of in enumerate(pages) for _ in range(pages_of))
    firsts = [number for number, pages_of in enumerate(pages) if pages_of]
    assert all(work.ended for work in works)
    if turns.crowded:
        assert set(order[: len(firsts) + places]) == set(firsts), "places times, a second page may have been under way"


def test_with_no_more_policies_than_places_none_ever_rests():
    turns, works = Turns(2), [PolicyWork(number, Search, None) for number in range(2)]
    for _work in works:
        turns.came()
    assert all(map(turns.ask, works))
    assert not turns.crowded
    assert turns.next() is None


def test_who_ends_before_it_is_crowded_leaves_its_place_and_then_its_memory():
    turns, works = Turns(1), [PolicyWork(number, Search, None) for number in range(2)]
    turns.came()
    assert turns.ask(works[0])
    assert works[0].search is not None
    turns.give_back(works[0], again=False)
    assert not works[0].resting, "nobody needs its memory"
    turns.came()
    assert works[0].resting
    assert turns.ask(works[1])


def test_nobody_waits_for_an_archive_that_has_paused():
    turns, works = Turns(1), [PolicyWork(number, Search, None) for number in range(3)]
    for _work in works:
        turns.came()
    assert [turns.ask(work) for work in works] == [True, False, False]
    turns.end()
    assert turns.next() is None
    assert turns.ask(works[2]), "the next archive is asked for it"
