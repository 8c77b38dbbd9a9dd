"""The gate: never above the budget in any window, not one request inside a pause, from however many processes."""

import asyncio
import json
import logging
import shutil
import sqlite3
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import IgnoreRequest

from crawler.archives.budgets import budgets_of
from crawler.archives.dialects import WAYBACK, parse_archive
from crawler.archives.errors import ConfigError, LimitsError, NotRunning, RateLimited
from crawler.archives.table import CDX, PLAYBACK, Budget
from crawler.asking.gate import GRACE, Gate
from crawler.asking.limits import (
    LONGEST_PAUSE,
    REFUSES,
    TOO_MANY,
    WEEK,
    Pace,
    Pause,
    after_429,
    after_answer,
    after_refusal,
    next_slot,
    parse_retry_after,
    slowed,
    sound,
)
from crawler.asking.limits_file import LimitsFile
from tests.crawling import ROOT, environment

START = 1_700_000_000.0
BUDGETS = {CDX: Budget(24, 60.0, "test"), PLAYBACK: Budget(480, 60.0, "test")}
SERVER = parse_archive("wayback+http://127.0.0.1:1")
PUBLIC = parse_archive("wayback+https://archive.example.org")


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
    for _turn in range(8):
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
        except (RateLimited, IgnoreRequest) as error:
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


@pytest.mark.parametrize(("retry_after", "length"), [(None, 60.0), (3.0, 3.0), (20.0, 20.0), (300.0, 300.0)])
def test_not_one_request_leaves_inside_a_pause(open_gate, retry_after, length):
    clock = Clock()
    ours, theirs = open_gate(clock), open_gate(clock)
    found = passed(
        clock,
        *[(theirs, CDX)] * 10,
        *[(ours, PLAYBACK)] * 100,
        meanwhile=lambda: ours.too_many(PLAYBACK, retry_after, clock.now),
    )
    times = [at for _, at in found]
    begun = [at for at in times if at == 0]  # those under way when the 429 came
    assert len(begun) == 2
    assert min(at for at in times if at) >= length
    assert busiest([at for endpoint, at in found if endpoint == PLAYBACK], 60.0) <= 480
    after = [at for endpoint, at in found if endpoint == CDX and at]
    assert all(b - a >= 2.5 for a, b in pairwise(after))  # no burst when it ends


def test_a_pause_is_told_once_and_until_when(open_gate, caplog):
    clock = Clock()
    gate = open_gate(clock)
    with caplog.at_level(logging.WARNING):
        passed(clock, *[(gate, PLAYBACK)] * 20, meanwhile=lambda: gate.too_many(PLAYBACK, 180.0, clock.now))
    (told,) = caplog.messages
    assert "it answered 429 (too many requests): no request before 2023-11-14 22:16:20 UTC (in 3 minutes)" in told
    assert "the crawl waits" in told


def test_who_is_not_willing_to_wait_is_turned_away(open_gate):
    clock = Clock()
    gate = open_gate(clock, patience=0.0)
    found = passed(clock, *[(gate, PLAYBACK)] * 20, meanwhile=lambda: gate.too_many(PLAYBACK, 120.0, clock.now))
    assert found[0] == (PLAYBACK, 0.0)
    assert all("no request before" in str(why) for _, why in found[1:])
    assert "(in 2 minutes)" in found[-1][1]


def test_a_refusal_holds_for_every_later_process(open_gate):
    clock = Clock()
    open_gate(clock, archive=PUBLIC).refused()
    later = open_gate(clock, archive=PUBLIC)
    with pytest.raises(RateLimited, match=r"refuses connections: no request before .* \(in 60 minutes\)"):
        later.check()
    clock.now += 3600.1
    later.check()
    later.answered(clock.now)  # the archive counts its bans, however long it answers in between
    later.refused()
    assert later.pause.not_before == clock.now + 7200  # doubled


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:80", "192.168.1.5", "nas", "pywb.local:8080"])
def test_a_private_archive_that_refuses_is_not_running(open_gate, host):
    gate = open_gate(Clock(), archive=parse_archive(f"pywb+http://{host}/coll"))
    with pytest.raises(NotRunning, match=r"^cannot connect to .*: is it running[?]$"):
        gate.refused()
    gate.check()
    assert gate.pause == Pause()


