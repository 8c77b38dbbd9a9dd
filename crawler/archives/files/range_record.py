"""One record out of a range of a WARC or ARC file, as playback would have answered with it.

    bytes of a range, capture ──replay──► Answered: the memento with its headers, or 404 where it is not that capture

A crawler that stores decoded bodies renames the headers that were true before (X-Crawler-Content-Encoding and its like,
Common Crawl): what they say of the body holds no more, and they are passed on as the site's own headers.
"""

from __future__ import annotations

from email.utils import format_datetime
from io import BytesIO

from crawler.archives.capture import Capture
from crawler.archives.files.containers import Source
from crawler.archives.files.records import Place, read_record
from crawler.archives.files.scanning import READ_ERRORS, record_date, record_http, truncation
from crawler.archives.files.warc import TRUNCATED, Answered, archive_headers
from crawler.archives.surt import surt

_CODED = ("content-encoding", "transfer-encoding", "content-length")  # true of what came, not of what was stored


def replay(data: bytes, capture: Capture) -> Answered:
    """Return what a record's bytes show of a capture; 404 where they are no record, or another's."""
    try:
        head, block = read_record(Source(BytesIO(data), "the range"), Place(0))
        url = head.get("WARC-Target-URI").removeprefix("<").removesuffix(">")
        if surt(url) != surt(capture.original):
            return _missing(f"the record is of {url[:200]}")
        status, http, first = record_http(head, block)
        captured_at, _note = record_date(head, http)
        body = first + block.read()
    except READ_ERRORS as error:
        return _missing(f"the record cannot be read: {error}")
    said = [(name.lower().removeprefix("x-crawler-"), value) for name, value in (http.pairs if http else ())]
    headers = archive_headers(capture, [(name, value) for name, value in said if name not in _CODED])
    headers |= {f"x-archive-orig-{name}": value for name, value in said if name in _CODED}
    headers["memento-datetime"] = format_datetime(captured_at, usegmt=True)
    if truncated := truncation(head, body):
        headers[TRUNCATED] = truncated
    return Answered(int(status or 200), headers, body)


def _missing(text: str) -> Answered:
    return Answered(404, {"content-type": "text/plain"}, text.encode())
