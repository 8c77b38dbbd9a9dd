"""A process for calls that crash, hang or eat memory: each is told apart, and the next call has a process."""

import contextlib
import errno
import logging
import os
import signal
import sys
import time

import pytest

from pipelines.reading.apart import Apart, Limits, Stopped, Why

LIMITS = Limits(cpu=0.5, wall=600, memory=300 * 2**20)


def nothing():
    pass


def have_no_room():
    raise OSError(errno.ENOSPC, "No space left on device")


def leave():
    os._exit(3)


def spin():
    while True:
        pass


def spin_and_swallow():
    """What trafilatura does to an alarm's exception."""
    while True:
        with contextlib.suppress(BaseException):
            spin()


def wait():
    time.sleep(10_000)


def eat():
    kept = []
    while True:
        kept.append(bytes(10 * 2**20))


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def be_killed():
    os.kill(os.getpid(), signal.SIGKILL)


def fail():
    raise OSError("a page did this")


def warn(text):
    logging.getLogger("pipelines.test").warning("said %s", text)
    return text


@pytest.fixture(scope="module")
def apart():
    process = Apart(nothing, LIMITS)
    yield process
    process.end()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(
    ("function", "why", "said"),
    [
        (spin, Why.TIME, "0.5 s of processor time"),
        (spin_and_swallow, Why.TIME, "0.5 s of processor time"),
        (eat, Why.MEMORY, "300 MiB"),
        (crash, Why.DIED, "signal 11"),
        (be_killed, Why.KILLED, "killed"),
        (fail, Why.RAISED, "a page did this"),
    ],
)
def test_what_ends_a_call_is_told_and_the_next_call_is_answered(apart, function, why, said):
    with pytest.raises(Stopped) as stopped:
        apart.call(function, ())
    assert stopped.value.why is why
    assert said in stopped.value.detail
    assert ("in fail" in stopped.value.trace) == (why is Why.RAISED)
    assert apart.call(len, ("page",)) == 4


@pytest.mark.parametrize(
    ("warm_up", "why", "said"),
    [
        (have_no_room, Why.START, "No space left on device"),
        (leave, Why.START, "it ended"),
        (crash, Why.START, "it ended"),
        (be_killed, Why.KILLED, "killed"),
    ],
)
def test_a_process_that_cannot_start_is_no_pages_fault(warm_up, why, said):
    """Nor is the next one, which tries again."""
    process = Apart(warm_up, LIMITS)
    try:
        for _page in range(2):
            with pytest.raises(Stopped, match=said) as stopped:
                process.call(len, ("page",))
            assert stopped.value.why is why
    finally:
        process.end()


def test_a_call_that_waits_for_ever_is_ended_by_the_clock():
    process = Apart(nothing, Limits(cpu=30, wall=0.5))
    try:
        with pytest.raises(Stopped, match=r"0\.5 s") as stopped:
            process.call(wait, ())
        assert stopped.value.why is Why.TIME
    finally:
        process.end()


def test_waiting_costs_no_processor_time(apart):
    assert apart.call(time.sleep, (1.0,)) is None


def test_what_is_logged_there_is_logged_here(apart, caplog):
    assert apart.call(warn, ("it",)) == "it"
    assert [(record.name, record.getMessage()) for record in caplog.records] == [("pipelines.test", "said it")]


def test_one_process_answers_many_calls(apart):
    assert len({apart.call(os.getpid, ()) for _ in range(5)}) == 1


def test_a_closed_one_answers_nothing():
    process = Apart(nothing, LIMITS)
    process.close()
    with pytest.raises(Stopped) as stopped:
        process.call(len, ("page",))
    assert stopped.value.why is Why.CLOSED