def test_a_gate_that_is_shut_lets_nothing_through_and_wakes_at_once(open_gate):
    clock = Clock()
    gate = open_gate(clock, patience=float("inf"))
    gate.too_many(CDX, 7200.0, clock.now)

    async def waits():
        waiting = [asyncio.create_task(gate.wait(CDX)), asyncio.create_task(gate.nap(3600))]
        await settle()
        gate.shut("the run ends")
        await asyncio.wait(waiting, timeout=600)
        for one in waiting:
            with pytest.raises(IgnoreRequest, match="the run ends"):
                one.result()
        with pytest.raises(IgnoreRequest, match="the run ends"):
            await gate.wait(PLAYBACK)

    asyncio.run(waits())
    assert clock.now == START


async def answers_after(clock, seconds):
    await clock.sleep(seconds)
    return "the answer"


@pytest.mark.parametrize(
    ("answer", "told", "expected", "took"),
    [
        (3600.0, None, "the answer", 3600.0),  # nobody ends the run
        (3.0, 1.0, "the answer", 3.0),
        (GRACE, 1.0, "the answer", GRACE),
        (3600.0, 0.0, "the run ends", GRACE),
        (3600.0, 50.0, "the run ends", 50.0 + GRACE),
    ],
)
def test_what_is_under_way_when_a_run_is_told_to_end_has_a_short_grace(open_gate, answer, told, expected, took):
    clock = Clock()
    gate = open_gate(clock)

    async def tell():
        if told is not None:
            await clock.sleep(told)
            gate.shut("the run ends")

    async def everything():
        download = asyncio.create_task(gate.within_grace(answers_after(clock, answer)))
        telling = asyncio.create_task(tell())
        times = []
        download.add_done_callback(lambda _: times.append(clock.now - START))
        await clock.run()
        await telling
        try:
            return await download, times
        except IgnoreRequest as error:
            return str(error), times

    assert asyncio.run(everything()) == (expected, [took])


# the state's file


def lose(folder):
    shutil.rmtree(folder)


def replace_file(folder):
    lose(folder)
    LimitsFile(folder).close()


def break_schema(folder):
    with sqlite3.connect(folder / "limits.sqlite") as db:
        db.execute("DROP TABLE paces")
        db.execute("DROP TABLE pauses")


def overwrite(folder):
    (folder / "limits.sqlite").write_bytes(b"x" * 8192)


@pytest.mark.parametrize("harm", [lose, replace_file, break_schema, overwrite])
@pytest.mark.parametrize(
    "use",
    [
        lambda gate: asyncio.run(gate.wait(CDX)),
        lambda gate: gate.too_many(CDX, None, START),
        lambda gate: gate.answered(START),
        lambda gate: gate.check(),
        lambda gate: gate.willing,
    ],
)
def test_a_state_that_is_lost_or_cannot_be_read_is_our_own_fault(tmp_path, harm, use):
    clock = Clock()
    limits = LimitsFile(tmp_path / "state")
    gate = Gate(SERVER, BUDGETS, limits, 600.0, clock, clock.sleep)
    gate.check()
    harm(tmp_path / "state")
    with pytest.raises(LimitsError, match=r"cannot keep the archives' limits in .*limits.sqlite .*POLICYLAPSE_STATE"):
        use(gate)
    limits.close()


def test_a_state_of_an_earlier_program_is_kept(tmp_path):
    with sqlite3.connect(tmp_path / "limits.sqlite") as db:
        db.executescript(
            "CREATE TABLE slots (archive TEXT, endpoint TEXT, free_at REAL, PRIMARY KEY (archive, endpoint));"
            "CREATE TABLE pauses (archive TEXT PRIMARY KEY, not_before REAL, strikes INTEGER, reason TEXT);"
            f"INSERT INTO pauses VALUES ('wayback', {START + 3600}, 1, 'it refuses connections'),"
            f"('pywb+http://a.example/c', {START + 3.2e8}, 1, 'it answered 429 (too many requests)')"
        )
    db.close()
    limits = LimitsFile(tmp_path)
    assert limits.pause("wayback", START) == Pause(START + 3600, 1, REFUSES, START)
    assert limits.pause("pywb+http://a.example/c", START).not_before == START + WEEK
    assert limits.pause("pywb+http://a.example/c", START + 60).not_before == START + WEEK  # it does not move on
    limits.close()


