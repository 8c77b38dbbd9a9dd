"""The commands that read: sites, show. (timeline, diff, blame, search, changes and trends have modules of their own.)"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from cli.output import (
    clean,
    db_option,
    json_option,
    line,
    note,
    policy_option,
    print_json,
    stdout_console,
    tolerate_small_charsets,
)
from cli.policies import the_policy, with_citation
from cli.site_names import complete
from cli.views.sites import MISSING_COLUMNS, SITE_COLUMNS, print_csv, print_missing, print_sites
from crawler.archives.memento import replay_url
from crawler.missing import missing_data
from history.answers.rows import answer_data, policy_data, site_data, version_data
from history.database import reading
from history.sites import PolicyRow, list_sites
from history.timeline.citations import citation
from history.timeline.selectors import Selected, at_date, doubt_of, numbered, select
from history.timeline.timeline import VersionRow, archives_of, read_versions
from pipelines.store.load import text_blocks
from pipelines.store.missing import read_missing
from pipelines.text.markdown import render_markdown


@click.command()
@click.option(
    "--missing",
    "only_missing",
    is_flag=True,
    help="List sites and URLs without a version, with the reason and the next step.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for spreadsheets.")
@db_option
@json_option
def sites(only_missing: bool, as_csv: bool, db: Path, as_json: bool) -> None:
    """List the sites in the database, with their versions and their last change.

    \b
    Examples:
      policylapse sites
      policylapse sites --missing
      policylapse sites --csv > sites.csv
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other: name one")
    with reading(db) as connection:
        missing = read_missing(connection.execute) if only_missing else []
        rows = [] if only_missing else list_sites(connection)
    data = [missing_data(one) for one in missing] if only_missing else [site_data(row) for row in rows]
    if as_csv:
        print_csv(data, MISSING_COLUMNS if only_missing else SITE_COLUMNS)
    elif as_json:
        print_json({"total": len(data), ("missing" if only_missing else "sites"): data})
    elif only_missing:
        print_missing(stdout_console(), missing)
    else:
        print_sites(stdout_console(), rows)


@click.command()
@click.argument("site", shell_complete=complete)
@click.argument("version_name", metavar="[VERSION]", required=False)
@click.option(
    "--at",
    metavar="DATE",
    help="The version in force on this date: 2018-05-25. 2018-05 and 2018 stand for their last day.",
)
@click.option("--version", "version", type=click.IntRange(1), metavar="N", help="The version with this number.")
@db_option
@policy_option
@json_option
def show(
    site: str,
    version_name: str | None,
    at: str | None,
    version: int | None,
    db: Path,
    number: int | None,
    as_json: bool,
) -> None:
    """Print one version of SITE's policy as Markdown: the latest, or the one you name.

    VERSION is a number, a date, `first`, `latest`, `prev` (the one before the latest) or a citation
    (example.com@2018-05-25.1f3a9c2e). A citation can also replace SITE. If the captures do not show which version
    was in force, the earlier one is printed with a note on standard error.

    \b
    Examples:
      policylapse show lumenkart.example 2021-05-25
      policylapse show lumenkart.example@2021-03-02.c2e63877
      policylapse show lumenkart.example --version 3 > lumenkart-3.md
    """
    site, names = with_citation(site, version_name)
    if sum(map(bool, (at, version, *names))) > 1:
        raise click.UsageError("VERSION, --at and --version exclude each other: name one")
    from history.answers.measured import in_words, measure, measured_data  # noqa: PLC0415 - only here

    with reading(db) as connection:
        policy = the_policy(connection, site, number, names)
        versions = read_versions(connection, policy)
        if at:
            dated = at_date(versions, at)
            selected = Selected(dated.version, dated, doubt_of(dated))
        elif version:
            selected = Selected(numbered(versions, version))
        else:
            selected = select(connection, policy, versions, names[0] if names else "latest")
        chosen, answer = selected.version, selected.answer
        markdown = render_markdown(text_blocks(connection, chosen.text_id))
        ((_text, measured),) = measure(connection, [(chosen.text_id, policy.site)])
    if as_json:
        data = {**policy_data(policy), **version_data(chosen), "markdown": markdown}
        data |= {"metrics": measured_data(measured)}
        data |= {"citation": citation(policy.cited, chosen), "answer": answer_data(answer) if answer else None}
        print_json(data)
        return
    _show_notes(policy, versions, selected, in_words(measured))
    tolerate_small_charsets()
    click.echo(clean(markdown), nl=False)


def _show_notes(policy: PolicyRow, versions: Sequence[VersionRow], selected: Selected, numbers: str) -> None:
    chosen = selected.version
    seen = f"{chosen.first_seen:%Y-%m-%d} to {chosen.last_seen:%Y-%m-%d}"
    whose = f" ({line(chosen.first_archive)})" if len(archives_of(versions)) > 1 else ""
    note(
        f"{line(policy.site)} version {chosen.version} of {len(versions)}, seen {seen}: {line(replay_url(chosen.first_capture_url))}{whose}"
    )
    note(numbers)
    if selected.doubt:
        note(f"note: {selected.doubt}")
