"""`policylapse archives`: the table of archives, with what holds for each on this machine now."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from cli.getting.limits import allowed, limits_data
from cli.output import json_option, line, print_json, print_lines, stdout_console
from crawler.archives.table import LEFT_ALONE, ROWS
from crawler.asking.limits_file import LimitsFile, Stored
from crawler.settings import POLICYLAPSE_STATE


@click.command()
@json_option
def archives(as_json: bool) -> None:
    """List the archives you can name, with what they hold, their request budgets and their pauses.

    By default policylapse uses the Wayback Machine only. Name another archive with --archive, or with --fallback to
    fill gaps of the first. Archives that asked to be left alone are listed with the reason, and are never used.

    \b
    Examples:
      policylapse archives
      policylapse archives --json
    """
    rows, alone = _rows(), [{"name": one.name, "label": one.label, "why": one.why} for one in LEFT_ALONE]
    if as_json:
        print_json({"total": len(rows), "archives": rows, "left_alone": alone})
        return
    console = stdout_console()
    for row in rows:
        print_lines(console, Text.assemble((row["name"], "bold"), f"  {row['label']}: {row['holds']}"))
        if row["paused"]:
            print_lines(console, Text(f"  {line(row['says'])}", "red"))
        for name, endpoint in row["endpoints"].items():
            print_lines(console, f"  {name}: {allowed(endpoint)}")
    print_lines(console, Text("never asked", "bold"))
    for one in alone:
        print_lines(console, f"  {one['label']}: {one['why']}")


def _rows() -> list[dict[str, Any]]:
    """Every row of the table; the state's file is opened only where there is one."""
    now, path = time.time(), Path(POLICYLAPSE_STATE).expanduser()
    stored: dict[str, Stored] = {}
    if path.exists():
        with closing(LimitsFile(path)) as file:
            stored = {one.archive: one for one in file.stored(now)}
    return [
        {"name": row.name, "label": row.label, "holds": row.holds, "dialect": row.dialect, "source": row.source}
        | {"default": row is ROWS[0], "index": row.index, "playback": row.playback}
        | {
            name: value
            for name, value in limits_data(stored.get(row.name, Stored.nothing(row.name)), now).items()
            if name not in ("archive", "private")
        }
        for row in ROWS
    ]
