"""`policylapse status`: how the last crawl ended, what is left, and until when an archive pauses."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from cli.durations import Duration
from cli.getting.limits import stored_limits
from cli.output import db_option, json_option, line, print_json, print_lines, print_wrapped, stdout_console, step
from crawler.archives.errors import Exit
from crawler.asking.limits import duration
from crawler.counting import count
from crawler.lock import Holder, holder
from history.database import open_database
from history.status import CrawlState, Status, read_status, status_data

_STYLES = {CrawlState.COMPLETE: "green", CrawlState.RUNNING: "cyan"}


@click.command()
@click.option(
    "--within",
    type=Duration(),
    metavar="DURATION",
    help="Exit with 2 if no crawl has ended in this time (26h, 8d) and none is running.",
)
@db_option
@json_option
@click.pass_context
def status(ctx: click.Context, within: float | None, db: Path, as_json: bool) -> None:
    """Show how the last crawl ended, what is pending, which archives pause, and what to do next.

    For monitoring, the exit code is that of the last crawl: 0 complete or running now, 1 partly, 2 there was none or it
    did not come to its end, 3 stopped by the archive's limits.

    \b
    Examples:
      policylapse status
      policylapse status --json
    """
    with closing(open_database(db)) as connection:
        who = holder(db)
        found = read_status(connection, running=who is not None)
    pauses = [one for one in stored_limits() if one["paused"]]
    late = within is not None and _is_late(found, within)
    code = Exit.NOT_RUN if late else found.state.exit_code
    if as_json:
        print_json(status_data(found, str(db), pauses) | {"exit_code": code, "late": late})
    else:
        _print(stdout_console(), found, who)
        if late and within is not None:
            print_lines(stdout_console(), Text(f"late, no crawl has ended in the last {duration(within)}", "red"))
        for pause in pauses:
            print_lines(stdout_console(), Text(f"pause of {line(pause['archive'])}: {line(pause['says'])}", "red"))
        if found.next_step:
            print_wrapped(stdout_console(), Text(step(found.next_step)), Text("next: ", "dim"), "      ")
    ctx.exit(code)


def _is_late(found: Status, within: float) -> bool:
    if found.state is CrawlState.RUNNING:
        return False
    ended = found.run.finished_at if found.run else None
    return ended is None or datetime.now(UTC) - ended > timedelta(seconds=within)


def _print(console: Console, found: Status, who: Holder | None) -> None:
    run = found.run
    if run:
        print_lines(console, Text.assemble((f"run {run.number}", "bold"), f" from {line(run.archive)}, {_when(found)}"))
    if who:
        print_lines(console, f"process {who.pid} has been writing to the database since {_time(who.since)}")
    style = _STYLES.get(found.state, "red")
    print_wrapped(console, Text(found.state.meaning, style), Text("state: ", "dim"), "       ")
    versionless = f", {count(found.missing, 'site')} without a version" if found.missing else ""
    print_lines(console, f"{count(found.sites, 'site')}{versionless}")
    pending = (
        f"{count(found.pending, 'capture')} of {count(found.pending_policies, 'policy', 'policies')}"
        if found.pending
        else "nothing"
    )
    print_lines(console, f"pending: {pending}")


def _when(found: Status) -> str:
    assert found.run is not None
    begun, ended = found.run.started_at, found.run.finished_at
    if ended is None:
        return f"begun {_time(begun)}"
    return f"begun {_time(begun)}, ended after {duration((ended - begun).total_seconds())}"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
