"""`policylapse shard`: pages out as files, readings back; and `policylapse cluster`: all of it on a Dask cluster."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from cli.output import (
    db_option,
    json_option,
    line,
    next_command,
    print_json,
    print_lines,
    print_wrapped,
    stdout_console,
)
from cli.site_names import complete
from crawler.archives.errors import ConfigError, Exit
from crawler.counting import count
from crawler.lock import CrawlLock
from crawler.printed import command
from history.database import require_database

# the writer's half and the reader are imported where they are needed, so that other commands need not load them
if TYPE_CHECKING:
    from crawler.archives.capture import Policy
    from pipelines.shards.into import TakenIn
    from pipelines.shards.out import PutOut
    from pipelines.shards.place import JobFolders
    from pipelines.shards.read import ShardRead
    from pipelines.store.store import Store

MEGABYTE = 1_000_000

site_option = click.option(
    "--site", default="", metavar="SITE", shell_complete=complete, help="Only the policies of this site."
)
size_option = click.option(
    "--size", type=click.IntRange(1), default=64, show_default=True, metavar="MB", help="Megabytes of pages per shard."
)


@click.group()
def shard() -> None:
    """Extract stored pages on many machines, with any scheduler.

    A shard is a file of pages. It is done when the file with its readings exists, so you can start, stop and repeat
    any step.

    \b
    Example:
      policylapse shard out --into job
      policylapse shard read job
      policylapse shard in job
    """


@shard.command("out")
@click.option("--into", required=True, metavar="PLACE", help="A folder, or a URI such as s3://bucket/job.")
@site_option
@size_option
@db_option
@json_option
def out(into: str, site: str, size: int, db: Path, as_json: bool) -> None:
    """Write the pages that the current extractor has not read, as shards.

    \b
    Example:
      policylapse shard out --into job
    """
    from pipelines.shards.place import JobFolders  # noqa: PLC0415

    require_database(db)
    place = JobFolders(into)
    with _writing(db, site) as store, _bar("pages") as bar:
        put = _out(store, place, site, size, bar)
    if as_json:
        print_json({"place": place.uri, "pages": put.pages, "shards": list(put.shards), "read": put.read})
        return
    console = stdout_console()
    if not put.pages:
        print_lines(console, "Nothing to put out: this extractor has read all.")
        return
    there = f" ({put.read:,} of them read already)" if put.read else ""
    shards = count(len(put.shards), "shard", "shards")
    print_wrapped(console, Text(line(f"{count(put.pages, 'page', 'pages')} in {shards} at {place.uri}{there}")))
    print_lines(console, next_command("shard", "read", into, why="reads them, on any machine that sees the folder"))


@shard.command("read")
@click.argument("place")
@click.argument("names", nargs=-1)
@click.option(
    "--part", metavar="K/N", default="1/1", show_default=True, help="Read every N-th shard, starting with the K-th."
)
@click.option("--processes", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one per core]")
@json_option
def read(place: str, names: tuple[str, ...], part: str, processes: int | None, as_json: bool) -> None:
    """Read the shards at PLACE that are not done, or only NAMES. It needs no database.

    \b
    Example:
      policylapse shard read job
      policylapse shard read job --part 3/16
    """
    from pipelines.reading.pool import ReaderPool  # noqa: PLC0415
    from pipelines.shards.place import JobFolders  # noqa: PLC0415
    from pipelines.shards.work import part_of, read_shards  # noqa: PLC0415

    at = JobFolders(place)
    at.expect()
    todo = part_of(list(names) or at.to_read(), *_parts(part))
    done = _ShardsRead()
    with closing(ReaderPool(processes or 0)) as reader, _bar("shards", len(todo)) as bar:
        for one in read_shards(at, todo, reader):
            done.add(one)
            bar(1)
    if as_json:
        print_json(done.data(at))
    else:
        done.show()
        print_wrapped(
            stdout_console(),
            Text(line(f"Then run `{command('shard', 'in', place)}` on the machine that has the database.")),
        )
    _end(done)


@shard.command("in")
@click.argument("place")
@site_option
@db_option
@json_option
def take_in(place: str, site: str, db: Path, as_json: bool) -> None:
    """Store the readings at PLACE in the database, and update the versions of complete policies.

    \b
    Example:
      policylapse shard in job
    """
    from pipelines.shards.place import JobFolders  # noqa: PLC0415

    require_database(db)
    at = JobFolders(place)
    at.expect()
    with _writing(db, site) as store:
        stored = _in(store, at, site)
    if as_json:
        print_json(stored.data())
    else:
        stored.show()


@click.command()
@click.option(
    "--scheduler",
    default="local:2",
    show_default=True,
    metavar="WHERE",
    help="local:N for N processes on this machine, or a scheduler's address (tcp://HOST:8786).",
)
@click.option("--into", default="", metavar="PLACE", help="Where to put the shards; all workers must see it.")
@site_option
@size_option
@db_option
@json_option
def cluster(scheduler: str, into: str, site: str, size: int, db: Path, as_json: bool) -> None:
    """Extract all stored pages again on a Dask cluster.

    It does `shard out`, `shard read` and `shard in` in one step. Run it again to continue after a stop. If you use
    your own scheduler, start its workers with DASK_DISTRIBUTED__WORKER__DAEMON=False.

    \b
    Example:
      policylapse cluster --scheduler local:2
    """
    from pipelines.shards.place import JobFolders  # noqa: PLC0415

    require_database(db)
    if not into and not scheduler.startswith("local:"):
        raise ConfigError("a cluster of several machines needs a place that all of them see: name it with --into")
    at = JobFolders(into or f"{db}.shards")
    with _writing(db, site) as store:
        with _bar("pages out") as bar:
            put = _out(store, at, site, size, bar)
        to_read = set(at.to_read())
        done = _on_cluster(scheduler, at, [name for name in put.shards if name in to_read])
        stored = _in(store, at, site)
    if not into and not done.failed:
        shutil.rmtree(at.uri, ignore_errors=True)  # not there where all was read
    if as_json:
        print_json(done.data(at) | stored.data())
    elif not put.pages:
        print_lines(stdout_console(), "Nothing to read: this extractor has read all.")
    else:
        done.show()
        stored.show()
    _end(done)


def _on_cluster(scheduler: str, at: JobFolders, names: list[str]) -> _ShardsRead:
    from pipelines.shards.work import connected, read_shards_on  # noqa: PLC0415

    done = _ShardsRead()
    if names:
        with connected(scheduler) as client, _bar("shards", len(names)) as bar:
            for one in read_shards_on(client, at, names):
                done.add(one)
                bar(1)
    return done


def _parts(part: str) -> tuple[int, int]:
    which, _, of = part.partition("/")
    if not (which.isdecimal() and of.isdecimal() and 1 <= int(which) <= int(of)):
        raise ConfigError(f"--part {part}: write the number of the part and of all parts, as in 3/16")
    return int(which), int(of)


@contextmanager
def _writing(db: Path, site: str) -> Iterator[Store]:
    from pipelines.store.store import Store  # noqa: PLC0415

    lock = CrawlLock(db)
    try:
        with closing(Store(db, lambda: datetime.now(UTC))) as store:
            if site and not store.policies.of(site):
                raise ConfigError(
                    f"the database {db} holds no policy of {site!r}: `policylapse sites` lists what it holds"
                )
            yield store
    finally:
        lock.release()


def _out(store: Store, place: JobFolders, site: str, size: int, bar: Any) -> PutOut:
    from pipelines.reading.extract import extractor_id  # noqa: PLC0415
    from pipelines.shards.out import shard_out  # noqa: PLC0415

    return shard_out(store, place, extractor_id(), site, size * MEGABYTE, bar)


def _in(store: Store, place: JobFolders, site: str) -> _Stored:
    from pipelines.reading.extract import extractor_id  # noqa: PLC0415
    from pipelines.shards.into import fold_read, shard_in  # noqa: PLC0415
    from pipelines.shards.place import READINGS  # noqa: PLC0415

    names = place.names(READINGS)
    with _bar("shards in", len(names)) as bar:
        taken = []
        for name in names:
            taken.append(shard_in(store, place, name))
            bar(1)
    place.sweep()
    policies = store.policies.of(site)
    with _bar("policies", len(policies)) as bar:
        folded, waiting = fold_read(store, extractor_id(), site, lambda _policy: bar(1))
    return _Stored(taken, folded, waiting)


@contextmanager
def _bar(what: str, of: int | None = None) -> Iterator[Any]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=of)
        yield lambda number: bar.update(task, advance=number) if of is not None else bar.update(task, completed=number)


@dataclass
class _ShardsRead:
    """What came of the shards that were read."""

    read: list[ShardRead] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, one: ShardRead | tuple[str, str]) -> None:
        if isinstance(one, tuple):
            self.failed[one[0]] = one[1]
        else:
            self.read.append(one)

    def data(self, place: JobFolders) -> dict[str, object]:
        return {"place": place.uri, "shards": [asdict(one) for one in self.read], "failed": self.failed}

    def show(self) -> None:
        console = stdout_console()
        pages, failed = sum(one.pages for one in self.read), sum(one.failed for one in self.read)
        without = f", {failed:,} of them without a text" if failed else ""
        shards = count(len(self.read), "shard", "shards")
        print_lines(console, f"{shards} read, {count(pages, 'page', 'pages')}{without}")
        for name, why in self.failed.items():
            print_wrapped(console, Text(line(f"{name} could not be read. {why}")), "  ", "    ")
        if self.failed:
            print_wrapped(
                console,
                Text(
                    line(
                        "Delete the files of these shards, then run `policylapse shard out` and `policylapse shard read` again."
                    )
                ),
            )


@dataclass(frozen=True)
class _Stored:
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


def _end(done: _ShardsRead) -> None:
    if done.failed:
        click.get_current_context().exit(Exit.PARTLY)
