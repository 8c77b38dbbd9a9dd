"""`policylapse crawl`: the spider `policies`, run with this command's options."""

from __future__ import annotations

import importlib
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.getting.nightly import Nightly, nightly_options, run_nightly
from cli.keeping.stored_claims import keep_stored_claims
from cli.output import OneDatabase, remember
from cli.site_names import complete
from crawler.archives.dialects import parse_archive
from crawler.archives.errors import ConfigError, Exit
from crawler.archives.surt import check_url

if TYPE_CHECKING:
    from crawler.options import RunOptions
    from crawler.run import Ended
    from crawler.spiders import job
    from pipelines.reading.pool import ReaderPool
    from pipelines.store.store import Store

    def _fit(store: Store, reader: ReaderPool) -> tuple[job.Store, job.Reader]:
        """What crawler.settings names by dotted path is what the spider asks for: mypy holds one against the other."""
        return store, reader


_MOST_SAVES = 200  # in a night: 33 minutes
_SETTINGS_MODULE = "crawler.settings"


@click.command()
@click.option("--url", "urls", multiple=True, metavar="URL", help="A policy's URL. Can be repeated.")
@click.option(
    "--site",
    "sites",
    multiple=True,
    metavar="SITE",
    shell_complete=complete,
    help="A site; its policy is found as `policylapse discover` does. Can be repeated.",
)
@click.option(
    "--sites",
    "listed",
    metavar="FILE",
    help="A list: one site or URL per line, a ranking (rank,domain), or CSV with a column `url`, `site` or `domain`. Use - for standard input.",
)
@click.option(
    "--declarations",
    multiple=True,
    metavar="PATH",
    help="A folder or file of Open Terms Archive declarations. Can be repeated.",
)
@click.option(
    "--terms",
    multiple=True,
    metavar="TYPE",
    help="From declarations: a terms type (`Terms of Service`), or privacy, terms, cookies, guidelines, all.  [default: privacy]",
)
@click.option("--all-policies", is_flag=True, help="From sites: also the policies for children, applicants, regions …")
@click.option(
    "--archive",
    envvar="POLICYLAPSE_ARCHIVE",
    show_envvar=True,
    metavar="ARCHIVE",
    callback=remember,
    help="wayback (the default) or another that `policylapse archives` lists, sample (bundled, no network), wayback+http://HOST, pywb+http://HOST/COLLECTION, or a WARC file or folder.",
)
@click.option(
    "--fallback",
    envvar="POLICYLAPSE_FALLBACK",
    show_envvar=True,
    metavar="ARCHIVES",
    help="Archives to try, in this order, where the first has a gap: arquivo,awa.  [default: none]",
)
@click.option(
    "--fallback-excluded",
    is_flag=True,
    help="Also ask them for what an owner excluded from one of the archives.",
)
@click.option(
    "--db",
    cls=OneDatabase,
    envvar="POLICYLAPSE_DB",
    show_envvar=True,
    metavar="PATH",
    help="The database file; created if it does not exist.  [default: policylapse.db]",
)
@click.option(
    "--strategy",
    envvar="POLICYLAPSE_STRATEGY",
    show_envvar=True,
    metavar="STRATEGY",
    help="Which captures to fetch: changes (the default: every change of wording, few requests), all, distinct (one per digest), every:6mo, latest, at:2018-05-25.",
)
@click.option(
    "--max-gap",
    type=click.FloatRange(0),
    metavar="DAYS",
    help="For `changes`: the longest gap between two captures of the same wording before another one is fetched in between.  [default: 180]",
)
@click.option(
    "--resolution",
    type=click.FloatRange(0),
    metavar="DAYS",
    help="For `changes`: how closely to date a change.  [default: down to neighbouring captures]",
)
@click.option("--since", metavar="DATE", help="Only captures from this date on: 2018, 2018-05 or 2018-05-25.")
@click.option("--until", metavar="DATE", help="Only captures up to the end of this date.")
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
    help="Wait for the archive's pauses to end, however long, or end the run at once.  [default: up to 10 minutes]",
)
@click.option("--max-requests", type=click.IntRange(1), metavar="N", help="End the run after this many requests.")
@click.option(
    "--max-minutes", type=click.FloatRange(0, min_open=True), metavar="N", help="End the run after this many minutes."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@nightly_options
@click.pass_context
def crawl(ctx: click.Context, /, **options: Any) -> None:
    """Crawl policies out of a web archive into the database.

    A stopped crawl continues where it was, and a repeated one fetches only what is new. A crawl of the bundled
    sample takes all its sites unless you name some.

    Exit code: 0 complete, 1 partly (with what is missing), 2 could not run, 3 stopped by the archive's limits. What an earlier
    crawl reported as missing and has not changed since (never archived, excluded ...) is not reported by the exit code again.

    \b
    Examples:
      policylapse crawl --archive sample
      policylapse crawl --url https://example.com/privacy --contact you@example.org
      policylapse crawl --sites list.txt --since 2016 --until 2019 --contact you@example.org
      policylapse crawl --declarations contrib-declarations/declarations --terms privacy --terms cookies
    """
    if not (any(options[name] for name in NAMING) or options["archive"] == "sample"):
        raise ConfigError(
            "name whose policy to crawl: --url https://example.com/privacy, --site example.com, --sites FILE or "
            "--declarations FOLDER"
        )
    from crawler.options import SummaryStyle  # noqa: PLC0415 - as below

    told = asked(options)
    as_json = told.summary is SummaryStyle.JSON
    told = replace(told, summary=SummaryStyle.NONE)  # printed here, with the events
    nightly = Nightly(**{name: options[name] for name in Nightly.__dataclass_fields__ if options[name] is not None})

    def begin() -> Ended:
        return run_to_end(told, nightly.lock_wait, "ERROR" if nightly.quiet else "")

    def save() -> int:
        from cli.getting.save import save_stale  # noqa: PLC0415 - few ask for it

        older = timedelta(seconds=nightly.save_stale)
        done = save_stale(told.archive, told.database, told.contact, older, _MOST_SAVES)
        if (text := done.text()) and not (nightly.quiet and done.exit_code == 0):
            click.echo(text, err=as_json)
        return done.exit_code

    chosen = save if nightly.save_stale else None
    ctx.exit(run_nightly(nightly, begin, told.database, as_json_text=as_json, save=chosen))


NAMING = ("urls", "sites", "listed", "declarations")  # options that name whose policy is meant


def asked(given: Mapping[str, Any], **more: Any) -> RunOptions:
    """Return the run that a command's options ask for; what they do not say is as the environment says.

    :param given: options of `crawl`, by name, as Click gives them.
    :param more: fields of the record that the command itself decides.
    :raises ConfigError: an option cannot be read, or two contradict each other.
    """
    # here, as in `run`: the commands that read need none of it
    from crawler import options as record  # noqa: PLC0415
    from crawler.archives.capture import Period  # noqa: PLC0415
    from crawler.archives.timestamps import parse_date  # noqa: PLC0415
    from crawler.choosing.strategies import parse_strategy  # noqa: PLC0415
    from crawler.targets.targets import split_urls  # noqa: PLC0415

    made: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "urls": ("urls", lambda urls: tuple(one for url in urls for one in split_urls(check_url(url)))),
        "sites": ("sites", _at_commas),
        "listed": ("listed", str),
        "declarations": ("declarations", lambda paths: tuple(map(Path, paths))),
        "terms": ("terms", _at_commas),
        "all_policies": ("all_policies", bool),
        "archive": ("archive", parse_archive),
        "fallback": ("fallback", record.parse_archives),
        "fallback_excluded": ("fallback_excluded", bool),
        "db": ("database", Path),
        "strategy": ("strategy", parse_strategy),
        "contact": ("contact", str),
        "max_gap": ("max_gap", lambda days: timedelta(days=days)),
        "resolution": ("resolution", lambda days: timedelta(days=days)),
        "wait": ("wait", lambda wait: math.inf if wait else 0.0),
        "max_requests": ("max_requests", int),
        "max_minutes": ("max_minutes", float),
        "as_json": ("summary", lambda _given: record.SummaryStyle.JSON),
    }
    said = {name: value for name, value in given.items() if name in made and _is_said(name, value)}
    fields = {made[name][0]: made[name][1](value) for name, value in said.items()}
    since, until = given.get("since"), given.get("until")
    if since or until:
        fields["period"] = Period(parse_date(since) if since else None, parse_date(until, end=True) if until else None)
    settings = importlib.import_module(_SETTINGS_MODULE)  # as Scrapy does
    return replace(record.options_of(vars(settings)), **(fields | more))


