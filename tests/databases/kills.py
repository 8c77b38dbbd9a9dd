"""Kills of a writer, each at another moment, and what is looked at after each: shared by the test and benchmarks/kills.py."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.crawling import ROOT, environment
from tests.databases.stored import findings
from tests.databases.writer import AT_ONCE, seen

MOST_LINES = 60  # acknowledged before a kill: about twenty captures


@dataclass
class Killed:
    """What was acknowledged so far, by verb, and what the last kill left.

    :param code: how the writer ended. :param damage: what fsck says. :param lost: acknowledged, and not there.
    """

    acknowledged: dict[str, set[int]] = field(default_factory=lambda: {"kept": set(), "read": set()})
    code: int = 0
    damage: list = field(default_factory=list)
    lost: set[int] = field(default_factory=set)


def kills(path: Path, times: int, seed: int) -> Iterator[Killed]:
    """Have a database written, and the writer killed, so many times; yield what each left."""
    moments, state = random.Random(seed), Killed()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.databases.writer"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        for _ in range(times):
            start = max(state.acknowledged["kept"], default=-1) // AT_ONCE * AT_ONCE
            _kill(server, f"{path} {max(start, 0)}", moments.randrange(MOST_LINES), state)
            found = findings(path) if path.exists() and path.stat().st_size else []
            state.damage = [finding for finding in found if finding.kind.is_damage]
            state.lost = _lost(path, state)
            yield state
        server.stdin.close()


def _kill(server: subprocess.Popen[str], task: str, lines: int, state: Killed) -> None:
    """Kill a writer when it has acknowledged so many things, in the midst of the next one."""
    server.stdin.write(f"{task}\n")
    server.stdin.flush()
    writer = 0
    while lines >= 0 or not writer:  # who it is may be said after its first words
        line = server.stdout.readline()
        assert line, "the writers' parent ended"
        verb, _, value = line.strip().partition(" ")
        writer = int(value) if verb == "writer" else writer
        assert verb != "ended", "a writer ended by itself"
        _note(verb, value, state)
        lines -= 1
    os.kill(writer, signal.SIGKILL)
    while verb != "ended":
        verb, _, value = server.stdout.readline().strip().partition(" ")
        _note(verb, value, state)
    state.code = int(value)


def _note(verb: str, value: str, state: Killed) -> None:
    if verb in state.acknowledged:
        state.acknowledged[verb].add(int(value))


def _lost(path: Path, state: Killed) -> set[int]:
    """Days whose payload, or reading, was acknowledged and is not there."""
    with closing(sqlite3.connect(path)) as db:
        kept = {row[0] for row in db.execute("SELECT timestamp FROM captures WHERE payload_id NOT NULL")}
        read = {
            row[0]
            for row in db.execute(
                "SELECT k.timestamp FROM captures k JOIN extractions e ON e.payload_id = k.payload_id"
            )
        }
    days = {"kept": kept, "read": read}
    return {
        day
        for verb, held in days.items()
        for day in state.acknowledged[verb]
        if seen(day).capture.timestamp not in held
    }
