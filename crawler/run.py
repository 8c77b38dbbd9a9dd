"""Running one crawl from a command: `scrapy crawl policies` and `policylapse crawl` are this function."""

from __future__ import annotations

import gc
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
    from typing import Self

    from scrapy.crawler import CrawlerProcessBase
else:
    CrawlerProcessBase = Any

logger = logging.getLogger(__name__)

# Seconds after which a thread that computes lets another go on; Python's own 5 ms come once a statement, since SQLite's calls
# hand the interpreter over, and make tenths of a second of a transaction beside a thread that parses an index.
_SWITCH = 0.001

# Where Scrapy logs what a feed, or an extension that listens to signals, did not take, and then ends with success.
_LOGGERS = ("scrapy.utils.signal", "scrapy.extensions.feedexport")
_FAILED = "a feed or an extension failed: the log says why. What was read is in the database, and `policylapse export` writes it"


class _Failures(logging.Handler):
    """Counts what Scrapy logs as an error of a feed or an extension, while it stands."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.number = 0

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - the log shows it
        self.number += 1

    def __enter__(self) -> Self:
        for name in _LOGGERS:
            logging.getLogger(name).addHandler(self)
        return self

    def __exit__(self, *_error: object) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(self)


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
    sys.setswitchinterval(_SWITCH)
    try:
        options = options_of(process.settings, arguments)
        process.settings.set(OPTIONS, options, priority="cmdline")
        crawler = process.create_crawler("policies")
        make_harmless(logging.getLogger())  # a crawler sets up Scrapy's handler
        database = options.database
        lock = CrawlLock(database, wait=lock_wait) if database.parent.is_dir() and not database.is_dir() else None
        job = open_job(process.settings, options, reach)
        process.crawl(crawler, job=job)
        gc.freeze()  # what was loaded stays: looking through it for garbage stopped the reactor for 120 ms, once a run
        with _Failures() as failures:
            process.start()
    except RateLimited as error:
        _refuse(process, f"{error}. Nothing was asked.")
        return Ended(Exit.STOPPED)
    except PolicylapseError as error:
        _refuse(process, str(error))
        return Ended(Exit.NOT_RUN)
    finally:
        gc.unfreeze()
        if lock:
            lock.release()
    code = Exit(crawler.stats.get_value("policylapse/exit_code", Exit.PARTLY))
    if failures.number:
        print(f"Error: {_FAILED}", file=sys.stderr)  # noqa: T201
        code = max(Exit.PARTLY, code)
    return Ended(code, getattr(crawler, "policylapse_summary", None))


def _refuse(process: CrawlerProcessBase, message: str) -> None:
    """Say why there is no crawl: on standard error, and in the log where that is a file, since a scheduler shows no
    other (scrapyd runs each job with LOG_FILE).
    """
    print(f"Error: {message}", file=sys.stderr)  # noqa: T201 - the command's own message
    if process.settings["LOG_FILE"]:
        logger.error("%s", message)
