"""`policylapse plan`: what a crawl would take, before the first page is fetched."""

from __future__ import annotations

from typing import Any

import click

from cli.getting.crawl import NAMING, asked, crawl, run
from crawler.archives.errors import ConfigError
from crawler.options import Mode

_SHARED = (
    *NAMING,
    "terms",
    "archive",
    "db",
    "strategy",
    "contact",
    "max_gap",
    "resolution",
    "since",
    "until",
    "as_json",
)


@click.command(params=[option for option in crawl.params if option.name in _SHARED])
@click.pass_context
def plan(ctx: click.Context, /, **options: Any) -> None:
    """Estimate a crawl: requests, minutes at the archive's budget, disk space, and which sites are excluded.

    It asks the archive's index and, to find the policies of sites, requests a few home pages. The answers are
    stored, so the crawl does not repeat these requests.

    Exit code: 0 all can be crawled, 1 some cannot (the summary lists them with the reason), 2 could not run, 3
    stopped.

    \b
    Examples:
      policylapse plan --archive sample
      policylapse plan --sites list.csv --contact you@example.org
    """
    if not (any(options[name] for name in NAMING) or options["archive"] == "sample"):
        raise ConfigError(
            "name whose policy to plan for: --url https://example.com/privacy, --site, --sites or --declarations"
        )
    ctx.exit(run(asked(options, mode=Mode.PLAN)))
