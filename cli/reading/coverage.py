"""`policylapse coverage`: of which half-years a policy is known, and why not of the others."""

from __future__ import annotations

import csv
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from cli.output import (
    clean,
    color_option,
    db_option,
    json_option,
    print_json,
    stdout_console,
    step,
    tolerate_small_charsets,
)
from cli.site_names import complete
from cli.views.coverage import print_coverage
from crawler.archives.timestamps import parse_date
from history.answers.coverage import coverage_data, coverage_rows
from history.database import open_database
from history.sites import NoPolicy, PolicyRow, find_policies
from history.timeline.coverage import Coverage, cover, half_of, halves_of
from history.timeline.coverage_read import read_subjects


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...", shell_complete=complete)
@click.option(
    "--since", metavar="DATE", help="Only half-years from this date on: 2018, 2018-05.  [default: the first capture]"
)
@click.option(
    "--until", metavar="DATE", help="Only half-years up to this date.  [default: the last time an archive was asked]"
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with one row per half-year.")
@db_option
@color_option
@json_option
def coverage(
    sites: tuple[str, ...], since: str | None, until: str | None, as_csv: bool, db: Path, color: str, as_json: bool
) -> None:
    """Show which half-years of each SITE's policy are known, and why the others are missing.

    One row per policy. Without SITE, it shows every policy in the database. A half-year without a capture is never
    shown as unchanged.

    \b
    Examples:
      policylapse coverage
      policylapse coverage lumenkart.example --since 2010 --json
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other: name one")
    begin, end = parse_date(since) if since else None, parse_date(until, end=True) if until else None
    if begin and end and begin > end:
        raise click.UsageError(f"--since {since} is later than --until {until}")
    with closing(open_database(db)) as connection:
        policies, bare = _named(connection, sites)
        subjects = read_subjects(connection, policies if sites else None, bare)
    known = halves_of(subjects)
    halves = range(half_of(begin) if begin else known.start, half_of(end) + 1 if end else known.stop)
    found = [cover(subject, halves) for subject in subjects]
    if as_json:
        print_json(coverage_data(found, halves))
    elif as_csv:
        _print_csv(found)
    else:
        print_coverage(stdout_console(color), found, halves)


def _named(db: sqlite3.Connection, sites: Sequence[str]) -> tuple[list[PolicyRow], list[str]]:
    """The policies of the sites that were named, and those sites that have none."""
    policies: dict[int, PolicyRow] = {}
    bare = []
    for site in sites:
        try:
            policies |= {policy.policy_id: policy for policy in find_policies(db, site)}
        except NoPolicy as error:
            bare.append(error.site)
    return list(policies.values()), bare


def _print_csv(coverages: Sequence[Coverage]) -> None:
    tolerate_small_charsets()
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for row in coverage_rows(coverages):
        writer.writerow([step(clean(cell)) for cell in row])
