"""Strategy `changes`: its guarantees against an oracle, for any history; and what it costs in the cases that matter."""

import random as random_module
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.timestamps import format_timestamp
from crawler.choosing.rows import rows_of
from crawler.choosing.strategies import CHANGES, next_batch
from crawler.choosing.survey import Knowledge, Options
from tests.builders import make_listed, utc
from tests.crawler.choosing.brackets import Narrowness, brackets
from tests.servers.answers import FAILS, Search

START = utc(2010, 1, 1)
DAY = timedelta(days=1)


def history(truths, *, hours=24, lengths=None, digests=None, first_id=1):
    """Captures at even steps, each with its truth: a wording, None for no policy, FAILS."""
    listed, truth = [], {}
    for at, wording in enumerate(truths):
        number = first_id + at
        listed.append(
            make_listed(
                number,
                timestamp=format_timestamp(START + timedelta(hours=hours * at)),
                digest=digests[at] if digests else f"D{number}",
                length=str(lengths[at]) if lengths else "-",
            )
        )
        truth[number] = wording
    return listed, truth


@st.composite
def worlds(draw, usable_only=False):
    """A policy's captures and what each would turn out to be; digests and lengths that agree with that, or tell
    nothing."""
    listed, truth, moment = [], {}, START
    runs = draw(st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(1, 12)), min_size=1, max_size=8))
    wordings = [wording for wording, count in runs for _ in range(count)]
    for number, wording in enumerate(wordings, start=1):
        moment += timedelta(days=draw(st.sampled_from([0, 1, 1, 5, 30])), seconds=draw(st.integers(0, 5)))
        become = wording if usable_only else draw(st.sampled_from([wording] * 5 + [None, FAILS]))
        digest = draw(st.sampled_from([f"D{number}", "-", f"same {become!s:.8}"]))
        length = draw(st.sampled_from(["-", "0", "1000", str(2000 + ord(wording)), "90000"]))
        listed.append(make_listed(number, timestamp=format_timestamp(moment), digest=digest, length=length))
        truth[number] = become
    return listed, truth


@st.composite
def statements(draw):
    """Days that wordings state, right or wrong: some before the captures of `worlds`, some among them, some after."""
    days = st.integers(-400, 2000).map(lambda day: int((START + day * DAY).timestamp()))
    return draw(st.dictionaries(st.sampled_from("ABCD"), st.lists(days, max_size=3)))


options = st.builds(
    Options, st.sampled_from([DAY, 10 * DAY, 60 * DAY, 400 * DAY]), st.sampled_from([timedelta(0), 2 * DAY, 20 * DAY])
)


def left_between(search, one, other):
    """Captures between two (ids, in time order) that are neither answered nor amid three that are no policy."""
    rows = search.rows.pages
    order = list(rows.ids)
    between = range(order.index(one) + 1, order.index(other))
    gone = [at for at in between if order[at] in search.no_policy | search.failed]
    presumed = set()
    for earlier, later in pairwise(gone) if len(gone) >= 3 else ():
        if rows.times[later] - rows.times[earlier] <= search.options.max_gap.total_seconds():
            presumed.update(range(earlier, later))
    return [order[at] for at in between if at not in presumed and at not in gone]


def check_guarantees(search):
    times = dict(zip(search.rows.pages.ids, search.rows.pages.times, strict=True))
    found = {(one.before, one.after): one.narrowness for one in brackets(search.rows, known(search), search.options)}
    claims = [(number, wording) for number, wording in search.claims_by_digest()]
    for (one, wording), (other, next_wording) in pairwise(claims):
        span = times[other] - times[one]
        left = left_between(search, one, other)
        if wording == next_wording:
            assert not left or span <= search.options.max_gap.total_seconds()
            continue
        narrowness = found.pop((one, other))
        assert narrowness is not Narrowness.OPEN
        assert bool(left) == (narrowness is not Narrowness.NEIGHBOURS)
        if narrowness is Narrowness.RESOLUTION:
            assert span <= search.options.resolution.total_seconds()
    assert not found


def known(search):
    return search.knowledge()


@given(worlds(), options, statements())
def test_the_guarantees_hold_when_nothing_is_left_to_ask(world, option, stated):
    search = Search(*world, options=option, stated=stated).run()
    assert search.batch().done
    check_guarantees(search)


