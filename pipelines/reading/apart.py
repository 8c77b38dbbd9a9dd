"""A process for calls that may crash, hang or eat memory: it is watched from outside, and ended from outside.

    Apart.call(function, arguments) ──pipe──► process of its own ──► its result, and what it logged
                                    └── watched: processor time, memory ──► Stopped(why)

A parser written in C feels neither an alarm nor an exception, and an alarm that is raised inside a library may be
caught there. So the parent measures and the parent ends. Processor time counts, not the clock: a busy machine makes no
page slow. The process limits its own memory too (RLIMIT_AS), which stops an allocation before the parent sees it.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import multiprocessing
import os
import pickle
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from multiprocessing import connection, forkserver, resource_tracker
from typing import Any, Final

import psutil

_WATCH: Final = 0.2  # seconds between two looks
_START: Final = 300.0  # seconds to import the extractor, on the slowest machine
_GROWN: Final = 256 * 2**20  # bytes; a process that keeps more after a call is replaced, so that the next has room
_LOGGERS: Final = "pipelines"
READS_PAGES: Final = "pipelines.reading.warm"  # what reading pages needs, as a preload
_PRELOADS: dict[str, None] = {}  # of all: the one server of this process takes them at its start
_NO_START: Final = "the process that reads pages could not start: "


class Why(Enum):
    """Why a call has no result."""

    TIME = "time"
    MEMORY = "memory"
    DIED = "died"  # a crash
    KILLED = "killed"  # by somebody else: the system short of memory, a person
    RAISED = "raised"
    START = "start"  # the process could not begin: no room for temporary files, no memory for the model
    CLOSED = "closed"


class Stopped(Exception):
    """A call without a result.

    :param detail: for the person.
    :param trace: the traceback where the function raised, else "".
    """

    def __init__(self, why: Why, detail: str, trace: str = "") -> None:
        super().__init__(why, detail, trace)  # what pickle builds it from again
        self.why, self.detail, self.trace = why, detail, trace


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use.

    :param cpu: seconds of processor time, those of its finished child processes included.
    :param wall: seconds by the clock, for what waits for ever and uses no processor time.
    :param memory: bytes beyond what the process has before the call.
    """

    cpu: float = 30.0
    wall: float = 900.0
    memory: int = 2**30


class Apart:
    """One process that runs one call after the other; started when it is first needed, and again after it ended.

    :param warm_up: called once in each new process, before its first call.
    :param preload: a module that is imported once for all processes, where the system can fork them from a server.
    """

    def __init__(self, warm_up: Callable[[], object], limits: Limits, preload: str = "") -> None:
        self._warm_up, self._limits = warm_up, limits
        if preload:
            _PRELOADS.setdefault(preload)
        self._process: Any = None
        self._pipe: connection.Connection | None = None
        self._watched: Any = None
        self._resident = 0
        self._spent = 0.0  # seconds of processor time that it had used after its last call
        self._closed = False

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Return what a function returns, and log what it logged.

        :param function: known by its module and name, as pickle asks.
        :raises Stopped: it used up its limits, or its process ended, or it raised.
        """
        asked = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        pipe = self._asked(asked)
        try:
            self._wait(pipe, self._spent + self._limits.cpu, self._limits.wall)
            answer, records, keep, self._spent = pickle.loads(pipe.recv_bytes())  # noqa: S301 - of our own process
        except (EOFError, OSError):
            raise self._gone() from None
        for record in records:
            logging.getLogger(record.name).handle(record)
        if not keep:
            self.end()
        if isinstance(answer, Stopped):
            raise answer
        return answer

    def end(self) -> None:
        """End the process, whatever it does; the next call starts another."""
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None  # whatever comes in between
        if process is not None:
            process.kill()
            process.join()
        if pipe is not None:
            pipe.close()

    def close(self) -> None:
        """End the process for good, also from another thread than that of a call."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()

    def _asked(self, asked: bytes) -> connection.Connection:
        """Send a call; to a new process where the one of the last call has ended since."""
        try:
            pipe = self._pipe or self._started()
            pipe.send_bytes(asked)
        except OSError:
            pipe = self._started()
            try:
                pipe.send_bytes(asked)
            except OSError:
                raise self._gone() from None
        return pipe

    def _started(self) -> connection.Connection:
        self.end()
        if self._closed:
            raise Stopped(Why.CLOSED, "the reader is closed")
        context = _context()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._warm_up, self._limits), daemon=True)
        with _interrupts_blocked():
            self._process.start()
        theirs.close()
        try:
            self._watched = psutil.Process(self._process.pid)
            self._wait(self._pipe, None, _START)
            ready = self._pipe.recv()
            self._spent = self._used()
            self._resident = self._watched.memory_info().rss
        except (EOFError, OSError, psutil.Error):
            gone = self._gone()
            raise gone if gone.why in (Why.CLOSED, Why.KILLED) else Stopped(Why.START, _NO_START + "it ended") from None
        if isinstance(ready, Stopped):
            self.end()
            raise ready
        return self._pipe

    def _wait(self, pipe: connection.Connection, cpu: float | None, wall: float) -> None:
        """Return when there is an answer, or the end of the pipe."""
        last = time.monotonic() + wall
        while not self._answers(pipe):
            if cpu is not None and self._used() > cpu:
                self.end()
                raise Stopped(Why.TIME, f"reading took more than {self._limits.cpu:g} s of processor time")
            if cpu is not None and self._memory() > self._resident + self._limits.memory:
                self.end()
                raise Stopped(Why.MEMORY, _too_much(self._limits))
            if time.monotonic() > last:
                self.end()
                raise Stopped(Why.TIME, f"reading took more than {wall:g} s")

    @staticmethod
    def _answers(pipe: connection.Connection) -> bool:
        """Tell whether there is something to receive, after _WATCH at the latest."""
        if not hasattr(select, "poll"):
            return pipe.poll(_WATCH)
        waiting = select.poll()  # Connection.poll builds a selector each time
        waiting.register(pipe.fileno(), select.POLLIN)
        return bool(waiting.poll(_WATCH * 1000))

    def _used(self) -> float:
        try:
            times = self._watched.cpu_times()
        except psutil.Error:  # it has just ended
            return 0.0
        children = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
        return float(times.user + times.system + children)

    def _memory(self) -> int:
        try:
            return int(self._watched.memory_info().rss)
        except psutil.Error:
            return 0

    def _gone(self) -> Stopped:
        process = self._process
        if process is not None:
            process.join(_WATCH)
        code = process.exitcode if process is not None else None
        self.end()
        if self._closed:
            return Stopped(Why.CLOSED, "the reader is closed")
        if code is not None and -code == getattr(signal, "SIGKILL", None):
            return Stopped(Why.KILLED, "the process that read the page was killed, as when memory is short")
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return Stopped(Why.DIED, f"the page ended the process that read it ({how})")


