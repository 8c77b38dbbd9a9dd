"""What `import-ota` and `import-corpus` share: the run around an import, its progress, and what is printed of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.text import Text

from cli.keeping.stored_claims import keep_stored_claims
from cli.output import line, next_command, print_json, print_lines, print_wrapped, stdout_console
from crawler import __version__
from crawler.archives.capture import Outcome
from crawler.archives.errors import Exit
from crawler.counting import count
from crawler.lock import CrawlLock

if TYPE_CHECKING:
    from pipelines.imports.comparison import Compared
    from pipelines.imports.intake import Counts, Done, Intake

_SHOWN = 20  # differences and refusals that are printed; `--json` has them all
_SAID = {
    "both": "both saw a change",
    "theirs only": "they saw a change, we did not",
    "ours only": "we saw a change, they did not",
    "same words": "they recorded another text of the same words",
    "technical": "they recorded a technical upgrade of their reading",
}


@dataclass(slots=True)
class Imported:
    """What came of an import."""

    archive: str
    counts: Counts
    policies: set[int] = field(default_factory=set)
    compared: dict[int, Compared] = field(default_factory=dict)
    refused: list[tuple[str, str, str]] = field(default_factory=list)  # subject, outcome, detail
    changes: int = 0

    @property
    def exit_code(self) -> Exit:
        missing = any(Outcome(outcome).about.missing for _subject, outcome, _detail in self.refused)
        return Exit.PARTLY if missing or not self.policies else Exit.COMPLETE


def run_import(
    db: Path,
    command: str,
    archive: str,
    arguments: Mapping[str, str],
    begin: Callable[[Intake], AsyncIterator[Done]],
    limit: int,
    processes: int = 0,
) -> Imported:
    """Run an import under the database's lock, as a run of its own; return what came of it.

    :param begin: makes the import, and yields its steps. :param limit: bytes of a page.
    """
    from cli.getting.found import note_events  # noqa: PLC0415 - the commands that read need not load the extractor

    with CrawlLock(db):
        found, run = asyncio.run(_run(db, command, archive, arguments, begin, limit, processes))
        note_events(db, run)
    keep_stored_claims(db, processes)
    return found


async def _run(
    db: Path,
    command: str,
    archive: str,
    arguments: Mapping[str, str],
    begin: Callable[[Intake], AsyncIterator[Done]],
    limit: int,
    processes: int,
) -> tuple[Imported, int]:
    from pipelines.imports.intake import Intake  # noqa: PLC0415 - as above
    from pipelines.reading.pool import ReaderPool  # noqa: PLC0415
    from pipelines.store.store import Store  # noqa: PLC0415

    console = Console(stderr=True)
    with (
        closing(Store(db, lambda: datetime.now(UTC))) as store,
        closing(ReaderPool(processes)) as reader,
        Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        program = f"policylapse {__version__}"
        run = store.runs.begin(
            program=program, archive=archive, strategy="all", arguments={"mode": command, **arguments}
        )
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, of: int) -> None:
            for other in [name for name in tasks if name != what]:
                bar.remove_task(tasks.pop(other))
            if what not in tasks:
                tasks[what] = bar.add_task(line(what), total=of)
            bar.update(tasks[what], completed=done, total=of)

        before = store.runs.totals()
        intake = Intake(store, reader, run, limit, progress)
        imported = Imported(archive, intake.counts)
        async for done in begin(intake):
            imported.policies.update(policy.policy_id for policy in done.policies)
            imported.compared.update({one.policy.policy_id: one for one in done.compared})
        imported.refused = store.runs.recorded(run)
        imported.changes = store.runs.totals().changes - before.changes
        counts = intake.counts
        store.runs.finish(
            run, listed=counts.found, fetched=counts.new, reused=counts.known, exit_code=imported.exit_code
        )
        return imported, run


def print_imported(imported: Imported, *, as_json: bool) -> None:
    """Print what came of an import."""
    if as_json:
        print_json(_data(imported))
        return
    console, counts = stdout_console(), imported.counts
    print_lines(
        console,
        f"{imported.archive}: {count(counts.found, 'page', 'pages')} in the repository, {counts.new:,} new, "
        f"{counts.known:,} already stored, {counts.read:,} read",
        f"{count(len(imported.policies), 'policy', 'policies')}, {count(imported.changes, 'change', 'changes')} more than before",
    )
    for reason, number in sorted(counts.left_out.items()):
        print_lines(console, f"left out: {count(number, 'file', 'files')} ({reason})")
    if counts.forgotten:
        print_lines(console, f"left out: {count(counts.forgotten, 'page', 'pages')} (forgotten on request)")
    for subject, outcome, detail in imported.refused[:_SHOWN]:
        print_wrapped(console, Text(line(f"not taken in ({outcome}): {subject}: {detail}")))
    if len(imported.refused) > _SHOWN:
        print_lines(console, f"… and {len(imported.refused) - _SHOWN:,} more; `policylapse status` counts them")
    _print_compared(console, list(imported.compared.values()))
    if imported.policies:
        print_lines(console, next_command("sites"))


def _print_compared(console: Console, compared: list[Compared]) -> None:
    if not compared:
        return
    captures = sum(one.captures for one in compared)
    print_lines(console, f"their reading beside ours, of {count(captures, 'page', 'pages')}:")
    for name, said in _SAID.items():
        number = sum(verdict.value == name for one in compared for verdict in (step.verdict for step in one.steps))
        print_lines(console, f"  {number:,}  {said}")
    left = _SHOWN
    for one in compared:
        for step in one.steps:
            if step.verdict.value in ("theirs only", "ours only") and left:
                left -= 1
                between = f"between {step.not_before[:10]} and {step.not_after[:10]}"
                print_wrapped(
                    console, Text(line(f"{step.verdict.value}: {one.policy.site} {between} {step.capture}")), "  "
                )


def _data(imported: Imported) -> dict[str, Any]:
    counts = imported.counts
    return {
        "archive": imported.archive,
        "found": counts.found,
        "new": counts.new,
        "known": counts.known,
        "read": counts.read,
        "forgotten": counts.forgotten,
        "refused": counts.refused,
        "left_out": dict(sorted(counts.left_out.items())),
        "policies": len(imported.policies),
        "changes": imported.changes,
        "exit_code": int(imported.exit_code),
        "outcomes": [
            {
                "subject": subject,
                "outcome": outcome,
                "detail": detail,
                "next_step": Outcome(outcome).about.next_step or None,
            }
            for subject, outcome, detail in imported.refused
        ],
        "compared": [_compared_data(one) for one in imported.compared.values()],
    }


def _compared_data(one: Compared) -> dict[str, Any]:
    return {
        "site": one.policy.site,
        "policy_url": one.policy.url,
        "captures": one.captures,
        "counts": {verdict.value: number for verdict, number in one.counts.items()},
        "steps": [
            {
                "not_before": step.not_before,
                "not_after": step.not_after,
                "verdict": step.verdict.value,
                "capture": step.capture,
                "their_source": step.their_source,
            }
            for step in one.steps
        ],
    }
