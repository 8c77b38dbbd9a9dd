"""`scrapy crawl`, with this project's exit codes and errors that name the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from crawler.run import run_crawl

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCrawl):
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args != ["policies"]:
            super().run(args, opts)
            return
        if self.crawler_process is None:
            raise UsageError
        self.exitcode = run_crawl(self.crawler_process, opts.spargs).code
