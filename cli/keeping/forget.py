"""`policylapse forget`: a page, or all of a site's, removed on request."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from cli.output import db_option, json_option, line, print_json, print_lines, print_wrapped, stdout_console
from cli.site_names import complete
from crawler.archives.errors import ConfigError
from crawler.archives.surt import check_url, surt
from crawler.archives.timestamps import format_iso
from crawler.counting import count
from crawler.lock import CrawlLock
from history.database import open_database
from history.sites import find_policies

if TYPE_CHECKING:
    from pipelines.upkeep.forget import Forgotten, Page


@click.command()
@click.argument("name", metavar="SITE|URL", shell_complete=complete)
@click.option("--reason", required=True, metavar="TEXT", help="Why: it is kept, and shown where the pages were.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@db_option
@json_option
def forget(name: str, reason: str, yes: bool, db: Path, as_json: bool) -> None:
    """Permanently delete the content of SITE's pages, or of one URL, and never fetch it again.

    Pages, texts and versions go, and their bytes from the file; the archive's index rows stay, as "forgotten", with
    the reason. What another page shares stays with it. Copies of the file elsewhere are yours to look after.

    \b
    Example:
      policylapse forget lumenkart.example --reason "asked by the owner, 2026-01-05" --yes
    """
    # here, so that other commands need not load the writer's half
    from pipelines.store.file import open_file  # noqa: PLC0415
    from pipelines.upkeep.forget import forget as forget_pages  # noqa: PLC0415

    if not reason.strip():
        raise ConfigError('say why with --reason "…": it is what later readers are told')
    pages = _pages(db, name)
    if not yes:
        _ask(pages)
    with CrawlLock(db):
        store = open_file(db)
        try:
            gone = forget_pages(store, pages, reason.strip(), format_iso(datetime.now(UTC)))
        finally:
            store.conn.close()
    if as_json:
        print_json(_data(pages, gone))
    else:
        _print(pages, gone)


def _pages(db: Path, name: str) -> list[Page]:
    """The URLs that are meant: that one where a policy's URL is named, else all of the site's."""
    from pipelines.upkeep.forget import pages_of, pages_searched  # noqa: PLC0415

    with closing(open_database(db)) as connection:
        policies = find_policies(connection, name)
        ids = [policy.policy_id for policy in policies]
        if all(policy.site != name.strip().lower() for policy in policies):
            one = pages_of(connection, ids, surt(check_url(name)))
            if one:
                return one
        # a page that is another site's policy, too, is still needed: it goes when it is named by its URL
        pages = [page for page in pages_of(connection, ids) if not page.also]
        return pages + pages_searched(connection, {policy.site for policy in policies})


def _ask(pages: list[Page]) -> None:
    for page in pages:
        click.echo(line(f"{page.url}: {count(page.captures, 'capture', 'captures')}"), err=True)
    if not sys.stdin.isatty():
        raise ConfigError("forget asks before it removes anything, and nobody can answer here: add --yes to go ahead")
    if not click.confirm("Forget all this, for good?", err=True):
        raise ConfigError("nothing was forgotten")


def _print(pages: list[Page], gone: Forgotten) -> None:
    console = stdout_console()
    for page in pages:
        print_wrapped(console, Text(line(f"forgotten: {page.url}")), rest="  ")
    print_lines(
        console,
        f"{count(gone.captures, 'capture', 'captures')} emptied; {count(gone.payloads, 'page', 'pages')}, "
        f"{count(gone.texts, 'text', 'texts')} and {count(gone.blocks, 'block', 'blocks')} that nothing else needs are gone.",
    )


def _data(pages: list[Page], gone: Forgotten) -> dict[str, object]:
    return {
        "urls": [page.url for page in pages],
        "captures": gone.captures,
        "payloads": gone.payloads,
        "texts": gone.texts,
        "blocks": gone.blocks,
    }
