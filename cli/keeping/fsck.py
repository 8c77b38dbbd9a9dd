"""`policylapse fsck`: the database read again from end to end, proven, and mended where that can be derived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from cli.output import db_option, json_option, line, note, print_json, print_lines, print_wrapped, stdout_console, step
from crawler.archives.errors import Exit
from crawler.lock import CrawlLock
from history.database import open_database, require_database

if TYPE_CHECKING:
    from pipelines.upkeep.findings import Finding
    from pipelines.upkeep.fsck import Progress as Report

_SHOWN = 20  # findings of one kind that are named; --json has them all


@click.command()
@click.option(
    "--repair", is_flag=True, help="Repair what can be fetched, extracted or folded again. No crawl can run meanwhile."
)
@db_option
@json_option
@click.pass_context
def fsck(ctx: click.Context, repair: bool, db: Path, as_json: bool) -> None:
    """Check the whole database for damage.

    It checks every payload, text and list of links against its digest, and versions and changes against the
    readings they are made from. Columns without a digest are checked for impossible values only, and listed at the
    end on standard error. It only reads, even during a crawl, unless you give --repair.

    Exit code: 0 no damage, 1 damage (left), 2 could not run.

    \b
    Examples:
      policylapse fsck
      policylapse fsck --repair
    """
    found, mended = _repaired(db) if repair else (_checked(db), set())
    if as_json:
        print_json({"total": len(found), "findings": [_data(finding, finding in mended) for finding in found]})
    else:
        _print(found, mended)
        _say_what_is_not_proven()
    left = [finding for finding in found if finding.kind.is_damage and finding not in mended]
    ctx.exit(Exit.PARTLY if left else Exit.COMPLETE)


def _checked(db: Path) -> list[Finding]:
    # here, so that other commands need not load the writer's half
    from pipelines.upkeep.fsck import check  # noqa: PLC0415

    with closing(open_database(db)) as connection, _progress() as report:
        connection.row_factory = None
        return list(check(connection, report))


def _repaired(db: Path) -> tuple[list[Finding], set[Finding]]:
    """What was found, with what is still so after the repair; and what of it was mended."""
    from pipelines.store.file import open_file  # noqa: PLC0415
    from pipelines.upkeep.repair import repair  # noqa: PLC0415

    require_database(db)
    with CrawlLock(db):
        store = open_file(db)  # brings it to the present schema
        try:
            found = _checked(db)
            mended = set(repair(store, found))
        finally:
            store.conn.close()
        left = _checked(db) if mended else found
    still = [finding for finding in left if finding.kind.is_damage]
    return list(dict.fromkeys([*(one for one in found if one in mended), *left])), mended - set(still)


@contextmanager
def _progress() -> Iterator[Report]:
    """A bar for each step, on a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def report(step: str, done: int, of: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=of)
            bar.update(tasks[step], completed=done, total=of)

        yield report


def _print(found: list[Finding], mended: set[Finding]) -> None:
    console = stdout_console()
    counts: Counter[str] = Counter()
    for finding in found:
        counts[finding.kind] += 1
        if counts[finding.kind] <= _SHOWN:
            done = "  mended" if finding in mended else ""
            told = Text(f"{finding.kind}: {line(finding.subject)}: {line(finding.detail)}{done}")
            print_wrapped(console, told, rest="  ")
    for kind, count in counts.items():
        if count > _SHOWN:
            print_lines(console, f"{kind}: {count - _SHOWN:,} more; --json names them all")
    for todo in dict.fromkeys(finding.next_step for finding in found if finding not in mended and finding.next_step):
        print_lines(console, f"next: {step(todo)}")
    print_lines(console, _verdict(found, mended))


def _say_what_is_not_proven() -> None:
    from pipelines.upkeep.fsck_rows import UNPROVEN  # noqa: PLC0415

    note("not proven, since it has no digest; only values that cannot be were looked for:")
    for one in UNPROVEN:
        note(f"  {one}")


def _verdict(found: list[Finding], mended: set[Finding]) -> str:
    damage = sum(finding.kind.is_damage for finding in found)
    left = sum(finding.kind.is_damage and finding not in mended for finding in found)
    if not damage:
        return "sound."
    return f"{damage:,} damaged, {damage - left:,} mended." if mended else f"{damage:,} damaged."


def _data(finding: Finding, mended: bool) -> dict[str, object]:
    return {
        "kind": finding.kind.value,
        "subject": finding.subject,
        "detail": finding.detail,
        "damage": finding.kind.is_damage,
        "repairable": finding.mend is not None,
        "repaired": mended,
        "next_step": "" if mended else finding.next_step,
    }