def start_server(*preloads: str) -> None:
    """Start what processes are forked from, which loads these modules while this process loads its own: for a command that
    will surely need them, as its very first step. What keeps it from starting is told by the first call.

    It loads them to the end, whatever becomes of this process.
    """
    _PRELOADS.update(dict.fromkeys(preloads))
    if sys.platform == "linux":
        with contextlib.suppress(OSError), _interrupts_blocked():
            _context()
            forkserver.ensure_running()


def _context() -> Any:
    """Not forked from this process: its threads and sockets stay out of it. A server has imported once what all need
    (elsewhere than on Linux a system's own libraries may not outlive a fork).
    """
    context: Any = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    if _PRELOADS:
        context.set_forkserver_preload(list(_PRELOADS))
    return context


def _too_much(limits: Limits) -> str:
    return f"reading takes more than {limits.memory / 2**20:,.0f} MiB of memory"


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Let a process that starts now inherit that Ctrl-C is not for it: it reaches the whole group, and the parent
    finishes what is under way.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # the first start of it would let them through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- in the process -------------------------------------------------------------------------------------------


def _serve(pipe: connection.Connection, warm_up: Callable[[], object], limits: Limits) -> None:
    """Answer calls until the parent hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        warm_up()
    except Exception as error:  # noqa: BLE001 - it is no page's fault
        pipe.send(Stopped(Why.START, f"{_NO_START}{error!r}"[:500], traceback.format_exc()))
        return
    log = _KeptLogs()
    logging.getLogger(_LOGGERS).addHandler(log)
    logging.getLogger(_LOGGERS).propagate = False
    own = psutil.Process()
    roomy = own.memory_info().vms
    _limit_memory(roomy + limits.memory)
    pipe.send("ready")
    with contextlib.suppress(EOFError, OSError):
        while True:
            function, arguments = pickle.loads(pipe.recv_bytes())  # noqa: S301  # no memory for it: it ends, as in a crash
            _limit_time(limits)
            answer, enough = _answer(function, arguments, limits)
            records, log.records = log.records, []
            keep = enough and own.memory_info().vms < roomy + _GROWN
            pipe.send_bytes(pickle.dumps((answer, records, keep, _spent()), pickle.HIGHEST_PROTOCOL))


def _spent() -> float:
    """What the parent would see as used by this process so far."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _answer(function: Callable[..., Any], arguments: tuple[Any, ...], limits: Limits) -> tuple[Any, bool]:
    """A call's result or why it has none, and whether there was memory enough."""
    try:
        return function(*arguments), True
    except MemoryError:
        return Stopped(Why.MEMORY, _too_much(limits)), False
    except Exception as error:  # noqa: BLE001 - whatever a page does to a library is its own outcome
        return Stopped(Why.RAISED, f"the reader failed on the page: {error!r}"[:500], traceback.format_exc()), True


class _KeptLogs(logging.handlers.QueueHandler):
    """Keeps log records for the parent, their arguments and tracebacks written out."""

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type]
        self.records: list[logging.LogRecord] = []

    def enqueue(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _limit_memory(size: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _limit_time(limits: Limits) -> None:
    """End by itself, later than the parent would: a parent that was killed ends nobody."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        used = time.process_time()
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(used + 2 * limits.cpu) + 2, hard))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
