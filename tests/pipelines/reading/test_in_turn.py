"""Pages that are read side by side come in their order, and none of them holds the others up."""

import asyncio
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.targets.fetched import Fetched
from pipelines.reading import pool
from pipelines.reading.pool import in_turn

BODY = b"x" * 10


def pages(count):
    return ((number, Fetched(BODY, {}, str(number))) for number in range(count))


@given(st.lists(st.integers(0, 6), max_size=30), st.integers(1, 3), st.integers(1, 200), st.integers(0, 30))
@settings(deadline=None)
def test_they_come_in_order_whichever_is_done_first_and_what_waits_is_bounded(steps, workers, most, taken):
    begun: list[int] = []
    came: list[int] = []

    async def read(page):
        begun.append(int(page.url))
        ahead = len(begun) - len(came)
        assert ahead <= pool._AHEAD * workers
        assert (ahead - 1) * len(BODY) <= most
        for _step in range(steps[int(page.url)]):
            await asyncio.sleep(0)
        return -int(page.url)

    async def take():
        readings = in_turn(pages(len(steps)), read, workers)
        async for number, made in readings:
            assert made == -number
            came.append(number)
            if len(came) > taken:
                break
        await readings.aclose()

    with mock.patch.object(pool, "_AHEAD_BYTES", most):
        asyncio.run(take())
    assert came == list(range(min(len(steps), taken + 1)))


def test_a_slow_page_holds_nobody_up_but_those_that_must_wait_for_their_turn():
    """It ends only when others have begun that a few at a time would never reach."""
    workers, later = 2, asyncio.Event()
    last = pool._AHEAD * workers - 1

    async def read(page):
        if page.url == str(last):
            later.set()
        if page.url == "0":
            await later.wait()
        return page.url

    async def take():
        return [number async for number, _url in in_turn(pages(last + 20), read, workers)]

    assert asyncio.run(take()) == list(range(last + 20))


def test_what_is_begun_is_stopped_with_who_takes_it():
    stopped = []

    async def read(page):
        try:
            await asyncio.sleep(3600 if page.url != "0" else 0)
        except asyncio.CancelledError:
            stopped.append(page.url)
            raise

    async def take():
        readings = in_turn(pages(5), read, 3)
        assert (await anext(readings))[0] == 0
        await readings.aclose()
        await asyncio.sleep(0)

    asyncio.run(take())
    assert stopped == ["1", "2", "3", "4"]