@given(worlds(), options, statements(), st.integers(0, 999), st.integers(1, 3))
def test_they_hold_however_answers_come_and_wherever_a_run_is_cut(world, option, stated, seed, width):
    """Some answers late, the rest lost with the run that asked: the next asks for them again."""
    random = random_module.Random(seed)
    search = Search(*world, options=option, stated=stated, width=width)
    waiting = []
    for _call in range(1000):
        batch = search.batch(asked=waiting)
        assert not {one.capture_id for one in batch.fetch} & set(waiting)
        assert len(batch.fetch) <= width
        waiting += [one.capture_id for one in batch.fetch] + list(batch.reuse)
        if not waiting:
            break
        random.shuffle(waiting)
        if random.random() < 0.2:
            waiting.clear()  # killed
        else:
            number = waiting.pop()
            search.answer(number) if number in batch.reuse or search.is_held(number) else search.fetch(number)
    assert search.batch().done
    check_guarantees(search)


@given(worlds(), options, statements(), st.integers(0, 999))
def test_the_order_in_which_captures_come_does_not_matter(world, option, stated, seed):
    listed, truth = world
    random = random_module.Random(seed)
    search = Search(listed, truth, options=option, stated=stated)
    for _call in range(3):
        shuffled = rows_of(random.sample(listed, len(listed)))
        batch = search.batch()
        assert next_batch(shuffled, search.knowledge(), CHANGES, option) == batch
        for wanted in batch.fetch:
            search.fetch(wanted.capture_id)
        for number in batch.reuse:
            search.answer(number)


@given(worlds(usable_only=True), options)
def test_a_wording_that_stays_longer_than_the_max_gap_is_found(world, option):
    listed, truth = world
    search = Search(listed, truth, options=option).run()
    rows = search.rows.pages
    wordings = {truth[number] for number in search.claims_by_digest_ids()}
    run = []
    for number in [*rows.ids, None]:
        if run and (number is None or truth[number] != truth[run[0]]):
            moments = [one.capture.captured_at for one in listed if one.capture_id in run]
            if max(moments) - min(moments) > option.max_gap:
                assert truth[run[0]] in wordings
                assert set(run) & set(search.claims_by_digest_ids())
            run = []
        run.append(number)


@given(worlds(usable_only=True), options)
def test_the_first_and_the_last_capture_are_known(world, option):
    search = Search(*world, options=option).run()
    ids = list(search.rows.pages.ids)
    assert {ids[0], ids[-1]} <= set(search.claims_by_digest_ids())


@given(worlds(), options, st.data())
def test_what_comes_later_asks_for_nothing_that_was_asked(world, option, data):
    """Search.fetch refuses to be asked twice."""
    listed, truth = world
    count = data.draw(st.integers(0, len(listed)))
    some = data.draw(st.permutations(listed))[:count]
    search = Search(some, truth, options=option).run()
    later = Search(listed, truth, options=option)
    later.wordings, later.no_policy, later.failed, later.fetched = (
        search.wordings,
        search.no_policy,
        search.failed,
        search.fetched,
    )
    later.run()
    assert later.batch().done
    check_guarantees(later)


# what it costs


def fetches(truths, **made):
    option, stated = made.pop("options", Options()), made.pop("stated", {})
    return Search(*history(truths, **made), options=option, stated=stated).run()


@pytest.mark.parametrize("cut", [1, 2, 37, 60, 99])
def test_a_change_at_a_step_of_the_length_takes_two_fetches_beside_the_ends(cut):
    lengths = [9000 + at % 3 for at in range(cut)] + [9400 + at % 3 for at in range(100 - cut)]
    search = fetches("A" * cut + "B" * (100 - cut), lengths=lengths)
    assert search.changes() == 1
    assert len(search.fetched) <= 4


def test_where_lengths_tell_nothing_it_is_a_bisection():
    search = fetches("A" * 300 + "B" * 724, hours=1)
    assert search.changes() == 1
    assert len(search.fetched) <= 2 + 10


def day(number):
    return int((START + number * DAY).timestamp())


@pytest.mark.parametrize("cut", [1, 2, 37, 400, 799])
@pytest.mark.parametrize("behind", [0, 1])
def test_a_day_that_the_new_text_states_takes_three_fetches_beside_the_ends(cut, behind):
    """Captures at midnight, so that two steps touch the day."""
    stated = {"A": [day(-300)], "B": [day(-300), day(cut - behind)]}
    search = fetches("A" * cut + "B" * (800 - cut), options=Options(max_gap=800 * DAY), stated=stated)
    assert search.changes() == 1
    assert len(search.fetched) <= 5


