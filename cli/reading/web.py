"""The command `web`: the database in a browser."""

from __future__ import annotations

import ipaddress
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cli.output import db_option, note
from crawler.archives.errors import ConfigError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all of them.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port; 0 takes a free one."
)
@click.option("--open", "opened", is_flag=True, help="Open the pages in a browser.")
@click.option(
    "--public", is_flag=True, help="For public use: visitors cannot run SQL. Always on unless --host is loopback."
)
@click.option(
    "--base-url", default="/", show_default=True, metavar="PATH", help="Path under which a proxy serves the pages."
)
@click.option(
    "--legal-dates",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="CSV file of more dates to show on time axes: day,label,meaning.",
)
@db_option
def web(host: str, port: int, opened: bool, public: bool, base_url: str, legal_dates: Path | None, db: Path) -> None:
    """Show the database in a browser: timelines, versions, diffs, blame, search.

    Ctrl-C stops it. A crawl may write to the database at the same time. Every page has its data at the same address
    with .json (and .csv where it is a table). Datasette serves the pages and shows the tables beside them.

    \b
    Examples:
      policylapse web --open
      policylapse web --db policies.db --port 8080
      policylapse web --host 0.0.0.0 --public
    """
    try:
        from history.web.serve import Serving, serve  # noqa: PLC0415 - Datasette comes with an extra
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in ("history", "cli", "crawler", "pipelines"):
            raise
        raise ConfigError(
            f"{error.name} is not installed, which `policylapse web` needs. Install the extra: pip install 'policylapse[web]'"
        ) from error

    def ready(address: str) -> None:
        click.echo(address)
        note("Ctrl-C stops it.")
        if opened:
            webbrowser.open(address)

    serve(Serving(db, host, port, public or not _is_loopback(host), legal_dates, base_url, _pauses), ready)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _pauses() -> Sequence[Mapping[str, Any]]:
    """What holds for each archive on this machine now, as `limits --json` says it."""
    from cli.getting.limits import stored_limits  # noqa: PLC0415 - opens the state file, which few pages need

    return stored_limits()
