"""`policylapse discover`: where a site's policy stood over the years, and how that is known."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click

from cli.getting.crawl import asked, crawl, run
from cli.output import note, print_json, stdout_console
from cli.site_names import complete
from cli.views.discover import print_discovery
from crawler.archives.errors import ConfigError, Exit
from crawler.options import Mode, SummaryStyle
from crawler.targets.lists import BadLine
from crawler.targets.targets import read_targets
from history.answers.encoding import plain
from history.database import open_database
from history.discoveries import SiteDiscovery, read_discovery

_SHARED = ("archive", "db", "contact", "wait", "max_requests", "max_minutes")


@click.command(params=[option for option in crawl.params if option.name in _SHARED])
@click.argument("sites", nargs=-1, metavar="[SITE]...", shell_complete=complete)
@click.option(
    "--list",
    "listed",
    metavar="FILE",
    help="A list: one site per line, or CSV with a column `site`. Use - for standard input.",
)
@click.option("--all-policies", is_flag=True, help="Also take the policies for children, applicants, regions …")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def discover(ctx: click.Context, /, sites: tuple[str, ...], listed: str | None, **options: Any) -> None:
    """Find the policy URLs of sites over time, with the evidence, and what was rejected and why.

    It makes at most 12 requests per site: the archive's index, a few home pages, a few candidates. A crawl of the
    site does the same first. The answers are reused for a month.

    Exit code: 0 found a policy for every site, 1 not for every site, 2 could not run, 3 stopped.

    \b
    Examples:
      policylapse discover --archive sample harborline.example
      policylapse discover example.com example.org --contact you@example.org
      policylapse discover --list sites.txt --json --contact you@example.org
    """
    if not (sites or listed):
        raise ConfigError("name a site, or a list of them: policylapse discover example.com, --list FILE")
    names, missing = [], False
    for target in read_targets(sites=sites, listed=listed or ""):
        if isinstance(target, BadLine):
            note(f"{target.where}: {target.reason}")
            missing = True
        elif target.site not in names:
            names.append(target.site)
    told = asked(options, sites=tuple(names), mode=Mode.DISCOVER, summary=SummaryStyle.NONE)
    code = run(told)
    if code == Exit.NOT_RUN:
        ctx.exit(code)
    with closing(open_database(told.database)) as connection:
        found = [(name, read_discovery(connection, name, told.archive.name)) for name in names]
    if options["as_json"]:
        print_json({"total": len(found), "sites": [_data(name, one) for name, one in found]})
    else:
        _print(found)
    missing = missing or any(one is None or one.general is None for _name, one in found)
    ctx.exit(Exit.STOPPED if code == Exit.STOPPED else Exit.PARTLY if missing else Exit.COMPLETE)


def _print(found: list[tuple[str, SiteDiscovery | None]]) -> None:
    console = stdout_console()
    for number, (name, one) in enumerate(found):
        if number:
            console.print()
        if one is None:
            note(f"{name}: the search did not come to its end; the same command goes on where it stopped")
        else:
            print_discovery(console, one)


def _data(site: str, found: SiteDiscovery | None) -> dict[str, Any]:
    if found is None:
        return {"site": site, "complete": False}
    return {"complete": True, **plain(found)}
