"""The command `policylapse`."""

from __future__ import annotations

import click

from cli.commands import Commands
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
    """


if __name__ == "__main__":
    main()