def _is_said(name: str, value: Any) -> bool:
    """A flag that is not given leaves what the environment says; `--no-wait` is given."""
    return value not in (None, "", ()) and (value is not False or name == "wait")


def _at_commas(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def run(options: RunOptions) -> int:
    """Run a crawl in this process, which prints its summary; return its exit code."""
    return run_to_end(options).code


def run_to_end(options: RunOptions, lock_wait: float = 0.0, log_level: str = "") -> Ended:
    """Run a crawl in this process; return how it ended.

    :param lock_wait: seconds to wait for another crawl into the same database.
    :param log_level: what the log shows, "" for what the environment says.
    """
    # here, so that the commands that read need not load Scrapy
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415
    from scrapy.settings import Settings  # noqa: PLC0415

    from crawler.log import set_up_log  # noqa: PLC0415
    from crawler.options import OPTIONS  # noqa: PLC0415
    from crawler.run import run_crawl  # noqa: PLC0415

    project = Settings()
    project.setmodule(_SETTINGS_MODULE, priority="project")
    project.set(OPTIONS, options, priority="cmdline")
    project.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="cmdline")
    process = AsyncCrawlerProcess(project)
    # Scrapy's account of its own start is of no interest here; our outcomes are, one line each
    logging.getLogger("scrapy").setLevel(logging.WARNING)
    set_up_log(log_level or project["LOG_LEVEL"])
    ended = run_crawl(process, lock_wait=lock_wait)
    if ended.code in (Exit.COMPLETE, Exit.PARTLY):
        keep_stored_claims(options.database)
    return ended
