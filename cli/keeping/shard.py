"""`policylapse shard`: pages, policies or lists of records out as files, what is made of each, and readings back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click
from rich.text import Text

from cli.keeping.shard_done import ShardsDone, bar_of, end, given, nothing, shards_bar
from cli.keeping.shard_done import take_in as take_in_readings
from cli.keeping.shard_works import EXTRACT, NAMES, put_out, work_of, writing
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
from crawler.archives.errors import ConfigError
from crawler.counting import count
from crawler.printed import command
from history.database import require_database
from pipelines.reading.apart import READS_PAGES, start_server
from pipelines.shards.model import OPENS_SHARDS

site_option = click.option(
    "--site", default="", metavar="SITE", shell_complete=complete, help="Only the policies of this site."
)
size_option = click.option(
    "--size", type=click.IntRange(1), default=64, show_default=True, metavar="MB", help="Megabytes per shard."
)
work_option = click.option(
    "--work",
    type=click.Choice(NAMES),
    default=EXTRACT,
    show_default=True,
    help="What to do: extract pages again; make a table of claims, edits or words; or find policies in WARC files or "
    "in Common Crawl.",
)
contact_option = click.option(
    "--contact",
    envvar="POLICYLAPSE_CONTACT",
    show_envvar=True,
    default="",
    metavar="CONTACT",
    help="Your e-mail address or URL, which Common Crawl asks for.",
)
files_argument = click.argument(
    "files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="[FILE...]"
)


@click.group()
def shard() -> None:
    """Extract or analyse what is stored on many machines, with any scheduler.

    A shard is a file of pages, of policies or of a list of records. It is done when the file with its result exists,
    so you can start, stop and repeat any step.

    \b
    Examples:
      policylapse shard out --into job
      policylapse shard read job
      policylapse shard in job
    """


@shard.command("out")
@files_argument
@click.option("--into", required=True, metavar="PLACE", help="A folder, or a URI such as s3://bucket/job.")
@work_option
@site_option
@size_option
@db_option
@json_option
def out(files: tuple[Path, ...], into: str, work: str, site: str, size: int, db: Path, as_json: bool) -> None:
    """Write the shards of a work: by default, the pages that the current extractor has not read.

    For `--work warcs`, FILE is a WARC file or a list of them (.txt or .paths, one path or URI per line). For
    `--work commoncrawl`, FILE has rows of Common Crawl's columnar index, as for `policylapse import-cc-index`.

    \b
    Examples:
      policylapse shard out --into job
      policylapse shard out --into job --work claims
      policylapse shard out --into job --work commoncrawl rows.csv
    """
    from pipelines.shards.place import JobFolders  # noqa: PLC0415

    place = JobFolders(into)
    with bar_of("put out") as told:
        put = put_out(work, place, db, site, size, files, told)
    if as_json:
        print_json({"place": place.uri, "pages": put.count, "shards": list(put.shards), "read": put.read})
        return
    console = stdout_console()
    if not put.count:
        print_lines(console, nothing(work))
        return
    there = f" ({put.read:,} of them done already)" if put.read else ""
    shards = count(len(put.shards), "shard", "shards")
    print_wrapped(console, Text(line(f"{count(put.count, *put.what)} in {shards} at {place.uri}{there}")))
    print_lines(console, next_command("shard", "read", into, *given(work), why="does them, on any machine"))


@shard.command("read")
@click.argument("place")
@click.argument("names", nargs=-1)
@work_option
@click.option(
    "--part", metavar="K/N", default="1/1", show_default=True, help="Do every N-th shard, starting with the K-th."
)
@click.option("--processes", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one per core]")
@contact_option
@json_option
def read(
    place: str, names: tuple[str, ...], work: str, part: str, processes: int | None, contact: str, as_json: bool
) -> None:
    """Do the shards at PLACE that are not done, or only NAMES. It needs no database.

    With `--work commoncrawl`, N parts share the archive's request budget, so do not run the same part twice at once.

    \b
    Examples:
      policylapse shard read job
      policylapse shard read job --part 3/16
      policylapse shard read job --work claims
    """
    if work == EXTRACT:  # the others load less, and some of them read no page
        start_server(READS_PAGES, OPENS_SHARDS)
    from pipelines.reading.pool import ReaderPool  # noqa: PLC0415
    from pipelines.shards.place import JobFolders  # noqa: PLC0415
    from pipelines.shards.work import part_of, read_shards  # noqa: PLC0415

    at = JobFolders(place)
    at.expect()
    which, parts = _parts(part)
    doing = work_of(work, contact, parts)
    todo = part_of(list(names) or at.to_read(doing.takes, doing.gives), which, parts)
    done = ShardsDone(work)
    with closing(ReaderPool(processes or 0)) as reader, shards_bar(len(todo)) as told:
        done.take(read_shards(at, todo, reader, doing), told)
    if as_json:
        print_json(done.data(at))
    else:
        done.show(place)
        if work == EXTRACT:
            print_wrapped(
                stdout_console(),
                Text(line(f"Then run `{command('shard', 'in', place)}` on the machine that has the database.")),
            )
    end(done)


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
    with writing(db, site) as store:
        stored = take_in_readings(store, at, site)
    if as_json:
        print_json(stored.data())
    else:
        stored.show()


def _parts(part: str) -> tuple[int, int]:
    which, _, of = part.partition("/")
    if not (which.isdecimal() and of.isdecimal() and 1 <= int(which) <= int(of)):
        raise ConfigError(f"--part {part}: write the number of the part and of all parts, as in 3/16")
    return int(which), int(of)
