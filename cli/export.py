"""`policylapse export`: what the database holds in other projects' forms."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import click

from cli.output import db_option, note
from cli.timeline_view import count
from crawler.archives.errors import ConfigError, NotFound
from history.database import open_database
from history.export.corpus import export_corpus
from history.sites import PolicyRow, find_policies, list_sites


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["corpus", "warc"]),
    default="corpus",
    show_default=True,
    help="corpus: one Markdown file a policy, as in the Princeton-Leuven corpus; warc: what was fetched, as one WARC file.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="PATH",
    help="corpus: the folder to write into, made where it is not there; warc: the file, .warc.gz or .warc.",
)
@db_option
def export(sites: tuple[str, ...], form: str, out: Path, db: Path) -> None:
    """Write the newest text of each policy of SITE..., or of all sites, to files; or every capture to a WARC file.

    \b
    Examples:
      policylapse export --format corpus --out corpus/
      policylapse export --format corpus --out corpus/ tinder.com
      policylapse export --format warc --out policies.warc.gz
    """  # noqa: D301 - Click reads \b as a character
    with closing(open_database(db)) as connection:
        names = sites or tuple(row.site for row in list_sites(connection))
        policies = {policy.policy_id: policy for name in names for policy in find_policies(connection, name)}
        write = {"corpus": _export_corpus, "warc": _export_warc}[form]
        write(connection, policies.values(), out)


def _export_corpus(connection: sqlite3.Connection, policies: Collection[PolicyRow], out: Path) -> None:
    if out.is_file():
        raise ConfigError(f"{out} is a file: name a folder with --out")
    written = export_corpus(connection, policies, out)
    without = len(policies) - len(written)
    if not written:
        raise NotFound("no policy has a text to export: `policylapse sites` says what is known of each site")
    note(
        f"{count(len(written), 'policy', 'policies')} written to {out}{f'; {without} without a text' if without else ''}"
    )


def _export_warc(connection: sqlite3.Connection, policies: Collection[PolicyRow], out: Path) -> None:
    # here, so that the other commands need not load warcio
    from history.export.warc import export_warc  # noqa: PLC0415

    if out.is_dir():
        raise ConfigError(f"{out} is a folder: name a file in it with --out, such as {out / 'policies.warc.gz'}")
    counts = export_warc(connection, policies, out, f"policylapse/{version('policylapse')}")
    captures = count(counts.responses + counts.revisits, "capture", "captures")
    note(f"{captures} written to {out}: {counts.responses:,} with their payload, {counts.revisits:,} that share one")
