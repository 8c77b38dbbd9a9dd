"""Pages that are read side by side come in their order, and none of them holds the others up."""

from concurrent.futures import Future
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from crawler.targets.fetched import Fetched
from pipelines.reading import pool
from pipelines.reading.pool import in_turn

BODY = b"x" * 10


def pages(count):
    return ((number, Fetched(BODY, {}, str(number))) for number in range(count))


@given(st.integers(0, 30), st.integers(1, 3), st.integers(1, 200), st.integers(0, 30), st.data())
def test_they_come_in_order_whichever_is_done_first_and_what_waits_is_bounded(count, workers, most, taken, data):
    begun: list[Future] = []
    came: list[int] = []

    def submit(page):
        assert int(page.url) == len(begun)
        begun.append(Future())
        ahead = len(begun) - len(came)
        assert ahead <= pool._AHEAD * workers
        assert (ahead - 1) * len(BODY) <= most
        return begun[-1]

    with mock.patch.object(pool, "_AHEAD_BYTES", most):
        readings = in_turn(pages(count), submit, workers)
        for number, reading in readings:
            while not reading.done():
                waiting = [one for one in begun if not one.done()]
                done = data.draw(st.sampled_from(waiting))
                done.set_result(-begun.index(done))
            assert reading.result() == -number
            came.append(number)
            if len(came) > taken:
                break
        readings.close()
    assert came == list(range(min(count, taken + 1)))


def test_a_slow_page_holds_nobody_up_but_those_that_must_wait_for_their_turn():
    """Before anybody waits for it, others have begun that a few at a time would never reach."""
    workers = 2
    begun: list[int] = []

    def submit(page):
        begun.append(int(page.url))
        return Future()

    readings = in_turn(pages(pool._AHEAD * workers + 20), submit, workers)
    assert next(readings)[0] == 0
    assert begun == list(range(pool._AHEAD * workers))


def test_what_is_begun_is_stopped_with_who_takes_it():
    begun: list[Future] = []

    def submit(_page):
        begun.append(Future())
        return begun[-1]

    readings = in_turn(pages(5), submit, 3)
    _number, first = next(readings)
    readings.close()
    assert [one.cancelled() for one in begun] == [False, True, True, True, True]
    assert first is begun[0]
