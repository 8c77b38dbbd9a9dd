"""The command `timeline`: every version of a policy, and as plainly what is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from cli.output import (
    color_option,
    db_option,
    json_option,
    line,
    note,
    policy_option,
    print_json,
    print_lines,
    stdout_console,
)
from cli.policies import chosen as chosen_policies
from cli.site_names import complete
from cli.views.sites import print_reason
from cli.views.timeline import print_timeline
from crawler.archives.timestamps import parse_date
from crawler.missing import missing_data
from crawler.printed import command
from history.answers.timeline import Shown, shown_data
from history.database import reading
from history.sites import NoPolicy, find_policies
from history.timeline.periods import during
from history.timeline.stated_dates import check_dates, read_written
from history.timeline.technical import read_technical
from history.timeline.timeline import read_timeline
from history.timeline.unsure import read_unsure
from pipelines.store.missing import read_missing


@click.command()
@click.argument("site", shell_complete=complete)
@click.option(
    "--since", metavar="DATE", help="Only versions in force or added from this date on: 2018-05-25, 2018-05, 2018."
)
@click.option("--until", metavar="DATE", help="Only versions added by the end of this date.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Also show technical changes, and every switch between alternating wordings.",
)
@db_option
@policy_option
@color_option
@json_option
def timeline(
    site: str,
    since: str | None,
    until: str | None,
    everything: bool,
    db: Path,
    number: int | None,
    color: str,
    as_json: bool,
) -> None:
    """Show every version of SITE's policy: when it changed, how much, and what is not known.

    SITE is a site, a host, or a policy's URL. A line with ! shows a date in the text that contradicts the captures.

    \b
    Examples:
      policylapse timeline lumenkart.example
      policylapse timeline lumenkart.example --since 2018 --until 2019-06
      policylapse timeline https://lumenkart.example/privacy --json
    """
    start, end = parse_date(since) if since else None, parse_date(until, end=True) if until else None
    with reading(db) as connection:
        try:
            policies = chosen_policies(find_policies(connection, site), number)
        except NoPolicy as error:
            _without_policy(error, color, as_json=as_json)
            return
        missing = {one.policy_id: one for one in read_missing(connection.execute, {policy.site for policy in policies})}
        wanted = [policy for policy in policies if policy.versions] or policies
        shown = []
        for policy in wanted:
            whole = read_timeline(connection, policy)
            written = read_written(connection, [version.text_id for version in whole.versions])
            stated = {one.version: one for one in check_dates(whole.versions, written)}
            technical = read_technical(connection, policy) if everything else None
            unsure = read_unsure(connection, whole.versions)
            name = policy.name if len(wanted) > 1 else policy.site
            why = missing.get(policy.policy_id)
            shown.append(Shown(during(whole, start, end), len(whole.versions), stated, technical, unsure, name, why))
    if as_json:
        print_json({"total": len(shown), "policies": [shown_data(one) for one in shown]})
        return
    console = stdout_console(color)
    for index, one in enumerate(shown):
        if index:
            print_lines(console, "")
        print_timeline(console, one)
        if one.missing:
            print_reason(console, one.missing)
    for policy in policies:
        if policy not in wanted:
            note(f"no version at {policy.policy_url}: `{command('timeline', policy.name)}` says why")


def _without_policy(error: NoPolicy, color: str, *, as_json: bool) -> None:
    """Say of a site without a policy what was asked, and what came of it."""
    if as_json:
        data: dict[str, Any] = {
            "site": error.site,
            "policy_url": None,
            "versions": [],
            "missing": missing_data(error.missing),
        }
        print_json({"total": 0, "policies": [data]})
        return
    console = stdout_console(color)
    print_lines(console, Text.assemble((line(error.site), "bold"), "  no policy is known"))
    print_reason(console, error.missing)
