"""What end-to-end tests share: one crawl in a process of its own, and the history that it left."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests import programs
from tests.programs import ROOT, run
from tests.servers.wayback_server import WaybackServer

SHARED = ROOT.parent / "shared"
HISTORY = (
    "SELECT site, policy_url, version, first_seen, last_seen, previous_last_seen, captures, words, change_class, "
    "words_added, words_removed, wording FROM timeline ORDER BY 1, 2, 3"
)


@dataclass(frozen=True)
class Crawled:
    code: int
    out: str
    err: str


def environment(**extra: str) -> dict[str, str]:
    """The machine's environment without this project's variables; one worker, since each loads a model first."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("POLICYLAPSE_")}
    return clean | {"POLICYLAPSE_WORKERS": "1"} | extra


def crawl(
    database: Path,
    archive: object,
    *,
    stdin: str = "",
    settings: dict[str, str] | None = None,
    scrapy_settings: dict[str, str] | None = None,
    standins: dict[str, Mapping[str, object]] | None = None,
    **arguments: str,
) -> Crawled:
    """Run `scrapy crawl policies` with spider arguments; the archives' limits stand beside the database.

    A pause ends the run at once, as in cron (--no-wait), unless `settings` says otherwise.

    :param standins: by the name of a row of the table of archives, its fields that are others here: addresses on
        loopback (tests/standins.py).
    """
    command = ["-m", "tests.standins" if standins else "scrapy", "crawl", "policies"]
    command += [part for name, value in arguments.items() for part in ("-a", f"{name}={value}")]
    command += ["-s", f"POLICYLAPSE_ARCHIVE={archive}", "-s", f"POLICYLAPSE_DB={database}"]
    command += [part for name, value in (scrapy_settings or {}).items() for part in ("-s", f"{name}={value}")]
    limits = {
        "POLICYLAPSE_STATE": str(database.parent / "state"),
        "POLICYLAPSE_WAIT": "0",
        "POLICYLAPSE_RETRY_DELAY": "0.001",
        "POLICYLAPSE_STRATEGY": "distinct",  # most tests are about what becomes of captures, not about which are asked
    }
    told = {"STANDINS": json.dumps(standins), "POLICYLAPSE_CONTACT": "test@example.org"} if standins else {}
    done = run(*command, env=environment(**limits | told | (settings or {})), stdin=stdin)
    return Crawled(done.returncode, done.stdout, done.stderr)


def rows(database: Path, sql: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return db.execute(sql, values).fetchall()


def history(database: Path) -> list[tuple]:
    """The whole timeline: what two ways to the same captures must agree on."""
    return rows(database, HISTORY)


def outcomes(database: Path) -> dict[str, int]:
    return dict(rows(database, "SELECT outcome, count(*) FROM captures GROUP BY outcome"))


def group_ends(group: int) -> bool:
    """Tell whether the last process of a group ends, within half a minute."""
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
    return False


def killed_at(number: int, server: WaybackServer, database: Path, archive: object, **arguments: str) -> tuple[int, int]:
    """Crawl until a server was asked for so many captures more, then kill the crawl before that one is answered.

    :param server: of one of the archives of the crawl. :param archive: the first one.
    :param arguments: of the spider. Return the exit code and the process group.
    """
    command = ["-m", "scrapy", "crawl", "policies"]
    command += [part for name, value in arguments.items() for part in ("-a", f"{name}={value}")]
    command += ["-s", f"POLICYLAPSE_ARCHIVE={archive}", "-s", f"POLICYLAPSE_DB={database}"]
    state = environment(POLICYLAPSE_STATE=str(database.parent / "state"), POLICYLAPSE_WAIT="0")
    server.hold(number)
    with programs.Program(*command, env=state, session=True) as process:
        assert server.holds(), process.err
        process.send_signal(signal.SIGKILL)
        code = process.wait()
        server.release()
    return code, process.pid
