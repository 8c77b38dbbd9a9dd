"""The gate: one interval apart, each endpoint for itself, and nothing once it is shut."""

import asyncio

import pytest

from crawler.archives.dialects import CDX, PLAYBACK, Budget
from crawler.archives.errors import RateLimited
from crawler.politeness import Gate

BUDGETS = {CDX: Budget(24, 60.0, "test"), PLAYBACK: Budget(480, 60.0, "test")}  # 2.5 s and 0.125 s apart


class Clock:
    """Time that passes only when somebody sleeps; sleepers wake in the order of their time."""

    def __init__(self):
        self.now = 100.0
        self.sleepers = []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        woken = asyncio.Event()
        self.sleepers.append((self.now + seconds, woken))
        await woken.wait()

    async def run(self):
        """Let time pass until nobody sleeps."""
        await settle()
        while self.sleepers:
            self.sleepers.sort(key=lambda sleeper: sleeper[0])
            self.now, woken = self.sleepers.pop(0)
            woken.set()
            await settle()


async def settle():
    for _turn in range(5):
        await asyncio.sleep(0)


def passed(gate, clock, *endpoints, meanwhile=None):
    """Ask for passage of all at once; return (endpoint, seconds from the start or the error) as they pass."""
    result = []

    async def one(endpoint):
        start = 100.0
        try:
            await gate.wait(endpoint)
            result.append((endpoint, clock.now - start))
        except RateLimited as error:
            result.append((endpoint, str(error)))

    async def everything():
        tasks = [asyncio.create_task(one(endpoint)) for endpoint in endpoints]
        await settle()
        if meanwhile:
            meanwhile()
        await clock.run()
        await asyncio.gather(*tasks)

    asyncio.run(everything())
    return result


def make_gate(budgets=None):
    clock = Clock()
    return Gate(BUDGETS if budgets is None else budgets, clock, clock.sleep), clock


def test_requests_leave_one_interval_apart():
    gate, clock = make_gate()
    assert passed(gate, clock, CDX, CDX, CDX, CDX) == [(CDX, 0.0), (CDX, 2.5), (CDX, 5.0), (CDX, 7.5)]


def test_endpoints_do_not_wait_for_each_other():
    gate, clock = make_gate()
    assert passed(gate, clock, CDX, CDX, PLAYBACK, PLAYBACK) == [
        (CDX, 0.0),
        (PLAYBACK, 0.0),
        (PLAYBACK, 0.125),
        (CDX, 2.5),
    ]


def test_what_comes_late_does_not_wait_and_saves_nothing_up():
    gate, clock = make_gate()
    assert passed(gate, clock, CDX) == [(CDX, 0.0)]
    clock.now += 60
    assert passed(gate, clock, CDX, CDX, CDX) == [(CDX, 60.0), (CDX, 62.5), (CDX, 65.0)]


def test_the_interval_counts_from_the_last_request():
    gate, clock = make_gate()
    passed(gate, clock, CDX)
    clock.now += 1
    assert passed(gate, clock, CDX) == [(CDX, 2.5)]


@pytest.mark.parametrize("endpoint", [CDX, ""])
def test_without_a_budget_nobody_waits(endpoint):
    gate, clock = make_gate({PLAYBACK: BUDGETS[PLAYBACK]})
    assert passed(gate, clock, *[endpoint] * 5) == [(endpoint, 0.0)] * 5


def test_a_shut_gate_lets_nothing_through():
    gate, clock = make_gate()
    gate.shut("HTTP 429")
    assert passed(gate, clock, CDX, PLAYBACK, "") == [(CDX, "HTTP 429"), (PLAYBACK, "HTTP 429"), ("", "HTTP 429")]
    clock.now += 3600
    assert passed(gate, clock, CDX) == [(CDX, "HTTP 429")]


def test_who_waits_when_it_shuts_is_turned_away_too():
    gate, clock = make_gate()
    assert passed(gate, clock, CDX, CDX, CDX, meanwhile=lambda: gate.shut("HTTP 429")) == [
        (CDX, 0.0),
        (CDX, "HTTP 429"),
        (CDX, "HTTP 429"),
    ]


def test_the_first_reason_stays():
    gate, clock = make_gate()
    gate.shut("HTTP 429")
    gate.shut("refused")
    assert passed(gate, clock, CDX) == [(CDX, "HTTP 429")]
