"""The gate: never above the budget in any window, not one request inside a pause, from however many processes."""

import asyncio
import json
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.dialects import CDX, PLAYBACK, WAYBACK, Budget, parse_archive
from crawler.archives.errors import ConfigError, RateLimited
from crawler.archives.limits import (
    LONGEST_BAN,
    LONGEST_PAUSE,
    Pause,
    after_429,
    after_refusal,
    budgets_of,
    next_slot,
    parse_retry_after,
)
from crawler.limits_file import LimitsFile
from crawler.politeness import Gate
from tests.crawling import ROOT, environment

START = 1_700_000_000.0
BUDGETS = {CDX: Budget(24, 60.0, "test"), PLAYBACK: Budget(480, 60.0, "test")}
SERVER = parse_archive("wayback+http://127.0.0.1:1")


class Clock:
    """Time that passes only when somebody sleeps; sleepers wake in the order of their time."""

    def __init__(self, now=START):
        self.now = now
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
            at, woken = self.sleepers.pop(0)
            self.now = max(self.now, at)
            woken.set()
            await settle()


async def settle():
    for _turn in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def open_gate(tmp_path):
    """Gates on one state, as processes have them; each call is another process."""
    opened = []

    def make(clock, budgets=BUDGETS, patience=600.0, archive=SERVER):
        opened.append(LimitsFile(tmp_path))
        return Gate(archive, budgets, opened[-1], patience, clock, clock.sleep)

    yield make
    for limits in opened:
        limits.close()


def passed(clock, *asked, meanwhile=None):
    """Ask for passage of all (gate, endpoint) at once; return the times, or errors, in the order of passing."""
    result = []

    async def one(gate, endpoint):
        try:
            await gate.wait(endpoint)
            result.append((endpoint, clock.now - START))
        except RateLimited as error:
            result.append((endpoint, str(error)))

    async def everything():
        tasks = [asyncio.create_task(one(gate, endpoint)) for gate, endpoint in asked]
        await settle()
        if meanwhile:
            meanwhile()
        await clock.run()
        await asyncio.gather(*tasks)

    asyncio.run(everything())
    return result


def busiest(times, window):
    """Most requests in any window of that length, its ends included."""
    return max(sum(t <= other <= t + window for other in times) for t in times)


def test_two_processes_together_stay_within_the_budget(open_gate):
    clock = Clock()
    gates = [open_gate(clock), open_gate(clock)]
    times = [at for _, at in passed(clock, *[(gates[n % 2], CDX) for n in range(100)])]
    assert busiest(times, 60.0) == 24
    assert times[-1] - times[0] == pytest.approx(99 * 2.5, rel=0.002)


def test_endpoints_have_budgets_of_their_own(open_gate):
    clock = Clock()
    gate = open_gate(clock)
    found = passed(clock, *[(gate, PLAYBACK)] * 5, *[(gate, CDX)] * 2)
    assert [round(at, 2) for endpoint, at in found if endpoint == PLAYBACK] == [0, 0.13, 0.25, 0.38, 0.5]
    assert [round(at, 2) for endpoint, at in found if endpoint == CDX] == [0, 2.5]


def test_without_a_budget_nothing_waits(open_gate):
    clock = Clock()
    assert [at for _, at in passed(clock, *[(open_gate(clock, budgets={}), PLAYBACK)] * 50)] == [0.0] * 50


def test_the_budget_is_kept_across_runs(open_gate):
    clock = Clock()
    passed(clock, *[(open_gate(clock), CDX)] * 10)
    later = Clock(clock.now)
    assert passed(later, (open_gate(later), CDX))[0][1] == pytest.approx(10 * 2.5, rel=0.002)


@pytest.mark.parametrize(("retry_after", "length"), [(None, 60.0), (20.0, 60.0), (300.0, 300.0)])
def test_not_one_request_leaves_inside_a_pause(open_gate, retry_after, length):
    clock = Clock()
    ours, theirs = open_gate(clock), open_gate(clock)
    found = passed(
        clock, *[(theirs, CDX)] * 10, *[(ours, PLAYBACK)] * 100, meanwhile=lambda: ours.too_many(retry_after)
    )
    times = [at for _, at in found]
    begun = [at for at in times if at == 0]  # those under way when the 429 came
    assert len(begun) == 2
    assert min(at for at in times if at) >= length
    assert busiest([at for endpoint, at in found if endpoint == PLAYBACK], 60.0) <= 480
    after = [at for endpoint, at in found if endpoint == CDX and at]
    assert all(b - a >= 2.5 for a, b in pairwise(after))  # no burst when it ends


def test_who_is_not_willing_to_wait_is_turned_away(open_gate):
    clock = Clock()
    gate = open_gate(clock, patience=0.0)
    found = passed(clock, *[(gate, PLAYBACK)] * 20, meanwhile=lambda: gate.too_many(120.0))
    assert found[0] == (PLAYBACK, 0.0)
    assert all("no request before" in str(why) for _, why in found[1:])
    assert "(in 2 minutes)" in found[-1][1]