PROCESS = """
import asyncio, json, sys
from pathlib import Path
from crawler.archives.dialects import parse_archive
from crawler.archives.table import Budget
from crawler.asking.limits_file import LimitsFile
limits, budget = LimitsFile(Path(sys.argv[1])), Budget(24, 60.0, "test")
archive = parse_archive("wayback+http://127.0.0.1:1").name
print(json.dumps([limits.reserve(archive, "cdx", 1_700_000_000.0, budget) for _ in range(200)]))
"""


def test_real_processes_at_once_never_share_a_slot(tmp_path):
    running = [
        subprocess.Popen([sys.executable, "-c", PROCESS, tmp_path], cwd=ROOT, env=environment(), stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    slots = [slot for process in running for slot in json.loads(process.communicate(timeout=600)[0])]
    assert len(set(slots)) == 600
    assert busiest(sorted(slots), 60.0) == 24


# the arithmetic

requests = st.lists(st.floats(0, 100), max_size=150).map(lambda gaps: [sum(gaps[: n + 1]) for n in range(len(gaps))])


@given(requests, st.integers(1, 600), st.sampled_from([1.0, 60.0, 3600.0]))
def test_no_window_holds_more_than_the_budget(times, number, seconds):
    budget, pace, granted = Budget(number, seconds, "test"), Pace(), []
    for now in times:
        at, pace = next_slot(pace, now, budget)
        assert at >= now
        granted.append(at)
    assert not granted or busiest(granted, seconds) <= number


moments = st.floats(0, 10**10)


@given(moments, moments, st.floats(0, 10**9), st.integers(0, 30), st.sampled_from([TOO_MANY, REFUSES]))
def test_no_stored_pause_is_longer_than_a_week_whatever_the_clock_said(begun, now, length, strikes, reason):
    pause = sound(Pause(begun + length, strikes, reason, begun), now)
    assert pause.not_before <= now + WEEK
    assert pause.begun <= now
    assert sound(pause, now) == pause
    if begun <= now and length <= WEEK:
        assert pause.not_before == pytest.approx(begun + length)
    if begun > now:  # the clock was ahead when it was written: its length counts from now
        assert pause.not_before - now == pytest.approx(min(length, WEEK), abs=1e-3)


@given(moments, st.one_of(st.none(), st.floats(0, 10**10)), st.integers(0, 30), st.booleans())
def test_no_pause_begins_that_is_longer_than_a_week(now, retry_after, strikes, refused):
    held = Pause(now - 10, strikes, TOO_MANY, now - 100)
    pause = after_refusal(held, now) if refused else after_429(held, now, retry_after, now)
    assert now < pause.not_before <= now + WEEK


def test_a_clock_that_was_set_back_stops_nobody(tmp_path):
    limits = LimitsFile(tmp_path)
    budget = Budget(24, 60.0, "test")
    ahead = START + 10**8
    for _ in range(3):
        limits.reserve("a", CDX, ahead, budget)
    limits.too_many("a", CDX, ahead, 100.0, ahead)
    assert limits.reserve("a", CDX, START, budget) - START == pytest.approx(7.5, rel=0.01)
    assert limits.pause("a", START).not_before == START + 100
    assert limits.pause("a", START + 99).not_before == START + 100
    limits.close()


@given(st.lists(st.tuples(st.floats(0, 10**6), st.one_of(st.none(), st.floats(0, 10**5))), max_size=30))
def test_pauses_never_shrink_and_are_as_long_as_was_asked(steps):
    pause, now = Pause(), START
    for gap, retry_after in steps:
        now += gap
        new = after_429(pause, now, retry_after, now)
        assert new.not_before >= pause.not_before
        assert new.not_before >= now + (retry_after or 0)
        if now >= pause.not_before:
            base = 60 if retry_after is None else max(retry_after, 1)
            assert base <= new.not_before - now + 1e-6
            assert new.not_before - now <= max(LONGEST_PAUSE, base) + 1e-6
        pause = new


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [(None, [60, 120, 240, 480, 960]), (3.0, [3, 6, 12, 24, 48]), (0.0, [1, 2, 4, 8, 16]), (5000.0, [5000] * 5)],
)
def test_each_pause_is_twice_the_one_before_where_it_refuses_again_at_once(retry_after, expected):
    pause, lengths, now = Pause(), [], START
    for _ in range(5):
        pause = after_429(pause, now, retry_after, now)
        lengths.append(pause.not_before - now)
        now = pause.not_before + 1
    assert lengths == expected
    assert after_429(pause, now + 25 * 3600, retry_after, now + 25 * 3600).not_before == now + 25 * 3600 + expected[0]


@given(st.lists(st.booleans(), max_size=40))
def test_a_pause_does_not_grow_while_the_archive_answers_in_between(refusals):
    """Retry-After: 3, for ever: what was answered after the last pause's end makes the next one a first one."""
    pause, now, in_a_row = Pause(), START, 0
    for refused in refusals:
        now = max(now, pause.not_before) + 1
        if refused:
            pause = after_429(pause, now, 3.0, now)
            assert pause.not_before - now == pytest.approx(min(3 * 2**in_a_row, 3600))
            in_a_row += 1
        else:
            pause = after_answer(pause, now)
            in_a_row = 0


def test_answers_to_what_was_sent_before_the_end_of_a_pause_say_nothing():
    first = after_429(Pause(), START, 10.0, START - 1)
    assert after_answer(first, START - 0.5) == first
    assert after_429(first, START + 1, None, START - 0.5) == first  # one 429, not many
    assert after_429(first, START + 20, 10.0, START - 0.5).not_before == START + 30
    assert after_429(first, START + 20, 10.0, START - 0.5).strikes == 1


def test_bans_double_up_to_a_week():
    pause, now, lengths = Pause(), START, []
    for _ in range(12):
        pause = after_refusal(pause, now)
        assert after_refusal(pause, now + 5) == pause  # one ban, however many connections it refuses
        lengths.append(pause.not_before - now)
        now = pause.not_before + 1
    assert lengths[:3] == [3600, 7200, 14400]
    assert lengths[-1] == WEEK


# the pace that is learned


def window_server(allowed, seconds):
    """A server that allows so many requests in a window; the answer to one is None, or the seconds to stay away."""
    window = []

    def ask(now):
        window[:] = [at for at in window if at > now - seconds]
        if len(window) >= allowed:
            return window[0] + seconds - now
        window.append(now)
        return None

    return ask


@pytest.mark.parametrize(("allowed", "seconds"), [(20, 5), (120, 5), (24, 60), (1, 2), (100, 10)])
def test_a_pace_is_learned_that_the_archive_can_take(allowed, seconds):
    """Whoever asks as fast as it can meets a few refusals, then hardly any, and still uses most of what is allowed."""
    ask, now, pause, pace = window_server(allowed, seconds), START, Pause(), Pace()
    refused, granted = [], []
    while now < START + 3600 and len(granted) < 200_000:
        at, pace = next_slot(pace, now, None)
        now = max(at, pause.not_before) + 0.001
        wait = ask(now)
        if wait is None:
            granted.append(now)
            pause = after_answer(pause, now)
        else:
            pause = after_429(pause, now, float(int(wait) + 1), now)
            pace = slowed(pace, now, pause.not_before - now)
            refused.append(now)
    assert len(refused) <= 15
    assert len([at for at in refused if at > START + 1200]) <= 8
    assert len(granted) >= 0.5 * allowed / seconds * 3600
    assert busiest(granted[:2000], seconds) <= allowed


def test_a_learned_pace_is_forgotten_after_a_day():
    _, pace = next_slot(Pace(), START, None)
    pace = slowed(pace, START + 1, 3.0)
    assert pace.rate_at(START + 1) == pytest.approx(0.2)
    assert pace.rate_at(START + 601) == pytest.approx(0.4)
    assert pace.rate_at(START + 25 * 3600) == 0.0
    assert pace.interval(START + 25 * 3600, None) == 0.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("Tue, 14 Nov 2023 22:15:20 GMT", 120.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 40, WEEK),
        ("315360000", WEEK),
        ("Tue, 14 Nov 2033 22:15:20 GMT", WEEK),
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
