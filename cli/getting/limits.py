"""`policylapse limits`: what holds for each archive on this machine, and how to lift what is one's own."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from cli.output import json_option, line, next_command, note, print_json, print_lines, stdout_console
from crawler.archives.budgets import budgets_of
from crawler.archives.dialects import WAYBACK, Archive, parse_archive
from crawler.archives.errors import ConfigError
from crawler.archives.table import CDX, PLAYBACK, Budget
from crawler.asking.limits import Pace, come_back
from crawler.asking.limits_file import LimitsFile, Stored
from crawler.counting import count
from crawler.settings import POLICYLAPSE_ARCHIVE, POLICYLAPSE_BUDGET, POLICYLAPSE_STATE

_OF_RUNS = POLICYLAPSE_ARCHIVE  # whose budgets a setting changes that names none


@click.command()
@click.option(
    "--lift",
    metavar="ARCHIVE",
    help="Forget the pause and the pace of an archive on this machine or in a private network, as this command names it; `all` for all of them.",
)
@json_option
def limits(lift: str | None, as_json: bool) -> None:
    """Show the pause and the request budget of every archive, which all crawls on this machine share.

    A pause ends by itself. You cannot lift the pause of a public archive, because requests during a pause lead to
    longer bans. You can lift the pause of your own archive.

    \b
    Examples:
      policylapse limits
      policylapse limits --lift all
    """
    with closing(LimitsFile(Path(POLICYLAPSE_STATE).expanduser())) as file:
        now = time.time()
        if lift:
            _lift(file, lift, now)
        rows = [limits_data(one, now) for one in _with_wayback(file.stored(now))]
        if as_json:
            print_json({"total": len(rows), "archives": rows, "state": str(file.path)})
        else:
            _print(stdout_console(), rows, file.path)


def stored_limits() -> list[dict[str, Any]]:
    """Return what is stored of each archive on this machine, as JSON data; nothing is created where nothing is."""
    path = Path(POLICYLAPSE_STATE).expanduser()
    if not path.exists():
        return []
    with closing(LimitsFile(path)) as file:
        now = time.time()
        return [limits_data(one, now) for one in file.stored(now)]


def _lift(file: LimitsFile, name: str, now: float) -> None:
    stored = [one.archive for one in file.stored(now)]
    private = [one for one in stored if _is_private(one)]
    if name != "all" and name not in stored:
        known = ", ".join(stored) or "none is stored"
        raise ConfigError(f"nothing is stored of an archive {name!r}: {known}")
    if name != "all" and name not in private:
        raise ConfigError(
            f"{name} is a public archive: its pause can't be lifted, since whoever asks in a pause is banned for longer"
        )
    for one in private if name == "all" else [name]:
        file.forget(one)
        note(f"lifted: {one}")
    if not private:
        note("nothing to lift: no archive that is stored is on this machine or in a private network")


def _archive(name: str) -> Archive | None:
    """The archive of a stored name; None of one that no setting names any more, such as files."""
    try:
        return parse_archive(name)
    except ConfigError:
        return None


def _is_private(name: str) -> bool:
    archive = _archive(name)
    return archive is not None and archive.private


def _with_wayback(stored: list[Stored]) -> list[Stored]:
    """What is stored, the Wayback Machine first and always: its budget holds before anything is asked."""
    wayback = next((one for one in stored if one.archive == WAYBACK.name), None)
    return [wayback or Stored.nothing(WAYBACK.name), *(one for one in stored if one.archive != WAYBACK.name)]


def limits_data(one: Stored, now: float) -> dict[str, Any]:
    """Return the pause, the budgets and the paces of an archive, as JSON data."""
    archive = _archive(one.archive)
    budgets = budgets_of(archive, POLICYLAPSE_BUDGET, fallback=one.archive != _OF_RUNS) if archive else {}
    paused = one.pause.not_before > now
    return {
        "archive": one.archive,
        "private": _is_private(one.archive),
        "paused": paused,
        "no_request_before": _iso(one.pause.not_before) if paused else None,
        "reason": one.pause.reason if paused else None,
        "says": come_back(one.pause, now) if paused else "no pause",
        "endpoints": {name: _endpoint(one.paces.get(name, Pace()), budgets.get(name), now) for name in (CDX, PLAYBACK)},
    }


def _endpoint(pace: Pace, budget: Budget | None, now: float) -> dict[str, Any]:
    rate = pace.rate_at(now)
    return {
        "budget": {"requests": budget.requests, "seconds": budget.seconds, "source": budget.source} if budget else None,
        "learned_per_minute": round(rate * 60, 1) if rate else None,
        "last_asked": _iso(pace.seen) if pace.seen else None,
    }


def _iso(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _print(console: Console, rows: list[dict[str, Any]], path: Path) -> None:
    for row in rows:
        print_lines(console, Text(line(row["archive"]), "bold"))
        print_lines(console, Text(f"  {row['says']}", "red" if row["paused"] else ""))
        for name, endpoint in row["endpoints"].items():
            print_lines(console, f"  {name}: {allowed(endpoint)}")
    print_lines(console, Text(f"kept in {line(str(path))}", "dim"))
    if any(row["paused"] and row["private"] for row in rows):
        print_lines(console, next_command("limits", "--lift", "all"))


def allowed(endpoint: dict[str, Any]) -> str:
    """Return an endpoint's budget and pace, for a person."""
    budget, learned = endpoint["budget"], endpoint["learned_per_minute"]
    said = f"at most {count(budget['requests'], 'request')} in {budget['seconds']:g} s" if budget else "no budget"
    said += f", now {learned:g} a minute, learned from its refusals" if learned else ""
    return said + (f"; last asked {endpoint['last_asked']}" if endpoint["last_asked"] else "")
