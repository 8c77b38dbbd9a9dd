"""`policylapse plan`: what a crawl would take, before the first page is fetched."""

from __future__ import annotations

import os
from typing import Any

import click

from cli.crawl import crawl, run
from crawler.archives.errors import ConfigError
from crawler.archives.surt import check_url

_SETTINGS = {
    "archive": "POLICYLAPSE_ARCHIVE", "db": "POLICYLAPSE_DB", "strategy": "POLICYLAPSE_STRATEGY",
    "contact": "POLICYLAPSE_CONTACT",
}  # fmt: skip
_DAYS = {"max_gap": "POLICYLAPSE_MAX_GAP", "resolution": "POLICYLAPSE_RESOLUTION"}
_SHARED = (*_SETTINGS, *_DAYS, "urls", "sites", "listed", "declarations", "terms", "since", "until", "as_json")


@click.command(params=[option for option in crawl.params if option.name in _SHARED])
@click.pass_context
def plan(ctx: click.Context, /, **options: Any) -> None:
    """Say what a crawl would take: requests, minutes at the archive's budget, disk; and which sites are excluded.

    It asks the archive's index and, to find the policies of sites, a few home pages (policylapse discover); what is
    answered is kept, so that the crawl need not ask again.

    Exit code: 0 all can be crawled, 1 some cannot (the summary says which and why), 2 could not run, 3 stopped.

    \b
    Examples:
      policylapse plan --archive sample
      policylapse plan --sites list.csv --contact you@example.org
    """  # noqa: D301 - Click reads \b as a character
    if not (
        options["urls"]
        or options["sites"]
        or options["listed"]
        or options["declarations"]
        or options["archive"] == "sample"
    ):
        raise ConfigError(
            "name whose policy to plan for: --url https://example.com/privacy, --site, --sites or --declarations"
        )
    settings = {setting: options[name] for name, setting in _SETTINGS.items() if options[name]}
    settings |= {setting: f"{options[name]:g}" for name, setting in _DAYS.items() if options[name] is not None}
    settings |= {"POLICYLAPSE_PLAN": "1"} | ({"POLICYLAPSE_SUMMARY": "json"} if options["as_json"] else {})
    arguments = {
        "url": ",".join(check_url(url) for url in options["urls"]), "site": ",".join(options["sites"]),
        "sites": options["listed"], "since": options["since"], "until": options["until"],
        "declarations": os.pathsep.join(options["declarations"]), "terms": ",".join(options["terms"]),
    }  # fmt: skip
    ctx.exit(run(settings, {name: value for name, value in arguments.items() if value}))
