"""Builders of what the tests need many of: every field has a value, name those that matter."""

from datetime import UTC, datetime

from crawler.archives.capture import Capture, ListedCapture
from crawler.archives.surt import surt
from crawler.archives.timestamps import parse_timestamp

URL = "http://a.example/privacy"
MEMENTO_URL = f"https://web.archive.org/web/20200101000000id_/{URL}"
DIGEST = "B2RKOLH7OEPRC5ZLUE7T3TGB7DRLGZ7J"


def make_capture(**fields):
    """A good capture; `timestamp` and `original` give `captured_at` and `urlkey` unless named."""
    row = {
        "timestamp": "20200101000000",
        "original": URL,
        "mimetype": "text/html",
        "statuscode": "200",
        "digest": DIGEST,
        "length": "1234",
    } | fields
    if "urlkey" not in row:
        row["urlkey"] = surt(row["original"])
    if "captured_at" not in row:
        row["captured_at"] = parse_timestamp(row["timestamp"])
    return Capture(**row)


def make_listed(capture_id=1, *, outcome=None, held=False, redirect_url="", **fields):
    """A listed capture, by default pending; what is no field of it is one of its capture."""
    known = {} if outcome is None else {"outcome": outcome}
    return ListedCapture(capture_id, make_capture(**fields), held=held, redirect_url=redirect_url, **known)


def cdx_line(capture):
    """The seven fields as an index sends them."""
    c = capture
    return f"{c.urlkey} {c.timestamp} {c.original} {c.mimetype} {c.statuscode} {c.digest} {c.length}"


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)
