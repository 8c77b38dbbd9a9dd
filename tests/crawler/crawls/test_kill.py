"""A crawl killed again and again: nothing is lost, and nothing that was kept is asked for again.

Five kills in two hundred captures; with POLICYLAPSE_TEST_ALL=1 twenty in a thousand.
"""

import hashlib
import json
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.archives.capture import Outcome
from crawler.settings import CONCURRENT_REQUESTS
from crawler.spiders.advancing import WINDOW
from pipelines.store.load import load_payload
from tests.crawling import ROOT, Crawled, crawl, environment, group_ends, history, killed_at, outcomes, rows
from tests.generators.many_captures import EDITIONS, URL, Run, build
from tests.ranges import ALL
from tests.servers.wayback_server import WaybackServer

CAPTURES, KILLS, SEED = (1000, 20, 3) if ALL else (200, 5, 3)
IN_FLIGHT = min(CONCURRENT_REQUESTS, WINDOW)  # of one policy: asked for, and not kept yet
FETCHED = "SELECT '/web/' || timestamp || 'id_/' || original FROM captures WHERE fetched_at IS NOT NULL"


@dataclass(frozen=True)
class Kill:
    """What a killed run left: the playback paths it had kept, and how often each was asked for until then."""

    code: int
    group: int
    kept: frozenset[str]
    asked: Counter[str]


@dataclass(frozen=True)
class Killed:
    truth: list[Run]
    whole: Path  # the database of a crawl that nobody broke off
    database: Path
    kills: list[Kill]
    last: Crawled
    asked: Counter[str]


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kill")
    (folder / "archive").mkdir()
    truth = build(folder / "archive", CAPTURES)
    whole, database = folder / "whole.db", folder / "killed.db"
    with WaybackServer(folder / "archive") as server:
        assert crawl(whole, server.archive, url=URL, strategy="all").code == 0
        to_fetch = len(_playback(server.asked))
    with WaybackServer(folder / "archive") as server:
        moments, most = random.Random(SEED), to_fetch // KILLS
        # 1: it has listed, and kept nothing; of the others, each keeps at least one more than the run before it
        asked = [1, *(moments.randint(IN_FLIGHT + 1, most) for _ in range(KILLS - 1))]
        kills = [_kill_at(number, database, server) for number in asked]
        last = crawl(database, server.archive, url=URL, strategy="all")
        return Killed(truth, whole, database, kills, last, _playback(server.asked))


def _kill_at(number: int, database: Path, server: WaybackServer) -> Kill:
    """Crawl until so many captures are asked for, then kill the crawl before that one is answered."""
    code, group = killed_at(number, server, database, server.archive, url=URL, strategy="all")
    return Kill(code, group, _kept(database), _playback(server.asked))


def _kept(database: Path) -> frozenset[str]:
    return frozenset(path for (path,) in rows(database, FETCHED))


def _playback(asked: Counter[str]) -> Counter[str]:
    return Counter({path: count for path, count in asked.copy().items() if path.startswith("/web/")})


def test_every_run_was_killed_and_the_last_one_completes(killed):
    assert [kill.code for kill in killed.kills] == [-signal.SIGKILL] * KILLS
    kept = [len(kill.kept) for kill in killed.kills]
    assert all(one < other for one, other in pairwise(kept)), kept  # each got on
    assert kept[-1] < CAPTURES
    assert killed.last.code == 0, killed.last.err
    assert all(group_ends(kill.group) for kill in killed.kills), "workers outlive a crawl that was killed"


def test_the_history_is_that_of_an_unbroken_run(killed):
    assert history(killed.database) == history(killed.whole)
    found = rows(killed.database, "SELECT first_seen, last_seen, captures, wording FROM timeline ORDER BY version")
    assert [row[:3] for row in found] == [(run.first_seen, run.last_seen, run.captures) for run in killed.truth]
    wordings = [wording for *_, wording in found]
    assert [[a == b for b in wordings] for a in wordings] == [[a == b for b in EDITIONS] for a in EDITIONS]


