"""The log, for the person who runs a crawl: one line per outcome, bodies and texts kept out of it.

What a page, a header or a WARC record says is part of many a line: nothing in it steers a terminal, and none makes a
line of its own.
"""

from __future__ import annotations

import copy
import json
import logging
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter, LogFormatterResult

from crawler.archives.errors import StoreError
from crawler.archives.timestamps import format_iso

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response
    from twisted.python.failure import Failure


# C0 but tab and newline, DEL, C1, and the signs that change the direction of what stands beside them
_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_ENGINE = logging.getLogger("scrapy.core")  # what Scrapy's own lines about pages come from


class Harmless(logging.Formatter):
    """Another formatter's lines, with what a terminal would obey made visible, and a message on one line."""

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        shown = copy.copy(record)
        shown.msg, shown.args = " ".join(record.getMessage().split()), ()
        return _STEERS.sub("\ufffd", self._inner.format(shown))


class JsonLines(logging.Formatter):
    """One JSON object a line, for programs that collect logs: ts, level, logger, event."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "ts": format_iso(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": " ".join(record.getMessage().split()),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)  # ASCII: nothing in it steers a terminal


def set_up_log(level: str) -> None:
    """Send log lines to standard error; as JSON where POLICYLAPSE_LOG_FORMAT is `json`."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z")
    if os.environ.get("POLICYLAPSE_LOG_FORMAT") == "json":
        for handler in logging.getLogger().handlers:
            handler.setFormatter(JsonLines())


def make_harmless(logger: logging.Logger) -> None:
    """Have all that a logger's handlers write written by `Harmless`."""
    for handler in logger.handlers:
        if not isinstance(handler.formatter, Harmless | JsonLines):
            handler.setFormatter(Harmless(handler.formatter))


def quieten() -> None:
    """Have no record made that no handler would write: Scrapy makes three for every page, and lets the handlers choose."""
    root = logging.getLogger()
    least = min((handler.level for handler in root.handlers), default=logging.NOTSET)
    for logger in (root, logging.getLogger("scrapy")):  # to which Scrapy gives a level of its own
        logger.setLevel(max(logger.level, least))


class OneLineFormatter(LogFormatter):
    """Scrapy's formatter without the items: an item here is a whole policy. None where nobody would see a line."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult | None:  # type: ignore[override]
        return super().crawled(request, response, spider) if _ENGINE.isEnabledFor(logging.DEBUG) else None

    def scraped(  # type: ignore[override]
        self,
        item: Any,
        response: Response | BaseException | None,  # noqa: ARG002 - Scrapy's signature
        spider: Spider | None,  # noqa: ARG002
    ) -> LogFormatterResult | None:
        if not _ENGINE.isEnabledFor(logging.DEBUG):
            return None
        return {"level": logging.DEBUG, "msg": "Read %(what)s", "args": {"what": type(item).__name__}}

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        level = super().dropped(item, exception, response, spider)["level"]
        return {
            "level": level,
            "msg": "Dropped %(what)s: %(why)s",
            "args": {"what": type(item).__name__, "why": exception},
        }

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
