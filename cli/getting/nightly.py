"""What a crawl does around itself when a scheduler runs it: waits, pings, prints, measures, hands on what is new.

jitter ─► ping start ─► crawl ─► events noted ─► summary (--quiet: only if something is new or wrong)
─► metrics ─► --exec, where there is news ─► ping end ─► exit code
"""

from __future__ import annotations

import json
import random
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console

from cli.durations import Duration
from cli.giving.carriers.http import check_address, send
from cli.output import note
from crawler.archives.errors import Exit, PolicylapseError
from crawler.folding import print_lines
from crawler.summary import Summary, as_json, print_summary
from history.plain import json_text

if TYPE_CHECKING:
    from crawler.run import Ended

Command = TypeVar("Command", bound=Callable[..., Any])
_PING_SECONDS = 10.0
_EXEC_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Nightly:
    """What was asked for; durations are in seconds."""

    quiet: bool = False
    exec_command: str = ""
    exit_on_change: int = 0
    jitter: float = 0.0
    lock_wait: float = 0.0
    ping: str = ""
    metrics: Path | None = None
    save_stale: float = 0.0


def nightly_options(command: Command) -> Command:
    """Add the options of this module to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("--quiet", is_flag=True, help="Print only what is new or wrong."),
    click.option(
        "--exec",
        "exec_command",
        default="",
        metavar="CMD",
        help="Run this command if there are new changes, with the JSON summary on standard input. It is not run in a shell.",
    ),
    click.option(
        "--exit-on-change",
        type=click.IntRange(4, 125),
        default=None,
        metavar="CODE",
        help="Exit with this code instead of 0 or 1 if there are new changes.",
    ),
    click.option(
        "--jitter",
        type=Duration(),
        default=0.0,
        metavar="TIME",
        help="First wait a random time, at most this long: 30m.",
    ),
    click.option(
        "--lock-wait",
        type=Duration(),
        default=0.0,
        metavar="TIME",
        help="Wait this long for another crawl into the same database to end.  [default: not at all]",
    ),
    click.option(
        "--save-stale",
        type=Duration(),
        default=0.0,
        metavar="TIME",
        help="Then ask the archive to capture policies again whose newest capture is older than this, as `policylapse save` does: 30d.",
    ),
    click.option(
        "--ping",
        default="",
        envvar="POLICYLAPSE_PING",
        show_envvar=True,
        metavar="URL",
        help="Request URL/start first and URL/EXITCODE at the end, for healthchecks.io and similar services.",
    ),
    click.option(
        "--metrics",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write the numbers of the run to FILE, for Prometheus' textfile collector.",
    ),
)


def run_nightly(
    options: Nightly,
    crawl: Callable[[], Ended],
    database: Path,
    *,
    as_json_text: bool,
    save: Callable[[], int] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Run a crawl with all that is around it; return the exit code.

    :param crawl: runs it, printing no summary. :param database: into which it writes. :param save: asks for captures of what
        is stale, and returns the exit code of that.
    """
    if options.ping:
        check_address(options.ping, private=True)
    command = shlex.split(options.exec_command)
    if options.jitter:
        sleep(random.uniform(0, options.jitter))  # noqa: S311 - no secret
    _ping(options.ping, "start")
    code: int = Exit.NOT_RUN
    try:
        code = _run(options, command, crawl, database, as_json_text=as_json_text, now=now)
        if save and code in (Exit.COMPLETE, Exit.PARTLY, options.exit_on_change):
            saved = save()
            code = saved if code == Exit.COMPLETE else code
    finally:
        _ping(options.ping, str(0 if options.exit_on_change and code == options.exit_on_change else code))
    return code


def _run(
    options: Nightly,
    command: Sequence[str],
    crawl: Callable[[], Ended],
    database: Path,
    *,
    as_json_text: bool,
    now: Callable[[], datetime],
) -> int:
    ended = crawl()
    code, summary = ended.code, ended.summary
    events = _events(database, summary, now())
    is_news = bool(summary and summary.news) or bool(events)
    data = as_json(summary) | {"events": events} if summary else {}
    if summary and (not options.quiet or is_news or code != Exit.COMPLETE):
        _print(summary, events, data, as_json_text=as_json_text)
    if is_news and command:
        code = max(code, _exec(command, data)) if code in (Exit.COMPLETE, Exit.PARTLY) else code
    if is_news and options.exit_on_change and code in (Exit.COMPLETE, Exit.PARTLY):
        code = options.exit_on_change
    if options.metrics:
        from cli.getting.metrics import metrics_text, write_metrics  # noqa: PLC0415 - few need it

        write_metrics(options.metrics, metrics_text(summary, code, now()))
    return code


def _events(database: Path, summary: Summary | None, now: datetime) -> list[dict[str, Any]]:
    if summary is None or summary.broken or not summary.run:
        return []
    from cli.getting.found import note_events  # noqa: PLC0415 - after the crawl, which needs none of the read side

    return [event.data() for event in note_events(database, summary.run, now)]


def _print(
    summary: Summary, events: Sequence[Mapping[str, Any]], data: Mapping[str, Any], *, as_json_text: bool
) -> None:
    if as_json_text:
        click.echo(json_text(data, indent=2))
        return
    console = Console(highlight=False, soft_wrap=True, markup=False)
    print_summary(summary, console)
    for event in events:
        print_lines(console, f"  new: {event['site']}  {event['kind']}: {event['meaning']}")


def _exec(command: Sequence[str], data: Mapping[str, Any]) -> int:
    """Run the person's command; 1 where it fails."""
    try:
        done = subprocess.run(list(command), input=json.dumps(data).encode(), check=False, timeout=_EXEC_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        note(f"the command of --exec could not run ({type(error).__name__}): {command[0]}. Check its path.")
        return Exit.PARTLY
    if done.returncode:
        note(f"the command of --exec ended with exit code {done.returncode}: {command[0]}. The crawl itself is done.")
        return Exit.PARTLY
    return Exit.COMPLETE


def _ping(url: str, what: str) -> None:
    """A ping that fails is a note: the crawl matters more."""
    if not url:
        return
    try:
        reply = send(f"{url.rstrip('/')}/{what}", method="GET", timeout=_PING_SECONDS, private=True)
        problem = "" if reply.status < 300 else f"HTTP {reply.status}"
    except PolicylapseError as error:
        problem = str(error)
    if problem:
        note(f"the ping ({what}) failed: {problem}. The crawl goes on.")
