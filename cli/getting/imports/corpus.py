"""`policylapse import-corpus`: the Princeton-Leuven corpus out of its git repository."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.getting.imports.around import print_imported, run_import
from cli.output import db_option, json_option
from crawler.archives.errors import ConfigError

if TYPE_CHECKING:
    from pipelines.imports.intake import Done, Intake


@click.command("import-corpus")
@click.argument("repository", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="REPO")
@click.option("--name", default="", metavar="NAME", help="What the corpus is called.  [default: the folder's name]")
@click.option(
    "--texts/--no-texts", default=True, show_default=True, help="Also store their texts, and compare them with ours."
)
@click.option("--processes", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one per core]")
@db_option
@json_option
def import_corpus(repository: Path, name: str, texts: bool, processes: int | None, db: Path, as_json: bool) -> None:
    """Import the policies of the Princeton-Leuven corpus from its git repository REPO.

    Every snapshot becomes the capture of the Wayback Machine that it was made of. A later crawl fetches only
    captures between them. Makes no requests: clone the repository yourself. Run it again at any time: it imports only what is new,
    even after it was stopped.

    Exit code: 0 complete, 1 partly (with what was not imported), 2 could not run.

    \b
    Example:
      policylapse import-corpus privacy-policy-historical
    """
    from crawler.collections.git import MAX_BLOB, Repository  # noqa: PLC0415 - the other commands need none of it
    from pipelines.imports.corpus import CorpusImport, reader_name  # noqa: PLC0415

    with Repository(repository) as corpus:
        if not corpus.head:
            raise ConfigError(f"{repository} has no commits: name a clone of the corpus")

        def begin(intake: Intake) -> AsyncIterator[Done]:
            return CorpusImport(intake, corpus, name=name, texts=texts).run()

        archive = reader_name(name or corpus.name)
        imported = run_import(
            db, "import-corpus", archive, {"repository": str(repository)}, begin, MAX_BLOB, processes or 0
        )
    print_imported(imported, as_json=as_json)
    click.get_current_context().exit(imported.exit_code)
