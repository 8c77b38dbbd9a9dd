"""The log: what a page says in a line of it is shown, and obeyed by nothing."""

import logging
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.log import Harmless, OneLineFormatter, make_harmless, quieten

STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
HOSTILE = st.text(st.sampled_from("\x1b[31m\x07\x9b\u202e\u2066\r\n\t\x00\x7f ab\u2028\ud800"), max_size=30)


def _info(text):
    try:
        int(text + "x")
    except ValueError:
        return sys.exc_info()


@given(HOSTILE, HOSTILE)
def test_a_line_is_a_line_whatever_is_in_it(told, raised):
    for one in (None, _info(raised)):
        record = logging.LogRecord("x", logging.INFO, "x.py", 1, "page said %s", (told,), one)
        line, *rest = Harmless(logging.Formatter("%(levelname)s %(message)s")).format(record).split("\n")
        assert line.startswith("INFO page said")
        assert not any(STEERS.search(shown) for shown in (line, *rest))
        assert (rest[:1] == ["Traceback (most recent call last):"]) == (one is not None)
    plain = " ".join(told.split())
    assert STEERS.sub("\ufffd", f"INFO page said {plain}".rstrip()) == line


def test_every_handler_of_a_logger_is_made_harmless_once():
    logger = logging.getLogger("of this test")
    for formatter in (None, logging.Formatter("%(message)s!")):
        handler = logging.StreamHandler()
        handler.setFormatter(formatter)
        logger.addHandler(handler)
    make_harmless(logger)
    made = [handler.formatter for handler in logger.handlers]
    make_harmless(logger)
    assert [handler.formatter for handler in logger.handlers] == made
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "\x1b", (), None)
    assert [handler.format(record) for handler in logger.handlers] == ["\ufffd", "\ufffd!"]


@pytest.mark.parametrize(("level", "made"), [(logging.DEBUG, True), (logging.INFO, False), (logging.ERROR, False)])
def test_no_line_is_made_that_no_handler_writes(level, made):
    loggers = [logging.getLogger(name) for name in ("", "scrapy")]
    before = [(one.level, one.handlers[:]) for one in loggers]
    handler = logging.NullHandler()
    handler.setLevel(level)
    try:
        loggers[0].handlers[:] = [handler]
        loggers[0].setLevel(logging.NOTSET)
        loggers[1].setLevel(logging.DEBUG)  # as Scrapy does
        quieten()
        assert logging.getLogger("scrapy.core.engine").isEnabledFor(logging.DEBUG) is made
        assert logging.getLogger("scrapy.core.engine").isEnabledFor(level)
        assert (OneLineFormatter().scraped({}, None, None) is not None) is made
    finally:
        for one, (own, handlers) in zip(loggers, before, strict=True):
            one.setLevel(own)
            one.handlers[:] = handlers
