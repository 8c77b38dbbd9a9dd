"""Running one crawl from a command: `scrapy crawl policies` and `policylapse crawl` are this function."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.archives.errors import Exit, PolicylapseError, RateLimited
from crawler.lock import CrawlLock
from crawler.log import make_harmless
from crawler.options import OPTIONS, options_of
from crawler.reach import reach
from crawler.spiders.job import open_job
from crawler.summary import Summary

if TYPE_CHECKING:
    from scrapy.crawler import CrawlerProcessBase
else:
    CrawlerProcessBase = Any


@dataclass(frozen=True, slots=True)
class Ended:
    """How a crawl ended.

    :param code: 0 complete, 1 partly, 2 could not run, 3 stopped by the archive's limits.
    :param summary: None where it did not come to one.
    """

    code: int
    summary: Summary | None = None


def run_crawl(process: CrawlerProcessBase, arguments: Mapping[str, str] | None = None, lock_wait: float = 0.0) -> Ended:
    """Run the spider `policies` to its end.

    :param process: a Scrapy crawler process with this project's settings; a command puts what it was told in there as
        one record (crawler/options.py).
    :param arguments: the spider's, where no command did.
    :param lock_wait: seconds to wait for another crawl into the same database to end.
    """
    lock = None
    try:
        options = options_of(process.settings, arguments)
        process.settings.set(OPTIONS, options, priority="cmdline")
        crawler = process.create_crawler("policies")
        make_harmless(logging.getLogger())  # a crawler sets up Scrapy's handler
        database = options.database
        lock = CrawlLock(database, wait=lock_wait) if database.parent.is_dir() and not database.is_dir() else None
        job = open_job(process.settings, options, reach)
        process.crawl(crawler, job=job)
        process.start()
    except RateLimited as error:
        print(f"policylapse: {error}. Nothing was asked.", file=sys.stderr)  # noqa: T201
        return Ended(Exit.STOPPED)
    except PolicylapseError as error:
        print(f"policylapse: {error}", file=sys.stderr)  # noqa: T201 - the command's own message
        return Ended(Exit.NOT_RUN)
    finally:
        if lock:
            lock.release()
    code = Exit(crawler.stats.get_value("policylapse/exit_code", Exit.PARTLY))
    return Ended(code, getattr(crawler, "policylapse_summary", None))