@pytest.mark.parametrize("wrong", [-1000, 3, 300, 511, 700, 1023, 3000])
def test_a_day_that_is_wrong_costs_a_few_and_loses_nothing(wrong):
    truths, option = "A" * 500 + "B" * 524, Options(max_gap=1024 * DAY)
    search = fetches(truths, options=option, stated={"B": [day(wrong)]})
    assert search.changes() == 1
    assert len(search.fetched) <= len(fetches(truths, options=option).fetched) + 4


@pytest.mark.parametrize("stated", [{"A": [day(0)]}, {"A": [day(300)], "B": [day(300)]}, {"B": []}])
def test_a_day_tells_nothing_unless_it_came_with_the_change(stated):
    truths = "A" * 500 + "B" * 524
    assert fetches(truths, stated=stated).fetched == fetches(truths).fetched


def test_a_day_between_two_captures_of_one_wording_asks_for_nothing():
    assert len(fetches("A" * 100, stated={"A": [day(50)]}).fetched) == 2


def test_a_quiet_history_takes_one_fetch_per_max_gap():
    assert len(fetches("A" * 1801).fetched) == 11  # 1800 days, every 180


def test_a_digest_is_a_wording():
    search = fetches("A" * 50 + "B" * 50, digests=["X"] * 50 + ["Y"] * 50)
    assert len(search.fetched) == 2
    assert search.changes() == 1


def test_a_bot_check_costs_one_more_and_splits_nothing():
    for at in range(100):
        truths = ["A"] * 100
        truths[at] = None
        search = fetches(truths)
        assert len(search.fetched) <= 3
        assert search.changes() == 0


@pytest.mark.parametrize("junk", [3, 30, 300, 1000])
@pytest.mark.parametrize("after", ["A", "B"])
def test_a_long_run_of_bot_checks_is_not_asked_through(junk, after):
    search = fetches(["A"] * 500 + [None] * junk + [after] * 500, hours=6)
    assert search.changes() == (after == "B")
    assert len(search.fetched) <= 45


@pytest.mark.parametrize("junk", [1, 10, 500])
def test_bot_checks_at_an_end_are_not_asked_through_either(junk):
    for truths in ([None] * junk + ["A"] * 200, ["A"] * 200 + [None] * junk):
        search = fetches(truths, hours=3)
        assert len(search.fetched) <= 25
        rows = search.rows.pages
        assert (rows.ids[junk] if truths[0] is None else rows.ids[199]) in search.wordings


def test_no_policy_at_all_is_given_up():
    assert len(fetches([None] * 1000, hours=12).fetched) <= 12


def test_two_variants_that_alternate_are_not_asked_through_and_it_is_said():
    random = random_module.Random(7)
    listed, truth = history([random.choice("AB") for _ in range(3000)], hours=6)
    assert len(Search(listed, truth).run().fetched) <= 50
    sampled = {number: truth[number] for number in range(1, 3001, 10)}  # by another strategy, earlier
    search = Search(listed, truth, options=Options(), wordings=sampled).run()
    assert len(search.fetched) <= 3
    kinds = {one.narrowness for one in brackets(search.rows, known(search), search.options)}
    assert kinds == {Narrowness.ALTERNATING}


def test_a_new_wording_among_two_that_alternate_is_narrowed():
    listed, truth = history([*"AB" * 20, *"C" * 40], hours=6)
    sampled = {number: truth[number] for number in (*range(1, 21), 80)}
    search = Search(listed, truth, options=Options(), wordings=sampled).run()
    assert {40, 41} <= set(search.wordings)


def test_a_bracket_is_open_until_it_is_done():
    listed, truth = history([*"AAA", None, None, None, *"BBB"])
    search = Search(listed, truth, options=Options(), wordings={1: "A", 9: "B"}, no_policy={4, 5, 6})
    assert [one.narrowness for one in brackets(search.rows, known(search))] == [Narrowness.OPEN]
    assert [one.narrowness for one in brackets(search.rows, known(search.run()))] == [Narrowness.NEIGHBOURS]


def test_what_is_captured_after_a_bot_check_is_asked():
    listed, truth = history([*"AAA", None, *"BB", None, "B"])
    search = Search(listed[:4], truth).run()
    for count in (6, 7, 8):
        later = Search(listed[:count], truth, wordings=search.wordings, no_policy=search.no_policy).run()
        assert max(number for number in later.wordings) == (6 if count == 7 else count)
    nothing = Search(*history([None] * 5), no_policy={2, 3, 4})
    assert {one.capture_id for one in nothing.batch().fetch} == {1, 5}


