"""Turns: no more policies in memory than places, a page of each before a second one of any, and everybody comes to an end."""

import asyncio
import gc
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.capture import Policy
from crawler.options import Mode
from crawler.spiders.advancing import Advancer
from crawler.spiders.state.ledger import Ledger
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.turns import Turns
from crawler.spiders.state.waits import For, Waits
from crawler.spiders.state.works import Works


class Search:
    ended = has_put_off = listed = False

    def resume(self, *, ended):
        self.ended = ended

    def reload(self):
        pass

    def how_sure(self):
        return "sure"


class Shelf:
    """Policies, by their ids."""

    def __init__(self, number):
        self.all = [Policy(one, f"s{one}.example", f"https://s{one}.example/privacy") for one in range(number)]
        self.policies = self

    def by_id(self, number):
        return self.all[number]


def begun(number, places):
    """The turns of so many policies, and these."""
    shelf = Shelf(number)
    works = Works(shelf, lambda policy: PolicyWork(policy, lambda _work: Search(), None))
    turns = Turns(places, works, lambda: False)
    for policy in shelf.all:
        works.begin(policy)
        turns.came()
    return turns, works


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(1, 8), st.data())
def test_everybody_gets_a_page_then_all_in_no_more_places_than_there_are(pages, places, data):
    """Policies of so many pages each, all listed, in any order of answers."""
    (turns, works), order = begun(len(pages), places), []
    left, under_way = dict(enumerate(pages)), []

    def take(work):
        """As advancing.py does, with one page under way at once."""
        while work is not None:
            number = work.policy.policy_id
            if turns.ask(work) and not turns.must_share(work):
                assert work.search is not None
                if left[number]:
                    work.begun = True
                    order.append(number)
                    under_way.append(work)
                else:
                    work.search.ended = True
                    if turns.crowded:
                        turns.give_back(work, again=False)
            elif turns.must_share(work):
                work.shared = True
                turns.give_back(work, again=True)
            assert sum(not one.resting for one in works.in_hand()) <= places or not turns.crowded
            work = turns.next()

    for number in range(len(pages)):
        take(works.get(number))
    while under_way:
        work = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
        left[work.policy.policy_id] -= 1
        take(work)
    assert sorted(order) == sorted(number for number, pages_of in enumerate(pages) for _ in range(pages_of))
    firsts = [number for number, pages_of in enumerate(pages) if pages_of]
    assert all(work.ended for work in works)
    if turns.crowded:
        assert set(order[: len(firsts) + places]) == set(firsts), "places times, a second page may have been under way"
        assert works.in_hand() == [], "who has come to its end leaves a number and a byte"


def test_with_no_more_policies_than_places_none_ever_rests():
    turns, works = begun(2, 2)
    assert all(map(turns.ask, works))
    assert not turns.crowded
    assert turns.next() is None


def test_who_ends_before_it_is_crowded_leaves_its_place_and_then_its_memory():
    shelf = Shelf(2)
    works = Works(shelf, lambda policy: PolicyWork(policy, lambda _work: Search(), None))
    turns, first = Turns(1, works, lambda: False), works.begin(shelf.all[0])
    turns.came()
    assert turns.ask(first)
    assert first.search is not None
    turns.give_back(first, again=False)
    assert not first.resting, "nobody needs its memory"
    second = works.begin(shelf.all[1])
    turns.came()
    assert first.resting
    assert turns.ask(second)


def test_nobody_waits_for_an_archive_that_has_paused():
    turns, works = begun(3, 1)
    assert [turns.ask(works.get(number)) for number in range(3)] == [True, False, False]
    turns.end()
    assert turns.next() is None
    assert turns.ask(works.get(2)), "the next archive is asked for it"


# what is remembered of a policy that is let go

FLAGS = ("unread", "begun", "shared", "planned", "failed", "ended", "has_put_off", "listed")
OWN = FLAGS[:5]


@given(st.sets(st.sampled_from(FLAGS)))
def test_who_is_let_go_comes_back_as_it_was(flags):
    _turns, works = begun(1, 1)
    work = works.get(0)
    for name in FLAGS:
        setattr(work if name in OWN else work.search, name, name in flags)
    work.rest()
    works.let_go(work)
    assert works.in_hand() == []
    del work
    again = works.get(0)
    assert again.policy == works._store.all[0]
    assert {name for name in (*OWN, "ended") if getattr(again, name)} == flags & {*OWN, "ended"}
    assert again.how_sure() == ("sure" if "listed" in flags else None)
    assert again.retry() == ("has_put_off" in flags)
    assert again.search.ended == ("ended" in flags)
    assert again.grown, "the listing is read anew"


def under_way_by(name, value):
    def begin(work):
        setattr(work, name, value)

    return begin


def test_of_whom_anything_is_under_way_is_kept():
    begins = [
        lambda work: work.search,
        *(
            under_way_by(*one)
            for one in [("going", 1), ("busy", True), ("queue", [1]), ("tried", {1}), ("parts", {"cookies"})]
        ),
        under_way_by("to_fill", (None, None)),
        under_way_by("holes", {"a": ()}),
    ]
    for begin in begins:
        _turns, works = begun(1, 1)
        begin(work := works.get(0))
        works.let_go(work)
        assert works.in_hand() == [work]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["hold", "drop", "let go", "flag"])), max_size=20))
