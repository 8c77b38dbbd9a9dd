"""`policylapse import-ota`: a collection of Open Terms Archive out of its git repositories."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.getting.imports.around import print_imported, run_import
from cli.output import db_option, json_option, line, note
from crawler.archives.errors import ConfigError

if TYPE_CHECKING:
    from crawler.targets.declarations import Declared
    from pipelines.imports.intake import Done, Intake


@click.command("import-ota")
@click.argument("snapshots", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="SNAPSHOTS")
@click.option(
    "--declarations",
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH",
    help="The collection's declarations: names, URLs over time, selectors.",
)
@click.option(
    "--versions",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="REPO",
    help="The collection's versions: what they read, stored beside our reading and compared with it.",
)
@click.option(
    "--terms",
    multiple=True,
    default=("privacy",),
    show_default=True,
    metavar="TYPE",
    help="Which terms: a type ('Privacy Policy'), privacy, terms, cookies, guidelines, or all. Can be repeated.",
)
@click.option("--service", "services", multiple=True, metavar="ID", help="Only this service. Can be repeated.")
@click.option("--name", default="", metavar="NAME", help="What the collection is called.  [default: the folder's name]")
@click.option("--processes", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one per core]")
@db_option
@json_option
def import_ota(
    snapshots: Path,
    declarations: Path | None,
    versions: Path | None,
    terms: tuple[str, ...],
    services: tuple[str, ...],
    name: str,
    processes: int | None,
    db: Path,
    as_json: bool,
) -> None:
    """Import the snapshots of an Open Terms Archive collection from its git repository SNAPSHOTS.

    Every snapshot becomes a capture, with its date, its URL, and its commit as the place to cite. Makes no requests: clone
    the repositories yourself. Run it again at any time: it imports only what is new, even after it was stopped.

    Exit code: 0 complete, 1 partly (with what was not imported), 2 could not run.

    \b
    Examples:
      policylapse import-ota contrib-snapshots.git --declarations contrib-declarations
      policylapse import-ota contrib-snapshots.git --versions contrib-versions.git --terms all
    """
    from crawler.collections.git import MAX_BLOB, Repository  # noqa: PLC0415 - the other commands need none of it
    from pipelines.imports.ota import OtaImport, Wanted, archive_name  # noqa: PLC0415

    with ExitStack() as stack:
        pages = stack.enter_context(Repository(snapshots))
        texts = stack.enter_context(Repository(versions)) if versions else None
        for one in (pages, texts):
            if one is not None and one.is_shallow:
                raise ConfigError(
                    f"{one.path} is a shallow clone, which has no dates of what is older: run `git fetch --unshallow` in it"
                )
        if not pages.head:
            raise ConfigError(f"{snapshots} has no commits: name a clone of the collection's snapshots")
        wanted = Wanted(terms, services, tuple(_declared(declarations, terms)) if declarations else ())

        def begin(intake: Intake) -> AsyncIterator[Done]:
            return OtaImport(intake, pages, wanted, name=name, versions=texts).run()

        arguments = {"snapshots": str(snapshots), "terms": ",".join(terms)}
        archive = archive_name(name or pages.name)
        imported = run_import(db, "import-ota", archive, arguments, begin, MAX_BLOB, processes or 0)
    print_imported(imported, as_json=as_json)
    click.get_current_context().exit(imported.exit_code)


def _declared(path: Path, terms: tuple[str, ...]) -> list[Declared]:
    from crawler.targets.declaration_files import read_declarations  # noqa: PLC0415 - as above
    from crawler.targets.lists import BadLine  # noqa: PLC0415

    found: list[Declared] = []
    for one in read_declarations([path], terms):
        if isinstance(one, BadLine):
            note(line(f"{one.where}: {one.reason}"))
        else:
            found.append(one)
    return found
