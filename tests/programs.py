"""Python programs as the tests start them: real processes, forked from a warm one in place of a cold start.

    a test ──► Program("-m", "scrapy", …) ──► this session's warm process ──fork──► the program
                                                                            └─fork─► a server of its own for its readers

A cold `python -m scrapy` pays 2.6 s of processor time before it does anything: the imports of Scrapy and trafilatura in
two processes, and the model that tells languages. The warm process has them already and runs nothing of ours, so that
each program still begins with its own environment, folder, standard streams, signals and modules that read the
environment (tests/warm.py). What differs from a cold start is the start alone; tests of the start itself take
`subprocess`.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing import connection, forkserver, reduction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).resolve().parents[1]
_TIMEOUT: Final = 600  # seconds; only a program that hangs takes so long
# A server of our own: that of the process itself is for the readers that unit tests start.
_warm = forkserver.ForkServer()
_warm.set_forkserver_preload(["tests.warm"])


class Program:
    """A running `python ARGUMENTS`: `-m MODULE …` or `-c CODE …`.

    :param env: its whole environment.
    :param stdin: what it reads on standard input.
    :param session: whether it leads a process group of its own, which its readers join.
    """

    def __init__(
        self,
        *arguments: object,
        env: Mapping[str, str],
        cwd: Path | str = ROOT,
        stdin: str = "",
        session: bool = False,
    ) -> None:
        self.arguments = [str(argument) for argument in arguments]
        environment = {name: str(value) for name, value in env.items()}
        self._said = [_Said(), _Said()]
        with tempfile.TemporaryFile() as source, _ours():
            source.write(stdin.encode())
            source.seek(0)
            streams = [_Descriptor(source.fileno()), *(_Descriptor(said.end) for said in self._said)]
            become = (self.arguments, environment, str(cwd), streams, session)
            self._process = multiprocessing.get_context("forkserver").Process(target=_become, args=become)
            self._process.start()
        for said in self._said:
            said.begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.join()
        for said in self._said:
            said.whole()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def out(self) -> str:
        """What it has written to standard output, so far or, once it has ended, at all."""
        return self._text(0)

    @property
    def err(self) -> str:
        """What it has written to standard error."""
        return self._text(1)

    def _text(self, number: int) -> str:
        said = self._said[number]
        return (said.so_far if self.poll() is None else said.whole()).decode()

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float = _TIMEOUT) -> int:
        """Its exit code, once it has ended.

        :raises subprocess.TimeoutExpired: it still runs.
        """
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self.arguments, seconds)
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing to a program that has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


class _Said:
    """What a program writes to one of its streams: a pipe that is read as it comes."""

    def __init__(self) -> None:
        self._read, self.end = os.pipe()
        self.so_far = b""
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def begin(self) -> None:
        """Hear the program, which has the other end now."""
        os.close(self.end)
        self._thread.start()

    def whole(self) -> bytes:
        """All of it, once nobody can write any more: neither the program nor its readers."""
        self._thread.join(_TIMEOUT)
        return self.so_far

    def _listen(self) -> None:
        with os.fdopen(self._read, "rb", buffering=0) as stream:
            while some := stream.read(65536):
                self.so_far += some


class _Descriptor:
    """An open file that is handed over: it arrives as a number of the program's own."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrived, (reduction.DupFd(self.number),)


def _arrived(handed: Any) -> int:
    return int(handed.detach())


def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program to its end (see Program)."""
    with Program(*arguments, **options) as program:
        code = program.wait()
        return subprocess.CompletedProcess(program.arguments, code, program.out, program.err)


def _ours() -> contextlib.ExitStack:
    """Let a process that starts now be forked from the warm one, which starts with the first and finds this package."""
    stack = contextlib.ExitStack()
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    stack.enter_context(mock.patch.dict(os.environ, PYTHONPATH=path))
    stack.enter_context(mock.patch.object(forkserver, "connect_to_new_process", _warm.connect_to_new_process))
    return stack


# --- in the program ---------------------------------------------------------------------------------------------


def _become(arguments: list[str], env: dict[str, str], cwd: str, streams: list[int], session: bool) -> None:
    """Be what `python ARGUMENTS` is."""
    if session:
        os.setsid()
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    time.tzset()
    tempfile.tempdir = None
    for number, opened in enumerate(streams):
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    kind, what, *rest = arguments
    sys.modules.pop(what, None)  # runpy warns of a module that was loaded before it is run, here and in the readers
    _serve_readers()
    sys.argv = [kind, *rest]
    sys.path[0] = cwd
    try:
        if kind == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
    finally:
        sys.stdout.flush()
        atexit._run_exitfuncs()


def _serve_readers() -> None:
    """Start the server out of which this program's readers are forked, as multiprocessing would, but warm."""
    server = forkserver._forkserver
    listener = socket.socket(socket.AF_UNIX)
    address = connection.arbitrary_address("AF_UNIX")
    listener.bind(address)
    listener.listen()
    alive_r, alive_w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(alive_w)
        try:
            forkserver.main(listener.detach(), alive_r, [])
        finally:
            os._exit(0)
    os.close(alive_r)
    listener.close()
    server._forkserver_address, server._forkserver_alive_fd, server._forkserver_pid = address, alive_w, pid