def test_there_is_one_object_of_a_policy_and_it_forgets_nothing(steps):
    """Whoever has it still, and whatever was let go meanwhile."""
    _turns, works = begun(4, 1)
    held, flagged = {}, set()
    for number, step in steps:
        work = works.get(number)
        assert held.get(number, work) is work
        assert work.begun == (number in flagged)
        if step == "hold":
            held[number] = work
        elif step == "drop":
            held.pop(number, None)
        elif step == "flag":
            work.begun = True
            flagged.add(number)
        works.let_go(work)
    del held
    assert {work.policy.policy_id for work in works if work.begun} == flagged


def test_who_is_let_go_leaves_no_object():
    _turns, works = begun(100, 1)
    gc.collect()
    gc.disable()  # what goes by counting references goes at once, whatever the run is doing
    try:
        for work in works:
            assert work.search is not None
            work.rest()
        for number in range(100):
            works.let_go(works.get(number))
        del work
        assert not [one for one in gc.get_objects() if isinstance(one, PolicyWork | Search)]
    finally:
        gc.enable()


# with the part of the spider that asks


class Wanting(Search):
    """Always wants one more capture."""

    wants_wordings = waiting = False

    def reloading(self):
        return iter(())

    def step(self):
        return [SimpleNamespace(capture_id=1, level=0)]


class Nothing:
    """Reads nothing, follows nothing; `get` is the fetcher's."""

    captures = SimpleNamespace(listed=list)

    def __init__(self, waits):
        self.waits, self.got = waits, []

    def forget_read(self, work):
        pass

    async def read_left(self, _work):
        for nothing in ():
            yield nothing

    follow_known = read_left

    async def get(self, _listed, work, _level):
        self.got.append(work.policy.policy_id)
        work.begun = True
        self.waits.wait(work, For.REQUEST, (work.policy.policy_id, len(self.got)), work.go_on)
        yield "request"


def test_who_waits_for_what_another_brings_gives_its_place_at_once():
    """Its first page came; another that it wants is under way for a policy that has a place of its own."""
    shelf, waits = Shelf(3), Waits()
    nothing = Nothing(waits)
    shelf.captures, run = nothing.captures, SimpleNamespace(ending=False, number=1)
    options = SimpleNamespace(at_once=1, mode=Mode.CRAWL)
    advancer = Advancer(run, waits, Ledger(), shelf, options, "", nothing, nothing, nothing, None, lambda: False)
    advancer._open_search = lambda _work: Wanting()
    for policy in shelf.all:
        advancer.begin(policy)
    first, *others = (advancer.works.get(number) for number in range(3))

    async def go(work):
        return [found async for found in work.go_on()]

    asyncio.run(go(first))
    for work in others:
        assert asyncio.run(go(work)) == [], "its place is taken"
    waits.wait(first, For.ANOTHERS, "another's", first.go_on)
    waits.end(For.REQUEST, (0, 1))
    assert asyncio.run(go(first)) == ["request"]
    assert nothing.got == [0, 1], "the next one's first page, none of its own"
    (wake,) = waits.end(For.REQUEST, "another's")

    async def wakes():
        return [found async for found in wake()]

    assert asyncio.run(wakes()) == [], "it waits for its turn"
    waits.end(For.REQUEST, (1, 2))
    assert asyncio.run(go(advancer.works.get(1))) == ["request"]
    assert nothing.got == [0, 1, 2]
    waits.end(For.REQUEST, (2, 3))
    asyncio.run(go(advancer.works.get(2)))
    assert nothing.got[3] == 2 or nothing.got[3] == 0, "all have a page: it goes on"


def test_who_is_told_of_something_while_it_goes_on_looks_again():
    """A page of its own has come; it wants what another policy brings, and reads what is left while that comes. In between a
    listing was under way, so that others might have had no page yet.
    """

    class Wants(Wanting):
        """A page of its own, what another brings, then one more."""

        steps = 0

        def step(self):
            self.steps += 1
            return [SimpleNamespace(capture_id=self.steps, level=0)] if self.steps in (1, 4) else []

    shelf, waits, listings = Shelf(1), Waits(), []

    class Reading(Nothing):
        async def read_left(self, _work):
            if search.steps == 3 and not listings:
                yield "what was left"

    nothing = Reading(waits)
    shelf.captures, run = nothing.captures, SimpleNamespace(ending=False, number=1)
    options, search = SimpleNamespace(at_once=1, mode=Mode.CRAWL), Wants()
    advancer = Advancer(
        run, waits, Ledger(), shelf, options, "", nothing, nothing, nothing, None, lambda: bool(listings)
    )
    advancer._open_search = lambda _work: search
    work = advancer.begin(shelf.all[0])

    async def go():
        assert [found async for found in work.go_on()] == ["request"]
        waits.end(For.REQUEST, (0, 1))
        at_it = work.go_on()
        found = [await anext(at_it)]
        assert search.steps == 3, "there was nothing more to ask for"
        listings.append("a redirect's target")
        found += [one async for one in work.go_on()]
        listings.clear()
        return found + [one async for one in at_it]

    assert asyncio.run(go())[-1] == "request"