def test_a_refusal_holds_for_every_later_process(open_gate):
    clock = Clock()
    open_gate(clock).refused()
    later = open_gate(clock)
    with pytest.raises(RateLimited, match=r"refuses connections: no request before .* \(in 60 minutes\)"):
        later.check()
    clock.now += 3600.1
    later.check()
    later.refused()
    assert later.pause.not_before == clock.now + 7200  # doubled


def test_a_gate_that_is_shut_lets_nothing_through(open_gate):
    clock = Clock()
    gate = open_gate(clock, patience=float("inf"))
    found = passed(clock, *[(gate, CDX)] * 4, meanwhile=lambda: gate.shut("the run ends"))
    assert [why for _, why in found[1:]] == ["the run ends"] * 3


PROCESS = """
import asyncio, json, sys
from pathlib import Path
from crawler.archives.dialects import Budget, parse_archive
from crawler.limits_file import LimitsFile
limits, budget = LimitsFile(Path(sys.argv[1])), Budget(24, 60.0, "test")
archive = parse_archive("wayback+http://127.0.0.1:1").name
print(json.dumps([limits.reserve(archive, "cdx", 1_700_000_000.0, budget) for _ in range(200)]))
"""


def test_real_processes_at_once_never_share_a_slot(tmp_path):
    running = [
        subprocess.Popen([sys.executable, "-c", PROCESS, tmp_path], cwd=ROOT, env=environment(), stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    slots = [slot for process in running for slot in json.loads(process.communicate(timeout=60)[0])]
    assert len(set(slots)) == 600
    assert busiest(sorted(slots), 60.0) == 24


# the arithmetic

requests = st.lists(st.floats(0, 100), max_size=150).map(lambda gaps: [sum(gaps[: n + 1]) for n in range(len(gaps))])


@given(requests, st.integers(1, 600), st.sampled_from([1.0, 60.0, 3600.0]))
def test_no_window_holds_more_than_the_budget(times, number, seconds):
    budget, free_at, granted = Budget(number, seconds, "test"), 0.0, []
    for now in times:
        at, free_at = next_slot(free_at, now, budget)
        assert at >= now
        granted.append(at)
    assert not granted or busiest(granted, seconds) <= number


def test_a_clock_that_was_set_back_stops_nobody_for_years():
    at, _ = next_slot(START + 10**9, START, Budget(24, 60.0, "test"))
    assert at - START < 10 * 3600


@given(st.lists(st.tuples(st.floats(0, 10**6), st.one_of(st.none(), st.floats(0, 10**5))), max_size=30))
def test_pauses_never_shrink_and_last_a_minute_at_least(steps):
    pause, now = Pause(), START
    for gap, retry_after in steps:
        now += gap
        new = after_429(pause, now, retry_after)
        assert new.not_before >= pause.not_before
        assert new.not_before >= now + (retry_after or 0)
        if now >= pause.not_before:
            assert 60 <= new.not_before - now <= max(LONGEST_PAUSE, retry_after or 0) + 1e-6
        pause = new


def test_each_pause_is_twice_the_one_before_until_a_day_without():
    pause, lengths, now = Pause(), [], START
    for _ in range(5):
        pause = after_429(pause, now, None)
        lengths.append(pause.not_before - now)
        now = pause.not_before + 1
    assert lengths == [60, 120, 240, 480, 960]
    assert after_429(pause, now + 25 * 3600, None).not_before == now + 25 * 3600 + 60


def test_many_429s_to_one_burst_are_one():
    first = after_429(Pause(), START, None)
    assert after_429(first, START + 1, None) == first
    assert after_429(first, START + 1, 100).not_before == START + 101


def test_bans_double_up_to_a_week():
    pause, now, lengths = Pause(), START, []
    for _ in range(12):
        pause = after_refusal(pause, now)
        assert after_refusal(pause, now + 5) == pause  # one ban, however many connections it refuses
        lengths.append(pause.not_before - now)
        now = pause.not_before + 1
    assert lengths[:3] == [3600, 7200, 14400]
    assert lengths[-1] == LONGEST_BAN


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("Tue, 14 Nov 2023 22:15:20 GMT", 120.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 40, None),
    ],
)
def test_retry_after(text, seconds):
    assert parse_retry_after(text, START) == seconds


def test_a_public_budget_can_be_lowered_but_not_raised():
    assert budgets_of(WAYBACK, "cdx=10/min")[CDX].requests == 10
    assert budgets_of(WAYBACK, "")[PLAYBACK].requests == 480
    with pytest.raises(ConfigError, match="can be lowered, not raised"):
        budgets_of(WAYBACK, "playback=9/s")
    assert budgets_of(SERVER, "cdx=24/min, playback=100/s")[PLAYBACK].seconds == 1.0


@pytest.mark.parametrize("text", ["cdx", "cdx=0/min", "cdx=5/fortnight", "all=1/s", "cdx=-1/s"])
def test_a_budget_that_is_none(text):
    with pytest.raises(ConfigError, match="POLICYLAPSE_BUDGET"):
        budgets_of(SERVER, text)


def test_a_state_that_cannot_be_kept_names_the_setting(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="POLICYLAPSE_STATE"):
        LimitsFile(tmp_path / "file")
