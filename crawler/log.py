"""The log, for the person who runs a crawl: one line per outcome, bodies and texts kept out of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter, LogFormatterResult

from crawler.archives.errors import StoreError

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response


class OneLineFormatter(LogFormatter):
    """Scrapy's formatter without the items: an item here is a whole policy."""

    def scraped(
        self,
        item: Any,
        response: Response | BaseException | None,  # noqa: ARG002 - Scrapy's signature
        spider: Spider | None,  # noqa: ARG002
    ) -> LogFormatterResult:
        return {"level": logging.DEBUG, "msg": "Read %(what)s", "args": {"what": type(item).__name__}}

    def item_error(self, item: Any, exception: BaseException, response: Any, spider: Spider) -> LogFormatterResult:  # noqa: ARG002
        return _broken(exception, f"Could not store what was read: {type(item).__name__}")

    def spider_error(self, failure: Any, request: Request, response: Any, spider: Spider) -> LogFormatterResult:  # noqa: ARG002
        return _broken(failure.value, f"Error in the callback of {request}")

    def download_error(
        self,
        failure: Any,
        request: Request,
        spider: Spider,  # noqa: ARG002
        errmsg: str | None = None,
    ) -> LogFormatterResult:
        return {
            "level": logging.DEBUG,  # the outcome is logged by the spider, with its next step
            "msg": "No answer to %(request)s: %(error)s",
            "args": {"request": request, "error": errmsg or failure.value},
        }


def _broken(error: BaseException, what: str) -> LogFormatterResult:
    """A store that fails ends the run and is told in its summary; anything else is a fault of ours, with traceback."""
    level = logging.DEBUG if isinstance(error, StoreError) else logging.ERROR
    return {"level": level, "msg": "%(what)s", "args": {"what": what}}
