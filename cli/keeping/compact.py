"""`policylapse compact`: the database made as small as it gets."""

from __future__ import annotations

import time
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from cli.output import db_option, json_option, print_json, print_lines, stdout_console
from crawler.lock import CrawlLock
from history.database import require_database


@click.command()
@db_option
@json_option
def compact(db: Path, as_json: bool) -> None:
    """Make the database file smaller.

    It compresses each page against the most similar ones and drops unused rows; nothing you can query is lost. You
    can stop it and run it again. Others can read meanwhile, but no crawl can run. It needs as much free disk space
    as the result takes, and 20 to 50 ms for each page stored since the last time.

    \b
    Example:
      policylapse compact --db policylapse.db
    """
    from pipelines.upkeep.compact import compact as make_small  # noqa: PLC0415 - other commands need not load sqlite-utils

    require_database(db)
    begun, console = time.perf_counter(), Console(stderr=True)
    with CrawlLock(db), Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("URLs", total=None)
        done = make_small(db, lambda number, of: bar.update(task, completed=number, total=of))
    if as_json:
        print_json(
            {
                "bytes_before": done.before,
                "bytes_after": done.after,
                "payload_bytes_before": done.payloads_before,
                "payload_bytes_after": done.payloads_after,
            }
        )
        return
    print_lines(
        stdout_console(),
        f"{db}: {done.before / 1e6:,.1f} MB before, {done.after / 1e6:,.1f} MB now "
        f"({time.perf_counter() - begun:,.0f} s)",
        f"pages in it: {done.payloads_before / 1e6:,.1f} MB before, {done.payloads_after / 1e6:,.1f} MB now",
    )
