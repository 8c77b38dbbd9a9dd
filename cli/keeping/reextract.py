"""`policylapse re-extract`: every payload in the database read anew by the present extractor."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.text import Text

from cli.keeping.stored_claims import keep_stored_claims
from cli.output import db_option, json_option, line, print_json, print_lines, print_wrapped, stdout_console
from cli.site_names import complete
from crawler.archives.capture import Policy
from crawler.archives.errors import ConfigError
from crawler.counting import count
from crawler.lock import CrawlLock
from history.database import require_database

if TYPE_CHECKING:
    from pipelines.upkeep.reextract import Bracket, Reextracted


@click.command("re-extract")
@click.option("--site", default="", metavar="SITE", shell_complete=complete, help="Only the policies of this site.")
@click.option("--processes", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one per core]")
@db_option
@json_option
def re_extract(site: str, processes: int | None, db: Path, as_json: bool) -> None:
    """Extract all stored pages again after an upgrade, without any request.

    Differences are technical. They are reported here, and never shown as changes of a policy. A stopped run
    continues where it was.

    \b
    Example:
      policylapse re-extract --site lumenkart.example
    """
    require_database(db)
    with CrawlLock(db):
        found = asyncio.run(_run(db, site, processes or 0))
    keep_stored_claims(db, processes or 0)
    if as_json:
        print_json({"total": len(found), "policies": [_data(one) for one in found]})
    else:
        _print(found)


async def _run(db: Path, site: str, processes: int) -> list[Reextracted]:
    # here, so that other commands need not load the extractor
    from pipelines.reading.pool import ReaderPool  # noqa: PLC0415
    from pipelines.store.store import Store  # noqa: PLC0415
    from pipelines.upkeep.reextract import reextract  # noqa: PLC0415

    store, reader = Store(db, lambda: datetime.now(UTC)), ReaderPool(processes)
    try:
        if site and not store.policies.of(site):
            raise ConfigError(f"the database {db} holds no policy of {site!r}: `policylapse sites` lists what it holds")
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            tasks: dict[Policy, TaskID] = {}

            def progress(policy: Policy, read: int, of: int) -> None:
                if policy not in tasks:
                    tasks[policy] = bar.add_task(line(policy.site), total=of)
                bar.update(tasks[policy], completed=read)

            return [one async for one in reextract(store, reader, site, progress)]
    finally:
        reader.close()
        store.close()


def _print(found: list[Reextracted]) -> None:
    console = stdout_console()
    for one in found:
        kept = count(one.changes, "change")
        text = f"{line(one.policy.site)}  {line(one.policy.url)}: {count(one.read, 'page')} read, {one.failed:,} without a text; {kept}"
        print_wrapped(console, Text(text))
        if one.before:
            told = f"technical: {count(one.differing, 'page has', 'pages have')} another wording than by {one.before}"
            print_wrapped(console, Text(told), "  ", "    ")
        for what, brackets in (("no longer shown", one.gone), ("newly shown", one.come)):
            for bracket in brackets:
                print_lines(console, f"  technical: change {_between(bracket)} {what}")
    read = sum(one.read for one in found)
    print_lines(
        console,
        f"{count(len(found), 'policy', 'policies')}, {count(read, 'page')} read."
        if read
        else "Nothing to read: all is of this extractor.",
    )


def _between(bracket: Bracket) -> str:
    return f"between {bracket[0][:10]} and {bracket[1][:10]}"


def _data(one: Reextracted) -> dict[str, object]:
    return {
        "site": one.policy.site,
        "policy_url": one.policy.url,
        "read": one.read,
        "without_text": one.failed,
        "changes": one.changes,
        "earlier_extractor": one.before,
        "differing": one.differing,
        "technical": {"gone": list(one.gone), "come": list(one.come)},
    }