def test_a_page_written_anew_for_everyone_is_not_asked_through():
    search = fetches([str(at) for at in range(5000)], hours=6)
    assert len(search.fetched) <= 1000


def test_a_wording_that_came_and_went_is_found_where_its_length_is_odd():
    lengths = [9000 + at % 3 for at in range(60)]
    lengths[20:23] = [9600, 9601, 9602]
    search = fetches("A" * 20 + "B" * 3 + "A" * 37, lengths=lengths)
    assert search.changes() == 2
    assert len(search.fetched) <= 7


def test_an_odd_length_is_asked_once_where_it_is_no_wording():
    lengths = [9600 + at % 3 if at % 10 == 5 else 9000 + at % 3 for at in range(100)]
    assert len(fetches("A" * 100, lengths=lengths).fetched) <= 4


@given(st.integers(20, 200), st.integers(20, 200), st.integers(20, 200), st.randoms(use_true_random=False))
def test_a_run_of_log_in_pages_is_told_by_its_length(before, log_ins, after, random):
    """Where it begins and ends costs a fetch on each of four sides, however long it is."""
    truths = ["A"] * before + [None] * log_ins + ["B"] * after
    lengths = [(9000 if truth is None else 20_000 + 200 * (truth == "B")) + random.randint(-50, 50) for truth in truths]
    listed, truth = history(truths, hours=6, lengths=lengths)
    search = Search(listed, truth).run()
    assert {before, before + log_ins + 1} <= search.wordings.keys()  # ids count from 1
    assert len(search.no_policy) <= 6, search.no_policy
    assert len(search.fetched) <= 14


def test_what_looks_like_a_stub_is_asked_after_better_ones():
    lengths = [300] + [9000] * 20 + [300]
    first = Search(*history([None] + ["A"] * 20 + [None], lengths=lengths)).batch()
    assert [one.capture_id for one in first.fetch] == [2, 21]


def test_a_resolution_saves_requests():
    cheap = fetches("A" * 300 + "B" * 300, hours=6, options=Options(resolution=7 * DAY))
    dear = fetches("A" * 300 + "B" * 300, hours=6)
    assert len(cheap.fetched) < len(dear.fetched)
    assert [one.narrowness for one in brackets(cheap.rows, known(cheap), cheap.options)] == [Narrowness.RESOLUTION]


def test_ten_thousand_captures_and_five_changes():
    truths = [str(sum(at > cut for cut in (1234, 3456, 3500, 7000, 9100))) for at in range(10_000)]
    lengths = [20_000 + 150 * int(truth) + at % 7 for at, truth in enumerate(truths)]
    search = fetches(truths, hours=3, lengths=lengths)
    assert search.changes() == 5
    assert len(search.fetched) <= 30
    assert len(fetches(truths, hours=1).fetched) <= 62  # lengths tell nothing: what bisection takes


def test_a_nightly_run_asks_for_one_capture():
    listed, truth = history("A" * 400)
    search = Search(listed[:397], truth).run()
    later = Search(listed, truth, wordings=search.wordings, fetched=list(search.fetched)).run()
    assert len(later.fetched) == len(search.fetched) + 1


def test_the_ends_come_first_and_a_width_is_kept():
    search = Search(*history("A" * 2000), width=3)
    levels = []
    while not (batch := search.batch()).done:
        assert len(batch.fetch) <= 3
        levels += [one.level for one in batch.fetch]
        for wanted in batch.fetch:
            search.fetch(wanted.capture_id)
    assert levels == sorted(levels)
    assert levels[:2] == [0, 0]


def test_what_is_held_is_reused_and_waited_for():
    listed, truth = history("A" * 10, digests=["X", *"ABCDEFGH", "X"])
    first = next_batch(rows_of(listed), Knowledge(held=frozenset(rows_of(listed).pages.digests[:1])), CHANGES)
    assert (first.fetch, first.reuse) == ((), (1, 10))
    assert truth[1] == "A"


def test_a_revisit_gives_way_to_what_it_points_at():
    listed, _truth = history("AAA", digests=["X", "Y", "X"])
    listed[0] = make_listed(1, timestamp="20091231000000", digest="X", mimetype="warc/revisit", statuscode="-")
    assert [one.capture_id for one in next_batch(rows_of(listed), Knowledge(), CHANGES).fetch] == [3]