def test_no_row_is_lost_and_every_capture_is_settled(killed):
    assert sum(outcomes(killed.database).values()) == CAPTURES
    assert all(Outcome(outcome).settled for outcome in outcomes(killed.database))
    same = (
        "SELECT k.timestamp, k.original, k.digest, p.payload_digest, e.outcome, t.text_digest FROM captures k "
        "LEFT JOIN payloads p ON p.id = k.payload_id LEFT JOIN extractions e ON e.payload_id = p.id "
        "LEFT JOIN texts t ON t.id = e.text_id ORDER BY 1, 2, 3"
    )
    assert rows(killed.database, same) == rows(killed.whole, same)


def test_nothing_that_was_kept_is_asked_for_again(killed):
    assert not [path for kill in killed.kills for path in kill.kept if killed.asked[path] > kill.asked[path]]
    assert set(killed.asked) >= _kept(killed.database)
    assert len(killed.asked) <= CAPTURES
    for before, after in pairwise([*(kill.asked for kill in killed.kills), killed.asked]):
        assert sum(after[path] > before[path] for path in before) <= IN_FLIGHT
    assert killed.asked.total() - len(killed.asked) <= IN_FLIGHT * KILLS


def test_the_database_is_sound(killed):
    assert rows(killed.database, "PRAGMA integrity_check") == [("ok",)]
    assert rows(killed.database, "PRAGMA foreign_key_check") == []
    with closing(sqlite3.connect(f"file:{killed.database}?mode=ro", uri=True)) as db:
        payloads = db.execute("SELECT id, payload_digest FROM payloads").fetchall()
        wrong = [
            payload_id
            for payload_id, digest in payloads
            if hashlib.sha256(load_payload(db.execute, payload_id)).hexdigest() != digest
        ]
    assert len(payloads) == CAPTURES * 9 // 10  # one in ten is a revisit
    assert not wrong


# Makes a database again and again, each time killed at another statement of its making; prints at how many it was, and
# which of them could not be opened and filled afterwards.
KILLED_WHILE_MADE = """
import itertools, json, os, signal, sqlite3, sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.store.store import Store

clock = lambda: datetime(2024, 1, 1, tzinfo=UTC)
connect = sqlite3.connect

def make(path, statement):
    def traced(*arguments, **named):
        connection = connect(*arguments, **named)
        connection.set_trace_callback(statement)
        return connection
    sqlite3.connect = traced
    Store(path, clock)

def make_until(path, last):
    seen = itertools.count(1)
    make(path, lambda _: next(seen) == last and os.kill(os.getpid(), signal.SIGKILL))
    os._exit(0)

folder, said = Path(sys.argv[1]), []
make(folder / "whole.db", said.append)
sqlite3.connect = connect
ends, between = int(sys.argv[2]), int(sys.argv[3])
lasts = {*range(1, ends), *range(1, len(said), between), *range(len(said) - ends, len(said) + 1)}
failed, killed = {}, 0
for last in sorted(lasts):
    path = folder / f"{last}.db"
    child = os.fork() or make_until(path, last)
    killed += os.waitpid(child, 0)[1] == signal.SIGKILL
    try:
        store = Store(path, clock)
        store.policies.named("a.example", "https://a.example/privacy", "named by the user")
        store.close()
    except Exception as error:
        failed[last] = f"{type(error).__name__}: {error}"
print(json.dumps([len(said), len(lasts), killed, failed]))
"""


def test_a_database_killed_while_it_is_made_is_made_by_the_next_run(tmp_path):
    """At its first statements, before and after its transaction begins, at its last ones, where that is committed, and at
    some of those between, which are of one transaction; with POLICYLAPSE_TEST_ALL=1 at every one.
    """
    between = 1 if ALL else 100
    command = [
        sys.executable,
        "-c",
        KILLED_WHILE_MADE,
        tmp_path,
        "8",
        str(between),
    ]  # cold: others' databases are copies
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    statements, moments, killed, failed = json.loads(done.stdout)
    assert statements > 100
    assert killed == moments > 16
    assert failed == {}
