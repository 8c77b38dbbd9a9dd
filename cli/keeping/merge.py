"""`policylapse merge`: several databases into one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress

from cli.keeping.stored_claims import keep_stored_claims
from cli.output import json_option, line, print_json, print_lines, stdout_console
from crawler.archives.errors import ConfigError, StoreError
from crawler.counting import count
from crawler.lock import CrawlLock

if TYPE_CHECKING:
    from pipelines.upkeep.merge import Merged
    from pipelines.upkeep.merge import Progress as Report


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DB...")
@click.option(
    "--into",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DB",
    help="The database that is to hold all of it; made where it is not there.",
)
@json_option
def merge(sources: tuple[Path, ...], into: Path, as_json: bool) -> None:
    """Merge the databases DB... into one. They are only read.

    In whatever order, and as often as you like: the result is the same. Where two know of one capture, what says more
    of it stays; versions are made anew from all captures. A merge that was stopped is done by the same command again.

    \b
    Example:
      policylapse merge laptop.db server.db --into all.db
    """
    # here, so that other commands need not load the writer's half
    from pipelines.upkeep.merge import merge as merge_files  # noqa: PLC0415

    missing = [source for source in sources if not source.is_file()]
    if missing:
        raise ConfigError(f"there is no database {missing[0]}: name the files to merge, and with --into where they go")
    try:
        with CrawlLock(into), _progress() as report:
            merged = list(merge_files(sources, into, report))
    except sqlite3.Error as error:
        raise StoreError(f"cannot merge into {into}: {error}. The same command again goes on") from error
    keep_stored_claims(into)
    if as_json:
        print_json({"total": len(merged), "databases": [_data(one) for one in merged]})
    else:
        _print(merged)


@contextmanager
def _progress() -> Iterator[Report]:
    """One bar, on a terminal, for the step that is at work."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task: Any = bar.add_task("", total=1)

        def report(step: str, done: int, of: int) -> None:
            bar.update(task, description=step, completed=done, total=max(of, 1))

        yield report


def _print(merged: list[Merged]) -> None:
    console = stdout_console()
    for one in merged:
        print_lines(
            console,
            f"{line(str(one.source))}: {count(one.captures, 'capture', 'captures')} more, "
            f"{count(one.payloads, 'page', 'pages')}, {count(one.texts, 'text', 'texts')}",
        )


def _data(one: Merged) -> dict[str, object]:
    return {"source": str(one.source), "captures": one.captures, "payloads": one.payloads, "texts": one.texts}
