"""The command `policylapse`."""

from __future__ import annotations

import click

from cli.blame import blame
from cli.changes import changes
from cli.compact import compact
from cli.coverage import coverage
from cli.crawl import crawl
from cli.diff import diff_command
from cli.discover import discover
from cli.export import export
from cli.extract import extract
from cli.feed import feed
from cli.forget import forget
from cli.fsck import fsck
from cli.import_warc import import_warc
from cli.limits import limits
from cli.merge import merge
from cli.output import Commands
from cli.plan import plan
from cli.read import show, sites
from cli.readability import readability_command
from cli.reextract import re_extract
from cli.search import search_command
from cli.timeline import timeline
from cli.trends import trends
from cli.web import web
from crawler import __version__


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="policylapse")
def main() -> None:
    """A time-lapse of privacy policies, read out of web archives into one SQLite file.

    \b
    A first look, without network:
      policylapse crawl --archive sample
      policylapse timeline lumenkart.example
      policylapse diff lumenkart.example 4 5
      policylapse show lumenkart.example --at 2021-01-01

    Exit code: 0 done, 2 could not be done (standard error says what to do); `crawl`, `import-warc`, `extract` and `fsck` have more.
    """  # noqa: D301 - Click reads \b as a character


for command in (
    crawl,
    plan,
    discover,
    import_warc,
    limits,
    sites,
    timeline,
    coverage,
    show,
    diff_command,
    search_command,
    changes,
    trends,
    readability_command,
    blame,
    extract,
    re_extract,
    compact,
    export,
    feed,
    fsck,
    merge,
    forget,
    web,
):
    main.add_command(command)

if __name__ == "__main__":
    main()
