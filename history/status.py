"""How the database stands after its last crawl, for a person and for monitoring.

    read_status(db) ──► Status(last crawl, how it ended, what is left) ──status_data──► dict, with one next step

Only what the database holds, and two facts of this machine that the caller knows: who writes into it now, and which
archives pause. A plan and a search for policies fetch nothing, so they are not the last crawl.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from crawler.archives.errors import Exit
from crawler.archives.timestamps import format_iso, parse_iso
from crawler.printed import command
from pipelines.store.load import FATE, WHILE_THERE


class CrawlState(Enum):
    """How the last crawl ended, or that none did."""

    NEVER = "never"
    RUNNING = "running"
    COMPLETE = "complete"
    PARTLY = "partly"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"

    @property
    def meaning(self) -> str:
        return _MEANING[self]

    @property
    def exit_code(self) -> Exit:
        """The exit code of the crawl; 2 where there was none, or where it did not come to its end."""
        return _CODES[self]


_MEANING: Final = {
    CrawlState.NEVER: "no crawl has written to this database",
    CrawlState.RUNNING: "a crawl is running now",
    CrawlState.COMPLETE: "complete",
    CrawlState.PARTLY: "something that was asked for is missing",
    CrawlState.STOPPED: "stopped by the archive's limits",
    CrawlState.INTERRUPTED: "interrupted, because the crawl was killed or this machine failed",
}
_CODES: Final = {
    CrawlState.NEVER: Exit.NOT_RUN,
    CrawlState.RUNNING: Exit.COMPLETE,
    CrawlState.COMPLETE: Exit.COMPLETE,
    CrawlState.PARTLY: Exit.PARTLY,
    CrawlState.STOPPED: Exit.STOPPED,
    CrawlState.INTERRUPTED: Exit.NOT_RUN,
}
_OF_CODES: Final[Mapping[int, CrawlState]] = {
    _CODES[state]: state for state in (CrawlState.COMPLETE, CrawlState.PARTLY, CrawlState.STOPPED)
}
_OPTIONS: Final = {
    "url": "--url",
    "site": "--site",
    "sites": "--sites",
    "declarations": "--declarations",
    "terms": "--terms",
    "since": "--since",
    "until": "--until",
    "strategy": "--strategy",
    "fallback": "--fallback",
}
_DEFAULTS: Final = {("archive", "wayback"), ("strategy", "changes")}


@dataclass(frozen=True, slots=True)
class CrawlRow:
    """A crawl, as its row tells. `arguments` are those of `scrapy crawl policies`.

    :param exit_code: None while it runs, and where it did not come to its end.
    """

    number: int
    started_at: datetime
    finished_at: datetime | None
    archive: str
    arguments: Mapping[str, str]
    fetched: int
    exit_code: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """How a database stands.

    :param pending: captures that are listed and still to be fetched, of `pending_policies` policies.
    :param sites: how many it knows; `missing` of them have no version.
    """

    state: CrawlState
    run: CrawlRow | None
    pending: int
    pending_policies: int
    sites: int
    missing: int

    @property
    def next_step(self) -> str:
        """What to do now, with commands between backticks; "" where nothing is left to do."""
        if self.state is CrawlState.NEVER:
            return "crawl first: `policylapse crawl --help` shows how"
        if self.state is CrawlState.RUNNING or self.run is None:
            return ""
        again = _again(self.run)
        if self.state is CrawlState.STOPPED:
            return f"wait for the pause to end, then run {again}"
        if self.state is CrawlState.INTERRUPTED or self.pending:
            return f"the same crawl goes on where it stopped: {again}"
        if self.state is CrawlState.PARTLY and self.missing:
            return "`policylapse sites --missing` lists the sites without a policy, and what to do"
        return f"run it again with {again}" if self.state is CrawlState.PARTLY else ""


def read_status(db: sqlite3.Connection, *, running: bool) -> Status:
    """Return how a database stands.

    :param running: whether a process writes into it now.
    """
    run = _last_run(db)
    state = CrawlState.RUNNING if running else CrawlState.NEVER
    if run and not running:
        state = (
            CrawlState.INTERRUPTED if run.finished_at is None else _OF_CODES.get(run.exit_code or 0, CrawlState.PARTLY)
        )
    pending, policies = db.execute(
        "SELECT count(DISTINCT k.id), count(DISTINCT u.policy_id) FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey "
        f"WHERE k.outcome = 'pending' AND {WHILE_THERE} AND {FATE} = 'pending'"
    ).fetchone()
    sites, missing = db.execute(
        "SELECT count(*), coalesce(sum(NOT EXISTS (SELECT 1 FROM policies p JOIN versions v ON v.policy_id = p.id "
        "AND v.extractor_id = p.extractor_id WHERE p.site_id = s.id)), 0) FROM sites s"
    ).fetchone()
    return Status(state, run, pending, policies, sites, missing)


def _last_run(db: sqlite3.Connection) -> CrawlRow | None:
    row = db.execute(
        "SELECT id, started_at, finished_at, archive, arguments, fetched, exit_code FROM runs "
        "WHERE coalesce(CASE WHEN json_valid(arguments) THEN arguments ->> '$.mode' END, '') = '' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    number, started, finished, archive, arguments, fetched, code = row
    return CrawlRow(
        number,
        parse_iso(started),
        parse_iso(finished) if finished else None,
        archive,
        _said(arguments),
        fetched or 0,
        code,
    )


def _said(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _again(run: CrawlRow) -> str:
    """The command of a crawl, between backticks."""
    words = []
    for name, value in ("archive", run.archive), *run.arguments.items():
        option = {"archive": "--archive", **_OPTIONS}.get(name)
        if option and value and (name, value) not in _DEFAULTS:
            words += [option, value]
    if run.arguments.get("all_policies"):
        words.append("--all-policies")
    if run.arguments.get("fallback_excluded"):
        words.append("--fallback-excluded")
    return f"`{command('crawl', *words)}`"


def status_data(status: Status, database: str, pauses: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return it as JSON data.

    :param pauses: the archives that must not be asked now, as `policylapse limits --json` describes them.
    """
    run = status.run
    return {
        "database": database,
        "state": status.state.value,
        "meaning": status.state.meaning,
        "exit_code": status.state.exit_code,
        "run": run
        and {
            "run": run.number,
            "started_at": format_iso(run.started_at),
            "finished_at": format_iso(run.finished_at) if run.finished_at else None,
            "archive": run.archive,
            "arguments": dict(run.arguments),
            "fetched": run.fetched,
            "exit_code": run.exit_code,
        },
        "sites": status.sites,
        "missing": status.missing,
        "pending": {"captures": status.pending, "policies": status.pending_policies},
        "pauses": [{name: pause[name] for name in ("archive", "no_request_before", "reason")} for pause in pauses],
        "next_step": status.next_step,
    }
