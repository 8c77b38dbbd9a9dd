"""The log, for the person who runs a crawl: one line per outcome, bodies and texts kept out of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter, LogFormatterResult

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
