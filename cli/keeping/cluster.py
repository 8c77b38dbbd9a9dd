"""`policylapse cluster`: shards put out, done on a Dask cluster, and taken in, in one step."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.keeping.shard import contact_option, files_argument, site_option, size_option, work_option
from cli.keeping.shard_done import ReadingsStored, ShardsDone, bar_of, end, nothing, shards_bar, take_in
from cli.keeping.shard_works import EXTRACT, PutShards, put_out, put_pages, work_of, writing
from cli.output import db_option, json_option, print_json, print_lines, stdout_console
from crawler.archives.errors import ConfigError
from history.database import require_database

# the writer's half and the reader are imported where they are needed, so that other commands need not load them
if TYPE_CHECKING:
    from pipelines.shards.place import JobFolders


@click.command()
@files_argument
@click.option(
    "--scheduler",
    default="local:2",
    show_default=True,
    metavar="WHERE",
    help="local:N for N processes on this machine, or a scheduler's address (tcp://HOST:8786).",
)
@click.option("--into", default="", metavar="PLACE", help="Where to put the shards; all workers must see it.")
@work_option
@site_option
@size_option
@contact_option
@db_option
@json_option
def cluster(
    files: tuple[Path, ...],
    scheduler: str,
    into: str,
    work: str,
    site: str,
    size: int,
    contact: str,
    db: Path,
    as_json: bool,
) -> None:
    """Extract all stored pages again, or do another work, on a Dask cluster.

    It does `policylapse shard out` and `policylapse shard read` in one step and, for `--work extract`, `policylapse
    shard in`. Run it again to continue after a stop. If you use your own scheduler, start its workers with
    DASK_DISTRIBUTED__WORKER__DAEMON=False.

    \b
    Examples:
      policylapse cluster --scheduler local:2
      policylapse cluster --work claims --into job
    """
    from pipelines.shards.place import JobFolders  # noqa: PLC0415

    if work == EXTRACT and files:
        raise ConfigError("`--work extract` takes no files: it takes what the database has")
    if work != EXTRACT and not into:
        raise ConfigError(f"`--work {work}` writes files: say with --into where they are to lie")
    if not into and not scheduler.startswith("local:"):
        raise ConfigError("a cluster of several machines needs a place that all of them see: name it with --into")
    at = JobFolders(into or f"{db}.shards")
    if work == EXTRACT:
        require_database(db)
        with writing(db, site) as store:
            with bar_of("pages out") as told:
                put = put_pages(store, at, site, size, told)
            done = _on_cluster(scheduler, at, put, work, contact)
            stored = take_in(store, at, site)
        if not into and not done.failed:
            shutil.rmtree(at.uri, ignore_errors=True)  # not there where all was read
    else:
        with bar_of("put out") as told:
            put = put_out(work, at, db, site, size, files, told)
        done, stored = _on_cluster(scheduler, at, put, work, contact), None
    _say(put, done, stored, into or at.uri, at if as_json else None)
    end(done)


def _on_cluster(scheduler: str, at: JobFolders, put: PutShards, work: str, contact: str) -> ShardsDone:
    from pipelines.shards.work import connected, machines, read_shards_on  # noqa: PLC0415

    done, doing = ShardsDone(work), work_of(work, contact)
    names = at.to_read(doing.takes, doing.gives, put.shards)
    if names:
        with connected(scheduler) as client, shards_bar(len(names)) as told:
            doing = work_of(work, contact, machines(client))
            done.take(read_shards_on(client, at, names, doing), told)
    return done


def _say(
    put: PutShards, done: ShardsDone, stored: ReadingsStored | None, place: str, as_json: JobFolders | None
) -> None:
    if as_json:
        print_json(done.data(as_json) | (stored.data() if stored else {}))
    elif not put.count:
        print_lines(stdout_console(), nothing(done.work))
    else:
        done.show(place)
        if stored:
            stored.show()
