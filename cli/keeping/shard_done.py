"""What comes of shards, told to a person: bars while they are done, and what is printed and returned at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from cli.keeping.shard_works import COMMONCRAWL, EXTRACT, OF_FILES, TABLES
from cli.output import line, print_lines, print_wrapped, stdout_console
from crawler.archives.errors import Exit, RateLimited
from crawler.counting import count
from crawler.printed import command

# the writer's half is imported where it is needed, so that other commands need not load it
if TYPE_CHECKING:
    from crawler.archives.capture import Policy
    from pipelines.shards.into import TakenIn
    from pipelines.shards.model import ShardRead
    from pipelines.shards.place import JobFolders
    from pipelines.store.store import Store

PAGES = ("page", "pages")


@contextmanager
def bar_of(what: str, of: int | None = None) -> Iterator[Any]:
    """A bar that is told how many of something are done: of all, or so far."""
    with _progress() as bar:
        task = bar.add_task(what, total=of, said="")
        yield lambda number: bar.update(task, advance=number) if of is not None else bar.update(task, completed=number)


@contextmanager
def shards_bar(of: int) -> Iterator[Any]:
    """A bar of shards, which also says how many pages, failures and rows came of them."""
    with _progress() as bar:
        task = bar.add_task("shards", total=of, said="")
        yield lambda said: bar.update(task, advance=1, said=said)


def _progress() -> Progress:
    console = Console(stderr=True)
    said = TextColumn("{task.fields[said]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), said, TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


@dataclass
class ShardsDone:
    """What came of the shards that were done.

    :param refused: why the job ended before its end, "" where it did not.
    """

    work: str
    read: list[ShardRead] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    refused: str = ""

    def take(self, came: Iterator[ShardRead | tuple[str, str]], told: Callable[[str], None]) -> None:
        """Take what comes, until the end or until an archive refuses."""
        try:
            for one in came:
                if isinstance(one, tuple):
                    self.failed[one[0]] = one[1]
                else:
                    self.read.append(one)
                told(", ".join(self._counts()))
        except RateLimited as error:
            self.refused = str(error)

    def data(self, place: JobFolders) -> dict[str, object]:
        shards = [
            {"name": one.name, "pages": one.pages, "failed": one.failed}
            | ({} if one.rows is None else {"rows": one.rows})
            for one in self.read
        ]
        return {
            "place": place.uri,
            "work": self.work,
            "shards": shards,
            "failed": self.failed,
            "refused": self.refused or None,
        }

    def show(self, place: str) -> None:
        console = stdout_console()
        print_lines(console, ", ".join([count(len(self.read), "shard done", "shards done"), *self._counts()]))
        for name, why in self.failed.items():
            print_wrapped(console, Text(line(f"{name} could not be done. {why}")), "  ", "    ")
        if self.failed:
            print_wrapped(console, Text(line(f"Delete the files of these shards, then {self._again(place)}.")))
        if self.refused:
            print_wrapped(console, Text(line(f"{self.refused}. The same command goes on there.")))
        if self.read and self.work != EXTRACT:
            print_wrapped(console, Text(line(_where(self.work, place))))

    def _again(self, place: str) -> str:
        read = command("shard", "read", place, *given(self.work))
        if self.work in OF_FILES:
            return f"put the same files out again and run `{read}`"
        return f"run `{command('shard', 'out', '--into', place, *given(self.work))}` and `{read}`"

    def _counts(self) -> list[str]:
        pages, failed = sum(one.pages for one in self.read), sum(one.failed for one in self.read)
        rows = sum(one.rows or 0 for one in self.read)
        what = (
            ("policy", "policies") if self.work in TABLES else ("record", "records") if self.work in OF_FILES else PAGES
        )
        said = [count(pages, *what)]
        if failed:
            said.append(f"{failed:,} of them without a text")
        if self.work in TABLES:
            said.append(count(rows, "row", "rows"))
        elif self.work in OF_FILES:
            said.append(count(rows, "policy kept", "policies kept"))
        return said


def _where(work: str, place: str) -> str:
    if work in OF_FILES:
        return f"Take the policies in with `{command('import-warc', f'{place}/policies')}`."
    return f"The table is in the Parquet files {place}/{work}/*.parquet. Read them with DuckDB, pandas or Spark."


@dataclass(frozen=True)
class ReadingsStored:
    """What came of the readings that were taken in."""

    taken: list[TakenIn]
    folded: list[Policy]
    waiting: list[Policy]

    def data(self) -> dict[str, object]:
        return {
            "taken_in": [asdict(one) for one in self.taken],
            "folded": len(self.folded),
            "waiting": [{"site": policy.site, "policy_url": policy.url} for policy in self.waiting],
        }

    def show(self) -> None:
        console = stdout_console()
        new, known = sum(one.new for one in self.taken), sum(one.known for one in self.taken)
        again = f", {known:,} known or no longer kept" if known else ""
        print_lines(console, f"{count(new, 'reading', 'readings')} stored{again}")
        policies = count(len(self.folded), "policy is", "policies are")
        print_lines(console, f"{policies} up to date")
        if self.waiting:
            policies = count(len(self.waiting), "policy waits", "policies wait")
            print_lines(console, f"{policies} for pages that are not read yet")


def take_in(store: Store, place: JobFolders, site: str) -> ReadingsStored:
    from pipelines.reading.extractor import extractor_id  # noqa: PLC0415
    from pipelines.shards.into import fold_read, shard_in  # noqa: PLC0415
    from pipelines.shards.place import READINGS  # noqa: PLC0415

    names = place.names(READINGS)
    with bar_of("shards in", len(names)) as bar:
        taken = []
        for name in names:
            taken.append(shard_in(store, place, name))
            bar(1)
    place.sweep()
    policies = store.policies.of(site)
    with bar_of("policies", len(policies)) as bar:
        folded, waiting = fold_read(store, extractor_id(), site, lambda _policy: bar(1))
    return ReadingsStored(taken, folded, waiting)


def nothing(work: str) -> str:
    if work == EXTRACT:
        return "Nothing to put out: this extractor has read all."
    if work == COMMONCRAWL:
        return "Nothing to put out: no address in the files looks like a privacy policy's."
    return (
        "Nothing to put out: there are no versions."
        if work not in OF_FILES
        else "Nothing to put out: no file is named."
    )


def given(work: str) -> tuple[str, ...]:
    return () if work == EXTRACT else ("--work", work)


def end(done: ShardsDone) -> None:
    if done.refused:
        click.get_current_context().exit(Exit.STOPPED)
    if done.failed:
        click.get_current_context().exit(Exit.PARTLY)
