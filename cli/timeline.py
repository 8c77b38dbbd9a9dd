"""The command `timeline`: every version of a policy, and as plainly what is not known."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from cli.output import (
    color_option,
    db_option,
    json_option,
    note,
    policy_option,
    print_json,
    print_lines,
    stdout_console,
)
from cli.policies import chosen as chosen_policies
from cli.timeline_view import print_timeline
from crawler.archives.timestamps import parse_date
from crawler.printed import command
from history.answers.timeline import Shown, shown_data
from history.database import open_database
from history.sites import find_policies
from history.timeline.periods import during
from history.timeline.stated_dates import check_dates, read_written
from history.timeline.technical import read_technical
from history.timeline.timeline import read_timeline
from history.timeline.unsure import read_unsure


@click.command()
@click.argument("site")
@click.option("--since", metavar="DATE", help="Versions that stood or came from then on: 2018-05-25, 2018-05, 2018.")
@click.option("--until", metavar="DATE", help="Versions that came by the end of then.")
@click.option(
    "--all", "everything", is_flag=True, help="Technical changes, too, and every turn of wordings that alternate."
)
@db_option
@policy_option
@color_option
@json_option
def timeline(
    site: str, since: str | None, until: str | None, everything: bool, db: Path, number: int | None, color: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Show every version of SITE's policy: when it changed, how much, and what is not known.

    SITE is a site, a host, or a policy's URL. A line with ! is a date in the text that contradicts what was seen.

    \b
    Examples:
      policylapse timeline lumenkart.example
      policylapse timeline lumenkart.example --since 2018 --until 2019-06
      policylapse timeline https://lumenkart.example/privacy --json
    """  # noqa: D301 - Click reads \b as a character
    start, end = parse_date(since) if since else None, parse_date(until, end=True) if until else None
    with closing(open_database(db)) as connection:
        policies = chosen_policies(find_policies(connection, site), number)
        wanted = [policy for policy in policies if policy.versions] or policies
        shown = []
        for policy in wanted:
            whole = read_timeline(connection, policy)
            written = read_written(connection, [version.text_id for version in whole.versions])
            stated = {one.version: one for one in check_dates(whole.versions, written)}
            technical = read_technical(connection, policy) if everything else None
            unsure = read_unsure(connection, whole.versions)
            name = policy.name if len(wanted) > 1 else policy.site
            shown.append(Shown(during(whole, start, end), len(whole.versions), stated, technical, unsure, name))
    if as_json:
        print_json([shown_data(one) for one in shown])
        return
    console = stdout_console(color)
    for index, one in enumerate(shown):
        if index:
            print_lines(console, "")
        print_timeline(console, one)
    for policy in policies:
        if policy not in wanted:
            note(f"no version at {policy.policy_url}: `{command('timeline', policy.name)}` says why")
