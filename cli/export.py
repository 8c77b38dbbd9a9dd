"""`policylapse export`: the database's texts in other projects' forms."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from cli.output import db_option, note
from cli.timeline_view import count
from crawler.archives.errors import NotFound
from history.database import open_database
from history.export.corpus import export_corpus
from history.sites import find_policies, list_sites


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["corpus"]),
    default="corpus",
    show_default=True,
    help="corpus: one Markdown file a policy, as in the Princeton-Leuven corpus.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="The folder to write into; made where it is not there.",
)
@db_option
def export(sites: tuple[str, ...], form: str, out: Path, db: Path) -> None:  # noqa: ARG001 - the only form yet
    """Write the newest text of each policy of SITE..., or of all sites, to files.

    \b
    Examples:
      policylapse export --format corpus --out corpus/
      policylapse export --format corpus --out corpus/ tinder.com
    """  # noqa: D301 - Click reads \b as a character
    with closing(open_database(db)) as connection:
        names = sites or tuple(row.site for row in list_sites(connection))
        policies = {policy.policy_id: policy for name in names for policy in find_policies(connection, name)}
        written = export_corpus(connection, policies.values(), out)
    without = len(policies) - len(written)
    if not written:
        raise NotFound("no policy has a text to export: `policylapse sites` says what is known of each site")
    note(
        f"{count(len(written), 'policy', 'policies')} written to {out}{f'; {without} without a text' if without else ''}"
    )
