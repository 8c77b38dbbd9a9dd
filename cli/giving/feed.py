"""`policylapse feed`: changes for feed readers."""

from __future__ import annotations

from pathlib import Path

import click

from cli.giving.export import policies_of, program
from cli.output import db_option, json_option, note, print_json
from cli.site_names import complete
from crawler.archives.errors import ConfigError
from crawler.counting import count
from history.database import reading
from history.export.feed import Excerpts, Feed, atom, by_site, json_feed, read_entries
from history.export.writing.files import Folder
from history.names import site_name

_ALL = "changes.atom"


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...", shell_complete=complete)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help=f"Write {_ALL} for all sites and sites/SITE.atom for each into this folder. Without it, one feed is printed.",
)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="The newest N changes per feed."
)
@click.option(
    "--base-url",
    default="",
    metavar="URL",
    help="The URL at which FOLDER will be published, for links and ids in the feeds.",
)
@db_option
@json_option
def feed(sites: tuple[str, ...], out: Path | None, limit: int, base_url: str, db: Path, *, as_json: bool) -> None:
    """Write the changes of SITE..., or of all sites, as Atom feeds; with --json as a JSON Feed.

    Each entry shows the first changed sentences, as a message of `notify` does. Ids and dates are those of captures, so late captures and later runs do not change existing entries.

    \b
    Examples:
      policylapse feed > changes.atom
      policylapse feed lumenkart.example --limit 20
      policylapse feed --out feeds --base-url https://example.org/feeds
    """
    with reading(db) as connection:
        policies = policies_of(connection, sites)
        groups = by_site(policies)
        excerpts: Excerpts = {}
        whole = Feed(
            next(iter(groups)) if sites and len(groups) == 1 else "",
            read_entries(connection, policies, limit, excerpts),
            _url(base_url, _ALL),
        )
        each = [
            Feed(
                site, read_entries(connection, group, limit, excerpts), _url(base_url, f"sites/{site_name(site)}.atom")
            )
            for site, group in (groups.items() if out else ())
        ]
    if out is None:
        _print(whole, as_json=as_json)
        return
    _write(out, whole, each)
    if as_json:
        print_json(
            {"out": str(out), "feeds": [{"site": one.site, "entries": len(one.entries)} for one in (whole, *each)]}
        )
    else:
        note(f"{count(1 + len(each), 'feed')} written to {out}: {count(len(whole.entries), 'change')} in {_ALL}")


def _print(one: Feed, *, as_json: bool) -> None:
    if as_json:
        print_json(json_feed(one))
    else:
        click.echo(atom(one, program()), nl=False)


def _write(out: Path, whole: Feed, each: list[Feed]) -> None:
    if out.is_file():
        raise ConfigError(f"{out} is a file: name a folder with --out")
    folder = Folder(out)
    for one in each:
        folder.add(f"sites/{site_name(one.site)}.atom", [atom(one, program())])
    folder.add(_ALL, [atom(whole, program())])


def _url(base: str, path: str) -> str:
    return f"{base.rstrip('/')}/{path}" if base else ""
