"""`policylapse crawl`: the spider `policies`, run with this command's options."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.nightly import Nightly, nightly_options, run_nightly
from cli.output import remember
from crawler.archives.dialects import parse_archive
from crawler.archives.errors import ConfigError
from crawler.archives.surt import check_url

if TYPE_CHECKING:
    from crawler.run import Ended

_MOST_SAVES = 200  # in a night: 33 minutes
_SETTINGS_MODULE = "crawler.settings"


@click.command()
@click.option("--url", "urls", multiple=True, metavar="URL", help="A policy's URL; may be given many times.")
@click.option(
    "--site",
    "sites",
    multiple=True,
    metavar="SITE",
    help="A site, whose policy is searched for (policylapse discover); may be given many times.",
)
@click.option(
    "--sites",
    "listed",
    metavar="FILE",
    help="A list: one site or URL a line, a ranking (rank,domain), or CSV with a column `url`, `site` or `domain`; - is standard input.",
)
@click.option(
    "--declarations",
    multiple=True,
    metavar="PATH",
    help="A folder or file of Open Terms Archive declarations; may be given many times.",
)
@click.option(
    "--terms",
    multiple=True,
    metavar="TYPE",
    help="Of declarations: a terms type (`Terms of Service`), or privacy, terms, cookies, guidelines, all.  [default: privacy]",
)
@click.option("--all-policies", is_flag=True, help="Of sites: the children's, applicants', regional … policies, too.")
@click.option(
    "--archive",
    envvar="POLICYLAPSE_ARCHIVE",
    show_envvar=True,
    metavar="ARCHIVE",
    callback=remember,
    help="wayback (the default), sample (bundled, no network), wayback+http://HOST, pywb+http://HOST/COLLECTION, or a WARC file or folder.",
)
@click.option(
    "--db",
    envvar="POLICYLAPSE_DB",
    show_envvar=True,
    metavar="PATH",
    callback=remember,
    help="The database file; made where it is not there.  [default: policylapse.db]",
)
@click.option(
    "--strategy",
    envvar="POLICYLAPSE_STRATEGY",
    show_envvar=True,
    metavar="STRATEGY",
    help="Which captures to fetch: changes (the default: every change of wording, few requests), all, distinct (one a digest), every:6mo, latest, at:2018-05-25.",
)
@click.option(
    "--max-gap",
    type=click.FloatRange(0),
    metavar="DAYS",
    help="changes: ask for a capture in between where two of one wording are further apart.  [default: 180]",
)
@click.option(
    "--resolution",
    type=click.FloatRange(0),
    metavar="DAYS",
    help="changes: how closely to date a change.  [default: down to neighbouring captures]",
)
@click.option("--since", metavar="DATE", help="Captures from then on: 2018, 2018-05 or 2018-05-25.")
@click.option("--until", metavar="DATE", help="Captures up to then, its end included.")
@click.option(
    "--contact",
    envvar="POLICYLAPSE_CONTACT",
    show_envvar=True,
    metavar="CONTACT",
    callback=remember,
    help="Your e-mail address or URL, which public archives ask for.",
)
@click.option(
    "--wait/--no-wait",
    "wait",
    default=None,
    help="Wait for the archive's pauses to end, however long; or end the run at once.  [default: up to 10 minutes]",
)
@click.option("--max-requests", type=click.IntRange(1), metavar="N", help="End the run after so many requests.")
@click.option("--max-minutes", type=click.FloatRange(0, min_open=True), metavar="N", help="End the run after so long.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@nightly_options
@click.pass_context
def crawl(
    ctx: click.Context, urls: tuple[str, ...], sites: tuple[str, ...], listed: str | None, declarations: tuple[str, ...], terms: tuple[str, ...], archive: str | None,
    db: str | None, strategy: str | None, max_gap: float | None, resolution: float | None, since: str | None, until: str | None, contact: str | None,
    wait: bool | None, all_policies: bool, max_requests: int | None, max_minutes: float | None, as_json: bool, **nightly: Any,
) -> None:  # fmt: skip
    """Crawl policies out of a web archive into the database.

    A crawl that was stopped goes on where it was. One that is repeated fetches only what is new. A crawl of the bundled
    sample takes all its sites where you name none.

    Exit code: 0 complete, 1 partly (with what is missing), 2 could not run, 3 stopped by the archive's limits. What an earlier
    crawl reported as missing and has not changed since (never archived, excluded ...) is not reported by the exit code again.

    \b
    Examples:
      policylapse crawl --archive sample
      policylapse crawl --url https://example.com/privacy --contact you@example.org
      policylapse crawl --sites list.txt --since 2016 --until 2019 --contact you@example.org
      policylapse crawl --declarations contrib-declarations/declarations --terms privacy --terms cookies
    """  # noqa: D301 - Click reads \b as a character
    if not (urls or sites or listed or declarations or archive == "sample"):
        raise ConfigError(
            "name whose policy to crawl: --url https://example.com/privacy, --site example.com, --sites FILE or "
            "--declarations FOLDER"
        )
    settings = {
        "POLICYLAPSE_ARCHIVE": archive, "POLICYLAPSE_DB": db, "POLICYLAPSE_STRATEGY": strategy,
        "POLICYLAPSE_CONTACT": contact, "POLICYLAPSE_WAIT": {True: "inf", False: "0", None: None}[wait],
        "POLICYLAPSE_MAX_REQUESTS": max_requests and str(max_requests),
        "POLICYLAPSE_MAX_MINUTES": max_minutes and str(max_minutes),
        "POLICYLAPSE_MAX_GAP": None if max_gap is None else f"{max_gap:g}",
        "POLICYLAPSE_RESOLUTION": None if resolution is None else f"{resolution:g}",
        "POLICYLAPSE_SUMMARY": "none",  # printed here, with the events
    }  # fmt: skip
    arguments = {
        "url": ",".join(check_url(url) for url in urls), "site": ",".join(sites), "sites": listed, "since": since, "until": until,
        "declarations": os.pathsep.join(declarations), "terms": ",".join(terms), "all_policies": "1" if all_policies else None,
    }  # fmt: skip
    options = Nightly(**{name: value for name, value in nightly.items() if value is not None})
    if options.quiet:
        settings["LOG_LEVEL"] = "ERROR"
    as_json = as_json or os.environ.get("POLICYLAPSE_SUMMARY") == "json"
    given = {name: value for name, value in arguments.items() if value}

    def begin() -> Ended:
        return run_to_end({name: value for name, value in settings.items() if value}, given, options.lock_wait)

    database = Path(db or os.environ.get("POLICYLAPSE_DB") or "policylapse.db")

    def save() -> int:
        from cli.save import save_stale  # noqa: PLC0415 - few ask for it

        chosen = parse_archive(archive or os.environ.get("POLICYLAPSE_ARCHIVE") or "wayback")
        who = contact or os.environ.get("POLICYLAPSE_CONTACT") or ""
        done = save_stale(chosen, database, who, timedelta(seconds=options.save_stale), _MOST_SAVES)
        if (text := done.text()) and not (options.quiet and done.exit_code == 0):
            click.echo(text, err=as_json)
        return done.exit_code

    ctx.exit(run_nightly(options, begin, database, as_json_text=as_json, save=save if options.save_stale else None))


def run(settings: Mapping[str, str], arguments: Mapping[str, str]) -> int:
    """Run a crawl in this process, which prints its summary; return its exit code.

    :param settings: POLICYLAPSE_* settings that win over the environment's.
    :param arguments: the spider's.
    """
    return run_to_end(settings, arguments).code


def run_to_end(settings: Mapping[str, str], arguments: Mapping[str, str], lock_wait: float = 0.0) -> Ended:
    """Run a crawl in this process; return how it ended.

    :param lock_wait: seconds to wait for another crawl into the same database.
    """
    # here, so that the commands that read need not load Scrapy
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415
    from scrapy.settings import Settings  # noqa: PLC0415

    from crawler.log import set_up_log  # noqa: PLC0415
    from crawler.run import run_crawl  # noqa: PLC0415

    project = Settings()
    project.setmodule(_SETTINGS_MODULE, priority="project")
    project.setdict(dict(settings), priority="cmdline")
    project.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="cmdline")
    process = AsyncCrawlerProcess(project)
    # Scrapy's account of its own start is of no interest here; our outcomes are, one line each
    logging.getLogger("scrapy").setLevel(logging.WARNING)
    set_up_log(project["LOG_LEVEL"])
    return run_crawl(process, arguments, lock_wait)
