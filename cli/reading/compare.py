"""The command `compare`: what changed around a day, over all sites, with what the shares are of."""

from __future__ import annotations

import csv
import sys
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from cli.durations import Duration
from cli.output import (
    color_option,
    db_option,
    json_option,
    line,
    print_json,
    print_lines,
    stdout_console,
    tolerate_small_charsets,
)
from cli.site_names import complete
from crawler.archives.timestamps import parse_date
from crawler.counting import count
from history.answers.claims import AROUND_HEAD, around_data, around_rows, read_around
from history.claims.over_sites import Around
from history.claims.selectors import meant
from history.database import reading
from history.sites import all_policies, find_policies
from pipelines.claims.model import Polarity
from pipelines.claims.values import in_words

_SHOWN = 40  # claims


@click.command()
@click.option("--around", "day", required=True, metavar="DATE", help="The day: 2018-05-25.")
@click.option(
    "--window", type=Duration(), default="180d", show_default=True, help="Time before the day, and the same after it."
)
@click.option(
    "--claim", "names", multiple=True, metavar="NAME", help="Only these claims: rights, law.gdpr. Can be repeated."
)
@click.option(
    "--site", "sites", multiple=True, metavar="SITE", shell_complete=complete, help="Only this site. Can be repeated."
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with one row per claim that was added or removed.")
@db_option
@color_option
@json_option
def compare(
    day: str,
    window: float,
    names: tuple[str, ...],
    sites: tuple[str, ...],
    as_csv: bool,
    db: Path,
    color: str,
    as_json: bool,
) -> None:
    """Show what changed around a day: how many policies, and which claims were added or removed.

    A policy is covered if its version is known at the beginning and at the end of the window. Only covered policies
    are counted, so missing captures never look like added or removed claims. A change around a day does not prove
    that the day is the reason.

    \b
    Examples:
      policylapse compare --around 2018-05-25
      policylapse compare --around 2020-01-01 --window 365d --claim rights --csv
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other: name one")
    test = meant(names)
    with reading(db) as connection:
        every = {policy.policy_id: policy for site in sites for policy in find_policies(connection, site)}
        policies = list(every.values()) if sites else all_policies(connection)
        found = read_around(connection, policies, parse_date(day), timedelta(seconds=window), test)
    if as_json:
        print_json(around_data(found))
    elif as_csv:
        tolerate_small_charsets()
        csv.writer(sys.stdout, lineterminator="\n").writerows([AROUND_HEAD, *around_rows(found)])
    else:
        _print(stdout_console(color), found)


def _print(console: Console, found: Around) -> None:
    covered, changed = len(found.covered), len(found.changed)
    print_lines(
        console,
        Text(f"{found.start:%Y-%m-%d} – {found.end:%Y-%m-%d}", "bold"),
        f"covered at both ends: {covered} of {count(found.policies, 'policy', 'policies')}",
    )
    if not covered:
        print_lines(console, "no policy is known at both ends; a longer --window may reach captures")
        return
    print_lines(console, f"changed: {changed} of {covered} ({changed / covered:.0%})", "")
    if not found.claims:
        print_lines(console, "no claim came or went")
        return
    print_lines(console, Text(f"{'claim':<44} before  after   came   went", "dim underline"))
    for one in found.claims[:_SHOWN]:
        said = "" if one.what.polarity is Polarity.YES else f" {one.what.polarity.value}"
        name = line(f"{one.what.name}{' ' if one.what.value else ''}{in_words(one.what.value)}{said}")
        print_lines(console, f"{name:<44} {one.before:>6} {one.after:>6} {len(one.came):>6} {len(one.went):>6}")
    if len(found.claims) > _SHOWN:
        print_lines(console, Text(f"and {len(found.claims) - _SHOWN} more; --csv has all", "dim"))
