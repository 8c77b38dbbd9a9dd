"""`policylapse export`: what the database holds in other projects' forms."""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from cli.output import db_option, json_option, note, print_json
from cli.site_names import complete
from crawler import __version__
from crawler.counting import count
from history.database import open_database
from history.export.formats import FORMATS, TABLES, Exported, Format, Job, run_export
from history.sites import PolicyRow, all_policies, find_policies

_HELP = """\
Export SITE..., or all sites, to a file or folder with a manifest.

\b
Formats:
{forms}

The same database always gives the same bytes. Files appear only when complete, so you can run a killed export
again. The manifest (OUT.manifest.json, or manifest.json in a folder) lists counts, what was left out, and the
SHA-256 of every file.

\b
Examples:
  policylapse export --format corpus --out corpus/
  policylapse export --format git --out policies lumenkart.example
  policylapse export --format jsonl --out versions.jsonl.gz
  policylapse export --format csv --metrics --no-text --out metrics.csv
  policylapse export --format bundle lumenkart.example --change 4 --out lumenkart-4.zip
""".format(forms="\n".join(f"  {form.name:8} {form.about}" for form in FORMATS.values()))
_TABLES = ", ".join(TABLES)
_ONE_OF = {"policies": "policy"}  # the others lose an s


def program() -> str:
    """Return name and version of this program, as exports name it."""
    return f"policylapse/{__version__}"


def policies_of(connection: sqlite3.Connection, sites: Sequence[str]) -> list[PolicyRow]:
    """Return the policies that some names mean, or all, by site and then as they were added."""
    found = (
        (policy for name in sites for policy in find_policies(connection, name)) if sites else all_policies(connection)
    )
    unique = {policy.policy_id: policy for policy in found}
    return sorted(unique.values(), key=lambda policy: (policy.site, policy.policy_id))


@click.command(help=_HELP)
@click.argument("sites", nargs=-1, metavar="[SITE]...", shell_complete=complete)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="corpus",
    show_default=True,
    help="The format, see above.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="PATH",
    help="The file or folder to write; a file's ending is that of its format, .gz behind jsonl and csv compresses.",
)
@click.option(
    "--change",
    default="",
    metavar="VERSION",
    help="bundle: the change that led to this version (number, latest, citation).",
)
@click.option(
    "--version", default="", metavar="VERSION", help="bundle: one version (number, date, first, latest, citation)."
)
@click.option("--no-text", is_flag=True, help=f"{_TABLES}: leave out the column `text`, for spreadsheets.")
@click.option(
    "--metrics",
    is_flag=True,
    help=f"{_TABLES}: add columns for sentences, readability, reading minutes, vague words, passive sentences, companies "
    "and purposes named. They are counted in each text, so the export takes longer.",
)
@db_option
@json_option
def export(
    sites: tuple[str, ...],
    form: str,
    out: Path,
    change: str,
    version: str,
    db: Path,
    *,
    no_text: bool,
    metrics: bool,
    as_json: bool,
) -> None:
    chosen = FORMATS[form]
    if (change or version) and not chosen.one:
        raise click.UsageError("--change and --version are for --format bundle")
    for option, asked in (("--no-text", no_text), ("--metrics", metrics)):
        if asked and not chosen.table:
            raise click.UsageError(f"{option} is for --format {_TABLES}")
    with closing(open_database(db)) as connection:
        policies = policies_of(connection, sites)
        job = Job(connection, policies, out, program(), version, change, with_text=not no_text, with_metrics=metrics)
        done = run_export(chosen, job)
    if as_json:
        print_json({**done.manifest, "out": str(out), "manifest": str(done.manifest_path)})
    else:
        note(_said(done, chosen, out))


def _said(done: Exported, form: Format, out: Path) -> str:
    """What was written, what was left out and where the manifest tells, and what to do next."""
    first, *rest = [
        count(number, _ONE_OF.get(name, name.removesuffix("s")), name)
        for name, number in done.manifest["counts"].items()
    ]
    more = f" ({', '.join(rest)})" if rest else ""
    without = len(done.manifest["left_out"]["policies_without_a_version"])
    missing = f"; {count(without, 'policy', 'policies')} without a version" if without else ""
    silent = sum(done.manifest["left_out"]["captures_without_a_text"].values())
    left = f"; {count(silent, 'capture')} without a text" if silent else ""
    return "\n".join(
        (
            f"{first} written to {out}{more}{missing}{left}",
            f"The manifest {done.manifest_path} lists what was left out, and each file with its SHA-256.",
            f"Next: {form.then.replace('OUT', shlex.quote(str(out)))}",
        )
    )
